"""Threads: several posts on one brief, each written after the ones before it."""

from collections import Counter
from typing import Final, Protocol

from soundalike.drafts.draft import Draft, Drafting
from soundalike.drafts.form import Unfit
from soundalike.drafts.order import check_range, spread
from soundalike.drafts.prompt import Place

MOST_POSTS: Final = 25


class WritesOne(Protocol):
    """Writes the best draft it can for a place in a thread."""

    def __call__(self, *, place: Place, seed: int) -> Drafting:
        """One draft or none, with what was withheld."""


def write_thread(write: WritesOne, *, posts: int, seed: int) -> Drafting:
    """Write the posts of a thread in their order, none of which says nearly the same as one before it.

    It ends early where no candidate for the next post passes the checks.

    Raises:
        SettingsError: `posts` is not 1 to 25.
    """
    check_range("The number of posts", posts, MOST_POSTS)
    drafts: list[Draft] = []
    withheld: Counter[Unfit] = Counter()
    tried = 0
    for number in range(posts):
        place = Place(tuple(each.text for each in drafts), posts)
        found = write(place=place, seed=spread(seed, number))
        tried += found.tried
        withheld.update(found.withheld)
        if not found.drafts:
            break
        drafts.append(found.drafts[0])
    return Drafting(tuple(drafts), withheld, tried)
