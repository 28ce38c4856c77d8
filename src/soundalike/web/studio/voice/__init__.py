"""What was learned: the voice, its report card, its quiz."""
