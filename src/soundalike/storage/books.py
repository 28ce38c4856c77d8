"""The books of collections, kept in a database so that neither a crash nor another process spends twice."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_

from soundalike.errors import StorageError
from soundalike.posts.api.books import OK, Bill, check_ceiling
from soundalike.posts.api.stretches import Stretch
from soundalike.posts.post import Post, Window
from soundalike.storage import ledger
from soundalike.storage.database import Database, take_turn
from soundalike.storage.posts import API, put_posts, read_posts, take_creators_turn
from soundalike.storage.spending import Fingerprint, month_of
from soundalike.storage.stretches import put_stretch, read_stretches_of
from soundalike.storage.tables import api_requests

_table: Final = api_requests.c


class StoreBooks:
    """Books of one collection by one user, over all its runs: what a killed run left open counts at its highest price.

    `budget_credits` is the ceiling of the collection, `monthly_credits` the user's of a calendar month (UTC) over all
    collections, on all machines that share the database. Requests without a session are counted from the opening of
    the books on.
    """

    def __init__(
        self,
        database: Database,
        user_id: UUID,
        session_id: UUID | None,
        *,
        key: Fingerprint,
        budget_credits: int,
        monthly_credits: int | None,
        now: Callable[[], datetime],
    ) -> None:
        self._database, self._user_id, self._session_id, self._key = database, user_id, session_id, key
        self._budget, self._monthly, self._now = budget_credits, monthly_credits, now
        self._opened = now()

    def reserve(self, kind: str, most_credits: int) -> int:
        """Book a request before it is sent; returns the number of its entry.

        Raises:
            BudgetExceeded: It could pass the collection's ceiling or the month's; nothing was booked.
        """
        with self._database.writing() as connection:
            take_turn(connection, f"spending {self._user_id}")
            at = self._now()
            if most_credits:
                for spent, ceiling, whose in self._ceilings(connection, at):
                    check_ceiling(spent, most_credits, ceiling, whose=whose)
            return ledger.book(
                connection,
                user_id=self._user_id,
                session_id=self._session_id,
                key=self._key,
                kind=kind,
                at=at,
                most_credits=most_credits,
            )

    def settle(self, entry: int, credits_: int, outcome: str) -> None:
        """Write down what a request cost and what became of it: `ok` or the code of an error."""
        with self._database.writing() as connection:
            ledger.settle(connection, self._user_id, entry, credits_, outcome, at=self._now())

    def keep(self, entry: int, credits_: int, posts: Sequence[Post], stretch: Stretch) -> Stretch:
        """Settle a page's request, put its posts away and note how far the stretch is read, all at once.

        Raises:
            StorageError: The stretch was deleted meanwhile; the request is settled, the posts are not put away.
        """
        with self._database.writing() as connection:
            take_creators_turn(connection, self._user_id, stretch.username)
            now = self._now()
            ledger.settle(connection, self._user_id, entry, credits_, OK, at=now, posts=len(posts))
            kept = put_stretch(connection, self._user_id, stretch)
            if kept:
                put_posts(connection, self._user_id, stretch.username, posts, fetched_at=now, source=API)
        if kept is None:
            raise StorageError(
                f"What was collected of @{stretch.username} has been deleted while more of it was being collected.",
                hint="If it is wanted after all, collect it again.",
            )
        return kept

    def stretches(self, username: str) -> list[Stretch]:
        """What the user read of a creator so far, in this collection or an earlier one."""
        with self._database.reading() as connection:
            return read_stretches_of(connection, self._user_id, username)

    def posts(self, username: str, window: Window) -> list[Post]:
        """What the user paid for of a creator's window, oldest first; what came from files alone is left out."""
        with self._database.reading() as connection:
            return read_posts(connection, self._user_id, username, window, source=API)

    def bill(self) -> Bill:
        """What this collection asked and paid so far, in all its runs."""
        with self._database.reading() as connection:
            return ledger.bill(connection, self._own)

    def left(self) -> int:
        """The credits that both ceilings still allow."""
        with self._database.reading() as connection:
            ceilings = self._ceilings(connection, self._now())
            return max(0, min(ceiling - spent for spent, ceiling, _ in ceilings))

    def _ceilings(self, connection: Connection, at: datetime) -> Iterator[tuple[int, int, str]]:
        """What is spent under each ceiling, the ceiling, and its name."""
        yield ledger.spent(connection, self._own), self._budget, "the collection's budget"
        if self._monthly is not None:
            this_month = and_(
                _table.user_id == self._user_id, _table.at >= month_of(at), ledger.same_money(self._key)
            )
            yield ledger.spent(connection, this_month), self._monthly, "the month's ceiling"

    @property
    def _own(self) -> ColumnElement[bool]:
        session = (
            _table.session_id == self._session_id
            if self._session_id
            else and_(_table.session_id.is_(None), _table.at >= self._opened)
        )
        return and_(_table.user_id == self._user_id, session)
