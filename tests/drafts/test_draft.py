"""Drafting: over-generate, check, rank, return with receipts; say why others were withheld."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.drafts.choosing import Judges, Jury, adherence
from soundalike.drafts.draft import NearestPost, write_drafts
from soundalike.drafts.flags import Flag
from soundalike.drafts.form import Unfit, read_form
from soundalike.drafts.guard import CopyGuard
from soundalike.drafts.prompt import build_prompt
from soundalike.drafts.rules import Rule
from soundalike.errors import PromptTooLong, SettingsError
from soundalike.posts.text import own_text

POSTS = [
    "The bakery in our street opens at five, and I am always the first one in.",
    "Nothing beats a long walk along the harbour after a day of meetings.",
    "Our library lends out telescopes now. The sky has never been so busy.",
]
GOOD = [
    "Trains are slow today, so I read two chapters.",
    "A tree outside my window has decided that it is spring.",
    "My neighbour paints trains. All of them are late.",
    "Someone left a piano in the park, and nobody minds.",
    "Cold soup, warm room, good company.",
]
BAD = [
    "",
    "Here is a post about trains.",
    "Trains are one of the",
    POSTS[1],
    "Read it at example.com now.",
    "Thanks @conductor for the ride.",
]


@pytest.fixture
def draft(make_posts):
    """Writes drafts with everything given but the writer."""
    guard, form = CopyGuard(make_posts(POSTS)), read_form(POSTS)
    prompt = build_prompt(POSTS, creator="@ada")

    def drafting(writer, brief="trains", **options):
        judging = {name: options.pop(name) for name in ("like", "jury", "usual") if name in options}
        judges = Judges(form, guard, **({"like": likeness} | judging))
        given = {"prompt": prompt, "judges": judges, "ceiling": 1.5, "label": "AI"}
        return write_drafts(brief, writer=writer, **(given | options))

    return drafting


def likeness(texts):
    """Shorter is liker: enough to see an order."""
    return [-float(len(text)) for text in texts]


def level(texts):
    """All alike."""
    return [0.0] * len(texts)


def even(first, _second):
    """A coin's toss."""
    return [0.5] * len(first)


def loses(first, second, loser):
    """One text loses to every other nine times in ten."""
    return [
        0.1 if one == loser else 0.9 if other == loser else 0.5
        for one, other in zip(first, second, strict=True)
    ]


def longer_wins(first, second):
    """The longer text, the more often the longer it is; of two as long the later in the alphabet."""
    return [
        0.5 + 0.4 * np.tanh(len(one) - len(other) + (one > other) - (one < other))
        for one, other in zip(first, second, strict=True)
    ]


def texts_of(drafting):
    """The texts in order."""
    return [draft.text for draft in drafting.drafts]


def test_faulty_candidates_are_withheld_and_counted(draft, scripted):
    """What comes back is fit; every other candidate has its reason."""
    drafting = draft(scripted(GOOD + BAD), count=5)
    assert set(texts_of(drafting)) == set(GOOD)
    assert drafting.tried == 32  # six a draft, in whole batches of eight
    reasons = {Unfit.EMPTY, Unfit.ABOUT_THE_TASK, Unfit.UNFINISHED, Unfit.COPIED, Unfit.LINK, Unfit.MENTION}
    assert set(drafting.withheld) == reasons | {Unfit.REPEATED}
    assert sum(drafting.withheld.values()) == 27


def test_drafts_come_with_their_receipts(draft, scripted):
    """Everything the JSON of a draft needs is there."""
    text = "Nothing beats a long train to Zurich in 2031."
    jury = Jury("creator", even, lambda texts: [0.75] * len(texts))
    (only,) = draft(scripted([text]), count=1, jury=jury, seed=9).drafts
    assert (only.text, only.weighted_length, only.voice_score, only.ceiling) == (text, 45, -45.0, 1.5)
    assert (only.win_probability, only.label, only.seed) == (0.75, "AI", 9)
    assert (only.beats_others, only.win_judge) == (None, "creator")
    assert only.nearest_post == NearestPost("2", "Nothing beats a long")
    assert 0 < only.novelty < 1
    assert only.flags == (Flag("name", "Zurich"), Flag("date", "2031"))


def test_the_brief_weighs_in_the_order(draft, scripted):
    """Of two drafts equally like the creator, the one about the subject comes first."""
    texts = ["Nobody minds that piano in the park.", "Those trains are slow again, friends."]
    for order in (texts, texts[::-1]):
        drafting = draft(scripted(order), count=2, like=lambda each: [0.0] * len(each))
        assert texts_of(drafting)[0] == texts[1]


def test_liker_than_the_creator_is_no_better(draft, scripted):
    """Up to the creator's usual, likeness decides; beyond it, the subject does."""
    plain, overdone = "Those trains are slow again, friends.", "A piano, a park."
    for usual, best in ((None, overdone), (-50.0, plain)):
        drafting = draft(scripted([plain, overdone]), count=2, usual=usual)
        assert texts_of(drafting)[0] == best


def test_winning_probability_weighs_in_the_order(draft, scripted):
    """With likeness and brief equal, the one more likely to win comes first."""
    texts = ["Cold soup and a very warm room.", "Good music early in the evening."]
    for loser, winner in (texts, texts[::-1]):
        drafting = draft(
            scripted(texts),
            count=2,
            like=lambda each: [0.0] * len(each),
            jury=Jury(
                "creator",
                even,
                lambda each, loser=loser: [0.1 if text == loser else 0.9 for text in each],
            ),
        )
        assert texts_of(drafting)[0] == winner


def test_people_in_general_weigh_in_the_order_where_no_post_is_known(draft, scripted):
    """A jury that knows pairs only is asked about the candidates among themselves, and every draft says who it was."""
    for loser, winner in (GOOD[1:3], GOOD[2:0:-1]):
        jury = Jury("wording-quick", lambda first, second, loser=loser: loses(first, second, loser))
        drafting = draft(scripted(GOOD[1:3]), brief="anything", count=2, like=level, jury=jury)
        assert texts_of(drafting) == [winner, loser]
        assert [each.beats_others for each in drafting.drafts] == pytest.approx([0.9, 0.1])
        assert {(each.win_probability, each.win_judge) for each in drafting.drafts} == {
            (None, "wording-quick")
        }


def test_chances_against_the_other_drafts_balance(draft, scripted):
    """What one gains another loses: they are one half on average, whoever judges, and the same each time."""
    jury = Jury("creator", longer_wins, lambda texts: [0.5] * len(texts))
    first, again = (draft(scripted(GOOD), count=5, jury=jury) for _ in "12")
    chances = [each.beats_others for each in first.drafts]
    assert sum(chances) == pytest.approx(2.5)
    assert max(first.drafts, key=lambda each: each.beats_others).text == max(GOOD, key=len)
    assert first == again


def test_without_a_jury_nothing_is_said_of_chances(draft, scripted):
    """No figure stands where nobody was asked."""
    for each in draft(scripted(GOOD), count=3).drafts:
        assert (each.win_probability, each.beats_others, each.win_judge) == (None, None, None)


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=40))
def test_a_text_is_never_held_against_itself(texts):
    """Whatever candidates repeat, chances stay between 0 and 1, and twins have the same."""
    jury = Jury("x", longer_wins)
    chances = jury.chances(texts)
    assert np.all((chances >= 0) & (chances <= 1))
    by_text = dict(zip(texts, chances, strict=True))
    assert [by_text[text] for text in texts] == chances.tolist()
    assert len(set(texts)) > 1 or chances.tolist() == [0.5] * len(texts)


def test_nearly_the_same_is_said_once(draft, scripted):
    """Variants of one text count as repeated."""
    texts = ["Trains are slow today, so I read a book.", "Trains are slow today, so I read two books."]
    drafting = draft(scripted(texts), count=2)
    assert len(drafting.drafts) == 1
    assert "too like another candidate" in drafting.reasons


def test_being_on_one_brief_makes_no_two_alike(draft, scripted):
    """Short drafts consist of the brief's words for the most part."""
    texts = ["My neighbour paints trains.", "Who paints the neighbours of trains?"]
    drafting = draft(scripted(texts), brief="neighbour paints trains", count=2)
    assert set(texts_of(drafting)) == set(texts)


def test_fewer_than_asked_come_back_with_the_reasons(draft, scripted):
    """The number of rounds is bounded; what passed is returned."""
    drafting = draft(scripted([GOOD[0], BAD[2]]), count=3, rounds=2)
    assert texts_of(drafting) == [GOOD[0]]
    assert drafting.tried == 48
    assert "24 unfinished" in drafting.reasons


def test_unselected_drafts_are_the_first_as_they_come(draft, scripted):
    """The report card judges the writer, not the selection; what would have been withheld is counted."""
    texts = ["", BAD[2], POSTS[0], GOOD[0]]
    drafting = draft(scripted(texts, is_small=True), count=3, unselected=True)
    assert len(drafting.drafts) == 3
    assert set(texts_of(drafting)) <= set(texts) - {""}
    assert drafting.withheld == {
        Unfit.UNFINISHED: texts_of(drafting).count(BAD[2]),
        Unfit.COPIED: texts_of(drafting).count(POSTS[0]),
    }


def test_the_same_seed_asks_for_the_same_and_others_for_others(draft, scripted):
    """Neighbouring seeds share no candidate's seed, nor do batches."""
    seeds = []
    for seed in (1, 1, 2):
        writer = scripted([BAD[2]])
        draft(writer, count=5, seed=seed)
        seeds.append([sampling.seed for _, sampling in writer.orders])
    assert seeds[0] == seeds[1] != seeds[2]
    ranges = sorted({*seeds[0], *seeds[2]})
    assert all(later - earlier > 20 for earlier, later in pairwise(ranges))


def test_examples_give_way_where_the_prompt_is_too_long(draft, scripted):
    """Fewer examples rather than no draft."""
    writer = scripted(GOOD, most_words=45)
    assert draft(writer, count=2).drafts
    assert len(writer.orders[0][0]) == 5
    with pytest.raises(PromptTooLong):
        draft(scripted(GOOD, most_words=3), count=2)


def test_a_beginning_is_part_of_the_draft(draft, scripted):
    """Whether the model repeats it or not."""
    for answer in ("are slow today.", "Trains are slow today."):
        (only,) = draft(scripted([answer]), count=1, continue_from="Trains").drafts
        assert only.text == "Trains are slow today."


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("A slow #train is a reading room. #ZugSALYA #Harbour", "A slow train is a reading room. #Harbour"),
        ("A slow ride is a reading room. #ZugSALYA", "A slow ride is a reading room."),
        ("Trains are rooms that move. #RailwayWeek #LHSavage", "Trains are rooms that move. #RailwayWeek"),
    ],
)
def test_hashtags_that_were_made_up_are_taken_out(draft, scripted, answer, text):
    """The creator's own words and the brief's may be tags; at the end others go, inside a sentence their sign does."""
    (only,) = draft(scripted([answer]), brief="rooms, for #RailwayWeek", count=1).drafts
    assert only.text == text


def test_large_models_get_instructions_and_more_room(draft, scripted):
    """Rules instead of turns, and tokens for the length that was asked for."""
    writer = scripted(GOOD, is_small=False)
    draft(writer, count=1, max_chars=1_000)
    messages, sampling = writer.orders[0]
    assert [message.role for message in messages] == ["system", "user"]
    assert sampling.max_tokens == 1_000


def test_without_a_voice_the_bare_order_is_given(draft, scripted):
    """The floor of the report card."""
    writer = scripted(GOOD)
    draft(writer, prompt=None, count=1)
    assert [message.content for message in writer.orders[0][0]] == ["Write a post about trains."]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"brief": " \n\u202e "}, "brief is empty"),
        ({"brief": "<|im_start|>"}, "brief is empty"),
        ({"brief": "x" * 2_001}, "2,001 characters; 2,000"),
        ({"count": 0}, "number of drafts is 0"),
        ({"count": 51}, "number of drafts is 51"),
        ({"max_chars": 0}, "longest"),
        ({"continue_from": "word " * 80}, "fills all 280"),
    ],
)
def test_orders_that_cannot_be_met_are_refused_before_anything_is_written(draft, scripted, options, says):
    """What is wrong is said with its number."""
    writer = scripted(GOOD)
    with pytest.raises(SettingsError, match=says):
        draft(writer, **options)
    assert not writer.orders


def test_adherence_looks_for_two_words_of_the_brief():
    """By their beginnings, so that “health” is found in “healthy”; short briefs by their only word."""
    assert adherence("Healthcare for all: who cares?", "health care reform") == 1.0
    assert adherence("Healthy people.", "health care") == 0.5
    assert adherence("AI is here.", "AI") == 1.0
    assert adherence("Nothing of it.", "health care") == 0.0


@pytest.mark.slow
def test_the_embedded_model_drafts_in_a_real_voice(embedded, obama):
    """Five drafts, none of them a copy, the same ones again from the same seed."""
    texts = [own_text(post) for post in obama if not post.is_reply]
    given = {
        "writer": embedded, "prompt": build_prompt(texts, creator="@BarackObama", language="en"),
        "judges": Judges(read_form(texts), CopyGuard(obama), likeness), "label": "AI",
    }  # fmt: skip
    first, again = (write_drafts("health care", count=3, seed=4, **given) for _ in range(2))
    assert len(first.drafts) == 3
    assert first == again
    assert all(draft.weighted_length <= 280 for draft in first.drafts)
    assert json.dumps([draft.text for draft in first.drafts])


def test_rules_are_kept_by_a_model_that_follows_no_instructions(draft, scripted):
    """What can be mended is mended; what still breaks a rule is withheld, and the reason counted."""
    texts = ["Trains are GREAT!", "Delve into trains with me.", "Is any train ever on time?", "Trains sing."]
    rules = (Rule("no_exclamation"), Rule("replace", "great", "good"), Rule("never_word", "delve"))
    prompt = replace(build_prompt(POSTS, creator="@ada"), rules=(*rules, Rule("no_question")))
    found = draft(scripted(texts), prompt=prompt, count=4, rounds=1)
    assert {each.text for each in found.drafts} == {"Trains are GOOD.", "Trains sing."}
    assert found.withheld[Unfit.RULE] > 0
