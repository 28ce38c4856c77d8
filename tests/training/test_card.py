import json
from dataclasses import replace

import pytest

from soundalike.training import card_wording
from soundalike.training.attributing import Attribution
from soundalike.training.card import Bits, Impostor, ReportCard, Sense
from soundalike.training.contrasts import Contrast
from soundalike.training.originality import Nearest, Novelty, Spans
from soundalike.training.pools import Measure
from soundalike.training.wording import card as headline

ONE = Measure(0.5, 0.4, 0.6, 40)
EARLIER = {
    "ceiling": {"value": 2.0, "low": 1.5, "high": 2.5, "count": 50},
    "drafts": {"value": 0.5, "low": 0.4, "high": 0.6, "count": 40},
    "floor": {"value": -2.0, "low": -2.1, "high": -1.9, "count": 40},
    "impostors": [{"username": "swyx", "likeness": -0.1}],
    "gap_closed": {"value": 0.62, "low": 0.5, "high": 0.7, "count": 40},
    "length_distance": {"value": 0.3, "low": 0.2, "high": 0.4, "count": 40},
    "novelty": {"longest_shared_words": 5, "mean_novelty": 0.9, "too_close": 1, "drafts": 40},
    "withheld": {"copied": 1},
    "texts": ["a", "b"],
    "notes": [],
    "writer": "embedded",
    "seed": 7,
    "seconds": 1.5,
}


@pytest.fixture
def card():
    """A card with everything on it."""
    return ReportCard(
        ceiling=ONE,
        drafts=ONE,
        floor=ONE,
        impostors=(Impostor("swyx", -0.1),),
        gap_closed=ONE,
        novelty=Novelty(
            5,
            0.9,
            1,
            40,
            longest_shared_characters=24,
            spans=Spans(2, 4, 5),
            posts_spans=Spans(2, 5, 9),
            closer=ONE,
            nearest=(Nearest("a b c", "a b", 2, "17"),),
        ),
        withheld={"copied": 1},
        texts=("a", "b"),
        notes=("Too little.",),
        writer="embedded",
        seed=7,
        seconds=1.5,
        selected=ONE,
        selected_gap=Measure(0.7, 0.6, 0.8, 16),
        attribution=Attribution(49, 1 / 49, ONE, ONE, None, ONE, ONE, None),
        contrasts=(Contrast("length", 87.0, 143.0, ONE), Contrast("emoji", None, None, None)),
        selected_texts=("a",),
        briefs=8,
        briefs_left_out=1,
        sense=Sense(posts=Measure(3.1, 2.0, 4.0, 50), drafts=ONE, floor=ONE),
    )


def test_how_coherent_the_pools_are_is_one_sentence(card):
    """The posts first; a pool that is not there is not told of."""
    told = card_wording.sense(card.sense)
    assert "held-out posts +3.1 (+2.0 to +4.0), drafts +0.5" in told
    assert "shown" not in told
    assert "those a user would be shown +0.5" in card_wording.sense(replace(card.sense, selected=ONE))


def test_what_an_adapter_gained_is_kept_and_told():
    """Bits a character of the held-out posts, and by how much they are fewer."""
    assert card_wording.bits(Bits(1.6, 1.2)).endswith("at 1.20 bits a character, its base at 1.60: 25% less.")


def test_drafts_beyond_the_creators_own_posts_are_called_overdone(card):
    """More than all of the gap is no better than all of it."""
    assert card_wording.overdone(card) == ""
    assert "caricature" in card_wording.overdone(replace(card, selected_gap=Measure(1.4, 1.1, 1.7, 16)))


def test_a_card_comes_back_from_its_json(card):
    """What is kept is what was judged."""
    assert ReportCard.from_json(json.loads(json.dumps(card.to_json()))) == card
    bare = replace(card, gap_closed=None, selected=None, selected_gap=None, attribution=None)
    assert ReportCard.from_json(json.loads(json.dumps(bare.to_json()))) == bare


def test_a_card_of_an_earlier_version_is_read_and_says_what_it_lacks():
    """Nothing is made up for what it did not measure; its distance of lengths stands among the contrasts."""
    found = ReportCard.from_json(EARLIER)
    assert (found.selected, found.attribution, found.novelty.closer, found.briefs) == (None,) * 4
    assert found.contrasts == (Contrast("length", None, None, Measure(0.3, 0.2, 0.4, 40)),)
    assert "An earlier version made this card" in card_wording.lacking(found)
    assert headline(found) == "62% (50–70) of the gap from floor to ceiling closed, unselected"
    assert ReportCard.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_the_unselected_drafts_come_first_and_picking_is_owned_up_to(card):
    """Whoever reads one figure reads that of all drafts."""
    assert [measure.value for measure, _ in card_wording.headlines(card)] == [0.5, 0.7]
    assert headline(card).startswith("50% (40–60) of the gap from floor to ceiling closed, unselected; 70%")
    assert "their likeness is flattered" in card_wording.picked(card)
    assert not card_wording.picked(replace(card, selected=None))


@pytest.mark.parametrize(
    ("closer", "told"),
    [
        (Measure(0.4, 0.3, 0.49, 9), "Drafts share less"),
        (Measure(0.5, 0.4, 0.6, 9), "Drafts share no more"),
        (Measure(0.6, 0.51, 0.7, 9), "Drafts share more"),
    ],
)
def test_whether_drafts_come_closer_than_later_posts_is_said_in_a_sentence(card, closer, told):
    """Only where the interval leaves out one half is a difference claimed."""
    assert card_wording.closeness(replace(card.novelty, closer=closer)).startswith(told)


def test_every_contrast_is_one_sentence(card):
    """With its interval and whether it differs."""
    assert [card_wording.contrast(each) for each in card.contrasts] == [
        "Length (characters, median): drafts 87, held-out posts 143; distance 0.50 (0.40–0.60): differs.",
        "Emoji (share with any): too few texts to say.",
    ]
