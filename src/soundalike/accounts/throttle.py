"""What may be tried only so often, counted in the database so that all processes count together (GCRA).

An attempt moves the name's theoretical arrival time on by `every_seconds`; it is refused while that lies more than
`burst - 1` attempts ahead. A refused attempt costs nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from typing import Final

from sqlalchemy import Connection, case, delete, select

from soundalike.errors import TooManyAttempts
from soundalike.storage.database import Database, insert_into
from soundalike.storage.tables import throttles


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` attempts at once, then one each `every_seconds`."""

    burst: int
    every_seconds: float


SIGN_INS_OF_EMAIL: Final = Limit(burst=5, every_seconds=60)
SIGN_INS_FROM_ADDRESS: Final = Limit(burst=20, every_seconds=10)


class Throttle:
    """Attempts at signing in, by whom and from where."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def attempt(self, email: str, address: str | None, *, at: datetime) -> None:
        """Count an attempt to sign in.

        Raises:
            TooManyAttempts: There were too many for this email or from this address; says how long to wait.
        """
        with self._database.writing() as connection:
            wait = _count(connection, _from(address), SIGN_INS_FROM_ADDRESS, at)
            wait = wait or _count(connection, _of(email), SIGN_INS_OF_EMAIL, at)
        _refuse(wait)

    def attempt_from(self, address: str | None, *, at: datetime) -> None:
        """Count an attempt by somebody who gives no email.

        Raises:
            TooManyAttempts: There were too many from this address.
        """
        with self._database.writing() as connection:
            wait = _count(connection, _from(address), SIGN_INS_FROM_ADDRESS, at)
        _refuse(wait)


def forgive(connection: Connection, email: str) -> None:
    """Forget the attempts on an email, whose owner has come."""
    connection.execute(delete(throttles).where(throttles.c.name == _of(email)))


def _count(connection: Connection, name: str, limit: Limit, at: datetime) -> float:
    """Count an attempt if it may be made; returns the seconds to wait if not."""
    now, ahead = at.timestamp(), (limit.burst - 1) * limit.every_seconds
    kept = throttles.c.arrives
    counted = (
        insert_into(connection, throttles)
        .values(name=name, arrives=now + limit.every_seconds)
        .on_conflict_do_update(
            index_elements=[throttles.c.name],
            set_={"arrives": case((kept > now, kept), else_=now) + limit.every_seconds},
            where=kept <= now + ahead,
        )
        .returning(kept)
    )
    if connection.scalar(counted) is not None:
        return 0.0
    arrives = connection.scalar(select(kept).where(throttles.c.name == name))
    return max((arrives or now) - ahead - now, 1.0)


def _refuse(wait: float) -> None:
    if wait:
        raise TooManyAttempts(
            "Too many attempts to sign in.",
            retry_after_seconds=wait,
            hint=f"Try again in {wait:.0f} seconds, or ask for a sign-in link.",
        )


def _of(email: str) -> str:
    """Emails are not kept here: anybody can try any."""
    return f"sign-in of {sha256(email.encode()).hexdigest()}"


def _from(address: str | None) -> str:
    """Who has one address of IPv6 has the 2⁶⁴ beside it."""
    try:
        read = ip_address(address or "")
    except ValueError:
        return "sign-in from somewhere"
    if isinstance(read, IPv6Address):
        mapped = read.ipv4_mapped
        return f"sign-in from {mapped or read.exploded[:19]}"
    return f"sign-in from {read}"
