"""Grade the voice of every creator of shared/data with the embedded model, and print the headlines as one table.

    .venv/bin/python benchmarks/cards.py [CREATOR …] [--out FILE] [--cards] [--seed N]

Each creator is trained as `soundalike.train` does it, over the six months before the latest post, with `auto` as the
gate, and graded without a limit of time. What is graded is added to FILE (a JSON line a creator, the whole card), and
creators already in it are not graded again: a long run can be stopped and taken up. The table is over all that the file
holds. `--cards` prints every card and all its drafts, unedited.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from tables import show

import soundalike
from soundalike.cli.card import show_card
from soundalike.drafts.writer import Writer, open_writer
from soundalike.errors import SoundalikeError
from soundalike.posts.collection import sort_out
from soundalike.posts.post import Creator, Window
from soundalike.training.card import ReportCard
from soundalike.training.pools import Measure
from soundalike.training.status import TrainingStatus
from soundalike.training.steps import TrainingOrder
from soundalike.training.workflow import Journal, train_model
from soundalike.virality.score import score_posts, select_viral
from soundalike.voice.background_file import shipped_background

MONTHS, TOP = 6, 20
CREATORS = Path(__file__).resolve().parents[2] / "shared/data/creators"


@dataclass(frozen=True)
class Headline:
    """What a card says first. Shares of the gap with their intervals, unselected and as a user would be shown.

    `given` are the shares of texts that the second judge gives to the creator: held-out posts, drafts, drafts a user
    would be shown, drafts without the voice; `recall` those of drafts over that of the held-out posts. `closer` is the
    share of pairs in which a draft shares more with earlier posts than a later post does. NaN is what was not judged.
    """

    creator: str
    held_out: int
    gap: float
    gap_low: float
    gap_high: float
    selected: float
    selected_low: float
    selected_high: float
    shown: int
    given_posts: float
    given_drafts: float
    given_shown: float
    given_floor: float
    recall: float
    recall_shown: float
    too_close: float
    closer: float
    seconds: float


def main(arguments: Sequence[str]) -> int:
    """Grade who is not graded yet, then print all."""
    options = _options(arguments)
    kept = dict(_kept(options.out))
    names = options.creators or sorted(path.stem for path in CREATORS.glob("*.jsonl"))
    if waiting := [name for name in names if name not in kept]:
        kept |= _grade_all(waiting, options.out, options.seed)
    if options.cards:
        for name, card in kept.items():
            _print(name, card)
    rows = [_headline(name, card) for name, card in kept.items()]
    show("Report cards, the embedded model by prompt", [*rows, _mean(rows)])
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Report cards of creators, by the embedded model.")
    parser.add_argument("creators", nargs="*", metavar="CREATOR")
    parser.add_argument("--out", type=Path, default=Path("cards.jsonl"))
    parser.add_argument("--cards", action="store_true", help="print every card and its drafts too")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args(arguments)


def _kept(path: Path) -> Iterator[tuple[str, ReportCard]]:
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            found = json.loads(line)
            yield found["creator"], ReportCard.from_json(found["card"])


def _grade_all(names: Sequence[str], out: Path, seed: int) -> dict[str, ReportCard]:
    """Grade one creator after the other, each kept at once; who cannot be trained on is named and left out."""
    writer, graded = open_writer("embedded", data_dir=out.parent), {}
    for name in names:
        try:
            graded[name] = card = _grade(name, writer, seed)
        except SoundalikeError as error:
            print(f"{name}: {error}", file=sys.stderr, flush=True)
            continue
        with out.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"creator": name, "card": card.to_json()}, ensure_ascii=False) + "\n")
        print(f"{name}: {card.seconds:.0f} s", file=sys.stderr, flush=True)
    writer.close()
    return graded


def _grade(name: str, writer: Writer, seed: int) -> ReportCard:
    """Train as `soundalike.train` does, but give grading all the time it takes: other work must change no figure."""
    posts = soundalike.load_posts(CREATORS / f"{name}.jsonl")
    window = Window.months_before(max(post.created_at for post in posts) + timedelta(seconds=1), MONTHS)
    viral = select_viral(score_posts(posts), gate="auto", top=TOP, window=window)
    order = TrainingOrder(
        creator=Creator(id="", username=name),
        collection=sort_out(posts, window),
        collected=tuple(posts),
        selected_ids=tuple(scored.post.id for scored in viral.posts),
        name=name,
        seed=seed,
        grading_seconds=math.inf,
    )
    status = TrainingStatus("", datetime.now(UTC))
    journal = Journal(status, now=lambda: datetime.now(UTC), publish=lambda _: None)
    model = train_model(
        order,
        writer=writer,
        background=shipped_background(),
        journal=journal,
        save=lambda trained: trained,
    )
    assert model.report is not None
    return model.report


def _headline(name: str, card: ReportCard) -> Headline:
    gap, picked, judged, novelty = card.gap_closed, card.selected_gap, card.attribution, card.novelty
    return Headline(
        creator=name,
        held_out=card.ceiling.count,
        gap=_value(gap),
        gap_low=gap.low if gap else np.nan,
        gap_high=gap.high if gap else np.nan,
        selected=_value(picked),
        selected_low=picked.low if picked else np.nan,
        selected_high=picked.high if picked else np.nan,
        shown=len(card.selected_texts),
        given_posts=_value(judged.ceiling if judged else None),
        given_drafts=_value(judged.drafts if judged else None),
        given_shown=_value(judged.selected if judged else None),
        given_floor=_value(judged.floor if judged else None),
        recall=_value(judged.recall if judged else None),
        recall_shown=_value(judged.selected_recall if judged else None),
        too_close=novelty.too_close / max(novelty.drafts, 1),
        closer=_value(novelty.closer),
        seconds=card.seconds,
    )


def _mean(rows: Sequence[Headline]) -> Headline:
    """The mean over the creators of whom each was judged."""
    columns = {field.name: [getattr(row, field.name) for row in rows] for field in fields(Headline)}
    means: dict[str, Any] = {
        name: float(np.nanmean(values)) for name, values in columns.items() if name != "creator"
    }
    counts = {name: round(means[name]) for name in ("held_out", "shown")}
    return Headline(**{"creator": f"mean of {len(rows)}", **means, **counts})


def _value(measure: Measure | None) -> float:
    return measure.value if measure else np.nan


def _print(name: str, card: ReportCard) -> None:
    print(f"\n=== {name}\n")
    show_card(card)
    for title, texts in (("A user would be shown", card.selected_texts), ("As they came", card.texts)):
        print(f"\n--- {title}\n")
        for text in texts:
            print(f"* {text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
