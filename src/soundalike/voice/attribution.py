"""Who of several writers a text is by: a closed line-up of the creator and the background's writers of the language.

Each writer is a model of runs of three characters (Witten and Bell's rule, voice/generative.py), learned from the same
amount of text at most, and a text goes to the writer under whom it is the most probable. Nothing is fitted to tell the
creator from others and nothing is ranked by it, so it can judge what likeness selected. It reads short runs of
characters, as likeness in part does: another judge, not another kind of evidence.

How well it tells is measured by `benchmarks/voice lineup`: of later posts of eleven English creators 59 % go to them,
33 to 94 by creator, and 5 % of other creators' who were left out of the line-up; by lot 2 % would. Where three others
write the language (Chinese), 35 to 48 % of others' posts went to the creator: with so few there is no line-up.

The words of the writers beside their runs gained 0.01; centring each model on what is common took as much from the
later posts as from the others'.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from soundalike.posts.post import Post
from soundalike.voice.background import MOST_CHARACTERS, Background, Writer
from soundalike.voice.generative import RunModel
from soundalike.voice.grams import char_grams
from soundalike.voice.reading import corpus_of, text_of

FEWEST_OTHERS: Final = 10
"""Other writers of the language under which there is no line-up."""

_LONGEST: Final = 600  # characters read of a text, as likeness reads them


@dataclass(frozen=True, slots=True)
class LineUp:
    """Writers a text may be by, the first of them the creator."""

    models: tuple[RunModel, ...]

    @classmethod
    def of(
        cls,
        posts: Iterable[Post | str],
        background: Background,
        *,
        seed: int = 0,
        fewest: int = FEWEST_OTHERS,
    ) -> Self | None:
        """Line the writer of these posts up with the others of the language; None where fewer than `fewest` are known.

        Up to 20,000 characters of the creator are learned, a random choice of whole posts, as of the others.
        """
        corpus = corpus_of(posts)
        others = background.without(*corpus.usernames)
        same = [writer for writer in others.writers if writer.language == corpus.writing.language]
        if len(same) < fewest or not corpus.texts:
            return None
        runs, _ = char_grams(_some([text[:_LONGEST] for text in corpus.texts], np.random.default_rng(seed)))
        creator = RunModel.of(*np.unique(runs, return_counts=True))
        return cls((creator, *(_model(writer, others) for writer in same)))

    @property
    def chance(self) -> float:
        """The share of texts that would go to the creator by lot."""
        return 1 / len(self.models)

    def picks_creator(self, texts: Sequence[Post | str]) -> NDArray[np.bool_]:
        """Whether each text goes to the creator, of shape (texts,)."""
        runs, rows = char_grams([text_of(text)[:_LONGEST] for text in texts])
        known, back = np.unique(runs, return_inverse=True)
        first, *others = (
            np.bincount(rows, model.log_probability(known)[back], minlength=len(texts))
            for model in self.models
        )
        picked: NDArray[np.bool_] = first > np.max(others, axis=0)
        return picked


def _some(texts: Sequence[str], chance: np.random.Generator) -> list[str]:
    """A random choice of texts with as many characters as a background keeps of a writer; one at least."""
    order = chance.permutation(len(texts))
    lengths = np.cumsum([len(texts[index]) for index in order])
    count = max(int(np.searchsorted(lengths, MOST_CHARACTERS, "right")), 1)
    return [texts[index] for index in order[:count]]


def _model(writer: Writer, others: Background) -> RunModel:
    index, counts = writer.grams
    return RunModel.of(others.gram_keys[index], counts.astype(np.int64))
