"""What a collection costs is said before."""

from datetime import UTC, datetime, timedelta

import pytest

from soundalike.posts.api.pricing import estimate
from soundalike.posts.post import Creator, Window, last_id_before

NOW = datetime(2026, 11, 20, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(days=180), NOW)


def creator(count, *, age_days=0):
    """An account with so many posts, opened so long ago; its id tells nothing where no age is given."""
    name = last_id_before(NOW - timedelta(days=age_days)) if age_days else "7"
    return Creator(id=name, username="ada", posts_count=count)


def test_a_thousand_posts_cost_fifteen_cents_and_some():
    """The contract's example: 15,018 credits without overlap, 281 seconds on the free tier."""
    found = estimate(creator(1_000, age_days=100), WINDOW, budget_credits=50_000, seconds_between=5.5)

    assert (found.posts_low, found.posts_high) == (1_000, 1_000)
    assert (found.credits_low, found.credits_high) == (15_018, 15_798)
    assert found.usd == pytest.approx(0.158, abs=0.001)
    assert found.seconds == pytest.approx(281, abs=1)


def test_the_low_end_supposes_the_average_pace():
    """Half a year of an account ten times as old holds a tenth of its posts."""
    found = estimate(creator(3_000, age_days=1_800), WINDOW, budget_credits=50_000, seconds_between=1)

    assert found.posts_low == pytest.approx(300, abs=1)
    assert found.posts_high == 3_000


def test_nothing_beyond_the_budget_is_announced():
    """The trial credit buys one profile and 665 posts."""
    found = estimate(creator(90_000), WINDOW, budget_credits=10_000, seconds_between=5.5)

    assert found.posts_high == 665
    assert found.credits_low <= found.credits_high == 10_000


def test_a_search_costs_more_than_a_timeline():
    """Pages overlap more, and each chain is asked where it ends."""
    by_search = estimate(creator(2_000), WINDOW, budget_credits=50_000, seconds_between=1, by_search=True)

    assert by_search.credits_high == 18 + 36_000 + 15 * 4
    assert by_search.seconds == 103


def test_a_cap_bounds_what_is_unknown():
    """A profile may not say how much was posted."""
    found = estimate(creator(None), WINDOW, budget_credits=50_000, seconds_between=1, cap=100)

    assert (found.posts_low, found.posts_high, found.credits_low) == (0, 100, 18)


@pytest.mark.parametrize("budget", [0, 10, 18])
def test_a_budget_that_buys_no_post_says_so(budget):
    """The profile is all that can cost something."""
    found = estimate(creator(1_000), WINDOW, budget_credits=budget, seconds_between=1)

    assert (found.posts_high, found.credits_high) == (0, 18)
