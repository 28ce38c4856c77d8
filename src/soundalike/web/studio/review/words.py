"""Why a post counts as viral and how firm a list of such posts is, in sentences made of figures that were measured."""

from collections.abc import Iterator, Mapping
from typing import Final

from soundalike.posts.collection import Reason
from soundalike.virality.score import ScoredPost

_DONE: Final = {
    "replies": "Replied to",
    "quotes": "Quoted",
    "reposts": "Reposted",
    "likes": "Liked",
    "bookmarks": "Bookmarked",
}
_MORE_OFTEN: Final = 1.5
"""How many times the usual a rate is before it says something about a post."""

_TEN: Final = 10
_MOST: Final = 99.9
_ALMOST_ALL: Final = 99
_PRESETS: Final = {
    "x-2023": "with the weights that Twitter gave likes, reposts and replies in 2023",
    "x-2026": "with the weights that X gives likes, reposts, replies and quotes in 2026",
    "equal": "if likes, reposts, replies and quotes count the same",
}
ASIDE: Final = {
    Reason.REPLY: "Replies, kept apart",
    Reason.REPOST: "Reposts of others",
    Reason.NO_WORDS: "No words of their own",
    Reason.DUPLICATE: "Near-duplicates",
    Reason.LANGUAGE: "Other languages",
}
"""Why posts are set aside, as it is told."""

ASIDE_WHY: Final = {
    Reason.REPLY: "Replies are written to one person; a voice is learned from what was written to all.",
    Reason.REPOST: "The words and the counts are somebody else’s.",
    Reason.NO_WORDS: "Nothing is left to learn from once links, names and tags are taken away.",
    Reason.DUPLICATE: "Of posts that say nearly the same, the one that did best is kept.",
    Reason.LANGUAGE: "A voice is learned in the language that most of the posts are in.",
}
"""What speaks against learning from them."""


def why(post: ScoredPost) -> Iterator[str]:
    """A line or two on what a post did beyond the usual."""
    yield _rate(post)
    yield _standing(post)
    if post.is_early:
        yield "Written within 48 hours of the newest post: its counts still grow."


def firmness(overlap: Mapping[str, float], count: int) -> list[str]:
    """How many of the posts offered would be offered under each other weighting."""
    return [
        f"{round(share * count)} of the {count} stay in the list {_PRESETS.get(name, f'with the weights {name}')}."
        for name, share in overlap.items()
    ]


def times(value: float) -> str:
    """`2.4`, from ten on without a digit behind the point."""
    return f"{value:.1f}".removesuffix(".0") if value < _TEN else f"{value:,.0f}"


def _rate(post: ScoredPost) -> str:
    per_view = " per view" if post.views_known else ""
    name, most = max(post.rates.items(), key=lambda each: each[1], default=("", 0.0))
    if most >= _MORE_OFTEN and name in _DONE:
        return f"{_DONE[name]} {times(most)} times as often{per_view} as usual."
    if post.views_known:
        return "Rates per view are close to the usual; it was simply seen by more."
    return "No count stands out from the others."


def _standing(post: ScoredPost) -> str:
    share = min(post.reach, _MOST)
    percent = f"{share:.1f} %" if share >= _ALMOST_ALL else f"{share:.0f} %"
    if post.views_known:
        return f"More views than {percent} of the posts around it."
    return f"Views are missing: more engagement than {percent} of the posts around it."
