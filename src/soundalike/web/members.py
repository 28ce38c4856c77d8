"""Who works in a workspace and with what: members, invitations, API keys; and whom it leaves alone."""

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from soundalike.errors import InvalidAccount, UnknownAccount
from soundalike.schemas.accounts import (
    AcceptanceRequest,
    InvitationRequest,
    InvitationShape,
    KeyRequest,
    KeyShape,
    MeBody,
    MemberShape,
    NewInvitationBody,
    NewKeyBody,
    OptOutRequest,
    OptOutShape,
    RoleRequest,
)
from soundalike.web.links import lead, lead_with_body
from soundalike.web.logins import describe, welcome
from soundalike.web.problems import problems
from soundalike.web.reading import CreatorName, read_id
from soundalike.web.security import (
    AccountsOf,
    Changer,
    Owner,
    Person,
    Reader,
    address_of,
    browser_of,
    identify,
    parts_of,
)

router = APIRouter(tags=["accounts"])


async def _user_id(
    user_id: Annotated[str, Path(alias="userId", json_schema_extra={"format": "uuid"})],
) -> UUID:
    return read_id(user_id, UnknownAccount, "member")


async def _invitation_id(
    invitation_id: Annotated[str, Path(alias="invitationId", json_schema_extra={"format": "uuid"})],
) -> UUID:
    return read_id(invitation_id, UnknownAccount, "invitation")


_UserId = Annotated[UUID, Depends(_user_id)]
_InvitationId = Annotated[UUID, Depends(_invitation_id)]
_KeyId = Annotated[str, Path(alias="keyId", description="The id of a key.")]

_MEMBERS: Final = {200: {"links": lead("changeRole", "removeMember", userId="/0/userId")}}
_INVITED: Final = {
    201: {
        "links": lead("withdrawInvitation", invitationId="/id")
        | lead_with_body("acceptInvitation", token="/token")  # noqa: S106 - where it stands
    }
}
_MADE: Final = {201: {"links": lead("revokeKey", keyId="/id")}}
_NOTED: Final = {200: {"links": lead("deleteOptOut", username="/username")}}


@router.get("/api/members", summary="List who is in the workspace", responses=problems(also=_MEMBERS))
def list_members(who: Person, accounts: AccountsOf) -> list[MemberShape]:
    """List the members of the present workspace, who joined first comes first."""
    return [MemberShape.of(member) for member in accounts.workspaces.members(who)]


@router.patch(
    "/api/members/{userId}",  # noqa: FAST003 - read by a dependency
    summary="Change a member's role",
    responses=problems("unknown_account", "account_conflict", body=True),
)
def change_role(user_id: _UserId, asked: RoleRequest, who: Owner, accounts: AccountsOf) -> MemberShape:
    """Make a member an owner or an owner a member. Owners only; one owner has to be left."""
    return MemberShape.of(accounts.workspaces.set_role(who, user_id, asked.role))


@router.delete(
    "/api/members/{userId}",  # noqa: FAST003 - read by a dependency
    status_code=204,
    summary="Remove a member, or leave",
    responses=problems("unknown_account", "account_conflict"),
)
def remove_member(user_id: _UserId, who: Person, accounts: AccountsOf) -> None:
    """Remove a member (owners only), or leave. Their keys for the workspace are revoked."""
    accounts.workspaces.remove(who, user_id)


@router.get("/api/invitations", summary="List the open invitations", responses=problems())
def list_invitations(who: Owner, accounts: AccountsOf) -> list[InvitationShape]:
    """List who is invited to the workspace and has not come yet. Owners only."""
    return [InvitationShape.of(invitation) for invitation in accounts.invitations.list(who)]


@router.post(
    "/api/invitations",
    status_code=201,
    summary="Invite somebody",
    responses=problems("account_conflict", "invalid_account", body=True, also=_INVITED),
)
def invite(asked: InvitationRequest, who: Owner, accounts: AccountsOf) -> NewInvitationBody:
    """Invite somebody to the workspace for seven days. The token is told only now: pass it on. Owners only."""
    return NewInvitationBody.made(*accounts.invitations.invite(who, asked.email, asked.role))


@router.delete(
    "/api/invitations/{invitationId:id}",  # noqa: FAST003 - read by a dependency
    status_code=204,
    summary="Withdraw an invitation",
    responses=problems("unknown_account"),
)
def withdraw_invitation(invitation_id: _InvitationId, who: Owner, accounts: AccountsOf) -> None:
    """Make an open invitation void. Owners only."""
    accounts.invitations.withdraw(who, invitation_id)


@router.post(
    "/api/invitations/accept",
    summary="Accept an invitation",
    response_description="Who is signed in now; the cookie comes with it.",
    responses=problems(
        "unknown_account", "account_conflict", "invalid_account", "unauthorized", "forbidden", body=True
    ),
)
def accept_invitation(
    asked: AcceptanceRequest, request: Request, response: Response, accounts: AccountsOf
) -> MeBody:
    """Come as a new user, with a name and a password; or, with neither, join as the user who is signed in."""
    if asked.name is None and asked.password is None:
        who = identify(request).in_person()
        joined = accounts.invitations.join(who, asked.token)
        if who.via == "browser":
            accounts.workspaces.switch(who, joined.id)
        return describe(accounts, identify(request))
    if asked.name is None or asked.password is None:
        raise InvalidAccount("A new user needs a name and a password.", hint="Give both, or sign in first.")
    token = accounts.invitations.accept(
        asked.token,
        name=asked.name,
        password=asked.password,
        address=address_of(request),
        user_agent=browser_of(request),
    )
    return welcome(request, response, token)


@router.get("/api/keys", summary="List the API keys", responses=problems())
def list_keys(who: Person, accounts: AccountsOf) -> list[KeyShape]:
    """List your keys for the present workspace, newest first; an owner sees everybody's."""
    return [KeyShape.of(key) for key in accounts.keys.list(who)]


@router.post(
    "/api/keys",
    status_code=201,
    summary="Make an API key",
    responses=problems("account_conflict", "invalid_account", body=True, also=_MADE),
)
def create_key(asked: KeyRequest, who: Person, request: Request, accounts: AccountsOf) -> NewKeyBody:
    """Make a key for the present workspace. It is told only now."""
    days = asked.expires_in_days
    expires_at = parts_of(request).now() + timedelta(days=days) if days else None
    key, text = accounts.keys.create(who, name=asked.name, scopes=asked.scopes, expires_at=expires_at)
    return NewKeyBody.made(key, text)


@router.delete(
    "/api/keys/{keyId}",  # noqa: FAST003 - read by a dependency
    status_code=204,
    summary="Revoke an API key",
    responses=problems("unknown_account"),
)
def revoke_key(key_id: _KeyId, who: Person, accounts: AccountsOf) -> None:
    """End a key, within five seconds everywhere."""
    accounts.keys.revoke(who, key_id)


@router.get("/api/opt-outs", summary="List the creators who opted out", responses=problems())
def list_opt_outs(who: Reader, accounts: AccountsOf) -> list[OptOutShape]:
    """List the creators whom nobody in the workspace may train on."""
    return [OptOutShape.of(opt_out) for opt_out in accounts.opt_outs.list(who)]


@router.put(
    "/api/opt-outs/{username}",
    summary="Note that a creator opted out",
    responses=problems("invalid_username", "account_conflict", body=True, also=_NOTED),
)
def put_opt_out(
    username: CreatorName, asked: OptOutRequest, who: Changer, accounts: AccountsOf
) -> OptOutShape:
    """Keep everybody in the workspace from training on a creator."""
    return OptOutShape.of(accounts.opt_outs.put(who, username, asked.note))


@router.delete(
    "/api/opt-outs/{username}",
    status_code=204,
    summary="Take an opt-out back",
    responses=problems("invalid_username", "unknown_account"),
)
def delete_opt_out(username: CreatorName, who: Changer, accounts: AccountsOf) -> None:
    """Allow training on a creator again. Owners only."""
    accounts.opt_outs.delete(who, username)
