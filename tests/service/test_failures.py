import json
from contextlib import nullcontext
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from soundalike.errors import BudgetExceeded, CreatorNotFound, UpstreamUnavailable, WriterError
from soundalike.posts.api.harvest import Fetched
from soundalike.posts.api.stretches import StopReason
from soundalike.posts.files import load_posts
from soundalike.posts.gathering import FileSource
from soundalike.service.collecting import Order, collect
from soundalike.service.failures import failure_of
from soundalike.service.training import train
from soundalike.storage import open_store
from soundalike.voice.background_file import shipped_background

AS_OF = datetime(2017, 10, 31, tzinfo=UTC)
ORDER = Order("BarackObama", AS_OF, source="file")
USER = uuid4()


class FailingSource(FileSource):
    """Gives half of the posts, then fails as a service that goes down."""

    def fetch(self, creator, window, sample=None):
        """A collection that broke off midway."""
        whole = super().fetch(creator, window, sample)
        half = whole.posts[: len(whole.posts) // 2]
        return Fetched(
            half, 2, 600, 1.0, StopReason.INTERRUPTED, failure=UpstreamUnavailable("It went down.")
        )


class InterruptedSource(FileSource):
    """Is stopped by the user while fetching."""

    def fetch(self, *_):
        """As Ctrl-C does."""
        raise KeyboardInterrupt


@pytest.fixture
def posts(shared):
    """Obama's real posts."""
    return load_posts(shared / "data/creators/BarackObama.jsonl")


@pytest.fixture
def store(tmp_path):
    """A database of its own."""
    with open_store(f"sqlite:///{tmp_path}/db.sqlite3") as opened:
        yield opened


def run(source, store):
    """Collect with this source."""
    return collect(ORDER, given(source), store=store, user_id=USER, now=lambda: datetime.now(UTC))


def given(source):
    """What opens this source, whatever the session."""
    return lambda _session_id: nullcontext(source)


@pytest.mark.slow
def test_a_collection_that_succeeds_is_kept_whole(posts, store):
    """The session holds the answer that was given, the posts are there for training."""
    session_id, analysis = run(FileSource(posts), store)
    kept = store.get_session(USER, session_id)
    assert kept.status == "collected"
    assert [row["id"] for row in kept.posts_collected] == [s.post.id for s in analysis.selection.posts]
    assert json.loads(json.dumps(kept.stats))["viral"] == 28
    assert store.count_posts(USER, "BarackObama") == len(analysis.posts)


def test_what_was_bought_before_a_failure_is_kept_with_the_reason(posts, store):
    """The service goes down midway: the posts stay, the session says why."""
    with pytest.raises(UpstreamUnavailable):
        run(FailingSource(posts), store)
    (session,) = store.list_sessions(USER)
    assert (session.status, session.error_code) == ("failed", "upstream_unavailable")
    assert store.count_posts(USER, "BarackObama") > 0


def test_a_stopped_collection_is_no_half_state(posts, store):
    """Ctrl-C leaves a session that says it was stopped."""
    with pytest.raises(KeyboardInterrupt):
        run(InterruptedSource(posts), store)
    (session,) = store.list_sessions(USER)
    assert (session.status, session.error_code) == ("cancelled", "cancelled")


def test_an_account_that_is_not_there_leaves_no_session(posts, store):
    """Nothing was begun, so nothing is kept."""
    with pytest.raises(CreatorNotFound):
        collect(
            Order("levelsio", AS_OF, source="file"),
            given(FileSource(posts)),
            store=store,
            user_id=USER,
            now=lambda: datetime.now(UTC),
        )
    assert store.list_sessions(USER) == []


def test_an_error_that_is_not_ours_tells_nothing_inner():
    """A stack trace or a path in a message would be read by strangers one day."""
    failure = failure_of(ValueError("secret path /home/me"))
    assert failure.code == "internal_error"
    assert "secret" not in failure.message


def test_an_error_of_ours_keeps_its_code_and_says_what_to_do():
    """The hint is part of the reason."""
    failure = failure_of(BudgetExceeded("Spent.", spent=1, budget=1, hint="Raise it."))
    assert failure == failure_of(BudgetExceeded("Spent.", spent=2, budget=2, hint="Raise it."))
    assert (failure.code, failure.message) == ("budget_exceeded", "Spent. Raise it.")


class GoneWriter:
    """A language model that went away."""

    name, is_small, is_base = "gone", False, False

    def write(self, *_, **__):
        """Fail as a server that no longer answers."""
        raise WriterError("The model has gone away.")

    def close(self):
        """Nothing to close."""


@pytest.mark.slow
def test_a_failed_training_is_kept_with_its_reason_and_the_step_that_broke(posts, store):
    """The session says why, and how far it had come."""
    session_id, analysis = run(FileSource(posts), store)
    with pytest.raises(WriterError):
        train(
            session_id,
            analysis,
            store=store,
            user_id=USER,
            writer=GoneWriter(),
            background=shipped_background(),
            now=lambda: datetime.now(UTC),
            publish=lambda _: None,
        )
    kept = store.get_session(USER, session_id)
    assert (kept.status, kept.error_code, kept.error_message) == (
        "failed",
        "writer_unavailable",
        "The model has gone away.",
    )
    assert [step["status"] for step in kept.steps][3:] == ["failed", "queued", "queued"]
    assert store.list_models(USER) == []
