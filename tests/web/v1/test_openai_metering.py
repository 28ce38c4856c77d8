"""Counts of tokens, held against the engine's own."""

from dataclasses import asdict

import pytest

from soundalike.drafts.llama import LlamaWriter
from soundalike.drafts.writer import CUT_OFF, Message, Sampling
from soundalike.encoder.embedded import find_embedded_model
from soundalike.web.v1.metering import Drawing, Metered, count_answer, count_prompt, count_tokens

CHATS = [
    [Message("user", "Hello 123 — friends")],
    [Message("system", "Be brief."), Message("user", "Write a post about tea.")],
    [
        Message("user", "tea"),
        Message("assistant", "ship it 😀"),
        Message("user", "A post about\n\nkilns 日本語."),
    ],
    [Message("user", "Write a post about tea."), Message("assistant", "Tea is")],
]


class Keeps:
    """A writer that keeps the sampling it got and writes the same twice, once cut off."""

    name, is_small, is_base = "keeps", False, False

    def write(self, messages, *, count, sampling):
        self.read, self.sampling = messages, sampling
        return ["ship it today."] * (count - 1) + [f"ship it{CUT_OFF}"]

    def close(self):
        raise AssertionError("whoever opened it closes it")


@pytest.fixture(scope="module")
def engine():
    """The embedded model."""
    writer = LlamaWriter(find_embedded_model(), threads=1)
    yield writer
    writer.close()


@pytest.mark.slow
@pytest.mark.parametrize("chat", CHATS, ids=len)
def test_tokens_are_counted_as_the_engine_counts_them(engine, chat):
    """Of the prompt, template and all, and of what it wrote."""
    request = {"messages": [asdict(each) for each in chat], "stream": True, "seed": 5, "max_tokens": 60}
    chunks = engine._ask(request | {"stream_options": {"include_usage": True}})
    (usage,) = (chunk["usage"] for chunk in chunks if chunk.get("usage"))
    choices = [choice for chunk in chunks for choice in chunk.get("choices", ())]
    text = "".join(choice["delta"].get("content") or "" for choice in choices)
    is_cut = choices[-1]["finish_reason"] == "length"
    assert count_prompt(chat) == usage["prompt_tokens"]
    assert count_answer(text + CUT_OFF * is_cut) == usage["completion_tokens"]


def test_what_is_written_is_counted_whoever_sees_it():
    """All candidates; the end of one that was not cut off is a token."""
    metered = Metered(Keeps(), Drawing())
    for _ in "12":
        metered.write(CHATS[0], count=2, sampling=Sampling())
    whole, cut = count_tokens("ship it today."), count_tokens("ship it")
    assert (metered.prompt_tokens, metered.completion_tokens) == (
        2 * count_prompt(CHATS[0]),
        2 * (whole + 1 + cut),
    )
    assert not metered.is_exact
    metered.close()


def test_the_callers_wishes_go_before_the_drafts_own():
    """A bound on tokens only ever lowers theirs."""
    writer = Keeps()
    Metered(writer, Drawing(0.0, 0.1, 9_000)).write(
        CHATS[0], count=1, sampling=Sampling(max_tokens=80, seed=3)
    )
    assert writer.sampling == Sampling(temperature=0.0, top_p=0.1, max_tokens=80, seed=3)
    Metered(writer, Drawing(max_tokens=20)).write(CHATS[0], count=1, sampling=Sampling())
    assert (writer.read, writer.sampling) == (CHATS[0], Sampling(max_tokens=20))
