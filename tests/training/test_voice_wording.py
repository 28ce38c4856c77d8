"""A voice in words."""

from dataclasses import replace

import pytest

from soundalike.posts.files import load_posts
from soundalike.training import wording
from soundalike.voice.profile import read_voice
from soundalike.voice.rule import Unit
from soundalike.voice.traits import RULES


@pytest.fixture(scope="module")
def tyson(shared):
    """A voice that uses no emoji."""
    return read_voice(load_posts(shared / "data/creators/neiltyson.jsonl"))


def test_a_trait_is_told_beside_others_with_its_unit_once(tyson):
    """“Emoji: 0.0 per 100 posts (others 5.7)”."""
    emoji = replace(tyson.trait("emoji"), value=0.0, others=5.7)
    assert wording.trait(emoji) == "Emoji: 0.0 per 100 posts (others 5.7)"
    assert wording.trait(replace(emoji, others=None)) == "Emoji: 0.0 per 100 posts"
    share = replace(emoji, sentence="Opens with a number", unit=Unit.SHARE, value=0.31, others=0.04)
    assert wording.trait(share) == "Opens with a number: 31% of posts (others 4%)"


def test_what_is_never_done_is_told_as_a_sentence(tyson):
    """Verbs follow “never” as they stand, nouns after “uses”; a single slip makes it “hardly ever”."""
    emoji = replace(tyson.trait("emoji"), used_in=0, posts=738, others=5.7)
    assert wording.never(emoji) == "Never uses emoji: 0 of 738 posts (others 5.7 per 100 posts)"
    slip = replace(
        emoji, key="opens_number", sentence="Opens with a number", unit=Unit.SHARE, used_in=3, others=0.04
    )
    assert wording.never(slip) == "Hardly ever opens with a number: 3 of 738 posts (others 4% of posts)"


def test_every_trait_that_can_be_never_done_reads_as_one(tyson):
    """None says “never is” or “never the”."""
    counted = [rule for rule in RULES if rule.unit in (Unit.SHARE, Unit.PER_100_POSTS, Unit.PER_1000_WORDS)]
    for rule in counted:
        told = wording.never(
            replace(tyson.trait("emoji"), key=rule.key, sentence=rule.sentence, unit=rule.unit, used_in=0)
        )
        assert told.split()[1] not in {"is", "the", "every", "british"}


def test_favourites_are_told_by_kind(tyson):
    """Openings first, each with the posts it stands in."""
    told = dict(wording.favourites(tyson))
    assert next(iter(told)) == "Openings"
    assert told["Openings"].startswith("“reflections” in 16 posts")
    assert wording.favourite(tyson.favourites_of("opening")[0]).endswith("(others 0.0), in 16 posts")
