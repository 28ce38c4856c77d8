"""What was spent."""

from collections.abc import Iterable
from datetime import datetime

from soundalike.posts.api.pricing import CREDITS_PER_USD
from soundalike.schemas.shape import Shape
from soundalike.storage.spending import Check, Ledger, SessionSpending


class SpendingShape(Shape):
    """What one training session cost, at most; a stand-in bills nobody."""

    training_session_id: str | None
    username: str | None
    requests: int
    posts: int
    credits: int
    usd: float
    unanswered: int
    stand_in: bool
    outcomes: dict[str, int]
    first_at: datetime
    last_at: datetime

    @classmethod
    def of(cls, spent: SessionSpending) -> "SpendingShape":
        """Shape a session's spending."""
        return cls(
            training_session_id=str(spent.session_id) if spent.session_id else None,
            username=spent.username,
            requests=spent.requests,
            posts=spent.posts,
            credits=spent.credits,
            usd=spent.credits / CREDITS_PER_USD,
            unanswered=spent.open_requests,
            stand_in=spent.is_stand_in,
            outcomes=spent.outcomes,
            first_at=spent.first_at,
            last_at=spent.last_at,
        )


class MonthShape(Shape):
    """What a calendar month (UTC) cost, at most."""

    month: str
    requests: int
    posts: int
    credits: int
    usd: float


class CheckShape(Shape):
    """The books against the service's balance, over a span at whose ends no charge was under way."""

    start: datetime
    end: datetime
    booked: int
    balance_fell: int
    difference: int | None

    @classmethod
    def of(cls, check: Check) -> "CheckShape":
        """Shape a check; there is no difference after a top-up."""
        return cls(
            start=check.start.at,
            end=check.end.at,
            booked=check.booked,
            balance_fell=check.fell,
            difference=check.difference,
        )


class LedgerBody(Shape):
    """What was spent on what, newest first."""

    sessions: list[SpendingShape]
    months: list[MonthShape]
    monthly_credits: int
    checks: list[CheckShape]

    @classmethod
    def of(cls, ledger: Ledger, checks: Iterable[Check], *, monthly_credits: int) -> "LedgerBody":
        """Shape a ledger."""
        return cls(
            sessions=[SpendingShape.of(spent) for spent in ledger.sessions],
            months=[
                MonthShape(
                    month=f"{month.year}-{month.month:02}",
                    requests=month.requests,
                    posts=month.posts,
                    credits=month.credits,
                    usd=month.credits / CREDITS_PER_USD,
                )
                for month in ledger.months
            ],
            monthly_credits=monthly_credits,
            checks=[CheckShape.of(check) for check in checks],
        )
