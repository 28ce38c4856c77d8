"""Who looks at a page; whoever is not signed in is shown the door."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from soundalike.accounts import Principal, Scope
from soundalike.service.jobs import Caller
from soundalike.web.callers import caller_of
from soundalike.web.security import identify


async def _reading(request: Request) -> Principal:
    who = await run_in_threadpool(identify, request)
    caller_of(request, who)  # the request's line in the log names them
    return who.with_scope(Scope.READ)


async def _changing(request: Request) -> Principal:
    return (await _reading(request)).with_scope(Scope.WRITE)


Reader = Annotated[Principal, Depends(_reading)]
"""Somebody who may look."""

Changer = Annotated[Principal, Depends(_changing)]
"""Somebody who may change things and spend credits."""


def caller(request: Request, who: Principal) -> Caller:
    """Somebody as the jobs want to know them."""
    return caller_of(request, who)
