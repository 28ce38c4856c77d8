"""What the handlers work with."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from soundalike import __version__
from soundalike.accounts import Accounts
from soundalike.config import Settings
from soundalike.exports.signing import Signer
from soundalike.posts.api.client import TweetsApi
from soundalike.service.jobs import JobDesk
from soundalike.service.reviewing import Review
from soundalike.storage import Store
from soundalike.storage.fleet import read_fleet
from soundalike.storage.job_records import Limits
from soundalike.telemetry.lately import Lately
from soundalike.telemetry.metrics import Metrics
from soundalike.virality.forecast import Forecaster
from soundalike.web.drafting import Bench, Kept, Studio
from soundalike.web.hub import Hub
from soundalike.web.pricing import Pricing
from soundalike.web.readiness import ReadyBody, look
from soundalike.wiring import now, open_api, open_signer, open_writer, writer_spec


@dataclass(frozen=True, slots=True)
class Parts:
    """The real parts behind the routes."""

    settings: Settings
    store: Store
    accounts: Accounts
    desk: JobDesk
    hub: Hub
    studio: Studio
    forecasters: Kept[Forecaster | None]
    reviews: Kept[Review]
    metrics: Metrics
    pricing: Pricing
    readiness: Lately[ReadyBody]
    now: Callable[[], datetime]

    def signer(self) -> Signer:
        """Whoever signs voice files here."""
        return open_signer(self.settings)

    def let_go(self) -> None:
        """Keep nothing in memory of what may just have been deleted."""
        self.studio.forget()
        self.forecasters.clear()
        self.reviews.clear()


async def parts_of(request: Request) -> Parts:
    """The parts of the application that got the request."""
    parts: Parts = request.app.state.parts
    return parts


@contextmanager
def open_parts(
    settings: Settings, store: Store, *, now: Callable[[], datetime] = now, bench: Bench | None = None
) -> Iterator[Parts]:
    """The parts on an open store, drafts being written on `bench`; closed at the end, once nobody writes any more."""
    accounts = Accounts(store.database, now=now)
    hub = Hub(store.jobs.marks)
    with ExitStack() as stack:
        studio = Studio(
            store,
            partial(open_writer, settings),
            bench or Bench(),
            spec_for=partial(writer_spec, settings),
        )
        stack.callback(studio.close)
        pricing = Pricing(partial(_open_api, settings, store), now)
        stack.callback(pricing.close)
        stack.callback(hub.close)
        yield Parts(
            settings=settings,
            store=store,
            accounts=accounts,
            desk=JobDesk(
                store,
                now=now,
                limits=Limits(settings.soundalike_jobs_queued, settings.soundalike_jobs_daily),
                is_opted_out=accounts.opt_outs.has,
            ),
            hub=hub,
            studio=studio,
            forecasters=Kept(),
            reviews=Kept(),
            metrics=Metrics(version=__version__, read_fleet=lambda: read_fleet(store.database, at=now())),
            pricing=pricing,
            readiness=Lately(partial(look, settings, store), seconds=2.0),
            now=now,
        )


def _open_api(settings: Settings, store: Store, workspace_id: UUID) -> AbstractContextManager[TweetsApi]:
    return open_api(settings, store, user_id=workspace_id)


PartsOf = Annotated[Parts, Depends(parts_of)]
