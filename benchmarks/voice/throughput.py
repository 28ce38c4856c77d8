"""How much of the time of `write` is the language model's own: tokens a second beside bare llama.cpp.

The same prompts, model, batch and machine, by turns. Bare is llama.cpp asked for the same number of texts, nothing
leant on, nothing checked or ranked. Its texts are longer, while both read one prompt; so tokens are counted twice over:
those written, and those written and read. The parts of a voice (likeness, copy guard, forecaster) are made before, as
a kept model has them.
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

CREATOR, SUBJECTS, DRAFTS = "realDonaldTrump", 8, 5


@dataclass(frozen=True)
class Speed:
    """One subject: seconds of `write`, of the model in it, and of bare llama.cpp; tokens; and shares of bare's rate."""

    texts: int
    read: int
    written: int
    bare_written: int
    seconds: float
    model_seconds: float
    bare_seconds: float
    share_written: float
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
        read = sum(len(tokens.numbers(message.content)) for message in timed.asked[0][0])
        written, plain = (sum(len(tokens.numbers(text)) for text in each.answers) for each in (timed, alone))
        faster = alone.seconds / whole
        rows.append(
            Speed(
                texts=len(timed.answers),
                read=read,
                written=written,
                bare_written=plain,
                seconds=whole,
                model_seconds=timed.seconds,
                bare_seconds=alone.seconds,
                share_written=faster * written / plain,
                share=faster * (read + written) / (read + plain),
            )
        )
    show(f"Tokens of `write -n {DRAFTS}` beside bare llama.cpp", rows)
    written, every = median(row.share_written for row in rows), median(row.share for row in rows)
    print(f"\nmedian share of bare's tokens a second: written {written:.2f}, read and written {every:.2f}")
