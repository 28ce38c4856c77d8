"""How much of the time of `write` is the language model's own: tokens a second beside bare llama.cpp.

The same prompts, model, batch and machine, by turns. Bare is llama.cpp asked for the same number of texts, nothing
leant on, nothing checked or ranked. The parts of a voice (likeness, copy guard, forecaster) are made before, as a kept
model has them.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from drafting import World, model_of
from tables import show

from soundalike.drafts.leaning import embedded_leaning
from soundalike.drafts.llama import LlamaWriter
from soundalike.drafts.writer import Message, Sampling, Writer, open_writer
from soundalike.encoder.embedded import find_embedded_model
from soundalike.encoder.gguf import Gguf
from soundalike.encoder.tokens import Tokens
from soundalike.posts.text import own_text
from soundalike.training.grading import briefs_from

CREATOR, SUBJECTS, DRAFTS = "realDonaldTrump", 4, 5


@dataclass(frozen=True)
class Speed:
    """One subject: tokens a second of the whole of `write`, of the model inside it, and of bare llama.cpp."""

    brief: str
    texts: int
    write_seconds: float
    model_seconds: float
    write_tokens: float
    bare_tokens: float
    share: float


@dataclass
class Timed:
    """A language model whose answers, orders and seconds are kept."""

    writer: Writer
    asked: list[tuple[Sequence[Message], int, Sampling]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """The model's."""
        return self.writer.name

    @property
    def is_small(self) -> bool:
        """The model's."""
        return self.writer.is_small

    @property
    def is_base(self) -> bool:
        """The model's."""
        return self.writer.is_base

    def write(self, messages: Sequence[Message], *, count: int, sampling: Sampling) -> list[str]:
        """Have it write, and time it."""
        began = time.perf_counter()
        answers = self.writer.write(messages, count=count, sampling=sampling)
        self.seconds += time.perf_counter() - began
        self.asked.append((messages, count, sampling))
        self.answers += answers
        return answers

    def close(self) -> None:
        """Leave it open."""


def report(data_dir: Path) -> None:
    """Draft and draft bare, subject by subject, and print what it came to."""
    world = World.read(data_dir)
    writer, tokens = open_writer("embedded", data_dir=data_dir), Tokens(Gguf(find_embedded_model()).facts)
    model = model_of(CREATOR, world, writer)
    model.draft("warming up", n=1)
    bare = LlamaWriter(find_embedded_model())
    embedded_leaning()
    briefs = briefs_from([own_text(post) for post in world.splits[CREATOR].later], SUBJECTS)
    rows = []
    for brief in briefs:
        timed = Timed(writer)
        began = time.perf_counter()
        replace(model, writer=timed).draft(brief, n=DRAFTS)
        whole = time.perf_counter() - began
        alone = Timed(bare)
        for messages, count, sampling in timed.asked:
            alone.write(messages, count=count, sampling=replace(sampling, like=(), subject=""))
        written, plain = (sum(len(tokens.numbers(text)) for text in each.answers) for each in (timed, alone))
        rates = written / whole, plain / alone.seconds
        rows.append(Speed(brief, len(timed.answers), whole, timed.seconds, *rates, share=rates[0] / rates[1]))
    show(f"Tokens a second of `write -n {DRAFTS}` beside bare llama.cpp", rows)
    print(f"\nmedian share: {median(row.share for row in rows):.2f}")
