"""Collecting as a user does it: the price before, the bill after, nothing bought twice."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from soundalike.accounts import Accounts
from soundalike.config import read_settings
from soundalike.emulator import Faults, running
from soundalike.posts.post import Engagement, Post, last_id_before
from soundalike.wiring import LOCAL_USER, local_name, now, open_store

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
ADA = last_id_before(AS_OF - timedelta(days=900))


def post(number):
    """A post a day; words differ enough to be no duplicates."""
    at = AS_OF - timedelta(days=number + 1)
    words = f"kiln {number} loom {number * 7919 % 1009} barge {number * 31 % 97} quill {number * number % 89}"
    counts = Engagement(likes=200_000 if number % 9 == 0 else 500, reposts=1, replies=1, quotes=0)
    return Post(last_id_before(at), words, at, "ada", engagement=counts, author_id=ADA)


@pytest.fixture
def service(command, monkeypatch):
    """The emulator, and settings that name it."""
    with running([post(number) for number in range(400)]) as emulator:
        monkeypatch.setenv("TWITTER_API_KEY", emulator.key)
        monkeypatch.setenv("TWITTER_API_BASE_URL", emulator.base_url)
        yield emulator


def analyze(command, *options):
    """The REST body of a collection, and what was said beside it."""
    status, out, err = command("analyze", "ada", "--as-of", "2026-06-01", "--json", *options)
    assert status == 0, err
    return json.loads(out), err


def test_the_price_is_said_first_and_the_bill_last(command, service):
    """Both in credits and dollars; the second time nothing is bought."""
    body, err = analyze(command)

    assert re.match(r"@ada: about \d+ posts for [\d,]+ credits \(US\$0\.\d\d\) .* at most 400 for", err)
    stats = body["stats"]
    assert (stats["viral"], stats["coverage"], stats["expected"], stats["keptBefore"]) == (21, 1.0, 182, 0)
    assert stats["credits"] == sum(request.credits for request in service.requests) == 18 + 182 * 15 + 15

    again, err = analyze(command)

    assert err == "@ada: 182 posts are here already; nothing has to be bought.\n"
    assert (again["stats"]["credits"], again["stats"]["keptBefore"]) == (18, 182)
    assert again["tweets"] == body["tweets"]


def test_the_ledger_holds_the_books_against_the_balance(command, service):
    """What a stand-in billed is listed, and counts as nobody's money."""
    analyze(command)

    status, out, _ = command("ledger", "--json")

    ledger = json.loads(out)
    assert status == 0
    (collection,) = [session for session in ledger["sessions"] if session["username"]]
    assert (collection["username"], collection["standIn"]) == ("ada", True)
    assert collection["credits"] == sum(request.credits for request in service.requests)
    assert (collection["unanswered"], collection["outcomes"]) == (0, {"ok": collection["requests"]})
    assert ledger["months"] == []
    status, out, _ = command("ledger")
    assert "a stand-in, nothing was billed" in out


def test_the_ledger_of_a_newcomer_is_empty(command):
    """It says so, and asks nobody."""
    assert command("ledger") == (0, "Nothing was asked of the tweets API yet.\n", "")


@pytest.mark.slow
def test_a_service_that_is_gone_does_not_hide_the_ledger(command, service, monkeypatch):
    """What was spent is known here."""
    analyze(command)
    monkeypatch.setenv("TWITTER_API_BASE_URL", "http://127.0.0.1:9")

    status, out, err = command("ledger")

    assert (status, "@ada" in out) == (0, True)
    assert err.startswith("The balance could not be fetched")


def test_an_estimate_costs_the_profile(command, service):
    """It says what would be bought, about and at most, and how long that takes."""
    status, out, _ = command("estimate", "ada", "--as-of", "2026-06-01", "--json")

    estimate = json.loads(out)
    assert (status, estimate["posts"][1], estimate["postsKept"]) == (0, 400, 0)
    assert [request.path for request in service.requests] == ["/oapi/my/info", "/twitter/user/info"]


def test_a_sample_is_bought_for_a_fraction(command, service):
    """Fifty ordinary posts and the viral ones, instead of six months."""
    body, _ = analyze(command, "--ordinary", "50")

    assert body["stats"]["viral"] == 21
    assert body["stats"]["credits"] < 100 * 15
    assert body["stats"]["medianEngagement"] == 502
    assert body["stats"]["warnings"][0].startswith("A sample, as asked")


@pytest.mark.slow
def test_a_collection_that_failed_midway_goes_on_with_the_next_call(command, service):
    """The reason is said, and the pages before it are not paid again."""
    service.set_faults(Faults.parse(["credits.bonus=0", "credits.recharge=800"]))
    status, _, err = command("analyze", "ada", "--as-of", "2026-06-01", "--json")
    assert (status, "credits" in err) == (1, True)
    paid = len(service.requests)
    service.set_faults(Faults())

    body, err = analyze(command)

    later = service.requests[paid:]
    assert "posts are here already" in err
    assert "/twitter/user/info" not in {request.path for request in later}
    assert body["stats"]["coverage"] == 1.0


def test_xs_own_api_needs_a_token(command):
    """The reason names the variable and where to get one; nothing is asked."""
    status, _, err = command("analyze", "ada", "--source", "x")

    assert status == 1
    assert "X_BEARER_TOKEN is not set" in err
    assert "developer.x.com" in err


def test_a_dump_of_another_tool_is_analysed_as_it_is(command, shared):
    """A file that names no author is taken to be of whoever was asked for."""
    file = shared / "data/extra/raw/x_api_v2_posts_2026.json"
    status, out, err = command(
        "analyze", "realDonaldTrump", "--file", file, "--as-of", "2026-04-01", "--json"
    )

    assert status == 0, err
    assert json.loads(out)["stats"]["collected"] > 100


def test_a_forgotten_creator_is_bought_anew(command, service):
    """Nothing of them is left, so nothing is taken for known; the bill stays, without their name."""
    first, _ = analyze(command)

    status, out, _ = command("forget", "@Ada", "--yes", "--json")

    gone = {"username": "Ada", "models": 0, "sessions": 1, "posts": 182, "drafts": 0}
    assert (status, json.loads(out)) == (0, gone)
    again, _ = analyze(command)
    assert again["stats"]["keptBefore"] == 0
    assert again["stats"]["credits"] == first["stats"]["credits"]
    sessions = json.loads(command("ledger", "--json")[1])["sessions"]
    assert sorted(str(session["username"]) for session in sessions if session["posts"]) == ["None", "ada"]


@pytest.mark.usefixtures("command")
def test_nobody_is_forgotten_unasked():
    """Without an answer everything stays."""
    asked = [sys.executable, "-m", "soundalike", "forget", "ada"]
    done = subprocess.run(asked, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    assert (done.returncode, "Delete all that is kept of @ada" in done.stderr) == (1, True)


def test_a_creator_who_opted_out_is_not_collected(service, command):
    """Refused before anything is asked of anybody, however the name is written."""
    settings = read_settings()
    with open_store(settings) as store:
        accounts = Accounts(store.database, now=now)
        accounts.opt_outs.put(accounts.local_principal(LOCAL_USER, local_name), "ada")
    for name in ("ada", "@Ada", "https://x.com/ADA"):
        status, _, err = command("analyze", name, "--as-of", "2026-06-01", "--yes")
        assert status == 1
        assert "asked not to be trained on" in err
    assert not service.requests
