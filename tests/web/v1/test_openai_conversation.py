"""What a conversation asks for, as a brief."""

import pytest

from soundalike.drafts.length import weighted_length
from soundalike.drafts.order import MOST_BRIEF_CHARACTERS
from soundalike.errors import PromptTooLong, SettingsError
from soundalike.web.v1.conversation import read_wanted, says_no_subject
from soundalike.web.v1.requests import ChatMessage

DRAFT = "we shipped the kiln on a Friday and nothing broke, which has never happened before in this house"


def chat(*turns):
    """Messages: “s:” the system's, “u:” the user's, “a:” the assistant's."""
    roles = {"s": "system", "u": "user", "a": "assistant"}
    return [ChatMessage(role=roles[turn[0]], content=turn[2:]) for turn in turns]


def brief(*turns, is_small=False):
    """The brief of a conversation."""
    return read_wanted(chat(*turns), is_small=is_small, max_chars=280).brief


@pytest.mark.parametrize("is_small", [True, False])
def test_one_message_is_the_brief(is_small):
    """As it stands, without what surrounds it."""
    assert brief("u: why I ship on a Friday\n", is_small=is_small) == "why I ship on a Friday"


def test_a_small_model_is_not_told_what_the_system_says():
    """It would write about it."""
    assert brief("s:You are a helpful assistant.", "u:tea", is_small=True) == "tea"
    assert brief("s:You are a helpful assistant.", "u:tea") == "You are a helpful assistant.\n\ntea"


def test_a_change_keeps_the_subject_for_a_small_model():
    """However many there were."""
    turns = [
        "u:the kiln",
        f"a:{DRAFT}",
        "u:make it shorter",
        "a:we shipped the kiln",
        "u:Another one, please!",
    ]
    assert brief(*turns, is_small=True) == "the kiln"


def test_a_new_subject_takes_the_place_of_the_old_for_a_small_model():
    """And stays the subject of the changes after it."""
    turns = ["u:the kiln", f"a:{DRAFT}", "u:now one about the loom", "a:the loom", "u:less formal"]
    assert brief(*turns, is_small=True) == "now one about the loom"


def test_the_first_message_is_a_subject_whatever_it_says():
    """There is no draft yet that it could change."""
    assert brief("u:something funny", is_small=True) == "something funny"
    assert brief("u:something funny", "a:x", "u:shorter", is_small=True) == "something funny"


def test_a_larger_model_is_told_the_whole():
    """Subject, drafts and wishes, in their order."""
    told = brief("u:the kiln", "a:one", "u:make it shorter", "a:two", "u:mention tea")
    assert told == (
        "the kiln\n\nA draft of it so far: “one”\n\nWanted then: make it shorter\n\nA draft of it so far: “two”\n\n"
        "Wanted now: mention tea"
    )


def test_of_a_long_conversation_the_subject_and_the_newest_turns_stay():
    """A brief has room for 2,000 characters; what is newest goes before what is older."""
    middle = [f"{who}:{number} {'old words ' * 20}" for number in range(20) for who in "ua"]
    told = brief("u:the kiln", *middle, f"a:{DRAFT}", "u:mention tea")
    assert told.startswith("the kiln\n\n")
    assert told.endswith(f"“{DRAFT}”\n\nWanted now: mention tea")
    assert len(told) <= MOST_BRIEF_CHARACTERS
    assert "19 old words" in told
    assert "2 old words" not in told.replace("12 old words", "")


@pytest.mark.parametrize("is_small", [True, False])
def test_what_has_to_be_there_and_has_no_room_is_refused(is_small):
    """The last message; for a larger model what the system says, too."""
    with pytest.raises(PromptTooLong, match="2,001"):
        brief("u:" + "x" * 2_001, is_small=is_small)
    if not is_small:
        with pytest.raises(PromptTooLong):
            brief("s:" + "x" * 1_999, "u:tea")


@pytest.mark.parametrize(
    "turns", [["s:Be brief."], ["u:  "], ["u:tea", "a:Tea is"], ["u:tea", "a:Tea.", "u:\n"]]
)
def test_a_conversation_ends_with_what_the_user_wants(turns):
    """Nothing is made up where it does not."""
    with pytest.raises(SettingsError):
        brief(*turns)


@pytest.mark.parametrize("is_small", [True, False])
@pytest.mark.parametrize("wish", ["make it shorter", "Can you shorten it?", "trim it and mention tea"])
def test_a_wish_for_a_shorter_one_lowers_the_limit(wish, is_small):
    """To three quarters of the last draft; the caller's own limit holds where it is lower still."""
    turns = chat("u:the kiln", f"a:{DRAFT}", f"u:{wish}")
    assert read_wanted(turns, is_small=is_small, max_chars=280).max_chars == 3 * weighted_length(DRAFT) // 4
    assert read_wanted(turns, is_small=is_small, max_chars=50).max_chars == 50


def test_what_is_short_already_is_not_shortened_to_nothing():
    """Forty characters are left to write in."""
    assert read_wanted(chat("u:x", "a:ship it", "u:shorter"), is_small=True, max_chars=280).max_chars == 40


@pytest.mark.parametrize("turns", [["u:why shorter posts win"], ["u:tea", f"a:{DRAFT}", "u:mention tea"]])
def test_other_wishes_leave_the_limit(turns):
    """Without a draft there is nothing to shorten."""
    assert read_wanted(chat(*turns), is_small=False, max_chars=280).max_chars == 280


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("make it shorter", True),
        ("Another one, please!", True),
        ("more casual and without emoji", True),
        ("try again :)", True),
        ("now one about the loom", False),
        ("mention tea", False),
        ("mach es kürzer", False),
    ],
)
def test_a_change_is_told_from_a_subject_by_its_words(text, is_so):
    """In English; what is said otherwise counts as a subject."""
    assert says_no_subject(text) is is_so
