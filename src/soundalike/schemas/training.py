"""How far a training is."""

from datetime import datetime
from typing import Literal

from soundalike.schemas.shape import Shape
from soundalike.training.status import Failure, State, Step, StepStatus, TrainingStatus


class StepShape(Shape):
    """One of the six steps."""

    number: int
    name: str
    status: str
    started_at: datetime | None
    completed_at: datetime | None
    detail: str

    @classmethod
    def of(cls, step: StepStatus) -> "StepShape":
        """Shape a step."""
        return cls(
            number=step.step.number,
            name=step.step.value,
            status=step.state.value,
            started_at=step.started_at,
            completed_at=step.completed_at,
            detail=step.detail,
        )

    def step_again(self) -> StepStatus:
        """The step that was shaped."""
        return StepStatus(
            Step(self.name), State(self.status), self.started_at, self.completed_at, self.detail
        )


class ErrorShape(Shape):
    """Why something stopped."""

    code: str
    message: str


class StatusBody(Shape):
    """The answer of training-status."""

    training_id: str
    status: str
    progress: int
    current_step: int
    total_steps: int
    step_name: str
    message: str
    steps: list[StepShape]
    model_id: str | None
    error: ErrorShape | None
    created_at: datetime
    completed_at: datetime | None

    @classmethod
    def of(cls, status: TrainingStatus) -> "StatusBody":
        """Shape a training's status."""
        current = status.current
        failure = status.error
        return cls(
            training_id=status.training_id,
            status=status.state.value,
            progress=status.progress,
            current_step=current.step.number if current else 0,
            total_steps=len(status.steps),
            step_name=current.step.value if current else "",
            message=failure.message if failure else current.detail if current else "",
            steps=[StepShape.of(step) for step in status.steps],
            model_id=status.model_id,
            error=ErrorShape(code=failure.code, message=failure.message) if failure else None,
            created_at=status.created_at,
            completed_at=status.completed_at,
        )

    def status_again(self) -> TrainingStatus:
        """The status that was shaped."""
        return TrainingStatus(
            training_id=self.training_id,
            created_at=self.created_at,
            state=State(self.status),
            progress=self.progress,
            steps=tuple(step.step_again() for step in self.steps),
            model_id=self.model_id,
            error=Failure(self.error.code, self.error.message) if self.error else None,
            completed_at=self.completed_at,
        )


class TrainingStartedBody(Shape):
    """The answer of start-training."""

    success: Literal[True] = True
    training_id: str
    status: Literal["queued"] = "queued"
    status_url: str
