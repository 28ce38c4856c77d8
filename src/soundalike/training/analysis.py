"""What a collection holds: the posts that outran the creator's usual, offered for review."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from soundalike.posts.api.harvest import Coverage
from soundalike.posts.collection import ENOUGH_FOR_A_VOICE, Collection, sort_out
from soundalike.posts.post import Creator, Post, Window
from soundalike.virality.score import Gate, ScoredPost, Selection, score_posts, select_viral, stability

TOP = 20
"""How many viral posts are offered for review."""


@dataclass(frozen=True, slots=True)
class Collecting:
    """What collecting took. Credits: 100,000 are US$1; both are zero for files.

    `kept_before` posts were there already and cost nothing; `coverage` says how much of the window came, where it is
    known.
    """

    collected: int
    requests: int = 0
    credits: int = 0
    seconds: float = 0.0
    stop_reason: str = "complete"
    warnings: tuple[str, ...] = ()
    kept_before: int = 0
    coverage: Coverage | None = None

    @property
    def usd(self) -> float:
        """The price in US dollars."""
        return self.credits / 100_000


@dataclass(frozen=True, slots=True)
class Analysis:
    """A creator's posts, sorted out and scored."""

    creator: Creator
    posts: tuple[Post, ...] = field(repr=False)
    """Everything collected, reposts and replies too: drafts are checked against all of it."""
    collection: Collection = field(repr=False)
    scored: tuple[ScoredPost, ...] = field(repr=False)
    """The kept posts of the window that state a count, oldest first."""
    gate: Gate
    selection: Selection
    collecting: Collecting
    warnings: tuple[str, ...]

    @property
    def median_engagement(self) -> float:
        """The middle engagement of the kept posts of the window; 0 where there are none."""
        usual = [scored for scored in self.scored if scored.post.id not in self.collection.picked]
        totals = sorted(scored.engagement for scored in usual)
        middle = len(totals) // 2
        return (totals[middle] + totals[~middle]) / 2 if totals else 0.0


def analyse(
    posts: Sequence[Post],
    *,
    creator: Creator,
    window: Window,
    gate: Gate,
    top: int = TOP,
    collecting: Collecting,
) -> Analysis:
    """Sort out, score and select; says in `warnings` whatever the user should know before training."""
    unread = collecting.coverage.unread if collecting.coverage else ()
    collection = sort_out(posts, window, unread=unread)
    # Posts before the window take part in the usual.
    scored = score_posts(collection.voice_corpus, picked=collection.picked)
    selection = select_viral(scored, gate=gate, top=top, window=window)
    return Analysis(
        creator=creator,
        posts=tuple(posts),
        collection=collection,
        scored=tuple(each for each in scored if each.post.created_at in window),
        gate=gate,
        selection=selection,
        collecting=collecting,
        warnings=(*collecting.warnings, *_warnings(collection, scored, gate, selection)),
    )


def _warnings(
    collection: Collection, scored: Sequence[ScoredPost], gate: Gate, selection: Selection
) -> Iterator[str]:
    usable = len(collection.voice_corpus)
    if usable < ENOUGH_FOR_A_VOICE:
        yield (
            f"Only {usable} usable posts: too few for a sure voice."
            if usable
            else "No usable post was found."
        )
    if selection.considered and not selection.passed:
        advice = _advice(scored, gate, collection.window)
        yield f"None of the {selection.considered:,} posts pass {_gate_in_words(gate)}. {advice}"
    if selection.posts:
        warning = stability(
            collection.voice_corpus,
            gate=gate,
            top=len(selection.posts),
            window=collection.window,
            picked=collection.picked,
        ).warning
        yield from [warning] if warning else []


def _gate_in_words(gate: Gate) -> str:
    return "the creator's own usual by far enough" if gate == "auto" else f"{gate:,}"


def _advice(scored: Sequence[ScoredPost], gate: Gate, window: Window) -> str:
    if gate == "auto":
        return "The engagement of this account is too even to tell some posts from the rest."
    return f"With auto, {select_viral(scored, gate='auto', window=window).passed:,} pass."
