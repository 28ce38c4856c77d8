"""For operators: is it alive, can it work, what does it do; and what the problems mean."""

from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from soundalike.schemas.shape import Shape
from soundalike.telemetry.lately import Lately
from soundalike.telemetry.metrics import CONTENT_TYPE
from soundalike.web.kinds import KINDS
from soundalike.web.parts import PartsOf
from soundalike.web.problems import Refused, problems
from soundalike.web.readiness import UNKNOWN, Health, ReadyBody

router: Final = APIRouter(tags=["Operations"])


class AliveBody(Shape):
    """The answer of /healthz."""

    status: str = "ok"


class KindBody(Shape):
    """A kind of problem: what `type` of a problem points to."""

    code: str
    status: int
    title: str
    example: str


@router.get("/healthz", summary="Say whether the process is alive")
async def get_health() -> AliveBody:
    """Answers as long as the process does."""
    return AliveBody()


@router.get(
    "/readyz",
    summary="Say whether the server can work",
    response_model=ReadyBody,
    responses={503: {"model": ReadyBody, "description": "It can do no work now."}},
)
def get_readiness(parts: PartsOf) -> Response:
    """Part by part, with what to do where something is missing; 503 where nothing can be done at all."""
    ready = _latest(parts.readiness)
    status = 503 if ready.status is Health.DOWN else 200
    return JSONResponse(ready.as_json(), status, {"Cache-Control": "no-store"})


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={
        200: {
            "description": "Prometheus's text format.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        }
    },
)
def get_metrics(parts: PartsOf) -> Response:
    """What this process does and how the fleet stands."""
    return Response(parts.metrics.text(), headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})


@router.get(
    "/problems/{code}",
    summary="Explain a kind of problem",
    responses=problems("not_found", signed_in=False),
)
async def get_problem_kind(code: str) -> KindBody:
    """What the `type` of a problem points to."""
    kind = KINDS.get(code)
    if kind is None:
        raise Refused("not_found", "There is no such kind of problem.")
    return KindBody(code=kind.code, status=kind.status, title=kind.title, example=kind.example)


def _latest(readiness: Lately[ReadyBody]) -> ReadyBody:
    """What was found of late; an answer that does not come is one, too."""
    found, _ = readiness.get()
    return found if found is not None and readiness.is_fresh else UNKNOWN
