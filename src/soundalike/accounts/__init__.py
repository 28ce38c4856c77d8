"""Who may do what: users, the workspaces they share, logins, API keys, invitations and opt-outs."""

from soundalike.accounts.accounts import Accounts
from soundalike.accounts.facts import Role, Scope
from soundalike.accounts.identities import Identity
from soundalike.accounts.principal import Principal
from soundalike.accounts.records import ApiKey, Invitation, Login, Member, OptOut, User, Workspace

__all__ = [
    "Accounts",
    "ApiKey",
    "Identity",
    "Invitation",
    "Login",
    "Member",
    "OptOut",
    "Principal",
    "Role",
    "Scope",
    "User",
    "Workspace",
]
