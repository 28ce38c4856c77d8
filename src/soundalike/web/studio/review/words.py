"""Why a post counts as viral and how firm a list of such posts is, in sentences made of figures that were measured."""

from collections.abc import Iterator, Mapping
from typing import Final

from soundalike.posts.collection import Reason
from soundalike.virality.score import ScoredPost
from soundalike.web.studio.language import N_, _
from soundalike.web.studio.words import figure

_DONE: Final = {
    "replies": N_("Replied to %(times)s times as often as usual."),
    "quotes": N_("Quoted %(times)s times as often as usual."),
    "reposts": N_("Reposted %(times)s times as often as usual."),
    "likes": N_("Liked %(times)s times as often as usual."),
    "bookmarks": N_("Bookmarked %(times)s times as often as usual."),
}
_DONE_BY_VIEW: Final = {
    "replies": N_("Replied to %(times)s times as often per view as usual."),
    "quotes": N_("Quoted %(times)s times as often per view as usual."),
    "reposts": N_("Reposted %(times)s times as often per view as usual."),
    "likes": N_("Liked %(times)s times as often per view as usual."),
    "bookmarks": N_("Bookmarked %(times)s times as often per view as usual."),
}
_MORE_OFTEN: Final = 1.5
"""How many times the usual a rate is before it says something about a post."""

_TEN: Final = 10
_MOST: Final = 99.9
_ALMOST_ALL: Final = 99
_PRESETS: Final = {
    "x-2023": N_(
        "%(stay)s of the %(count)s stay in the list with the weights that Twitter gave likes, reposts and replies in "
        "2023."
    ),
    "x-2026": N_(
        "%(stay)s of the %(count)s stay in the list with the weights that X gives likes, reposts, replies and quotes "
        "in 2026."
    ),
    "equal": N_(
        "%(stay)s of the %(count)s stay in the list if likes, reposts, replies and quotes count the same."
    ),
}
_OTHER: Final = N_("%(stay)s of the %(count)s stay in the list with the weights %(name)s.")
ASIDE: Final = {
    Reason.REPLY: N_("Replies, kept apart"),
    Reason.REPOST: N_("Reposts of others"),
    Reason.NO_WORDS: N_("No words of their own"),
    Reason.DUPLICATE: N_("Near-duplicates"),
    Reason.LANGUAGE: N_("Other languages"),
}
"""Why posts are set aside, as it is told."""

ASIDE_WHY: Final = {
    Reason.REPLY: N_("Replies are written to one person; a voice is learned from what was written to all."),
    Reason.REPOST: N_("The words and the counts are somebody else’s."),
    Reason.NO_WORDS: N_("Nothing is left to learn from once links, names and tags are taken away."),
    Reason.DUPLICATE: N_("Of posts that say nearly the same, the one that did best is kept."),
    Reason.LANGUAGE: N_("A voice is learned in the language that most of the posts are in."),
}
"""What speaks against learning from them."""


def why(post: ScoredPost) -> Iterator[str]:
    """A line or two on what a post did beyond the usual."""
    yield _rate(post)
    yield _standing(post)
    if post.is_early:
        yield _("Written within 48 hours of the newest post: its counts still grow.")


def firmness(overlap: Mapping[str, float], count: int) -> list[str]:
    """How many of the posts offered would be offered under each other weighting."""
    return [
        _(_PRESETS.get(name, _OTHER), stay=round(share * count), count=count, name=name)
        for name, share in overlap.items()
    ]


def times(value: float) -> str:
    """`2.4`, from ten on without a digit behind the point."""
    tenths = round(value, 1)
    return figure(value, ",.0f" if value >= _TEN or tenths.is_integer() else ".1f")


def _rate(post: ScoredPost) -> str:
    name, most = max(post.rates.items(), key=lambda each: each[1], default=("", 0.0))
    if most >= _MORE_OFTEN and name in _DONE:
        return _((_DONE_BY_VIEW if post.views_known else _DONE)[name], times=times(most))
    if post.views_known:
        return _("Rates per view are close to the usual; it was simply seen by more.")
    return _("No count stands out from the others.")


def _standing(post: ScoredPost) -> str:
    share = min(post.reach, _MOST)
    percent = figure(share, ".1f" if share >= _ALMOST_ALL else ".0f")
    if post.views_known:
        return _("More views than %(percent)s %% of the posts around it.", percent=percent)
    return _(
        "Views are missing: more engagement than %(percent)s %% of the posts around it.", percent=percent
    )
