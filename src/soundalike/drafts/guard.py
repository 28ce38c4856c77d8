"""The copy guard: what a text has in common with any collected post.

Texts are compared as words without signs (see `reading`) and by hash alone (see `hashes`), so that the guard can be
kept when the posts no longer may be, and is the same one then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np

from soundalike.drafts.hashes import RUN, SHINGLE, SPANS, PostHashes, span_windows
from soundalike.drafts.reading import Reading, hash_text, read, word_code
from soundalike.drafts.windows import Places, distinct, hash_windows, read_codes
from soundalike.posts.post import Post

COPIED_WORDS: Final = SPANS[0] // 2
COPIED_CHARACTERS: Final = RUN
COPIED_SHARE: Final = 0.5
"""A draft is a copy when it shares this many words or characters in a row, or over this share of its shingles."""

SHINGLE_CHARACTERS: Final = SHINGLE

_UNDER: Final = {width: wider for wider, width in zip((None, *SPANS), SPANS, strict=False)}


@dataclass(frozen=True, slots=True)
class Overlap:
    """What a text shares with the collected posts.

    `shared_text` is the longest run of words it has in common with one of them, as it stands in the text, and `post_id`
    that post; both None under two words. `novelty` is 1 − the largest share of the text's character 8-grams that one
    post holds.
    """

    copied: bool
    shared_text: str | None
    shared_words: float
    post_id: str | None
    novelty: float


class _Span(NamedTuple):
    """Words `first` to `last` of a text, as a post has them."""

    first: int
    last: int
    post: int


class CopyGuard:
    """Knows every collected post by its hashes; built once, 12,000 posts in about a second, and asked often.

    A run of more than eight words is pieced together from runs of eight in the same post, and one of four to eight from
    runs of four: where a post says the same words twice, a shared run may be told too long, but no draft is withheld
    for that; and half a word too short where scripts with and without spaces mix.
    """

    def __init__(self, posts: Sequence[Post] = (), *, hashes: PostHashes | None = None) -> None:
        self._hashes = PostHashes.of(posts) if hashes is None else hashes

    @property
    def ids(self) -> tuple[str, ...]:
        """The posts it knows."""
        return self._hashes.ids

    def to_bytes(self) -> bytes:
        """The guard as bytes that hold hashes and ids of posts, no text; `from_bytes` reads them back."""
        return self._hashes.to_bytes()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read what `to_bytes` wrote: a guard that gives the same answers.

        Raises:
            ValueError: These bytes are no guard.
        """
        return cls(hashes=PostHashes.from_bytes(content))

    def knowing(self, posts: Iterable[Post]) -> "CopyGuard":
        """This guard with more posts; those it knows by their id already stay as they are."""
        known = set(self.ids)
        new = [post for post in posts if post.id not in known]
        return CopyGuard(hashes=self._hashes.joined(PostHashes.of(new))) if new else self

    def check(self, text: str) -> Overlap:
        """Say what `text` shares with the posts, and whether that makes it a copy."""
        reading = read(text)
        if not reading.words:
            is_known = np.isin(np.uint64(hash_text(reading.bare)), self._hashes.wordless)
            return Overlap(bool(is_known), None, 0.0, None, 1.0)
        span = self._longest_span(reading)
        shared_words = reading.weight(span.first, span.last) if span else 0.0
        share = self._largest_share(reading.flat)
        copied = shared_words >= COPIED_WORDS or share > COPIED_SHARE or self._shares_run(reading.flat)
        return Overlap(
            copied=copied,
            shared_text=reading.span(span.first, span.last) if span else None,
            shared_words=shared_words,
            post_id=self.ids[span.post] if span else None,
            novelty=1.0 - share,
        )

    def _longest_span(self, reading: Reading) -> _Span | None:
        halves, words = reading.halves(word_code)
        for width in SPANS:
            hashes, at = span_windows(halves, width)
            asked, posts = self._hashes.spans[width].holders(hashes)
            if len(asked):
                begins, ends = words[at[asked]], words[at[asked] + width - 1]
                return _cut(_longest_chain(begins, ends, posts), reading, _UNDER[width])
        return None

    def _largest_share(self, flat: str) -> float:
        """The largest share of the text's shingles that one post holds."""
        shingles = distinct(hash_windows(read_codes(flat), SHINGLE)[0])
        _, posts = self._hashes.shingles.holders(shingles)
        return int(np.bincount(posts).max()) / len(shingles) if len(posts) else 0.0

    def _shares_run(self, flat: str) -> bool:
        """Whether a run of characters stands in a post; of a text that has no shingle, whether it does as a whole."""
        is_short = len(flat) < SHINGLE
        hashes, _ = hash_windows(read_codes(flat), len(flat) if is_short else RUN)
        return (self._hashes.shorts if is_short else self._hashes.runs).holds(hashes)


def _longest_chain(begins: Places, ends: Places, posts: Places) -> _Span:
    """The longest chain of windows that begin a word after the other and stand in the same post."""
    order = np.lexsort((begins, posts))
    begins, ends, posts = begins[order], ends[order], posts[order]
    is_first = np.ones(len(begins), dtype=bool)
    is_first[1:] = (posts[1:] != posts[:-1]) | (begins[1:] != begins[:-1] + 1)
    firsts = np.flatnonzero(is_first)
    lasts = np.append(firsts[1:], len(begins)) - 1
    longest = int(np.argmax(ends[lasts] - begins[firsts]))
    return _Span(int(begins[firsts[longest]]), int(ends[lasts[longest]]), int(posts[firsts[longest]]))


def _cut(span: _Span, reading: Reading, under: int | None) -> _Span:
    """The span with fewer than `under` half-words: so many would have been found as one window."""
    first, last, post = span
    while under and 2 * reading.weight(first, last) >= under:
        last -= 1
    return _Span(first, last, post)
