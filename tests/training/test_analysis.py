from datetime import UTC, datetime, timedelta

from soundalike.posts.post import Creator, Engagement, Post, Window
from soundalike.training.analysis import Collecting, analyse

START = datetime(2024, 1, 1, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(days=180))
POTTER = Creator("77", "potter")


def post(number, likes):
    """A post unlike the others, one a day."""
    text = f"Thought number {number} about kiln {number * 7} and glaze {number * 13}"
    return Post(str(number), text, START + timedelta(days=number), "potter", Engagement(likes=likes))


def analysed(posts, **choices):
    """The analysis of posts that cost nothing."""
    return analyse(posts, creator=POTTER, window=WINDOW, collecting=Collecting(len(posts)), **choices)


def test_none_above_the_gate_says_how_many_would_pass_with_auto():
    """A creator without a post of 100,000 learns of the other gate at once."""
    posts = [post(number, 1000 if number % 20 == 0 else 50) for number in range(1, 151)]
    found = analysed(posts, gate=100_000)
    assert found.selection.passed == 0
    assert "None of the 150 posts pass 100,000. With auto, 7 pass." in found.warnings


def test_an_empty_account_is_an_analysis_with_nothing_in_it():
    """No posts are no error here; training on them is."""
    found = analysed([], gate="auto")
    assert (found.selection.posts, found.median_engagement) == ((), 0.0)
    assert "No usable post was found." in found.warnings


def test_few_posts_are_analysed_with_a_warning():
    """Three posts are shown for what they are."""
    found = analysed([post(number, number) for number in (1, 2, 3)], gate=1)
    assert found.selection.passed == 3
    assert "Only 3 usable posts: too few for a sure voice." in found.warnings


def test_the_median_is_of_the_windows_posts():
    """The middle of an even number of posts is between the two."""
    assert analysed([post(number, number * 10) for number in (1, 2, 3, 4)], gate=1).median_engagement == 25


def test_at_most_the_asked_number_is_offered_and_all_are_counted():
    """Twenty are shown, a hundred may have passed."""
    found = analysed([post(number, 10) for number in range(1, 101)], gate=5, top=20)
    assert (len(found.selection.posts), found.selection.passed) == (20, 100)
