"""The application: its routes, what every request passes, and how errors are told."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from soundalike import __version__
from soundalike.errors import SoundalikeError
from soundalike.exports.voice_file import MOST_BYTES
from soundalike.telemetry.observe import Observe
from soundalike.web import accounts, oidc, ops
from soundalike.web.api import collecting, drafting, exchanging, feedback, models, quizzing, training
from soundalike.web.gate import Gate
from soundalike.web.guards import LocalHostsOnly, SameOriginOnly, SecurityHeaders
from soundalike.web.limits import MEBIBYTE, BodyLimit
from soundalike.web.mcp.http import PATH as MCP_PATH
from soundalike.web.mcp.http import McpEndpoint
from soundalike.web.methods import Methods
from soundalike.web.openapi import DESCRIPTION, TAGS, Api
from soundalike.web.parts import Parts
from soundalike.web.problems import handle
from soundalike.web.studio import routes as studio
from soundalike.web.studio.collecting import uploading
from soundalike.web.studio.errors import ErrorPages
from soundalike.web.studio.language import Language, Speaking, read_languages
from soundalike.web.studio.voice import importing
from soundalike.web.v1 import routes as v1

ROUTERS: Final = (
    collecting.router,
    training.router,
    models.router,
    exchanging.router,
    quizzing.router,
    drafting.router,
    feedback.router,
    v1.router,
    accounts.router,
    ops.router,
    studio.router,
)
_FOR_PANELS: Final[dict[str, Any]] = {
    "allow_methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
    "allow_headers": ["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "Prefer"],
    "expose_headers": ["Content-Disposition", "Location", "Retry-After", "X-Request-Id"],
    "max_age": 3600,
}
"""What a panel on another site may send and read; it has a key, and no cookie goes with it."""
_NOT_PACKED: Final = ("text/event-stream", "application/*", "audio/*", "font/*", "image/*", "video/*")
"""Text is packed, which is pages; streams go out event by event, files are packed already or large, and the API's
answers are small and asked for often.

What an attacker could read off the length of a packed answer (BREACH) is a secret beside a text of his. Keys and
invitations are shown once, in the answer to a form, which other sites cannot send; forms hold no tokens. A page that
repeats part of its address comes without a login to whatever other sites ask for by themselves: the cookie is
SameSite=Lax. Without logins the studio answers to its own machine only.
"""

_LARGER: Final = {
    "/api/train-ai/start-training": 8 * MEBIBYTE,
    exchanging.IMPORT_PATH: MOST_BYTES,
    uploading.PATH: uploading.MOST_BYTES,
    importing.PATH: importing.MOST_BYTES,
}


def create_app(parts: Parts, *, languages: Mapping[str, Language] | None = None) -> FastAPI:
    """The API and the pages on these parts; pages come in these languages, by default in those that are shipped."""
    app = Api(
        title="Soundalike",
        version=__version__,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,  # they would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        lifespan=_lifespan,
    )
    app.state.parts = parts
    for error in (SoundalikeError, RequestValidationError, HTTPException):
        app.add_exception_handler(error, handle)
    for router in (*ROUTERS, oidc.router) if oidc.is_configured(parts.settings) else ROUTERS:
        app.include_router(router)
    app.state.mcp = McpEndpoint(parts)
    app.add_route(MCP_PATH, app.state.mcp, methods=["POST"], include_in_schema=False)
    app.state.methods = Methods.of(app)
    _guard(app, parts, read_languages() if languages is None else languages)
    return app


def _operation_id(route: APIRoute) -> str:
    """What generated clients call it."""
    return to_camel(route.name)


def _guard(app: FastAPI, parts: Parts, languages: Mapping[str, Language]) -> None:
    """What every request passes, the innermost first."""
    is_open = parts.settings.soundalike_auth == "off"
    app.add_middleware(BodyLimit, larger=_LARGER)
    app.add_middleware(SameOriginOnly, asks_for_keys=not is_open)
    if is_open:
        app.add_middleware(LocalHostsOnly)
    app.add_middleware(Gate)
    app.add_middleware(ErrorPages)
    app.add_middleware(Speaking, languages=languages)
    app.add_middleware(GZipMiddleware, compresslevel=6, exclude_content_types=_NOT_PACKED)
    if origins := parts.settings.soundalike_embed_origins:
        app.add_middleware(CORSMiddleware, allow_origins=origins, **_FOR_PANELS)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Observe, metrics=parts.metrics)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with app.state.mcp.running():
        yield
    hub = app.state.parts.hub
    hub.close()
    await hub.ended()
