"""Who is asking, and what they may do."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from soundalike.accounts.facts import ALL_SCOPES, Role, Scope
from soundalike.errors import Forbidden

Via = Literal["browser", "key", "local"]


@dataclass(frozen=True, slots=True)
class Principal:
    """A user at work in a workspace. `via` is how they proved it; `proof` is the hash of the login or the key's id."""

    user_id: UUID
    workspace_id: UUID
    role: Role
    scopes: frozenset[Scope]
    via: Via
    proof: str = ""

    @classmethod
    def local(cls, user_id: UUID, workspace_id: UUID | None = None) -> "Principal":
        """Whoever runs the command on this machine, or uses a server without sign-in: may do everything."""
        return cls(user_id, workspace_id or user_id, Role.OWNER, ALL_SCOPES, "local")

    @property
    def is_owner(self) -> bool:
        """Whether they own the workspace."""
        return self.role is Role.OWNER

    def with_scope(self, scope: Scope) -> "Principal":
        """Themselves, if they may do what `scope` says.

        Raises:
            Forbidden: Their key may not.
        """
        if scope not in self.scopes:
            raise Forbidden(
                f"This key may not {scope.value}.",
                hint=f"Make one with the scope {scope.value} in the settings.",
            )
        return self

    def in_person(self) -> "Principal":
        """Themselves, unless a key speaks for them.

        Raises:
            Forbidden: It is a key.
        """
        if self.via == "key":
            raise Forbidden(
                "Keys, members and sign-ins are not managed with a key.", hint="Sign in with a browser."
            )
        return self

    def as_owner(self) -> "Principal":
        """Themselves, if they own the workspace.

        Raises:
            Forbidden: They do not.
        """
        if not self.is_owner:
            raise Forbidden("Only an owner of the workspace may do this.", hint="Ask one of its owners.")
        return self
