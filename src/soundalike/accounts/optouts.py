"""Creators whom nobody in a workspace may train on."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, func, select

from soundalike.accounts.facts import MAX_OPT_OUTS
from soundalike.accounts.principal import Principal
from soundalike.accounts.records import OptOut
from soundalike.errors import AccountConflict, UnknownAccount
from soundalike.posts.post import read_username
from soundalike.storage.database import Database, insert_into
from soundalike.storage.tables import opt_outs


class OptOuts:
    """The opt-outs of a workspace: any member notes one, an owner takes it back."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def list(self, principal: Principal) -> list[OptOut]:
        """List the workspace's, by username."""
        here = opt_outs.c.workspace_id == principal.workspace_id
        statement = select(opt_outs.c.username, opt_outs.c.note, opt_outs.c.created_at).where(here)
        with self._database.reading() as connection:
            return [OptOut(*row) for row in connection.execute(statement.order_by(opt_outs.c.username))]

    def has(self, workspace_id: UUID, username: str) -> bool:
        """Whether a creator opted out, whatever the case of the name."""
        named = (opt_outs.c.workspace_id == workspace_id, opt_outs.c.username == username.lower())
        with self._database.reading() as connection:
            return bool(connection.scalar(select(exists().where(*named))))

    def put(self, principal: Principal, username: str, note: str | None = None) -> OptOut:
        """Note that a creator opted out; one who is noted already gets the new note.

        Raises:
            InvalidUsername: It cannot be a name on X.
            AccountConflict: There are as many as there may be.
        """
        opt_out = OptOut(read_username(username).lower(), note, self._now())
        values = {
            "workspace_id": principal.workspace_id,
            "username": opt_out.username,
            "note": note,
            "created_at": opt_out.created_at,
        }
        here = opt_outs.c.workspace_id == principal.workspace_id
        with self._database.writing() as connection:
            if (connection.scalar(select(func.count()).where(here)) or 0) >= MAX_OPT_OUTS:
                raise AccountConflict(f"A workspace keeps at most {MAX_OPT_OUTS:,} opt-outs.")
            columns = [opt_outs.c.workspace_id, opt_outs.c.username]
            statement = insert_into(connection, opt_outs).values(values)
            connection.execute(statement.on_conflict_do_update(index_elements=columns, set_={"note": note}))
        return opt_out

    def delete(self, principal: Principal, username: str) -> None:
        """Take an opt-out back.

        Raises:
            Forbidden: The principal does not own the workspace.
            UnknownAccount: The creator is not noted.
            InvalidUsername: It cannot be a name on X.
        """
        name = read_username(username).lower()
        this = (opt_outs.c.workspace_id == principal.as_owner().workspace_id, opt_outs.c.username == name)
        with self._database.writing() as connection:
            if not connection.execute(delete(opt_outs).where(*this)).rowcount:
                raise UnknownAccount(f"No opt-out of @{name} is noted.")
