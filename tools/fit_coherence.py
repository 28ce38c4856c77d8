"""Fit the coherence of drafts: what sets posts by people apart from texts the embedded model writes in their place.

    python tools/fit_coherence.py POSTS.jsonl … --drafts FILE --date 2026-11-22 --attribution TEXT … [--out PATH]

First the embedded model drafts on the subjects of each creator's later posts, in that creator's voice, as `write` has
it draft; what is written goes to --drafts, and is not written again. Then a logistic regression on the model's own
states tells drafts from the creators' earlier posts. Before it is kept it is tried on each creator in turn, fitted
without them. Creators with fewer than 60 posts are left out.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from soundalike.drafts.coherence import LAYER, SHIPPED, Coherence, Floats, fit_coherence, save_coherence
from soundalike.drafts.form import read_form
from soundalike.drafts.order import read_order, write_rounds
from soundalike.drafts.prompt import build_prompt
from soundalike.drafts.tidying import tidy
from soundalike.drafts.writer import CUT_OFF, Writer, open_writer
from soundalike.encoder.encoder import embedded_encoder
from soundalike.posts.files import load_posts
from soundalike.posts.text import own_text
from soundalike.training.grading import briefs_from
from soundalike.voice.reading import corpus_of

BRIEFS = 3
BATCH = 8
FEWEST_POSTS = 60
POSTS = 120
WIDTHS = range(20, 301)


def main() -> None:
    """Write what is not written yet, try the fit on creators left out, fit, save, and say what came of it."""
    options = _options()
    creators = dict(_creators(options.files))
    drafts = _drafts(creators, options.drafts)
    states = {name: _states(creators[name], texts) for name, texts in drafts.items()}
    areas = {name: _area(_fit(without(states, name)), *own) for name, own in states.items()}
    for name, area in sorted(areas.items()):
        print(f"{area:.3f}  {name}: {len(states[name][1])} drafts")
    print(f"{np.mean(list(areas.values())):.3f}  mean over creators left out in turn")
    about = {
        "fitted_on": options.date,
        "sources": [{"file": path.name, "sha256": _sha(path)} for path in options.files],
        "attribution": options.attribution,
        "kept": "weights of states of the embedded model; no texts",
        "area_left_out": round(float(np.mean(list(areas.values()))), 3),
        "drafts": sum(len(texts) for texts in drafts.values()),
    }
    save_coherence(_fit(states), options.out, about)


def without(states: Mapping[str, tuple[Floats, Floats]], name: str) -> dict[str, tuple[Floats, Floats]]:
    """All but one creator."""
    return {other: own for other, own in states.items() if other != name}


def _creators(files: Sequence[Path]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for path in files:
        texts = tuple(own_text(post) for post in corpus_of(load_posts(path)).items)  # type: ignore[arg-type]
        if len(texts) >= FEWEST_POSTS:
            yield path.stem, texts


def _drafts(creators: Mapping[str, Sequence[str]], path: Path) -> dict[str, list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    known = {row["creator"]: row["texts"] for row in map(json.loads, lines)}
    missing = [name for name in creators if name not in known]
    if missing:
        writer = open_writer("embedded", data_dir=path.parent)
        with path.open("a", encoding="utf-8") as file:
            for name in missing:
                known[name] = _write(name, creators[name], writer)
                file.write(json.dumps({"creator": name, "texts": known[name]}) + "\n")
                file.flush()
        writer.close()
    return {name: known[name] for name in creators}


def _write(name: str, texts: Sequence[str], writer: Writer) -> list[str]:
    cut = len(texts) * 4 // 5
    prompt, form = build_prompt(texts[:cut], creator=f"@{name}"), read_form(texts[:cut])
    found: list[str] = []
    for seed, brief in enumerate(briefs_from(texts[cut:], BRIEFS)):
        order = read_order(brief, max_chars=280, continue_from=None)
        for answers in write_rounds(order, writer, prompt, batch=BATCH, rounds=1, seed=seed):
            found += [tidy(answer, form).removesuffix(CUT_OFF) for answer in answers]
    return found


def _states(posts: Sequence[str], drafts: Sequence[str]) -> tuple[Floats, Floats]:
    step = max(len(posts) // POSTS, 1)
    both = [[text for text in each if len(text) in WIDTHS] for each in (posts[::step], drafts)]
    own, written = (embedded_encoder(LAYER).states(texts, after=[LAYER])[:, 0] for texts in both)
    return own, written


def _fit(states: Mapping[str, tuple[Floats, Floats]]) -> Coherence:
    return fit_coherence(
        np.concatenate([own for own, _ in states.values()]),
        np.concatenate([written for _, written in states.values()]),
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
