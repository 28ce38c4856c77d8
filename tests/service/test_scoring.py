"""Texts held against a voice that learned from posts nobody wrote."""

from datetime import UTC, datetime

import pytest

from soundalike.drafts.rules import read_rule
from soundalike.errors import SettingsError
from soundalike.service.scoring import score_text
from soundalike.training.learned import LearnedFromPosts
from soundalike.voice.background_file import shipped_background
from writing import made_up_posts

POSTS = made_up_posts(60, datetime(2026, 9, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def learned():
    """What is learned of sixty posts."""
    return LearnedFromPosts(POSTS, POSTS, picked=frozenset(), background=shipped_background(), seed=0)


@pytest.mark.slow
def test_a_text_is_measured_as_drafts_are(learned):
    """Likeness by the same measure, and what the creator's own posts come to."""
    text = "the kiln is slow but this loom runs fast"
    found = score_text(text, learned)
    assert found.verdict.likeness == learned.likeness.scores([text])[0]
    assert found.usual == learned.likeness.usual
    assert (found.weighted_length, found.overlap.copied, found.flags) == (40, False, ())


def test_little_text_has_no_verdict_and_enough_has_one(learned):
    """The threshold is that of pools."""
    assert score_text("the kiln", learned).verdict.is_creators is None
    text = " ".join(post.text for post in POSTS[:20])
    assert score_text(text, learned).verdict.is_creators is True


def test_a_copy_is_told_with_the_post_it_copies(learned):
    """Whole, or within other words."""
    found = score_text(f"as they say: {POSTS[0].text}", learned)
    assert found.overlap.copied
    assert found.overlap.post_id == POSTS[0].id


def test_rules_that_are_broken_are_named(learned):
    """And no others."""
    rules = [read_rule("no emoji"), read_rule("never word: loom")]
    assert score_text("the loom", learned, rules=rules).broken_rules == (rules[1],)


def test_without_a_useful_forecaster_no_chance_is_told(learned):
    """Sixty posts whose figures are made up prove nothing."""
    assert learned.forecaster is None or not learned.forecaster.is_useful
    assert score_text("the loom", learned).win_probability is None


@pytest.mark.parametrize("text", ["", " \n\t", "x" * 25_001])
def test_a_text_that_is_none_or_too_long_is_refused(learned, text):
    """With what to do instead."""
    with pytest.raises(SettingsError) as refused:
        score_text(text, learned)
    assert refused.value.hint
