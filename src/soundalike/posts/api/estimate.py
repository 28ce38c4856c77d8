"""What a collection will bring and cost, before anything is bought."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from soundalike.posts.api.planning import expected_posts
from soundalike.posts.api.pricing import (
    CREDITS_PER_USD,
    FLOOR_CREDITS,
    PAGE_POSTS,
    POST_CREDITS,
    PROFILE_CREDITS,
    SEARCH_OVERLAP,
    TIMELINE_OVERLAP,
)
from soundalike.posts.api.stretches import Source, Stretch
from soundalike.posts.post import Creator, Window

_CLOSING_PAGES = 2  # empty ones that end a stretch, each billed as a post


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a collection will bring and cost, the profile included.

    `posts_low` supposes the account's average pace, `posts_high` that every post of the account lies in what is still
    to be read; `posts_kept` are in the books and cost nothing. `usd` and `seconds` belong to the high end,
    `likely_seconds` to the low one.
    """

    posts_low: int
    posts_high: int
    credits_low: int
    credits_high: int
    usd: float
    seconds: float
    likely_seconds: float
    posts_kept: int = 0


def estimate(
    creator: Creator,
    todo: Sequence[Stretch],
    *,
    budget_credits: int,
    spacing: float,
    cap: int | None = None,
    posts_kept: int = 0,
) -> Estimate:
    """Say what reading `todo` will cost; needs nothing but the profile.

    low = 18 + 15 n + 15; high = 18 + 15 N (1 + overlap) + 15 x 2 stretches, N the posts of the account, n those at its
    average pace, both within what the budget buys. seconds = (posts / 20 + 1 + stretches) x spacing. A sample of `cap`
    bounds n alone: how many others were liked often enough, nobody knows before.
    """
    affordable = max(0, budget_credits - PROFILE_CREDITS) // POST_CREDITS
    most = min(affordable, affordable if creator.posts_count is None else creator.posts_count) if todo else 0
    average = sum(expected_posts(creator, Window(s.start, s.reached), now=s.read_at) for s in todo)
    least = min(most, ceil(average), most if cap is None else cap)
    searches = any(stretch.source is Source.SEARCH for stretch in todo)
    overlap = SEARCH_OVERLAP if searches else TIMELINE_OVERLAP
    closing = FLOOR_CREDITS * _CLOSING_PAGES * len(todo)
    high = PROFILE_CREDITS + ceil(POST_CREDITS * most * (1 + overlap)) + closing
    high = min(high, max(budget_credits, PROFILE_CREDITS))
    return Estimate(
        posts_low=least,
        posts_high=most,
        credits_low=min(high, PROFILE_CREDITS + POST_CREDITS * least + (FLOOR_CREDITS if todo else 0)),
        credits_high=high,
        usd=high / CREDITS_PER_USD,
        seconds=_requests(most, todo) * spacing,
        likely_seconds=_requests(least, todo) * spacing,
        posts_kept=posts_kept,
    )


def _requests(posts: int, todo: Sequence[Stretch]) -> int:
    return ceil(posts / PAGE_POSTS) + 1 + len(todo)
