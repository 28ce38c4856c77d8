"""What a workspace and its people may set."""
