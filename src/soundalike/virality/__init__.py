"""What lifts a post: which outran the creator's usual, what those share, which of two wordings would win."""

from soundalike.virality.forecast import Accuracy, Forecaster
from soundalike.virality.patterns import Pattern, find_hours, find_patterns
from soundalike.virality.score import (
    PRESETS,
    ScoredPost,
    Selection,
    Stability,
    score_posts,
    select_viral,
    stability,
    viral_posts,
)

__all__ = [
    "PRESETS",
    "Accuracy",
    "Forecaster",
    "Pattern",
    "ScoredPost",
    "Selection",
    "Stability",
    "find_hours",
    "find_patterns",
    "score_posts",
    "select_viral",
    "stability",
    "viral_posts",
]
