"""Threads: posts in their order, each told of the ones before it, none said twice."""

from typing import get_args

import pytest

from soundalike.drafts.choosing import Judges
from soundalike.drafts.draft import write_drafts
from soundalike.drafts.form import read_form
from soundalike.drafts.guard import CopyGuard
from soundalike.drafts.prompt import Place, build_prompt
from soundalike.drafts.thread import write_thread
from soundalike.drafts.writer import Manner
from soundalike.errors import SettingsError

POSTS = ["The bakery in our street opens at five, and I am always the first one in."]
TEXTS = ["Trains are slow today.", "A piano stands in the park.", "Cold soup and good company."]


@pytest.fixture
def thread(make_posts):
    """Writes a thread with a writer: `thread(writer, posts)`."""
    judges = Judges(read_form(POSTS), CopyGuard(make_posts(POSTS)), like=lambda texts: [0.0] * len(texts))
    prompt = build_prompt(POSTS, creator="@ada")

    def write(writer, posts):
        def one(*, place, seed):
            return write_drafts(
                "trains <b>& tea</b>",
                writer=writer,
                prompt=prompt,
                judges=judges,
                label="AI",
                count=1,
                seed=seed,
                place=place,
            )

        return write_thread(one, posts=posts, seed=7)

    return write


def test_a_thread_says_nothing_twice_and_ends_where_nothing_new_comes(thread, scripted):
    """Three things can be said, so five posts become three."""
    found = thread(scripted(TEXTS), 5)
    assert sorted(each.text for each in found.drafts) == sorted(TEXTS)
    assert found.tried > len(TEXTS)


@pytest.mark.parametrize("manner", get_args(Manner))
def test_each_post_is_told_of_the_ones_before_it(thread, scripted, manner):
    """A small model as what it said itself, a larger one between tags."""
    writer = scripted(TEXTS, is_small=manner == "turns", is_base=manner == "text")
    first = thread(writer, 2).drafts[0].text
    opening, following = writer.orders[0][0], writer.orders[-1][0]
    assert all(first not in message.content for message in opening)
    assert sum(first in message.content for message in following) == 1
    assert ("assistant" if manner == "turns" else "user") in {m.role for m in following if first in m.content}


def test_a_larger_model_is_told_where_in_the_thread_it_stands():
    """And that what stands before is to be gone on from."""
    place = Place(("Up <we> go.",), 3)
    message = build_prompt(POSTS, creator="@ada").messages(
        "x", manner="instructions", max_chars=280, place=place
    )[-1]
    assert "post 2 of 3" in message.content
    assert '<post n="1">Up' in message.content
    assert "<we>" not in message.content


def test_a_thread_has_one_to_twenty_five_posts(thread, scripted):
    """Others are refused with the range."""
    with pytest.raises(SettingsError, match="26"):
        thread(scripted(TEXTS), 26)
