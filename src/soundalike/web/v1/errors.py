"""What goes wrong under /v1, told in OpenAI's shape, as its clients know it: `{"error": {message, type, param, code}}`.

A problem (RFC 9457) is made first, as everywhere; this says the same in other words. Clients raise by the status, so
422, which OpenAI does not use, becomes 400. llama.cpp, vLLM and Ollama name the types the same way.
"""

import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from soundalike.web.kinds import KINDS, Kind

PREFIX: Final = "/v1/"

UNSUPPORTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tools": "A voice calls no tools.",
        "functions": "A voice calls no functions.",
        "tool_choice": "A voice calls no tools.",
        "function_call": "A voice calls no functions.",
        "response_format": "A voice writes posts, which are plain text.",
        "logprobs": "No probabilities of tokens are kept of a draft.",
        "top_logprobs": "No probabilities of tokens are kept of a draft.",
        "logit_bias": "Which words a voice prefers is learned from its creator.",
        "frequency_penalty": "What a draft says twice is cut away as it is; only 0 is taken.",
        "presence_penalty": "What a draft says twice is cut away as it is; only 0 is taken.",
        "modalities": "A voice writes text only.",
        "audio": "A voice writes text only.",
        "prediction": "A draft cannot be predicted.",
        "web_search_options": "Nothing is searched; facts are taken from the messages.",
        "moderation": "Drafts are not moderated; they are checked for form, copying and the voice's rules.",
        "verbosity": "How long a draft may be is said by max_chars.",
    }
)
"""Parameters of OpenAI's that are refused unless they ask for nothing, and why."""

_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unauthorized": "invalid_api_key",
        "unknown_model": "model_not_found",
        "prompt_too_long": "context_length_exceeded",
        "nothing_passed": "content_filter",
        "too_many_attempts": "rate_limit_exceeded",
    }
)
_FAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {"missing": "missing_required_parameter", "extra_forbidden": "unknown_parameter"}
)
_TYPES: Final[Mapping[int, str]] = MappingProxyType(
    {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
)
_UNPROCESSABLE: Final = 422
_BAD: Final = 400
_SERVERS_FAULT: Final = 500
_NUMBER: Final = re.compile(r"\.([0-9]{1,4})(?=\.|$)")


class ErrorObject(BaseModel):
    """What went wrong."""

    message: str = Field(description="What happened, and what to do.")
    type: str
    param: str | None = Field(
        None, description="The parameter that it is about; null where it is about none."
    )
    code: str = Field(description="Stable name of the kind of error.")


class ErrorBody(BaseModel):
    """An error in OpenAI's shape."""

    error: ErrorObject


def is_here(scope: Scope) -> bool:
    """Whether a request is to this API."""
    return str(scope.get("path", "")).startswith(PREFIX)


def as_openai(problem: Response, error: BaseException) -> JSONResponse:
    """The answer that tells a problem in OpenAI's shape, with the problem's headers; `error` is what it is about."""
    told = json.loads(bytes(problem.body))
    kept = {name: value for name, value in problem.headers.items() if not name.startswith("content-")}
    if told["code"] == "drafting_timeout":
        # OpenAI's clients would, though the first try is still being written.
        kept["x-should-retry"] = "false"
    body = _body(KINDS[told["code"]], told["detail"], _fault(error), told.get("errors", ()))
    return JSONResponse(body.model_dump(), _status(told["status"]), kept)


def failures(*codes: str, body: bool = False) -> dict[int | str, dict[str, Any]]:
    """Document errors for `responses=`: these and those that any request here may meet, each with an example."""
    named = [
        *codes,
        "unauthorized",
        "forbidden",
        "too_many_attempts",
        "storage_unavailable",
        "internal_error",
    ]
    named += ["malformed_json", "payload_too_large", "unsupported_media_type", "invalid_request"] * body
    by_status: dict[int | str, list[Kind]] = {}
    for kind in (KINDS[code] for code in dict.fromkeys(named)):
        by_status.setdefault(_status(kind.status), []).append(kind)
    return {status: _documented(kinds) for status, kinds in sorted(by_status.items(), key=str)}


def _documented(kinds: list[Kind]) -> dict[str, Any]:
    examples = {kind.code: {"value": _body(kind, kind.example).model_dump()} for kind in kinds}
    told = "; ".join(f"`{_code(kind.code)}`: {kind.title}" for kind in kinds)
    documented: dict[str, Any] = {
        "model": ErrorBody,
        "description": f"{told}.",
        "content": {"application/json": {"examples": examples}},
    }
    if any(kind.waits for kind in kinds):
        seconds = {"type": "integer", "minimum": 1}
        documented["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": seconds}}
    return documented


def _body(
    kind: Kind, detail: str, fault: Mapping[str, Any] | None = None, fields: Sequence[Mapping[str, str]] = ()
) -> ErrorBody:
    param = _param(fields[0]["field"]) if fields else None
    message, code = detail, _code(kind.code)
    if fields and fault and param:
        message, code = f"{param}: {fields[0]['message']}", _FAULTS.get(fault["type"], "invalid_value")
        if (top := param.partition(".")[0].partition("[")[0]) in UNSUPPORTED:
            message, code = f"{top} is not supported here. {UNSUPPORTED[top]}", "unsupported_parameter"
    return ErrorBody(error=ErrorObject(message=message, type=_type(kind.status), param=param, code=code))


def _fault(error: BaseException) -> Mapping[str, Any] | None:
    """The first thing that is wrong with a request, as pydantic tells it."""
    if not isinstance(error, RequestValidationError):
        return None
    found: Sequence[Mapping[str, Any]] = error.errors()
    return found[0] if found else None


def _param(field: str) -> str:
    """A place in the body as OpenAI writes it: `messages[0].content`."""
    return _NUMBER.sub(r"[\1]", field.removeprefix("body").removeprefix("."))


def _code(code: str) -> str:
    return _CODES.get(code, code)


def _status(status: int) -> int:
    return _BAD if status == _UNPROCESSABLE else status


def _type(status: int) -> str:
    return _TYPES.get(status, "server_error" if status >= _SERVERS_FAULT else "invalid_request_error")
