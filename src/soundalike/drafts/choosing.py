"""Which candidates become drafts: judged one by one, ranked together, the best ones that differ."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from soundalike.drafts.form import Form, Unfit, find_fault
from soundalike.drafts.guard import CopyGuard, Overlap
from soundalike.drafts.prompt import content_words
from soundalike.drafts.rules import Rule, broken_rules
from soundalike.drafts.writer import CUT_OFF
from soundalike.posts.text import words

Floats = NDArray[np.float64]
Measure = Callable[[Sequence[str]], Iterable[float]]
"""A figure for each text, in their order."""
Duel = Callable[[Sequence[str], Sequence[str]], Iterable[float]]
"""For each pair, the probability that the first text is taken up more."""

_EVEN: Final = 0.5
_STEM: Final = 5
_ENOUGH_WORDS: Final = 2
_ALIKE: Final = 0.5  # shared character 5-grams from which on two drafts say the same
_GRAM: Final = 5

_PANEL: Final = 20  # candidates that the others are held against where no posts are known

# Weights of the ranking, in standard deviations of likeness among the candidates.
_COHERENCE_WEIGHT: Final = 0.7
_BRIEF_WEIGHT: Final = 1.0
_WIN_WEIGHT: Final = 0.5
_NOVELTY_WEIGHT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that a writer came up with, why it is unfit, and what it shares with collected posts."""

    text: str
    fault: Unfit | None
    overlap: Overlap


@dataclass(frozen=True, slots=True)
class Jury:
    """Who tells which text would be taken up more: its name, its word on pairs, and the chance against recent posts.

    `against_posts` is None for a jury that does not know the creator's posts.
    """

    name: str
    duel: Duel
    against_posts: Measure | None = None

    def chances(self, texts: Sequence[str]) -> Floats:
        """What texts are ranked by: each one's chance against recent posts, or else against the first of them."""
        if self.against_posts is not None:
            return _measured(self.against_posts, texts)
        return self.among(texts, texts[:_PANEL])

    def among(self, texts: Sequence[str], rivals: Sequence[str]) -> Floats:
        """Each text's mean chance to win against the rivals that say something else; 0.5 where there are none."""
        pairs = [(text, rival) for text in texts for rival in rivals]
        found = self.duel([text for text, _ in pairs], [rival for _, rival in pairs])
        chances = np.fromiter(found, dtype=np.float64).reshape(len(texts), len(rivals))
        others = np.array([text != rival for text, rival in pairs], dtype=np.bool_).reshape(chances.shape)
        counts = others.sum(axis=1)
        sums: Floats = np.where(others, chances, 0.0).sum(axis=1)
        return np.where(counts > 0, sums / np.maximum(counts, 1), _EVEN)


@dataclass(frozen=True, slots=True)
class Judges:
    """What candidates are checked against, `form` and `guard`, and ranked by, the others.

    `like` is likeness to the creator, `usual` what the creator's own posts come to; `coherent` how much a text reads as
    if somebody meant it; `jury` whose word on success is taken. None is what cannot be told.
    """

    form: Form
    guard: CopyGuard
    like: Measure
    usual: float | None = None
    coherent: Measure | None = None
    jury: Jury | None = None


def check(text: str, judges: Judges, *, brief: str, max_chars: int, rules: Sequence[Rule] = ()) -> Candidate:
    """Check form, then copying, then the user's rules."""
    overlap = judges.guard.check(text)
    fault = find_fault(text, brief=brief, form=judges.form, max_chars=max_chars)
    if fault is None and overlap.copied:
        fault = Unfit.COPIED
    if fault is None and broken_rules(text, rules):
        fault = Unfit.RULE
    return Candidate(text.removesuffix(CUT_OFF), fault, overlap)


def rank(seen: Iterable[Candidate], judges: Judges, *, brief: str) -> list[Candidate]:
    """Put the fit candidates in order, best first.

    Standardised likeness + 0.7 × standardised coherence, where it is measured, + 1.0 × brief + 0.5 × novelty +
    0.5 × (2 × winning probability − 1), where brief is the share of its content words in the text, two being enough,
    and the probability is `Jury.chances`. Likeness counts up to the creator's usual: what is liker overdoes the voice.
    """
    fit = [each for each in seen if each.fault is None]
    if not fit:
        return []
    texts = [each.text for each in fit]
    likeness = _measured(judges.like, texts)
    scores = _standardised(likeness if judges.usual is None else np.minimum(likeness, judges.usual))
    if judges.coherent:
        scores += _COHERENCE_WEIGHT * _standardised(_measured(judges.coherent, texts))
    scores += _BRIEF_WEIGHT * np.array([adherence(text, brief) for text in texts])
    scores += _NOVELTY_WEIGHT * np.array([each.overlap.novelty for each in fit])
    if judges.jury:
        scores += _WIN_WEIGHT * (2 * judges.jury.chances(texts) - 1)
    return [fit[at] for at in np.argsort(-scores, kind="stable")]


def _measured(measure: Measure, texts: Sequence[str]) -> Floats:
    return np.fromiter(measure(texts), dtype=np.float64)


def _standardised(figures: Floats) -> Floats:
    scaled: Floats = (figures - figures.mean()) / (figures.std() or 1.0)
    return scaled


def choose_best(
    ranked: Iterable[Candidate], count: int, *, brief: str, said: Iterable[str] = ()
) -> list[Candidate]:
    """The first `count` that do not say nearly the same as a better one, or as a text that was `said` before.

    That they are on one brief makes no two of them alike.
    """
    told = [_grams(text, brief) for text in said]
    chosen: list[Candidate] = []
    for each in ranked:
        if len(chosen) == count:
            break
        grams = _grams(each.text, brief)
        if not _is_among(grams, told):
            told.append(grams)
            chosen.append(each)
    return chosen


def choose_first(seen: Iterable[Candidate], count: int) -> list[Candidate]:
    """The first `count` that are texts at all, fit or not."""
    return [each for each in seen if each.text.strip()][:count]


def count_withheld(judged: Iterable[Candidate], chosen: Sequence[Candidate], *, brief: str) -> Counter[Unfit]:
    """Count the faults, and the fit ones that say nearly the same as a chosen one."""
    picked = {id(each) for each in chosen}
    told = [_grams(each.text, brief) for each in chosen]
    reasons: Counter[Unfit] = Counter()
    for each in judged:
        if each.fault is not None:
            reasons[each.fault] += 1
        elif id(each) not in picked and _is_among(_grams(each.text, brief), told):
            reasons[Unfit.REPEATED] += 1
    return reasons


def adherence(text: str, brief: str) -> float:
    """How much of the brief is in the text: up to two of its content words, by their first five letters."""
    asked = {word[:_STEM] for word in content_words(brief) or map(str.casefold, words(brief))}
    found = {*content_words(text), *map(str.casefold, words(text))}
    hits = sum(stem in found or _begins_any(stem, found) for stem in asked)
    return min(1.0, hits / min(len(asked), _ENOUGH_WORDS)) if asked else 0.0


def _begins_any(stem: str, found: Iterable[str]) -> bool:
    return len(stem) >= _STEM - 1 and any(word.startswith(stem) for word in found)


def _is_among(grams: set[str], told: Iterable[set[str]]) -> bool:
    return any(len(grams & other) > _ALIKE * min(len(grams), len(other)) for other in told)


def _grams(text: str, brief: str) -> set[str]:
    """Runs of characters, without those of the brief where others are left."""
    own = _runs(text)
    return own - _runs(f" {brief} ") or own


def _runs(text: str) -> set[str]:
    folded = text.casefold()
    return {folded[at : at + _GRAM] for at in range(max(1, len(folded) - _GRAM + 1))}
