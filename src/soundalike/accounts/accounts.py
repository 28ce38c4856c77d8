"""All that has to do with users, on one database."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from soundalike.accounts.access import Access
from soundalike.accounts.cache import KeyCache
from soundalike.accounts.facts import START_LINK_LASTS
from soundalike.accounts.identities import Identities
from soundalike.accounts.invitations import Invitations
from soundalike.accounts.keys import Keys, find_key
from soundalike.accounts.logins import Logins
from soundalike.accounts.optouts import OptOuts
from soundalike.accounts.principal import Principal
from soundalike.accounts.records import ApiKey
from soundalike.accounts.throttle import Throttle
from soundalike.accounts.users import Users
from soundalike.accounts.workspaces import Workspaces
from soundalike.storage.database import Database


class Accounts:
    """Users, workspaces, invitations, logins, keys and opt-outs.

    Threads share one. Every method may raise StorageError. `now` gives the present moment, UTC.
    """

    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        cache, throttle = KeyCache(now), Throttle(database)
        self._database, self._now, self._has_local = database, now, False
        self._access = Access(database, now, cache)
        self.users = Users(database, now, cache)
        self.workspaces = Workspaces(database, now, cache)
        self.invitations = Invitations(database, now, throttle)
        self.logins = Logins(database, now, throttle)
        self.identities = Identities(database, now)
        self.keys = Keys(database, now, cache)
        self.opt_outs = OptOuts(database, now)

    def principal_of_key(self, text: str) -> Principal:
        """Say whose API key this is.

        Raises:
            Unauthorized: It is none, revoked or expired, or its user is no longer in the workspace.
        """
        return self._access.principal_of_key(text)

    def key_at_hand(self, text: str) -> Principal | None:
        """Say whose API key this is if it was verified a moment ago, without waiting for anything."""
        return self._access.key_at_hand(text)

    def principal_of_cookie(self, token: str) -> Principal:
        """Say whose login this is.

        Raises:
            Unauthorized: It has ended, or its user may no longer be here.
        """
        return self._access.principal_of_cookie(token)

    def local_principal(self, user_id: UUID, name: Callable[[], str]) -> Principal:
        """The user of this machine, who needs no proof; made with that name if they never were."""
        if not self._has_local:
            self.users.ensure_local(user_id, name())
            self._has_local = True
        return Principal.local(user_id)

    def start_link(self, user_id: UUID, name: str) -> str:
        """The token of a link that signs the user of this machine in, once, within 15 minutes."""
        user = self.users.ensure_local(user_id, name)
        return self.logins.make_link(user.id, lasts=START_LINK_LASTS)

    def find_key(self, key_id: str) -> ApiKey:
        """Load a key that is not revoked, whoever's: the operator's own doing.

        Raises:
            UnknownAccount: None has this id.
        """
        return find_key(self._database, key_id)
