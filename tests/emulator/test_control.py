"""The control route."""

import httpx2
import pytest

from soundalike.emulator import Faults

INFO = "/twitter/user/info"


@pytest.fixture
def control(ask, stand_in):
    """A client of the control port; toggles are at their defaults."""
    with httpx2.Client(base_url=stand_in.control_url) as client:
        yield client


def test_toggles_are_read_and_set_while_it_runs(control, stand_in):
    """Names that are not given go back to the live behaviour; what was read can be sent back."""
    assert control.get("/faults").json() == Faults().texts()
    changed = control.put(
        "/faults", json={"tier": "free", "search.dup_rate": 0.5, "account.bob": "protected"}
    )
    assert changed.json()["account.bob"] == "protected"
    assert stand_in.emulator.faults == Faults.parse(
        ["tier=free", "search.dup_rate=0.5", "account.bob=protected"]
    )
    assert control.put("/faults", json=changed.json()).json() == changed.json()
    assert control.put("/faults", json={}).json() == Faults().texts()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"speed": 1}', "tier, retry_after"),
        (b'{"tier": "gold"}', "paid20"),
        (b'{"account.not a name": "protected"}', "cannot be a username"),
        (b"[1]", "JSON object"),
        (b"[" * 50_000, "JSON object"),
        (b"\xff", "JSON object"),
        (b" " * 100_001, "more than 100,000 bytes"),
    ],
)
def test_toggles_that_make_no_sense_change_nothing(control, stand_in, body, reason):
    """400 with the reason."""
    reply = control.put("/faults", content=body)
    assert reply.status_code == 400
    assert reason in reply.json()["detail"]
    assert stand_in.emulator.faults == Faults()


def test_what_was_asked_can_be_read(control, ask):
    """Path, parameters, status, price, time and posts of each request, but no key."""
    ask(INFO, userName="bob")
    page = ask("/twitter/user/last_tweets", userName="bob").json()["data"]["tweets"]
    *_, last, paged = control.get("/requests").json()
    assert (paged["posts"], paged["credits"]) == ([tweet["id"] for tweet in page], 45)
    assert last.pop("at") > 1_700_000_000
    assert last == {
        "method": "GET",
        "path": INFO,
        "params": {"userName": "bob"},
        "status": 200,
        "credits": 18,
        "posts": [],
    }


def test_what_was_asked_can_be_read_from_a_moment_on(control, ask, stand_in):
    """The moment itself counts; without one all is listed."""
    ask(INFO, userName="bob")
    ask(INFO, userName="ann_writes")
    *_, before, last = stand_in.requests
    assert [asked["at"] for asked in control.get("/requests", params={"since": last.at}).json()] == [last.at]
    assert len(control.get("/requests", params={"since": before.at}).json()) == 2
    assert len(control.get("/requests").json()) == len(stand_in.requests)
    assert control.get("/requests", params={"since": "yesterday"}).status_code == 400


def test_the_service_has_no_control_route_and_the_control_route_no_service(control, ask):
    """The ports are apart."""
    assert ask("/faults").status_code == 404
    assert control.get(INFO).status_code == 404
