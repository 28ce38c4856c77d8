"""A voice that is edited: what is hidden, which rules hold, and what is learned beside them."""

from datetime import UTC, datetime, timedelta

import pytest

from soundalike.drafts.prompt import VoicePrompt
from soundalike.drafts.rules import MOST_RULES, Rule
from soundalike.errors import SettingsError
from soundalike.training import wording
from soundalike.training.edits import Edits, Wish, edited_prompt, favourite_key, shown_voice
from soundalike.training.lessons import Decision, Evidence, Lesson
from soundalike.training.preferences import read_preferences
from soundalike.voice.profile import read_voice
from writing import made_up_posts

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = AT + timedelta(days=1)
DELVE = Lesson(Rule("never_word", "delve"), Evidence("edits", 4, 4, 0.6, ("1", "2", "3", "4")))


@pytest.fixture(scope="module")
def voice():
    """The profile of made-up posts."""
    return read_voice(made_up_posts(120, AT))


def changed(voice, edits=Edits(), **wish):  # noqa: B008 - a frozen value
    """The edits with a wish fulfilled."""
    return edits.changed(Wish(**wish), voice, at=AT, who="ada")


def test_a_hidden_trait_leaves_the_prompt_and_comes_back(voice):
    """Its sentence goes, the measured profile stays, and shown again all is as before."""
    distinct = voice.distinct_traits
    told = [f"{distinct[0].sentence}: as an earlier version worded it", wording.never(distinct[0])]
    prompt = VoicePrompt("@ada", traits=(*told, *map(wording.trait, distinct[1:])))
    hidden = changed(voice, hide_traits=(distinct[0].key,))
    assert edited_prompt(prompt, voice, hidden).traits == prompt.traits[2:]
    assert shown_voice(voice, hidden).trait(distinct[0].key) is None
    assert (hidden.hidden_traits[0].by, hidden.hidden_traits[0].who) == ("user", "ada")
    again = changed(voice, hidden, show_traits=(distinct[0].key,))
    assert edited_prompt(prompt, voice, again) == prompt
    assert again == Edits()


def test_a_trait_that_is_a_length_can_be_hidden(voice):
    """Of which nobody says that it is never there."""
    lines = voice.trait("lines")
    assert lines.used_in is None
    prompt = VoicePrompt("@ada", traits=(wording.trait(lines), "Another: 3"))
    assert edited_prompt(prompt, voice, changed(voice, hide_traits=("lines",))).traits == ("Another: 3",)


def test_a_hidden_favourite_is_shown_no_more(voice):
    """By its kind and text."""
    first = voice.favourites[0]
    hidden = changed(voice, hide_favourites=(favourite_key(first.kind, first.text),))
    prompt = VoicePrompt("@ada", traits=(wording.favourite(first), "“another”: 3"))
    assert edited_prompt(prompt, voice, hidden).traits == ("“another”: 3",)
    assert first not in shown_voice(voice, hidden).favourites
    assert len(shown_voice(voice, hidden).favourites) == len(voice.favourites) - 1


def test_rules_stand_in_the_prompt(voice):
    """Those of the user and those that were learned."""
    edits = changed(voice, add_rules=(Rule("no_emoji"),)).taught([DELVE], [], at=AT)
    assert edited_prompt(VoicePrompt("@ada"), voice, edits).rules == (Rule("no_emoji"), DELVE.rule)


@pytest.mark.parametrize(
    "wish",
    [
        {"hide_traits": ("no_such_trait",)},
        {"show_traits": ("no_such_trait",)},
        {"hide_favourites": ("word:nosuchword",)},
        {"remove_rules": ("no_emoji",)},
        {"add_rules": (Rule("replace", "big", "large"), Rule("never_word", "large"))},
        {"add_rules": tuple(Rule("never_word", f"word{number}") for number in range(MOST_RULES + 1))},
    ],
)
def test_what_cannot_be_changed_is_told(voice, wish):
    """With what there is instead."""
    with pytest.raises(SettingsError) as caught:
        changed(voice, **wish)
    assert caught.value.hint


def test_a_newer_rule_takes_the_place_of_one_on_the_same(voice):
    """A limit, or what is to be done about a word; saying the same again changes nothing."""
    edits = changed(voice, add_rules=(Rule("most_characters", most=200), Rule("never_word", "utilize")))
    newer = changed(
        voice, edits, add_rules=(Rule("most_characters", most=100), Rule("replace", "Utilize", "use"))
    )
    assert set(newer.in_force) == {Rule("most_characters", most=100), Rule("replace", "Utilize", "use")}
    assert (
        newer.changed(Wish(add_rules=(Rule("most_characters", most=100),)), voice, at=LATER).rules[-1].at
        == AT
    )


def test_a_removed_rule_is_not_learned_again(voice):
    """Until the user adds it."""
    learned = Edits().taught([DELVE], [], at=AT)
    assert [(kept.rule, kept.by, kept.evidence) for kept in learned.rules] == [
        (DELVE.rule, "learned", DELVE.evidence)
    ]
    removed = changed(voice, learned, remove_rules=(DELVE.rule.key,))
    as_another = Lesson(Rule("replace", "delve", "dig"), DELVE.evidence)
    assert removed.taught([DELVE], [], at=LATER) == removed.taught([as_another], [], at=LATER) == removed
    own = changed(voice, removed, add_rules=(DELVE.rule,))
    assert (own.rules[0].by, own.dismissed) == ("user", ())


def test_the_users_word_stands_above_what_is_learned(voice):
    """A lesson on what the user has a rule on changes nothing, nor one that excludes a rule."""
    own = changed(voice, add_rules=(Rule("replace", "delve", "dig"),))
    assert own.taught([DELVE], [], at=LATER) == own
    assert own.taught([Lesson(Rule("never_word", "dig"), DELVE.evidence)], [], at=LATER) == own


def test_a_learned_rule_stays_until_it_is_contradicted():
    """Also without the drafts behind it; two texts that the user lets stand since then speak against it."""
    learned = Edits().taught([DELVE], [], at=AT)
    assert learned.taught([], [(AT, "we delve"), (LATER, "we delve")], at=LATER) == learned
    assert learned.taught([], [(LATER, "we delve"), (LATER, "delve on")], at=LATER) == Edits()


def test_learning_again_keeps_the_date_and_takes_the_newest_evidence():
    """The rule holds since it was first learned."""
    more = Lesson(DELVE.rule, Evidence("edits", 9, 9, 0.77, tuple("123456789")))
    again = Edits().taught([DELVE], [], at=AT).taught([more], [], at=LATER)
    assert [(kept.at, kept.evidence.count) for kept in again.rules] == [(AT, 9)]


def test_edits_are_read_back_from_their_json(voice):
    """All of it, and nothing where nothing is kept."""
    edits = changed(
        voice,
        Edits().taught([DELVE], [], at=AT),
        hide_traits=(voice.traits[0].key,),
        add_rules=(Rule("no_emoji"), Rule("free", "Sound calmer")),
    )
    edits = changed(voice, edits, remove_rules=("no_emoji",))
    assert Edits.from_json(edits.to_json()) == edits
    assert Edits.from_json(None) == Edits.from_json({}) == Edits()


def test_preferences_pair_what_was_kept_with_what_was_not():
    """An edit with its draft, kept texts with the rejected ones of the same brief; no pair twice, none of equals."""
    decided = [
        Decision("1", "tea", "Tea!", "Tea."),
        Decision("2", "tea", "More tea", "More tea"),
        Decision("3", "tea", "TEA", None),
        Decision("4", "rain", "Rain", None),
    ]
    pairs = {(each.prompt, each.chosen, each.rejected) for each in read_preferences([*decided, *decided])}
    assert pairs == {("tea", "Tea.", "Tea!"), ("tea", "Tea.", "TEA"), ("tea", "More tea", "TEA")}


def test_one_brief_does_not_drown_the_others():
    """Thirty kept and thirty rejected drafts are nine hundred pairs; fifty are given."""
    kept = [Decision(f"k{number}", "tea", f"tea {number}", f"tea {number}") for number in range(30)]
    rejected = [Decision(f"r{number}", "tea", f"no tea {number}", None) for number in range(30)]
    assert len([*read_preferences([*kept, *rejected])]) == 50
