"""Train an AI from a creator: collect, find what went viral, learn the voice, grade it, write drafts with receipts.

>>> import soundalike
>>> posts = soundalike.load_posts("posts.jsonl")  # doctest: +SKIP
>>> model = soundalike.train(posts)  # doctest: +SKIP
>>> model.write("a subject", n=3)  # doctest: +SKIP

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from soundalike.drafts.draft import Draft
    from soundalike.posts.files import load_posts
    from soundalike.posts.post import Engagement, Post
    from soundalike.training.inmemory import train
    from soundalike.training.model import TrainedModel
    from soundalike.virality.forecast import Forecaster
    from soundalike.virality.patterns import Pattern, find_patterns
    from soundalike.virality.score import ScoredPost, viral_posts
    from soundalike.virality.wording import wording_probability
    from soundalike.voice.likeness import Likeness
    from soundalike.voice.profile import VoiceProfile, read_voice

_HOMES = {
    "Draft": "drafts.draft",
    "Engagement": "posts.post",
    "Forecaster": "virality.forecast",
    "Likeness": "voice.likeness",
    "Pattern": "virality.patterns",
    "Post": "posts.post",
    "ScoredPost": "virality.score",
    "TrainedModel": "training.model",
    "VoiceProfile": "voice.profile",
    "find_patterns": "virality.patterns",
    "load_posts": "posts.files",
    "read_voice": "voice.profile",
    "train": "training.inmemory",
    "viral_posts": "virality.score",
    "wording_probability": "virality.wording",
}

__all__ = [
    "Draft",
    "Engagement",
    "Forecaster",
    "Likeness",
    "Pattern",
    "Post",
    "ScoredPost",
    "TrainedModel",
    "VoiceProfile",
    "find_patterns",
    "load_posts",
    "read_voice",
    "train",
    "viral_posts",
    "wording_probability",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
