"""The ledger's statements: what requests cost, by collection and by month, and what keys had left.

Inside a transaction of the caller's. A request that is still open counts at its highest price.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, exists, extract, func, insert, not_, select, update

from soundalike.errors import StorageError
from soundalike.posts.api.books import Bill
from soundalike.posts.api.wire import Balance
from soundalike.storage.database import insert_into
from soundalike.storage.spending import (
    STAND_IN,
    Charge,
    Fingerprint,
    Ledger,
    MonthSpending,
    OutcomeRow,
    Snapshot,
    by_session,
    is_stand_in,
    month_of,
)
from soundalike.storage.tables import api_requests, key_balances, training_sessions

_table: Final = api_requests.c
_COST: Final = func.coalesce(_table.credits, _table.most_credits)
_CREDITS: Final = func.coalesce(func.sum(_COST), 0)
_OPEN: Final = func.count() - func.count(_table.outcome)


def book(connection: Connection, **values: Any) -> int:  # noqa: ANN401 - the columns say what each is
    """Add an open request; returns its number."""
    return int(connection.execute(insert(api_requests).values(values).returning(_table.id)).scalar_one())


def settle(
    connection: Connection,
    user_id: UUID,
    entry: int,
    credits_: int,
    outcome: str,
    *,
    at: datetime,
    posts: int | None = None,
) -> None:
    """Write down what a request cost, what became of it, and how many posts it brought.

    Raises:
        StorageError: The user has no request of this number.
    """
    own = (_table.id == entry, _table.user_id == user_id)
    values = {"credits": credits_, "outcome": outcome, "settled_at": at, "posts": posts}
    if not connection.execute(update(api_requests).where(*own).values(values)).rowcount:
        raise StorageError(
            f"The books hold no request {entry}.",
            hint="The database was replaced while it was in use; run the same again.",
        )


def same_money(key: Fingerprint | None) -> ColumnElement[bool]:
    """The requests that are paid from the same pocket: real ones, or those of stand-ins for a stand-in's key."""
    of_stand_ins = _table.key.startswith(STAND_IN, autoescape=True)
    return of_stand_ins if key and is_stand_in(key) else not_(of_stand_ins)


def spent(connection: Connection, which: ColumnElement[bool]) -> int:
    """What the requests cost at most, in credits."""
    return int(connection.execute(select(_CREDITS).where(which)).scalar_one())


def bill(connection: Connection, which: ColumnElement[bool]) -> Bill:
    """How many requests there are, what they cost at most, and how many of them are open."""
    requests, credits_, open_requests = connection.execute(
        select(func.count(), _CREDITS, _OPEN).where(which)
    ).one()
    return Bill(requests, credits_, open_requests)


def read_ledger(connection: Connection, user_id: UUID, since: datetime | None) -> Ledger:
    """What the user spent on what, newest first."""
    return Ledger(
        sessions=by_session(_outcomes(connection, user_id, since)), months=_months(connection, user_id, since)
    )


def put_balance(connection: Connection, key: Fingerprint, balance: Balance, at: datetime) -> None:
    """Note what the vendor said was left on a key; once a moment."""
    values = {"key": key, "at": at, "recharged": balance.recharged, "bonus": balance.bonus}
    connection.execute(insert_into(connection, key_balances).values(values).on_conflict_do_nothing())


def has_balance_since(connection: Connection, key: Fingerprint, since: datetime) -> bool:
    """Whether a key's balance was noted lately."""
    balances = key_balances.c
    return bool(connection.scalar(select(exists().where(balances.key == key, balances.at >= since))))


def read_snapshots(connection: Connection, key: Fingerprint) -> list[Snapshot]:
    """What was noted of a key's balance."""
    balances = key_balances.c
    statement = select(balances.at, balances.recharged, balances.bonus).where(balances.key == key)
    return [Snapshot(*row) for row in connection.execute(statement)]


def read_charges(connection: Connection, key: Fingerprint) -> list[Charge]:
    """Every request of a key that had a price, whoever's it was."""
    answered = func.coalesce(_table.settled_at, _table.at)
    statement = select(_table.at, answered, _COST).where(_table.key == key, _table.most_credits > 0)
    return [Charge(*row) for row in connection.execute(statement)]


def _outcomes(connection: Connection, user_id: UUID, since: datetime | None) -> list[OutcomeRow]:
    training = training_sessions.c
    whose = (training.creator_username, training.created_at)
    grouped = (_table.session_id, _table.key, *whose, _table.outcome)
    sums = (func.count(), func.coalesce(func.sum(_table.posts), 0), _CREDITS)
    still_there = (training.id == _table.session_id) & (training.user_id == user_id)
    statement = (
        select(*grouped, *sums, func.min(_table.at), func.max(_table.at))
        .select_from(api_requests.outerjoin(training_sessions, still_there))
        .where(_table.user_id == user_id)
        .group_by(*grouped)
    )
    if since:
        statement = statement.where(_table.at >= since)
    return [OutcomeRow(*row) for row in connection.execute(statement)]


def _months(connection: Connection, user_id: UUID, since: datetime | None) -> tuple[MonthSpending, ...]:
    month = (extract("year", _table.at), extract("month", _table.at))
    statement = (
        select(*month, func.count(), func.coalesce(func.sum(_table.posts), 0), _CREDITS, _OPEN)
        .where(_table.user_id == user_id, same_money(None))
        .group_by(*month)
        .order_by(*(part.desc() for part in month))
    )
    if since:
        statement = statement.where(_table.at >= month_of(since))
    return tuple(
        MonthSpending(int(year), int(number), *sums) for year, number, *sums in connection.execute(statement)
    )
