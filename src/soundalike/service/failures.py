"""What is kept of a failure: a stable code and a sentence, nothing inner."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

from soundalike.errors import SoundalikeError
from soundalike.storage import Store
from soundalike.training.status import Failure

CANCELLED: Final = Failure("cancelled", "Stopped by the user. What was collected is kept.")


def failure_of(error: BaseException) -> Failure:
    """A stable code and a sentence for an error; what is not ours tells nothing inner."""
    if isinstance(error, SoundalikeError):
        return Failure(error.code, str(error))
    if isinstance(error, KeyboardInterrupt):
        return CANCELLED
    return Failure("internal_error", "Something went wrong inside. What was collected is kept.")


@contextmanager
def recorded(store: Store, user_id: UUID, session_id: UUID, *, now: Callable[[], datetime]) -> Iterator[None]:
    """Keep the reason with the training session if the block fails or is stopped, and let the error go on."""
    try:
        yield
    except BaseException as error:
        failure = failure_of(error)
        status = "cancelled" if failure.code == "cancelled" else "failed"
        store.update_session(
            user_id,
            session_id,
            at=now(),
            status=status,
            error_code=failure.code,
            error_message=failure.message,
            completed_at=now(),
        )
        raise
