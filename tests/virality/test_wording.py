"""Which of two wordings people share more, at either depth."""

import json
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.virality.wording import (
    abstains,
    is_known_language,
    wording_probability,
    wording_reasons,
    wording_scores,
)
from soundalike.virality.wording_file import SHIPPED, load_prior, save_prior, shipped_prior

FIRST = [
    "Please retweet: 38 percent of the towns in this county have no clean water. Here is how to help http://t.co/a",
    "in case you missed it, my latest blog post http://t.co/b",
    "",
    "RT @somebody this http://t.co/c",
]
SECOND = [
    "@bob thanks for the mention http://t.co/a",
    "Why 1 in 4 of us will never retire http://t.co/b",
    "So.",
    "!",
]
MARGIN = 0.03  # two standard errors of a share over the 1,140 pairs
EVEN = 0.5


@pytest.fixture(scope="session")
def pairs(shared):
    """The pairs that were held back from fitting: first texts, second texts, whether the first was shared more."""
    lines = (shared / "data/wording_pairs.val.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    won = np.array([row["more_retweeted"] == "first" for row in rows])
    return [row["first"] for row in rows], [row["second"] for row in rows], won


@pytest.mark.slow
@pytest.mark.parametrize("depth", ["quick", "full"])
def test_the_two_sides_add_up_to_one(depth):
    """P(a beats b) + P(b beats a) = 1, and a text against itself is even."""
    there = wording_probability(FIRST, SECOND, depth=depth)
    back = wording_probability(SECOND, FIRST, depth=depth)
    assert there + back == pytest.approx(1)
    assert wording_probability(FIRST, FIRST, depth=depth) == pytest.approx(0.5)
    assert ((there > 0) & (there < 1)).all()


@pytest.mark.parametrize("depth", ["quick", "full"])
def test_a_pairs_answer_does_not_depend_on_the_company(depth):
    """One pair alone and among others gets the same probability."""
    together = wording_probability(FIRST, SECOND, depth=depth)
    alone = [wording_probability([a], [b], depth=depth)[0] for a, b in zip(FIRST, SECOND, strict=True)]
    assert together == pytest.approx(alone, abs=1e-4)


@pytest.mark.parametrize("depth", ["quick", "full"])
def test_what_asks_to_be_shared_beats_a_reply(depth):
    """A plain case: a figure, a plea and news against thanks to one person."""
    assert wording_probability(FIRST[:1], SECOND[:1], depth=depth)[0] > 0.75


@pytest.mark.slow
def test_the_depths_are_two(pairs):
    """They agree on most pairs and not on all."""
    first, second, _ = pairs
    quick, full = (wording_probability(first[:24], second[:24], depth=depth) for depth in ("quick", "full"))
    assert 0.5 < ((quick > EVEN) == (full > EVEN)).mean() < 1


def test_unequal_lists_make_no_pairs():
    """Two texts against one is an error; none against none is an empty answer."""
    with pytest.raises(ValueError, match="make no pairs"):
        wording_probability(["a", "b"], ["c"])
    for depth in ("quick", "full"):
        assert wording_probability([], [], depth=depth).shape == (0,)


def test_the_quick_depth_is_right_in_two_of_three_pairs_it_never_saw(pairs):
    """Above the 68 % of a plain model, less what chance may take; its Brier score is far under a coin's 0.25."""
    first, second, won = pairs
    chance = wording_probability(first, second)
    assert ((chance > EVEN) == won).mean() > 0.70 - MARGIN
    assert ((chance - won) ** 2).mean() < 0.205


def test_what_it_is_surer_of_is_right_more_often(pairs):
    """Within 5 points of what it states where it names a winner; where it names none, near a coin's toss."""
    first, second, won = pairs
    chance = wording_probability(first, second)
    right, stated = (chance > EVEN) == won, np.maximum(chance, 1 - chance)
    named = ~abstains(chance)
    assert abs(right[named].mean() - stated[named].mean()) < 0.05
    assert right[~named].mean() < 0.62
    assert right[stated > 0.8].mean() > 0.8


@pytest.mark.slow
def test_the_full_depth_is_right_more_often_still(pairs):
    """On the pairs held back it reaches 70 %, less nothing, and its Brier score is the better one."""
    first, second, won = pairs
    quick, full = (wording_probability(first, second, depth=depth) for depth in ("quick", "full"))
    assert ((full > EVEN) == won).mean() > 0.70
    assert ((full - won) ** 2).mean() < ((quick - won) ** 2).mean()


def test_ten_thousand_pairs_take_seconds(pairs):
    """A fifth of that takes under two seconds of work, once the weights are read."""
    first, second, _ = pairs
    wording_scores(["warm"])
    began = time.process_time()
    wording_probability(first + second[:860], second + first[:860])
    assert time.process_time() - began < 2.5


def test_the_reasons_add_up_to_the_answer():
    """All of them together are the log odds, the weightiest stands first, and each favours whom it moves to."""
    [chance] = wording_probability(FIRST[:1], SECOND[:1])
    reasons = wording_reasons(FIRST[0], SECOND[0], most=None)
    assert sum(reason.log_odds for reason in reasons) == pytest.approx(np.log(chance / (1 - chance)))
    assert [abs(reason.log_odds) for reason in reasons] == sorted(
        (abs(reason.log_odds) for reason in reasons), reverse=True
    )
    assert all((reason.favours == "first") == (reason.log_odds > 0) for reason in reasons)
    assert len({reason.key for reason in reasons}) == len(reasons)
    assert len(wording_reasons(FIRST[0], SECOND[0])) == 3


def test_a_text_in_another_script_is_not_in_a_language_it_knows():
    """Chinese, Japanese, Korean and Russian texts are told apart; Latin script may be English."""
    assert [
        is_known_language(text) for text in ("今天天气真好", "すごいですね", "안녕하세요", "Привет, мир")
    ] == [False] * 4
    assert all(is_known_language(text) for text in ("Hello, world", "", "🚀", "3 > 2"))


@pytest.mark.parametrize("depth", ["quick", pytest.param("full", marks=pytest.mark.slow)])
@given(texts=st.lists(st.text(max_size=120), min_size=2, max_size=8))
@settings(max_examples=20, deadline=None)
def test_any_text_gets_a_probability(depth, texts):
    """Whatever is in them, the answer is a number between 0 and 1."""
    chances = wording_probability(texts, texts[::-1], depth=depth)
    assert ((chances > 0) & (chances < 1)).all()


def test_what_is_shipped_is_small_and_says_where_it_is_from():
    """Under 5 MB, with source, licence, digest and how often it was right."""
    about = json.loads(SHIPPED.with_suffix(".json").read_text(encoding="utf-8"))
    assert SHIPPED.stat().st_size < 5e6
    assert len(about["sources"][0]["sha256"]) == 64
    assert "ACL 2014" in about["attribution"][0]
    assert about["right"]["quick out of fold"] > 0.67


def test_a_kept_prior_says_the_same(tmp_path):
    """Saved and read again it scores alike, and its bytes do not change."""
    save_prior(shipped_prior(), tmp_path / "prior.bin", about={})
    again = load_prior(tmp_path / "prior.bin")
    assert (again.scores(FIRST, "quick") == wording_scores(FIRST)).all()
    assert (tmp_path / "prior.bin").read_bytes() == SHIPPED.read_bytes()


@given(st.integers(0, 10**6), st.integers(1, 255))
@settings(deadline=None, max_examples=30)
def test_a_damaged_prior_is_refused(tmp_path_factory, place, change):
    """One changed byte anywhere is enough."""
    content = bytearray(SHIPPED.read_bytes())
    content[place % len(content)] ^= change
    path = tmp_path_factory.mktemp("damaged") / "prior.bin"
    path.write_bytes(bytes(content))
    with pytest.raises(ValueError, match="bytes"):
        load_prior(path)
