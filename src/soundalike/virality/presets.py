"""Weights of resonance, each with where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

SUMMED: Final = ("likes", "reposts", "replies", "quotes")
"""The counts that make up engagement, and that can be weighed; bookmarks and views stand apart."""

Weights = str | Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Preset:
    """Weights of counts under a name; `source` says whose they are, `reference` where to read them."""

    name: str
    weights: Mapping[str, float]
    source: str
    reference: str = ""


_PRESETS = (
    Preset(
        "x-2026",
        MappingProxyType({"replies": 5.0, "quotes": 5.0, "reposts": 1.0, "likes": 0.5}),
        "X's recommendation algorithm as published in 2026: Reply-, Quote-, Retweet- and FavoriteWeight",
        "https://github.com/xai-org/x-algorithm/blob/625f9e3/home-mixer/params/param.rs",
    ),
    Preset(
        "x-2023",
        MappingProxyType({"likes": 0.5, "reposts": 1.0, "replies": 13.5}),
        "Twitter's heavy ranker as published in 2023: is_favorited, is_retweeted, is_replied",
        "https://github.com/twitter/the-algorithm-ml/blob/b852108/projects/home/recap/README.md",
    ),
    Preset(
        "equal",
        MappingProxyType({"likes": 1.0, "reposts": 1.0, "replies": 1.0, "quotes": 1.0}),
        "No opinion: the yardstick against which the others' opinions show",
    ),
)

PRESETS: Final[Mapping[str, Preset]] = MappingProxyType({preset.name: preset for preset in _PRESETS})
"""By name. X multiplies its weights by predicted probabilities; here they weigh logs of rates, never counts."""


def read_weights(weights: Weights) -> Mapping[str, float]:
    """The weights of a preset by its name, or the weights given.

    Raises:
        ValueError: No such preset, a weight for something else, a negative one, or none above zero.
    """
    if isinstance(weights, str):
        if weights not in PRESETS:
            raise ValueError(f"no weights are called “{weights}”; there are {', '.join(PRESETS)}")
        return PRESETS[weights].weights
    is_known, least = set(weights) <= set(SUMMED), min(weights.values(), default=0)
    if not is_known or least < 0 or not sum(weights.values()) > 0:
        raise ValueError(f"weights must be zero or more, not all zero, for {', '.join(SUMMED)}")
    return weights
