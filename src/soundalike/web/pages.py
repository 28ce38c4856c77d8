"""The page for whoever comes with a browser: who they are, which voices there are, where the API is described."""

from collections.abc import Iterable
from html import escape
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from soundalike.accounts import Principal
from soundalike.errors import Unauthorized
from soundalike.storage import TrainedModelRecord
from soundalike.web.parts import PartsOf
from soundalike.web.security import identify

router: Final = APIRouter(include_in_schema=False)

_PAGE: Final = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Soundalike</title></head>
<body><main><h1>Soundalike</h1>
{body}
</main></body></html>
"""
_NOBODY: Final = """<p>Nobody is signed in here.</p>
<p>On this machine, <code>soundalike serve</code> prints a link that signs you in once.
Programs send a key: <code>Authorization: Bearer KEY</code>.</p>"""
_SHOWN: Final = 20


@router.get("/", response_class=HTMLResponse)
def home(request: Request, parts: PartsOf) -> HTMLResponse:
    """The newest voices of the workspace, or how to get in."""
    try:
        who = identify(request)
    except Unauthorized:
        return HTMLResponse(_PAGE.format(body=_NOBODY), 401, {"Cache-Control": "no-store"})
    models = parts.store.list_models(who.workspace_id, limit=_SHOWN)
    body = "\n".join([_whose(who, parts), *_voices(models), _API])
    return HTMLResponse(_PAGE.format(body=body), headers={"Cache-Control": "no-store"})


_API: Final = '<p>The API is described at <a href="/openapi.json">/openapi.json</a>.</p>'


def _whose(who: Principal, parts: PartsOf) -> str:
    if who.via == "local":
        return "<p>This server asks nobody who they are.</p>"
    user = parts.accounts.users.get(who.user_id)
    return f"<p>Signed in as {escape(user.name)}.</p>"


def _voices(models: Iterable[TrainedModelRecord]) -> list[str]:
    items = [
        f'<li><a href="/api/train-ai/models/{model.id}">@{escape(model.creator_username)} v{model.version}</a> '
        f"{escape(model.model_name)}</li>"
        for model in models
    ]
    if not items:
        return [
            "<p>No voice is trained yet. Begin with <code>soundalike train USERNAME</code>, or the API.</p>"
        ]
    return ["<h2>Voices</h2>", "<ul>", *items, "</ul>"]
