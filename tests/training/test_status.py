from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from soundalike.training.status import Failure, State, Step, TrainingStatus

START = datetime(2024, 1, 1, tzinfo=UTC)
NEW = TrainingStatus("7", START)


def test_a_new_training_waits_with_six_steps():
    """Nothing has begun, and everything to come is named in order."""
    assert (NEW.state, NEW.progress, NEW.current) == (State.QUEUED, 0, None)
    assert [step.step.value for step in NEW.steps] == [
        "prepare",
        "voice",
        "patterns",
        "train",
        "evaluate",
        "save",
    ]


def test_a_step_tells_when_it_ran_and_what_it_found():
    """Beginning and end are kept with the words."""
    later = START + timedelta(seconds=3)
    status = NEW.begun(Step.PREPARE, at=START).done(Step.PREPARE, "312 posts read", at=later)
    step = status.current
    assert (step.state, step.started_at, step.completed_at) == (State.COMPLETED, START, later)
    assert step.detail == "312 posts read"


def test_a_failed_training_names_its_reason_and_the_step_that_broke():
    """The steps before stay done; those after stay waiting."""
    status = NEW.begun(Step.PREPARE, at=START).done(Step.PREPARE, "", at=START).begun(Step.VOICE, at=START)
    failed = status.stopped(Failure("too_few_posts", "Too few."), at=START)
    assert [step.state for step in failed.steps[:3]] == [State.COMPLETED, State.FAILED, State.QUEUED]
    assert failed.error == Failure("too_few_posts", "Too few.")


def test_a_completed_training_is_at_100_and_names_its_model():
    """100 is for the whole and for nothing less."""
    status = NEW
    for step in Step:
        status = status.begun(step, at=START).done(step, "", at=START)
        assert status.progress < 100
    assert status.completed("m", at=START).progress == 100
    assert status.completed("m", at=START).model_id == "m"


moves = st.lists(
    st.tuples(st.sampled_from(["begun", "within", "done"]), st.sampled_from(list(Step)), st.floats(-1, 2)),
    max_size=30,
)


@given(moves)
def test_progress_never_goes_back(made):
    """Whatever is told in whatever order, the bar does not jump back."""
    status, seen = NEW, [0]
    for move, step, share in made:
        if move == "begun":
            status = status.begun(step, at=START)
        elif move == "within":
            status = status.within(step, share, "")
        else:
            status = status.done(step, "", at=START)
        seen.append(status.progress)
    assert seen == sorted(seen)
    assert max(seen) < 100
