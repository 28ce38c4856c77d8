"""Whose posts a line-up gives to the creator: later posts of the creator's own, and other creators'."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Final

from tables import show

from soundalike.posts.files import load_posts
from soundalike.voice.attribution import LineUp
from soundalike.voice.background_file import shipped_background
from soundalike.voice.reading import Corpus, corpus_of

LATER: Final = 0.2
MOST_LATER: Final = 200
OF_ANOTHER: Final = 60
FEWEST: Final = 2  # a card asks for more


@dataclass(frozen=True, slots=True)
class Given:
    """Shares of texts given to a creator: later posts, posts of other creators of the language who are not lined up.

    `most` is the share of the other creator whose posts are given most.
    """

    creator: str
    language: str | None
    writers: int
    later: float
    others: float
    most: float


def report(paths: Sequence[Path]) -> None:
    """Print the table for these files of posts, one creator each."""
    corpora = {path.stem: corpus_of(load_posts(path)) for path in paths}
    rows = [row for name in corpora if (row := _given(name, corpora))]
    show("Posts given to the creator by the line-up of a report card", rows)
    english = [row for row in rows if row.language == "en"]
    print(
        f"\nmean, English: {mean(row.later for row in english):.2f} {mean(row.others for row in english):.3f}"
    )


def _given(name: str, corpora: Mapping[str, Corpus]) -> Given | None:
    own = corpora[name]
    held = min(max(round(LATER * len(own.texts)), 1), MOST_LATER)
    cut = len(own.texts) - held
    background = shipped_background().without(name)
    line_up = LineUp.of(own.items[:cut], background, fewest=FEWEST)
    if line_up is None:
        return None
    others = [_other(name, other, corpora, cut) for other in corpora if _is_rival(own, corpora[other])]
    shares = [share for share in others if share is not None]
    return Given(
        creator=name,
        language=own.writing.language,
        writers=len(line_up.models),
        later=float(line_up.picks_creator(own.texts[cut:]).mean()),
        others=mean(shares) if shares else float("nan"),
        most=max(shares, default=float("nan")),
    )


def _is_rival(own: Corpus, other: Corpus) -> bool:
    return other is not own and other.writing.language == own.writing.language


def _other(name: str, other: str, corpora: Mapping[str, Corpus], cut: int) -> float | None:
    """The share of another creator's last posts given to the creator, the other being left out of the line-up."""
    background = shipped_background().without(name, other)
    line_up = LineUp.of(corpora[name].items[:cut], background, fewest=FEWEST)
    if line_up is None:
        return None
    return float(line_up.picks_creator(corpora[other].texts[-OF_ANOTHER:]).mean())
