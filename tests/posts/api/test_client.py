"""Collections over a scripted service: what is asked, paid, kept and said."""

import json
import re
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.errors import (
    BudgetExceeded,
    CreatorProtected,
    SchemaDrift,
    SettingsError,
    UpstreamOutOfCredits,
)
from soundalike.posts.api.books import MemoryBooks
from soundalike.posts.api.client import TweetsApi, open_http
from soundalike.posts.api.pacing import LocalPace, spacing_of
from soundalike.posts.api.planning import Wish
from soundalike.posts.api.stretches import StopReason
from soundalike.posts.post import Creator, Window, last_id_before

KEY = "new1_0123456789abcdef"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HALF_YEAR = Window(NOW - timedelta(days=180), NOW)
LONG_AGO = Window(NOW - timedelta(days=180), NOW - timedelta(days=60))
ADA = Creator(id="7", username="ada", posts_count=5_000)
PER_PAGE = 20


def item(at, *, text="words", author="7", nth=0):
    """A post of the moment `at`, the `nth` in its second."""
    return {
        "id": str(int(last_id_before(at)) + 1 + nth),
        "text": text,
        "createdAt": at.strftime("%a %b %d %H:%M:%S +0000 %Y"),
        "author": {"id": author, "userName": "ada" if author == "7" else "bob"},
        "likeCount": 3,
    }


def every(hours, count, *, end=NOW):
    """`count` posts, newest first, one each so many hours."""
    return [item(end - timedelta(hours=hours) * (number + 1)) for number in range(count)]


def reply(payload, status=200, headers=None):
    """A reply with a JSON body."""
    return httpx2.Response(status, content=json.dumps(payload).encode(), headers=headers)


class Service:
    """A small service: timelines, searches and profiles over one list of posts, and one fault a request at most."""

    def __init__(
        self, posts, *, timeline_depth=10**6, chain_depth=10**6, faults=None, twist=lambda page, _: page
    ):
        self.posts, self.timeline_depth, self.chain_depth = posts, timeline_depth, chain_depth
        self.faults, self.twist = faults or {}, twist
        self.balance = {"recharge_credits": 0, "total_bonus_credits": 10_000}
        self.profile = {"id": "7", "userName": "ada", "statusesCount": 5_000}
        self.log = []

    def __call__(self, request):
        self.log.append(request)
        fault = self.faults.get(len(self.log))
        if isinstance(fault, BaseException):
            raise fault
        return fault or self.answer(request.url.path, dict(request.url.params))

    def answer(self, path, params):
        if path == "/oapi/my/info":
            return reply(self.balance)
        if path == "/twitter/user/info":
            return reply({"status": "success", "data": self.profile})
        begin = int(params.get("cursor") or 0)
        if path == "/twitter/user/last_tweets":
            return reply(self.page(self.posts[: self.timeline_depth], begin, nest=True))
        return reply(self.page(self.found(params["query"])[: self.chain_depth], begin, nest=False))

    def found(self, query):
        limits = dict(re.findall(r"(\w+):(\d+)", query))
        since, until = int(limits["since_time"]), int(limits["until_time"])
        newest, likes = int(limits.get("max_id", 10**19)), int(limits.get("min_faves", 0))
        return [
            post
            for post in self.posts
            if int(post["id"]) <= newest
            and post.get("likeCount", 0) >= likes
            and since <= datetime.strptime(post["createdAt"], "%a %b %d %H:%M:%S %z %Y").timestamp() < until
        ]

    def page(self, posts, begin, *, nest):
        end = begin + PER_PAGE
        more = end < len(posts)
        paging = {"has_next_page": more, "next_cursor": str(end) if more else ""}
        tweets = {"tweets": posts[begin:end]}
        page = {"status": "success", "data": tweets} | paging if nest else tweets | paging
        return self.twist(page, len(self.log))

    @property
    def queries(self):
        """The searches in the order asked, `timeline` for pages of it."""
        return [request.url.params.get("query", "timeline") for request in self.log]


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.seconds = 0.0
        self.slept = []

    def __call__(self):
        return self.seconds

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.seconds += seconds


def api_for(service, *, spacing=1.0, key=KEY, time=None, books=None):
    """A client of `service` whose time stands still but for its sleeping."""
    time, books = time or Time(), books or MemoryBooks(100_000)
    http = open_http("https://tweets.invalid", transport=httpx2.MockTransport(service))
    pace = LocalPace(spacing, clock=time, sleep=time.sleep)
    return TweetsApi(
        http,
        key=key,
        pace=pace,
        books=books,
        clock=time,
        sleep=time.sleep,
        now=lambda: NOW,
        chance=lambda: 0.0,
    )


def ignore(_):
    """Do nothing about a page."""


def fetch(service, window=HALF_YEAR, *, creator=ADA, budget=100_000, books=None, on_page=ignore, **wish):
    """What a fresh client brings."""
    api = api_for(service, books=books or MemoryBooks(budget))
    return api.fetch_posts(creator, Wish(window, **wish), on_page=on_page)


# Paging


def test_a_timeline_is_followed_until_the_window_is_covered():
    """Pages are asked for until a post older than the window comes; only the window's posts are kept."""
    service = Service(every(24, 400))

    fetched = fetch(service)

    assert fetched.stop_reason is StopReason.WINDOW_COVERED
    assert [post.id for post in fetched.posts] == [post["id"] for post in service.posts[:180]]
    assert (fetched.requests, fetched.credits, fetched.seconds) == (10, 3_000, 9.0)
    assert fetched.warnings == ()
    assert fetched.coverage.sentence == "All 180 posts of the window that the service shows."


def test_a_window_in_the_past_is_searched_for():
    """Posts newer than the window are not paid for; edges are whole seconds."""
    service = Service(every(24, 400))

    fetched = fetch(service, LONG_AGO)

    assert [post.id for post in fetched.posts] == [post["id"] for post in service.posts[60:180]]
    bounds = f"since_time:{int(LONG_AGO.start.timestamp())} until_time:{int(LONG_AGO.end.timestamp())}"
    assert service.queries[0] == f"from:ada {bounds} -filter:replies"
    assert {request.url.params["queryType"] for request in service.log} == {"Latest"}
    assert fetched.stop_reason is StopReason.LAST_PAGE
    assert (fetched.requests, fetched.credits) == (6 + 1, 120 * 15 + 15)


def test_steps_by_id_reach_every_post():
    """Also where a search dries up, and where more than a page share one second."""
    crowd = [item(NOW - timedelta(days=90, minutes=7), nth=number) for number in reversed(range(45))]
    posts = sorted(every(12, 300) + crowd, key=lambda post: int(post["id"]), reverse=True)
    service = Service(posts, chain_depth=30)

    fetched = fetch(service, LONG_AGO)

    inside = [post["id"] for post in Service(posts).found(service.queries[0])]
    assert [post.id for post in fetched.posts] == inside
    assert len(inside) > 150
    assert max(len(query.encode()) for query in service.queries) < 500


def test_a_timeline_that_ends_early_is_continued_by_search():
    """What the timeline does not reach is searched for below its oldest post, and the result says so."""
    service = Service(every(24, 400), timeline_depth=60)

    fetched = fetch(service)

    assert len(fetched.posts) == 180
    assert service.queries[:3] == ["timeline"] * 3
    assert f"max_id:{int(service.posts[59]['id']) - 1}" in service.queries[3]
    assert fetched.warnings == ("Read through a search, which finds no reposts and can miss single posts.",)


def test_an_empty_timeline_is_no_proof_of_no_posts():
    """Where the profile counts posts, search has the last word."""
    service = Service(every(24, 30), timeline_depth=0)

    fetched = fetch(service)

    assert len(fetched.posts) == 30
    assert service.queries[:2] == ["timeline", "timeline"]


def test_a_creator_without_posts_is_not_searched_for():
    """Nothing counted and nothing shown is an answer."""
    service = Service([])

    fetched = fetch(service, creator=Creator(id="7", username="ada", posts_count=0))

    assert (fetched.posts, fetched.requests, fetched.credits) == ((), 2, 30)
    assert fetched.stop_reason is StopReason.LAST_PAGE


def test_no_search_follows_where_every_counted_post_came():
    """A young account's timeline is the whole account."""
    fetched = fetch(Service(every(24, 30)), creator=Creator(id="7", username="ada", posts_count=30))

    assert (len(fetched.posts), fetched.requests) == (30, 2)
    assert fetched.stop_reason is StopReason.WINDOW_COVERED


def test_silence_about_counted_posts_is_pointed_out():
    """Both sources may be blind to small accounts."""
    fetched = fetch(Service([]))

    assert fetched.posts == ()
    assert "the profile counts 5,000" in fetched.warnings[0]


@pytest.mark.parametrize("pinned_ids", [("1754474954218274893",), ()])
def test_an_old_pinned_post_on_top_stops_nothing(pinned_ids):
    """It is older than the window, and neither the end of it nor a place to search below; known as pinned or not."""
    pinned = item(NOW - timedelta(days=900)) | {"id": "1754474954218274893"}
    service = Service([pinned, *every(24, 400)])

    fetched = fetch(
        service, creator=Creator(id="7", username="ada", posts_count=5_000, pinned_ids=pinned_ids)
    )

    assert len(fetched.posts) == 180


def test_a_pinned_post_sent_apart_belongs_to_the_collection():
    """It may be missing from the list; inside the window it counts once."""
    pinned = item(NOW - timedelta(days=100, minutes=1))

    def twist(page, _):
        page["data"]["pin_tweet"] = pinned
        return page

    fetched = fetch(Service(every(24, 200), twist=twist))

    assert len(fetched.posts) == 181
    assert pinned["id"] in {post.id for post in fetched.posts}


def test_posts_of_others_are_dropped_and_named():
    """They are paid for, so the result says how many came."""
    posts = sorted(
        [*every(24, 60), *(item(NOW - timedelta(hours=5), author="8") for _ in range(3))],
        key=lambda p: -int(p["id"]),
    )

    fetched = fetch(Service(posts), Window(NOW - timedelta(days=30), NOW))

    assert {post.author_id for post in fetched.posts} == {"7"}
    assert "Posts of other accounts that were paid for and dropped: 3." in fetched.warnings


def test_pages_of_nothing_but_others_end_a_chain():
    """Two such pages running are as good as none."""
    service = Service([item(NOW - timedelta(minutes=number), author="8") for number in range(1, 200)])

    fetched = fetch(service)

    assert fetched.posts == ()
    assert fetched.requests == 4
    assert fetched.stop_reason is StopReason.NOTHING_NEW
    assert "The service broke off (nothing_new)" in " ".join(fetched.warnings)


# Quirks of the service


def test_a_cursor_that_repeats_its_page_ends_the_chain_not_the_collection():
    """The same page under the same cursor is noticed at once; a step by id goes on below."""

    def stuck(page, _):
        return page | ({"next_cursor": "20"} if page["has_next_page"] else {})

    service = Service(every(24, 400), twist=stuck)

    fetched = fetch(service)

    assert len(fetched.posts) == 180
    assert fetched.requests <= 14


def test_fresh_cursors_to_the_same_page_end_the_chain():
    """Two pages running without a new id are enough."""
    first = every(24, PER_PAGE)
    pages = {
        number: reply({"tweets": first, "has_next_page": True, "next_cursor": str(number)})
        for number in range(1, 9)
    }

    fetched = fetch(Service(first, faults=pages))

    assert len(fetched.posts) == PER_PAGE
    assert fetched.requests == 5
    assert "posts from before 2026-10-31 12:00 UTC may be missing" in fetched.warnings[0]
    assert fetched.stop_reason is StopReason.NOTHING_NEW


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_passing_empty_answer_loses_nothing(number):
    """An empty page, first or midway, is asked for once more or stepped over."""
    empty = reply({"status": "success", "data": {"tweets": []}, "has_next_page": False, "next_cursor": ""})

    fetched = fetch(Service(every(24, 400), faults={number: empty}))

    assert len(fetched.posts) == 180


def test_an_empty_page_that_offers_more_is_followed():
    """One empty page in the middle of a chain is passed over."""
    empty = reply({"tweets": [], "has_next_page": True, "next_cursor": "40"})

    fetched = fetch(Service(every(24, 400), faults={3: empty}), LONG_AGO)

    assert len(fetched.posts) == 120


def test_items_that_cannot_be_read_are_counted():
    """They are paid for, so the result says how many came."""
    posts = every(24, 60)
    posts[3] = {"id": "x"}

    fetched = fetch(Service(posts), Window(NOW - timedelta(days=30), NOW))

    assert len(fetched.posts) == 29
    assert fetched.warnings == ("Items that could not be read and were left out: 1.",)


@given(
    count=st.integers(0, 120),
    depth=st.integers(0, 130),
    chain=st.integers(0, 60),
    twists=st.lists(
        st.sampled_from(["ok", "ok", "empty", "empty_more", "same", "loop", "foreign", "short"]), max_size=25
    ),
    budget=st.integers(300, 6_000),
    past=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_no_mixture_of_quirks_breaks_a_promise(*, count, depth, chain, twists, budget, past):
    """It always ends, within the budget; posts are unique, the creator's own, of the window, newest first."""

    def twist(page, number):
        quirk = twists[number] if number < len(twists) else "ok"
        holder = page.get("data", page)
        match quirk:
            case "empty" | "empty_more":
                holder["tweets"] = []
                page |= {"has_next_page": quirk == "empty_more", "next_cursor": str(number)}
            case "same":
                page |= {"has_next_page": True, "next_cursor": "0"}
            case "loop":
                page |= {"has_next_page": True, "next_cursor": str(20 * (number % 3))}
            case "foreign":
                holder["tweets"] = [post | {"author": {"id": "8"}} for post in holder["tweets"]]
            case "short":
                holder["tweets"] = holder["tweets"][::2]
        return page

    service = Service(every(30, count), timeline_depth=depth, chain_depth=chain, twist=twist)

    fetched = fetch(service, LONG_AGO if past else HALF_YEAR, budget=budget)

    window = LONG_AGO if past else HALF_YEAR
    assert fetched.credits <= budget
    assert fetched.requests == len(service.log)
    assert len({post.id for post in fetched.posts}) == len(fetched.posts)
    assert all(post.created_at in window and post.author_id == "7" for post in fetched.posts)
    assert list(fetched.posts) == sorted(fetched.posts, key=lambda post: -int(post.id))


# Money


def test_no_request_is_sent_that_could_pass_the_budget():
    """A full page is 300 credits: 899 buy two of them, and the posts of both are kept."""
    fetched = fetch(Service(every(24, 400)), budget=899)

    assert (fetched.requests, fetched.credits, len(fetched.posts)) == (2, 600, 40)
    assert fetched.stop_reason is StopReason.BUDGET
    assert fetched.warnings == ("Ended early (budget_reached): 40 of about 180 posts of the window.",)


def test_a_budget_below_one_page_buys_nothing():
    """Then, and only then, it is an error."""
    service = Service(every(24, 400))

    with pytest.raises(BudgetExceeded) as caught:
        fetch(service, budget=299)

    assert (caught.value.spent, caught.value.budget) == (0, 299)
    assert service.log == []


def test_repeated_attempts_count_against_the_budget():
    """A lost answer may have been billed in full: 899 do not pay for a third page after one."""
    fetched = fetch(Service(every(24, 400), faults={2: httpx2.ReadTimeout("late")}), budget=899)

    assert (fetched.requests, fetched.credits, len(fetched.posts)) == (2, 600, 20)
    assert fetched.stop_reason is StopReason.BUDGET


def test_a_sample_ends_with_the_page_that_reaches_its_size():
    """What was paid for is kept, and said to be a sample."""
    fetched = fetch(Service(every(24, 400)), cap=30)

    assert (len(fetched.posts), fetched.stop_reason) == (40, StopReason.SAMPLE)
    assert fetched.warnings == ("A sample, as asked: 40 of about 180 posts of the window.",)


def test_everything_asked_is_in_the_bill():
    """The profile costs 18, the balance nothing."""
    api = api_for(Service(every(24, 10)))

    api.fetch_balance()
    api.fetch_creator("@ada")

    assert (api.bill().requests, api.bill().credits, api.bill().open_requests) == (2, 18, 0)


def test_the_estimate_is_for_the_present_pace():
    """1,000 posts take 51 requests."""
    estimate = api_for(Service([]), spacing=5.5).estimate(
        Creator(id="7", username="ada", posts_count=1_000), Wish(HALF_YEAR)
    )

    assert (estimate.posts_high, estimate.seconds) == (1_000, 52 * 5.5)


# Failures


def test_one_refusal_for_speed_slows_all_that_follows():
    """The spacing doubles until calm has returned."""
    time = Time()
    service = Service(every(24, 400), faults={2: reply({}, 429)})

    api_for(service, time=time, books=MemoryBooks(900)).fetch_posts(ADA, Wish(HALF_YEAR))

    assert time.slept[:3] == [1.0, 6.0, 2.0]


def test_a_failure_midway_keeps_what_was_bought():
    """The posts and the error come back together."""
    fetched = fetch(Service(every(24, 400), faults={3: reply({"message": "no"}, 402)}))

    assert len(fetched.posts) == 40
    assert fetched.stop_reason is StopReason.INTERRUPTED
    assert isinstance(fetched.failure, UpstreamOutOfCredits)
    assert fetched.warnings[0].startswith("Ended early (interrupted)")


def test_an_interrupted_collection_resumes_without_paying_twice():
    """With the same books ten pages are bought in all, whatever the break."""
    books = MemoryBooks(100_000)
    broken = fetch(Service(every(24, 400), faults={4: reply({}, 400)}), books=books)

    fetched = fetch(Service(every(24, 400)), books=books)

    assert (len(broken.posts), len(fetched.posts), fetched.kept_before) == (60, 180, 60)
    assert fetched.requests == 7
    assert broken.credits - 15 + fetched.credits == 3_000


@pytest.mark.parametrize("window", [HALF_YEAR, LONG_AGO])
def test_a_collection_broken_after_every_page_asks_no_page_twice(window):
    """Broken after each page in turn, and resumed each time by a new client, it asks what one unbroken run asks."""
    unbroken = Service(every(24, 400), timeline_depth=50)
    expected = fetch(unbroken, window)
    service, books = Service(every(24, 400), timeline_depth=50), MemoryBooks(100_000)

    def stop_here(_):
        raise ConnectionResetError

    for _ in unbroken.log:
        with pytest.raises(ConnectionResetError):
            fetch(service, window, books=books, on_page=stop_here)

    assert [str(request.url) for request in service.log] == [str(request.url) for request in unbroken.log]
    assert fetch(service, window, books=books).posts == expected.posts


def test_a_second_collection_pays_for_the_difference_only():
    """A day later: what was posted since, and the counts that were not final when they were read."""
    service, books = Service(every(24, 400)), MemoryBooks(100_000)
    fetch(service, books=books)
    tomorrow = NOW + timedelta(days=1.5)
    later = Service(every(24, 402, end=NOW + timedelta(days=2)))
    api = api_for(later, books=books)
    api._now = lambda: tomorrow

    fetched = api.fetch_posts(ADA, Wish(Window(NOW - timedelta(days=178), tomorrow)))

    assert (len(fetched.posts), fetched.kept_before) == (180, 178)
    assert fetched.credits <= 11 * 15
    assert all("since_time" in query for query in later.queries)


def test_counts_may_be_wanted_anew():
    """With an age of nothing all counts that were not final are read again, and only those."""
    service, books = Service(every(24, 400)), MemoryBooks(100_000)
    fetch(service, LONG_AGO, books=books)
    fetch(service, Window(NOW - timedelta(days=60), NOW), books=books)
    asked = len(service.log)
    api = api_for(service, books=books)
    api._now = lambda: NOW + timedelta(hours=1)

    fetched = api.fetch_posts(ADA, Wish(HALF_YEAR, max_age=timedelta(0)))

    assert len(fetched.posts) == 180
    assert fetched.credits == 7 * 15 + 15
    assert len(service.log) == asked + 2


def test_few_ordinary_posts_and_all_liked_ones():
    """The latest are bought to the stated number; of the rest only what was liked often enough."""
    posts = every(24, 400)
    for number, post in enumerate(posts):
        post["likeCount"] = 5_000 if number % 50 == 0 else 3
    service = Service(posts)

    fetched = fetch(service, LONG_AGO, cap=30, look_from_likes=4_000)

    liked = [post["id"] for post in posts[100:180:50]]
    assert [post.id for post in fetched.posts] == [post["id"] for post in posts[60:100]] + liked
    assert fetched.credits == (40 + 2 + 1) * 15
    assert [gap.end for gap in fetched.coverage.unread] == [fetched.posts[39].created_at]


def test_a_failure_before_the_first_page_is_raised():
    """There is nothing to keep."""
    with pytest.raises(SchemaDrift):
        fetch(Service([], faults={1: reply({"timeline": {}})}))


def test_every_page_is_reported_before_the_next_is_asked_for():
    """Reports add up to the collection."""
    service, reports = Service(every(24, 400)), []

    fetched = fetch(service, on_page=lambda report: reports.append((len(service.log), report)))

    assert [asked for asked, _ in reports] == list(range(1, 11))
    assert [report.collected for _, report in reports] == [*range(20, 181, 20), 180]
    assert {post for _, report in reports for post in report.posts} >= set(fetched.posts)
    assert [round(report.share, 2) for _, report in reports][:2] == [0.11, 0.22]
    assert (reports[-1][1].credits, reports[-1][1].share) == (3_000, 1.0)


@pytest.mark.parametrize("number", [1, 3])
def test_ctrl_c_is_obeyed_at_once(number):
    """It is no failure to be handled."""
    service = Service(every(24, 400), faults={number: KeyboardInterrupt()})

    with pytest.raises(KeyboardInterrupt):
        fetch(service)

    assert len(service.log) == number


# Accounts


def test_a_protected_account_costs_no_page():
    """The profile already says it."""
    service = Service([])
    service.profile |= {"protected": True}

    with pytest.raises(CreatorProtected):
        api_for(service).fetch_creator("https://x.com/ada")

    assert len(service.log) == 1


# The connection


@pytest.mark.parametrize(("recharged", "seconds"), [(0, 52 * 5.5), (60_000, 52 * spacing_of(20))])
def test_the_pace_rises_only_on_proof(recharged, seconds):
    """A key with bonus credits only stays at one request per 5.5 s, a topped-up one speeds up."""
    service = Service([])
    service.balance |= {"recharge_credits": recharged}
    api = api_for(service, spacing=5.5)

    api.prove_pace()

    young = Creator(id="7", username="ada", posts_count=1_000)
    assert api.estimate(young, Wish(HALF_YEAR)).seconds == pytest.approx(seconds)


@pytest.mark.parametrize("address", ["", "api.twitterapi.io", "ftp://x.org", "http://", "file:///etc/passwd"])
def test_a_wrong_address_is_a_setting_to_mend(address):
    """The message names the variable."""
    with pytest.raises(SettingsError, match="TWITTER_API_BASE_URL"):
        open_http(address)
