"""The settings: keys, people, how long posts live, what was spent, and what is to be forgotten."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from soundalike.accounts import Principal, Role, Scope
from soundalike.accounts.records import ApiKey, Invitation
from soundalike.errors import (
    AccountConflict,
    InvalidAccount,
    InvalidUsername,
    SoundalikeError,
    TooManyAttempts,
    Unauthorized,
    UnknownAccount,
)
from soundalike.posts.post import read_username
from soundalike.storage.records import Forgotten
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.problems import told
from soundalike.web.reading import read_id
from soundalike.web.security import address_of
from soundalike.web.studio.language import _, english
from soundalike.web.studio.render import THEME_COOKIE, THEMES, parts_of, show
from soundalike.web.studio.settings.view import read_settings_page
from soundalike.web.studio.visitors import Changer, Reader, caller
from soundalike.web.studio.words import number

router: Final = APIRouter(include_in_schema=False, prefix="/settings")

_Word = Annotated[str, Form(max_length=1_000)]
_Short = Annotated[str, Form(max_length=200)]
_COOKIE_SECONDS: Final = 400 * 24 * 3600
_MOST_DAYS: Final = 3_650
_AT_THE_FIELD: Final = (
    AccountConflict,
    InvalidAccount,
    InvalidUsername,
    TooManyAttempts,
    Unauthorized,
    UnknownAccount,
)


class NoDays(InvalidAccount):
    """What was typed is no number of days; says so in the language of the page."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the page says for once: a fault and at which section, a secret told now and never again, what is gone."""

    fault: str = ""
    section: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    key: tuple[ApiKey, str] | None = None
    invitation: tuple[Invitation, str] | None = None
    forgotten: tuple[str, Forgotten] | None = None
    about: str = ""


@router.get("")
def settings_page(
    request: Request, who: Reader, parts: PartsOf, forget: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """All of it on one page; with `forget` what would be deleted of that creator."""
    if not forget.strip():
        return _page(request, who, parts, Said())
    try:
        return _page(request, who, parts, Said(about=read_username(forget)))
    except InvalidUsername as error:
        return _page(request, who, parts, _fault(error, "forget", {"username": forget}), 422)


@router.post("/keys")
def create_key(
    request: Request, who: Reader, parts: PartsOf, *, name: _Word, scope: _Short = "write", days: _Short = ""
) -> Response:
    """Make a key and show it, this once."""
    person, typed = who.in_person(), {"name": name, "scope": scope, "days": days}
    try:
        expires_at = parts.now() + timedelta(days=lasting) if (lasting := _days(days)) else None
        made = parts.accounts.keys.create(person, name=name, scopes=_scopes(scope), expires_at=expires_at)
    except _AT_THE_FIELD as error:
        return _page(request, who, parts, _fault(error, "keys", typed), told(error)[0].status)
    return _page(request, who, parts, Said(section="keys", key=made), 201)


@router.post("/keys/revoke")
def revoke_key(request: Request, who: Reader, parts: PartsOf, key: _Short) -> Response:
    """End a key."""
    return _do(request, who, "keys", lambda: parts.accounts.keys.revoke(who.in_person(), key))


@router.post("/members/role")
def change_role(
    request: Request, who: Reader, parts: PartsOf, member: _Short, role: Annotated[Role, Form()]
) -> Response:
    """Make a member an owner, or an owner a member."""
    owner = who.in_person().as_owner()
    return _do(
        request, who, "members", lambda: parts.accounts.workspaces.set_role(owner, _user(member), role)
    )


@router.post("/members/remove")
def remove_member(request: Request, who: Reader, parts: PartsOf, member: _Short) -> Response:
    """Remove a member, or leave; whoever left is at work in their own workspace then."""
    return _do(
        request, who, "members", lambda: parts.accounts.workspaces.remove(who.in_person(), _user(member))
    )


@router.post("/invitations")
def invite(
    request: Request, who: Reader, parts: PartsOf, email: _Word, role: Annotated[Role, Form()] = Role.MEMBER
) -> Response:
    """Invite somebody, and show the link, this once."""
    owner = who.in_person().as_owner()
    try:
        made = parts.accounts.invitations.invite(owner, email, role)
    except _AT_THE_FIELD as error:
        return _page(request, who, parts, _fault(error, "members", {"email": email}), told(error)[0].status)
    return _page(request, who, parts, Said(section="members", invitation=made), 201)


@router.post("/invitations/withdraw")
def withdraw(request: Request, who: Reader, parts: PartsOf, invitation: _Short) -> Response:
    """Make an open invitation void."""
    owner = who.in_person().as_owner()
    return _do(
        request,
        who,
        "members",
        lambda: parts.accounts.invitations.withdraw(owner, read_id(invitation, UnknownAccount, "invitation")),
    )


@router.post("/workspace")
def rename(request: Request, who: Reader, parts: PartsOf, name: _Word) -> Response:
    """Give the workspace another name."""
    owner = who.in_person().as_owner()
    return _do(
        request, who, "workspace", lambda: parts.accounts.workspaces.change(owner, name=name), name=name
    )


@router.post("/workspaces")
def create_workspace(request: Request, who: Reader, parts: PartsOf, fresh: _Word) -> Response:
    """Make a workspace, and go to work there."""

    def make() -> None:
        made = parts.accounts.workspaces.create(who.in_person(), fresh)
        parts.accounts.workspaces.switch(who, made.id)

    return _do(request, who, "workspace", make, fresh=fresh)


@router.post("/retention")
def keep_for(request: Request, who: Reader, parts: PartsOf, days: _Short = "") -> Response:
    """Say how long collected posts live; left empty, as long as the server says."""
    owner = who.in_person().as_owner()
    return _do(
        request,
        who,
        "retention",
        lambda: parts.accounts.workspaces.change(owner, retention_days=_days(days)),
        days=days,
    )


@router.post("/opt-outs")
def opt_out(
    request: Request,
    who: Changer,
    parts: PartsOf,
    username: _Short,
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Keep everybody in the workspace from training on a creator."""
    return _do(
        request,
        who,
        "opt-outs",
        lambda: parts.accounts.opt_outs.put(who, username, note.strip() or None),
        username=username,
        note=note,
    )


@router.post("/opt-outs/remove")
def opt_in(request: Request, who: Changer, parts: PartsOf, username: _Short) -> Response:
    """Take an opt-out back."""
    return _do(request, who, "opt-outs", lambda: parts.accounts.opt_outs.delete(who, username))


@router.post("/forget")
def forget_creator(
    request: Request, who: Changer, parts: PartsOf, username: _Short, confirm: _Short = ""
) -> Response:
    """Delete all that is kept of a creator whose name was typed once more, and say what was."""
    typed = {"username": username, "confirm": confirm}
    try:
        name = read_username(username)
    except InvalidUsername as error:
        return _page(request, who, parts, _fault(error, "forget", typed), 422)
    if confirm.strip().removeprefix("@").lower() != name.lower():
        fault = _("Type @%(name)s to confirm. Nothing was deleted.", name=name)
        return _page(request, who, parts, Said(fault, "forget", typed, about=name), 422)
    gone = parts.desk.forget(name, caller=caller(request, who))
    parts.let_go()
    return _page(request, who, parts, Said(section="forget", forgotten=(name, gone)))


@router.post("/password")
def change_password(
    request: Request, who: Reader, parts: PartsOf, *, new: _Word, old: _Word = "", email: _Word = ""
) -> Response:
    """Change one's own password; other browsers are signed out."""
    return _do(
        request,
        who,
        "you",
        lambda: parts.accounts.logins.change_password(
            who.in_person(), old=old, new=new, email=email or None, address=address_of(request)
        ),
        email=email,
    )


@router.post("/logins/end")
def end_login(request: Request, who: Reader, parts: PartsOf, login: _Short) -> Response:
    """Sign one browser out."""
    return _do(request, who, "you", lambda: parts.accounts.logins.revoke(who.in_person(), login))


@router.post("/logins/end-others")
def end_other_logins(request: Request, who: Reader, parts: PartsOf) -> Response:
    """Sign all browsers out but this one."""
    return _do(request, who, "you", lambda: parts.accounts.logins.revoke_others(who.in_person()))


@router.post("/theme")
def choose_theme(request: Request, who: Reader, theme: _Short) -> Response:  # noqa: ARG001 - signed in is enough
    """Remember in this browser whether the pages are light or dark."""
    response = _to("appearance")
    options: dict[str, Any] = {
        "path": "/",
        "secure": request.url.scheme == "https",
        "httponly": True,
        "samesite": "lax",
    }
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=_COOKIE_SECONDS, **options)
    else:
        response.delete_cookie(THEME_COOKIE, **options)
    return response


def _do(request: Request, who: Principal, section: str, work: Callable[[], object], **typed: str) -> Response:
    """Do it and go back to its section; what can be mended is said there, beside what was typed."""
    try:
        work()
    except _AT_THE_FIELD as error:
        return _page(request, who, parts_of(request), _fault(error, section, typed), told(error)[0].status)
    return _to(section)


def _page(request: Request, who: Principal, parts: Parts, said: Said, status: int = 200) -> Response:
    values = read_settings_page(request, who, parts, about=said.about)
    return show(request, "settings/page.html", who, here="settings", status=status, said=said, **values)


def _to(section: str) -> Response:
    return RedirectResponse(f"/settings#{section}", status_code=303)


def _fault(error: SoundalikeError, section: str, typed: dict[str, str]) -> Said:
    detail = told(error)[1]
    fault = detail if isinstance(error, NoDays) else english(detail)
    return Said(fault=fault, section=section, typed=typed)


def _user(member: str) -> UUID:
    return read_id(member, UnknownAccount, "member")


def _scopes(scope: str) -> list[Scope]:
    return [Scope.READ] if scope == "read" else [Scope.READ, Scope.WRITE]


def _days(typed: str) -> int | None:
    """A number of days; None where nothing was typed.

    Raises:
        NoDays: It is none, or none that can be kept.
    """
    digits = typed.strip().replace(",", "")
    if not digits:
        return None
    if not digits.isdecimal() or not 1 <= int(digits[:9]) <= _MOST_DAYS:
        raise NoDays(_("Give a whole number of days from 1 to %(most)s.", most=number(_MOST_DAYS)))
    return int(digits[:9])
