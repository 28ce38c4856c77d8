"""What is made of an answer: the post in it, whole, and nothing twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.drafts.form import Form
from soundalike.drafts.tidying import finish, tidy
from soundalike.drafts.writer import CUT_OFF

STRICT = Form(ends_openly=False, has_paragraphs=False, words=frozenset())
OPEN = Form(ends_openly=True, has_paragraphs=True, words=frozenset())


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Trains are slow today. I read two chapters and then the" + CUT_OFF, "Trains are slow today."),
        ("Trains are slow today. I read two chapters and then the", "Trains are slow today."),
        ("The sky is wide today. The sky is wide today. The sky is wide today.", "The sky is wide today."),
        (
            "One fine day we ship.\nTwo of us sleep.\nOne fine day we ship.",
            "One fine day we ship.\nTwo of us sleep.",
        ),
        ("It costs 3.5 dollars in all. Nobody pays it" + CUT_OFF, "It costs 3.5 dollars in all."),
        ("今天天气很好，我们去公园走走。然后我们" + CUT_OFF, "今天天气很好，我们去公园走走。"),
    ],
)
def test_loose_ends_and_repetitions_are_cut(text, whole):
    """Back to the last whole sentence, and up to where it says the same again."""
    assert finish(text, STRICT) == whole


@pytest.mark.parametrize("text", ["Trains are one of the" + CUT_OFF, "Yes. And then the" + CUT_OFF, "", "No"])
def test_where_too_little_would_be_left_nothing_is_cut(text):
    """It is withheld instead, and the reason told."""
    assert finish(text, STRICT) == text


def test_a_creator_who_ends_without_stops_keeps_the_last_line():
    """Only what was cut off goes."""
    assert finish("slow trains again\nreading two books", OPEN) == "slow trains again\nreading two books"
    assert finish("slow trains again today\nreading two" + CUT_OFF, OPEN) == "slow trains again today"


@given(st.text(max_size=300))
def test_nothing_is_added(text):
    """Whatever comes, what is left is a beginning of it, and cutting again changes nothing."""
    left = finish(text, STRICT)
    assert text.startswith(left)
    assert finish(left, STRICT) == left


def test_an_answer_is_finished_once_it_is_a_post():
    """What stands around a post goes first."""
    assert tidy('Post: "We ship on Fridays. We ship on Fridays."', STRICT) == "We ship on Fridays."
