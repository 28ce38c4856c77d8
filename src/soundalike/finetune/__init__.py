"""Trains an adapter of a creator's voice on a local language model, and writes it as files others load."""
