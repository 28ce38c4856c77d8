"""Which posts a training learns from: those the user selected of a session, or whole posts as they are given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from soundalike.errors import TooFewPosts, UnknownPosts, UnknownSession, WrongState
from soundalike.posts.collection import HELD_OUT_LEAST, Collection, hold_out, sort_out
from soundalike.posts.post import Creator, Post, Window
from soundalike.schemas.collecting import CreatorShape
from soundalike.service.retention import check_posts_kept
from soundalike.storage import Store, TrainingSession

_MOST_MONTHS: Final = 240
_NAMED: Final = 5  # unknown ids in a message


@dataclass(frozen=True, slots=True)
class Chosen:
    """The session to train in and the posts to learn from; `is_new` where the session is not kept yet."""

    session: TrainingSession
    selected_ids: tuple[str, ...]
    is_new: bool = False


def choose_from_session(
    session_id: UUID, post_ids: Sequence[str], *, username: str, store: Store, user_id: UUID
) -> Chosen:
    """Choose posts of a session that was collected.

    Raises:
        UnknownSession: The user has none of this id about this creator.
        WrongState: It is still being collected, or that failed.
        TooFewPosts: No post was chosen.
        UnknownPosts: Some posts are not among those collected.
    """
    session = store.get_session(user_id, session_id)
    if session.creator_username.lower() != username.lower():
        raise UnknownSession(
            f"The session {session_id} is not about @{username}.", hint="Name the creator of the session."
        )
    if session.stats is None:
        raise WrongState(
            f"The posts of @{username} are not collected yet.", hint="Wait until the session is collected."
        )
    check_posts_kept(session, store)
    offered = {row["id"] for row in session.posts_collected or ()}
    _check_known(post_ids, offered, store, user_id, session.creator_username)
    return Chosen(session, _at_least_one(post_ids))


def choose_given(
    posts: Sequence[Post],
    post_ids: Sequence[str],
    *,
    username: str,
    consent: str | None,
    store: Store,
    user_id: UUID,
    new_id: UUID,
    now: datetime,
) -> Chosen:
    """Choose posts without a session: whole ones are kept and learned from, mere ids have to be collected already.

    The other posts kept of the creator are the ordinary ones; where there are too few to grade on, the least engaging
    of those given are taken for that.

    Raises:
        UnknownPosts: Some posts were named only, and are not kept here.
        TooFewPosts: There is too little to learn from and to grade on.
    """
    given = {post.id: post for post in posts}
    named = [post_id for post_id in post_ids if post_id not in given]
    _check_known(named, set(), store, user_id, username)
    kept = {post.id: post for post in store.load_posts(user_id, username)} | given
    selected = _at_least_one(list(dict.fromkeys((*post_ids, *given))))
    window = _window_of([*kept.values()])
    collection = sort_out(kept.values(), window)
    usable = {post.id for post in collection.voice_corpus}
    selected = _leaving_some(selected, usable, kept)
    hold_out(collection, selected_ids=selected)
    if posts:
        store.save_posts(user_id, username, posts, fetched_at=now, source="request")
    session = TrainingSession(
        id=new_id,
        user_id=user_id,
        creator_username=username,
        created_at=now,
        status="collected",
        creator=CreatorShape.of(Creator(posts[0].author_id or "" if posts else "", username)).as_json(),
        settings=_settings(window, consent),
        stats=_stats(collection, collected=len(kept)),
    )
    return Chosen(session, selected, is_new=True)


def _check_known(
    post_ids: Sequence[str], offered: set[str], store: Store, user_id: UUID, username: str
) -> None:
    wanted = [post_id for post_id in post_ids if post_id not in offered]
    known = store.known_posts(user_id, username, wanted) if wanted else set()
    if unknown := tuple(post_id for post_id in wanted if post_id not in known):
        raise UnknownPosts(
            f"{len(unknown)} of the posts are not among those collected of @{username}: "
            f"{', '.join(unknown[:_NAMED])}.",
            ids=unknown[:_NAMED],
            hint="Name posts of the session, or send them whole.",
        )


def _at_least_one(post_ids: Sequence[str]) -> tuple[str, ...]:
    if not post_ids:
        raise TooFewPosts("No post to learn from.", found=0, needed=1, hint="Select at least one post.")
    return tuple(post_ids)


def _leaving_some(selected: Sequence[str], usable: set[str], kept: dict[str, Post]) -> tuple[str, ...]:
    """The best of the selected, so many that enough posts are left to grade on."""
    chosen = [post_id for post_id in selected if post_id in usable]
    spare = len(usable) - len(chosen)
    if spare >= HELD_OUT_LEAST:
        return tuple(selected)
    best_first = sorted(chosen, key=lambda post_id: -kept[post_id].engagement.total)
    return tuple(best_first[: max(len(usable) - HELD_OUT_LEAST, 1)])


def _window_of(posts: Sequence[Post]) -> Window:
    """The fewest whole months that hold all posts."""
    end = max(post.created_at for post in posts) + timedelta(seconds=1)
    start = min(post.created_at for post in posts)
    windows = (Window.months_before(end, months) for months in range(1, _MOST_MONTHS))
    return next((window for window in windows if window.start <= start), Window(start, end))


def _settings(window: Window, consent: str | None) -> dict[str, object]:
    months = (window.end.year - window.start.year) * 12 + window.end.month - window.start.month
    return {
        "source": "request",
        "months": max(months, 1),
        "asOf": window.end.isoformat(),
        "minEngagement": "auto",
        "top": 20,
        "ordinary": None,
        "consent": consent,
    }


def _stats(collection: Collection, *, collected: int) -> dict[str, object]:
    """What is known of posts that nobody collected here."""
    window = collection.window
    return {
        "collected": collected,
        "kept": len(collection.kept),
        "setAside": {str(reason): count for reason, count in collection.set_aside.items()},
        "window": {"start": window.start.isoformat(), "end": window.end.isoformat()},
        "stopReason": "given",
        "warnings": [],
    }
