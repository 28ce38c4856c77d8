"""Fit the coherence of drafts: what sets posts by people apart from texts the embedded model writes in their place.

    python tools/fit_coherence.py POSTS.jsonl … --drafts FILE --date 2026-11-22 --attribution TEXT … [--out PATH]

First the embedded model drafts on the subjects of each creator's later posts, in that creator's voice, as `write` has
it draft: shown examples, and, for those who write in its language, with an adapter trained on the latest 200 of the
earlier posts. What is written goes to --drafts, and is not written again. Then a logistic regression on the model's own
states tells drafts from the creators' own posts. Before it is kept it is tried on each creator in turn, fitted
without them, beside the weights that are shipped. Creators with fewer than 60 posts are left out.
"""

import argparse
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from soundalike.drafts.coherence import (
    LAYER,
    SHIPPED,
    Coherence,
    Floats,
    fit_coherence,
    save_coherence,
    shipped_coherence,
)
from soundalike.drafts.form import read_form
from soundalike.drafts.order import read_order, write_rounds
from soundalike.drafts.prompt import build_prompt
from soundalike.drafts.tidying import tidy
from soundalike.drafts.writer import CUT_OFF, AdapterFile, Writer, open_writer
from soundalike.encoder.embedded import LANGUAGE
from soundalike.encoder.encoder import embedded_encoder
from soundalike.finetune.keeping import as_file
from soundalike.posts.files import load_posts
from soundalike.posts.text import own_text
from soundalike.training.grading import briefs_from
from soundalike.training.tuning import tune
from soundalike.voice.reading import corpus_of

Manner = Literal["prompt", "adapter"]

MANNERS: tuple[Manner, ...] = ("prompt", "adapter")
BRIEFS = 3
BATCH = 8
FEWEST_POSTS = 60
LEARNED_POSTS = 200
POSTS = 120
WIDTHS = range(20, 301)


@dataclass(frozen=True)
class Texts:
    """A creator's texts, the oldest first, and their language."""

    texts: tuple[str, ...]
    language: str | None

    @property
    def earlier(self) -> tuple[str, ...]:
        """What a voice is learned from."""
        return self.texts[: len(self.texts) * 4 // 5]

    @property
    def later(self) -> tuple[str, ...]:
        """What subjects are taken from."""
        return self.texts[len(self.earlier) :]


@dataclass(frozen=True)
class States:
    """The model's states of a creator's posts, and of the drafts of each manner."""

    own: Floats
    written: Mapping[Manner, Floats]


def main() -> None:
    """Write what is not written yet, try the fit on creators left out, fit, save, and say what came of it."""
    options = _options()
    creators = dict(_creators(options.files))
    drafts = _drafts(creators, options.drafts)
    states = {name: _states(creators[name], drafts[name]) for name in creators}
    areas: dict[Manner, list[float]] = {manner: [] for manner in MANNERS}
    for name, own in states.items():
        left_out = _fit([each for other, each in states.items() if other != name])
        for manner, written in own.written.items():
            area, before = (_area(each, own.own, written) for each in (left_out, shipped_coherence()))
            areas[manner].append(area)
            print(f"{area:.3f}  {name}, {manner}: {len(written)} drafts; as shipped until now {before:.3f}")
    means = {manner: round(float(np.mean(found)), 3) for manner, found in areas.items()}
    print(f"mean over creators left out in turn: {means}")
    about = {
        "fitted_on": options.date,
        "sources": [{"file": path.name, "sha256": _sha(path)} for path in options.files],
        "attribution": options.attribution,
        "kept": "weights of states of the embedded model; no texts",
        "area_left_out": means,
        "drafts": {
            manner: sum(len(own.written.get(manner, ())) for own in states.values()) for manner in MANNERS
        },
    }
    save_coherence(_fit(states.values()), options.out, about)


def _creators(files: Sequence[Path]) -> Iterator[tuple[str, Texts]]:
    for path in files:
        corpus = corpus_of(load_posts(path))
        texts = tuple(own_text(post) for post in corpus.items)  # type: ignore[arg-type]
        if len(texts) >= FEWEST_POSTS:
            yield path.stem, Texts(texts, corpus.writing.language)


def _drafts(creators: Mapping[str, Texts], path: Path) -> dict[str, dict[Manner, list[str]]]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    known = {(row["creator"], row["manner"]): row["texts"] for row in map(json.loads, lines)}
    with (
        closing(open_writer("embedded", data_dir=path.parent)) as writer,
        path.open("a", encoding="utf-8") as file,
    ):
        for name, texts in creators.items():
            for manner in MANNERS if texts.language == LANGUAGE else MANNERS[:1]:
                if (name, manner) in known:
                    continue
                known[name, manner] = _write(name, texts, writer, manner)
                row = {"creator": name, "manner": manner, "texts": known[name, manner]}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                file.flush()
    return {
        name: {manner: known[name, manner] for manner in MANNERS if (name, manner) in known}
        for name in creators
    }


def _write(name: str, texts: Texts, writer: Writer, manner: Manner) -> list[str]:
    prompt, form = build_prompt(texts.earlier, creator=f"@{name}"), read_form(texts.earlier)
    adapter = _trained(texts.earlier) if manner == "adapter" else None
    found: list[str] = []
    for seed, brief in enumerate(briefs_from(texts.later, BRIEFS)):
        order = read_order(brief, max_chars=280, continue_from=None)
        rounds = write_rounds(order, writer, prompt, batch=BATCH, rounds=1, seed=seed, adapter=adapter)
        found += [tidy(answer, form).removesuffix(CUT_OFF) for answers in rounds for answer in answers]
    return found


def _trained(texts: Sequence[str]) -> AdapterFile:
    return as_file(tune(texts[-LEARNED_POSTS:], seed=0, tell=lambda _share, _remark: None).adapter)


def _states(texts: Texts, drafts: Mapping[Manner, Sequence[str]]) -> States:
    posts = texts.texts[:: max(len(texts.texts) // POSTS, 1)]
    return States(_read(posts), {manner: _read(written) for manner, written in drafts.items()})


def _read(texts: Sequence[str]) -> Floats:
    fit = [text for text in texts if len(text) in WIDTHS]
    return embedded_encoder(LAYER).states(fit, after=[LAYER])[:, 0]


def _fit(creators: Iterable[States]) -> Coherence:
    """Every creator's posts against their drafts, either manner weighing what it has."""
    known = list(creators)
    return fit_coherence(
        np.concatenate([each.own for each in known]),
        np.concatenate([written for each in known for written in each.written.values()]),
    )


def _area(coherence: Coherence, own: Floats, written: Floats) -> float:
    scores, others = coherence.of_states(own), coherence.of_states(written)
    return float((scores[:, None] > others[None, :]).mean())


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fit the coherence of drafts.")
    parser.add_argument("files", nargs="+", type=Path, help="JSONL files of posts, one creator each")
    parser.add_argument("--drafts", required=True, type=Path, help="where drafts are kept, as JSON lines")
    parser.add_argument("--date", required=True, help="the day to write into the file")
    parser.add_argument("--attribution", action="append", default=[], help="source, licence and credit")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    return parser.parse_args()


if __name__ == "__main__":
    main()
