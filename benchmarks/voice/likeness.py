"""How well likeness tells a creator from writers it never met, beside others; how much text it takes; how fast."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import numpy as np
from measures import HAS_VOICEPRINT, MEASURES, VOICEPRINT, ours
from panel import DEVELOPMENT, LENGTHS, POOL, Case, Panel, resampled, wins
from tables import show

from soundalike.voice.background_file import shipped_background
from soundalike.voice.estimate import Floats
from soundalike.voice.likeness import Likeness
from soundalike.voice.verdict import ENOUGH_WRITERS

AMOUNTS: Final = (50, 100, 200, 400, 800, 1_600)  # characters
KNOWN: Final = (30, 100, 300)  # posts of a small creator
SIZES: Final = (100, 1_000, 3_000)
_SCORED: Final = 1_000
_OF_A_RIVAL: Final = 100  # texts that pools of a stated amount are made of
_PER_CENT: Final = [2.5, 97.5]


@dataclass(frozen=True, slots=True)
class Area:
    """Mean area under the curve over creators with its 95 % interval: creators, their pools and rivals drawn anew."""

    measure: str
    texts: str
    pool: int
    creators: int
    area: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Own:
    """One creator's areas by texts of 10 to 20 words (nan: too few), and by all; what had no say in any setting."""

    creator: str
    measure: str
    kept_back: bool
    single_10_20: float
    five_10_20: float
    single_all: float
    five_all: float


@dataclass(frozen=True, slots=True)
class Error:
    """Pools of at least so many characters: creators' own held for others', others' for theirs, the mean of both."""

    characters: int
    creators: int
    missed: float
    mistaken: float
    error: float
    worst_creator: float


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds of one core to fit on so many posts, and to score 1,000 drafts; what is kept, in MB."""

    posts: int
    fit: float
    score_1000: float
    kept_mb: float


@dataclass(frozen=True, slots=True)
class Small:
    """Mean area over creators of whom only the latest so many posts are known, all lengths."""

    posts: int
    creators: int
    single: float
    five: float


def report(data_dir: Path, *, development: bool = False) -> None:
    """Print the tables; with `development`, for the creators and rivals that settings may be chosen on."""
    if not HAS_VOICEPRINT:
        print(f"voiceprint is not installed, so it is left out: pip install --no-deps {VOICEPRINT}")
    panel = Panel.read(data_dir)
    cases = list(panel.cases(shipped_background(), development=development))
    areas = {name: _areas(measure, cases, panel) for name, measure in MEASURES.items()}
    show(
        "Area under the curve, mean over creators",
        [row for name in areas for row in _means(name, areas[name])],
    )
    show("Area under the curve by creator", list(_by_creator(areas)))
    show("Small creators, ours", [_small(cases, panel, posts) for posts in KNOWN])
    show("How much text a verdict takes, ours", _errors(cases))
    texts = [text for writer in panel.creators for text in writer.texts]
    show("Seconds of one core, ours", [_speed(texts, size) for size in SIZES])


Asked = tuple[str, int]
Areas = Mapping[str, Mapping[Asked, Floats]]


def _areas(measure: Callable, cases: Sequence[Case], panel: Panel) -> Areas:
    """By creator and kind of texts, areas: the first as measured, the rest with pools and rivals drawn anew."""
    found: dict[str, dict[Asked, list[Floats]]] = defaultdict(lambda: defaultdict(list))
    for case in cases:
        scorer = measure(case, panel)
        for texts, choose in LENGTHS.items():
            for pool in (1, POOL):
                table = wins(case, scorer, choose, pool=pool)
                if table is not None:
                    found[case.creator.name][texts, pool].append(table)
    chance = np.random.default_rng(0)
    return {
        name: {asked: resampled(tables, chance) for asked, tables in by_kind.items()}
        for name, by_kind in found.items()
    }


def _means(measure: str, areas: Areas) -> Iterator[Area]:
    chance = np.random.default_rng(0)
    for texts in LENGTHS:
        for pool in (1, POOL):
            each = np.array([own[texts, pool] for own in areas.values() if (texts, pool) in own])
            if len(each):
                drawn = each[
                    chance.integers(0, len(each), (len(each), each.shape[1] - 1)), np.arange(1, each.shape[1])
                ]
                low, high = np.percentile(drawn.mean(0), _PER_CENT)
                yield Area(measure, texts, pool, len(each), float(each[:, 0].mean()), float(low), float(high))


def _by_creator(areas: Mapping[str, Areas]) -> Iterator[Own]:
    for creator in areas["ours"]:
        for measure, found in areas.items():
            own = found[creator]
            kinds = [("10-20 words", 1), ("10-20 words", POOL), ("all lengths", 1), ("all lengths", POOL)]
            figures = [float(own[kind][0]) if kind in own else float("nan") for kind in kinds]
            yield Own(creator, measure, creator not in DEVELOPMENT, *figures)


def _small(cases: Sequence[Case], panel: Panel, posts: int) -> Small:
    areas: dict[str, list[list[float]]] = defaultdict(list)
    for case in cases:
        if len(case.known) >= posts:
            scorer = ours(replace(case, known=case.known[-posts:]), panel)
            tables = [wins(case, scorer, LENGTHS["all lengths"], pool=pool) for pool in (1, POOL)]
            areas[case.creator.name].append([float(table.mean()) for table in tables if table is not None])
    single, five = np.mean([np.mean(each, axis=0) for each in areas.values()], axis=0)
    return Small(posts, len(areas), float(single), float(five))


def _errors(cases: Sequence[Case]) -> list[Error]:
    """Errors where likeness above 0 is taken for the creator's, in languages in which a verdict is given at all."""
    found: dict[int, dict[str, list[tuple[float, float]]]] = {amount: defaultdict(list) for amount in AMOUNTS}
    for case in cases:
        measure = Likeness.fit(list(case.known), case.background)
        for amount in AMOUNTS if measure.writers >= ENOUGH_WRITERS else ():
            own = _likeness(measure, case.later, amount)
            theirs = [
                each
                for rival in case.rivals
                if len(each := _likeness(measure, rival.texts[-_OF_A_RIVAL:], amount))
            ]
            if len(own) and theirs:
                mistaken = float(np.mean([(each > 0).mean() for each in theirs]))
                found[amount][case.creator.name].append((float((own <= 0).mean()), mistaken))
    return [_error(amount, [np.mean(each, axis=0) for each in by.values()]) for amount, by in found.items()]


def _error(amount: int, each: Sequence[Floats]) -> Error:
    missed, mistaken = np.mean(each, axis=0)
    worst = max(float(creator.mean()) for creator in each)
    return Error(amount, len(each), float(missed), float(mistaken), float((missed + mistaken) / 2), worst)


def _likeness(measure: Likeness, texts: Sequence[str], amount: int) -> Floats:
    """Likeness of pools of consecutive texts, each of as many as it takes to reach `amount` characters."""
    ratios, weights = measure.ratios(texts)
    pools: list[list[int]] = [[]]
    for place in range(len(texts)):
        pools[-1].append(place)
        if sum(len(texts[each]) for each in pools[-1]) >= amount:
            pools.append([])
    return np.array([ratios[pool].sum() / weights[pool].sum() for pool in pools[:-1]])


def _speed(texts: Sequence[str], size: int) -> Speed:
    some, drafts = (list(islice(cycle(texts), count)) for count in (size, _SCORED))
    marks = [time.process_time()]
    measure = Likeness.fit([f"{text} {number}" for number, text in enumerate(some)])
    marks.append(time.process_time())
    measure.scores(drafts)
    marks.append(time.process_time())
    fit, score = np.diff(marks).tolist()
    return Speed(size, fit, score, len(measure.to_bytes()) / 1e6)
