"""What stands around every page: who is at work where, how much there is, what was lately looked at, what was spent."""

from dataclasses import dataclass
from uuid import UUID

from soundalike.accounts import Principal
from soundalike.accounts.records import Workspace
from soundalike.storage.overview import Recent, read_overview
from soundalike.storage.spending import month_of
from soundalike.web.parts import Parts


@dataclass(frozen=True, slots=True)
class Shell:
    """The sidebar. Spending is of this calendar month, in credits; `ceiling` is the most a month may cost."""

    user: str
    is_local: bool
    workspace_id: UUID
    workspace: str
    workspaces: tuple[Workspace, ...]
    voices: int
    running: int
    recent: tuple[Recent, ...]
    spent: int
    ceiling: int

    @property
    def share(self) -> float:
        """How much of the month's ceiling is spent, 0 to 1."""
        return min(self.spent / self.ceiling, 1.0) if self.ceiling else 0.0


def read_shell(parts: Parts, who: Principal) -> Shell:
    """Read what the sidebar shows: one small query each."""
    workspaces = parts.accounts.workspaces.list(who.user_id)
    current = next((each.name for each in workspaces if each.id == who.workspace_id), "")
    overview = read_overview(parts.store.database, who.workspace_id, since=month_of(parts.now()))
    return Shell(
        user=parts.accounts.users.get(who.user_id).name,
        is_local=who.via == "local",
        workspace_id=who.workspace_id,
        workspace=current,
        workspaces=tuple(workspaces),
        voices=overview.voices,
        running=overview.running,
        recent=overview.recent,
        spent=overview.spent,
        ceiling=parts.settings.twitter_api_monthly_credits,
    )
