"""The blind quiz: real posts beside drafts, and how often a reader tells which is real.

Two texts a round, a held-out post and a draft. Drafts are those of the report card: unselected, so that no ranking
flatters the model. Both sides meet the same checks of form, those that a draft must pass before a user is shown it: a
text that breaks off, or names an account, would give itself away, and so would a copy. What was left out is counted.
"""

import math
import random
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from soundalike.drafts.form import Form, find_fault
from soundalike.drafts.guard import CopyGuard
from soundalike.drafts.length import weighted_length
from soundalike.drafts.prompt import content_words
from soundalike.errors import TooFewPosts
from soundalike.posts.post import Post
from soundalike.posts.text import LINK, own_text

Side = Literal["a", "b"]
Finding = Literal["none", "chance", "told", "passed"]

ROUNDS: Final = 10
MOST_ROUNDS: Final = 50

_MAX_CHARS: Final = 280  # as the drafts of a report card
_LONG: Final = 160  # characters; no small model's 80 tokens are fewer
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_SHARED_WORD: Final = 0.2  # of a difference in log length: what a word in common makes up for
_SHARED_WORDS: Final = 2
_NORMAL: Final = 1.959963984540054  # the 97.5 % point of the normal distribution
_SURE: Final = 0.05
_FINDINGS: Final[Mapping[Finding, str]] = {
    "chance": "that it was guessing cannot be ruled out.",
    "told": "the drafts can be told from the posts.",
    "passed": "the drafts pass for the posts more often than the posts do.",
}


@dataclass(frozen=True, slots=True)
class Round:
    """Two texts, which of them is real, the id of that post, and the place of the draft among the card's texts."""

    a: str
    b: str
    real: Side
    post_id: str
    draft: int


@dataclass(frozen=True, slots=True)
class Quiz:
    """Rounds, and how many texts were left out, by the reason."""

    rounds: tuple[Round, ...]
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Score:
    """How many of how many rounds were told right.

    `share` with its 95 % Wilson score interval; `p` is the exact two-sided binomial probability of a result at least as
    far from one half by guessing alone. All None where nothing was guessed.
    """

    told: int
    of: int
    share: float | None
    low: float | None
    high: float | None
    p: float | None

    @property
    def finding(self) -> Finding:
        """What it says: nothing yet, that it may be chance, or that the drafts are told, or pass, more than chance."""
        if self.p is None:
            return "none"
        if self.p >= _SURE:
            return "chance"
        return "told" if self.told * 2 > self.of else "passed"

    @property
    def verdict(self) -> str:
        """What it says, in a sentence."""
        if self.share is None or self.low is None or self.high is None or self.p is None:
            return "Nothing was guessed yet."
        told = f"You told {self.told} of {self.of} ({self.share:.0%}; {self.low:.0%}–{self.high:.0%}, p = {self.p:.2g})"
        return f"{told}: {_FINDINGS[self.finding]}"


class _Text(NamedTuple):
    """A text that may be shown, and where it comes from."""

    text: str
    origin: str


def build_quiz(
    posts: Sequence[Post],
    drafts: Sequence[str],
    *,
    form: Form,
    guard: CopyGuard,
    seed: int,
    count: int = ROUNDS,
    shown_posts: Collection[str] = (),
    shown_drafts: Collection[int] = (),
) -> Quiz:
    """Pair drafts with held-out posts: `count` rounds, or as many as there are texts for.

    A draft is paired with the post of the nearest length among those left, one with words in common before others: the
    cost is |log(length of post / length of draft)| less 0.2 for each content word in common, up to two. No text comes
    twice, nor one of `shown_posts` and `shown_drafts`, which a reader has seen in an earlier quiz. The same values and
    seed give the same quiz.

    Raises:
        TooFewPosts: No round can be made.
    """
    chance = random.Random(seed)  # noqa: S311 - a quiz, no secret
    left_out: Counter[str] = Counter()
    real = list(_posts_to_show(posts, form, shown_posts, left_out))
    written = list(_drafts_to_show(drafts, form, guard, shown_drafts, left_out))
    chance.shuffle(real)
    chance.shuffle(written)
    rounds = []
    for draft in written[:count]:
        if not real:
            break
        post = min(real, key=lambda each: _distance(each.text, draft.text))
        real.remove(post)
        rounds.append(_round(post, draft, chance))
    if not rounds:
        raise TooFewPosts(
            f"No round can be made: {len(real)} held-out posts and {len(written)} drafts are fit to be shown and new.",
            found=min(len(real), len(written)),
            needed=1,
            hint="Train the model again: a new one has new drafts, and holds out posts that are still kept.",
        )
    return Quiz(tuple(rounds), dict(left_out.most_common()))


def score(told: int, of: int) -> Score:
    """How good guesses were, with Wilson's interval and the exact binomial test against one half."""
    if not of:
        return Score(0, 0, None, None, None, None)
    low, high = wilson(told, of)
    return Score(told, of, told / of, low, high, _by_guessing(told, of))


def wilson(told: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927): (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)."""
    share, square = told / of, _NORMAL**2
    middle = share + square / (2 * of)
    reach = _NORMAL * math.sqrt(share * (1 - share) / of + square / (4 * of**2))
    return max(0.0, (middle - reach) / (1 + square / of)), min(1.0, (middle + reach) / (1 + square / of))


def _by_guessing(told: int, of: int) -> float:
    """The exact two-sided p of a fair coin: twice the smaller tail, at most 1."""
    tail = sum(math.comb(of, each) for each in range(min(told, of - told) + 1))
    return min(1.0, tail / (1 << (of - 1)))


def _posts_to_show(
    posts: Sequence[Post], form: Form, shown: Collection[str], left_out: Counter[str]
) -> Iterator[_Text]:
    texts: set[str] = set()
    for post in posts:
        text = _as_shown(own_text(post))
        if post.id in shown:
            left_out["post: shown before"] += 1
        elif fault := _fault(text, form):
            left_out[f"post: {fault}"] += 1
        elif text not in texts:
            texts.add(text)
            yield _Text(text, post.id)


def _drafts_to_show(
    drafts: Sequence[str], form: Form, guard: CopyGuard, shown: Collection[int], left_out: Counter[str]
) -> Iterator[_Text]:
    texts: set[str] = set()
    for number, draft in enumerate(drafts):
        text = _as_shown(draft)
        if number in shown:
            left_out["draft: shown before"] += 1
        elif fault := _fault(text, form):
            left_out[f"draft: {fault}"] += 1
        elif guard.check(text).copied:
            left_out["draft: copied"] += 1
        elif text not in texts:
            texts.add(text)
            yield _Text(text, str(number))


def _fault(text: str, form: Form) -> str | None:
    """Why a text is not fit to be shown; a long one has to end with a stop, as writers out of room break off."""
    strict = form if weighted_length(text) < _LONG else replace(form, ends_openly=False)
    fault = find_fault(text, brief="", form=strict, max_chars=_MAX_CHARS)
    return fault and fault.removeprefix("invented ")


def _as_shown(text: str) -> str:
    """A text without links, with single spaces and blank lines: wording is to be told apart, not typesetting."""
    lines = (" ".join(line.split()) for line in LINK.sub(" ", text).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _distance(post: str, draft: str) -> float:
    length: float = abs(math.log(max(weighted_length(post), 1) / max(weighted_length(draft), 1)))
    return length - _SHARED_WORD * min(_SHARED_WORDS, len(content_words(post) & content_words(draft)))


def _round(post: _Text, draft: _Text, chance: random.Random) -> Round:
    real: Side = chance.choice(("a", "b"))
    first, second = (post, draft) if real == "a" else (draft, post)
    return Round(a=first.text, b=second.text, real=real, post_id=post.origin, draft=int(draft.origin))
