"""Who comes in: signing in, and joining by an invitation."""
