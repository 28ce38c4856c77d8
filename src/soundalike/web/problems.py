"""What goes wrong, told as RFC 9457 problems (`application/problem+json`), and under /v1 as OpenAI tells it.

Every error goes the same way out: ours by its code, Starlette's and FastAPI's by what they mean, any other as
`internal_error`, which tells nothing inner. `instance` is the request's id, under which the log has the rest.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal

from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Scope

from soundalike.errors import SoundalikeError
from soundalike.schemas.shape import Shape
from soundalike.storage.columns import Unstorable, storable
from soundalike.telemetry.logs import get_log
from soundalike.web.kinds import KINDS, Kind, kind_of
from soundalike.web.v1.errors import as_openai, is_here

MEDIA_TYPE: Final = "application/problem+json"
SCHEMA_NAME: Final = "Problem"

_BY_STATUS: Final = {
    400: "malformed_json",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
}
_ALWAYS: Final = ("storage_unavailable", "internal_error")
_SIGNED_IN: Final = ("unauthorized", "forbidden", "too_many_attempts")
_WITH_BODY: Final = ("malformed_json", "payload_too_large", "unsupported_media_type", "invalid_request")
_INNER: Final = frozenset(
    {"internal_error", "storage_unavailable", "writer_unavailable"}
)  # name paths and hosts
_USUAL_WAIT_SECONDS: Final = 5
_LONGEST_WAIT_SECONDS: Final = 3_600
_MOST_FAULTS: Final = 20
_SERVERS_FAULT: Final = 500
_WRONG_METHOD: Final = 405


class FieldFault(Shape):
    """Something in a request that is not as documented. What was sent is not repeated."""

    field: str = Field(description="Where: a path into the body, or the name of a parameter.")
    message: str


class Problem(Shape):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)  # what is null is left out

    type: str = Field(description="Address of the kind of problem on this server.")
    title: str = Field(description="The kind of problem, the same for every occurrence.")
    status: int
    detail: str = Field(description="What happened, and what to do.")
    success: Literal[False] = False
    code: str = Field(description="Stable name of the kind of problem.")
    instance: str = Field(description="Id of the request; the server's log has it.")
    retry_after: int | None = Field(default=None, description="Seconds after which to try again.")
    errors: list[FieldFault] | None = Field(default=None, description="What in the request is wrong.")


class Refused(SoundalikeError):
    """The web room itself refuses a request; `kind` says how, `headers` go with the answer."""

    def __init__(
        self, code: str, message: str, *, hint: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.kind = KINDS[code]
        self.headers = dict(headers or {})


def respond(scope: Scope, error: BaseException) -> JSONResponse:
    """Answer an error of any kind; whoever answers an inner one has to log it."""
    problem = _problem_of(scope, error)
    return as_openai(problem, error) if is_here(scope) else problem


def _problem_of(scope: Scope, error: BaseException) -> JSONResponse:
    headers = dict(getattr(error, "headers", None) or {})
    match error:
        case SoundalikeError():
            kind, detail = told(error)
            wait = getattr(error, "retry_after_seconds", None)
            return answer(scope, kind, detail, retry_after_seconds=wait, headers=headers)
        case RequestValidationError():
            return _invalid(scope, error)
        case HTTPException():
            kind = kind_of(_BY_STATUS.get(error.status_code, "internal_error"))
            return answer(scope, kind, _http_detail(scope, kind, headers), headers=headers)
    kind = KINDS["internal_error"]
    return answer(scope, kind, kind.example)


def told(error: SoundalikeError) -> tuple[Kind, str]:
    """The kind of one of our errors, and what a client may read of it."""
    if isinstance(error, Unstorable):
        return KINDS["invalid_request"], str(error)
    kind = error.kind if isinstance(error, Refused) else kind_of(error.code)
    return kind, kind.example if kind.code in _INNER else str(error)


def answer(
    scope: Scope,
    kind: Kind,
    detail: str,
    *,
    retry_after_seconds: float | None = None,
    errors: Iterable[FieldFault] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem of this kind as a response; one that passes says when to try again."""
    wait = _wait(retry_after_seconds) if kind.waits else None
    body = Problem(
        type=f"/problems/{kind.code}",
        title=kind.title,
        status=kind.status,
        detail=storable(detail),
        code=kind.code,
        instance=request_id_of(scope),
        retry_after=wait,
        errors=list(errors) or None,
    )
    return JSONResponse(
        body.model_dump(mode="json", exclude_none=True),
        kind.status,
        _headers(kind, wait, headers or {}),
        MEDIA_TYPE,
    )


def answer_code(scope: Scope, code: str, detail: str) -> JSONResponse:
    """A problem that was kept by its code and sentence, such as a failed job's."""
    kind = kind_of(code)
    return answer(scope, kind, detail if kind.code == code else kind.example)


def request_id_of(scope: Scope) -> str:
    """The id this request goes by, or nothing where it has none yet."""
    return str(scope.get("state", {}).get("request_id", ""))


async def handle(request: Request, error: Exception) -> JSONResponse:
    """Answer an error, as FastAPI's exception handlers do; what the client is not told goes to the log."""
    if isinstance(error, HTTPException) and error.status_code == _WRONG_METHOD:
        error = HTTPException(
            _WRONG_METHOD, headers={"Allow": request.app.state.methods.at(request.url.path)}
        )
    response = respond(request.scope, error)
    if isinstance(error, SoundalikeError) and response.status_code >= _SERVERS_FAULT:
        get_log("soundalike.web").warning(
            "refused", code=error.kind.code if isinstance(error, Refused) else error.code, reason=str(error)
        )
    return response


def problems(
    *codes: str,
    signed_in: bool = True,
    body: bool = False,
    also: Mapping[int, dict[str, Any]] = MappingProxyType({}),
) -> dict[int | str, dict[str, Any]]:
    """Document problems for `responses=`: these and those that any request may meet, each with an example.

    Args:
        codes: Codes of `kinds.KINDS`.
        signed_in: Whether the route needs somebody to be signed in.
        body: Whether the route takes JSON.
        also: What else there is to say, of answers that are no problems.
    """
    named = (*codes, *(_SIGNED_IN if signed_in else ()), *(_WITH_BODY if body else ()), *_ALWAYS)
    by_status: dict[int | str, list[Kind]] = {}
    for kind in (KINDS[code] for code in dict.fromkeys(named)):
        by_status.setdefault(kind.status, []).append(kind)
    return dict(also) | {status: _documented(kinds) for status, kinds in sorted(by_status.items(), key=str)}


def _documented(kinds: list[Kind]) -> dict[str, Any]:
    content = {
        "schema": {"$ref": f"#/components/schemas/{SCHEMA_NAME}"},
        "examples": {kind.code: {"summary": kind.title, "value": _example(kind)} for kind in kinds},
    }
    documented: dict[str, Any] = {
        "description": "; ".join(f"`{kind.code}`: {kind.title}" for kind in kinds) + ".",
        "content": {MEDIA_TYPE: content},
    }
    if any(kind.waits for kind in kinds):
        seconds = {"type": "integer", "minimum": 1}
        documented["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": seconds}}
    return documented


def _example(kind: Kind) -> dict[str, Any]:
    fault = FieldFault(field="body.months", message="Input should be less than or equal to 120")
    example = Problem(
        type=f"/problems/{kind.code}",
        title=kind.title,
        status=kind.status,
        detail=kind.example,
        code=kind.code,
        instance="4f1c9e0b7a5d4d3c",
        retry_after=_USUAL_WAIT_SECONDS if kind.waits else None,
        errors=[fault] if kind.code == "invalid_request" else None,
    )
    return example.model_dump(mode="json", exclude_none=True)


def _headers(kind: Kind, wait: int | None, given: Mapping[str, str]) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"} | dict(given)
    if wait is not None:
        headers["Retry-After"] = str(wait)
    if kind.code == "unauthorized":
        headers.setdefault("WWW-Authenticate", 'Bearer realm="soundalike"')
    return headers


def _wait(seconds: float | None) -> int:
    if seconds is None or not math.isfinite(seconds):
        return _USUAL_WAIT_SECONDS
    return min(max(math.ceil(seconds), 1), _LONGEST_WAIT_SECONDS)


def _invalid(scope: Scope, error: RequestValidationError) -> JSONResponse:
    found = error.errors()
    if any(fault["type"] == "json_invalid" for fault in found):
        why = found[0].get("ctx", {}).get("error", "it cannot be read")
        return answer(scope, KINDS["malformed_json"], f"The body is no JSON: {why}.")
    faults, detail = told_faults(found)
    return answer(scope, KINDS["invalid_request"], detail, errors=faults)


def told_faults(found: Sequence[Mapping[str, Any]]) -> tuple[list[FieldFault], str]:
    """What pydantic found wrong, thing by thing, and in a sentence."""
    faults = [
        FieldFault(field=_place(fault["loc"]), message=_message(fault)) for fault in found[:_MOST_FAULTS]
    ]
    count = f"{len(found)} things are" if len(found) > 1 else "One thing is"
    named = "; ".join(f"{fault.field}: {fault.message}" for fault in faults[:3])
    return faults, f"{count} not as documented. {named}."


def _place(location: Iterable[str | int]) -> str:
    """Where a fault is; a name the client made up is shortened and freed of what does not print."""
    return ".".join("".join(sign for sign in str(part)[:60] if sign.isprintable()) for part in location)


def _message(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "extra_forbidden":
        return "Unknown field"
    return str(fault["msg"]).removeprefix("Value error, ")


def _http_detail(scope: Scope, kind: Kind, headers: Mapping[str, str]) -> str:
    if kind.code == "method_not_allowed":
        return f"{scope['method']} is not allowed here, only {headers.get('Allow') or 'other methods'}."
    if kind.code == "malformed_json":
        return "The body is no JSON that can be read."
    return kind.example
