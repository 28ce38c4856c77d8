"""What handlers read from a request beside its body: ids, pages, keys against doing a thing twice.

Dependencies that cannot block are `async def`: FastAPI gives every other one a thread.
"""

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request
from starlette.convertors import StringConvertor, register_url_convertor

from soundalike.errors import InvalidUsername, SoundalikeError, UnknownModel, UnknownSession, UnknownTraining
from soundalike.posts.post import read_username
from soundalike.schemas.requests import Request as Body
from soundalike.service.jobs import Idempotency
from soundalike.web.problems import Refused

_KEY: Final = r'^(?:"([!-~]{1,255})"|([!-~]{1,255}))$'
_NAME: Final = r"^@?[A-Za-z0-9_]{1,15}$"
_MOST_OFFSET: Final = 1_000_000


class _Id(StringConvertor):
    """Text of the length of an id: `{…:id}` in a path leaves words to other routes."""

    regex = "[^/]{36}"


register_url_convertor("id", _Id())


def read_id(text: str, unknown: type[SoundalikeError], what: str) -> UUID:
    """Read an id in its usual form; any other text is the id of nothing.

    Raises:
        UnknownSession, UnknownTraining, UnknownModel: As `unknown` says.
    """
    try:
        found = UUID(text)
    except ValueError:
        found = None
    if found is None or str(found) != text.lower():
        raise unknown(
            f"No {what} has this id.", hint="The id is the one that its creation was answered with."
        )
    return found


async def _session_id(
    training_session_id: Annotated[
        str, Path(alias="trainingSessionId", json_schema_extra={"format": "uuid"})
    ],
) -> UUID:
    return read_id(training_session_id, UnknownSession, "training session")


async def _training_id(
    training_id: Annotated[str, Path(alias="trainingId", json_schema_extra={"format": "uuid"})],
) -> UUID:
    return read_id(training_id, UnknownTraining, "training")


async def _model_id(
    model_id: Annotated[str, Path(alias="modelId", json_schema_extra={"format": "uuid"})],
) -> UUID:
    return read_id(model_id, UnknownModel, "model")


async def _username(
    username: Annotated[
        str,
        Path(
            description="A name on X, or an @name.",
            examples=["levelsio"],
            json_schema_extra={"pattern": _NAME},
        ),
    ],
) -> str:
    name = read_username(username)
    if not re.fullmatch(_NAME, username):
        raise InvalidUsername(
            "Something stands beside the username.", username=name, hint="Send a name or an @name."
        )
    return name


SessionId = Annotated[UUID, Depends(_session_id)]
TrainingId = Annotated[UUID, Depends(_training_id)]
ModelId = Annotated[UUID, Depends(_model_id)]
CreatorName = Annotated[str, Depends(_username)]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list."""

    limit: int
    offset: int

    def next_offset(self, found: int) -> int | None:
        """Where the next page begins, if one more than `limit` was found."""
        return self.offset + self.limit if found > self.limit else None


async def _page(
    limit: Annotated[int, Query(ge=1, le=100, description="Most to list.")] = 50,
    offset: Annotated[int, Query(ge=0, le=_MOST_OFFSET, description="How many to pass over.")] = 0,
) -> Page:
    return Page(limit, offset)


PageOf = Annotated[Page, Depends(_page)]


async def _idempotency_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            description="A text of your own, 1 to 255 visible ASCII characters: the same request with the same key is "
            "done once, however often it is sent.",
            json_schema_extra={"pattern": _KEY},
        ),
    ] = None,
) -> str | None:
    if idempotency_key is None:
        return None
    found = re.fullmatch(_KEY, idempotency_key.strip())
    if found is None:
        raise Refused(
            "invalid_request",
            "An Idempotency-Key has 1 to 255 visible ASCII characters.",
            hint="Choose another.",
        )
    return found[1] or found[2]


IdempotencyKey = Annotated[str | None, Depends(_idempotency_key)]


def idempotency(request: Request, body: Body, key: str | None) -> Idempotency | None:
    """The key with a hash of what was asked, however it was spelt."""
    if key is None:
        return None
    canonical = json.dumps(body.as_json(), sort_keys=True, separators=(",", ":"))
    asked = f"{request.method} {request.url.path}\n{canonical}"
    return Idempotency(key, sha256(asked.encode("utf-8", "surrogatepass")).hexdigest())


async def json_only(request: Request) -> None:
    """Refuse a body that is not said to be JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    if has_body and kind != "application/json" and not re.fullmatch(r"application/[\w.-]+\+json", kind):
        raise Refused(
            "unsupported_media_type",
            "The body must be JSON.",
            hint="Send it with Content-Type: application/json.",
        )
