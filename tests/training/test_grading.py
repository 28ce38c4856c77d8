from dataclasses import replace
from itertools import count

import pytest

from soundalike.drafts.writer import open_writer
from soundalike.encoder.embedded import find_embedded_model
from soundalike.posts.collection import hold_out, sort_out
from soundalike.posts.files import load_posts
from soundalike.posts.post import Window
from soundalike.posts.text import own_text
from soundalike.training.card import ReportCard
from soundalike.training.grading import BRIEFS, CANDIDATES, FLOOR, SHOWN, briefs_from, grade
from soundalike.training.model import TrainedModel
from soundalike.training.steps import train_prompt
from soundalike.voice.background_file import shipped_background
from soundalike.voice.profile import read_voice

PLAIN = [
    "The key to long-term success is consistent effort and a willingness to adapt to change.",
    "Innovation drives growth. Embrace new ideas and keep an open mind in everything you do.",
    "In today's fast-paced world, effective communication is more important than ever before.",
]


class Actor:
    """A writer that takes its texts in turn: `voiced` where it is shown a voice, else `plain`."""

    name, is_small, is_base = "actor", False, False

    def __init__(self, voiced, plain=PLAIN):
        self.voiced, self.plain = voiced, plain
        self.asked = []

    def write(self, messages, *, count, sampling):
        """Begin where the seed says."""
        is_voiced = messages[0].role == "system"
        self.asked.append((is_voiced, count))
        texts = self.voiced if is_voiced else self.plain
        return [texts[(sampling.seed + number) % len(texts)] for number in range(count)]

    def close(self):
        """Nothing to close."""


@pytest.fixture(scope="module")
def background():
    """Ten other writers: enough to judge by, and quick."""
    shipped = shipped_background()
    english = [writer for writer in shipped.writers if writer.language == "en" and writer.username != "swyx"]
    return replace(shipped, writers=tuple(english[:10]))


@pytest.fixture(scope="module")
def model(shared, background):
    """Swyx's voice, learned and not graded."""
    posts = load_posts(shared / "data/creators/swyx.jsonl")
    collection = sort_out(posts, Window.months_before(posts[-1].created_at, 6))
    split = hold_out(collection, selected_ids=())
    voice = read_voice(split.seen, background)
    return TrainedModel(
        username="swyx",
        name="test",
        voice=voice,
        patterns=(),
        prompt=train_prompt(split, (), voice, ()),
        seen=split.seen,
        held_out=split.held_out,
        collected=split.seen,
        selected_ids=(),
        background=background,
        writer=Actor(PLAIN),
        seed=5,
    )


def graded(model, writer, *, clock=lambda: 0.0, **order):
    """The card that this writer gets."""
    return grade(replace(model, writer=writer), clock=clock, tell=lambda *_: None, **order)


@pytest.fixture(scope="module")
def own(model):
    """The creator's own later posts."""
    return [own_text(post) for post in model.held_out]


@pytest.fixture(scope="module")
def writer(own):
    """One that says the creator's later posts when it is shown the voice."""
    return Actor(own)


@pytest.fixture(scope="module")
def card(model, writer):
    """Its card."""
    return graded(model, writer)


def test_what_a_user_would_be_shown_costs_no_further_draft(writer, card):
    """One batch of each subject with the voice and one without, and the best of the first are the selected."""
    found = card
    assert writer.asked == [(True, CANDIDATES), (False, FLOOR)] * BRIEFS
    assert set(found.selected_texts) <= set(found.texts)
    assert found.selected.count == len(found.selected_texts) <= SHOWN * BRIEFS
    assert found.floor.count == FLOOR * BRIEFS
    assert found.drafts.count > found.selected.count


@pytest.mark.slow
def test_selection_raises_likeness_and_the_card_says_so(model, own):
    """A writer of whose texts some are the creator's: ranking by likeness finds these."""
    mixed = [text for pair in zip(own, PLAIN * len(own), strict=False) for text in pair]
    found = graded(model, Actor(mixed))
    assert found.selected.value > found.drafts.value
    assert found.selected_gap.value > found.gap_closed.value
    assert found.gap_closed.low > 0


def test_the_creators_own_later_posts_are_attributed_as_often_as_they_are(card):
    """Handed in as drafts they reach the ceiling of the second judge too; the floor is not the creator's."""
    found = card.attribution
    assert found.recall.low < 1 < found.recall.high
    assert found.ceiling.low > found.chance
    assert found.floor.value < found.ceiling.low


def test_the_creators_own_later_posts_differ_from_themselves_in_nothing(card):
    """Drafts that are later posts, drawn from them, are told apart by no count but links, which are cut from them."""
    assert [each.key for each in card.contrasts if each.differs and each.key != "links"] == []
    assert card.novelty.closer.low < 0.5 < card.novelty.closer.high


@pytest.mark.slow
def test_a_writer_of_platitudes_is_found_out_by_the_second_judge(model):
    """And by the counts: other lengths, other signs."""
    found = graded(model, Actor(PLAIN))
    assert found.attribution.drafts.value == pytest.approx(found.attribution.floor.value, abs=0.2)
    assert found.attribution.drafts.value < found.attribution.ceiling.low
    assert {each.key for each in found.contrasts if each.differs} >= {"length", "capitals"}


@pytest.mark.slow
def test_the_same_model_and_writer_give_the_same_card(model, own, card):
    """To the last digit, but for the seconds."""
    again = graded(model, Actor(own), clock=count().__next__)
    assert again.seconds > card.seconds
    assert replace(again, seconds=card.seconds).to_json() == card.to_json()
    assert ReportCard.from_json(card.to_json()) == card


@pytest.mark.slow
def test_no_subject_is_begun_when_the_time_is_up_and_the_card_says_what_was_left_out(model, own):
    """Each look at the clock finds ten seconds gone."""
    found = graded(model, Actor(own), clock=count(0, 10).__next__, most_seconds=45)
    assert 0 < found.briefs < BRIEFS
    assert found.briefs + found.briefs_left_out == BRIEFS
    assert any("The time was up" in note for note in found.notes)


@pytest.mark.slow
def test_with_no_time_at_all_there_is_one_subject_and_no_verdict(model, own):
    """Drafts on one subject say nothing of others."""
    found = graded(model, Actor(own), clock=count(0, 10).__next__, most_seconds=0)
    assert found.briefs == 1
    assert (found.gap_closed, found.selected_gap) == (None, None)
    assert "Too few texts for a verdict" in found.notes[0]


@pytest.mark.slow
def test_a_writer_that_says_nothing_is_graded_all_the_same(model):
    """Nothing was drafted; the card says so."""
    found = graded(model, Actor([""], [""]))
    assert (found.texts, found.selected, found.selected_texts) == ((), None, ())
    assert "Too few texts for a verdict" in found.notes[0]
    assert ReportCard.from_json(found.to_json()) == found


@pytest.mark.slow
def test_no_text_of_a_copy_is_kept_with_the_card(model):
    """A post that is deleted must not stay in a card."""
    posts = [own_text(post) for post in model.seen]
    found = graded(model, Actor(posts))
    assert found.novelty.too_close > 0
    assert not set(posts) & {
        *found.texts,
        *found.selected_texts,
        *(near.text for near in found.novelty.nearest),
    }


@pytest.mark.slow
def test_without_others_to_line_up_with_there_is_no_second_judge(model, own):
    """Nine other writers of the language are too few, and the card says that."""
    alone = replace(model.background, writers=model.background.writers[:9])
    found = graded(replace(model, background=alone), Actor(own))
    assert found.attribution is None
    assert any("Too few other writers" in note for note in found.notes)


@pytest.mark.slow
def test_a_card_says_that_the_embedded_model_knows_no_other_language(model, own):
    """In Chinese it makes hardly any sense, whatever the measures say; a larger model may."""
    chinese = replace(model, voice=replace(model.voice, language="zh"))
    embedded = Actor(own)
    embedded.name = find_embedded_model().stem
    told = [
        graded(each, writer).notes
        for each, writer in ((chinese, embedded), (model, embedded), (chinese, Actor(own)))
    ]
    assert [any("taught English" in note for note in notes) for notes in told] == [True, False, False]


def test_subjects_are_spread_over_the_posts_and_leave_the_wording():
    """Two rare words of each; where there are none, anything."""
    texts = [f"Everybody talks about subject{chr(97 + n)} again" for n in range(20)]
    assert len(briefs_from(texts)) == BRIEFS
    assert briefs_from(["1 2 3"]) == ["anything"]


@pytest.mark.slow
def test_the_embedded_model_gives_the_same_card_twice(model, tmp_path):
    """To the last digit but for the seconds; on two subjects, as it takes its time."""
    cards = []
    for _ in range(2):
        writer = open_writer("embedded", data_dir=tmp_path)
        cards.append(graded(model, writer, clock=count(0, 10).__next__, most_seconds=15))
        writer.close()
    assert cards[0].briefs == 2
    assert replace(cards[0], seconds=0) == replace(cards[1], seconds=0)
