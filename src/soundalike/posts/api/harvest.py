"""What a collection brought: the posts, the bill, and what its owner should know about both."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soundalike.errors import SoundalikeError
from soundalike.posts.api.planning import expected_posts, read_share, unread
from soundalike.posts.api.stretches import Source, StopReason, Stretch
from soundalike.posts.post import Creator, Post, Window, time_of_id

_STRANGE_SILENCE = 20  # posts expected where none came; chance would explain it once in 500 million times
_TELLING_SHARE = 0.02  # of a window, before the part read says how much the whole holds


@dataclass(frozen=True, slots=True)
class PageReport:
    """A page that came, and the totals of this collection up to here; `share` of the window is read."""

    posts: tuple[Post, ...]
    collected: int
    requests: int
    credits: int
    share: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a window came: `posts` of about `expected`; `share` of its time was read whole, `unread` was not."""

    posts: int
    expected: int
    share: float
    unread: tuple[Window, ...] = ()

    @property
    def sentence(self) -> str:
        """In words."""
        if self.share >= 1:
            return f"All {self.posts:,} posts of the window that the service shows."
        return f"{self.posts:,} of about {self.expected:,} posts of the window."


@dataclass(frozen=True, slots=True)
class Fetched:
    """A collection: the window's posts, each once, newest first, reposts of the creator included.

    `kept_before` of them were in the books already and cost nothing now; `requests`, `credits` and `seconds` are what
    this fetch took, credits what may have been billed, at most. `failure` is the error behind INTERRUPTED.
    """

    posts: tuple[Post, ...]
    requests: int
    credits: int
    seconds: float
    stop_reason: StopReason
    warnings: tuple[str, ...] = ()
    failure: SoundalikeError | None = None
    kept_before: int = 0
    coverage: Coverage | None = None


def newest_first(posts: Iterable[Post]) -> tuple[Post, ...]:
    """The posts from the newest on; ids settle the order within a second."""
    return tuple(sorted(posts, key=lambda post: (post.created_at, int(post.id)), reverse=True))


def stop_reason_of(stretches: Sequence[Stretch]) -> StopReason:
    """One reason for all: the one that left most undone."""
    reasons = {stretch.stop for stretch in stretches if stretch.stop}
    by_weight = (
        StopReason.INTERRUPTED,
        StopReason.BUDGET,
        StopReason.SAMPLE,
        StopReason.EMPTY_PAGES,
        StopReason.NOTHING_NEW,
        StopReason.LAST_PAGE,
    )
    return next((reason for reason in by_weight if reason in reasons), StopReason.WINDOW_COVERED)


def coverage_of(window: Window, read: Sequence[Stretch], posts: Sequence[Post], creator: Creator) -> Coverage:
    """How much of the window came; the part read tells what the rest holds, or else the account's average pace."""
    share, gaps = read_share(window, read), tuple(unread(window, read))
    whole_read = sum(not any(post.created_at in gap for gap in gaps) for post in posts)
    counted_at = max((stretch.read_at for stretch in read), default=window.end)
    average = expected_posts(creator, window, now=counted_at)
    whole = average if share < _TELLING_SHARE else whole_read / share
    return Coverage(len(posts), max(len(posts), round(whole)), share, gaps)


def warnings_of(
    read: Sequence[Stretch], coverage: Coverage, stop_reason: StopReason, creator: Creator
) -> tuple[str, ...]:
    """What is missing from a collection, or was paid for in vain, in sentences."""
    sentences = [_early_end(coverage, stop_reason), _blindness(coverage, stop_reason, creator), *_waste(read)]
    for stretch in read:
        sentences += [_broken_promise(stretch), _silence(stretch)]
    if any(stretch.source is Source.SEARCH and stretch.brought for stretch in read):
        sentences.append("Read through a search, which finds no reposts and can miss single posts.")
    return tuple(dict.fromkeys(filter(None, sentences)))


def _early_end(coverage: Coverage, reason: StopReason) -> str:
    if reason is StopReason.SAMPLE:
        return f"A sample, as asked: {coverage.sentence}"
    return f"Ended early ({reason}): {coverage.sentence}" if reason.is_early else ""


def _blindness(coverage: Coverage, reason: StopReason, creator: Creator) -> str:
    counted = creator.posts_count or 0
    if not counted or coverage.posts or reason in {StopReason.BUDGET, StopReason.INTERRUPTED}:
        return ""
    return (
        f"No post was found, although the profile counts {counted:,}: timelines and searches can be blind to small "
        "or new accounts."
    )


def _waste(read: Sequence[Stretch]) -> Iterable[str]:
    foreign, broken = (sum(getattr(stretch, name) for stretch in read) for name in ("foreign", "broken"))
    if foreign:
        yield f"Posts of other accounts that were paid for and dropped: {foreign}."
    if broken:
        yield f"Items that could not be read and were left out: {broken}."


def _broken_promise(stretch: Stretch) -> str:
    if stretch.stop is None or not stretch.stop.is_doubtful:
        return ""
    return (
        f"The service broke off ({stretch.stop}) although it promised more: posts from before "
        f"{stretch.reached:%Y-%m-%d %H:%M} UTC may be missing."
    )


def _silence(stretch: Stretch) -> str:
    """A stretch that ends so long before its start that many posts would be expected there."""
    oldest = time_of_id(stretch.below_id) if stretch.below_id else None
    if stretch.stop is not StopReason.LAST_PAGE or not oldest or oldest >= stretch.end:
        return ""
    expected = stretch.brought * (oldest - stretch.start) / (stretch.end - oldest)
    if expected < _STRANGE_SILENCE:
        return ""
    return (
        f"Nothing was found from {stretch.start:%Y-%m-%d} to {oldest:%Y-%m-%d}, where many posts would be expected: "
        "either the creator was silent, or the search does not reach that far."
    )
