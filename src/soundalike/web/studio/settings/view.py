"""What the settings show, read in small queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import Request

from soundalike.accounts import Principal
from soundalike.drafts.local import LocalModel, find_local_models
from soundalike.storage.holdings import Held, read_held, read_oldest
from soundalike.storage.spending import Ledger, MonthSpending, SessionSpending
from soundalike.telemetry.lately import Lately
from soundalike.web.parts import Parts
from soundalike.web.studio.words import number

_MONTHS: Final = 12
_SESSIONS: Final = 50
_LOOK_EVERY: Final = 60.0  # seconds between looks at what runs on this machine
_PATIENCE: Final = 0.8  # seconds that a page waits for the first of them
_SMALL: Final = ("embedded",)


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month's spending, and its share of the ceiling."""

    begins: datetime
    spent: MonthSpending
    share: float


@dataclass(frozen=True, slots=True)
class Writer:
    """The language model that the settings name, and others that run on this machine; None while that is looked up."""

    spec: str
    is_embedded: bool
    others: tuple[LocalModel, ...] | None


def read_settings_page(request: Request, who: Principal, parts: Parts, *, about: str) -> dict[str, Any]:
    """All that the page shows; `about` is the creator who may be forgotten."""
    accounts, settings = parts.accounts, parts.settings
    is_local = who.via == "local"
    workspace = accounts.workspaces.get(who.user_id, who.workspace_id)
    ledger = parts.store.ledger(who.workspace_id)
    oldest = read_oldest(parts.store.database, who.workspace_id)
    own = workspace.retention_days
    lasting = settings.soundalike_retention_days if own is None else own
    return {
        "is_local": is_local,
        "is_person": who.via == "browser",
        "is_owner": who.is_owner,
        "me": accounts.users.get(who.user_id),
        "workspace": workspace,
        "keys": accounts.keys.list(who) if who.via == "browser" else [],
        "members": [] if is_local else accounts.workspaces.members(who),
        "invitations": accounts.invitations.list(who) if who.via == "browser" and who.is_owner else [],
        "logins": accounts.logins.list(who) if who.via == "browser" else [],
        "opt_outs": accounts.opt_outs.list(who),
        "days": settings.soundalike_retention_days,
        "oldest": oldest,
        "deleted_at": oldest.fetched_at + timedelta(days=lasting) if oldest and lasting else None,
        "has_api_key": settings.twitter_api_key is not None,
        "stand_in": settings.stand_in,
        "budget": settings.twitter_api_budget_credits,
        "monthly": settings.twitter_api_monthly_credits,
        "months": _months(ledger, settings.twitter_api_monthly_credits),
        "sessions": ledger.sessions[:_SESSIONS],
        "outcomes": {str(each.session_id): _failures(each) for each in ledger.sessions[:_SESSIONS]},
        "writer": _writer(request, parts),
        "host": f"{request.url.scheme}://{request.headers.get('host', '')}",
        "held": _held(about, who, parts) if about else None,
    }


def _months(ledger: Ledger, ceiling: int) -> list[Month]:
    return [
        Month(
            datetime(each.year, each.month, 1),  # noqa: DTZ001 - a month, no moment
            each,
            min(each.credits / ceiling, 1.0) if ceiling else 0.0,
        )
        for each in ledger.months[:_MONTHS]
    ]


def _failures(spent: SessionSpending) -> str:
    """What became of requests that were not answered well, as “2 upstream_unavailable”."""
    return ", ".join(
        f"{number(count)} {outcome}" for outcome, count in sorted(_not_ok(spent.outcomes).items())
    )


def _not_ok(outcomes: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in outcomes.items() if name != "ok"}


def _held(username: str, who: Principal, parts: Parts) -> Held:
    return read_held(parts.store.database, who.workspace_id, username)


def _writer(request: Request, parts: Parts) -> Writer:
    spec = parts.settings.soundalike_llm
    found = _neighbours(request).get()[0]
    others = None if found is None else tuple(each for each in found if spec not in each.settings)
    return Writer(spec, spec.startswith(_SMALL), others)


def _neighbours(request: Request) -> Lately[list[LocalModel]]:
    """What runs on this machine, as it was of late: one look for the whole application."""
    state = request.app.state
    if not hasattr(state, "neighbours"):
        state.neighbours = Lately(find_local_models, seconds=_LOOK_EVERY, patience_seconds=_PATIENCE)
    found: Lately[list[LocalModel]] = state.neighbours
    return found
