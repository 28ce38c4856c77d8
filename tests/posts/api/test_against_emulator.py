"""The client against a real HTTP server that misbehaves as the real service does."""

import itertools
from datetime import UTC, datetime

import pytest

from soundalike.emulator import Faults, running
from soundalike.errors import (
    CreatorNotFound,
    CreatorProtected,
    CreatorUnavailable,
    SoundalikeError,
    UpstreamOutOfCredits,
    UpstreamUnauthorized,
)
from soundalike.posts.api.books import MemoryBooks
from soundalike.posts.api.client import TweetsApi, open_http
from soundalike.posts.api.pacing import LocalPace
from soundalike.posts.files import load_posts
from soundalike.posts.gathering import ApiSource, FileSource, gather
from soundalike.posts.post import Window
from soundalike.training.analysis import Collecting, analyse

AS_OF = datetime(2017, 10, 31, tzinfo=UTC)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
WINDOW = Window.months_before(AS_OF, 6)

# Everything the contract says a client must survive without losing a post.
ANYWHERE = [
    "",
    "last_tweets_envelope=in_data",
    "last_tweets_envelope=openapi_flat",
    "last_tweets_envelope=data_null",
    "last_tweets_envelope=empty",
    "last_page_cursor=filled",
    "dialect=B",
    "dialect=A",
    "pin=separate",
    "pin=on_top",
    "nested=null",
    "nested=empty",
    "nested=stub",
    "omit_fields=url+viewCount",
    "omit_fields=displayTextRange",
    "omit_fields=inReplyToUserId",
    "text_escape=html",
    "server.error_500=every:5",
    "server.html_502=every:5",
    "server.cut_json=every:5",
    "account.BarackObama=transient_not_found",
    "tier=free",
    "last_tweets_depth=100",
]
IN_SEARCH = [
    "search.dup_rate=0.3",
    "search.same_page_cursor=every:4",
    "search.empty_page_with_next=every:5",
    "search.endless=on",
    "search.repeat_cursor=every:6",
    "search.dry_after=40",
    "search.short_pages=every:2",
    "search.transient_empty=every:7",
]


@pytest.fixture(scope="module")
def posts(shared):
    """Obama's real posts."""
    return load_posts(shared / "data/creators/BarackObama.jsonl")


def analysed(creator, gathered):
    """The analysis of what was gathered."""
    collecting = Collecting(len(gathered.posts))
    return analyse(gathered.posts, creator=creator, window=WINDOW, gate=100_000, collecting=collecting)


@pytest.fixture(scope="module")
def service(posts):
    """One emulator for the file; each test sets its faults."""
    with running(posts, clock=clock_of(60)) as emulator:
        yield emulator


@pytest.fixture
def misbehaving(service):
    """The emulator with these faults, its log of requests begun anew: `misbehaving("tier=free", …)`."""

    def with_faults(*faults):
        service.set_faults(Faults.parse([fault for fault in faults if fault]))
        return service, len(service.requests)

    return with_faults


@pytest.fixture(scope="module")
def best(posts):
    """Ids of the best 20 viral posts, found without any network."""
    source = FileSource(posts)
    creator = source.creator("BarackObama")
    return [s.post.id for s in analysed(creator, gather(source, creator, WINDOW)).selection.posts]


def clock_of(steps):
    """A clock that is a minute later at each look, so that the emulator's rate limit is never met."""
    ticks = itertools.count(1_800_000_000, steps)
    return lambda: float(next(ticks))


def collected(emulator, *, key=None, budget=50_000, now=NOW):
    """Collect over HTTP with a client that waits for nothing."""
    pace = LocalPace(0.0, sleep=lambda _: None)
    with open_http(emulator.base_url) as http:
        books = MemoryBooks(budget)
        api = TweetsApi(
            http, key=key or emulator.key, pace=pace, books=books, sleep=lambda _: None, now=lambda: now
        )
        source = ApiSource(api)
        creator = source.creator("BarackObama")
        return creator, gather(source, creator, WINDOW)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [*ANYWHERE, *IN_SEARCH])
def test_a_search_of_the_past_finds_the_same_viral_posts_through_every_fault(misbehaving, best, fault):
    """28 posts of the window have 100,000 or more, and the best 20 are the same however the service misbehaves."""
    emulator, _ = misbehaving(fault)
    found = analysed(*collected(emulator))
    assert found.selection.passed == 28
    assert [scored.post.id for scored in found.selection.posts] == best


@pytest.mark.parametrize("fault", ANYWHERE)
def test_a_timeline_of_the_present_finds_the_same_viral_posts_through_every_fault(misbehaving, best, fault):
    """Where the window ends today the timeline is read, in whichever envelope it comes."""
    emulator, before = misbehaving(fault)
    found = analysed(*collected(emulator, now=AS_OF))
    assert "/twitter/user/last_tweets" in {request.path for request in emulator.requests[before:]}
    assert found.selection.passed == 28
    assert [scored.post.id for scored in found.selection.posts] == best


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("not_found", CreatorNotFound),
        ("renamed", CreatorNotFound),
        ("protected", CreatorProtected),
        ("suspended_documented", CreatorUnavailable),
        ("suspended_error", CreatorUnavailable),
        ("suspended_null", CreatorNotFound),
    ],
)
def test_an_account_that_cannot_be_collected_is_told_before_any_page_is_paid(posts, state, error):
    """Each state of an account has its own sentence, and costs a profile at most."""
    with running(
        posts, faults=Faults.parse([f"account.BarackObama={state}"]), clock=clock_of(60)
    ) as emulator:
        with pytest.raises(error):
            collected(emulator)
        assert {request.path for request in emulator.requests} == {"/twitter/user/info"}


def test_a_wrong_key_and_an_empty_purse_are_told_apart(misbehaving):
    """Both say what to do; neither prints the key."""
    emulator, _ = misbehaving()
    with pytest.raises(UpstreamUnauthorized) as wrong:
        collected(emulator, key="not-the-key")
    assert "not-the-key" not in str(wrong.value)
    emulator, _ = misbehaving("credits.bonus=0", "credits.recharge=0")
    with pytest.raises(UpstreamOutOfCredits):
        collected(emulator)


@pytest.mark.parametrize("budget", [18, 300, 700, 3_000])
def test_a_budget_is_never_passed(misbehaving, budget):
    """What the service billed stays within the ceiling, and what was bought is kept."""
    emulator, before = misbehaving()
    try:
        _, gathered = collected(emulator, budget=budget)
        assert gathered.posts
    except SoundalikeError as error:
        assert error.code == "budget_exceeded"  # noqa: PT017 - either outcome is right
    assert sum(request.credits for request in emulator.requests[before:]) <= max(budget, 18)


def test_a_window_that_holds_little_is_widened_for_the_voice_only(misbehaving):
    """29 usable posts are too few for a voice; older ones are fetched, and the window's stay what they are."""
    emulator, _ = misbehaving()
    found = analysed(*collected(emulator))
    assert len(found.collection.kept) == 29
    assert len(found.collection.voice_corpus) >= 100
