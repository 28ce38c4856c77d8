"""How far a training is: six steps, told so that nobody has to guess. Facts only: time arrives as an argument."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    """The six steps of a training, in order."""

    PREPARE = "prepare"
    VOICE = "voice"
    PATTERNS = "patterns"
    TRAIN = "train"
    EVALUATE = "evaluate"
    SAVE = "save"

    @property
    def number(self) -> int:
        """1 to 6."""
        return list(Step).index(self) + 1


class State(StrEnum):
    """What a training or a step of it is doing."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


# Share of the whole at which each step begins, in percent; drafting for the report card takes most of the time.
_BEGINS_AT = {
    Step.PREPARE: 0,
    Step.VOICE: 5,
    Step.PATTERNS: 12,
    Step.TRAIN: 25,
    Step.EVALUATE: 30,
    Step.SAVE: 97,
}


@dataclass(frozen=True, slots=True)
class StepStatus:
    """One step: when it ran and what it found, in words."""

    step: Step
    state: State = State.QUEUED
    started_at: datetime | None = None
    completed_at: datetime | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a training stopped: a stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class TrainingStatus:
    """A training as it stands. `progress` is 0 to 100 and never goes back."""

    training_id: str
    created_at: datetime
    state: State = State.QUEUED
    progress: int = 0
    steps: tuple[StepStatus, ...] = tuple(StepStatus(step) for step in Step)
    model_id: str | None = None
    error: Failure | None = None
    completed_at: datetime | None = None

    @property
    def current(self) -> StepStatus | None:
        """The step that runs or ran last; None before the first."""
        begun = [step for step in self.steps if step.state is not State.QUEUED]
        return begun[-1] if begun else None

    def begun(self, step: Step, *, at: datetime) -> "TrainingStatus":
        """The status once `step` has begun."""
        changed = self._with(step, StepStatus(step, State.RUNNING, started_at=at))
        return replace(changed, state=State.RUNNING, progress=max(self.progress, _BEGINS_AT[step]))

    def within(self, step: Step, done: float, detail: str) -> "TrainingStatus":
        """The status with `done` (0 to 1) of `step` behind it."""
        begin, end = _BEGINS_AT[step], _end_of(step)
        changed = self._with(step, replace(self.steps[step.number - 1], detail=detail))
        return replace(
            changed, progress=max(self.progress, round(begin + (end - begin) * min(max(done, 0), 1)))
        )

    def done(self, step: Step, detail: str, *, at: datetime) -> "TrainingStatus":
        """The status once `step` has ended well."""
        ended = replace(self.steps[step.number - 1], state=State.COMPLETED, completed_at=at, detail=detail)
        return replace(self._with(step, ended), progress=max(self.progress, _end_of(step)))

    def completed(self, model_id: str, *, at: datetime) -> "TrainingStatus":
        """The status once the model is kept."""
        return replace(self, state=State.COMPLETED, progress=100, model_id=model_id, completed_at=at)

    def queued_again(self, first: Step | None) -> "TrainingStatus":
        """The status of a stopped training that is taken up again; from `first` on its steps are to be done anew."""
        steps = tuple(
            StepStatus(step.step)
            if step.state is not State.COMPLETED or (first and step.step.number >= first.number)
            else step
            for step in self.steps
        )
        return replace(self, state=State.QUEUED, steps=steps, error=None, completed_at=None, model_id=None)

    def stopped(self, failure: Failure, *, at: datetime, state: State = State.FAILED) -> "TrainingStatus":
        """The status once the training has failed or was cancelled; so has the step that ran."""
        steps = tuple(
            replace(step, state=state, completed_at=at) if step.state is State.RUNNING else step
            for step in self.steps
        )
        return replace(self, state=state, steps=steps, error=failure, completed_at=at)

    def _with(self, step: Step, status: StepStatus) -> "TrainingStatus":
        index = step.number - 1
        return replace(self, steps=(*self.steps[:index], status, *self.steps[index + 1 :]))


def span_of(step: Step) -> tuple[int, int]:
    """At which progress a step begins and ends, in percent."""
    return _BEGINS_AT[step], _end_of(step)


def _end_of(step: Step) -> int:
    following = list(Step)[step.number :]
    return _BEGINS_AT[following[0]] if following else 99  # 100 is for the whole
