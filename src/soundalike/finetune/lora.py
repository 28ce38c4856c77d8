"""Training an adapter, from texts to weights: `train_adapter` reads as what happens, top to bottom."""

import hashlib
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from soundalike.errors import TooFewPosts
from soundalike.finetune.adapter import Adapter
from soundalike.finetune.base import Base, Reader
from soundalike.finetune.checkpoint import State, load_state, save_state
from soundalike.finetune.engine import torch
from soundalike.finetune.examples import (
    Example,
    Lesson,
    build_lessons,
    rarity_of,
    select_texts,
    split_texts,
)
from soundalike.finetune.layers import Arrays, Layers, unadapted
from soundalike.finetune.llama import Adapt
from soundalike.finetune.machine import choose_precision, peak_mb
from soundalike.finetune.packing import batches, pack
from soundalike.finetune.recipe import Progress, Reading, Recipe, TrainingRecord, recipe_for

_READ_TOKENS: Final = 512  # a batch that is only read


class TrainingStopped(Exception):
    """The training was asked to stop, and has."""


@dataclass(frozen=True, slots=True)
class Trained:
    """An adapter and the record of its training."""

    adapter: Adapter
    record: TrainingRecord


@dataclass(frozen=True, slots=True)
class Hands:
    """What a training touches of the world.

    `should_stop` is asked before every layer, forward and back: a true answer ends the training. `checkpoint` names
    the file it is taken up from, written every `save_seconds` (40 MB for the embedded model). `threads` is how many
    torch uses in this process; None leaves it as it is.
    """

    should_stop: Callable[[], bool] = lambda: False
    on_progress: Callable[[Progress], None] = lambda _: None
    checkpoint: Path | None = None
    save_seconds: float = 10.0
    threads: int | None = None
    clock: Callable[[], float] = time.monotonic

    def check(self) -> None:
        """Raise TrainingStopped if it is to stop."""
        if self.should_stop():
            raise TrainingStopped


ALONE: Final = Hands()
"""Nobody watches, and nothing is kept until the end."""


def train_adapter(
    texts: Sequence[str], *, base: Base, recipe: Recipe | None = None, seed: int = 0, hands: Hands = ALONE
) -> Trained:
    """Train an adapter on a creator's own texts, the oldest first; none that are held out may be among them.

    The same texts, recipe, seed, machine and number of threads give the same weights, also when a killed training was
    taken up from its checkpoint.

    Raises:
        TooFewPosts: Under 20 texts are fit to learn from.
        TrainingStopped: `hands` said so.
    """
    began = hands.clock()
    if hands.threads:
        torch.set_num_threads(hands.threads)
    learned, validation = split_texts(select_texts(texts))
    recipe = recipe or recipe_for(len(learned))
    lessons, judged = _build(learned, validation, base)
    fingerprint = _fingerprint(base, recipe, seed, learned, validation)
    state = load_state(hands.checkpoint, fingerprint=fingerprint) if hands.checkpoint else None
    precision = state.about["precision"] if state else choose_precision(recipe, base.device)
    reader = base.load(getattr(torch, precision))
    layers = _new_layers(reader, recipe, seed, precision, base.device)
    run = _Run(
        reader,
        layers=layers,
        recipe=recipe,
        judged=judged,
        hands=hands,
        fingerprint=fingerprint,
        precision=precision,
    )
    run.take_up(state)
    load_seconds = hands.clock() - began
    run.train(_plan(lessons, recipe, seed))
    record = TrainingRecord(
        base=base.name,
        recipe=recipe,
        seed=seed,
        precision=precision,
        device=base.device,
        posts=len(learned),
        validation_posts=len(validation),
        fingerprint=fingerprint,
        load_seconds=load_seconds,
        **run.outcome(),
    )
    return Trained(_as_adapter(run.best, base.name, recipe), record)


def bits_per_character(
    texts: Sequence[str],
    *,
    base: Base,
    adapter: Adapter | None = None,
    rarity: Mapping[str, float],
    precision: str = "float32",
    check: Callable[[], None] = lambda: None,
) -> float:
    """How many bits the model needs a character of texts it is ordered to write; with an adapter, as adapted.

    Texts are cleaned as for training. `rarity` is that of the texts trained on, from which subjects are told.

    Raises:
        TooFewPosts: None of the texts is fit to be read.
    """
    lessons = build_lessons(select_texts(texts), base.vocabulary, rarity=rarity)
    if not lessons:
        raise TooFewPosts(
            "None of the texts is fit to measure an adapter on.", found=0, needed=1, hint="Add later posts."
        )
    dtype = getattr(torch, precision)
    adapt = Layers.of(adapter, dtype=dtype, device=base.device) if adapter else unadapted
    return _read_bits(base.load(dtype), [lesson.asked for lesson in lessons], adapt, check)


class _Run:
    """A training under way: what moves while the plan is worked off."""

    def __init__(
        self,
        reader: Reader,
        *,
        layers: Layers,
        recipe: Recipe,
        judged: Sequence[Example],
        hands: Hands,
        fingerprint: str,
        precision: str,
    ) -> None:
        self._reader, self._layers, self._recipe, self._judged = reader, layers, recipe, judged
        self._hands, self._fingerprint, self._precision = hands, fingerprint, precision
        self._optimizer = torch.optim.AdamW(
            layers.parameters(),
            lr=recipe.learning_rate,
            betas=(recipe.beta_1, recipe.beta_2),
            weight_decay=recipe.decay,
            fused=True,
        )
        self.step = self.tokens = 0
        self.seconds = 0.0
        self.readings: list[Reading] = []
        self.best: Arrays = {}

    @property
    def best_reading(self) -> Reading:
        """The reading with the fewest bits."""
        return min(self.readings, key=lambda reading: reading.bits)

    def outcome(self) -> dict[str, Any]:
        """What goes on record of the run itself."""
        return {
            "steps": self.step,
            "bits_before": self.readings[0].bits,
            "bits_after": self.best_reading.bits,
            "best_step": self.best_reading.step,
            "tokens": self.tokens,
            "seconds": self.seconds,
            "peak_mb": peak_mb(),
            "readings": tuple(self.readings),
            "versions": {name: version(name) for name in ("torch", "numpy")},
        }

    def train(self, plan: "_Plan") -> None:
        """Work off the plan, or what is left of it; stop early where the validation posts say so."""
        began, saved = self._hands.clock() - self.seconds, self._hands.clock()
        if not self.readings:
            self._read()
        while self.step < len(plan.batches) and not self._is_past_best():
            loss, read = self._learn(plan.batches[self.step], self._rate(len(plan.batches)))
            self.step, self.tokens = self.step + 1, self.tokens + read
            self.seconds = self._hands.clock() - began
            if self.step in plan.readings:
                self._read()
            self._tell(loss, len(plan.batches))
            if self._hands.clock() - saved >= self._hands.save_seconds:
                self._save()
                saved = self._hands.clock()
        self.seconds = self._hands.clock() - began

    def take_up(self, state: State | None) -> None:
        """Go on from a state, if there is one."""
        if state is None:
            return
        about = state.about
        self.step, self.tokens, self.seconds = about["step"], about["tokens"], about["seconds"]
        self.readings = [Reading(**each) for each in about["readings"]]
        self.best = dict(state.best)
        self._layers.take(state.weights)
        names = [*state.weights]
        held = {
            at: {
                "step": torch.tensor(float(self.step)),
                "exp_avg": torch.from_numpy(state.momentum[name]),
                "exp_avg_sq": torch.from_numpy(state.variance[name]),
            }
            for at, name in enumerate(names)
        }
        groups = self._optimizer.state_dict()["param_groups"]
        self._optimizer.load_state_dict({"state": held, "param_groups": groups})

    def _learn(self, batch: Sequence[Example], rate: float) -> tuple[float, int]:
        """One step; gives the loss in nats per token, and how many tokens were read."""
        row = pack(batch)
        targets = torch.from_numpy(row.targets)
        scores = self._reader.scores(row, self._layers, self._hands.check)
        loss = torch.nn.functional.cross_entropy(scores, targets.to(scores.device))
        self._optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(self._layers.parameters()), self._recipe.clip)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        return float(loss.detach()), len(row.tokens)

    def _tell(self, loss: float, of: int) -> None:
        speed = self.tokens / max(self.seconds, 1e-9)
        self._hands.on_progress(Progress(self.step, of, loss, self.readings[-1].bits, speed))

    def _read(self) -> None:
        bits = _read_bits(self._reader, self._judged, self._layers, self._hands.check)
        self.readings.append(Reading(self.step, self.seconds, bits))
        if self.best_reading is self.readings[-1]:
            self.best = self._layers.arrays()

    def _is_past_best(self) -> bool:
        after = len(self.readings) - 1 - self.readings.index(self.best_reading)
        return after >= self._recipe.patience

    def _rate(self, steps: int) -> float:
        """Rises evenly, then falls as half a cosine."""
        rising = max(1, round(self._recipe.warmup * steps))
        if self.step < rising:
            return self._recipe.learning_rate * (self.step + 1) / rising
        share = (self.step - rising) / max(1, steps - rising)
        return self._recipe.learning_rate * (1 + math.cos(math.pi * share)) / 2

    def _save(self) -> None:
        if self._hands.checkpoint is None:
            return
        about = {
            "fingerprint": self._fingerprint,
            "precision": self._precision,
            "step": self.step,
            "tokens": self.tokens,
            "seconds": self.seconds,
            "readings": [
                {"step": each.step, "seconds": each.seconds, "bits": each.bits} for each in self.readings
            ],
        }
        weights = self._layers.arrays()
        held = self._optimizer.state_dict()["state"]
        momentum, variance = (
            {name: held[at][kind].cpu().numpy() for at, name in enumerate(weights)}
            for kind in ("exp_avg", "exp_avg_sq")
        )
        save_state(State(about, weights, self.best, momentum, variance), self._hands.checkpoint)


@dataclass(frozen=True, slots=True)
class _Plan:
    """The batch of every step, and the steps after which validation posts are read."""

    batches: list[list[Example]]
    readings: frozenset[int]


def _plan(lessons: Sequence[Lesson], recipe: Recipe, seed: int) -> _Plan:
    """Decide beforehand what every step learns from: a training that is taken up needs no state of chance."""
    steps: list[list[Example]] = []
    readings: set[int] = set()
    for epoch in range(recipe.epochs):
        rng = np.random.default_rng([seed, epoch])
        is_continued = rng.random(len(lessons)) < recipe.continued
        examples = [
            lesson.continued if plain else lesson.asked
            for lesson, plain in zip(lessons, is_continued, strict=True)
        ]
        before = len(steps)
        steps += batches(examples, recipe.batch_tokens, rng=rng)
        size = len(steps) - before
        readings |= {
            before + math.ceil(size * part / recipe.evaluations) for part in range(1, recipe.evaluations + 1)
        }
    return _Plan(steps, frozenset(readings))


def _build(
    learned: Sequence[str], validation: Sequence[str], base: Base
) -> tuple[list[Lesson], list[Example]]:
    """What is learned, and what training is stopped by; subjects are told by the words of the former."""
    rarity = rarity_of(learned)
    lessons, judged = (
        build_lessons(texts, base.vocabulary, rarity=rarity) for texts in (learned, validation)
    )
    return lessons, [lesson.asked for lesson in judged]


def _read_bits(reader: Reader, examples: Sequence[Example], adapt: Adapt, check: Callable[[], None]) -> float:
    nats = chars = 0.0
    with torch.no_grad():
        ordered = sorted(examples, key=len)
        for batch in batches(ordered, _READ_TOKENS):
            row = pack(batch)
            scores = reader.scores(row, adapt, check)
            targets = torch.from_numpy(row.targets).to(scores.device)
            nats += float(torch.nn.functional.cross_entropy(scores, targets, reduction="sum"))
            chars += row.chars
    return nats / math.log(2) / chars


def _new_layers(reader: Reader, recipe: Recipe, seed: int, precision: str, device: str) -> Layers:
    return Layers.new(
        _adapted(reader.matrices, recipe.layers),
        rank=recipe.rank,
        alpha=recipe.alpha,
        seed=seed,
        dtype=getattr(torch, precision),
        device=device,
    )


def _adapted(matrices: Mapping[str, tuple[int, int]], layers: int | None) -> dict[str, tuple[int, int]]:
    """The matrices of the last `layers` layers; a layer's number is the first in a name."""
    if layers is None:
        return dict(matrices)
    numbers = {name: next(int(part) for part in name.split(".") if part.isdigit()) for name in matrices}
    first = max(numbers.values()) + 1 - layers
    return {name: shape for name, shape in matrices.items() if numbers[name] >= first}


def _as_adapter(arrays: Arrays, base: str, recipe: Recipe) -> Adapter:
    names = dict.fromkeys(name.rpartition(".")[0] for name in arrays)
    weights = {name: (arrays[f"{name}.a"], arrays[f"{name}.b"]) for name in names}
    return Adapter(base, recipe.rank, recipe.alpha, weights)


def _fingerprint(base: Base, recipe: Recipe, seed: int, *texts: Sequence[str]) -> str:
    """The same for trainings that give the same weights."""
    told = json.dumps([base.name, base.device, recipe.to_json(), seed, *texts], ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()
