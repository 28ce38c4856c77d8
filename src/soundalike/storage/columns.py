"""Column types that keep the same values on SQLite and PostgreSQL, and refuse the same ones.

PostgreSQL holds neither NUL characters nor half surrogate pairs, SQLite minds no length and knows no time zone: what is
stored is made fit for the stricter of the two.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import JSON, DateTime, Dialect, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator, TypeEngine

from soundalike.errors import StorageError

_ESCAPED_NUL: Final = "\\u0000"


class Unstorable(StorageError, DontWrapMixin):
    """A value that no database here can hold; raised before anything is written."""


class Moment(TypeDecorator[datetime]):
    """A UTC time without zone in the database, an aware UTC datetime outside."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To the database; a time without zone is refused."""
        if value is not None and value.tzinfo is None:
            raise Unstorable(f"The time {value} has no zone.", hint="Pass an aware datetime.")
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the database."""
        return value and value.replace(tzinfo=UTC)


class Line(TypeDecorator[str]):
    """VARCHAR(length) that SQLite keeps too."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To the database; longer text is refused."""
        if value is None:
            return None
        text = storable(value)
        if len(text) > self.length:
            raise Unstorable(
                f"“{text[:20]}…” has {len(text)} characters; at most {self.length} fit.", hint="Shorten it."
            )
        return text


class Prose(TypeDecorator[str]):
    """TEXT."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To the database."""
        return value and storable(value)


def json_column() -> TypeEngine[Any]:
    """JSONB on PostgreSQL, JSON elsewhere; None is SQL's NULL."""
    return JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def storable(text: str) -> str:
    """Drop NUL characters, join surrogate pairs, turn lone halves into U+FFFD."""
    text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def write_json(value: object) -> str:
    """Serialise for a JSON column.

    Raises:
        Unstorable: A number is not finite, or a value has no JSON form.
    """
    text = _dumps(value)
    return storable(_dumps(_without_nul(value)) if _ESCAPED_NUL in text else text)


def _dumps(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise Unstorable(
            "A result holds something JSON cannot express, such as a number that is not finite.",
            hint="Nothing was saved; please report this.",
        ) from error


def _without_nul(value: object) -> object:
    match value:
        case str():
            return value.replace("\0", "")
        case dict():
            return {_without_nul(key): _without_nul(item) for key, item in value.items()}
        case list() | tuple():
            return [_without_nul(item) for item in value]
        case _:
            return value
