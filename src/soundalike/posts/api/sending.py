"""Sends requests to the tweets API, each booked first and at the key's pace; repeats what repeating can help."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Generic, TypeVar

import httpx2

from soundalike.errors import (
    CreatorNotFound,
    SchemaDrift,
    SettingsError,
    SoundalikeError,
    UpstreamOutOfCredits,
    UpstreamRateLimited,
    UpstreamUnauthorized,
    UpstreamUnavailable,
)
from soundalike.posts.api.books import NEVER_SENT, Books
from soundalike.posts.api.calls import Call
from soundalike.posts.api.pacing import Latency, Pace, wait_after_refusal
from soundalike.posts.api.pricing import FLOOR_CREDITS
from soundalike.posts.api.refusals import check_reply

T = TypeVar("T")

_REPLY_BYTES = 8 * 2**20  # a page of 20 posts has about 0.2 MB
_REPLY_SECONDS = 60.0  # for a whole body, which may trickle in under the timeout of each read

_TRIES = 3  # for outages; each may have been billed
_REFUSALS = 5  # waits for speed before giving up: 6, 12, 24, 48 and 60 s
_LONGEST_WISH_SECONDS = 300.0  # a Retry-After beyond this is left to the caller
_NOT_FOUND_SECONDS = 10.0  # accounts that exist have been "not found" and resolved later
USUAL_LATENCY_SECONDS = 0.7  # the vendor's own average
_SECRET_LENGTH = 12  # shorter keys are toys of a local stand-in, and could be part of any word

_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
_NEVER_BILLED = (UpstreamUnauthorized, UpstreamOutOfCredits, UpstreamRateLimited)


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What came back, and the entry in the books that is still to be settled."""

    value: T
    entry: int


class Sender:
    """Asks with one key; threads may share it. `latency` is what exchanges take.

    Raises:
        SettingsError: `key` is empty or holds what no key holds.
    """

    def __init__(
        self,
        http: httpx2.Client,
        *,
        key: str,
        pace: Pace,
        books: Books,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._http, self._key, self._pace, self._books = http, _checked_key(key), pace, books
        self._clock, self._sleep, self._chance = clock, sleep, chance
        self._booking = Lock()
        self.latency = Latency(USUAL_LATENCY_SECONDS, 0.0)

    def ask(self, call: Call[T]) -> Answer[T]:
        """Ask until there is an answer or no sense in asking again.

        Raises:
            BudgetExceeded: Another attempt could pass a ceiling.
            UpstreamError, CreatorError: The last attempt's.
        """
        # A loop of our own: stamina sleeps by the process's clock and counts failures of one kind. Here the shared pace
        # does part of the waiting, every attempt is billed, and each kind of failure has its own patience.
        failures: Counter[type[SoundalikeError]] = Counter()
        while True:
            try:
                return self._attempt(call)
            except (UpstreamRateLimited, UpstreamUnavailable, CreatorNotFound) as error:
                failures[type(error)] += 1
                if not self._wait_after(error, failures[type(error)]):
                    raise

    def _wait_after(self, error: SoundalikeError, times: int) -> bool:
        """Wait after the `times`-th error of its kind; False where another attempt is not worth it."""
        if isinstance(error, UpstreamRateLimited):
            wish = error.retry_after_seconds
            if times > _REFUSALS or (wish or 0) > _LONGEST_WISH_SECONDS:
                return False
            self._pace.slow_down(wait_after_refusal(times, wish, self._chance()))
        elif isinstance(error, UpstreamUnavailable):
            if times >= _TRIES:
                return False
            self._sleep(2.0**times + self._chance())
        else:
            if times > 1:
                return False
            self._sleep(_NOT_FOUND_SECONDS)
        return True

    def _attempt(self, call: Call[T]) -> Answer[T]:
        """Send once. The highest price is booked first, so that a crash or Ctrl-C never leaves too little booked."""
        entry = self._book(call)
        try:
            return Answer(call.read(self._send(call)), entry)
        except SoundalikeError as error:
            self._books.settle(entry, _billed(error, call.most_credits), error.code)
            raise

    def _book(self, call: Call[T]) -> int:
        """Book, then wait for a turn: between a turn and its request nothing may take its time, such as a database.

        One thread at a time, so that no more than one request that was not sent is booked should the process be killed.
        """
        with self._booking:
            entry = self._books.reserve(call.kind, call.most_credits)
            try:
                self._pace.wait_turn()
            except BaseException:
                self._books.settle(entry, 0, NEVER_SENT)
                raise
        return entry

    def _send(self, call: Call[T]) -> object:
        headers, began = {"x-api-key": self._key}, self._clock()
        try:
            with self._http.stream(
                "GET", call.path, params=call.params, headers=headers, follow_redirects=False
            ) as response:
                body = self._read_body(response)
            self._measure(self._clock() - began)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise UpstreamUnavailable(
                f"The tweets API gave no answer ({type(error).__name__}).",
                hint="Check the network and TWITTER_API_BASE_URL, or try again later.",
            ) from error
        if len(self._key) >= _SECRET_LENGTH:  # a reply that repeats the key must not bring it into a message
            body = body.replace(self._key.encode(), b"[key]")
        return check_reply(response.status_code, response.headers, body)

    def _measure(self, seconds: float) -> None:
        """What arrived strangely late shares its second with more requests than were spaced for it."""
        excess = self.latency.excess(seconds)
        self.latency = self.latency.after(seconds)
        if excess:
            self._pace.delay(excess)

    def _read_body(self, response: httpx2.Response) -> bytes:
        began, body = self._clock(), bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _REPLY_BYTES or self._clock() - began > _REPLY_SECONDS:
                raise UpstreamUnavailable(
                    "The tweets API sent a reply without end.", hint="Check TWITTER_API_BASE_URL."
                )
        return bytes(body)


def _billed(error: SoundalikeError, most: int) -> int:
    """The most credits that a failed request may have cost.

    Refusals of key, balance and speed cost nothing; other failed ones have been seen to cost the floor of 15. Where
    the answer was lost on its way or cannot be read, all of it may have been billed.
    """
    if isinstance(error, _NEVER_BILLED) or isinstance(error.__cause__, _NEVER_SENT):
        return 0
    lost = isinstance(error, SchemaDrift) or (
        isinstance(error, UpstreamUnavailable) and error.status in {None, HTTPStatus.OK}
    )
    return most if lost else min(FLOOR_CREDITS, most)


def _checked_key(key: str) -> str:
    """The key without blanks around it; a wrong one is never repeated in the message."""
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError(
            "The key of the tweets API is missing or holds characters that no key has.",
            hint="Set TWITTER_API_KEY (made at https://twitterapi.io), or use a file or `soundalike emulator`.",
        )
    return key
