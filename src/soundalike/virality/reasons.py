"""Why one wording is preferred: what each word, pair of words and feature adds to the log odds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal, NamedTuple

import numpy as np

from soundalike.virality.features import FEATURES
from soundalike.virality.grams import Floats, word_columns
from soundalike.virality.ridge import Rows
from soundalike.virality.scales import Scales

_SENTENCES: Final = {feature.key: feature.sentence for feature in FEATURES}
_NOTHING: Final = 1e-9  # log odds; what both texts hold cancels but for the last digits
_WHERE: Final = {frozenset({0}): ", in the first text", frozenset({1}): ", in the second text"}


@dataclass(frozen=True, slots=True)
class Reason:
    """What speaks for one of two texts.

    `key` is that of a feature, or `spelling`, or `word` and the words, or that of an amount such as `length`.
    `log_odds` is above 0 where the first text is favoured; its sum over all reasons is the log odds of the answer.
    """

    key: str
    sentence: str
    favours: Literal["first", "second"]
    log_odds: float


class _Part(NamedTuple):
    """A share of the log odds, and which of the texts it is about."""

    key: str
    sentence: str
    texts: frozenset[int]
    log_odds: float


def find_reasons(
    texts: tuple[str, str],
    rows: Rows,
    scales: Scales,
    log_odds: Floats,
    amounts: Mapping[str, tuple[str, str]],
) -> list[Reason]:
    """All that two texts differ in, the weightiest first.

    Args:
        texts: The two.
        rows: How they were read; the first text is in the first row, the second in the second.
        scales: What they were read by.
        log_odds: What a unit of each column, sparse and then dense, adds.
        amounts: A key and a sentence for each dense column that is no feature but something both texts have more or
            less of; columns of one key make one reason.
    """
    about: dict[str, list[_Part]] = {}
    for part in chain(_words(texts, rows, scales, log_odds), _answers(rows, scales, log_odds, amounts)):
        about.setdefault(part.key, []).append(part)
    reasons = [each for each in map(_reason, about.values()) if abs(each.log_odds) > _NOTHING]
    return sorted(reasons, key=lambda each: -abs(each.log_odds))


def _words(texts: tuple[str, str], rows: Rows, scales: Scales, log_odds: Floats) -> Iterator[_Part]:
    """Words and pairs of words by what they are; runs of characters, the second kind, together."""
    kind = scales.layout.kinds[0]
    names = [word_columns(text, kind) for text in texts]  # of two words in one column each text says its own
    worth = np.where(rows.row == 0, 1.0, -1.0) * rows.value * log_odds[rows.column]
    columns = scales.columns[rows.column]
    for row, column, value in zip(rows.row.tolist(), columns.tolist(), worth.tolist(), strict=True):
        if column < kind.columns:
            name = names[row][column]
            yield _Part(f"word {name}", _in_words(name), frozenset({row}), value)
        else:
            yield _Part("spelling", "Parts of words", frozenset({0, 1}), value)


def _answers(
    rows: Rows, scales: Scales, log_odds: Floats, amounts: Mapping[str, tuple[str, str]]
) -> Iterator[_Part]:
    """What the dense columns say, where the texts differ."""
    lead = rows.dense[0] - rows.dense[1]
    worth = lead * log_odds[rows.columns :]
    for place in np.flatnonzero(lead).tolist():
        name = scales.layout.names[place]
        if name in amounts:
            yield _Part(*amounts[name], frozenset({0, 1}), float(worth[place]))
        else:
            yield _Part(name, _SENTENCES[name], frozenset({int(lead[place] < 0)}), float(worth[place]))


def _reason(parts: list[_Part]) -> Reason:
    total = sum(part.log_odds for part in parts)
    where = _WHERE.get(frozenset().union(*(part.texts for part in parts)), "")
    return Reason(parts[0].key, parts[0].sentence + where, "first" if total > 0 else "second", total)


def _in_words(name: str) -> str:
    if name.startswith("^ "):
        return f"Begins with “{name[2:]}”"
    if name.endswith(" $"):
        return f"Ends with “{name[:-2]}”"
    return f"The words “{name}”" if " " in name else f"The word “{name}”"
