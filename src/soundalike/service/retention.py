"""Deleting what is too old to be kept; what a model needs it keeps by itself (see `keeping`)."""

from datetime import datetime, timedelta
from typing import Final

from soundalike.errors import Busy, UnknownPosts
from soundalike.storage import Store, TrainingSession
from soundalike.storage.retention import Purged

_GRACE: Final = timedelta(days=1)  # in which somebody with an expired link is still told so
_NAMED: Final = 5  # missing ids in an error


def purge(store: Store, *, days: int, now: datetime) -> Purged:
    """Delete what is older than `days`, or than its workspace has set; 0 keeps posts until they are deleted by hand.

    Posts go by when they were fetched last; texts under review, what steps made and all statuses of a training but the
    last by their own age, and so drafts that nobody decided on; expired logins, links, invitations and throttles a day
    after. Texts of quizzes go with the first of their posts. Nothing goes that a queued or running job is about. Only
    one process does it at a time: to the others there is nothing to do.
    """
    try:
        with store.hold("retention", message="Old posts are being deleted by another process."):
            return _purge(store, days, now)
    except Busy:
        return Purged()


def check_posts_kept(session: TrainingSession, store: Store) -> None:
    """Make sure that what a session collected is there to be learned from.

    Raises:
        UnknownPosts: Posts that were up for review have been deleted since.
    """
    offered = [row["id"] for row in session.posts_collected or ()]
    known = store.known_posts(session.user_id, session.creator_username, offered)
    if missing := tuple(post_id for post_id in offered if post_id not in known):
        raise UnknownPosts(
            f"{len(missing):,} of the {len(offered):,} posts collected of @{session.creator_username} have been "
            "deleted, since they were kept for as long as they may be.",
            ids=missing[:_NAMED],
            hint=f"Collect them again: soundalike analyze {session.creator_username}",
        )


def _purge(store: Store, days: int, now: datetime) -> Purged:
    retention = store.retention
    total = retention.purge_expired(before=now - _GRACE)
    for rule in retention.rules(days=days, now=now):
        deleted = Purged(posts=retention.purge_posts(rule), sessions=retention.purge_sessions(rule))
        total += deleted + retention.purge_traces(rule) + Purged(drafts=retention.purge_drafts(rule))
        total += Purged(quizzes=retention.purge_quizzes(rule))
    return total
