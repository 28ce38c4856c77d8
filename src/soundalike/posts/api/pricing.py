"""What the tweets API charges, and what a collection will cost before anything is bought.

The prices are those of docs.twitterapi.io ("Pricing"), looked up in November 2026.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Final

from soundalike.posts.post import Creator, Window, time_of_id

CREDITS_PER_USD: Final = 100_000
POST_CREDITS: Final = 15  # each post on a page, and again whenever it is read again
PROFILE_CREDITS: Final = 18
FLOOR_CREDITS: Final = 15  # the least a request costs; one settled account shows it for failed ones too
PAGE_POSTS: Final = 20  # the most posts on a page
PAGE_CREDITS: Final = PAGE_POSTS * POST_CREDITS

CHAIN_POSTS: Final = 1_000  # one chain of search pages ends after 800 to 1,200 posts
_TIMELINE_OVERLAP = 0.05  # share of posts that come, and are billed, twice
_SEARCH_OVERLAP = 0.20
_LAST_COUNTED_ACCOUNT = datetime(2013, 1, 1, tzinfo=UTC)  # ids of older accounts do not tell their age


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a collection will bring and cost, the profile included.

    `posts_low` supposes the account's average pace, `posts_high` that every post of the account lies in the window.
    `usd` and `seconds` belong to the high end.
    """

    posts_low: int
    posts_high: int
    credits_low: int
    credits_high: int
    usd: float
    seconds: float


def estimate(
    creator: Creator,
    window: Window,
    *,
    budget_credits: int,
    seconds_between: float,
    cap: int | None = None,
    by_search: bool = False,
) -> Estimate:
    """Say what collecting `window` will cost; needs nothing but the profile.

    low = 18 + 15 n; high = 18 + 15 N (1 + overlap) + 15 (chains + 2), N the posts of the account, n those at its
    average pace, both within `cap` and what the budget buys. seconds = (N/20 + 1 + chains) x spacing.
    """
    affordable = max(0, budget_credits - PROFILE_CREDITS) // POST_CREDITS
    most = min(number for number in (creator.posts_count, cap, affordable) if number is not None)
    least = min(most, ceil((creator.posts_count or 0) * _share_of_life(creator, window)))
    chains = ceil(most / CHAIN_POSTS) if by_search else 0
    overlap = _SEARCH_OVERLAP if by_search else _TIMELINE_OVERLAP
    high = PROFILE_CREDITS + ceil(POST_CREDITS * most * (1 + overlap)) + FLOOR_CREDITS * (chains + 2)
    high = min(high, max(budget_credits, PROFILE_CREDITS))
    return Estimate(
        posts_low=least,
        posts_high=most,
        credits_low=min(high, PROFILE_CREDITS + POST_CREDITS * least),
        credits_high=high,
        usd=high / CREDITS_PER_USD,
        seconds=(ceil(most / PAGE_POSTS) + 1 + chains) * seconds_between,
    )


def _share_of_life(creator: Creator, window: Window) -> float:
    """The window's share of the account's life, 0 to 1; ids of accounts made since 2013 tell when."""
    opened = time_of_id(creator.id) or _LAST_COUNTED_ACCOUNT
    life = window.end - max(opened, _LAST_COUNTED_ACCOUNT)
    return min(1.0, (window.end - window.start) / life) if life > window.end - window.start else 1.0
