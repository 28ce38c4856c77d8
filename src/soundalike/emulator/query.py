"""The language of search: operators, phrases, words, OR and parentheses, read into a test on posts.

Operators the stand-in does not know are ignored, as the service ignores what it does not know. Words beside each
other must all be met; that binds tighter than OR.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from soundalike.posts.post import Post
from soundalike.posts.text import LINK

MAX_QUERY_LENGTH: Final = 512  # characters; beyond it the service answers with nothing

_PART = re.compile(r'-?\(|\)|-?"[^"]*"?|[^\s()]+')
_OPERATOR = re.compile(r"([a-z_]+):(\S+)", re.IGNORECASE)
_SPAN = re.compile(r"(\d{1,9})([smhd])")
_UNIT_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_REPOSTS_ONLY: Final = ("filter", "nativeretweets", False)

_BOUNDS: Final = frozenset({"from", "since_time", "until_time"})

Test = Callable[[Post], bool]


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked: bounds, and a test for what lies within them.

    `author` is set where only one account can match; `since` <= Unix second < `until`.
    """

    matches: Test
    author: str | None = None
    since: int | None = None
    until: int | None = None
    reposts: bool = False


@dataclass(frozen=True, slots=True)
class _Term:
    operator: str
    value: str
    test: Test
    negated: bool = False


@dataclass(frozen=True, slots=True)
class _Group:
    """Alternatives, each a list of terms that must all be met."""

    negated: bool = False
    alternatives: list[list[_Term]] = field(default_factory=lambda: [[]])


def parse_query(text: str, *, now: float) -> Query:
    """Read a query; `now` (Unix seconds) is what `within_time:` counts back from."""
    group, terms = _read(text, now)
    alternatives = _filled(group)
    bounds = _bounds(alternatives[0]) if len(alternatives) == 1 else []
    return Query(
        matches=_any_of([[term for term in part if term not in bounds] for part in alternatives]),
        author=next((term.value.lower() for term in bounds if term.operator == "from"), None),
        since=max(_times(bounds, "since_time"), default=None),
        until=min(_times(bounds, "until_time"), default=None),
        reposts=any((term.operator, term.value.lower(), term.negated) == _REPOSTS_ONLY for term in terms),
    )


def _bounds(terms: list[_Term]) -> list[_Term]:
    """The terms a shelf and its order of time can meet; two authors at once are left to the test, which none passes."""
    bounds = [term for term in terms if term.operator in _BOUNDS and not term.negated]
    authors = {term.value.lower() for term in bounds if term.operator == "from"}
    return [term for term in bounds if term.operator != "from" or len(authors) == 1]


def _read(text: str, now: float) -> tuple[_Group, list[_Term]]:
    """Read part by part with a stack of open groups: a query may open more of them than Python allows calls."""
    stack, terms = [_Group()], list[_Term]()
    for part in _PART.findall(text):
        if part in {"(", "-("}:
            stack.append(_Group(negated=part == "-("))
        elif part == ")":
            _close(stack)
        elif part == "OR":
            stack[-1].alternatives.append([])
        elif term := _term(part, now):
            stack[-1].alternatives[-1].append(term)
            terms.append(term)
    while len(stack) > 1:
        _close(stack)
    return stack[0], terms


def _close(stack: list[_Group]) -> None:
    if len(stack) == 1:
        return  # a closing parenthesis too many
    group = stack.pop()
    alternatives = _filled(group)
    if not alternatives[0]:
        return
    alone = len(alternatives) == 1 and len(alternatives[0]) == 1 and not group.negated
    whole = _Term("group", "", _turned(_any_of(alternatives), negated=group.negated), group.negated)
    stack[-1].alternatives[-1].append(alternatives[0][0] if alone else whole)


def _filled(group: _Group) -> list[list[_Term]]:
    return [terms for terms in group.alternatives if terms] or [[]]


def _term(part: str, now: float) -> _Term | None:
    negated = part.startswith("-") and len(part) > 1
    body = part.removeprefix("-") if negated else part
    found = None if body.startswith('"') else _OPERATOR.fullmatch(body)
    operator, value = (found[1].lower(), found[2]) if found else ("words", body.strip('"').strip())
    if operator == "within_time":
        operator, value = "since_time", _start_of(value, now)
    test = _test(operator, value)
    return _Term(operator, value, _turned(test, negated=negated), negated) if test else None


def _start_of(span: str, now: float) -> str:
    found = _SPAN.fullmatch(span)
    return str(int(now) - int(found[1]) * _UNIT_SECONDS[found[2]]) if found else ""


def _test(operator: str, value: str) -> Test | None:
    """The test of one term; None where the service would not know what is meant."""
    if operator == "filter":
        return _FILTERS.get(value.lower())
    takes_text = operator in {"words", "from", "lang"}
    understood = operator in _TESTS and (value if takes_text else value.isdecimal())
    return _TESTS[operator](value) if understood else None


def _times(terms: list[_Term], operator: str) -> Iterator[int]:
    return (int(term.value) for term in terms if term.operator == operator)


def _turned(test: Test, *, negated: bool) -> Test:
    return (lambda post: not test(post)) if negated else test


def _any_of(alternatives: list[list[_Term]]) -> Test:
    tests = [_all_of([term.test for term in terms]) for terms in alternatives]
    return tests[0] if len(tests) == 1 else lambda post: any(test(post) for test in tests)


def _all_of(tests: list[Test]) -> Test:
    return tests[0] if len(tests) == 1 else lambda post: all(test(post) for test in tests)


def _words(words: str) -> Test:
    """Whole words in scripts that part them, any place in those that do not."""
    pattern = re.compile(rf"(?<![a-z0-9_]){re.escape(words)}(?![a-z0-9_])", re.IGNORECASE)
    needle = words.lower()
    return lambda post: needle in post.text.lower() and pattern.search(post.text) is not None


def _from(value: str) -> Test:
    name = value.removeprefix("@").lower()
    return lambda post: post.username.lower() == name


def _since(value: str) -> Test:
    second = int(value)
    return lambda post: int(post.created_at.timestamp()) >= second


def _until(value: str) -> Test:
    second = int(value)
    return lambda post: int(post.created_at.timestamp()) < second


def _max_id(value: str) -> Test:
    limit = int(value)
    return lambda post: int(post.id) <= limit


def _since_id(value: str) -> Test:
    limit = int(value)
    return lambda post: int(post.id) > limit


def _least(count: str) -> Callable[[str], Test]:
    def of(value: str) -> Test:
        least = int(value)
        return lambda post: (getattr(post.engagement, count) or 0) >= least

    return of


_TESTS: Final[dict[str, Callable[[str], Test]]] = {
    "words": _words,
    "from": _from,
    "since_time": _since,
    "until_time": _until,
    "max_id": _max_id,
    "since_id": _since_id,
    "min_faves": _least("likes"),
    "min_retweets": _least("reposts"),
    "min_replies": _least("replies"),
    "lang": lambda value: lambda post: post.lang == value.lower(),
}
_FILTERS: Final[dict[str, Test]] = {
    "replies": lambda post: post.is_reply,
    "nativeretweets": lambda post: post.is_repost,
    "quote": lambda post: bool(post.is_quote),
    "media": lambda post: bool(post.has_media),
    "links": lambda post: LINK.search(post.text) is not None,
}
