"""The posts that were found, and which of them to learn from."""
