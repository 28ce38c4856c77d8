"""Features and hours, told apart and said in words."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from soundalike.posts.post import Engagement, Post
from soundalike.training import wording
from soundalike.training.findings import hour_of, leading, only_hours, told_with, without_hours
from soundalike.virality.patterns import Pattern, find_hours, find_patterns
from writing import made_up_posts

START = datetime(2026, 1, 1, tzinfo=UTC)


def at_noon(number):
    """A post of any hour; those around noon are met by five times as many."""
    chance = random.Random(number)
    moment = START + timedelta(days=number, hours=chance.randrange(24))
    likes = int(chance.lognormvariate(5, 0.3) * (5 if 11 <= moment.hour <= 13 else 1))
    return Post(str(number), f"Kiln number {number}.", moment, "potter", Engagement(likes=likes))


@pytest.fixture(scope="module")
def found():
    """What is contrasted of posts that noon lifts."""
    posts = [at_noon(number) for number in range(1, 500)]
    return [*find_patterns(posts), *find_hours(posts)]


def pattern(key, *, above_chance=True, told_by=""):
    """A pattern that lifts by half."""
    return Pattern(
        key, key.capitalize(), 1.5, 1.2, 1.8, 0.001, 0.01, above_chance, 20, 80, (), (), told_by=told_by
    )


def test_hours_are_told_from_the_rest(found):
    """All twenty-four of them, midnight first, whatever the order they come in."""
    assert [hour_of(each) for each in only_hours(reversed(found))] == list(range(24))
    assert len(without_hours(found)) + 24 == len(found)
    assert any("hours" in each.key for each in without_hours(found))  # quarters of the day are features


def test_the_best_time_is_said_with_its_effect(found):
    """And the worst, if it is beyond chance."""
    said = wording.hours(found)
    assert "Posted from 11:00 to 14:00: ×" in said
    assert "hours tried" in wording.patterns(found)


def test_that_no_hour_stands_out_is_said():
    """It is a result."""
    assert wording.hours(find_hours(made_up_posts(300, START))).startswith("No hour stands out")


def test_too_few_posts_at_any_hour_are_said():
    """With the least it takes; a model that looked at no hour says nothing."""
    assert wording.hours(find_hours(made_up_posts(12, START))).startswith("Too few posts")
    assert wording.hours([pattern("list")]) == ""


def test_what_another_pattern_tells_stands_under_it():
    """Unless that other is not there, or not above chance."""
    question, opens, lost = (
        pattern("question"),
        pattern("opens", told_by="question"),
        pattern("x", told_by="gone"),
    )
    chance = pattern("chance", above_chance=False, told_by="question")
    found = [question, opens, lost, chance]
    assert leading(found) == [question, lost]
    assert told_with(question, found) == [opens]
    assert wording.patterns(found) == "4 features tried, 3 above chance, 2 of them by themselves"


def test_a_pattern_without_an_effect_says_why():
    """In place of a figure."""
    untold = replace(pattern("list"), effect=None, low=None, high=None, reason="too few posts to say")
    assert wording.pattern(untold) == "List: too few posts to say"
