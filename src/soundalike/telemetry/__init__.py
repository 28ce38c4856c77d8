"""What operators see: logs, metrics and traces. None of them holds a secret or the text of a post."""
