"""Measures of likeness, ours and others': each learns a creator against a background and scores pools of texts."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Final

import numpy as np
from numpy.typing import NDArray
from panel import Case, Panel, Scorer, Writer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from soundalike.voice.background import MOST_CHARACTERS
from soundalike.voice.estimate import Floats
from soundalike.voice.likeness import Likeness

Hashes = NDArray[np.uint64]

VOICEPRINT: Final = "voiceprint==0.1.0"
HAS_VOICEPRINT: Final = find_spec("voiceprint") is not None

_POSTS: Final = 60  # of each other writer, the latest; ours draws as many
_RUN: Final = 5
_SPREAD: Final = np.uint64(1_099_511_628_211)  # the multiplier of FNV-1a
_ALPHABET: Final = 2_000


def ours(case: Case, _panel: Panel) -> Scorer:
    """`Likeness` of this project; `score` of each pool."""
    measure = Likeness.fit(list(case.known), case.background)

    def score(pools: Sequence[Sequence[str]]) -> Floats:
        ratios, weights = measure.ratios([text for pool in pools for text in pool])
        size = len(pools[0])
        return ratios.reshape(-1, size).sum(1) / weights.reshape(-1, size).sum(1)

    return score


def plain(case: Case, panel: Panel) -> Scorer:
    """Logistic regression of scikit-learn on TF-IDF of runs of one to five characters; the mean over each pool."""
    others = [text for writer in _background(case, panel) for text in writer.texts[-_POSTS:]]
    rows = TfidfVectorizer(
        analyzer="char", ngram_range=(1, _RUN), sublinear_tf=True, lowercase=False, min_df=2
    )
    known = rows.fit_transform([*case.known, *others])
    model = LogisticRegression(C=10.0, class_weight="balanced", solver="liblinear")
    model.fit(known, np.arange(len(case.known) + len(others)) < len(case.known))

    def score(pools: Sequence[Sequence[str]]) -> Floats:
        odds = model.decision_function(rows.transform([text for pool in pools for text in pool]))
        return np.asarray(odds).reshape(-1, len(pools[0])).mean(1)

    return score


def witten_bell(case: Case, panel: Panel) -> Scorer:
    """Log-likelihood ratio a character of runs of five by Witten and Bell's rule, creator against the others."""
    mine = _Runs(case.known)
    others = _Runs([text for writer in _background(case, panel) for text in _latest(writer)])

    def score(pools: Sequence[Sequence[str]]) -> Floats:
        return np.array(
            [np.mean(mine.log_probability(pool) - others.log_probability(pool)) for pool in pools]
        )

    return score


def voiceprint(case: Case, _panel: Panel) -> Scorer:
    """The score of voiceprint 0.1.0, of each pool as one text."""
    from voiceprint import stylometry  # noqa: PLC0415 - an extra of this benchmark

    profile = stylometry.fit(list(case.known))
    return lambda pools: np.array([stylometry.score(profile, "\n".join(pool)) for pool in pools])


MEASURES: Final = {
    "ours": ours,
    "runs of 1-5, logistic regression": plain,
    "runs of 5, Witten-Bell": witten_bell,
    **({"voiceprint 0.1.0": voiceprint} if HAS_VOICEPRINT else {}),
}


class _Runs:
    """Uses of runs of up to five characters, and what follows their beginnings."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._tables = [self._table(*_hashed(texts, order)) for order in range(1, _RUN + 1)]

    def log_probability(self, texts: Sequence[str]) -> Floats:
        """Of each character of the texts, ends included."""
        found = np.float64(1 / _ALPHABET)
        for order, table in enumerate(self._tables, start=1):
            runs, contexts = _hashed(texts, order)
            uses, total, kinds = (_of(table[name], keys) for name, keys in _asked(runs, contexts))
            found = np.where(total > 0, (uses + kinds * found) / np.maximum(total + kinds, 1), found)
        return np.log(found)

    @staticmethod
    def _table(runs: Hashes, contexts: Hashes) -> Mapping[str, tuple[Hashes, Floats]]:
        known, first, uses = np.unique(runs, return_index=True, return_counts=True)
        before, place = np.unique(contexts[first], return_inverse=True)
        total = np.bincount(place, weights=uses, minlength=len(before))
        kinds = np.bincount(place, minlength=len(before)).astype(np.float64)
        return {"uses": (known, uses.astype(np.float64)), "total": (before, total), "kinds": (before, kinds)}


def _asked(runs: Hashes, contexts: Hashes) -> list[tuple[str, Hashes]]:
    return [("uses", runs), ("total", contexts), ("kinds", contexts)]


def _of(table: tuple[Hashes, Floats], keys: Hashes) -> Floats:
    known, values = table
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[place] == keys, values[place], 0.0)


def _hashed(texts: Sequence[str], order: int) -> tuple[Hashes, Hashes]:
    """Of each character the run of `order` that ends in it, and that run without it."""
    padded = "".join("\x02" * (_RUN - 1) + text + "\x03" for text in texts)
    codes = np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(codes, _RUN)[:, _RUN - order :]
    context = np.zeros(len(windows), dtype=np.uint64)
    for column in windows.T[:-1]:
        context = (context ^ column) * _SPREAD + np.uint64(1)
    is_inside = windows[:, -1] != ord("\x02")
    return ((context ^ windows[:, -1]) * _SPREAD + np.uint64(1))[is_inside], context[is_inside]


def _background(case: Case, panel: Panel) -> list[Writer]:
    """The writers whose counts the case's background holds, in the creator's language."""
    known = {(writer.username, writer.language) for writer in case.background.writers}
    return [
        writer
        for writer in panel.writers
        if (writer.username, writer.language) in known and writer.language == case.creator.language
    ]


def _latest(writer: Writer) -> Sequence[str]:
    lengths = np.cumsum([len(text) for text in reversed(writer.texts)])
    return writer.texts[len(writer.texts) - int(np.searchsorted(lengths, MOST_CHARACTERS, "right")) :]
