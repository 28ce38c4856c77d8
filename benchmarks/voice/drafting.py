"""Drafts of the embedded model, judged by who had no part in them.

Each creator's voice is learned from half of the earlier 80 % of their posts; the other half taught the judge
(judge.py), and subjects are those of later posts, their two rarest words. Of every subject all candidates are judged
as they came, and the two that a user would be shown. What the model answered is kept in a file, a line a subject: a
long run can be stopped and taken up, and what is done with the answers can be measured again without the model.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

import numpy as np
from judge import Judge, Split, load_writers, split
from tables import show

from soundalike.drafts.choosing import adherence
from soundalike.drafts.coherence import shipped_coherence
from soundalike.drafts.tidying import tidy
from soundalike.drafts.writer import CUT_OFF, Message, Sampling, Writer, open_writer
from soundalike.encoder.embedded import find_embedded_model
from soundalike.posts.collection import Split as Learned
from soundalike.posts.post import Post
from soundalike.posts.text import own_text, words
from soundalike.training.grading import Overheard, briefs_from
from soundalike.training.model import TrainedModel
from soundalike.training.steps import train_prompt
from soundalike.training.tuning import tune
from soundalike.virality.patterns import find_patterns
from soundalike.voice.background_file import shipped_background
from soundalike.voice.estimate import Estimate, share
from soundalike.voice.profile import read_voice

SUBJECTS: Final = 10
SHOWN: Final = 2
TUNED_ON: Final = 200
SPAN_WORDS, SPAN_CHARACTERS = 8, 40

Row = Mapping[str, Any]
Asked = Literal["embedded", "adapter", "chat", "base"]

_TEMPLATE: Final = b"tokenizer.chat_template"


@dataclass(frozen=True)
class Judged:
    """One creator. `posts` is the judge's recall of real later posts; ratios are shares of drafts given over it."""

    creator: str
    candidates: int
    shown: int
    posts: float
    given: float
    given_shown: float
    ratio: float
    ratio_shown: float
    on_brief: float
    on_brief_shown: float
    coherence: float
    coherence_shown: float
    coherence_posts: float
    copies: float
    copies_shown: int
    seconds: float


@dataclass(frozen=True)
class Sums:
    """The mean over creators, with 95 % intervals over creators drawn anew."""

    what: str
    mean: float
    low: float
    high: float
    creators: int


@dataclass(frozen=True)
class World:
    """All posts by writer, each parted, and the judge."""

    posts: Mapping[str, tuple[Post, ...]] = field(repr=False)
    splits: Mapping[str, Split] = field(repr=False)
    judge: Judge = field(repr=False)

    @classmethod
    def read(cls, data_dir: Path) -> "World":
        """Read `shared/data` and fit the judge."""
        posts = load_writers(data_dir)
        splits = {name: split(own) for name, own in posts.items()}
        return cls(posts, splits, Judge.fit(splits))


def report(data_dir: Path, *, out: Path, creators: Sequence[str] = (), asked: Asked = "embedded") -> None:
    """Draft what is not drafted yet, judge all, print tables."""
    world = World.read(data_dir)
    names = creators or sorted(path.stem for path in (data_dir / "creators").glob("*.jsonl"))
    with _opened(asked) as writer:
        rows = list(_drafted(world, names, out, writer, tuned=asked == "adapter"))
    judged = [_judged(name, [row for row in rows if row["creator"] == name], world) for name in names]
    show("Drafts of the embedded model, held against a judge that had no part in them", judged)
    chance = np.random.default_rng(0)
    fields = ("posts", "given", "given_shown", "ratio", "ratio_shown", "on_brief_shown")
    show("Over creators", [_sums(name, judged, chance) for name in fields])


def _drafted(world: World, names: Iterable[str], out: Path, writer: Writer, *, tuned: bool) -> Iterator[Row]:
    """Every subject with its candidates and what is shown of them; the model writes what is missing."""
    lines = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
    kept = {(row["creator"], row["brief"]): row for row in map(json.loads, lines)}
    for name in names:
        briefs = briefs_from([own_text(post) for post in world.splits[name].later], SUBJECTS)
        model = model_of(name, world, writer)
        if tuned and any((name, brief) not in kept for brief in briefs):
            model = _tuned(model)
        for seed, brief in enumerate(briefs):
            if (name, brief) not in kept:
                kept[name, brief] = _write(model, brief, seed)
                with out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(kept[name, brief], ensure_ascii=False) + "\n")
            yield _choose(model, kept[name, brief], seed)


@contextmanager
def _opened(asked: Asked) -> Iterator[Writer]:
    """The embedded model, or the same file without leaning, or that as a base model: its chat template renamed."""
    with TemporaryDirectory() as folder:
        path = find_embedded_model()
        if asked == "base":
            content, path = path.read_bytes(), Path(folder, "untaught.gguf")
            path.write_bytes(content.replace(_TEMPLATE, _TEMPLATE[:-1] + b"_", 1))
        spec = "embedded" if asked in {"embedded", "adapter"} else f"gguf:{path}"
        with closing(open_writer(spec, data_dir=Path(folder))) as writer:
            yield writer


@dataclass
class Replayed:
    """A language model that says again what it said before."""

    name: str
    is_small: bool
    is_base: bool
    answers: list[str]

    def write(self, messages: Sequence[Message], *, count: int, sampling: Sampling) -> list[str]:  # noqa: ARG002
        """The next answers."""
        said, self.answers = self.answers[:count], self.answers[count:]
        return said

    def close(self) -> None:
        """Nothing is open."""


def model_of(name: str, world: World, writer: Writer) -> TrainedModel:
    """A model of the product's half of a creator's posts, as training makes it, not graded."""
    parted, background = world.splits[name], shipped_background()
    voice = read_voice(parted.product, background)
    patterns = find_patterns(parted.product)
    return TrainedModel(
        username=name,
        name=name,
        voice=voice,
        patterns=tuple(patterns),
        prompt=train_prompt(Learned(parted.product, parted.later), (), voice, patterns),
        seen=parted.product,
        held_out=parted.later,
        collected=world.posts[name],
        selected_ids=(),
        background=background,
        writer=writer,
    )


def _tuned(model: TrainedModel) -> TrainedModel:
    """With an adapter, trained on the latest 200 posts of the product's half."""
    texts = [own_text(post) for post in sorted(model.seen, key=lambda post: post.created_at)]
    trained = tune(texts[-TUNED_ON:], seed=0, tell=lambda _share, _remark: None)
    record = trained.record
    print(
        f"{model.username}: {record.posts} posts, {record.seconds:.0f} s, {record.peak_mb} MB, "
        f"{record.bits_before:.3f} to {record.bits_after:.3f} bits a character of its last posts"
    )
    return replace(model, adapter=trained.adapter)


def _write(model: TrainedModel, brief: str, seed: int) -> Row:
    began, heard = time.perf_counter(), Overheard(model.writer)
    replace(model, writer=heard).draft(brief, n=SHOWN, seed=seed)
    seconds = round(time.perf_counter() - began, 1)
    return {"creator": model.username, "brief": brief, "answers": heard.answers, "seconds": seconds}


def _choose(model: TrainedModel, row: Row, seed: int) -> Row:
    spoke = model.writer
    replayed = Replayed(spoke.name, spoke.is_small, spoke.is_base, list(row["answers"]))
    found = replace(model, writer=replayed).draft(row["brief"], n=SHOWN, seed=seed)
    texts = [tidy(answer, model.form).removesuffix(CUT_OFF) for answer in row["answers"]]
    return {
        **row,
        "candidates": [text for text in texts if text.strip()],
        "shown": [each.text for each in found.drafts],
    }


def _judged(name: str, rows: Sequence[Row], world: World) -> Judged:
    came = [text for row in rows for text in row["candidates"]]
    shown = [text for row in rows for text in row["shown"]]
    later = [own_text(post) for post in world.splits[name].later]
    recall = world.judge.recall(name)
    given, given_shown = (share(world.judge.attributed(texts, name).astype(float)) for texts in (came, shown))
    spans = _spans([own_text(post) for post in world.posts[name]])
    sense = shipped_coherence().scores
    return Judged(
        creator=name,
        candidates=len(came),
        shown=len(shown),
        posts=recall.value,
        given=given.value,
        given_shown=given_shown.value,
        ratio=_ratio(given, recall),
        ratio_shown=_ratio(given_shown, recall),
        on_brief=_on_brief(rows, "candidates"),
        on_brief_shown=_on_brief(rows, "shown"),
        coherence=float(sense(came).mean()),
        coherence_shown=float(sense(shown).mean()),
        coherence_posts=float(sense(later[:100]).mean()),
        copies=float(np.mean([_shares(text, spans) for text in came])),
        copies_shown=sum(_shares(text, spans) for text in shown),
        seconds=sum(row["seconds"] for row in rows),
    )


def _ratio(given: Estimate, recall: Estimate) -> float:
    return given.value / max(recall.value, 1e-9)


def _on_brief(rows: Sequence[Row], which: str) -> float:
    """The mean share of a subject's two words that stand in a text."""
    return float(np.mean([adherence(text, row["brief"]) for row in rows for text in row[which]] or [0.0]))


def _spans(texts: Iterable[str]) -> set[object]:
    """Every run of eight words and of forty characters of the texts: the guard's promise, checked in another way."""
    return {span for text in texts for span in _runs(text)}


def _shares(text: str, spans: set[object]) -> bool:
    return any(span in spans for span in _runs(text))


def _runs(text: str) -> Iterator[object]:
    folded = [word.casefold() for word in words(text)]
    yield from (tuple(folded[at : at + SPAN_WORDS]) for at in range(len(folded) - SPAN_WORDS + 1))
    yield from (text[at : at + SPAN_CHARACTERS] for at in range(len(text) - SPAN_CHARACTERS + 1))


def _sums(name: str, rows: Sequence[Judged], chance: np.random.Generator) -> Sums:
    values = np.array([asdict(row)[name] for row in rows])
    drawn = values[chance.integers(0, len(values), (2_000, len(values)))].mean(axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Sums(name.replace("_", " "), float(values.mean()), float(low), float(high), len(values))
