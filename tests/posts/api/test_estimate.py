"""What a collection costs is said before."""

from datetime import UTC, datetime, timedelta

import pytest

from soundalike.posts.api.estimate import estimate
from soundalike.posts.api.stretches import Source, Stretch
from soundalike.posts.post import Creator, Window, last_id_before

NOW = datetime(2026, 11, 20, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(days=180), NOW)


def creator(count, *, age_days=0):
    """An account with so many posts, opened so long ago; its id tells nothing where no age is given."""
    name = last_id_before(NOW - timedelta(days=age_days)) if age_days else "7"
    return Creator(id=name, username="ada", posts_count=count)


def unread(source=Source.TIMELINE):
    """The whole window, nothing of it read."""
    return [Stretch.of("ada", WINDOW, source, now=NOW)]


def test_a_thousand_posts_cost_fifteen_cents_and_some():
    """The contract's example: 15,018 credits without overlap, 281 seconds on the free tier, and how it ends."""
    found = estimate(creator(1_000, age_days=100), unread(), budget_credits=50_000, spacing=5.5)

    assert (found.posts_low, found.posts_high) == (1_000, 1_000)
    assert (found.credits_low, found.credits_high) == (15_018 + 15, 15_768 + 30)
    assert found.usd == pytest.approx(0.158, abs=0.001)
    assert found.seconds == pytest.approx(281 + 5.5, abs=1)


def test_the_low_end_supposes_the_average_pace():
    """Half a year of an account ten times as old holds a tenth of its posts, and takes a tenth of the time."""
    found = estimate(creator(3_000, age_days=1_800), unread(), budget_credits=50_000, spacing=1)

    assert found.posts_low == pytest.approx(300, abs=1)
    assert found.posts_high == 3_000
    assert found.likely_seconds == pytest.approx(17, abs=1)


def test_nothing_beyond_the_budget_is_announced():
    """The trial credit buys one profile and 665 posts."""
    found = estimate(creator(90_000), unread(), budget_credits=10_000, spacing=5.5)

    assert found.posts_high == 665
    assert found.credits_low <= found.credits_high == 10_000


def test_a_search_may_cost_more_than_a_timeline():
    """Pages may overlap more."""
    by_search = estimate(creator(2_000), unread(Source.SEARCH), budget_credits=50_000, spacing=1)

    assert by_search.credits_high == 18 + 36_000 + 15 * 2
    assert by_search.seconds == 102


def test_a_sample_bounds_the_low_end_only():
    """How many other posts were liked often enough is known when they are paid."""
    found = estimate(creator(1_000, age_days=100), unread(), budget_credits=50_000, spacing=1, cap=100)

    assert (found.posts_low, found.posts_high, found.credits_low) == (100, 1_000, 18 + 1_500 + 15)


def test_an_account_that_does_not_say_how_much_it_posted_may_cost_the_whole_budget():
    """Nothing is known about it."""
    found = estimate(creator(None), unread(), budget_credits=3_018, spacing=1)

    assert (found.posts_low, found.posts_high, found.credits_high) == (0, 200, 3_018)


def test_what_is_read_already_costs_nothing():
    """Only the profile is left to pay."""
    found = estimate(creator(1_000), [], budget_credits=50_000, spacing=1, posts_kept=800)

    assert (found.posts_low, found.posts_high, found.credits_high, found.posts_kept) == (0, 0, 18, 800)


@pytest.mark.parametrize("budget", [0, 10, 18])
def test_a_budget_that_buys_no_post_says_so(budget):
    """The profile is all that can cost something."""
    found = estimate(creator(1_000), unread(), budget_credits=budget, spacing=1)

    assert (found.posts_high, found.credits_high) == (0, 18)
