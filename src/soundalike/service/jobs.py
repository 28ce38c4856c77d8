"""What the doors ask of jobs in the background: begin, stop, take up again, forget."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from soundalike.errors import (
    CreatorOptedOut,
    UnknownTraining,
    WrongState,
)
from soundalike.posts.post import Post, read_username
from soundalike.schemas.training import StatusBody
from soundalike.service.collecting import AFRESH, Order, find_broken_off, new_session, settle
from soundalike.service.failures import CANCELLED
from soundalike.service.selecting import Chosen, choose_from_session, choose_given
from soundalike.service.training import changes_of, check_trainer, publish, status_of
from soundalike.storage import Forgotten, Store, TrainingSession
from soundalike.storage.job_records import Job, JobKey, Json, Kind, Limits
from soundalike.training.status import State, Step, TrainingStatus

NORMAL: Final = 5
LOW: Final = 9
"""Priorities of a training; within a workspace a lower number goes first."""

_COLLECTING_FIRST: Final = 1  # somebody is looking at the screen


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, for which workspace, in which request."""

    workspace_id: UUID
    user_id: UUID | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Idempotency:
    """The key a caller gave a request, and a hash of that request."""

    key: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class TrainingWish:
    """What to train on: posts of a session, or whole posts as they are given."""

    username: str
    post_ids: tuple[str, ...]
    posts: tuple[Post, ...] = ()
    session_id: UUID | None = None
    trainer: str = "prompt"
    name: str | None = None
    consent: str | None = None
    seed: int = 0
    priority: int = NORMAL


class JobDesk:
    """Takes orders for jobs; workers do them."""

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], datetime],
        limits: Limits | None = None,
        is_opted_out: Callable[[UUID, str], bool] = lambda _workspace, _username: False,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self._store, self._now, self._new_id = store, now, new_id
        self._limits = limits or Limits()
        self._is_opted_out = is_opted_out

    def ask_for_collection(
        self,
        order: Order,
        *,
        caller: Caller,
        budget: int | None = None,
        idempotency: Idempotency | None = None,
    ) -> TrainingSession:
        """Have a creator collected; joins a collection of the same order that runs, goes on with one that broke off.

        Raises:
            InvalidUsername: The name cannot be one on X.
            CreatorOptedOut: The creator is not to be collected.
            TooManyJobs: The workspace has as many as it may have.
            IdempotencyConflict: The key was used for another request.
        """
        user_id, now = caller.workspace_id, self._now()
        if repeated := self._repeated(caller, "collect", idempotency):
            return self._store.get_session(user_id, repeated.session_id)
        username = read_username(order.username)
        self._check_opt_out(caller, username)
        if running := self._running(order, caller, username):
            return running
        broken = find_broken_off(order, self._store, user_id, now)
        session = broken or new_session(order, user_id, self._new_id(), now)
        job = self._job(
            session, "collect", caller, idempotency, priority=_COLLECTING_FIRST, order={"budget": budget}
        )
        self._store.jobs.submit(
            job,
            limits=self._limits,
            new_session=None if broken else session,
            changes=AFRESH if broken else None,
        )
        return self._kept(session, "collect", caller, idempotency)

    def ask_for_training(
        self, wish: TrainingWish, *, caller: Caller, idempotency: Idempotency | None = None
    ) -> TrainingSession:
        """Have a model trained; asking twice for the same while it waits or runs is asking once.

        Raises:
            UnknownSession: The workspace has none of this id about this creator.
            WrongState: The session is still being collected.
            UnknownPosts: Some posts were never collected.
            TooFewPosts: There is too little to learn from and to grade on.
            TrainerUnavailable, ConsentRequired, CreatorOptedOut: As they say.
            TooManyJobs: The workspace has as many as it may have.
            IdempotencyConflict: The key was used for another request.
        """
        if repeated := self._repeated(caller, "train", idempotency):
            return self._store.get_session(caller.workspace_id, repeated.session_id)
        username = read_username(wish.username)
        self._check_opt_out(caller, username)
        check_trainer(wish.trainer, wish.consent)
        chosen = self._choose(wish, caller, username)
        order = {"name": wish.name, "seed": wish.seed, "trainer": wish.trainer, "consent": wish.consent}
        if under_way := self._under_way(chosen, order, caller):
            return under_way
        session, is_new = self._session_for(chosen, caller)
        job = self._job(session, "train", caller, idempotency, priority=wish.priority, order=order)
        status = TrainingStatus(str(session.id), job.created_at)
        session = replace(session, selected_ids=list(chosen.selected_ids), status=status.state.value)
        self._store.jobs.submit(
            job,
            limits=self._limits,
            new_session=session if is_new else None,
            changes={"selected_ids": session.selected_ids, **changes_of(status)},
            status=StatusBody.of(status).as_json(),
        )
        return self._kept(session, "train", caller, idempotency)

    def cancel(self, training_id: UUID, *, caller: Caller) -> None:
        """Stop a training at once, whether it waits or runs; its worker notices within a second.

        Raises:
            UnknownTraining: The workspace has none of this id.
            WrongState: It has ended.
        """
        self._store.jobs.get(caller.workspace_id, JobKey(training_id, "train"))
        with self._store.jobs.changing(JobKey(training_id, "train")) as change:
            if not change.job.is_open:
                raise WrongState(f"The training is {change.job.status}; there is nothing to cancel.")
            now = self._now()
            change.update_job(status="cancelled", token=change.job.token + 1, owner=None, ended_at=now)
            status = status_of(change.status).stopped(CANCELLED, at=now, state=State.CANCELLED)
            publish(change, status, at=now)

    def cancel_collection(self, session_id: UUID, *, caller: Caller) -> None:
        """Stop a collection at once, whether it waits or runs; what came is kept, and can be gone on with.

        Raises:
            UnknownTraining: The workspace has no such job.
            WrongState: It has ended.
        """
        key = JobKey(session_id, "collect")
        self._store.jobs.get(caller.workspace_id, key)
        with self._store.jobs.changing(key) as change:
            if not change.job.is_open:
                raise WrongState(f"The collection is {change.job.status}; there is nothing to cancel.")
            now = self._now()
            change.update_job(status="cancelled", token=change.job.token + 1, owner=None, ended_at=now)
            change.update(
                {
                    "status": "cancelled",
                    "error_code": CANCELLED.code,
                    "error_message": CANCELLED.message,
                    "completed_at": now,
                },
                at=now,
            )

    def settle_collection(self, session_id: UUID, *, caller: Caller) -> None:
        """End a collection that broke off with what it brought, so that it can be reviewed and trained on.

        Raises:
            UnknownSession: The workspace has none of this id.
            WrongState: It is still running, or has come to its end.
            TooFewPosts: It brought nothing.
        """
        open_jobs = self._store.jobs.list_open(caller.workspace_id)
        if any(job.session_id == session_id for job in open_jobs):
            raise WrongState("The collection is running.", hint="Cancel it first, or wait for its end.")
        settle(self._store.get_session(caller.workspace_id, session_id), store=self._store, now=self._now)

    def retry(self, training_id: UUID, *, caller: Caller, from_step: str | None = None) -> None:
        """Take a training up that failed, was cancelled or parked: at the first step whose input has changed.

        With `from_step`, that step and those after it are done again in any case.

        Raises:
            UnknownTraining: The workspace has none of this id.
            WrongState: It waits, runs, or is complete and no step was named.
        """
        job = self._store.jobs.get(caller.workspace_id, JobKey(training_id, "train"))
        if job.is_open or (job.status == "completed" and from_step is None):
            raise WrongState(
                f"The training is {job.status}.",
                hint="Name the step to begin with, or wait until it has ended.",
            )
        first = Step(from_step) if from_step else None
        with self._store.jobs.changing(job.key) as change:
            again = status_of(change.status).queued_again(first)
        anew = replace(job, created_at=self._now(), crashes=0, status="queued", owner=None, ended_at=None)
        self._store.jobs.submit(
            replace(anew, request_id=caller.request_id, started_at=None),
            limits=self._limits,
            changes=changes_of(again),
            status=StatusBody.of(again).as_json(),
            anew=[step.value for step in Step if first and step.number >= first.number],
        )

    def purge(self, session_id: UUID, *, caller: Caller) -> None:
        """Delete a session, and the creator's posts unless another session needs them; what runs for it is stopped.

        Raises:
            UnknownSession: The workspace has none of this id.
        """
        # Its jobs go with it, and so do the tokens that whoever does them would need to write.
        self._store.purge_session(caller.workspace_id, session_id)

    def forget(self, username: str, *, caller: Caller) -> Forgotten:
        """Delete all that is kept of a creator; what runs about them is stopped.

        Raises:
            InvalidUsername: The name cannot be one on X.
        """
        return self._store.forget_creator(caller.workspace_id, read_username(username))

    def _repeated(self, caller: Caller, kind: Kind, idempotency: Idempotency | None) -> Job | None:
        if idempotency is None:
            return None
        return self._store.jobs.find_repeated(
            caller.workspace_id, kind, idempotency.key, idempotency.request_hash
        )

    def _check_opt_out(self, caller: Caller, username: str) -> None:
        if self._is_opted_out(caller.workspace_id, username):
            raise CreatorOptedOut.of(username)

    def _running(self, order: Order, caller: Caller, username: str) -> TrainingSession | None:
        """The session of the same order that is being collected already."""
        for job in self._store.jobs.list_open(caller.workspace_id, username):
            session = self._store.get_session(caller.workspace_id, job.session_id)
            as_of = order.as_of or session.created_at
            same = new_session(replace(order, as_of=as_of), session.user_id, session.id, session.created_at)
            if job.kind == "collect" and session.settings == same.settings:
                return session
        return None

    def _choose(self, wish: TrainingWish, caller: Caller, username: str) -> Chosen:
        if wish.session_id is None:
            return choose_given(
                wish.posts,
                wish.post_ids,
                username=username,
                consent=wish.consent,
                store=self._store,
                user_id=caller.workspace_id,
                new_id=self._new_id(),
                now=self._now(),
            )
        return choose_from_session(
            wish.session_id, wish.post_ids, username=username, store=self._store, user_id=caller.workspace_id
        )

    def _under_way(self, chosen: Chosen, order: Json, caller: Caller) -> TrainingSession | None:
        """The session in which the same is being trained already."""
        wanted = (chosen.session.settings, list(chosen.selected_ids), order)
        for job in self._store.jobs.list_open(caller.workspace_id, chosen.session.creator_username):
            session = self._store.get_session(caller.workspace_id, job.session_id)
            if job.kind == "train" and (session.settings, session.selected_ids, job.order) == wanted:
                return session
        return None

    def _session_for(self, chosen: Chosen, caller: Caller) -> tuple[TrainingSession, bool]:
        """The session to train in, and whether it is new: each has one training."""
        if chosen.is_new:
            return chosen.session, True
        try:
            self._store.jobs.get(caller.workspace_id, JobKey(chosen.session.id, "train"))
        except UnknownTraining:
            return chosen.session, False
        return _copy(chosen.session, self._new_id(), self._now()), True

    def _kept(
        self, session: TrainingSession, kind: Kind, caller: Caller, idempotency: Idempotency | None
    ) -> TrainingSession:
        """The session as it is kept; that of the other request, where the same came twice at once."""
        repeated = self._repeated(caller, kind, idempotency)
        return self._store.get_session(caller.workspace_id, repeated.session_id if repeated else session.id)

    def _job(
        self,
        session: TrainingSession,
        kind: Kind,
        caller: Caller,
        idempotency: Idempotency | None,
        *,
        priority: int,
        order: Json,
    ) -> Job:
        return Job(
            session_id=session.id,
            kind=kind,
            user_id=caller.workspace_id,
            created_at=self._now(),
            requested_by=caller.user_id,
            request_id=caller.request_id,
            priority=priority,
            order=order,
            idempotency_key=idempotency.key if idempotency else None,
            request_hash=idempotency.request_hash if idempotency else None,
        )


def _copy(session: TrainingSession, new_id: UUID, now: datetime) -> TrainingSession:
    """A session with what was collected for another one, for one more training on it."""
    fresh = TrainingSession(new_id, session.user_id, session.creator_username, now)
    return replace(
        fresh,
        status="collected",
        creator=session.creator,
        settings=session.settings,
        stats=session.stats,
        posts_collected=session.posts_collected,
    )
