"""What each step of a training makes, and of what.

A step makes plain JSON, so that it can be kept and sent, and is read back the same. Its input hash covers everything
that goes into it: the same hash means that what was made before still holds.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Container as Some
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from soundalike.drafts.form import read_form
from soundalike.drafts.orders import without_orders
from soundalike.drafts.prompt import VoicePrompt, build_prompt, subjects_of
from soundalike.drafts.writer import Writer, manner_of
from soundalike.finetune.adapter import Adapter
from soundalike.finetune.keeping import from_bytes, to_bytes
from soundalike.posts.collection import Collection, Split, hold_out
from soundalike.posts.post import Creator, Post
from soundalike.posts.text import own_text
from soundalike.training import wording
from soundalike.training.card import ReportCard
from soundalike.training.findings import leading
from soundalike.training.grading import MOST_SECONDS, grade
from soundalike.training.model import TrainedModel, Trainer
from soundalike.training.plain import EACH, SUBJECTS, PlainWriting, differences, write_plain
from soundalike.training.status import Step
from soundalike.training.tuning import tune
from soundalike.virality.features import TEXT_FEATURES
from soundalike.virality.patterns import Pattern, find_hours, find_patterns
from soundalike.voice.background import Background
from soundalike.voice.profile import VoiceProfile, read_voice

Json = dict[str, Any]
Tell = Callable[[float, str], None]

_EDITION: Final = dict.fromkeys(Step, 1) | {
    Step.PREPARE: 2,
    Step.PATTERNS: 2,
    Step.TRAIN: 3,
    Step.EVALUATE: 3,
}
"""Raised for a step whose code comes to make something else of the same input."""

_PATTERNS_TOLD: Final = 8  # a prompt with every finding in it is followed in none


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """What to train on. `collected` is all that drafts are checked against; `selected_ids` are the viral posts kept.

    `writes` names the language model that will draft, as far as it is known before that is opened; with the trainer
    `lora` that is the embedded one, or the one in the folder `base`. No subject of the report card is begun once
    `grading_seconds` are up.
    """

    creator: Creator
    collection: Collection = field(repr=False)
    collected: tuple[Post, ...] = field(repr=False)
    selected_ids: tuple[str, ...]
    name: str
    seed: int = 0
    writes: str = ""
    trainer: Trainer = "prompt"
    base: Path | None = None
    grading_seconds: float = MOST_SECONDS
    provenance: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """What a step made, and what it says of it."""

    artefact: Json
    detail: str


class Training:
    """An order, and what its steps have made so far; a step reads what those before it made.

    `writer` is called when the first draft is to be written: a language model takes time to load. `scratch` is a
    folder where a training of weights that is killed is taken up again.
    """

    def __init__(
        self,
        order: TrainingOrder,
        *,
        writer: Callable[[], Writer],
        background: Background,
        clock: Callable[[], float],
        scratch: Path | None = None,
    ) -> None:
        self.order = order
        self._scratch = scratch
        self._made: dict[Step, Json] = {}
        self._writer, self._background, self.clock = writer, background, clock

    def know(self, step: Step, made: Made) -> None:
        """Take over what an earlier run made."""
        self._made[step] = made.artefact

    def make(self, step: Step, tell: Tell) -> Made:
        """Do one of the first five steps.

        Raises:
            TooFewPosts: The collection is too small to learn from and to grade on.
            WriterError: The language model failed while drafting for the report card.
        """
        made = self._steps[step](tell)
        self.know(step, made)
        return made

    def input_hash(self, step: Step) -> str:
        """SHA-256 over all that goes into a step, as hexadecimal digits."""
        digest = hashlib.sha256()
        for part in (step.value, _EDITION[step], *self._inputs(step)):
            digest.update(json.dumps(part, sort_keys=True, ensure_ascii=True).encode())
            digest.update(b"\0")
        return digest.hexdigest()

    @cached_property
    def split(self) -> Split:
        """The posts to learn from, and those to grade on; without any that were deleted since they were parted."""
        made = self._made[Step.PREPARE]
        by_id = {post.id: post for post in self.order.collection.voice_corpus}
        seen, held_out = (
            tuple(by_id[post_id] for post_id in made[name] if post_id in by_id)
            for name in ("seenIds", "heldOutIds")
        )
        return Split(seen, held_out)

    @cached_property
    def voice(self) -> VoiceProfile:
        """What is regular in the writing."""
        return VoiceProfile.from_json(self._made[Step.VOICE])

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """What lifts posts: features, then the hours of the day."""
        return tuple(Pattern.from_json(pattern) for pattern in self._made[Step.PATTERNS]["patterns"])

    @cached_property
    def prompt(self) -> VoicePrompt:
        """The voice in words for a language model."""
        return VoicePrompt.from_json(self._made[Step.TRAIN]["prompt"])

    @cached_property
    def adapter(self) -> Adapter | None:
        """What was trained for the embedded model; None where the prompt is all."""
        kept = self._made[Step.TRAIN].get("adapter")
        return from_bytes(b64decode(kept)) if kept else None

    @cached_property
    def card(self) -> ReportCard:
        """How near the drafts come."""
        return ReportCard.from_json(self._made[Step.EVALUATE])

    @cached_property
    def model(self) -> TrainedModel:
        """The model before it is graded."""
        order = self.order
        return TrainedModel(
            username=order.creator.username,
            name=order.name,
            voice=self.voice,
            patterns=self.patterns,
            prompt=self.prompt,
            seen=self.split.seen,
            held_out=self.split.held_out,
            collected=order.collected,
            selected_ids=order.selected_ids,
            picked=order.collection.picked,
            provenance=order.provenance | self._tuning,
            seed=order.seed,
            writer=self._writer(),
            background=self._background,
            adapter=self.adapter,
            base=order.base,
        )

    @property
    def _tuning(self) -> Json:
        """The record of the adapter's training, as a part of the provenance."""
        record = self._made[Step.TRAIN].get("tuning")
        return {"tuning": record} if record else {}

    @property
    def _steps(self) -> dict[Step, Callable[[Tell], Made]]:
        return {
            Step.PREPARE: self._prepare,
            Step.VOICE: self._read_voice,
            Step.PATTERNS: self._find_patterns,
            Step.TRAIN: self._train,
            Step.EVALUATE: self._evaluate,
        }

    def _inputs(self, step: Step) -> Sequence[object]:
        """What goes into a step, as JSON; of posts a fingerprint."""
        order, made = self.order, self._made
        selected = sorted(order.selected_ids)
        match step:
            case Step.PREPARE:
                return fingerprint(order.collection.voice_corpus), selected
            case Step.VOICE:
                return fingerprint(self.split.seen), self._background.fingerprint
            case Step.PATTERNS:
                return fingerprint(self.split.seen), sorted(order.collection.picked), order.seed
            case Step.TRAIN:
                tuned = (order.trainer,) if order.trainer == "lora" else ()
                learned = (made[Step.VOICE], made[Step.PATTERNS], order.seed, order.writes)
                return fingerprint(self.split.seen), selected, *learned, *tuned
            case _:
                everything, others = fingerprint(order.collected), self._background.fingerprint
                return (
                    made[Step.PREPARE],
                    made[Step.TRAIN],
                    everything,
                    others,
                    order.writes,
                    order.seed,
                    order.grading_seconds,
                )

    def _prepare(self, _tell: Tell) -> Made:
        collected = self.order.collection
        kept, earlier = (tuple(without_orders(posts)) for posts in (collected.kept, collected.earlier))
        fit = replace(collected, kept=kept, earlier=earlier)
        split = hold_out(fit, selected_ids=self.order.selected_ids)
        ids = {
            "seenIds": [post.id for post in split.seen],
            "heldOutIds": [post.id for post in split.held_out],
        }
        detail = f"{len(split.seen)} posts to learn from, {len(split.held_out)} held out to grade on"
        if orders := len(collected.voice_corpus) - len(fit.voice_corpus):
            detail += f"; {orders} left out, as they give orders to a language model"
        return Made(ids, detail)

    def _read_voice(self, _tell: Tell) -> Made:
        voice = read_voice(self.split.seen, self._background)
        detail = f"{len(voice.distinct_traits)} traits set it apart from {voice.writers} other writers"
        return Made(voice.to_json(), detail)

    def _find_patterns(self, _tell: Tell) -> Made:
        usual = [post for post in self.split.seen if post.id not in self.order.collection.picked]
        seed = self.order.seed
        found = [*find_patterns(usual, seed=seed), *find_hours(usual, seed=seed)]
        return Made({"patterns": [pattern.to_json() for pattern in found]}, wording.patterns(found))

    def _train(self, tell: Tell) -> Made:
        prompt = train_prompt(self.split, self.order.selected_ids, self.voice, self.patterns)
        if self.order.trainer == "lora":
            return self._tune(prompt, tell)
        prompt = self._contrasted(prompt, tell)
        size = len(prompt.instructions)
        detail = f"a prompt of {size:,} characters, {len(prompt.posts)} examples to choose from"
        if prompt.contrasts:
            detail += f", {len(prompt.contrasts)} habits of the language model to leave"
        return Made({"prompt": prompt.to_json()}, detail)

    def _contrasted(self, prompt: VoicePrompt, tell: Tell) -> VoicePrompt:
        """The prompt with what the language model writes by itself, if that is one that can be told to leave it."""
        writer, form = self._writer(), read_form([own_text(post) for post in self.split.seen])
        if manner_of(writer) != "instructions":
            return prompt
        tell(0.0, "having the language model write without the voice")
        subjects = subjects_of(prompt, SUBJECTS)
        plain = write_plain(subjects, writer, form, self._background, seed=self.order.seed)
        return contrast_prompt(prompt, self.voice, plain, writer.name) if plain else prompt

    def _tune(self, prompt: VoicePrompt, tell: Tell) -> Made:
        tuned = tune(
            [own_text(post) for post in sorted(self.split.seen, key=lambda post: post.created_at)],
            seed=self.order.seed,
            tell=tell,
            base=self.order.base,
            checkpoint=self._scratch / f"{self.input_hash(Step.TRAIN)}.npz" if self._scratch else None,
        )
        adapter, record = b64encode(to_bytes(tuned.adapter)).decode(), tuned.record
        made = {"prompt": prompt.to_json(), "adapter": adapter, "tuning": record.to_json()}
        return Made(made, wording.tuning(record))

    def _evaluate(self, tell: Tell) -> Made:
        card = grade(self.model, clock=self.clock, tell=tell, most_seconds=self.order.grading_seconds)
        return Made(card.to_json(), wording.card(card))


def fingerprint(posts: Iterable[Post]) -> str:
    """SHA-256 over ids, texts and engagement in order of id: the same posts give the same fingerprint."""
    digest = hashlib.sha256()
    for post in sorted(posts, key=lambda post: int(post.id)):
        digest.update(f"{post.id}\0{post.engagement.total}\0{post.text}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def train_prompt(
    split: Split, selected_ids: Some[str], voice: VoiceProfile, patterns: Sequence[Pattern]
) -> VoicePrompt:
    """Write the prompt: traits with their figures, what lifts posts beyond chance, examples with the selected first."""
    best_first = sorted(split.seen, key=lambda post: (post.id not in selected_ids, -post.engagement.total))
    return build_prompt(
        [own_text(post) for post in best_first],
        creator=f"@{best_first[0].username}",
        language=voice.language,
        traits=[wording.trait(trait) for trait in voice.distinct_traits],
        patterns=[wording.pattern(pattern) for pattern in liftable(patterns)],
    )


def contrast_prompt(prompt: VoicePrompt, voice: VoiceProfile, plain: PlainWriting, model: str) -> VoicePrompt:
    """Tell in the prompt how the creator differs from what the language model wrote by itself, if at all clearly."""
    told = tuple(wording.contrast(own, its) for own, its in differences(voice, plain))
    return replace(prompt, plain_model=model, plain=plain.texts[::EACH], contrasts=told) if told else prompt


def liftable(patterns: Sequence[Pattern]) -> list[Pattern]:
    """What a writer can do to lift a post: features of the text that go with more than the usual, the strongest first.

    When to post, or with which picture, is not for the writer of the words; of what says the same, one is told.
    """
    in_text = {feature.key for feature in TEXT_FEATURES}
    found = [p for p in patterns if p.above_chance and p.key in in_text and p.effect and p.effect > 1]
    return sorted(leading(found), key=lambda pattern: -(pattern.effect or 0))[:_PATTERNS_TOLD]
