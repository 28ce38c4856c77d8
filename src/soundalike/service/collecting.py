"""Collecting a creator: posts gathered, analysed, kept with their training session.

A collection that broke off is gone on with: the same session, the same window, and no page that is kept already.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from soundalike.errors import TooFewPosts, WrongState
from soundalike.posts.api.books import Bill
from soundalike.posts.api.estimate import Estimate
from soundalike.posts.api.harvest import coverage_of
from soundalike.posts.api.stretches import StopReason
from soundalike.posts.gathering import Gathered, PostSource, Sample, gather
from soundalike.posts.post import Creator, Window, read_username
from soundalike.schemas.collecting import CreatorShape, StatsShape, ViralPostShape
from soundalike.service.failures import recorded
from soundalike.storage import SessionChanges, Store, TrainingSession
from soundalike.storage.progress import Brought, read_brought, read_reach
from soundalike.training.analysis import TOP, Analysis, Collecting, analyse
from soundalike.virality.score import Gate

AFRESH: Final[SessionChanges] = {
    "status": "collecting",
    "error_code": None,
    "error_message": None,
    "completed_at": None,
}
_GONE_ON_WITH: Final = timedelta(days=1)  # a broken collection of the present; later the present is another


@dataclass(frozen=True, slots=True)
class Order:
    """What to collect: whose posts, of which window, and what counts as viral.

    The window ends at `as_of`, or now. With `ordinary`, all viral posts are bought but only so many others. `trainer`
    is what to train on them.
    """

    username: str
    as_of: datetime | None = None
    source: str = "api"
    months: int = 6
    gate: Gate = 100_000
    top: int = TOP
    ordinary: int | None = None
    consent: str | None = None
    trainer: str | None = None


OpenSource = Callable[[UUID], AbstractContextManager[PostSource]]
Confirm = Callable[[Creator, Estimate], None]
Note = Callable[[SessionChanges], None]


def collect(
    order: Order,
    open_source: OpenSource,
    *,
    store: Store,
    user_id: UUID,
    now: Callable[[], datetime],
    new_id: Callable[[], UUID] = uuid4,
    confirm: Confirm = lambda _creator, _estimate: None,
) -> tuple[UUID, Analysis]:
    """Collect and analyse a creator; the posts and the training session are kept, a failed one with its reason.

    `open_source` is given the session's id; `confirm` is told the price before anything but the profile is paid, and
    whatever it raises ends the collection.

    Raises:
        Busy: Another process collects the same creator for this user.
        CreatorError, UpstreamError, BudgetExceeded: As the source says.
    """
    with _alone(order, store, user_id):
        broken = find_broken_off(order, store, user_id, now())
        session = broken or new_session(order, user_id, new_id(), now())
        with open_source(session.id) as source:
            creator = _creator_of(session) or _look_up(source, order, store, user_id)
            if estimate := source.estimate(creator, _window(session, order), _sample(order)):
                confirm(creator, estimate)
            if broken:
                store.update_session(user_id, session.id, at=now(), **AFRESH)
            else:
                store.create_session(replace(session, **_known(creator)))
            with recorded(store, user_id, session.id, now=now):
                analysis = _gather(order, session, creator, source, store=store, now=now)
                store.update_session(user_id, session.id, at=now(), **_found(analysis))
    return session.id, analysis


def collect_for(
    session: TrainingSession,
    open_source: OpenSource,
    *,
    store: Store,
    now: Callable[[], datetime],
    note: Note,
) -> None:
    """Collect for a session that is kept already; what becomes known of it is noted.

    Raises:
        Busy: Another process collects the same creator for this user.
        CreatorError, UpstreamError, BudgetExceeded: As the source says.
    """
    order = order_of(session)
    with _alone(order, store, session.user_id), open_source(session.id) as source:
        creator = _creator_of(session)
        if creator is None:
            creator = _look_up(source, order, store, session.user_id)
            note(_known(creator))
        note(_found(_gather(order, session, creator, source, store=store, now=now)))


def settle(session: TrainingSession, *, store: Store, now: Callable[[], datetime]) -> None:
    """End a collection that broke off with what it brought; what of the window was not read is noted.

    Raises:
        WrongState: It has come to its end.
        TooFewPosts: It brought nothing.
    """
    creator, order = _creator_of(session), order_of(session)
    if not session.is_unfinished:
        raise WrongState("The collection has come to its end already.", hint="Review what it brought.")
    window = _window(session, order)
    posts = store.load_posts(session.user_id, session.creator_username, window)
    if creator is None or not posts:
        raise TooFewPosts("No post of the window is here.", found=0, needed=1, hint="Go on with collecting.")
    coverage = coverage_of(
        window, read_reach(store.database, session.user_id, creator.username), posts, creator
    )
    brought = read_brought(store.database, session.user_id, [session.id]).get(session.id, Brought())
    analysis = analyse(
        posts,
        creator=creator,
        window=window,
        gate=order.gate,
        top=order.top,
        collecting=Collecting(
            collected=len(posts),
            requests=brought.pages,
            credits=brought.credits,
            stop_reason=str(StopReason.INTERRUPTED),
            warnings=(f"Collecting broke off: {coverage.sentence}",),
            coverage=coverage,
        ),
    )
    ended: SessionChanges = {"error_code": None, "error_message": None, "completed_at": now()}
    store.update_session(session.user_id, session.id, at=now(), **(_found(analysis) | ended))


def find_broken_off(order: Order, store: Store, user_id: UUID, now: datetime) -> TrainingSession | None:
    """The session of the same order that did not come to its end, if there is one to go on with."""
    session = store.find_unfinished(user_id, read_username(order.username)) if order.source == "api" else None
    if session is None or session.creator is None:
        return None
    as_of = _as_of(session)
    same_end = as_of == (order.as_of or session.created_at) and (
        order.as_of is not None or now - as_of < _GONE_ON_WITH
    )
    return session if same_end and session.settings == _settings(order, as_of) else None


def new_session(order: Order, user_id: UUID, session_id: UUID, now: datetime) -> TrainingSession:
    """The session of an order, with nothing collected yet.

    Raises:
        InvalidUsername: The name cannot be one on X.
    """
    return TrainingSession(
        id=session_id,
        user_id=user_id,
        creator_username=read_username(order.username),
        created_at=now,
        settings=_settings(order, order.as_of or now),
    )


def order_of(session: TrainingSession) -> Order:
    """What a session was ordered to collect."""
    settings = session.settings
    return Order(
        username=session.creator_username,
        as_of=_as_of(session),
        source=settings["source"],
        months=settings["months"],
        gate=settings["minEngagement"],
        top=settings["top"],
        ordinary=settings.get("ordinary"),
        consent=settings.get("consent"),
        trainer=settings.get("trainer"),
    )


def _alone(order: Order, store: Store, user_id: UUID) -> AbstractContextManager[None]:
    """Keep other processes from buying the same posts at the same time."""
    if order.source != "api":
        return nullcontext()
    username = read_username(order.username)
    return store.hold(
        f"collect {user_id} {username.lower()}",
        message=f"@{username} is being collected by another process.",
        hint="Wait for it to end; then this collection takes what it brought from the store.",
    )


def _gather(
    order: Order,
    session: TrainingSession,
    creator: Creator,
    source: PostSource,
    *,
    store: Store,
    now: Callable[[], datetime],
) -> Analysis:
    window = _window(session, order)
    gathered = gather(source, creator, window, sample=_sample(order))
    if order.source != "api":  # what was bought there lies in the books since its page came
        posts, at = gathered.posts, now()
        store.save_posts(session.user_id, creator.username, posts, fetched_at=at, source=order.source)
    _raise_failure(gathered)
    return analyse(
        gathered.posts,
        creator=creator,
        window=window,
        gate=order.gate,
        top=order.top,
        collecting=_collecting(gathered, source.bill()),
    )


def _known(creator: Creator) -> SessionChanges:
    return {"creator_username": creator.username, "creator": CreatorShape.of(creator).as_json()}


def _found(analysis: Analysis) -> SessionChanges:
    return {
        "status": "collected",
        "stats": StatsShape.of(analysis).as_json(),
        "posts_collected": [ViralPostShape.of(scored).as_json() for scored in analysis.selection.posts],
    }


def _raise_failure(gathered: Gathered) -> None:
    for fetch in gathered.fetches:
        if fetch.failure:
            raise fetch.failure


def _collecting(gathered: Gathered, bill: Bill) -> Collecting:
    first, *wider = gathered.fetches
    warnings = list(first.warnings)
    if found := sum(len(fetch.posts) for fetch in wider):
        warnings.append(
            f"The window holds too few usable posts for a voice: {found:,} earlier ones were added to it."
        )
    return Collecting(
        collected=len(gathered.posts),
        requests=bill.requests,
        credits=bill.credits,
        seconds=sum(fetch.seconds for fetch in gathered.fetches),
        stop_reason=str(first.stop_reason),
        warnings=tuple(warnings),
        kept_before=sum(fetch.kept_before for fetch in gathered.fetches),
        coverage=first.coverage,
    )


def _creator_of(session: TrainingSession) -> Creator | None:
    """The account as it was when the session began: a profile is not paid for twice."""
    return CreatorShape.model_validate(session.creator).creator() if session.creator else None


def _window(session: TrainingSession, order: Order) -> Window:
    return Window.months_before(_as_of(session), order.months)


def _look_up(source: PostSource, order: Order, store: Store, user_id: UUID) -> Creator:
    """The account; the id by which an earlier collection knew it survives every new name."""
    earlier = store.list_sessions(user_id, username=read_username(order.username), limit=1)
    known = earlier[0].creator if earlier else None
    return source.creator(order.username, known_id=known["id"] if known else None)


def _as_of(session: TrainingSession) -> datetime:
    return datetime.fromisoformat(session.settings["asOf"])


def _sample(order: Order) -> Sample | None:
    """How few ordinary posts will do, where the gate is a number that a search can ask for."""
    if order.ordinary is None or order.gate == "auto":
        return None
    return Sample(order.ordinary, order.gate)


def _settings(order: Order, as_of: datetime) -> dict[str, Any]:
    return {
        "source": order.source,
        "months": order.months,
        "asOf": as_of.isoformat(),
        "minEngagement": order.gate,
        "top": order.top,
        "ordinary": order.ordinary,
        "consent": order.consent,
    } | ({"trainer": order.trainer} if order.trainer else {})
