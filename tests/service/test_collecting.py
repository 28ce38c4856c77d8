"""A collection is paid once: whatever breaks it, whoever asks again."""

import itertools
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from soundalike.emulator import Faults, running
from soundalike.errors import BudgetExceeded, Busy, CreatorNotFound, UpstreamUnavailable
from soundalike.posts.api.client import TweetsApi, open_http
from soundalike.posts.api.pacing import LocalPace
from soundalike.posts.gathering import ApiSource
from soundalike.posts.post import Engagement, Post, last_id_before
from soundalike.service.collecting import Order, collect
from soundalike.storage import fingerprint, open_store

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADA = last_id_before(NOW - timedelta(days=400))


def post(number):
    """A post of every eighth hour, each tenth of them met by many."""
    at = NOW - timedelta(hours=8 * (number + 1))
    words = itertools.islice(
        itertools.cycle(("tea", "kiln", "loom", "barge", "quill", "fern", "oak")), number, None
    )
    text = " ".join(itertools.islice(words, 5 + number % 4)) + f" and {number * 7919 % 1009} more"
    counts = Engagement(likes=5_000 if number % 10 == 0 else 100 + number, reposts=9, replies=1, quotes=0)
    return Post(last_id_before(at), text, at, "ada", engagement=counts, author_id=ADA)


POSTS = [post(number) for number in range(1_000)]
ORDER = Order("ada", as_of=NOW, gate=4_000)


@pytest.fixture(scope="module")
def service():
    """One emulator for all; its clock leaps, so that no rate is ever exceeded."""
    ticks = itertools.count(1_800_000_000, 60)
    with running(POSTS, clock=lambda: float(next(ticks))) as emulator:
        yield emulator


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    with open_store(f"sqlite:///{tmp_path / 'kept.sqlite3'}") as opened:
        yield opened


@pytest.fixture
def run(service, store):
    """Collect over HTTP: `run(order) -> (session id, analysis, what the service was asked)`."""
    service.set_faults(Faults())

    def collected(order=ORDER, *, budget=100_000, on_page=lambda _: None, at=NOW, **options):
        @contextmanager
        def open_source(session_id):
            books = store.books(
                ALICE, session_id, key=fingerprint("k"), budget_credits=budget, now=lambda: at
            )
            with open_http(service.base_url) as http:
                waiting = {"pace": LocalPace(0.0, sleep=lambda _: None), "sleep": lambda _: None}
                api = TweetsApi(http, key=service.key, books=books, now=lambda: at, **waiting)
                yield ApiSource(api, on_page=on_page)

        before = len(service.requests)
        session_id, analysis = collect(
            order, open_source, store=store, user_id=ALICE, now=lambda: at, **options
        )
        return session_id, analysis, service.requests[before:]

    return collected


def stop_after(pages):
    """A listener that has had enough after so many pages."""
    seen = itertools.count(1)

    def on_page(_):
        if next(seen) == pages:
            raise KeyboardInterrupt

    return on_page


@pytest.mark.slow
@pytest.mark.parametrize("as_of", [NOW, None])
def test_a_stopped_collection_goes_on_in_its_session(run, store, service, as_of):
    """An hour later, too: the same window, no profile and no page a second time, and one bill for both runs."""
    order = Order("ada", as_of=as_of, gate=4_000)
    asked = len(service.requests)
    with pytest.raises(KeyboardInterrupt):
        run(order, on_page=stop_after(7))
    (broken,) = store.list_sessions(ALICE)
    assert (broken.status, broken.error_code) == ("cancelled", "cancelled")

    session_id, analysis, _ = run(order, at=NOW + timedelta(hours=1))

    log = service.requests[asked:]
    assert session_id == broken.id
    assert len({str(sorted(request.params.items())) for request in log}) == len(log)
    assert analysis.collecting.coverage.posts == 552
    assert (analysis.collecting.requests, analysis.collecting.credits) == (
        len(log),
        sum(request.credits for request in log),
    )
    assert [s.status for s in store.list_sessions(ALICE)] == ["collected"]


@pytest.mark.parametrize(
    "other",
    [
        Order("ada", as_of=NOW, gate=4_000, months=3),
        Order("ada", as_of=NOW, gate="auto"),
        Order("ada", as_of=NOW - timedelta(days=1), gate=4_000),
    ],
)
def test_another_order_starts_a_session_of_its_own(run, store, other):
    """Its posts are taken from the store all the same."""
    with pytest.raises(KeyboardInterrupt):
        run(on_page=stop_after(12))

    _, analysis, _ = run(other, at=NOW + timedelta(minutes=5))

    assert len(store.list_sessions(ALICE)) == 2
    assert analysis.collecting.kept_before >= 200


def test_yesterdays_present_is_not_todays(run, store):
    """A collection up to now that broke two days ago is not what is wanted now."""
    order = Order("ada", gate=4_000)
    with pytest.raises(KeyboardInterrupt):
        run(order, on_page=stop_after(3))

    run(order, at=NOW + timedelta(days=2))

    assert len(store.list_sessions(ALICE)) == 2


def test_a_second_collection_pays_for_the_profile_only(run):
    """Everything is here, and fresh."""
    run()

    _, analysis, asked = run(at=NOW + timedelta(hours=2))

    assert [request.path for request in asked] == ["/twitter/user/info"]
    assert analysis.collecting.credits == 18
    assert analysis.selection.passed == 56


def test_the_price_is_told_before_a_page_is_paid(run, store, service):
    """Whoever declines has paid the profile, and no session is left behind."""
    before = len(service.requests)

    def decline(creator, estimate):
        assert (creator.username, estimate.posts_high) == ("ada", 1_000)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(confirm=decline)

    assert [request.path for request in service.requests[before:]] == ["/twitter/user/info"]
    assert store.list_sessions(ALICE) == []


def test_a_ceiling_counts_what_earlier_runs_spent(run, store):
    """A broken collection cannot be made to cost its budget again and again."""
    with pytest.raises(KeyboardInterrupt):
        run(budget=1_000, on_page=stop_after(2))

    _, analysis, asked = run(budget=1_000)

    assert sum(request.credits for request in asked) <= 1_000 - 618
    assert analysis.collecting.stop_reason == "budget_reached"
    assert "60 of about" in analysis.warnings[0]


def test_more_budget_goes_on_where_less_ended(run):
    """What was bought is not bought again."""
    run(budget=1_000)

    _, analysis, asked = run(budget=100_000)

    assert analysis.collecting.kept_before == 60
    assert analysis.collecting.coverage.posts == 552
    assert sum(request.credits for request in asked) <= 18 + (552 - 60) * 15 + 300


def test_a_budget_for_the_profile_only_says_so(run):
    """There is nothing to analyse."""
    with pytest.raises(BudgetExceeded, match="the collection's budget"):
        run(budget=20)


def test_a_failure_of_the_service_is_kept_with_the_session(run, store, service):
    """With its stable code; the posts bought before it stay, and the next call goes on from there."""

    def break_down(_):
        service.set_faults(Faults.parse(["server.error_500=always"]))

    with pytest.raises(UpstreamUnavailable):
        run(on_page=break_down)
    (failed,) = store.list_sessions(ALICE)
    assert (failed.status, failed.error_code) == ("failed", "upstream_unavailable")
    assert store.count_posts(ALICE, "ada") == 20

    service.set_faults(Faults())
    session_id, analysis, _ = run()

    assert (session_id, analysis.collecting.coverage.posts) == (failed.id, 552)


def test_an_account_that_took_another_name_is_found_by_its_id(run, service):
    """Whoever collected it before is told what it is called now."""
    run()
    service.set_faults(Faults.parse(["account.ada=renamed"]))

    with pytest.raises(CreatorNotFound, match="@ada is called @ada_v2 now") as caught:
        run(Order("ada", as_of=NOW, gate=4_000, months=3))

    assert caught.value.hint == "Use @ada_v2."


def test_two_do_not_buy_the_same_posts_at_once(run, store):
    """The second is told to wait, in words; nothing is asked for it."""
    told = []

    def second(_):
        if not told:
            with pytest.raises(Busy) as caught:
                run()
            told.append(caught.value)

    run(on_page=second)

    assert "@ada is being collected by another process" in told[0].message


def test_a_sample_of_what_is_here_costs_nothing(run):
    """Everything was read whole, so nothing has to be looked at."""
    run()

    _, sample, asked = run(Order("ada", as_of=NOW - timedelta(days=1), gate=4_000, ordinary=60))

    assert [request.path for request in asked] == ["/twitter/user/info"]
    assert sample.selection.passed == 55


def test_a_sample_costs_a_fraction(run):
    """The latest sixty posts, and of the rest those liked often; the usual is that of the sixty."""
    _, sample, asked = run(Order("ada", as_of=NOW, gate=4_000, ordinary=60))

    assert sample.selection.passed == 56
    assert sum(request.credits for request in asked) <= 18 + (60 + 20 + 56 + 3) * 15
    assert max(scored.baseline for scored in sample.scored) < 300
    assert sample.median_engagement < 300
    assert sample.warnings[0].startswith("A sample, as asked: 1")
