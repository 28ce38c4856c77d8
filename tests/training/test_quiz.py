"""The blind quiz: fair pairs, each text once, and a result that says how sure it is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from soundalike.drafts.form import read_form
from soundalike.drafts.guard import CopyGuard
from soundalike.errors import TooFewPosts
from soundalike.posts.post import Post
from soundalike.training.quiz import build_quiz, score, wilson

AT = datetime(2026, 1, 1, tzinfo=UTC)
POSTS = [
    "The harbour is quiet tonight and I like it.",
    "Nobody reads the manual, so write it for yourself.",
    "Ship it. Then sleep. Then look at what broke, and why, and for whom it was the last straw of the day.",
    "Coffee first!",
]
DRAFTS = [
    "The orchestra is quiet tonight, and they like it too.",
    "Write a manual that nobody has to read, and ship that instead.",
    "Tea first!",
    "Somebody asked what broke on the day we shipped, and I said that it was the part that nobody had looked at yet.",
]


@pytest.fixture
def quiz():
    """Builds quizzes of texts."""

    def build(posts=POSTS, drafts=DRAFTS, *, collected=(), seed=1, **options):
        real = [_post(number, text) for number, text in enumerate(posts)]
        guard = CopyGuard([*real, *(_post(100 + at, text) for at, text in enumerate(collected))])
        return build_quiz(real, drafts, form=read_form(POSTS), guard=guard, seed=seed, **options)

    return build


def _post(number, text):
    return Post(str(number), text, AT + timedelta(days=number), "ada")


def test_every_round_has_one_post_and_one_draft(quiz):
    """And says which is which."""
    rounds = quiz().rounds
    assert len(rounds) == 4
    for each in rounds:
        real, made = (each.a, each.b) if each.real == "a" else (each.b, each.a)
        assert (real, made) == (POSTS[int(each.post_id)], DRAFTS[each.draft])


def test_no_text_comes_twice(quiz):
    """Not even when it is there twice."""
    texts = [text for each in quiz(POSTS * 2, DRAFTS * 2).rounds for text in (each.a, each.b)]
    assert sorted(texts) == sorted(POSTS + DRAFTS)


def test_texts_of_a_pair_are_of_like_length(quiz):
    """The shortest draft stands beside the shortest post."""
    assert {tuple(sorted((each.a, each.b))) for each in quiz().rounds} >= {("Coffee first!", "Tea first!")}


def test_the_seed_decides(quiz):
    """The same one makes the same quiz; others put the post elsewhere, each side about as often."""
    assert quiz(seed=5) == quiz(seed=5)
    sides = [each.real for seed in range(50) for each in quiz(seed=seed).rounds]
    assert 70 < sides.count("a") < 130


def test_tell_tale_signs_are_left_out_on_both_sides(quiz):
    """What breaks off, names an account or is a copy; links are taken out of either; and all is counted."""
    bad = ["It breaks off in the", "Thanks to @bob for all the help today.", POSTS[1]]
    made = quiz(["A post with a link. https://t.co/x", *bad[:2]], [*bad, "A draft with a link. https://a.example"],
                collected=POSTS)  # fmt: skip
    assert [{each.a, each.b} for each in made.rounds] == [{"A post with a link.", "A draft with a link."}]
    assert made.left_out == {
        "post: unfinished": 1, "post: mention": 1, "draft: unfinished": 1, "draft: mention": 1, "draft: copied": 1,
    }  # fmt: skip


def test_a_long_text_has_to_come_to_an_end():
    """Also of a creator who likes to end without a stop: where a model runs out of words it breaks off."""
    ends_openly = read_form(["no stop here", "nor here, as ever"])
    short, long = (
        "nor there, as ever",
        DRAFTS[3].removesuffix(".") + ", and we had all been told to look at it more closely than that",
    )
    made = build_quiz([_post(0, "no stop here")], [long, short], form=ends_openly, guard=CopyGuard(), seed=0)
    assert made.left_out == {"draft: unfinished": 1}
    assert {made.rounds[0].a, made.rounds[0].b} == {"no stop here", short}


def test_what_was_shown_does_not_come_again(quiz):
    """A reader would remember it."""
    first = quiz(count=3).rounds
    shown = {"shown_posts": {each.post_id for each in first}, "shown_drafts": {each.draft for each in first}}
    (last,) = quiz(**shown).rounds
    assert {last.a, last.b}.isdisjoint({text for each in first for text in (each.a, each.b)})
    with pytest.raises(TooFewPosts):
        quiz(shown_posts={"0", "1", "2", "3"})


def test_a_result_says_what_can_be_said_of_it():
    """Six of ten is no more than guessing may do; fifteen of fifteen is; none of ten is remarkable too."""
    assert score(6, 10).verdict == (
        "You told 6 of 10 (60%; 31%–83%, p = 0.75): that it was guessing cannot be ruled out."
    )
    assert "can be told" in score(15, 15).verdict
    assert "pass for the posts" in score(0, 10).verdict
    assert score(5, 5).p == 0.0625
    assert "cannot be ruled out" in score(5, 5).verdict
    assert score(0, 0).verdict == "Nothing was guessed yet."
    assert score(0, 0).share is None


@given(st.integers(1, 200).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_and_the_test_are_those_of_the_textbook(pair):
    """Wilson's score interval and the exact binomial test, as another program computes them."""
    told, of = pair
    reference = binomtest(told, of)
    interval = reference.proportion_ci(method="wilson")
    assert wilson(told, of) == pytest.approx((interval.low, interval.high), abs=1e-9)
    assert score(told, of).p == pytest.approx(reference.pvalue)
