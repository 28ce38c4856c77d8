"""How like the creator a text is.

Likeness is log-odds: that a post is the creator's rather than another writer's, both being as likely beforehand. It
adds up two judgements:

- A logistic regression on runs of one to three characters, their shapes and words. Its other side is learned from
  counts alone: posts of other writers are drawn from their counts (`chains.py`), with the lengths of the creator's
  posts, so that length tells nothing and no text is needed.
- A share of the log-likelihood ratio of the characters, creator against the others, over the root of the length. Alone
  it ranks worse, but it leans less on who the others are, which helps where few of them write the language.

What comes of it is moved so that 0 lies halfway between later posts of the creator and the nearest writers, neither met
by the measure (`_ends`): without that, some creators' own pools would all lie below 0.

On later posts of creators the background did not know, this ranks better than either alone and than the log-likelihood
ratio of runs of five (tests/voice/test_likeness_accuracy.py). One short post says little: judge pools, and ask
`verdict` where an answer is wanted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, Self

import numpy as np

from soundalike.errors import TooFewPosts
from soundalike.posts.packing import (
    Array,
    is_ascending,
    pack,
    packed_text,
    refusing,
    require,
    unpack,
    unpacked_text,
)
from soundalike.posts.post import Post
from soundalike.voice.background import Background, fit_background
from soundalike.voice.background_file import shipped_background
from soundalike.voice.drawing import draw_posts
from soundalike.voice.estimate import Floats
from soundalike.voice.features import Bag, Block, Space, bag_of, words_of
from soundalike.voice.generative import RunModel
from soundalike.voice.grams import Integers
from soundalike.voice.reading import Corpus, corpus_of, text_of
from soundalike.voice.regression import fit_logistic
from soundalike.voice.verdict import Verdict, judge_pool

FEWEST_POSTS: Final = 10
FEWEST_CHARACTERS: Final = 1_000
"""Less of the creator's text than this is refused."""

_LONGEST: Final = (
    600  # characters read of a post: a longer one would weigh like several, and as many are drawn
)
_MOST_POSTS: Final = 1_500  # the latest; more did not rank better (500 already do)
_STRENGTH: Final = 5.0
_DRAWN_IN_ALL: Final = 2_000  # posts drawn of all other writers together, and of one at least
_DRAWN_OF_ONE: Final = 60
_RUNS_WEIGHT: Final = (
    0.15  # of the log-likelihood ratio; chosen, like all settings here, on half of the creators
)
_FOLDS: Final = 5
_JUDGED_OF: Final = 3  # every third writer is kept from the measure that finds the centre
_CENTRE_POSTS: Final = 400
_CENTRE_DRAWN: Final = 25
_NEAREST: Final = 90  # percentile over writers

_KIND, _VERSION = "likeness", 1
_BLOCKS: Final = 3  # characters, shapes, words
_RUNS: Final = (("runs", "uses"), ("others_runs", "others_uses"))
_TYPES: Final = {
    **dict.fromkeys(("known", "runs", "uses", "others_runs", "others_uses"), "<i8"),
    **dict.fromkeys(("scales", "weights"), "<f8"),
    "words": "|u1",
}


class Ratios(NamedTuple):
    """Likeness of texts, each times its weight. Of a pool: sum of `ratios` / sum of `weights`.

    The weight is the root of the length in characters: a longer text says more, but not in proportion.
    """

    ratios: Floats
    weights: Floats


@dataclass(frozen=True, slots=True)
class Likeness:
    """A creator's voice as a measure. `writers` is how many others it was learned against, `language` theirs.

    `usual` is what the creator's own later posts come to, as far as the posts learned from tell; None where they do
    not. Nothing needs to be liker than that.
    """

    space: Space
    weights: Floats
    intercept: float
    runs: RunModel
    others_runs: RunModel
    writers: int
    language: str | None
    usual: float | None = None

    @classmethod
    def fit(
        cls,
        posts: Iterable[Post | str],
        background: Background | Iterable[Post | str] | None = None,
        *,
        seed: int = 0,
    ) -> Self:
        """Learn the measure from a creator's posts or texts.

        `background` is other writers, or posts of theirs; the shipped set by default. Only writers of the
        creator's language are used, where there is one; the creator, if among them, is left out by username.

        Raises:
            TooFewPosts: Under 10 posts or 1,000 characters are left once reposts, replies, repetitions and posts
                without words are out, or there is no other writer.
        """
        corpus = _enough(corpus_of(posts))
        others = _others(corpus, background)
        raw = cls._fit(_excerpts(corpus), others, np.random.default_rng(seed))
        return raw._centred(_ends(corpus, others, seed))  # noqa: SLF001

    @classmethod
    def _fit(cls, texts: Sequence[str], others: Background, chance: np.random.Generator) -> Self:
        numbers = _numbers(texts, others)
        mine = bag_of(texts, numbers)
        each = max(_DRAWN_OF_ONE, _DRAWN_IN_ALL // len(others.writers))
        both = Bag.joined([mine, draw_posts(others.writers, others, mine, each, chance)])
        space = Space.of(both, numbers)
        labels = (np.arange(both.texts) < mine.texts).astype(np.float64)
        weights, intercept = fit_logistic(space.rows(both), labels, strength=_STRENGTH)
        return cls(
            space=space,
            weights=weights,
            intercept=intercept,
            runs=RunModel.of(*np.unique(mine.grams, return_counts=True)),
            others_runs=RunModel.of(*_total_runs(others)),
            writers=len(others.writers),
            language=others.language,
        )

    def score(self, texts: Sequence[Post | str] | str) -> float:
        """Likeness of a pool of texts; higher is closer.

        Raises:
            ValueError: The pool is empty.
        """
        ratios, weights = self.ratios([texts] if isinstance(texts, str) else texts)
        if not len(ratios):
            raise ValueError("A pool of no texts has no likeness.")
        return float(ratios.sum() / weights.sum())

    def verdict(self, texts: Sequence[Post | str] | str, *, seed: int = 0) -> Verdict:
        """Whose a pool of texts is: its likeness with an interval, or that there is too little text to say.

        Raises:
            ValueError: The pool is empty.
        """
        own = [text_of(text) for text in ([texts] if isinstance(texts, str) else texts)]
        ratios, weights = self.ratios(own)
        return judge_pool(ratios, weights, characters=sum(map(len, own)), writers=self.writers, seed=seed)

    def scores(self, texts: Sequence[Post | str]) -> Floats:
        """Likeness of each text, of shape (texts,)."""
        ratios, weights = self.ratios(texts)
        return ratios / weights

    def ratios(self, texts: Sequence[Post | str]) -> Ratios:
        """What a pool's likeness is made of, text by text, each of shape (texts,): resample these for an interval."""
        own = [text_of(text) for text in texts]
        return self._ratios(bag_of(own, self.space.words))

    def to_bytes(self) -> bytes:
        """The measure as bytes; `from_bytes` reads them back. No text is in it, only single words used repeatedly."""
        named = {number: word for word, number in self.space.words.items()}
        blocks = self.space.blocks
        facts = {
            "intercept": self.intercept,
            "writers": self.writers,
            "language": self.language,
            "usual": self.usual,
            "sizes": [len(block.known) for block in blocks],
            "parts": [block.weight for block in blocks],
        }
        arrays = {
            "known": np.concatenate([block.known for block in blocks]),
            "scales": np.concatenate([block.scales for block in blocks]),
            "words": packed_text("\n".join(named[number] for number in blocks[-1].known.tolist())),
            "weights": self.weights,
            "runs": np.diff(self.runs.keys, prepend=0),
            "uses": self.runs.uses,
            "others_runs": np.diff(self.others_runs.keys, prepend=0),
            "others_uses": self.others_runs.uses,
        }
        return pack(_KIND, _VERSION, facts, arrays)

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: These bytes are no such measure.
        """
        facts, arrays = unpack(content, _KIND, _VERSION, _TYPES)
        with refusing(_KIND):
            intercept, writers, language = facts["intercept"], facts["writers"], facts["language"]
            usual = facts.get("usual")  # models of earlier versions have none
            require(
                _KIND,
                isinstance(intercept, float) and isinstance(writers, int),
                language is None or isinstance(language, str),
                usual is None or isinstance(usual, float),
            )
            space = _read_space(facts, arrays)
            weights = arrays["weights"]
            require(_KIND, len(weights) == len(arrays["known"]), np.isfinite(weights).all())
            runs, others_runs = (_read_runs(arrays, *names) for names in _RUNS)
        return cls(space, weights, intercept, runs, others_runs, writers, language, usual)

    def _centred(self, ends: "_Ends | None") -> Self:
        """The measure moved so that 0 lies halfway between the two ends."""
        if ends is None:
            return self
        half = (ends.own - ends.others) / 2
        return replace(self, intercept=self.intercept - ends.own + half, usual=half)

    def _ratios(self, bag: Bag) -> Ratios:
        weights = np.sqrt(np.bincount(bag.gram_rows, minlength=bag.texts))
        odds = self.space.rows(bag).times(self.weights) + self.intercept
        gains = self.runs.log_probability(bag.grams) - self.others_runs.log_probability(bag.grams)
        gained = np.bincount(bag.gram_rows, weights=gains, minlength=bag.texts)
        return Ratios(weights * odds + _RUNS_WEIGHT * gained, weights)


def impostors(
    posts: Iterable[Post | str],
    background: Background | Iterable[Post | str] | None = None,
    *,
    posts_each: int = 50,
    seed: int = 0,
) -> dict[str, Ratios]:
    """How like the creator other writers are, each judged by a measure that was learned without them.

    A fifth of the writers at a time is left out of the background; `posts_each` posts are drawn of each from its
    counts, with the lengths of the creator's posts.

    Raises:
        TooFewPosts: As in `Likeness.fit`.
    """
    corpus = _enough(corpus_of(posts))
    others = _others(corpus, background)
    folds = min(_FOLDS, len(others.writers))
    ends = _ends(corpus, others, seed)
    found: dict[str, Ratios] = {}
    for fold in range(folds if folds > 1 else 0):
        judged = others.writers[fold::folds]
        rest = others.without(*(writer.username for writer in judged))
        chance = np.random.default_rng([seed, fold])
        raw = Likeness._fit(_excerpts(corpus), rest, chance)  # noqa: SLF001 - the same idea in the same file
        likeness = raw._centred(ends)  # noqa: SLF001
        mine = bag_of(_excerpts(corpus), likeness.space.words)
        drawn = likeness._ratios(draw_posts(judged, others, mine, posts_each, chance))  # noqa: SLF001
        for writer, ratios, weights in zip(
            judged, *(np.split(each, len(judged)) for each in drawn), strict=True
        ):
            found[writer.username] = Ratios(ratios, weights)
    return found


class _Ends(NamedTuple):
    """What writers never met and the creator's posts never seen come to, by a measure that knows neither."""

    others: float
    own: float


def _ends(corpus: Corpus, others: Background, seed: int) -> _Ends | None:
    """Both ends of the scale; None where there is but one other writer.

    That measure learns from a part of the creator's earlier posts and two thirds of the writers. The last fifth of the
    posts and the others' 90th percentile are the two ends: a verdict has to part the creator from the nearest ones.
    """
    judged = others.writers[::_JUDGED_OF]
    rest = others.without(*(writer.username for writer in judged))
    if not rest.writers:
        return None
    chance = np.random.default_rng([seed, 1])
    texts = _excerpts(corpus)
    cut = len(texts) * 4 // 5
    earlier, later = texts[:cut][-_CENTRE_POSTS:], texts[cut:][-_CENTRE_POSTS:]
    likeness = Likeness._fit(earlier, rest, chance)  # noqa: SLF001
    drawn = likeness._ratios(  # noqa: SLF001
        draw_posts(judged, others, bag_of(earlier, likeness.space.words), _CENTRE_DRAWN, chance)
    )
    ratios, weights = (each.reshape(len(judged), -1).sum(1) for each in drawn)
    nearest = float(np.percentile(ratios / weights, _NEAREST))
    return _Ends(nearest, likeness.score(later))


def _enough(corpus: Corpus) -> Corpus:
    characters = sum(map(len, corpus.texts))
    if len(corpus.texts) < FEWEST_POSTS or characters < FEWEST_CHARACTERS:
        raise TooFewPosts(
            f"{len(corpus.texts)} posts with {characters:,} characters of the creator’s own are too little to "
            "know a voice by.",
            found=len(corpus.texts),
            needed=FEWEST_POSTS,
            hint=f"At least {FEWEST_POSTS} posts and {FEWEST_CHARACTERS:,} characters are needed; reposts, replies, "
            "repetitions and posts without words do not count.",
        )
    return corpus


def _excerpts(corpus: Corpus) -> list[str]:
    return [text[:_LONGEST] for text in corpus.texts[-_MOST_POSTS:]]


def _others(corpus: Corpus, background: Background | Iterable[Post | str] | None) -> Background:
    if background is None:
        background = shipped_background()
    elif not isinstance(background, Background):
        background = fit_background(background)
    others = background.without(*corpus.usernames).speaking(corpus.writing.language, at_least=1)
    if not others.writers:
        raise TooFewPosts(
            "There is no other writer to set the creator against.",
            found=0,
            needed=1,
            hint="Give posts of other writers, or leave the background out to use the set that comes with the package.",
        )
    return others


def _total_runs(others: Background) -> tuple[Integers, Integers]:
    """Runs of all writers together, ascending, and how often each was used."""
    uses = np.zeros(len(others.gram_keys), dtype=np.int64)
    for writer in others.writers:
        index, counts = writer.grams
        uses[index] += counts
    return others.gram_keys[uses > 0], uses[uses > 0]


def _read_space(facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> Space:
    sizes, parts = facts["sizes"], facts["parts"]
    require(_KIND, len(sizes) == len(parts) == _BLOCKS, min(sizes) >= 0)
    require(_KIND, sum(sizes) == len(arrays["known"]) == len(arrays["scales"]))
    ends = np.cumsum(sizes)[:-1]
    known, scales = np.split(arrays["known"], ends), np.split(arrays["scales"], ends)
    require(_KIND, *map(is_ascending, known), all(np.all(np.isfinite(each)) for each in scales))
    text = unpacked_text(arrays["words"])
    words = text.split("\n") if text else []
    require(_KIND, len(words) == sizes[-1])
    return Space(
        tuple(map(Block, known, scales, map(float, parts))), dict(zip(words, known[-1].tolist(), strict=True))
    )


def _read_runs(arrays: Mapping[str, Array], keys: str, uses: str) -> RunModel:
    runs = np.cumsum(arrays[keys], dtype=np.int64)
    require(_KIND, len(runs) == len(arrays[uses]), is_ascending(runs), np.all(arrays[uses] > 0))
    require(_KIND, not len(runs) or runs[0] >= 0)
    return RunModel.of(runs, arrays[uses].astype(np.int64))


def _numbers(texts: Iterable[str], others: Background) -> dict[str, int]:
    """Numbers for words: the background's vocabulary in order, then the creator's own."""
    vocabulary = others.vocabulary["word"]
    new = {word for text in texts for word in words_of(text)}.difference(vocabulary)
    return {word: number for number, word in enumerate((*vocabulary, *sorted(new)))}
