"""Favourite terms."""

import numpy as np
import pytest

from soundalike.voice.favourites import Favourite, Tally, favourites, terms
from soundalike.voice.reading import read


def readings(texts):
    """Texts taken apart."""
    return [read("", text) for text in texts]


OTHERS = {
    "word": Tally({"the": 500, "and": 300, "mugs": 2}, words=10_000, posts=500),
    "phrase": Tally({"of the": 40}, words=10_000, posts=500),
    "hashtag": Tally({"#news": 50}, words=10_000, posts=500),
    "emoji": Tally({"🔥": 50}, words=10_000, posts=500),
    "opening": Tally({"the": 90}, words=10_000, posts=500),
    "frame": Tally({}, words=10_000, posts=500),
}
TEXTS = [
    "Mugs and the kiln. #pottery 🏺",
    "The mugs of the day 🏺",
    "The kiln, the mugs. #pottery",
    "The end 🔥",
] * 5


def test_planted_favourites_are_found():
    """What the potter writes and others do not stands first; what all write does not stand at all."""
    found = favourites(readings(TEXTS), OTHERS, is_spaced=True)
    by_kind = {kind: [term.text for term in found if term.kind == kind] for kind in OTHERS}
    assert by_kind["word"][0] == "mugs"
    assert "and" not in by_kind["word"]
    assert by_kind["hashtag"] == ["#pottery"]
    assert by_kind["emoji"] == ["🏺"]


def test_figures_are_those_of_the_counts():
    """15 mugs in 15 posts, 2 in 10,000 words of others; surprise by the stated formula."""
    mugs = next(term for term in favourites(readings(TEXTS), OTHERS, is_spaced=True) if term.text == "mugs")
    y, n, b, m = 15, sum(len(one.words) for one in readings(TEXTS)), 2, 10_000
    pooled = (y + b) / (n + m)
    assert (mugs.count, mugs.posts) == (15, 15)
    assert (mugs.rate, mugs.others_rate) == pytest.approx((1_000 * y / n, 0.2))
    assert mugs.surprise == pytest.approx(
        np.sqrt(2 * (y * np.log(y / (n * pooled)) + b * np.log(b / (m * pooled))))
    )


def test_what_was_said_twice_is_no_habit():
    """A term needs three posts."""
    texts = ["Zeppelin zeppelin zeppelin", "Zeppelin again", *["The end"] * 20]
    assert not [
        term for term in favourites(readings(texts), OTHERS, is_spaced=True) if term.text == "zeppelin"
    ]


def test_words_are_words():
    """Tags, names and numbers are not; runs of Chinese characters are phrases, single ones are no words."""
    english = terms(read("", "I met @bob in 2020 #fun"), is_spaced=True)
    assert english["word"] == ["i", "met", "in"]
    chinese = terms(read("", "代码很好"), is_spaced=False)
    assert chinese["word"] == []
    assert chinese["phrase"][:2] == ["代码", "码很"]


def test_a_term_reads_back_from_its_plain_values():
    """What was stored is what was found."""
    (term, *_) = favourites(readings(TEXTS), OTHERS, is_spaced=True)
    assert Favourite.from_json(term.to_json()) == term
