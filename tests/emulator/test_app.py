"""The gate and the troubles behind it, over real HTTP."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from soundalike.emulator import Faults, running

INFO, MINE = "/twitter/user/info", "/oapi/my/info"
ANN = {"userName": "ann_writes"}


class Hands:
    """A clock that stands still until it is moved."""

    now = 1_700_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture(scope="module")
def hands():
    """The clock of the timed stand-in."""
    return Hands()


@pytest.fixture(scope="module")
def timed(posts, hands):
    """A stand-in whose time the test moves."""
    with running(posts, clock=hands) as emulator:
        yield emulator


@pytest.fixture
def timed_ask(timed):
    """Asks the timed stand-in for Ann, or along another path, with any key."""
    with httpx2.Client(base_url=timed.base_url) as client:

        def send(*toggles, path=INFO, key=timed.key):
            if toggles:
                timed.set_faults(Faults.parse(toggles))
            return client.get(path, params=ANN, headers={"x-api-key": key} if key else {})

        yield send


@pytest.mark.parametrize("path", [INFO, MINE, "/nowhere"])
def test_the_gate_speaks_before_the_path_is_looked_at(timed_ask, example, path):
    """No key is 403, a wrong one 401, in the service's own words."""
    assert timed_ask("tier=free", path=path, key="").status_code == 403
    assert timed_ask(path=path, key="").json() == example("error_403_missing_key")
    assert timed_ask(path=path, key="wrong").status_code == 401
    assert timed_ask(path=path, key="wrong").json() == example("error_401_bad_key")


@pytest.mark.parametrize("status", [402, 401])
def test_out_of_credits_comes_before_too_fast(timed_ask, example, status):
    """The balance can still be asked for."""
    replies = [timed_ask("tier=free", "credits.bonus=0", f"credits.status={status}"), timed_ask()]
    assert [reply.status_code for reply in replies] == [status, status]
    assert replies[0].json() == example("error_402_no_credits")
    assert timed_ask(path=MINE).json() == {"recharge_credits": 0, "total_bonus_credits": 0}


def test_too_fast_is_judged_at_receipt(timed_ask, example, hands):
    """One request every five seconds, and nothing said about when."""
    assert timed_ask("tier=free").status_code == 200
    hands.now += 4.9
    refused = timed_ask()
    assert (refused.status_code, refused.json()) == (429, example("error_429_free_tier"))
    assert "retry-after" not in refused.headers
    hands.now += 0.1
    assert timed_ask().status_code == 200


def test_the_wait_can_be_stated(timed_ask, example, hands):
    """In whole seconds, rounded up."""
    timed_ask("tier=free", "retry_after=present")
    hands.now += 0.5
    assert timed_ask().headers["retry-after"] == "5"
    replies = [timed_ask("tier=paid20"), *(timed_ask() for _ in range(20))]
    assert replies[-1].json() == example("error_429_paid_tier")


def test_a_refusal_costs_nothing(timed, timed_ask):
    """Neither a wrong key nor haste is charged."""
    timed_ask("tier=free", "credits.bill_failures=on")
    timed_ask()
    timed_ask(key="wrong")
    assert [(asked.status, asked.credits) for asked in timed.requests[-3:]] == [(200, 18), (429, 0), (401, 0)]


def test_a_balance_falls_below_zero_when_charges_settle_late(timed_ask, hands):
    """What is spent before the first charge shows is owed."""
    toggles = ["credits.recharge=20", "credits.settlement_seconds=30"]
    assert [timed_ask(*toggles).status_code, timed_ask().status_code] == [200, 200]
    hands.now += 30
    assert timed_ask(path=MINE).json() == {"recharge_credits": -16, "total_bonus_credits": 0}
    assert timed_ask().status_code == 402


def test_other_paths_and_methods_do_not_exist(ask, stand_in, example):
    """404 and 405 with the service's bodies."""
    reply = ask("/twitter/user/nothing")
    assert (reply.status_code, reply.json()) == (404, example("error_404_wrong_path"))
    reply = httpx2.post(stand_in.base_url + INFO, headers={"X-API-KEY": stand_in.key})
    assert (reply.status_code, reply.json()) == (405, example("error_405_wrong_method"))


def test_failures_are_billed_only_on_request(ask, stand_in):
    """400, 404, in-band errors and 5xx cost the floor then."""
    for toggle, price in (("off", 0), ("on", 15)):
        ask(INFO, f"credits.bill_failures={toggle}", "server.error_500=every:4", userName="nobody")
        ask(INFO)
        ask("/nowhere")
        ask(INFO, **ANN)
        asked = stand_in.requests[-4:]
        assert [a.status for a in asked] == [200, 400, 404, 500]
        assert [a.credits for a in asked] == [price] * 4


def test_server_trouble_comes_as_ordered(ask, example):
    """A message, a page of HTML, or half an answer."""
    reply = ask(INFO, "server.error_500=first:1", **ANN)
    assert (reply.status_code, reply.json()) == (500, example("error_500_message"))
    assert ask(INFO, **ANN).status_code == 200
    reply = ask(INFO, "server.html_502=always", **ANN)
    assert (reply.status_code, reply.headers["content-type"].split(";")[0]) == (502, "text/html")
    reply = ask(INFO, "server.cut_json=always", **ANN)
    with pytest.raises(ValueError, match=r"delimiter|Unterminated|Expecting"):
        reply.json()


def test_a_held_back_request_ends_with_its_client(ask, stand_in):
    """The next one is answered."""
    stand_in.set_faults(Faults.parse(["server.timeout=first:1"]))
    with pytest.raises(httpx2.ReadTimeout):
        httpx2.get(stand_in.base_url + MINE, headers={"x-api-key": stand_in.key}, timeout=0.1)
    assert ask(MINE).status_code == 200


def test_answers_are_held_back_side_by_side(timed, timed_ask):
    """Six requests at once take the time of one."""
    timed.set_faults(Faults.parse(["server.latency_ms=300"]))
    began = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        replies = [reply.result() for reply in [pool.submit(timed_ask) for _ in range(6)]]
    assert [reply.status_code for reply in replies] == [200] * 6
    assert 0.3 <= time.monotonic() - began < 6 * 0.3


def test_a_request_counts_when_it_arrives_not_when_its_answer_leaves(posts):
    """The moment in the log, by which the rate is judged, lies as far back as the answer took."""
    with running(posts, faults=Faults.parse(["server.latency_ms=300"])) as emulator:
        httpx2.get(emulator.base_url + MINE, headers={"x-api-key": emulator.key})
        assert time.time() - emulator.requests[-1].at >= 0.3
