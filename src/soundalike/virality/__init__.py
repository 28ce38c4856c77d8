"""What lifts a post: which outran the creator's usual, what those share, which of two wordings would win."""

from soundalike.virality.forecast import Accuracy, Forecaster
from soundalike.virality.patterns import Pattern, best_hours, find_hours, find_patterns
from soundalike.virality.presets import PRESETS, Preset
from soundalike.virality.score import (
    ScoredPost,
    Selection,
    Stability,
    score_posts,
    select_viral,
    stability,
    viral_posts,
)
from soundalike.virality.wording import wording_probability, wording_reasons

__all__ = [
    "PRESETS",
    "Accuracy",
    "Forecaster",
    "Pattern",
    "Preset",
    "ScoredPost",
    "Selection",
    "Stability",
    "best_hours",
    "find_hours",
    "find_patterns",
    "score_posts",
    "select_viral",
    "stability",
    "viral_posts",
    "wording_probability",
    "wording_reasons",
]
