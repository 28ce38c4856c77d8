"""The voice profile."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.errors import TooFewPosts
from soundalike.posts.post import Post
from soundalike.voice.profile import VoiceProfile, read_voice

START = datetime(2024, 1, 1, tzinfo=UTC)


def posts(texts):
    """Texts as one creator's posts, an hour apart, with ids from 1."""
    return [
        Post(id=str(number), text=text, created_at=START + timedelta(hours=number), username="potter")
        for number, text in enumerate(texts, start=1)
    ]


PLANTED = [
    f"{'Forty' if number % 5 < 3 else number} mugs left the kiln on day {number}." for number in range(100)
]


def test_a_planted_regularity_is_found_with_figure_interval_and_posts():
    """40 of 100 posts open with a number, which others rarely do; five posts show it, five break it."""
    profile = read_voice(posts(PLANTED))
    trait = profile.trait("opens_number")
    assert (trait.value, trait.low, trait.high) == pytest.approx((0.4, 0.3094, 0.4980), abs=1e-4)
    assert trait in profile.distinct_traits
    assert trait.evidence == ("100", "99", "95", "94", "90")
    assert trait.against == ("98", "97", "96", "93", "92")
    assert profile.favourites_of("word")[0].text in {"kiln", "mugs"}


@pytest.mark.slow
def test_the_facts_of_real_voices_are_found(posts_of):
    """Trump exclaims more than others, Obama ends in hashtags, both beside others without themselves."""
    trump, obama = read_voice(posts_of("realDonaldTrump")), read_voice(posts_of("BarackObama"))
    assert {"exclamations", "capitals"} <= {trait.key for trait in trump.distinct_traits}
    assert "ends_hashtag" in {trait.key for trait in obama.distinct_traits}
    assert trump.writers == obama.writers
    assert "fake news" in {phrase.text for phrase in trump.favourites_of("phrase")}


def test_a_profile_reads_back_from_its_plain_values(posts_of):
    """Stored as JSON and read again it is equal."""
    profile = read_voice(posts_of("steipete"))
    assert VoiceProfile.from_json(json.loads(json.dumps(profile.to_json()))) == profile


def test_the_same_posts_and_seed_give_the_same_profile(posts_of):
    """Reading is repeatable, and the order of the posts is no matter."""
    creator = posts_of("swyx")
    assert read_voice(creator) == read_voice(creator[::-1])


def test_twenty_posts_are_enough_and_nine_are_not():
    """From ten posts on something can be said; before, the error says how many there are."""
    assert read_voice(posts(PLANTED[:20])).posts == 20
    with pytest.raises(TooFewPosts, match="9 posts"):
        read_voice(posts(PLANTED[:9]))


def test_reposts_and_replies_are_not_the_creators_voice():
    """Both are left out of every figure."""
    own = posts(PLANTED)
    noise = [replace(post, id=f"9{post.id}", text=f"RT {post.text}", is_repost=True) for post in own]
    assert read_voice(own + noise) == read_voice(own)


def test_what_is_never_done_is_told_with_what_others_do(posts_of):
    """Tyson uses no emoji, which others do; a trait never seen in others either is not listed."""
    tyson = read_voice(posts_of("neiltyson"))
    emoji = tyson.never[0]
    assert (emoji.key, emoji.used_in, emoji.posts) == ("emoji", 0, tyson.posts)
    assert emoji.high < emoji.others / 2
    assert "opens_hashtag" not in {trait.key for trait in tyson.never}


def test_a_few_posts_prove_no_abstinence():
    """Twenty posts without an emoji do not say that the creator uses none."""
    assert "emoji" not in {trait.key for trait in read_voice(posts(PLANTED[:20])).never}


def test_a_profile_of_an_earlier_version_reads(posts_of):
    """Without what came later, nothing is said to be never done."""
    values = read_voice(posts_of("neiltyson")).to_json()
    for trait in values["traits"]:
        del trait["used_in"]
    assert VoiceProfile.from_json(values).never == ()


def test_chinese_is_asked_what_makes_sense(posts_of):
    """No capitals and no contractions; held against the three other writers of Chinese."""
    profile = read_voice(posts_of("ezshine"))
    assert profile.language == "zh"
    assert (profile.writers_language, profile.writers) == ("zh", 3)
    assert profile.trait("capitals") is None
    assert profile.trait("ends_stop") is not None
    assert profile.favourites_of("phrase")


@pytest.mark.parametrize(
    "text",
    [
        "🔥🎉 {n} 🔥",
        "صباح الخير يا أصدقاء {n}",
        "오늘 날씨가 참 좋네요 {n}",
        "今日はいい天気ですね {n}。",
        "word {n} " * 800,
    ],
)
def test_any_script_and_length_can_be_read(text):
    """Emoji, Arabic, Korean, Japanese and 4,000 characters give a profile."""
    profile = read_voice(posts([text.replace("{n}", str(number)) for number in range(20)]))
    assert profile.posts == 20
    assert profile.traits


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(st.characters(), min_size=1, max_size=200), min_size=10, max_size=25, unique=True))
def test_wild_text_is_read_or_refused(texts):
    """Whatever the posts hold, a profile comes out that JSON can hold, or a refusal."""
    try:
        profile = read_voice(texts)
    except TooFewPosts:
        return
    for trait in profile.traits:
        assert trait.low <= trait.value <= trait.high
    json.dumps(profile.to_json(), allow_nan=False)


@pytest.mark.slow
def test_twelve_thousand_posts_take_seconds(posts_of):
    """A whole archive is read in well under ten seconds of processor time."""
    many = [
        replace(post, text=f"{post.text} {number}", is_reply=False)
        for number, post in enumerate(posts_of("elonmusk"))
    ]
    began = time.process_time()
    assert read_voice(many).posts == 3_000
    assert time.process_time() - began < 10
