"""Writing in the voice: prompts, writers, the copy guard, and drafts that passed it."""
