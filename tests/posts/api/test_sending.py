"""One question, asked until there is an answer or no sense in asking again."""

import json

import httpx2
import pytest

from soundalike.errors import (
    BudgetExceeded,
    CreatorNotFound,
    SettingsError,
    SoundalikeError,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamUnavailable,
)
from soundalike.posts.api.books import MemoryBooks
from soundalike.posts.api.calls import profile_call
from soundalike.posts.api.client import open_http
from soundalike.posts.api.pacing import LocalPace
from soundalike.posts.api.sending import Sender

KEY = "new1_0123456789abcdef"


def reply(payload, status=200, headers=None):
    """A reply with a JSON body."""
    return httpx2.Response(status, content=json.dumps(payload).encode(), headers=headers)


ADA = reply({"status": "success", "data": {"id": "7", "userName": "ada"}})
ABSENT = reply({"status": "error", "msg": "User Not Found", "data": None})
TOO_FAST = reply({"message": "QPS limit reached."}, 429)


class Line:
    """A sender whose replies are scripted and whose time only sleeping moves."""

    def __init__(self, *replies, key=KEY, spacing=0.0, budget=10_000):
        self.replies, self.log, self.slept, self.seconds = list(replies), [], [], 0.0
        http = open_http("https://tweets.invalid", transport=httpx2.MockTransport(self.answer))
        pace = LocalPace(spacing, clock=self.clock, sleep=self.sleep)
        self.books = MemoryBooks(budget)
        self.sender = Sender(
            http,
            key=key,
            pace=pace,
            books=self.books,
            clock=self.clock,
            sleep=self.sleep,
            chance=lambda: 0.0,
        )

    def clock(self):
        return self.seconds

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.seconds += seconds

    def answer(self, request):
        self.log.append(request)
        scripted = self.replies[len(self.log) - 1]
        if isinstance(scripted, BaseException):
            raise scripted
        return scripted

    def ask(self):
        return self.sender.ask(profile_call("ada")).value

    def refused(self):
        with pytest.raises(SoundalikeError) as caught:
            self.ask()
        return caught.value


def test_the_key_travels_in_its_header_only():
    """It is in no address, where logs would keep it."""
    line = Line(ADA)

    assert line.ask().id == "7"

    assert line.log[0].headers["x-api-key"] == KEY
    assert str(line.log[0].url) == "https://tweets.invalid/twitter/user/info?userName=ada"


def test_a_redirect_is_not_followed():
    """It would carry the key to another host."""
    line = Line(httpx2.Response(302, headers={"location": "https://evil.invalid/"}))

    assert line.refused().status == 302
    assert len(line.log) == 1


@pytest.mark.parametrize(
    "fault",
    [
        reply({"message": "oops"}, 502),
        reply({"status": "error", "msg": "service temporarily unavailable"}),
        httpx2.Response(200, content=b"<html>"),
        httpx2.ReadTimeout("late"),
        httpx2.ConnectError("refused"),
    ],
)
def test_outages_are_tried_three_times(fault):
    """5xx, broken bodies, timeouts and lost connections mostly pass; the pauses grow."""
    line = Line(fault, fault, fault, ADA)

    assert type(line.refused()) is UpstreamUnavailable
    assert line.slept == [2.0, 4.0]
    assert Line(fault, fault, ADA).ask().id == "7"


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 422])
def test_refusals_of_the_request_are_never_repeated(status):
    """Asking again would only be billed again."""
    line = Line(reply({"detail": "no"}, status))

    assert isinstance(line.refused(), UpstreamError)
    assert len(line.log) == 1


def test_refusals_for_speed_are_waited_out_ever_longer():
    """6, 12, 24, 48 and 60 seconds, then the caller hears of it."""
    line = Line(*[TOO_FAST] * 6)

    assert isinstance(line.refused(), UpstreamRateLimited)
    assert line.slept == [6.0, 12.0, 24.0, 48.0, 60.0]


def test_the_services_own_wish_is_honoured():
    """`Retry-After` lengthens the wait."""
    line = Line(reply({}, 429, {"Retry-After": "20"}), ADA)

    line.ask()

    assert line.slept == [20.0]


def test_an_endless_wish_is_passed_on():
    """An hour is left to the caller to wait."""
    line = Line(reply({}, 429, {"Retry-After": "3600"}))

    assert line.refused().retry_after_seconds == 3600
    assert line.slept == []


def test_an_account_not_found_is_asked_for_once_more():
    """Existing accounts have been denied and resolved later."""
    line = Line(ABSENT, ADA)

    assert line.ask().id == "7"
    assert line.slept == [10.0]

    gone = Line(ABSENT, ABSENT)
    assert type(gone.refused()) is CreatorNotFound


def test_repeated_attempts_keep_the_pace():
    """The service judges arrivals, whatever they repeat."""
    line = Line(httpx2.ReadTimeout("late"), ADA, spacing=5.5)

    line.ask()

    assert line.slept == [2.0, 3.5]


@pytest.mark.parametrize(
    ("fault", "billed"),
    [
        (httpx2.ReadTimeout("late"), 18),
        (httpx2.ConnectError("refused"), 0),
        (reply({"message": "internal error"}, 500), 15),
        (httpx2.Response(200, content=b'{"data": {'), 18),
        (TOO_FAST, 0),
        (ABSENT, 15),
    ],
)
def test_a_failed_attempt_is_booked_at_what_it_may_have_cost(fault, billed):
    """Lost answers in full, failures at the floor, refusals for speed and unsent requests at nothing."""
    line = Line(fault, ADA)

    line.ask()

    bill = line.books.bill()
    assert (bill.requests, bill.credits, bill.open_requests) == (2, billed + 18, 1)


def test_ctrl_c_is_obeyed_at_once_and_leaves_the_request_booked():
    """It is no failure to be repeated, and the service may have answered."""
    line = Line(KeyboardInterrupt(), ADA)

    with pytest.raises(KeyboardInterrupt):
        line.ask()

    assert (len(line.log), line.books.bill().credits, line.books.bill().open_requests) == (1, 18, 1)


def test_a_ceiling_holds_for_repeated_attempts_too():
    """A lost answer may have been billed, so there is no money for a second attempt."""
    line = Line(httpx2.ReadTimeout("late"), ADA, budget=20)

    assert isinstance(line.refused(), BudgetExceeded)
    assert len(line.log) == 1


def test_what_an_exchange_takes_is_measured():
    """It says how many requests have to be under way to use the key's rate."""
    line = Line(ADA)
    line.replies[0] = httpx2.Response(200, content=slow_bytes(line, ADA.content))

    line.ask()

    assert line.sender.latency.mean == 3.0


def slow_bytes(line, content):
    """The content after three seconds."""
    line.seconds += 3
    yield content


@pytest.mark.parametrize("key", ["", "  ", "two words", "schlüssel", "line\nbreak"])
def test_a_key_that_cannot_be_one_is_refused_unseen(key):
    """The message says how to get one, and does not repeat it."""
    with pytest.raises(SettingsError) as caught:
        Line(key=key)

    assert not key.strip() or key not in str(caught.value)


def test_a_reply_that_repeats_the_key_does_not_bring_it_into_a_message():
    """Messages end in logs and on screens."""
    error = Line(reply({"message": f"API key {KEY} is invalid"}, 401)).refused()

    assert KEY not in str(error)
    assert "API key [key] is invalid" in str(error)


def test_an_endless_reply_is_cut_off():
    """Nine megabytes are no answer."""
    huge = httpx2.Response(200, content=b" " * (9 * 2**20))

    assert "without end" in str(Line(huge, huge, huge).refused())


def test_a_trickling_reply_is_cut_off():
    """Bytes that drip in under the timeout of each read do not hold the collection for ever."""
    line = Line()

    def drip():
        while True:
            line.seconds += 10
            yield b" "

    line.replies = [httpx2.Response(200, content=drip()) for _ in range(3)]

    assert "without end" in str(line.refused())
