"""Which of two wordings people share more, whoever writes them: a prior learned once, and shipped.

Fitted by `tools/fit_wording.py` on pairs of posts by one author about one link (Tan, Lee and Pang, “The effect of
wording on message propagation”, ACL 2014), in English, of some ten years before this program. `quick` reads n-grams and
named features; `full` reads the texts with the embedded language model as well. `benchmarks/virality` says how often
either is right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from soundalike.encoder.encoder import embedded_encoder
from soundalike.posts.post import Post
from soundalike.posts.text import LINK, language_of
from soundalike.virality.backtest import logistic
from soundalike.virality.features import TEXT_FEATURES, feature_matrix
from soundalike.virality.grams import Floats, Kind, read_grams
from soundalike.virality.reasons import Reason, find_reasons
from soundalike.virality.scales import Layout, Reading, Scales
from soundalike.virality.sheet import Sheet, read_sheet

Depth = Literal["quick", "full"]

ABSTAIN: Final = 0.1
"""Within 0.40 to 0.60 the answer is “no clear difference”: right little more often than a coin."""

LANGUAGE: Final = "en"
"""Of the texts it was fitted on; of others it knows lengths and signs, and should not be asked."""

LAYERS: Final = (16, 20, 24)
"""After which layers of the embedded model its states are read: the middle ones tell most."""

_COUNTED: Final = (
    "at hash question exclamation colon quote bracket dot dash digit percent currency upper words".split()
)
_EVEN: Final = 0.5
_NO_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LINK_WORD: Final = "URL"

LAYOUT: Final = Layout(
    kinds=(
        Kind("words", 1, 2, columns=2**18),
        Kind("characters", 2, 5, columns=2**18, fewest_texts=4, weight=0.6),
    ),
    names=(
        *(feature.key for feature in TEXT_FEATURES),
        *("width", "sqrt_width"),
        *(f"log_{name}" for name in _COUNTED),
        *(f"share_{name}" for name in _COUNTED),
    ),
    weights=(0.1,) * len(TEXT_FEATURES) + (0.07,) * (2 + 2 * len(_COUNTED)),
)

_AMOUNTS: Final = {
    **dict.fromkeys(("width", "sqrt_width"), ("length", "The length")),
    **{
        f"{form}_{name}": ("signs", "How many signs, figures, capitals and words it has")
        for form in ("log", "share")
        for name in _COUNTED
    },
}


@dataclass(frozen=True, slots=True)
class WordingPrior:
    """The weights of either depth.

    `quick` and `full` are of the columns of a row; `states`, of shape (layers, width), are what `full` adds for what
    the embedded model makes of a text.
    """

    scales: Scales
    quick: Floats
    full: Floats
    states: Floats

    def scores(self, texts: Sequence[str], depth: Depth) -> Floats:
        """The log odds of texts to be shared more than another that scores 0, one number each."""
        rows = self.scales.rows(read_wordings(texts))
        if depth == "quick" or not texts:
            return rows.times(self.quick)
        made = embedded_encoder(max(LAYERS)).states(plain_texts(texts), after=LAYERS)
        return rows.times(self.full) + made.reshape(len(texts), -1) @ self.states.ravel()


def wording_probability(first: Sequence[str], second: Sequence[str], *, depth: Depth = "quick") -> Floats:
    """P(first is shared more), one number a pair; what either depth says of a pair does not depend on other pairs.

    Args:
        first: Texts as they would be posted.
        second: As many others.
        depth: `quick` judges a thousand pairs a second and more; `full` takes a tenth of a second each.

    Raises:
        ValueError: The lists differ in length.
        WriterError: The embedded model, which `full` reads with, is not installed.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} first texts and {len(second)} second ones make no pairs")
    unique = {text: place for place, text in enumerate(dict.fromkeys([*first, *second]))}
    scores = wording_scores(list(unique), depth=depth)
    ahead, behind = ([unique[text] for text in texts] for texts in (first, second))
    return logistic(scores[ahead] - scores[behind])


def wording_scores(texts: Sequence[str], *, depth: Depth = "quick") -> Floats:
    """What texts are compared by: the log odds of the first of two are its score less that of the second.

    Raises:
        WriterError: The embedded model, which `full` reads with, is not installed.
    """
    return _shipped().scores(texts, depth)


def wording_reasons(first: str, second: str, *, most: int | None = 3) -> list[Reason]:
    """What the quick depth goes by, the weightiest first, at most `most` or all."""
    prior = _shipped()
    rows = prior.scales.rows(read_wordings([first, second]))
    return find_reasons((unescape(first), unescape(second)), rows, prior.scales, prior.quick, _AMOUNTS)[:most]


def abstains(probability: Floats) -> NDArray[np.bool_]:
    """Where no winner should be named: within 0.40 to 0.60."""
    return np.abs(np.asarray(probability) - _EVEN) < ABSTAIN


def is_known_language(text: str) -> bool:
    """Whether a text may be in the language that the prior knows: anything in Latin script may."""
    return language_of(text, None) in (None, LANGUAGE)


def read_wordings(texts: Sequence[str]) -> Reading:
    """Take texts apart, for the columns of `LAYOUT`."""
    plain = [unescape(text) for text in texts]
    sheet = read_sheet([Post("0", text, _NO_TIME, "") for text in plain], untagged=LANGUAGE)
    dense = np.concatenate([feature_matrix(sheet, TEXT_FEATURES), _counts(sheet)], axis=1)
    return Reading(read_grams(plain, LAYOUT.kinds), dense.astype(np.float64))


def plain_texts(texts: Sequence[str]) -> list[str]:
    """Texts as the embedded model reads them: one word for every link, as addresses say nothing."""
    return [LINK.sub(_LINK_WORD, unescape(text)).strip() for text in texts]


def _counts(sheet: Sheet) -> Floats:
    width = sheet.width.astype(np.float64)
    counts = [sheet.counts[name].astype(np.float64) for name in _COUNTED]
    shares = [count / np.maximum(width, 1.0) for count in counts]
    return np.stack([width, np.sqrt(width), *map(np.log1p, counts), *shares], axis=1)


def _shipped() -> WordingPrior:
    from soundalike.virality.wording_file import shipped_prior  # noqa: PLC0415 - it needs the class above

    return shipped_prior()
