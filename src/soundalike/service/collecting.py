"""Collecting a creator: posts gathered, analysed, kept with their training session."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from soundalike.posts.gathering import Gathered, PostSource, gather
from soundalike.posts.post import Post, Window
from soundalike.schemas import CreatorShape, StatsShape, ViralPostShape
from soundalike.service.failures import recorded
from soundalike.storage import Store, TrainingSession
from soundalike.training.analysis import TOP, Analysis, Collecting, analyse
from soundalike.virality.score import Gate


@dataclass(frozen=True, slots=True)
class Order:
    """What to collect: whose posts, of which window, and what counts as viral."""

    username: str
    as_of: datetime
    source: str = "api"
    months: int = 6
    gate: Gate = 100_000
    top: int = TOP
    consent: str | None = None


def collect(
    order: Order,
    source: PostSource,
    *,
    store: Store,
    user_id: UUID,
    now: Callable[[], datetime],
    new_id: Callable[[], UUID] = uuid4,
) -> tuple[UUID, Analysis]:
    """Collect and analyse a creator; the posts and the training session are kept, a failed one with its reason."""
    creator = source.creator(order.username)
    session_id = new_id()
    store.create_session(
        TrainingSession(
            id=session_id,
            user_id=user_id,
            creator_username=creator.username,
            created_at=now(),
            creator=CreatorShape.of(creator).as_json(),
            settings=_settings(order),
        )
    )

    def keep(posts: Sequence[Post]) -> None:
        store.save_posts(user_id, creator.username, posts, fetched_at=now(), source=order.source)

    with recorded(store, user_id, session_id, now=now):
        window = Window.months_before(order.as_of, order.months)
        gathered = gather(source, creator, window, keep=keep)
        _raise_failure(gathered)
        analysis = analyse(
            gathered.posts,
            creator=creator,
            window=window,
            gate=order.gate,
            top=order.top,
            collecting=_bill(gathered),
        )
        store.update_session(
            user_id,
            session_id,
            at=now(),
            status="collected",
            stats=StatsShape.of(analysis).as_json(),
            posts_collected=[ViralPostShape.of(scored).as_json() for scored in analysis.selection.posts],
        )
    return session_id, analysis


def _raise_failure(gathered: Gathered) -> None:
    for fetch in gathered.fetches:
        if fetch.failure:
            raise fetch.failure


def _bill(gathered: Gathered) -> Collecting:
    first, *wider = gathered.fetches
    warnings = list(first.warnings)
    if found := sum(len(fetch.posts) for fetch in wider):
        warnings.append(
            f"The window holds too few usable posts for a voice: {found:,} earlier ones were added to it."
        )
    return Collecting(
        collected=len(gathered.posts),
        requests=sum(fetch.requests for fetch in gathered.fetches),
        credits=sum(fetch.credits for fetch in gathered.fetches),
        seconds=sum(fetch.seconds for fetch in gathered.fetches),
        stop_reason=str(first.stop_reason),
        warnings=tuple(warnings),
    )


def _settings(order: Order) -> dict[str, object]:
    return {
        "source": order.source,
        "months": order.months,
        "asOf": order.as_of.isoformat(),
        "minEngagement": order.gate,
        "top": order.top,
        "consent": order.consent,
    }
