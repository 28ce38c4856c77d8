"""What a person should check before publishing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.drafts.flags import Flag, find_flags
from soundalike.drafts.form import read_form

FORM = read_form(["We talk about Tesla all day long."])


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("See you on Friday with Mary Shelley.", [Flag("name", "Mary Shelley"), Flag("date", "Friday")]),
        ("It began on March 3, 2021 at home.", [Flag("date", "March 3, 2021")]),
        ("We may meet in may or march on.", []),
        ("It costs $2024 and took 40 days.", [Flag("number", "2024"), Flag("number", "40")]),
        ("Studies show that tea helps. I like it.", [Flag("claim", "Studies show that tea helps.")]),
        ("The mayor was fired. Good.", [Flag("claim", "The mayor was fired.")]),
        ("我们3月5日见。", [Flag("date", "3月5日")]),
        ("Tesla is on my mind.", []),
    ],
)
def test_dates_and_claims_stand_beside_names_and_numbers(text, flags):
    """Each with the words to check."""
    assert list(find_flags(text, brief="", form=FORM)) == flags


def test_what_the_brief_claims_is_not_flagged():
    """Dates and claims of the user's own are the user's to know."""
    text = "Studies show that tea helps. See you on Friday."
    assert find_flags(text, brief=f"Say this: {text}", form=FORM) == ()


@given(st.text(max_size=400))
def test_every_flag_names_words_of_the_draft(text):
    """Whatever the text, nothing is flagged that is not in it."""
    for flag in find_flags(text, brief="", form=FORM):
        assert flag.text in text
