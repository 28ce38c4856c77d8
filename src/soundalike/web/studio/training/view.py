"""What the training page shows: six steps with what each found, how long it took, and how long it will take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import log
from typing import Any, Final

from markupsafe import Markup

from soundalike.errors import UnknownTraining
from soundalike.report import charts
from soundalike.report.rows import sorted_out
from soundalike.schemas.training import StatusBody
from soundalike.storage import TrainingSession
from soundalike.storage.job_records import JobKey, TrainingEvent
from soundalike.storage.made import read_made
from soundalike.training.card import ReportCard
from soundalike.training.grading import JUDGED_FROM
from soundalike.training.pools import Measure
from soundalike.training.status import State, Step, StepStatus, TrainingStatus, span_of
from soundalike.virality.patterns import Pattern
from soundalike.voice.profile import VoiceProfile
from soundalike.web.parts import Parts
from soundalike.web.studio.language import N_, _, english

TITLES: Final = {
    Step.PREPARE: N_("Prepare"),
    Step.VOICE: N_("Voice"),
    Step.PATTERNS: N_("Patterns"),
    Step.TRAIN: N_("Train"),
    Step.EVALUATE: N_("Evaluate"),
    Step.SAVE: N_("Save"),
}
_AHEAD: Final = {
    Step.PREPARE: N_("Posts to learn from, and the newest fifth held out to grade on."),
    Step.VOICE: N_("What is regular here and rare among other writers."),
    Step.PATTERNS: N_("What goes with more engagement than usual, beyond chance."),
    Step.TRAIN: N_("The voice as a language model is given it."),
    Step.EVALUATE: N_("Drafts on the subjects of held-out posts, all of them scored."),
    Step.SAVE: N_("Model, report card and a record of every setting."),
}
NAMES: Final = {
    Step.PREPARE: N_("prepare"),
    Step.VOICE: N_("voice"),
    Step.PATTERNS: N_("patterns"),
    Step.TRAIN: N_("train"),
    Step.EVALUATE: N_("evaluate"),
    Step.SAVE: N_("save"),
}
"""The same within a sentence."""

_KINDS: Final = {
    State.QUEUED: "waiting",
    State.RUNNING: "running",
    State.COMPLETED: "done",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
}
_SHOWN_IN: Final = (Step.PREPARE, Step.VOICE, Step.PATTERNS, Step.EVALUATE)
_TRAITS: Final = 12
_PATTERNS: Final = 4
_TELLING: Final = 0.2
"""Share of the drafts that have to be written before their pace tells when the last is."""

_ALMOST: Final = 0.95


@dataclass(frozen=True, slots=True)
class Effect:
    """A pattern above chance, as a line of a small table."""

    sentence: str
    picture: Markup
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Found:
    """What finished steps made, as far as a glance shows it; what is not there is left out."""

    learned: int = 0
    held_out: int = 0
    traits: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    gap: Measure | None = None

    @property
    def gap_picture(self) -> Markup:
        """The share of the gap on an axis from nothing to all of it, or beyond."""
        if self.gap is None:
            return Markup("")
        scale = charts.linear(min(self.gap.low, 0.0), max(self.gap.high, 1.0))
        return charts.whisker(self.gap.low, self.gap.value, self.gap.high, 1.0, scale=scale, kind="made")


@dataclass(frozen=True)
class TrainingView:
    """A training at a moment; `pace` are the statuses it has had, `order` is None where a command did it."""

    session: TrainingSession
    status: TrainingStatus
    at: datetime
    order: Mapping[str, Any] | None = None
    found: Found = Found()
    pace: Sequence[TrainingStatus] = ()
    nobody_works: str = ""

    @property
    def is_live(self) -> bool:
        """Whether something may change without anybody's doing here."""
        return self.status.state in {State.QUEUED, State.RUNNING}

    @property
    def state(self) -> str:
        """In one word, as in the API."""
        return self.status.state.value

    @property
    def current(self) -> StepStatus | None:
        """The step that runs or ran last."""
        return self.status.current

    @property
    def stopped_at(self) -> Step:
        """The step a stopped training would go on with."""
        undone = (each.step for each in self.status.steps if each.state is not State.COMPLETED)
        return next(undone, Step.SAVE)

    def kind(self, step: StepStatus) -> str:
        """The class of a step."""
        return _KINDS[step.state]

    def told(self, step: StepStatus) -> str:
        """What a step found, or what it is about to look for."""
        if not step.detail:
            return _(_AHEAD[step.step])
        return english(step.detail[:1].upper() + step.detail[1:])

    def took(self, step: StepStatus) -> float | None:
        """Seconds a step has taken; None where it has not begun."""
        if step.started_at is None:
            return None
        return max(((step.completed_at or self.at) - step.started_at).total_seconds(), 0.0)

    @property
    def elapsed(self) -> float:
        """Seconds of work; those in which a stopped training lay still do not count."""
        return sum(self.took(step) or 0.0 for step in self.status.steps)

    @cached_property
    def left(self) -> float | None:
        """Seconds of drafting that are left, where that can be told; how long judging takes is not known before."""
        now = self.current
        if now is None or now.step is not Step.EVALUATE or now.state is not State.RUNNING:
            return None
        runs = [each for each in self.pace if each.steps[now.step.number - 1].started_at == now.started_at]
        begin, end = span_of(now.step)
        if not runs or runs[0].progress != begin:
            return None  # done again: progress, which never goes back, says nothing of this time
        drafted = (self.status.progress - begin) / (end - begin) / JUDGED_FROM
        spent = self.took(now) or 0.0
        return spent * (1 - drafted) / drafted if _TELLING <= drafted < _ALMOST else None

    @property
    def says(self) -> str:
        """The state in a sentence, for whoever cannot see it."""
        if self.status.state is State.COMPLETED:
            return _("The training is complete.")
        if self.status.state is State.FAILED:
            return _(
                "The training failed: %(why)s", why=self.status.error.message if self.status.error else ""
            )
        if self.status.state is State.CANCELLED:
            return _("The training was cancelled.")
        if self.current is None or self.status.state is State.QUEUED:
            return _("The training waits for its turn.")
        step = self.current.step
        return _("Step %(number)s of 6: %(name)s.", number=step.number, name=_(TITLES[step]))


def view_of(parts: Parts, session: TrainingSession, events: Sequence[TrainingEvent]) -> TrainingView:
    """How a training stands; its last event says so.

    Raises:
        UnknownTraining: It has had none.
    """
    if not events:
        raise UnknownTraining("No training was begun in this session.", hint="Begin one: review the posts.")
    pace = [StatusBody.model_validate(event.body).status_again() for event in events]
    status = pace[-1]
    return TrainingView(
        session=session,
        status=status,
        at=parts.now(),
        order=_order(parts, session),
        found=_found(parts, session, status),
        pace=pace,
        nobody_works=_nobody(parts) if status.state is State.QUEUED else "",
    )


def _order(parts: Parts, session: TrainingSession) -> Mapping[str, Any] | None:
    """What was asked for; a command on this machine leaves no order."""
    try:
        order = parts.store.jobs.get(session.user_id, JobKey(session.id, "train")).order
    except UnknownTraining:
        return None
    return {name: order.get(name) for name in ("trainer", "consent", "seed")}


def _nobody(parts: Parts) -> str:
    """Why a queued training goes on waiting; empty where a worker will take it."""
    ready = parts.readiness.get()[0]
    workers = ready.parts.get("workers") if ready else None
    if workers is None or not workers.remedy:
        return ""
    return f"{workers.detail} {workers.remedy}"


def _found(parts: Parts, session: TrainingSession, status: TrainingStatus) -> Found:
    done = [
        each.step.value for each in status.steps if each.state is State.COMPLETED and each.step in _SHOWN_IN
    ]
    made = read_made(parts.store.database, session.user_id, session.id, done) if done else {}
    prepared = made.get(Step.PREPARE, {})
    return Found(
        learned=len(prepared.get("seenIds", ())),
        held_out=len(prepared.get("heldOutIds", ())),
        traits=_traits(made.get(Step.VOICE)),
        effects=_effects(made.get(Step.PATTERNS)),
        gap=ReportCard.from_json(made[Step.EVALUATE]).gap_closed if Step.EVALUATE in made else None,
    )


def _traits(voice: dict[str, Any] | None) -> tuple[str, ...]:
    if voice is None:
        return ()
    return tuple(trait.sentence for trait in VoiceProfile.from_json(voice).distinct_traits[:_TRAITS])


def _effects(made: dict[str, Any] | None) -> tuple[Effect, ...]:
    """The strongest patterns above chance that stand by themselves."""
    above = sorted_out([Pattern.from_json(each) for each in (made or {}).get("patterns", ())])[0]
    tried = [each for each in above if each.effect and each.low and each.high]
    strongest = sorted(tried, key=lambda each: -abs(log(each.effect or 1.0)))[:_PATTERNS]
    return tuple(
        Effect(each.sentence, charts.multiplier(each), each.effect or 1.0, each.low or 1.0, each.high or 1.0)
        for each in strongest
    )
