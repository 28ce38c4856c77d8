"""Drafts in a voice, and wordings held against each other."""
