from datetime import UTC, datetime, timedelta

import pytest

from soundalike.errors import TooFewPosts
from soundalike.posts.collection import Reason, hold_out, sort_out
from soundalike.posts.files import load_posts
from soundalike.posts.post import Engagement, Post, Window

START = datetime(2024, 1, 1, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(days=180))


def post(number, text=None, *, day=1.0, likes=1, **facts):
    """Make a post unlike the others, `day` days into the window."""
    words = f"Thought number {number} about kiln {number * 7} and glaze {number * 13}"
    moment = START + timedelta(days=day)
    return Post(str(number), text or words, moment, "potter", Engagement(likes=likes), **facts)


def many(count, first=1):
    """Make usable posts, ten a day."""
    return [post(number, day=number / 10) for number in range(first, first + count)]


def test_every_post_is_kept_or_counted_with_its_reason():
    """Nothing vanishes without a word."""
    posts = [
        *many(5),
        post(11, is_repost=True),
        post(12, is_reply=True),
        post(13, "🔥 https://t.co/x"),
        post(14, "今天的釉色终于成功了真开心"),
        post(15, "Thought number 1 about kiln 7 and glaze 13!"),
    ]
    found = sort_out(posts, WINDOW)
    assert [kept.id for kept in found.kept] == ["1", "2", "3", "4", "5"]
    assert found.set_aside == dict.fromkeys(
        [Reason.REPOST, Reason.REPLY, Reason.NO_WORDS, Reason.LANGUAGE, Reason.DUPLICATE], 1
    )


def test_the_most_engaging_of_two_equal_posts_is_kept():
    """The copy that went further is the one worth reviewing."""
    text = "The copper red finally held at cone ten"
    found = sort_out([post(1, text, likes=3), post(2, text, likes=9, day=2)], WINDOW)
    assert [kept.id for kept in found.kept] == ["2"]


def test_a_thin_window_is_widened_by_windows_of_its_length_until_there_is_enough():
    """Posts of the half-year before join in; those of the half-year before that are not needed."""
    window = Window(datetime(2024, 7, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))
    inside, before = many(10, first=2000), many(150)
    long_before = [post(number, day=-50) for number in range(3000, 3005)]
    found = sort_out([*inside, *before, *long_before], window)
    assert found.earlier == tuple(before)


def test_posts_after_the_window_are_ignored_and_earlier_ones_serve_the_voice():
    """The window's end is a wall; its start is one for virality only."""
    found = sort_out([post(1, day=-5), post(2), post(3, day=181)], WINDOW)
    assert [p.id for p in found.earlier] == ["1"]
    assert [p.id for p in found.kept] == ["2"]
    assert [p.id for p in found.voice_corpus] == ["1", "2"]


def test_order_and_repetition_of_the_input_change_nothing():
    """Pages overlap and arrive newest first; the outcome is the same."""
    posts = [*many(30), post(31, is_reply=True)]
    assert sort_out([*reversed(posts), *posts[:7]], WINDOW) == sort_out(posts, WINDOW)


def test_the_latest_fifth_is_held_out():
    """What grades the model is later than all it learned from."""
    split = hold_out(sort_out(many(200), WINDOW))
    assert len(split.held_out) == 40
    assert max(p.created_at for p in split.seen) < min(p.created_at for p in split.held_out)


@pytest.mark.slow
@pytest.mark.parametrize(("count", "held_out"), [(45, 20), (100, 20), (500, 100), (1700, 200)])
def test_no_fewer_than_20_and_no_more_than_200_are_held_out(count, held_out):
    """Enough to grade by, never most of the material."""
    posts = [post(number, day=number / 10) for number in range(1, count + 1)]
    split = hold_out(sort_out(posts, WINDOW))
    assert len(split.held_out) == held_out
    assert len(split.held_out) + len(split.seen) == len(sort_out(posts, WINDOW).kept)


def test_a_selected_post_is_never_held_out():
    """What the user picked is for learning, however recent."""
    split = hold_out(sort_out(many(100), WINDOW), selected_ids={"100", "99"})
    assert not {"99", "100"} & {p.id for p in split.held_out}
    assert len(split.held_out) == 20


def test_too_few_posts_to_learn_and_grade_are_refused_with_the_number():
    """Three posts make no voice, and the user is told how many do."""
    with pytest.raises(TooFewPosts, match="At least 40") as error:
        hold_out(sort_out(many(3), WINDOW))
    assert (error.value.found, error.value.needed) == (3, 40)


def test_real_posts_are_sorted_out_as_counted(shared):
    """Obama's six months to 31 October 2017: 29 posts of his own, 28 of them with 100,000 or more."""
    posts = load_posts(shared / "data/creators/BarackObama.jsonl")
    found = sort_out(posts, Window.months_before(datetime(2017, 10, 31, tzinfo=UTC), 6))
    assert len(found.kept) == 29
    assert sum(p.engagement.total >= 100_000 for p in found.kept) == 28
    assert found.set_aside == {Reason.REPOST: 2}
    assert found.language == "en"


@pytest.mark.parametrize(
    ("creator", "language"), [("waylybaye", "zh"), ("elonmusk", "en"), ("timtimtim_eth", "en")]
)
def test_a_creators_main_language_is_found(shared, creator, language):
    """With tags, without tags, and for a creator who writes in two."""
    posts = load_posts(shared / f"data/creators/{creator}.jsonl")
    assert (
        sort_out(posts, Window(datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))).language
        == language
    )
