"""What was spent on what, and whether the vendor agrees. Values and functions; the ledger asks for the rows."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import accumulate, groupby, pairwise
from operator import attrgetter
from typing import Final, NamedTuple, NewType
from uuid import UUID

SETTLING: Final = timedelta(seconds=60)
"""How long after a request its charge may take to show in the balance (20 to 60 s)."""

Fingerprint = NewType("Fingerprint", str)
"""16 signs that tell keys apart and give none away; those of a stand-in on this machine say so."""

STAND_IN: Final = "local:"
"""How the fingerprint of a stand-in's key begins: what it bills is nobody's money."""


def fingerprint(key: str, *, stand_in_at: str | None = None) -> Fingerprint:
    """The fingerprint of an API key; blanks around it do not count. A stand-in is told by its address as well."""
    if stand_in_at is None:
        return Fingerprint(_digest(key.strip(), 8))
    return Fingerprint(STAND_IN + _digest(f"{stand_in_at} {key.strip()}", 5))


def is_stand_in(mark: str) -> bool:
    """Whether a fingerprint is of a stand-in's key."""
    return mark.startswith(STAND_IN)


def _digest(text: str, size: int) -> str:
    return blake2b(text.encode(errors="replace"), digest_size=size).hexdigest()


def month_of(moment: datetime) -> datetime:
    """When the calendar month (UTC) of a moment began."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


class OutcomeRow(NamedTuple):
    """Requests of one session with one key that came to the same outcome; None where they are open."""

    session_id: UUID | None
    key: str
    username: str | None
    created_at: datetime | None
    outcome: str | None
    requests: int
    posts: int
    credits: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class SessionSpending:
    """What one training session cost, at most; name and birth are None once the session is deleted.

    `session_id` is None for what belonged to no session. `outcomes` counts the answered requests: `ok`, or an error's
    code.
    """

    session_id: UUID | None
    username: str | None
    created_at: datetime | None
    requests: int
    posts: int
    credits: int
    open_requests: int
    first_at: datetime
    last_at: datetime
    outcomes: dict[str, int] = field(default_factory=dict)
    is_stand_in: bool = False


@dataclass(frozen=True, slots=True)
class MonthSpending:
    """What one calendar month (UTC) cost, at most."""

    year: int
    month: int
    requests: int
    posts: int
    credits: int
    open_requests: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a user spent, newest first. A month is always whole, also where only its end was asked for.

    What stand-ins billed is listed by session and counts in no month.
    """

    sessions: tuple[SessionSpending, ...]
    months: tuple[MonthSpending, ...]


def by_session(rows: Iterable[OutcomeRow]) -> tuple[SessionSpending, ...]:
    """Sum up each session, the last one used first."""
    ordered = sorted(rows, key=lambda row: str(row.session_id))
    spending = [_sum(list(group)) for _, group in groupby(ordered, key=attrgetter("session_id"))]
    return tuple(sorted(spending, key=attrgetter("last_at"), reverse=True))


def _sum(rows: list[OutcomeRow]) -> SessionSpending:
    return SessionSpending(
        session_id=rows[0].session_id,
        username=rows[0].username,
        created_at=rows[0].created_at,
        requests=sum(row.requests for row in rows),
        posts=sum(row.posts for row in rows),
        credits=sum(row.credits for row in rows),
        open_requests=sum(row.requests for row in rows if row.outcome is None),
        first_at=min(row.first_at for row in rows),
        last_at=max(row.last_at for row in rows),
        outcomes=dict(_outcomes(rows)),
        is_stand_in=all(is_stand_in(row.key) for row in rows),
    )


def _outcomes(rows: Iterable[OutcomeRow]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for row in rows:
        if row.outcome is not None:
            counted[row.outcome] += row.requests
    return counted


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a key had left at a moment, in credits."""

    at: datetime
    recharged: int
    bonus: int

    @property
    def total(self) -> int:
        """Both purses together."""
        return self.recharged + self.bonus


@dataclass(frozen=True, slots=True)
class Charge:
    """A request that had a price: booked at `at`, answered at `answered_at`, `credits` at most."""

    at: datetime
    answered_at: datetime
    credits: int


@dataclass(frozen=True, slots=True)
class Check:
    """The books against the vendor, from one settled balance to the next."""

    start: Snapshot
    end: Snapshot
    booked: int
    topped_up: bool

    @property
    def fell(self) -> int:
        """How much the balance fell; negative where it rose."""
        return self.start.total - self.end.total

    @property
    def difference(self) -> int | None:
        """How much more was booked than the balance fell: positive is on the safe side. None after a top-up."""
        return None if self.topped_up else self.booked - self.fell


def reconcile(snapshots: Iterable[Snapshot], charges: Iterable[Charge]) -> list[Check]:
    """Hold what one key's requests were booked at against the fall of its balance, oldest first.

    Only balances are compared that were read when no request had been under way for the last 60 s, since charges show
    late. A purse that rose was topped up: by how much nobody says, so such a check has no difference.
    """
    read = sorted(snapshots, key=attrgetter("at"))
    sent = sorted(charges, key=attrgetter("at"))
    moments = [charge.at for charge in sent]
    booked = [0, *accumulate(charge.credits for charge in sent)]
    busy_until = list(accumulate((charge.answered_at for charge in sent), max))
    risen = [0, *accumulate(_rose(before, after) for before, after in pairwise(read))]

    def is_settled(snapshot: Snapshot) -> bool:
        sent_before = bisect_right(moments, snapshot.at)
        return not sent_before or busy_until[sent_before - 1] + SETTLING <= snapshot.at

    settled = [(number, snapshot) for number, snapshot in enumerate(read) if is_settled(snapshot)]
    return [
        Check(
            start=start,
            end=end,
            booked=booked[bisect_right(moments, end.at)] - booked[bisect_right(moments, start.at)],
            topped_up=risen[last] > risen[first],
        )
        for (first, start), (last, end) in pairwise(settled)
    ]


def _rose(before: Snapshot, after: Snapshot) -> bool:
    return after.recharged > before.recharged or after.bonus > before.bonus
