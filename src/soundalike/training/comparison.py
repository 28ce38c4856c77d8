"""Which of two wordings would be taken up more: by whose word, how sure that is, and why.

A creator's own forecaster answers where it beats chance on that creator's later posts. Where it does not, or where
there is none, the wording prior answers: it knows people in general and not this audience, and says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

import numpy as np

from soundalike.posts.post import Post
from soundalike.virality import wording
from soundalike.virality.features import FEATURES, feature_matrix
from soundalike.virality.forecast import FEWEST_POSTS, Accuracy, Floats, Forecaster
from soundalike.virality.patterns import Pattern
from soundalike.virality.reasons import Reason
from soundalike.virality.sheet import read_sheet
from soundalike.virality.wording import Depth

Side = Literal["a", "b"]
Judge = Literal["creator", "wording-quick", "wording-full"]

_REASONS: Final = 3
_UNTOLD: Final = {"spelling", "signs"}  # true, and of no use to whoever reads them
_EVEN: Final = 0.5
_SIDES: Final[Mapping[str, Side]] = {"first": "a", "second": "b"}
_PRIORS: Final[Mapping[Depth, Judge]] = {"quick": "wording-quick", "full": "wording-full"}
_FEATURES: Final = {feature.key: feature for feature in FEATURES}
_UNREAD: Final = "What people in general share is known of English posts alone."
_NO_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ground:
    """A reason for the answer; `evidence` are ids of the creator's posts that show the same, best first.

    `log_odds` is what it adds to those of `a`: above 0 where it favours `a`.
    """

    key: str
    sentence: str
    favours: Side
    log_odds: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which of two wordings would be taken up more, and how sure that is.

    `probability` is that of `a`, `interval` its 95 % interval where the judge knows one. No winner is named within
    0.40 to 0.60, nor where the interval holds one half. `judge` is who answers: the creator's own forecaster, whose
    back-test is `accuracy`, or the wording prior; `note` says why it is the prior.
    """

    winner: Side | None
    probability: float
    interval: tuple[float, float] | None
    abstained: bool
    judge: Judge
    accuracy: Accuracy | None = None
    reasons: tuple[Ground, ...] = ()
    note: str = ""

    @property
    def evidence(self) -> tuple[str, ...]:
        """Ids of the posts behind the reasons, each once."""
        return tuple(dict.fromkeys(post_id for reason in self.reasons for post_id in reason.evidence))


def compare(
    a: str,
    b: str,
    *,
    forecaster: Forecaster | None = None,
    patterns: Sequence[Pattern] = (),
    depth: Depth = "quick",
    creator: str | None = None,
) -> Comparison:
    """Hold two wordings against each other; which of them is called `a` changes nothing but the names.

    Args:
        a: A text as it would be posted.
        b: Another; the same text twice has no winner.
        forecaster: The creator's own; answers if it is useful.
        patterns: What was found to lift the creator's posts: the evidence for reasons.
        depth: How thoroughly the prior reads, if it has to answer: `full` takes the embedded language model.
        creator: Whose audience is meant, without @; the note names it where the prior answers in its place.
    """
    if forecaster is not None and forecaster.is_useful:
        return _by_creator(a, b, forecaster, patterns)
    return _by_prior(a, b, depth, _why_not(creator, forecaster) if creator else "")


def _by_creator(a: str, b: str, forecaster: Forecaster, patterns: Sequence[Pattern]) -> Comparison:
    if _same(a, b):
        return Comparison(None, _EVEN, None, True, "creator", forecaster.accuracy)
    chance = float(forecaster.probability([a], [b])[0])
    low, high = forecaster.interval([a], [b])[0].tolist()
    abstained = low <= _EVEN <= high or bool(forecaster.abstains(np.array(chance)))
    found = _tellable(forecaster.reasons(a, b, most=None))
    return Comparison(
        winner=_winner(chance, abstained=abstained),
        probability=chance,
        interval=(low, high),
        abstained=abstained,
        judge="creator",
        accuracy=forecaster.accuracy,
        reasons=tuple(_ground(reason, _evidence(reason, a, b, patterns)) for reason in found),
    )


def prior_probability(first: Sequence[str], second: Sequence[str], *, depth: Depth = "quick") -> Floats:
    """P(first is shared more) by the wording prior, one number a pair; 0.5 of a pair in a language it cannot read."""
    told = {text: wording.is_known_language(text) for text in {*first, *second}}
    is_read = np.array(
        [told[one] and told[other] for one, other in zip(first, second, strict=True)], dtype=np.bool_
    )
    return np.where(is_read, wording.wording_probability(first, second, depth=depth), _EVEN)


def _by_prior(a: str, b: str, depth: Depth, note: str) -> Comparison:
    judge = _PRIORS[depth]
    if not all(map(wording.is_known_language, (a, b))):
        return Comparison(None, _EVEN, None, True, judge, note=f"{note} {_UNREAD}".strip())
    if _same(a, b):
        return Comparison(None, _EVEN, None, True, judge, note=note)
    chance = float(wording.wording_probability([a], [b], depth=depth)[0])
    abstained = bool(wording.abstains(np.array(chance)))
    return Comparison(
        winner=_winner(chance, abstained=abstained),
        probability=chance,
        interval=None,
        abstained=abstained,
        judge=judge,
        reasons=tuple(_ground(reason) for reason in _tellable(wording.wording_reasons(a, b, most=None))),
        note=note,
    )


def _tellable(reasons: Sequence[Reason]) -> list[Reason]:
    """The weightiest that a reader can make something of."""
    return [reason for reason in reasons if reason.key not in _UNTOLD][:_REASONS]


def _same(a: str, b: str) -> bool:
    return a.strip() == b.strip()


def _winner(chance: float, *, abstained: bool) -> Side | None:
    if abstained:
        return None
    return "a" if chance > _EVEN else "b"


def _why_not(creator: str, forecaster: Forecaster | None) -> str:
    """Why the creator's own forecaster does not answer."""
    if forecaster is None:
        return (
            f"Nothing is known of what the audience of @{creator} takes up: "
            f"that takes {FEWEST_POSTS} posts of theirs with counts."
        )
    if forecaster.accuracy is None:
        return f"No two later posts of @{creator} stand close enough in time to test a forecast on."
    found = forecaster.accuracy
    return (
        f"A forecast learned from @{creator} is right on {found.value:.0%} ({100 * found.low:.0f}–"
        f"{100 * found.high:.0f}) of pairs of later posts, which cannot be told from chance."
    )


def _ground(reason: Reason, evidence: tuple[str, ...] = ()) -> Ground:
    return Ground(reason.key, reason.sentence, _SIDES[reason.favours], reason.log_odds, evidence)


def _evidence(reason: Reason, a: str, b: str, patterns: Sequence[Pattern]) -> tuple[str, ...]:
    """Posts of the pattern that a reason is about, where it points the way the reason does."""
    found = next((each for each in patterns if each.key == reason.key), None)
    if found is None or found.effect is None or reason.key not in _FEATURES:
        return ()
    texts = (a, b) if reason.favours == "first" else (b, a)
    bare = [Post("0", text, _NO_TIME, "", is_reply=text.startswith("@")) for text in texts]
    favoured, other = feature_matrix(read_sheet(bare), [_FEATURES[reason.key]])[:, 0].tolist()
    agrees = (
        favoured > other if found.effect > 1 else favoured < other
    )  # an answer that is not known is neither
    return found.evidence_for if agrees else ()
