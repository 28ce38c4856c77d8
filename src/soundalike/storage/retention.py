"""What is deleted by its age: posts once their workspace may keep them no longer, and what nobody can use any more.

Every deletion is one short transaction of so many rows, so that other writers get their turn in between.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, select, update

from soundalike.storage.database import Database
from soundalike.storage.drafts import delete_old_drafts
from soundalike.storage.job_records import OPEN
from soundalike.storage.posts import delete_old_posts
from soundalike.storage.quizzes import purge_quizzes
from soundalike.storage.tables import (
    collected_posts,
    drafts,
    invitations,
    jobs,
    logins,
    quizzes,
    sign_in_links,
    step_artefacts,
    throttles,
    training_events,
    training_sessions,
    workspaces,
)

_MOST_DAYS: Final = 36_500  # as good as for ever, and still a date

_sessions: Final = training_sessions.c


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows were deleted; of `sessions` and `quizzes`, the texts of their posts only."""

    posts: int = 0
    drafts: int = 0
    quizzes: int = 0
    sessions: int = 0
    artefacts: int = 0
    events: int = 0
    logins: int = 0
    links: int = 0
    invitations: int = 0
    throttles: int = 0

    def __add__(self, other: "Purged") -> "Purged":
        """Both together."""
        return Purged(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


class Rule(NamedTuple):
    """What was fetched before a time is to go: in a workspace of its own rule, or in all that have none."""

    before: datetime
    days: int | None

    def holds_for(self, user_id: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether it is the rule of the workspace whose id stands in a column."""
        if self.days is None:
            return user_id.not_in(select(workspaces.c.id).where(workspaces.c.retention_days.is_not(None)))
        return user_id.in_(select(workspaces.c.id).where(workspaces.c.retention_days == self.days))


class Retention:
    """What is too old, and its deletion; whatever a queued or running job is about is left alone.

    A transaction deletes so many posts, or what belongs to so many sessions, `at_once`.
    """

    def __init__(
        self, database: Database, *, posts_at_once: int = 2_000, sessions_at_once: int = 100
    ) -> None:
        self._database = database
        self._posts_at_once, self._sessions_at_once = posts_at_once, sessions_at_once

    def rules(self, *, days: int, now: datetime) -> list[Rule]:
        """The rules of all workspaces, `days` where they have none of their own; 0 days is no rule: all is kept."""
        own = select(workspaces.c.retention_days).where(workspaces.c.retention_days > 0).distinct()
        with self._database.reading() as connection:
            found = [Rule(_before(now, each), each) for each in connection.scalars(own)]
        return [*found, *([Rule(_before(now, days), None)] if days else [])]

    def purge_posts(self, rule: Rule) -> int:
        """Delete collected posts, with what was noted of how far they were read."""
        return sum(
            deleted
            for user_id, username in self._creators(rule)
            for deleted in self._purge_creator(user_id, username, rule.before)
        )

    def purge_sessions(self, rule: Rule) -> int:
        """Take the texts out of the posts that were up for review; ids and figures stay."""
        return sum(iter(lambda: self._purge_some_sessions(rule), 0))

    def purge_traces(self, rule: Rule) -> Purged:
        """Delete what the steps of ended trainings made, and all of their statuses but the last."""
        artefacts = sum(iter(lambda: self._purge_some_artefacts(rule), 0))
        return Purged(artefacts=artefacts, events=sum(iter(lambda: self._purge_some_events(rule), 0)))

    def purge_drafts(self, rule: Rule) -> int:
        """Delete drafts that nobody decided on; what was accepted, edited or rejected stays as long as its model."""
        return sum(iter(lambda: self._purge_some_drafts(rule), 0))

    def purge_quizzes(self, rule: Rule) -> int:
        """Take the texts out of quizzes one of whose posts is to go; what was guessed stays as counts."""
        return sum(iter(lambda: self._purge_some_quizzes(rule), 0))

    def purge_expired(self, *, before: datetime) -> Purged:
        """Delete logins, links and invitations that expired before a time, and throttles that ran out before it."""
        with self._database.writing() as connection:
            counts = [
                connection.execute(delete(table).where(table.c.expires_at < before)).rowcount
                for table in (logins, sign_in_links, invitations)
            ]
            ran_out = throttles.c.arrives < before.timestamp()
            spent = connection.execute(delete(throttles).where(ran_out)).rowcount
        return Purged(logins=counts[0], links=counts[1], invitations=counts[2], throttles=spent)

    def _creators(self, rule: Rule) -> list[tuple[UUID, str]]:
        table = collected_posts.c
        old = select(table.user_id, table.username).where(
            rule.holds_for(table.user_id), table.fetched_at < rule.before
        )
        with self._database.reading() as connection:
            return [(row.user_id, row.username) for row in connection.execute(old.distinct())]

    def _purge_creator(self, user_id: UUID, username: str, before: datetime) -> Iterator[int]:
        deleted = most = self._posts_at_once
        while deleted == most:
            with self._database.writing() as connection:
                if _is_busy(connection, user_id, username):
                    return
                deleted = delete_old_posts(connection, user_id, username, fetched_before=before, most=most)
            yield deleted

    def _purge_some_sessions(self, rule: Rule) -> int:
        wanted = (
            rule.holds_for(_sessions.user_id),
            _sessions.created_at < rule.before,
            _sessions.posts_collected[0]["text"].as_string().is_not(None),
            _has_ended(),
        )
        some = select(_sessions.id, _sessions.posts_collected).where(*wanted).limit(self._sessions_at_once)
        with self._database.writing() as connection:
            rows = connection.execute(some).all()
            for session_id, posts in rows:
                bare = [{name: value for name, value in row.items() if name != "text"} for row in posts]
                same = _sessions.id == session_id
                connection.execute(update(training_sessions).where(same).values(posts_collected=bare))
        return len(rows)

    def _purge_some_drafts(self, rule: Rule) -> int:
        wanted = (rule.holds_for(drafts.c.user_id), drafts.c.created_at < rule.before)
        with self._database.writing() as connection:
            return delete_old_drafts(connection, *wanted, most=self._posts_at_once)

    def _purge_some_quizzes(self, rule: Rule) -> int:
        mine = rule.holds_for(quizzes.c.user_id)
        with self._database.writing() as connection:
            return purge_quizzes(connection, mine, fetched_before=rule.before, most=self._sessions_at_once)

    def _purge_some_artefacts(self, rule: Rule) -> int:
        made = step_artefacts.c
        newest = select(func.max(made.made_at)).where(made.session_id == _sessions.id).scalar_subquery()
        with self._database.writing() as connection:
            ids = self._old_sessions(connection, rule, newest < rule.before)
            return connection.execute(delete(step_artefacts).where(made.session_id.in_(ids))).rowcount

    def _purge_some_events(self, rule: Rule) -> int:
        event = training_events.c
        of_session = event.session_id == _sessions.id
        newest = select(func.max(event.at)).where(of_session).scalar_subquery()
        has_more = exists().where(of_session, event.number < _sessions.event_number)
        with self._database.writing() as connection:
            ids = self._old_sessions(connection, rule, and_(newest < rule.before, has_more))
            last = select(_sessions.event_number).where(of_session).scalar_subquery()
            earlier = (event.session_id.in_(ids), event.number < last)
            return connection.execute(delete(training_events).where(*earlier)).rowcount

    def _old_sessions(self, connection: Connection, rule: Rule, is_old: ColumnElement[bool]) -> list[UUID]:
        wanted = (rule.holds_for(_sessions.user_id), is_old, _has_ended())
        return list(connection.scalars(select(_sessions.id).where(*wanted).limit(self._sessions_at_once)))


def _before(now: datetime, days: int) -> datetime:
    return now - timedelta(days=min(days, _MOST_DAYS))


def _has_ended() -> ColumnElement[bool]:
    """No job of the session is open."""
    return ~exists().where(jobs.c.session_id == _sessions.id, jobs.c.status.in_(OPEN))


def _is_busy(connection: Connection, user_id: UUID, username: str) -> bool:
    """Whether a job about the creator is open."""
    about = and_(_sessions.id == jobs.c.session_id, func.lower(_sessions.creator_username) == username)
    is_open = exists().where(jobs.c.user_id == user_id, jobs.c.status.in_(OPEN), about)
    return bool(connection.scalar(select(is_open)))
