"""What collecting a creator would cost: looked up at the tweets API, by few at a time."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final
from uuid import UUID

from soundalike.errors import SettingsError
from soundalike.posts.api.client import TweetsApi
from soundalike.posts.api.estimate import Estimate
from soundalike.posts.api.planning import Wish
from soundalike.posts.post import Creator, Window
from soundalike.schemas.collecting import EstimateBody
from soundalike.web.drafting import Bench
from soundalike.web.problems import Refused

OpenApi = Callable[[UUID], AbstractContextManager[TweetsApi]]
"""Opens the tweets API on a workspace's account."""

_AT_ONCE: Final = 4
_SECONDS: Final = 60.0  # a free key waits 5.5 s for a turn


class Pricing:
    """Looks at profiles, which costs 18 credits each."""

    def __init__(self, open_api: OpenApi, now: Callable[[], datetime]) -> None:
        self._open_api, self._now = open_api, now
        self._bench = Bench(at_once=_AT_ONCE, seconds=_SECONDS, what="looked up")

    def estimate(self, workspace_id: UUID, username: str, months: int) -> EstimateBody:
        """What collecting so many months up to now would bring and cost.

        Raises:
            CreatorError, UpstreamError, BudgetExceeded: As the tweets API says.
            Refused: There is no key, or too many are asking.
        """
        return EstimateBody.of(*self.look_up(workspace_id, username, months))

    def look_up(self, workspace_id: UUID, username: str, months: int) -> tuple[Creator, Estimate]:
        """The account, and what collecting so many months of it would bring and cost; raises as `estimate` does."""
        return self._bench.run(lambda: self._ask(workspace_id, username, months))

    def _ask(self, workspace_id: UUID, username: str, months: int) -> tuple[Creator, Estimate]:
        try:
            with self._open_api(workspace_id) as api:
                creator = api.fetch_creator(username)
                found = api.estimate(creator, Wish(Window.months_before(self._now(), months)))
        except SettingsError as error:
            raise Refused("not_configured", error.message, hint=error.hint) from error
        return creator, found

    def close(self) -> None:
        """Begin nothing more, and wait for what runs."""
        self._bench.close()
