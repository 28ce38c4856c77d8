"""Which candidates become drafts: judged one by one, ranked together, the best ones that differ."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from soundalike.drafts.form import Form, Unfit, find_fault
from soundalike.drafts.guard import CopyGuard, Overlap
from soundalike.drafts.prompt import content_words
from soundalike.drafts.writer import CUT_OFF
from soundalike.posts.text import words

Measure = Callable[[Sequence[str]], Iterable[float]]
"""A figure for each text, in their order."""

_STEM: Final = 5
_ENOUGH_WORDS: Final = 2
_ALIKE: Final = 0.5  # shared character 5-grams from which on two drafts say the same
_GRAM: Final = 5

# Weights of the ranking, in standard deviations of likeness among the candidates.
_BRIEF_WEIGHT: Final = 1.0
_WIN_WEIGHT: Final = 0.5
_NOVELTY_WEIGHT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that a writer came up with, why it is unfit, and what it shares with collected posts."""

    text: str
    fault: Unfit | None
    overlap: Overlap


def judge(text: str, *, brief: str, form: Form, guard: CopyGuard, max_chars: int) -> Candidate:
    """Check form, then copying."""
    overlap = guard.check(text)
    fault = find_fault(text, brief=brief, form=form, max_chars=max_chars)
    return Candidate(text.removesuffix(CUT_OFF), fault or (Unfit.COPIED if overlap.copied else None), overlap)


def rank(seen: Iterable[Candidate], *, brief: str, like: Measure, win: Measure | None) -> list[Candidate]:
    """Put the fit candidates in order, best first.

    Standardised likeness + 1.0 × brief + 0.5 × novelty + 0.5 × (2 × winning probability − 1), where brief is the share
    of its content words in the text, two being enough.
    """
    fit = [each for each in seen if each.fault is None]
    if not fit:
        return []
    texts = [each.text for each in fit]
    likeness = np.fromiter(like(texts), dtype=np.float64)
    scores = (likeness - likeness.mean()) / (likeness.std() or 1.0)
    scores += _BRIEF_WEIGHT * np.array([adherence(text, brief) for text in texts])
    scores += _NOVELTY_WEIGHT * np.array([each.overlap.novelty for each in fit])
    if win:
        scores += _WIN_WEIGHT * (2 * np.fromiter(win(texts), dtype=np.float64) - 1)
    return [fit[at] for at in np.argsort(-scores, kind="stable")]


def choose_best(ranked: Iterable[Candidate], count: int) -> list[Candidate]:
    """The first `count` that do not say nearly the same as a better one."""
    chosen: list[Candidate] = []
    for each in ranked:
        if len(chosen) < count and not _is_said(each, chosen):
            chosen.append(each)
    return chosen


def choose_first(seen: Iterable[Candidate], count: int) -> list[Candidate]:
    """The first `count` that are texts at all, fit or not."""
    return [each for each in seen if each.text.strip()][:count]


def count_withheld(judged: Iterable[Candidate], chosen: Sequence[Candidate]) -> Counter[Unfit]:
    """Count the faults, and the fit ones that say nearly the same as a chosen one."""
    picked = {id(each) for each in chosen}
    reasons: Counter[Unfit] = Counter()
    for each in judged:
        if each.fault is not None:
            reasons[each.fault] += 1
        elif id(each) not in picked and _is_said(each, chosen):
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


def _is_said(candidate: Candidate, chosen: Iterable[Candidate]) -> bool:
    grams = _grams(candidate.text)
    return any(
        len(grams & other) > _ALIKE * min(len(grams), len(other))
        for other in (_grams(each.text) for each in chosen)
    )


def _grams(text: str) -> set[str]:
    folded = text.casefold()
    return {folded[at : at + _GRAM] for at in range(max(1, len(folded) - _GRAM + 1))}
