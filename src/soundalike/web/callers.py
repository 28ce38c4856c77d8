"""Who asks, as the jobs want to know it."""

from typing import Annotated

from fastapi import Depends, Request

from soundalike.accounts import Principal
from soundalike.service.jobs import Caller
from soundalike.web import security
from soundalike.web.problems import request_id_of


async def _reading(request: Request, who: security.Reader) -> Caller:
    return caller_of(request, who)


async def _writing(request: Request, who: security.Changer) -> Caller:
    return caller_of(request, who)


Reader = Annotated[Caller, Depends(_reading)]
"""Somebody who may look."""

Writer = Annotated[Caller, Depends(_writing)]
"""Somebody who may change things and spend credits."""


def caller_of(request: Request, who: Principal) -> Caller:
    """Somebody as the jobs know them; the request's line in the log will name them."""
    request.state.workspace_id, request.state.user_id = (
        who.workspace_id,
        who.user_id,
    )
    return Caller(who.workspace_id, who.user_id, request_id_of(request.scope) or None)
