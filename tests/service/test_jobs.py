"""What the doors may ask of jobs, and what comes of it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest

from soundalike.errors import (
    ConsentRequired,
    CreatorOptedOut,
    IdempotencyConflict,
    InvalidUsername,
    TooFewPosts,
    TooManyJobs,
    TrainerUnavailable,
    UnknownPosts,
    UnknownSession,
    UnknownTraining,
    WrongState,
)
from soundalike.posts.post import Creator, Window
from soundalike.schemas.collecting import CreatorShape, ViralPostShape
from soundalike.service.collecting import Order, new_session
from soundalike.service.jobs import Caller, Idempotency, JobDesk, TrainingWish
from soundalike.service.training import publish, status_of
from soundalike.storage import open_store
from soundalike.storage.job_records import Artefact, JobKey, Limits
from soundalike.training.analysis import Collecting, analyse
from soundalike.training.status import Failure, Step
from writing import made_up_posts

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ALICE = Caller(UUID("aaaaaaaa-0000-4000-8000-000000000001"), uuid4(), "request-1")
BOB = Caller(UUID("bbbbbbbb-0000-4000-8000-000000000002"))
POSTS = made_up_posts(150, NOW)
ORDER = Order("ada", as_of=NOW, gate="auto")
TOO_MANY = Limits(queued=0)


class Clock:
    """A clock that is set."""

    def __init__(self):
        self.at = NOW

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    """The present."""
    return Clock()


@pytest.fixture
def store(tmp_path):
    """An empty store; what differs between databases is held by the tests of the store."""
    with open_store(f"sqlite:///{tmp_path / 'kept.sqlite3'}") as opened:
        yield opened


@pytest.fixture
def desk(store, clock):
    """Takes orders; @grace asked not to be trained on."""
    return JobDesk(store, now=clock, is_opted_out=lambda _workspace, name: name.lower() == "grace")


@pytest.fixture(scope="module")
def viral():
    """What a collection of the posts offers for review."""
    window = Window.months_before(NOW, 6)
    found = analyse(
        POSTS,
        creator=Creator("42", "ada"),
        window=window,
        gate="auto",
        top=20,
        collecting=Collecting(collected=len(POSTS)),
    )
    return [ViralPostShape.of(scored).as_json() for scored in found.selection.posts]


@pytest.fixture
def collected(store, viral):
    """A session of Alice's that was collected."""
    session = replace(
        new_session(ORDER, ALICE.workspace_id, uuid4(), NOW),
        status="collected",
        creator=CreatorShape.of(Creator("42", "ada")).as_json(),
        stats={"collected": len(POSTS)},
        posts_collected=viral,
    )
    store.save_posts(ALICE.workspace_id, "ada", POSTS, fetched_at=NOW, source="api")
    store.create_session(session)
    return session


@pytest.fixture
def wish(collected, viral):
    """To train on three posts of the collected session."""
    return TrainingWish("ada", tuple(row["id"] for row in viral[:3]), session_id=collected.id)


def given(posts, ids=(), **changes):
    """To train on whole posts."""
    return TrainingWish("ada", tuple(ids), posts=tuple(posts), **changes)


def train_job(store, session, caller=ALICE):
    """The training of a session."""
    return store.jobs.get(caller.workspace_id, JobKey(session.id, "train"))


def work(store, session, kind="train", *, done=(), end=None):
    """Run the job as a worker does: some steps done, then perhaps its end."""
    key = JobKey(session.id, kind)
    job = store.jobs.claim(
        key, run=store.jobs.get(session.user_id, key).run, owner="w", at=NOW + timedelta(seconds=1)
    )
    with store.jobs.changing(key) as change:
        for step in done:
            change.keep(Artefact(step, "0" * 64, {}, "made", NOW, 1.0))
            status = status_of(change.status).begun(Step(step), at=NOW).done(Step(step), "made", at=NOW)
            publish(change, status, at=NOW)
        if end:
            change.update_job(status=end, owner=None, ended_at=NOW)
            status = status_of(change.status)
            failed = status.stopped(Failure("parked", "It broke."), at=NOW)
            publish(change, status.completed("m", at=NOW) if end == "completed" else failed, at=NOW)
    return job


def end_collection(store, session, status):
    """End a collection as a worker does; a broken one knows its creator."""
    key = JobKey(session.id, "collect")
    store.jobs.claim(key, run=1, owner="w", at=NOW)
    with store.jobs.changing(key) as change:
        change.update({"status": status, "creator": CreatorShape.of(Creator("42", "ada")).as_json()}, at=NOW)
        change.update_job(status="failed" if status == "failed" else "completed", ended_at=NOW, owner=None)


def at_once(count, do):
    """Have `count` threads call `do()` at the same moment."""
    barrier = Barrier(count)

    def attempt(_):
        barrier.wait(10)
        return do()

    with ThreadPoolExecutor(count) as pool:
        return [*pool.map(attempt, range(count))]


# Collections


def test_a_collection_is_queued_with_its_session(desk, store):
    """Ahead of trainings, with its budget, for whoever asked in that request."""
    session = desk.ask_for_collection(ORDER, caller=ALICE, budget=900)
    job = store.jobs.get(ALICE.workspace_id, JobKey(session.id, "collect"))
    assert (session.status, session.creator_username) == ("collecting", "ada")
    assert (job.status, job.order, job.priority) == ("queued", {"budget": 900}, 1)
    assert (job.requested_by, job.request_id) == (ALICE.user_id, "request-1")


@pytest.mark.parametrize("as_of", [NOW, None])
def test_the_same_order_joins_the_collection_that_runs(desk, store, clock, as_of):
    """In any case of the name; also where it ends in the present, which was another one."""
    first = desk.ask_for_collection(replace(ORDER, as_of=as_of), caller=ALICE)
    store.jobs.claim(JobKey(first.id, "collect"), run=1, owner="w", at=NOW)
    clock.at += timedelta(minutes=5)
    again = desk.ask_for_collection(replace(ORDER, username="@ADA", as_of=as_of), caller=ALICE)
    assert again.id == first.id
    assert len(store.list_sessions(ALICE.workspace_id)) == 1


@pytest.mark.parametrize("change", [{"months": 3}, {"gate": 500}, {"top": 5}, {"username": "eve"}])
def test_another_order_is_another_collection(desk, change):
    """Both run."""
    first = desk.ask_for_collection(ORDER, caller=ALICE)
    assert desk.ask_for_collection(replace(ORDER, **change), caller=ALICE).id != first.id


def test_another_workspace_collects_for_itself(desk):
    """It does not even learn that somebody else does."""
    first = desk.ask_for_collection(ORDER, caller=ALICE)
    assert desk.ask_for_collection(ORDER, caller=BOB).id != first.id


def test_a_broken_collection_is_gone_on_with(desk, store):
    """In the same session, which looks as if nothing had happened."""
    first = desk.ask_for_collection(ORDER, caller=ALICE)
    end_collection(store, first, "failed")
    again = desk.ask_for_collection(ORDER, caller=ALICE)
    job = store.jobs.get(ALICE.workspace_id, JobKey(first.id, "collect"))
    assert (again.id, again.status, again.error_code) == (first.id, "collecting", None)
    assert (job.status, job.run) == ("queued", 2)


def test_a_collection_that_ended_well_is_not_joined(desk, store):
    """Who asks again wants it anew."""
    first = desk.ask_for_collection(ORDER, caller=ALICE)
    end_collection(store, first, "collected")
    assert desk.ask_for_collection(ORDER, caller=ALICE).id != first.id


def test_creators_who_opted_out_are_neither_collected_nor_trained_on(desk, store):
    """Nothing is kept of the request."""
    with pytest.raises(CreatorOptedOut):
        desk.ask_for_collection(replace(ORDER, username="@Grace"), caller=ALICE)
    with pytest.raises(CreatorOptedOut):
        desk.ask_for_training(replace(given(POSTS), username="Grace"), caller=ALICE)
    assert store.list_sessions(ALICE.workspace_id) == []
    assert store.load_posts(ALICE.workspace_id, "grace") == []


def test_what_cannot_be_a_username_is_refused(desk):
    """Before anything else."""
    with pytest.raises(InvalidUsername):
        desk.ask_for_collection(replace(ORDER, username="a b"), caller=ALICE)
    with pytest.raises(InvalidUsername):
        desk.ask_for_training(replace(given(POSTS), username=""), caller=ALICE)


# Idempotency


def test_the_same_request_with_the_same_key_is_answered_by_the_same_session(desk, store, wish):
    """Even when it has ended meanwhile."""
    key = Idempotency("k", "h")
    collection = desk.ask_for_collection(ORDER, caller=ALICE, idempotency=key)
    end_collection(store, collection, "collected")
    assert desk.ask_for_collection(ORDER, caller=ALICE, idempotency=key).id == collection.id
    training = desk.ask_for_training(wish, caller=ALICE, idempotency=key)
    work(store, training, end="completed")
    assert desk.ask_for_training(wish, caller=ALICE, idempotency=key).id == training.id


def test_another_request_with_the_same_key_is_refused(desk, wish):
    """For each kind of job."""
    desk.ask_for_collection(ORDER, caller=ALICE, idempotency=Idempotency("k", "h"))
    desk.ask_for_training(wish, caller=ALICE, idempotency=Idempotency("k", "h"))
    with pytest.raises(IdempotencyConflict):
        desk.ask_for_collection(ORDER, caller=ALICE, idempotency=Idempotency("k", "other"))
    with pytest.raises(IdempotencyConflict):
        desk.ask_for_training(wish, caller=ALICE, idempotency=Idempotency("k", "other"))


def test_a_key_is_of_one_workspace(desk):
    """Two workspaces may use the same."""
    key = Idempotency("k", "h")
    first = desk.ask_for_collection(ORDER, caller=ALICE, idempotency=key)
    assert desk.ask_for_collection(ORDER, caller=BOB, idempotency=key).id != first.id


def test_the_same_request_twice_at_once_is_one_job(desk, store):
    """Both are answered by the same session, of collections and of trainings."""
    key = Idempotency("k", "h")
    for ask in (
        lambda: desk.ask_for_collection(replace(ORDER, as_of=None), caller=ALICE, idempotency=key),
        lambda: desk.ask_for_training(given(POSTS), caller=ALICE, idempotency=key),
    ):
        assert len({session.id for session in at_once(3, ask)}) == 1
    assert len(store.list_sessions(ALICE.workspace_id)) == 2


# Trainings on a session


def test_a_training_on_a_session_takes_place_in_it(desk, store, wish, collected):
    """Its selection, its wishes and its first status are kept with it."""
    session = desk.ask_for_training(replace(wish, name="n", seed=4), caller=ALICE)
    assert (session.id, session.status, session.progress) == (collected.id, "queued", 0)
    assert session.selected_ids == list(wish.post_ids)
    assert train_job(store, session).order == {
        "name": "n",
        "seed": 4,
        "trainer": "prompt",
        "consent": None,
    }
    status = store.jobs.read_status(ALICE.workspace_id, session.id)
    assert (status["status"], status["currentStep"]) == ("queued", 0)


def test_unknown_posts_are_named(desk, wish):
    """As many as fit into a sentence."""
    unknown = tuple(str(number) for number in range(1, 9))
    with pytest.raises(UnknownPosts, match="8 of the posts") as refused:
        desk.ask_for_training(replace(wish, post_ids=(*wish.post_ids, *unknown)), caller=ALICE)
    assert refused.value.ids == unknown[:5]


def test_a_post_that_was_collected_but_not_offered_may_be_learned_from(desk, wish):
    """It is the user who selects."""
    ids = (POSTS[1].id, *wish.post_ids)
    assert desk.ask_for_training(replace(wish, post_ids=ids), caller=ALICE).selected_ids == list(ids)


def test_a_selection_holds_at_least_one_post(desk, wish):
    """There is nothing to learn otherwise."""
    with pytest.raises(TooFewPosts):
        desk.ask_for_training(replace(wish, post_ids=()), caller=ALICE)


def test_a_session_about_another_creator_is_unknown(desk, wish):
    """And so is one that nobody has."""
    with pytest.raises(UnknownSession):
        desk.ask_for_training(replace(wish, username="eve"), caller=ALICE)
    with pytest.raises(UnknownSession):
        desk.ask_for_training(replace(wish, session_id=uuid4()), caller=ALICE)


def test_a_session_that_is_being_collected_has_to_be_waited_for(desk):
    """It is in another state than a training needs."""
    session = desk.ask_for_collection(ORDER, caller=ALICE)
    with pytest.raises(WrongState):
        desk.ask_for_training(TrainingWish("ada", ("1",), session_id=session.id), caller=ALICE)


def test_asking_twice_for_the_same_while_it_is_open_is_asking_once(desk, store, wish):
    """Whether it waits or runs."""
    first = desk.ask_for_training(wish, caller=ALICE)
    assert desk.ask_for_training(wish, caller=ALICE).id == first.id
    work(store, first)
    assert desk.ask_for_training(wish, caller=ALICE).id == first.id
    assert len(store.list_sessions(ALICE.workspace_id)) == 1


@pytest.mark.parametrize("change", [{"seed": 1}, {"name": "other"}, {"post_ids": None}])
def test_another_wish_is_another_training_in_a_session_of_its_own(desk, store, wish, change):
    """Asked for twice, it is one as well; the first goes on untouched."""
    other = replace(wish, **({"post_ids": wish.post_ids[:1]} if "post_ids" in change else change))
    first = desk.ask_for_training(wish, caller=ALICE)
    second = desk.ask_for_training(other, caller=ALICE)
    assert second.id != first.id
    assert desk.ask_for_training(other, caller=ALICE).id == second.id
    assert store.get_session(ALICE.workspace_id, first.id) == first
    assert (second.settings, second.stats, second.creator) == (first.settings, first.stats, first.creator)
    assert second.posts_collected == first.posts_collected


def test_the_same_after_it_has_ended_is_a_training_anew(desk, store, wish):
    """What came of the first one stays."""
    first = desk.ask_for_training(wish, caller=ALICE)
    work(store, first, end="completed")
    second = desk.ask_for_training(wish, caller=ALICE)
    assert second.id != first.id
    assert store.jobs.read_status(ALICE.workspace_id, first.id)["status"] == "completed"
    assert store.jobs.read_status(ALICE.workspace_id, second.id)["status"] == "queued"


# Trainings on whole posts


def test_whole_posts_are_kept_and_learned_from(desk, store):
    """The least engaging of them are left to grade on."""
    session = desk.ask_for_training(given(POSTS, consent="own"), caller=ALICE)
    assert len(store.load_posts(ALICE.workspace_id, "ada")) == len(POSTS)
    assert 0 < len(session.selected_ids) <= len(POSTS) - 20
    best = max(POSTS, key=lambda post: post.engagement.total)
    assert best.id in session.selected_ids
    assert (session.settings["source"], session.settings["consent"]) == ("request", "own")
    assert session.stats["collected"] == len(POSTS)


def test_the_same_whole_posts_twice_are_one_training(desk, store):
    """While it waits or runs."""
    first = desk.ask_for_training(given(POSTS), caller=ALICE)
    assert desk.ask_for_training(given(POSTS), caller=ALICE).id == first.id


def test_too_few_whole_posts_are_refused_and_not_kept(desk, store):
    """Forty would be enough beside the viral ones."""
    with pytest.raises(TooFewPosts):
        desk.ask_for_training(given(POSTS[:25]), caller=ALICE)
    assert store.load_posts(ALICE.workspace_id, "ada") == []


def test_ids_and_whole_posts_go_together(desk, store):
    """Ids name posts that are kept, or posts of the same request."""
    store.save_posts(ALICE.workspace_id, "ada", POSTS[:100], fetched_at=NOW, source="api")
    ids = (POSTS[0].id, POSTS[140].id)
    session = desk.ask_for_training(given(POSTS[140:], ids), caller=ALICE)
    assert session.selected_ids[:2] == list(ids)
    assert set(session.selected_ids) == {POSTS[0].id, *(post.id for post in POSTS[140:])}
    with pytest.raises(UnknownPosts) as refused:
        desk.ask_for_training(given(POSTS[140:], (POSTS[0].id, "999")), caller=ALICE)
    assert refused.value.ids == ("999",)


def test_ids_alone_need_posts_that_are_kept(desk, store):
    """By this workspace."""
    store.save_posts(ALICE.workspace_id, "ada", POSTS, fetched_at=NOW, source="api")
    assert desk.ask_for_training(given((), (POSTS[0].id,)), caller=ALICE).selected_ids == [POSTS[0].id]
    with pytest.raises(UnknownPosts):
        desk.ask_for_training(given((), (POSTS[0].id,)), caller=BOB)
    with pytest.raises(TooFewPosts):
        desk.ask_for_training(given(()), caller=ALICE)


@pytest.mark.parametrize("consent", [None, "no idea"])
def test_weights_are_trained_with_consent_only(desk, wish, consent):
    """Own account or permission."""
    with pytest.raises(ConsentRequired):
        desk.ask_for_training(replace(wish, trainer="lora", consent=consent), caller=ALICE)


@pytest.mark.parametrize("consent", ["own", "permission"])
def test_a_trainer_that_is_not_installed_is_said_to_be_so(desk, store, wish, consent):
    """Nothing is queued."""
    with pytest.raises(TrainerUnavailable):
        desk.ask_for_training(replace(wish, trainer="dreams", consent=consent), caller=ALICE)
    assert store.jobs.list_open(ALICE.workspace_id) == []


# Cancelling


@pytest.mark.parametrize("running", [False, True])
def test_a_training_is_cancelled_at_once(desk, store, wish, running):
    """Waiting or running: whoever did it may write no more, and the status says so."""
    session = desk.ask_for_training(wish, caller=ALICE)
    token = work(store, session, done=["prepare"]).token if running else 0
    desk.cancel(session.id, caller=ALICE)
    job = train_job(store, session)
    assert (job.status, job.owner, job.ended_at) == ("cancelled", None, NOW)
    assert job.token > token
    status = store.jobs.read_status(ALICE.workspace_id, session.id)
    assert (status["status"], status["error"]["code"]) == ("cancelled", "cancelled")
    assert store.get_session(ALICE.workspace_id, session.id).status == "cancelled"


def test_what_has_ended_cannot_be_cancelled(desk, store, wish):
    """Not even what was cancelled."""
    session = desk.ask_for_training(wish, caller=ALICE)
    desk.cancel(session.id, caller=ALICE)
    with pytest.raises(WrongState):
        desk.cancel(session.id, caller=ALICE)


# Trying again


@pytest.mark.parametrize("end", ["failed", "parked"])
def test_a_training_that_stopped_is_taken_up_where_it_was(desk, store, wish, clock, end):
    """What was made is kept, crashes are forgiven, progress does not go back."""
    session = desk.ask_for_training(wish, caller=ALICE)
    work(store, session, done=["prepare", "voice"], end=end)
    before = store.jobs.read_status(ALICE.workspace_id, session.id)
    clock.at += timedelta(hours=1)
    desk.retry(session.id, caller=replace(ALICE, request_id="request-2"))
    job, status = train_job(store, session), store.jobs.read_status(ALICE.workspace_id, session.id)
    assert (job.status, job.run, job.crashes, job.request_id) == ("queued", 2, 0, "request-2")
    assert (job.started_at, job.ended_at, job.created_at) == (None, None, clock.at)
    assert (status["status"], status["error"]) == ("queued", None)
    assert status["progress"] == before["progress"] > 0
    assert [step["status"] for step in status["steps"]] == ["completed"] * 2 + ["queued"] * 4
    assert kept_artefacts(store, session) == ["prepare", "voice"]


def test_a_cancelled_training_can_be_taken_up(desk, store, wish):
    """It waits again, and its session has no error any more."""
    session = desk.ask_for_training(wish, caller=ALICE)
    desk.cancel(session.id, caller=ALICE)
    desk.retry(session.id, caller=ALICE)
    kept = store.get_session(ALICE.workspace_id, session.id)
    assert (kept.status, kept.error_code) == ("queued", None)
    assert store.jobs.claim(JobKey(session.id, "train"), run=2, owner="w", at=NOW)


def test_from_a_step_on_everything_is_done_again(desk, store, wish):
    """Also of what is complete; progress stays where it was, and the model goes on until another takes its place."""
    session = desk.ask_for_training(wish, caller=ALICE)
    done = ["prepare", "voice", "patterns", "train", "evaluate"]
    work(store, session, done=done, end="completed")
    desk.retry(session.id, caller=ALICE, from_step="train")
    status = store.jobs.read_status(ALICE.workspace_id, session.id)
    assert kept_artefacts(store, session) == done[:3]
    assert (status["progress"], status["modelId"]) == (100, None)
    assert [step["status"] for step in status["steps"]] == ["completed"] * 3 + ["queued"] * 3


def test_only_what_has_ended_can_be_tried_again(desk, store, wish):
    """And what is complete only from a step that is named."""
    session = desk.ask_for_training(wish, caller=ALICE)
    for from_step in (None, "train"):
        with pytest.raises(WrongState):
            desk.retry(session.id, caller=ALICE, from_step=from_step)
    work(store, session, end="completed")
    with pytest.raises(WrongState):
        desk.retry(session.id, caller=ALICE)


def test_a_retry_over_the_limit_changes_nothing(store, desk, wish, clock):
    """What the steps made is still there."""
    session = desk.ask_for_training(wish, caller=ALICE)
    work(store, session, done=["prepare", "voice"], end="failed")
    with pytest.raises(TooManyJobs):
        JobDesk(store, now=clock, limits=TOO_MANY).retry(session.id, caller=ALICE, from_step="prepare")
    assert kept_artefacts(store, session) == ["prepare", "voice"]
    assert train_job(store, session).status == "failed"


def test_progress_never_goes_back(desk, store, wish):
    """Over a failure, a retry from the first step, and another failure."""
    session = desk.ask_for_training(wish, caller=ALICE)
    for done in (["prepare", "voice", "patterns"], ["prepare"]):
        work(store, session, done=done, end="failed")
        desk.retry(session.id, caller=ALICE, from_step="prepare")
    events = store.jobs.read_events(ALICE.workspace_id, session.id)
    progress = [event.body["progress"] for event in events]
    assert progress == sorted(progress)
    assert progress[-1] > 0


def kept_artefacts(store, session):
    """The steps of which something is kept."""
    with store.changing(session.user_id, session.id) as change:
        return [step.value for step in Step if change.artefact(step.value)]


# Forgetting


@pytest.mark.parametrize("way", ["purge", "forget"])
def test_a_running_job_goes_with_its_session(desk, store, wish, way):
    """Its token is gone, so that its worker stops; the posts are gone as well."""
    session = desk.ask_for_training(wish, caller=ALICE)
    job = work(store, session)
    if way == "purge":
        desk.purge(session.id, caller=ALICE)
    else:
        assert desk.forget("@ADA", caller=ALICE).trainings == 1
    assert store.jobs.tokens([job.key]) == {}
    assert store.load_posts(ALICE.workspace_id, "ada") == []
    with pytest.raises(UnknownTraining):
        desk.cancel(session.id, caller=ALICE)


def test_tenants_are_apart_on_every_call(desk, store, wish):
    """Bob can neither see, stop, repeat nor delete what is Alice's."""
    session = desk.ask_for_training(wish, caller=ALICE)
    before = train_job(store, session)
    with pytest.raises(UnknownSession):
        desk.ask_for_training(wish, caller=BOB)
    with pytest.raises(UnknownTraining):
        desk.cancel(session.id, caller=BOB)
    with pytest.raises(UnknownTraining):
        desk.retry(session.id, caller=BOB, from_step="prepare")
    with pytest.raises(UnknownSession):
        desk.purge(session.id, caller=BOB)
    assert desk.forget("ada", caller=BOB).trainings == 0
    assert train_job(store, session) == before
    assert len(store.load_posts(ALICE.workspace_id, "ada")) == len(POSTS)


def test_limits_are_held_for_both_kinds_of_jobs(store, clock, wish):
    """Nothing is kept of what was refused."""
    desk = JobDesk(store, now=clock, limits=TOO_MANY)
    with pytest.raises(TooManyJobs):
        desk.ask_for_collection(ORDER, caller=BOB)
    with pytest.raises(TooManyJobs):
        desk.ask_for_training(wish, caller=ALICE)
    assert store.list_sessions(BOB.workspace_id) == []
