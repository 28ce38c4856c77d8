"""Two wordings beside each other: which would win with this audience, how sure that is, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from soundalike.errors import SoundalikeError
from soundalike.posts.post import Post
from soundalike.schemas.requests import CompareRequest
from soundalike.service.jobs import Caller
from soundalike.storage import TrainedModelRecord
from soundalike.storage.grounds import read_evidence
from soundalike.training.comparison import Comparison, Ground
from soundalike.training.pools import Measure
from soundalike.training.wording import judged, post_url, verdict
from soundalike.virality.forecast import ABSTAIN
from soundalike.web.api.drafting import judge_wordings
from soundalike.web.parts import Parts
from soundalike.web.problems import told
from soundalike.web.studio.language import _, english

LOWEST: Final = 0.5 - ABSTAIN
HIGHEST: Final = 0.5 + ABSTAIN
"""Between these no winner is named."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A post that shows a reason; `post` is None where it is no longer kept."""

    url: str
    post: Post | None


@dataclass(frozen=True, slots=True)
class Why:
    """A reason in words, which text it speaks for, and posts that show the same."""

    sentence: str
    favours: str
    evidence: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Contest:
    """What was compared and what came of it. `chance` is B's; with a `fault` in `fields` there is none."""

    a: str
    b: str
    fault: str = ""
    fields: frozenset[str] = frozenset()
    winner: str | None = None
    verdict: str = ""
    chance: Measure | None = None
    is_sure: bool = False
    judged: tuple[str, ...] = ()
    reasons: tuple[Why, ...] = ()


def read_contest(a: str, b: str, record: TrainedModelRecord, caller: Caller, parts: Parts) -> Contest:
    """Hold two wordings against each other, or say why that cannot be."""
    empty = frozenset(name for name, text in (("a", a), ("b", b)) if not text.strip())
    if empty:
        return Contest(a, b, _("Give both as they would be posted."), empty)
    try:
        asked = CompareRequest(model_id=str(record.id), a=a, b=b)
        username, found = judge_wordings(asked, caller, parts)
    except ValidationError as error:
        faults = error.errors()
        return Contest(a, b, english(faults[0]["msg"]), frozenset(str(each["loc"][0]) for each in faults))
    except SoundalikeError as error:
        return Contest(a, b, english(told(error)[1]))
    return _contest(asked, username, found, parts, caller)


def _contest(
    asked: CompareRequest, username: str, found: Comparison, parts: Parts, caller: Caller
) -> Contest:
    posts = read_evidence(parts.store.database, caller.workspace_id, username, found.evidence)
    return Contest(
        a=asked.a,
        b=asked.b,
        winner=found.winner,
        verdict=verdict(found),
        chance=_of_b(found),
        is_sure=found.winner is not None,
        judged=tuple(judged(found, username)),
        reasons=tuple(_reasons(found.reasons, username, posts)),
    )


def _of_b(found: Comparison) -> Measure:
    """The chance of B, which stands on the right; without an interval where the judge knows none."""
    low, high = found.interval or (found.probability, found.probability)
    return Measure(1 - found.probability, 1 - high, 1 - low, 1)


def _reasons(grounds: tuple[Ground, ...], username: str, posts: dict[str, Post]) -> Iterator[Why]:
    for each in grounds:
        shown = tuple(Shown(post_url(username, post_id), posts.get(post_id)) for post_id in each.evidence)
        yield Why(each.sentence, each.favours, shown)
