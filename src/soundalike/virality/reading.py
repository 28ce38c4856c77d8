"""A creator's posts as a forecaster reads them: n-grams, features, length, the wording prior's score, the clock."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np

from soundalike.posts.post import Post
from soundalike.posts.text import language_of, own_text
from soundalike.virality.effects import EFFECTS
from soundalike.virality.features import TEXT_FEATURES, TIME_FEATURES, feature_matrix
from soundalike.virality.grams import Kind, read_grams
from soundalike.virality.scales import Layout, Reading
from soundalike.virality.sheet import read_sheet, untagged_language
from soundalike.virality.wording import wording_scores

LENGTHS: Final = ("width", "log_width", "sqrt_width")
PRIOR: Final = "wording"

# Chosen on every other creator of the development data, counted from the first in order of name; flat around these.
_EFFECT_WEIGHT = 0.75
_PRIOR_WEIGHT = 0.7
_CLOCK_WEIGHT = 0.05  # as large as leaves the accuracy alone: at 0.14, knowing the hours costs half a point
_SIZED: Final = (*(feature.key for feature in TEXT_FEATURES), *LENGTHS)

LAYOUT: Final = Layout(
    kinds=(Kind("words", 1, 2), Kind("characters", 3, 5, fewest_texts=3, weight=0.7)),
    names=(*_SIZED, PRIOR, *(feature.key for feature in TIME_FEATURES)),
    weights=(
        *(_EFFECT_WEIGHT * EFFECTS[name] for name in _SIZED),
        _PRIOR_WEIGHT,
        *(_CLOCK_WEIGHT for _ in TIME_FEATURES),
    ),
)

_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def read_texts(texts: Sequence[str], times: Sequence[datetime | None], language: str | None) -> Reading:
    """Take bare texts apart; where there is no time, the clock's columns are NaN."""
    bare = [
        Post("0", text, moment or _NO_TIME, "", is_reply=text.startswith("@"))
        for text, moment in zip(texts, times, strict=True)
    ]
    sheet = read_sheet(bare, untagged=language)
    clock = feature_matrix(sheet, TIME_FEATURES).astype(np.float64)
    clock[[moment is None for moment in times]] = np.nan
    width = sheet.width.astype(np.float64)
    columns = np.stack([width, np.log1p(width), np.sqrt(width), wording_scores(texts)], axis=1)
    dense = np.concatenate([feature_matrix(sheet, TEXT_FEATURES), columns, clock], axis=1)
    return Reading(read_grams(texts, LAYOUT.kinds), dense)


def latin_language(posts: Sequence[Post]) -> str | None:
    """The language of the creator's posts in Latin script, since a bare text comes without a tag."""
    own = [own_text(post) for post in posts]
    told = [language_of(text, post.lang) for text, post in zip(own, posts, strict=True)]
    tagged = Counter(code for code in told if code and language_of("a", code) == code)
    return tagged.most_common(1)[0][0] if tagged else untagged_language(own, told)
