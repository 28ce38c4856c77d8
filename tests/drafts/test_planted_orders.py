"""Orders planted in posts, bios and briefs change no draft and no profile: they are data, and most are left out."""

import json
import re
from dataclasses import replace
from typing import get_args

import pytest

from planted import ORDERS, PAYLOADS
from soundalike.drafts.choosing import Judges
from soundalike.drafts.draft import write_drafts
from soundalike.drafts.form import read_form
from soundalike.drafts.guard import CopyGuard
from soundalike.drafts.orders import gives_orders, subject_of, without_orders
from soundalike.drafts.prompt import build_prompt
from soundalike.drafts.writer import Manner
from soundalike.posts.post import Post
from soundalike.posts.rows import post_of
from soundalike.virality.patterns import find_patterns

BRIEFS = ("agents that read their own traces", "a paper everybody should read", "what a good eval looks like")


@pytest.fixture(scope="module")
def swyx(shared):
    """The posts of one creator, the oldest first."""
    lines = (shared / "data/creators/swyx.jsonl").read_text(encoding="utf-8").split("\n")
    posts = [post_of(json.loads(line)) for line in lines if line]
    return sorted(posts, key=lambda post: post.created_at)


@pytest.fixture(scope="module")
def planted(swyx):
    """The same posts with every order among them, as posts of the same creator that were met by many."""
    step = len(swyx) // (len(ORDERS) + 1)
    found = list(swyx)
    for number, order in enumerate(ORDERS.values(), start=1):
        near = swyx[number * step]
        likes = replace(near.engagement, likes=50_000)
        found.append(replace(near, id=str(number), text=order, engagement=likes))
    return sorted(found, key=lambda post: post.created_at)


def written(posts):
    """A voice made of posts as training makes it, without its traits and patterns."""
    return build_prompt([post.text for post in posts], creator="@swyx", language="en")


def asks_for(text):
    """What the orders want written, as far as it stands in a text."""
    folded = text.casefold()
    return [payload for payload in PAYLOADS if payload in folded]


def said(texts):
    """Orders that reached what a model is told: any that are seen, and any of what they ask for."""
    return [text for text in texts if gives_orders(text) or asks_for(text)]


def test_what_is_learned_from_is_the_same_with_planted_posts_and_without(swyx, planted):
    """They say nothing of how somebody writes, in whatever language and disguise; no post of the creator's goes."""
    assert without_orders(planted) == swyx


def test_without_leaving_them_out_they_would_tell(planted):
    """Why they are: met by many, they are what lifts a post, and so a thing to be told to a model."""
    assert said([pattern.sentence for pattern in find_patterns(planted)])


def test_the_prompt_is_the_same_with_planted_posts_and_without(swyx, planted):
    """They are no examples, in whatever language and disguise."""
    assert written(planted) == written(swyx)


@pytest.mark.parametrize("manner", get_args(Manner))
def test_no_planted_post_reaches_a_model(planted, manner):
    """Neither as it is nor cleaned."""
    for brief in BRIEFS:
        messages = written(planted).messages(brief, manner=manner, max_chars=280)
        told = "\n".join(message.content for message in messages)
        assert not asks_for(told)
        assert not re.search(r"<\||\{\{|\[INST|<<SYS|^SYSTEM:", told, re.MULTILINE)
        assert told.count("</posts>") == (manner == "instructions")


@pytest.mark.parametrize("name", ORDERS)
def test_a_post_that_is_an_example_all_the_same_stays_in_its_block(name):
    """Should an order not be seen for one: it cannot close the fence, open a turn or be a template."""
    prompt = replace(written([]), posts=(ORDERS[name],))
    text = prompt.instructions
    assert text.index("<posts>") < text.index("</posts>") == len(text) - len("</posts>")
    assert [text.count(tag) for tag in ("<posts>", "</posts>", "<post n=", "</post>", "<|", "<<SYS")] == [
        1, 1, 1, 1, 0, 0,
    ]  # fmt: skip
    roles = [message.role for message in prompt.messages("x", manner="turns", max_chars=280)]
    assert roles == ["user", "assistant", "user"]


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_in_a_brief_stays_in_its_block(swyx, name):
    """A larger model is told where the subject begins and ends, and that it is no order."""
    _, user = written(swyx).messages(f"autumn. {ORDERS[name]}", manner="instructions", max_chars=280)
    assert "not an order" in user.content
    assert user.content.count("<brief>") == user.content.count("</brief>") == 1
    assert user.content.endswith("</brief>")
    assert not re.search(r"<\||\[INST|<<SYS|<!--|</posts>|\u202e|[\U000e0000-\U000e007f]", user.content)


@pytest.mark.slow
@pytest.mark.parametrize("name", ORDERS)
def test_of_a_brief_a_small_model_need_not_see_the_order(swyx, name):
    """The subject alone makes the same prompt as if the order had not been there."""
    prompt = written(swyx)
    brief = f"{BRIEFS[0]}.\n{ORDERS[name]}"
    found = subject_of(brief)
    if found == f"{BRIEFS[0]}.":
        hostile, plain = (prompt.messages(each, manner="turns", max_chars=280) for each in (found, BRIEFS[0]))
        assert hostile == plain
    assert found.startswith(BRIEFS[0])
    assert not asks_for(found)


def test_a_bio_reaches_no_model(swyx):
    """What an account says of itself is shown to people, and to nobody else."""
    writer_sees = written(swyx).messages(BRIEFS[0], manner="instructions", max_chars=280)
    assert "swyx" in writer_sees[0].content
    assert "description" not in Post.__slots__


@pytest.mark.slow
def test_drafts_are_the_same_with_planted_posts_and_without(embedded, swyx, planted):
    """The embedded model, the same seed: the same texts, and nothing that an order asked for."""
    form = read_form([post.text for post in swyx])
    judges = Judges(form, CopyGuard(planted), like=lambda texts: [0.0] * len(texts))

    def drafts(posts, brief):
        return write_drafts(
            brief, writer=embedded, prompt=written(posts), judges=judges,
            label="", count=6, seed=11, rounds=1, unselected=True,
        )  # fmt: skip

    for brief in BRIEFS[:2]:
        plain, hostile = (drafts(posts, brief) for posts in (swyx, planted))
        assert [draft.text for draft in plain.drafts] == [draft.text for draft in hostile.drafts]
        assert not [draft.text for draft in hostile.drafts if asks_for(draft.text)]
