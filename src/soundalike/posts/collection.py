"""Sorting out what was collected: kept, set aside with the reason, held out by time."""

from collections import Counter
from collections.abc import Collection as Some
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from soundalike.errors import TooFewPosts
from soundalike.posts.duplicates import near_duplicates
from soundalike.posts.post import Post, Window
from soundalike.posts.text import has_words, language_of, main_language, own_text

ENOUGH_FOR_A_VOICE = 100
"""Usable posts under which a window is widened backwards for the voice."""

MOST_WIDENINGS = 6
"""How many windows of the same length a thin window is widened by: three years at six months."""

_HELD_OUT_SHARE = 0.2
HELD_OUT_LEAST = 20
"""Posts a voice is graded on at least."""

_HELD_OUT_MOST = 200


class Reason(StrEnum):
    """Why a post is set aside."""

    REPOST = "repost"
    REPLY = "reply"
    NO_WORDS = "no_words"
    LANGUAGE = "other_language"
    DUPLICATE = "near_duplicate"


@dataclass(frozen=True, slots=True)
class Collection:
    """A creator's posts, sorted out. All lists run from the oldest to the newest."""

    window: Window
    kept: tuple[Post, ...]
    """Usable posts inside the window: what virality is judged on."""
    earlier: tuple[Post, ...]
    """Usable posts from before the window, for the voice only."""
    set_aside: Mapping[Reason, int]
    """How many posts of the window were left out, by reason."""
    language: str | None
    picked: frozenset[str] = frozenset()
    """Ids of posts bought for their engagement, without those around them: no part of what is usual."""

    @property
    def voice_corpus(self) -> tuple[Post, ...]:
        """All usable posts: what the voice is learned from."""
        return self.earlier + self.kept


@dataclass(frozen=True, slots=True)
class Split:
    """The voice corpus in two: what may be learned from, and what nothing but the report card sees."""

    seen: tuple[Post, ...]
    held_out: tuple[Post, ...]


def sort_out(posts: Iterable[Post], window: Window, *, unread: Sequence[Window] = ()) -> Collection:
    """Sort out `posts`; those after the window are ignored, those in parts that were not read whole are `picked`.

    Where the window holds fewer usable posts than a voice needs, those of the windows before it are added to the voice,
    one window at a time until there are enough; older ones are ignored.
    """
    ordered, reasons, language = _judge(posts, window)
    fine = [post for post in ordered if reasons[post.id] is None]
    return Collection(
        window=window,
        kept=tuple(post for post in fine if post.created_at in window),
        earlier=_enough_earlier(fine, window),
        set_aside=Counter(
            reason
            for post in ordered
            if post.created_at in window and (reason := reasons[post.id]) is not None
        ),
        language=language,
        picked=frozenset(post.id for post in fine if any(post.created_at in gap for gap in unread)),
    )


def set_aside(posts: Iterable[Post], window: Window) -> list[tuple[Post, Reason]]:
    """The posts of the window that `sort_out` leaves out, each with why; oldest first."""
    ordered, reasons, _ = _judge(posts, window)
    inside = (post for post in ordered if post.created_at in window)
    return [(post, reason) for post in inside if (reason := reasons[post.id]) is not None]


def hold_out(collection: Collection, *, selected_ids: Some[str] = ()) -> Split:
    """Split off the latest fifth in time (20 to 200 posts); selected posts are never held out.

    Raises:
        TooFewPosts: Fewer posts would be left to learn from than are held out.
    """
    corpus = collection.voice_corpus
    wanted = min(max(round(len(corpus) * _HELD_OUT_SHARE), HELD_OUT_LEAST), _HELD_OUT_MOST)
    held_out = [post for post in corpus if post.id not in set(selected_ids)][-wanted:]
    if len(corpus) < 2 * HELD_OUT_LEAST or len(held_out) < HELD_OUT_LEAST:
        raise TooFewPosts(
            f"{len(corpus)} usable posts are too few to learn a voice and to grade it on unseen posts.",
            found=len(corpus),
            needed=2 * HELD_OUT_LEAST,
            hint=f"At least {2 * HELD_OUT_LEAST} are needed beside the viral ones: widen --months, "
            "or add posts from an X archive.",
        )
    ids = {post.id for post in held_out}
    return Split(tuple(post for post in corpus if post.id not in ids), tuple(held_out))


def _judge(posts: Iterable[Post], window: Window) -> tuple[list[Post], dict[str, Reason | None], str | None]:
    """The posts up to the window's end, oldest first; why each is left out, None for a usable one; their language."""
    unique = {post.id: post for post in posts if post.created_at < window.end}
    ordered = sorted(unique.values(), key=lambda post: (post.created_at, int(post.id)))
    own = [post for post in ordered if not post.is_repost and not post.is_reply]
    texts = {post.id: own_text(post) for post in own}
    language = main_language([*texts.values()], [post.lang for post in own])
    reasons = {post.id: _reason(post, texts.get(post.id, ""), language) for post in ordered}
    usable = [post for post in ordered if reasons[post.id] is None]
    reasons |= dict.fromkeys(_repeated(usable, texts), Reason.DUPLICATE)
    return ordered, reasons, language


def _enough_earlier(posts: Sequence[Post], window: Window) -> tuple[Post, ...]:
    """The posts of as many windows before `window` as it takes to have enough for a voice."""
    reach = window
    for _ in range(MOST_WIDENINGS):
        if sum(post.created_at >= reach.start for post in posts) >= ENOUGH_FOR_A_VOICE:
            break
        reach = reach.before()
    return tuple(post for post in posts if reach.start <= post.created_at < window.start)


def _reason(post: Post, text: str, language: str | None) -> Reason | None:
    if post.is_repost:
        return Reason.REPOST
    if post.is_reply:
        return Reason.REPLY
    if not has_words(text):
        return Reason.NO_WORDS
    spoken = language_of(text, post.lang)
    return Reason.LANGUAGE if spoken and language and spoken != language else None


def _repeated(posts: Sequence[Post], texts: Mapping[str, str]) -> set[str]:
    """Ids of all but the most engaging of each group of near-duplicates."""
    first = near_duplicates([texts[post.id] for post in posts])
    order = sorted(range(len(posts)), key=lambda index: first[index])
    groups = (
        [posts[index] for index in group] for _, group in groupby(order, key=lambda index: first[index])
    )
    best_first = (sorted(group, key=lambda post: -post.engagement.total) for group in groups)
    return {post.id for group in best_first for post in group[1:]}
