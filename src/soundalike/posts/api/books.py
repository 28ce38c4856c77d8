"""What is written down of collecting: requests and their price, pages, and how far a creator's posts are read.

Every request is booked at its highest price before it is sent and settled after, so that neither a crash nor another
process spends past a ceiling. A page, its price and the place it reached are put down together, or not at all.
"""

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from soundalike.errors import BudgetExceeded
from soundalike.posts.api.stretches import Stretch
from soundalike.posts.post import Post, Window

OK: Final = "ok"
NEVER_SENT: Final = "never_sent"  # booked, but ended while waiting for its turn


@dataclass(frozen=True, slots=True)
class Bill:
    """What was asked and what it may have cost at most; `open_requests` were sent and never answered for."""

    requests: int = 0
    credits: int = 0
    open_requests: int = 0


class Books(Protocol):
    """The books of one collection by one user. Threads may share them."""

    def reserve(self, kind: str, most_credits: int) -> int:
        """Book a request before it is sent; returns the number of its entry.

        Raises:
            BudgetExceeded: It could pass a ceiling; nothing was booked.
        """

    def settle(self, entry: int, credits_: int, outcome: str) -> None:
        """Write down what a request cost and what became of it: `ok`, `never_sent` or the code of an error."""

    def keep(self, entry: int, credits_: int, posts: Sequence[Post], stretch: Stretch) -> Stretch:
        """Settle a page's request, put its posts away and note how far the stretch is read, all at once.

        Returns:
            The stretch under the key by which the books know it from now on.
        """

    def stretches(self, username: str) -> list[Stretch]:
        """What was read of a creator so far, by this collection or an earlier one, in no order."""

    def posts(self, username: str, window: Window) -> list[Post]:
        """What was put away of a creator's window, in no order."""

    def bill(self) -> Bill:
        """What this collection asked and paid so far."""

    def left(self) -> int:
        """The credits that the ceilings still allow."""


class MemoryBooks:
    """Books that end with the process, under one ceiling."""

    def __init__(self, budget_credits: int) -> None:
        self._budget = budget_credits
        self._entries: list[tuple[int, str | None]] = []
        self._stretches: list[Stretch] = []
        self._posts: defaultdict[str, dict[str, Post]] = defaultdict(dict)
        self._lock = threading.RLock()

    def reserve(self, kind: str, most_credits: int) -> int:  # noqa: ARG002 - nobody reads these books for kinds
        """Book a request before it is sent; returns the number of its entry."""
        with self._lock:
            check_ceiling(self.bill().credits, most_credits, self._budget)
            self._entries.append((most_credits, None))
            return len(self._entries) - 1

    def settle(self, entry: int, credits_: int, outcome: str) -> None:
        """Write down what a request cost."""
        with self._lock:
            self._entries[entry] = (credits_, outcome)

    def keep(self, entry: int, credits_: int, posts: Sequence[Post], stretch: Stretch) -> Stretch:
        """Settle a page's request, put its posts away and note how far the stretch is read."""
        with self._lock:
            self.settle(entry, credits_, OK)
            self._posts[stretch.username.lower()] |= {post.id: post for post in posts}
            if stretch.key is None:
                stretch = replace(stretch, key=len(self._stretches))
                self._stretches.append(stretch)
            self._stretches[stretch.key or 0] = stretch
            return stretch

    def stretches(self, username: str) -> list[Stretch]:
        """What was read of a creator so far."""
        wanted = username.lower()
        return [stretch for stretch in self._stretches if stretch.username.lower() == wanted]

    def posts(self, username: str, window: Window) -> list[Post]:
        """What was put away of a creator's window."""
        kept = self._posts[username.lower()].values()
        return [post for post in kept if post.created_at in window]

    def bill(self) -> Bill:
        """What was asked and paid so far."""
        with self._lock:
            return Bill(
                requests=len(self._entries),
                credits=sum(credits_ for credits_, _ in self._entries),
                open_requests=sum(outcome is None for _, outcome in self._entries),
            )

    def left(self) -> int:
        """The credits that the ceiling still allows."""
        return max(0, self._budget - self.bill().credits)


def check_ceiling(spent: int, most_credits: int, ceiling: int, *, whose: str = "the budget") -> None:
    """Refuse a request that could pass a ceiling.

    Raises:
        BudgetExceeded: What was spent and the request's highest price are more than the ceiling.
    """
    if most_credits and spent + most_credits > ceiling:
        raise BudgetExceeded(
            f"One more request could pass {whose} of {ceiling:,} credits; {spent:,} are spent.",
            spent=spent,
            budget=ceiling,
            hint=f"Raise it (TWITTER_API_BUDGET_CREDITS, TWITTER_API_MONTHLY_CREDITS, --budget); a page costs up to "
            f"{most_credits:,}.",
        )
