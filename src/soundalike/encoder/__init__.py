"""Reads texts with the embedded language model: what it makes of each, as numbers."""
