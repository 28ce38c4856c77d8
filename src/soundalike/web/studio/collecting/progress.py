"""How far a collection is: pages, posts, money and time, and what of the window is still to be read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final, Literal

from soundalike.errors import UnknownTraining
from soundalike.posts.api.planning import Wish, expected_posts, plan
from soundalike.posts.api.pricing import PAGE_POSTS, POST_CREDITS
from soundalike.posts.post import Creator, Post, Window
from soundalike.schemas.collecting import CreatorShape
from soundalike.schemas.sessions import status_of
from soundalike.service.collecting import order_of
from soundalike.storage import TrainingSession
from soundalike.storage.job_records import Job, JobKey
from soundalike.storage.progress import Brought, read_brought, read_latest, read_reach
from soundalike.web.parts import Parts
from soundalike.web.studio.language import _

_SHOWN: Final = 5
_MOST_CELLS: Final = 50
_TELLING_SHARE: Final = 0.02  # of a window, before the part read says how much the whole holds

Phase = Literal["waiting", "profile", "window", "earlier", "ended"]


@dataclass(frozen=True, slots=True)
class Progress:
    """A collection at this moment. `gaps` are what of the window is not read; `left` pages are expected in them."""

    session: TrainingSession
    window: Window
    at: datetime
    job: Job | None = None
    creator: Creator | None = None
    brought: Brought = field(default_factory=Brought)
    gaps: tuple[Window, ...] = ()
    left: int | None = None
    posts: int = 0
    ceiling: int = 0
    latest: tuple[Post, ...] = ()

    @property
    def phase(self) -> Phase:
        """What is being done."""
        if status_of(self.session) != "collecting":
            return "ended"
        if self.job and self.job.status == "queued" and not self.brought.pages:
            return "waiting"
        if self.creator is None:
            return "profile"
        return "window" if self.gaps else "earlier"

    @property
    def page(self) -> int:
        """The number of the page being asked for."""
        return self.brought.pages + 1

    @property
    def pages(self) -> int | None:
        """How many pages there will be, about."""
        return None if self.left is None else self.brought.pages + max(self.left, 1)

    @property
    def seconds(self) -> float | None:
        """How long this run has taken so far, or took."""
        began = self.job.started_at if self.job else self.session.created_at
        ended = (self.job.ended_at if self.job else self.session.completed_at) or self.at
        return max((ended - began).total_seconds(), 0.0) if began else None

    @property
    def seconds_left(self) -> float | None:
        """How much longer it will take at the pace so far."""
        if not self.left or not self.brought.pages_lately or self.seconds is None:
            return None
        return self.left * self.seconds / self.brought.pages_lately

    @property
    def price_left(self) -> int | None:
        """What the pages still expected cost, in credits."""
        return None if self.left is None else max(self.left, 1) * PAGE_POSTS * POST_CREDITS

    @property
    def cells(self) -> list[str]:
        """The bar of pages, a class for each cell; each stands for several where there are many."""
        pages = max(self.pages or self.page, self.page)
        count = min(pages, _MOST_CELLS)
        done = self.brought.pages * count // pages
        return ["in"] * done + ["now"] + [""] * (count - done - 1)

    @property
    def back_to(self) -> datetime | None:
        """The day down to which the window is read, where it is read in one piece from its end."""
        only = self.gaps[0] if len(self.gaps) == 1 else None
        return only.end if only and only.start == self.window.start and only.end < self.window.end else None

    @property
    def share(self) -> float:
        """How much of the window is read, 0 to 1."""
        return 1 - _length(self.gaps) / (self.window.end - self.window.start)

    @property
    def pieces(self) -> list[Window]:
        """What of the window is read, the latest first."""
        edges = [
            self.window.end,
            *(edge for gap in self.gaps for edge in (gap.end, gap.start)),
            self.window.start,
        ]
        found = [Window(start, end) for end, start in zip(edges[::2], edges[1::2], strict=True)]
        return [piece for piece in found if piece.start < piece.end]

    def place(self, moment: datetime) -> float:
        """Where a moment lies in the window, in percent."""
        return 100 * ((moment - self.window.start) / (self.window.end - self.window.start))

    @property
    def ticks(self) -> list[datetime]:
        """The beginnings of the window's months."""
        first = self.window.start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        months: list[datetime] = []
        while first < self.window.end:
            months += [first] if first >= self.window.start else []
            first = (first + timedelta(days=32)).replace(day=1)
        return months[:: max(1, len(months) // 6)]

    @property
    def says(self) -> str:
        """Where it is, in a sentence that changes with every tenth of the window."""
        name = self.session.creator_username
        told: dict[Phase, str] = {
            "waiting": _("The collection waits for its turn."),
            "profile": _("Looking up @%(name)s.", name=name),
            "window": _("%(tens)s %% of the window is read.", tens=10 * int(10 * self.share)),
            "earlier": _("All of the window is read. Earlier posts follow, for the voice."),
            "ended": _("The collection has ended."),
        }
        return told[self.phase]

    @property
    def mark(self) -> tuple[object, ...]:
        """What has to change before whoever looks is told."""
        return (self.session.status, self.phase, self.brought, self.posts)


def read_progress(parts: Parts, session: TrainingSession) -> Progress:
    """Look how far a session's collection is."""
    at, job = parts.now(), find_job(parts, session)
    window = window_of(session)
    creator = CreatorShape.model_validate(session.creator).creator() if session.creator else None
    if creator is None:
        return Progress(session, window, at, job=job, ceiling=_ceiling(parts, job))
    whose = (parts.store.database, session.user_id)
    gaps = _gaps(Wish(window), parts, session, creator, at)
    posts = parts.store.count_posts(session.user_id, creator.username, window)
    return Progress(
        session,
        window,
        at,
        job=job,
        creator=creator,
        brought=_brought(parts, session, job),
        gaps=gaps,
        left=None if session.settings.get("ordinary") else _pages_in(gaps, window, creator, posts, at),
        posts=posts,
        ceiling=_ceiling(parts, job),
        latest=tuple(read_latest(*whose, creator.username, window, most=_SHOWN)),
    )


def look_again(parts: Parts, before: Progress) -> Progress:
    """How it stands a little later: what requests brought is put away with them, so only they tell of news.

    Raises:
        UnknownSession: It was deleted meanwhile.
    """
    if _brought(parts, before.session, before.job) == before.brought:
        return replace(before, at=parts.now())
    return read_progress(parts, parts.store.get_session(before.session.user_id, before.session.id))


def find_job(parts: Parts, session: TrainingSession) -> Job | None:
    """The job that collects for a session; a command on this machine does without."""
    try:
        return parts.store.jobs.get(session.user_id, JobKey(session.id, "collect"))
    except UnknownTraining:
        return None


def window_of(session: TrainingSession) -> Window:
    """The window a session is about."""
    order = order_of(session)
    return Window.months_before(order.as_of or session.created_at, order.months)


def _brought(parts: Parts, session: TrainingSession, job: Job | None) -> Brought:
    since = job.started_at if job else session.created_at
    database, whose = parts.store.database, session.user_id
    return read_brought(database, whose, [session.id], since=since).get(session.id, Brought())


def _gaps(
    wish: Wish, parts: Parts, session: TrainingSession, creator: Creator, at: datetime
) -> tuple[Window, ...]:
    reach = read_reach(parts.store.database, session.user_id, creator.username)
    todo = plan(wish, reach, creator, now=at)
    pieces = [Window(max(s.start, wish.window.start), min(s.reached, wish.window.end)) for s in todo]
    return tuple(piece for piece in pieces if piece.start < piece.end)


def _pages_in(gaps: Sequence[Window], window: Window, creator: Creator, posts: int, at: datetime) -> int:
    """Pages still to come: as many as the part read lets expect, or else the account's average pace."""
    unread = _length(gaps) / (window.end - window.start)
    by_pace = sum(expected_posts(creator, gap, now=at) for gap in gaps)
    expected = posts / (1 - unread) * unread if unread < 1 - _TELLING_SHARE else by_pace
    most = expected if creator.posts_count is None else max(creator.posts_count - posts, 0)
    return ceil(min(expected, most) / PAGE_POSTS)


def _length(gaps: Sequence[Window]) -> timedelta:
    return sum((gap.end - gap.start for gap in gaps), timedelta())


def _ceiling(parts: Parts, job: Job | None) -> int:
    ceiling, asked = parts.settings.twitter_api_budget_credits, job.order.get("budget") if job else None
    return ceiling if asked is None else min(ceiling, asked)
