"""Two wordings held against each other: by a creator's own forecaster where it proved right, else by the prior."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.posts.post import Engagement, Post
from soundalike.training import wording
from soundalike.training.comparison import Comparison, Ground, compare, prior_probability
from soundalike.training.learned import fit_forecaster
from soundalike.virality.forecast import Forecaster
from soundalike.virality.patterns import find_patterns
from writing import made_up_posts

START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = (
    "kiln glaze mug shelf clay wheel apron tea rain bus market stall price note oven brush bucket sponge "
    "morning evening winter window table crack drip handle spout lid plate bowl studio radio cat dog van road"
).split()
ASKED, TOLD = "Why does a kiln crack in the winter rain?", "The kiln cracks in the winter rain."


def post(number):
    """A post of every tenth hour, of no two alike; whatever asks a question is met by four times as many."""
    chance = random.Random(number)
    text = " ".join(chance.sample(WORDS, 9)).capitalize() + ("?" if number % 3 == 0 else ".")
    likes = int(chance.lognormvariate(6, 0.4) * (4 if number % 3 == 0 else 1))
    return Post(
        str(1_000 + number), text, START + timedelta(hours=10 * number), "potter", Engagement(likes=likes)
    )


POSTS = [post(number) for number in range(400)]


@pytest.fixture(scope="module")
def own():
    """What the potter's posts teach: a useful forecaster and the patterns."""
    found = {"forecaster": Forecaster.fit(POSTS), "patterns": find_patterns(POSTS), "creator": "potter"}
    assert found["forecaster"].is_useful
    return found


@pytest.fixture(scope="module")
def useless():
    """A forecaster learned where nothing can be learned."""
    found = fit_forecaster(made_up_posts(200, START))
    assert not found.is_useful
    return found


def test_the_creators_own_forecaster_answers_where_it_proved_right(own):
    """With its test on later posts, an interval around the probability, and no note."""
    found = compare(ASKED, TOLD, **own)
    assert (found.winner, found.abstained, found.judge, found.note) == ("a", False, "creator", "")
    assert found.interval[0] <= found.probability <= found.interval[1]
    assert found.accuracy is own["forecaster"].accuracy


def test_turned_round_it_is_the_same_answer(own):
    """The names change places, nothing else does."""
    found, turned = compare(ASKED, TOLD, **own), compare(TOLD, ASKED, **own)
    assert (found.winner, turned.winner) == ("a", "b")
    assert found.probability == pytest.approx(1 - turned.probability)
    assert found.interval == pytest.approx((1 - turned.interval[1], 1 - turned.interval[0]), abs=0.02)
    assert {reason.favours for reason in turned.reasons if reason.key == "question"} <= {"b"}
    assert found.evidence == turned.evidence


def test_reasons_come_with_posts_that_show_them(own):
    """Of the pattern that a reason is about, those that speak for it: questions met by many, statements by few."""
    found = compare(ASKED, TOLD, **own)
    patterns = {pattern.key: pattern for pattern in own["patterns"]}
    texts = {each.id: each.text for each in POSTS}
    shown = [reason for reason in found.reasons if reason.evidence]
    assert shown
    for reason in shown:
        assert reason.evidence == patterns[reason.key].evidence_for
        assert {texts[post_id].endswith("?") for post_id in reason.evidence} == {
            patterns[reason.key].effect > 1
        }
    assert set(found.evidence) == {post_id for reason in shown for post_id in reason.evidence}


def test_a_pattern_that_points_the_other_way_is_no_evidence(own):
    """Were questions found to be met by fewer, their posts would not speak for a question."""
    falling = [post(number) for number in range(400)]
    falling = [
        Post(
            each.id,
            each.text,
            each.created_at,
            "potter",
            Engagement(likes=10_000 // (1 + each.engagement.likes)),
        )
        for each in falling
    ]
    found = compare(ASKED, TOLD, **own | {"patterns": find_patterns(falling)})
    assert found.winner == "a"
    assert not [reason for reason in found.reasons if reason.key == "question" and reason.evidence]


def test_people_in_general_answer_where_the_forecaster_proved_nothing(useless):
    """By the prior, without an interval, and the note says why with its figures."""
    found = compare(ASKED, TOLD, forecaster=useless, creator="ada")
    assert found.judge == "wording-quick"
    assert (found.interval, found.accuracy, found.evidence) == (None, None, ())
    assert "@ada is right on" in found.note
    assert "cannot be told from chance" in found.note


def test_people_in_general_answer_for_a_creator_nobody_knows():
    """The note says what it would take; where no creator was named there is nothing to say."""
    assert "50 posts" in compare(ASKED, TOLD, creator="ada").note
    assert compare(ASKED, TOLD).note == ""


@settings(deadline=None, max_examples=30)
@given(st.text(max_size=80), st.booleans())
def test_the_same_text_twice_has_no_winner(own, text, by_creator):
    """One half, abstained, no reasons, whoever is asked and whatever the text is."""
    found = compare(text, text, **own) if by_creator else compare(text, text)
    assert (found.winner, found.probability, found.abstained, found.reasons) == (None, 0.5, True, ())


@settings(deadline=None, max_examples=30)
@given(st.text(max_size=80), st.text(max_size=80), st.booleans())
def test_any_two_texts_can_be_compared(own, a, b, by_creator):
    """A winner is named if and only if the judge does not abstain, and it is the likelier one."""
    found = compare(a, b, **own) if by_creator else compare(a, b)
    assert 0 <= found.probability <= 1
    assert (found.winner is None) == found.abstained
    assert found.winner is None or (found.winner == "a") == (found.probability > 0.5)


@pytest.mark.parametrize(
    ("comparison", "says"),
    [
        (Comparison("a", 0.68, (0.61, 0.75), False, "creator"), "A would be taken up more, in about 7 of 10"),
        (Comparison("b", 0.32, (0.25, 0.39), False, "creator"), "68% (61–75)"),
        (Comparison("b", 0.02, None, False, "wording-quick"), "19 of 20 such choices or more: 98%."),
        (Comparison(None, 0.46, None, True, "wording-quick"), "No clear difference: 54% for B."),
    ],
)
def test_the_verdict_is_said_in_words(comparison, says):
    """Of whom it names, never of whom it does not."""
    assert says in wording.verdict(comparison)


def test_evidence_names_each_post_once():
    """However many reasons it stands behind."""
    reasons = (Ground("x", "X", "a", 1.0, ("1", "2")), Ground("y", "Y", "b", 0.5, ("2", "3")))
    assert Comparison(None, 0.5, None, True, "creator", reasons=reasons).evidence == ("1", "2", "3")


def test_a_line_break_more_is_another_wording(own):
    """The forecaster is asked; what stands around a text makes no difference, so that nobody is."""
    assert compare("One kiln. One mug.", "One kiln.\nOne mug.", **own).interval
    assert compare("One kiln. One mug.", " One kiln. One mug.\n", **own).interval is None


@pytest.mark.parametrize("texts", [("窑裂了，为什么？", "窑裂了。"), ("窑裂了。", TOLD)])
def test_people_in_general_say_nothing_of_a_language_they_do_not_read(texts):
    """The prior was learned from English posts: of others it abstains, says why, and orders no drafts."""
    found = compare(*texts)
    assert (found.winner, found.probability, found.abstained, found.reasons) == (None, 0.5, True, ())
    assert "English" in found.note
    first, second = zip(texts, (ASKED, TOLD), strict=True)
    chances = prior_probability(first, second)
    assert (chances[0], chances[1] == 0.5) == (0.5, False)
