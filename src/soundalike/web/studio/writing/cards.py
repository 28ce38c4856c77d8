"""Drafts as the studio shows them: each with its length, its receipts, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from soundalike.drafts.length import weighted_length
from soundalike.errors import SoundalikeError
from soundalike.posts.post import Post
from soundalike.schemas.drafts import ORDER
from soundalike.service.keeping import card_of, edits_of, prompt_of
from soundalike.service.scoring import TextScore, score_text
from soundalike.storage import DraftRecord, TrainedModelRecord
from soundalike.storage.grounds import read_evidence
from soundalike.training.pools import Measure
from soundalike.training.wording import forecast, post_url
from soundalike.virality.forecast import ABSTAIN
from soundalike.voice.verdict import Verdict
from soundalike.web.parts import Parts
from soundalike.web.studio.words import number, withheld

USUAL_CHARACTERS: Final = 280
_AI_MADE: Final = "AI-made · "
_SPARK: Final = "a spark for editing"
_INTENT: Final = "https://x.com/intent/post?text="
_EVEN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Length:
    """The length of a text as X counts it, beside the most it may have."""

    count: int
    most: int

    @classmethod
    def of(cls, text: str, most: int) -> "Length":
        """Measure a text."""
        return cls(weighted_length(text), most)

    @property
    def over(self) -> int:
        """By how much it is too long."""
        return max(self.count - self.most, 0)

    @property
    def percent(self) -> float:
        """How far the ring is closed."""
        return min(100 * self.count / self.most, 100.0)


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely a draft is to be taken up more: `value` against recent posts, or against the drafts beside it.

    `is_creators` tells the word of the creator's own audience from that of people in general.
    """

    value: float
    against_posts: bool
    is_creators: bool

    @property
    def is_open(self) -> bool:
        """Whether it is too close to call."""
        return abs(self.value - _EVEN) < ABSTAIN

    @property
    def measure(self) -> Measure:
        """The same for a picture; it has no interval."""
        return Measure(self.value, self.value, self.value, 1)


@dataclass(frozen=True, slots=True)
class Near:
    """The collected post that shares the longest run of words; `at` is None once it is no longer kept."""

    url: str
    shared: str
    at: datetime | None

    @property
    def words(self) -> int:
        """How many words the run has."""
        return len(self.shared.split())


@dataclass(frozen=True, slots=True)
class Card:
    """A draft. `text` is what stands now, `written` what the model wrote; `learned` what its edit taught the voice.

    Its figures are of the text that stands; where that could not be measured anew they are of what was written, and
    `is_stale`.
    """

    id: UUID
    number: int
    text: str
    written: str
    status: str
    reason: str | None
    label: str
    is_spark: bool
    is_stale: bool
    length: Length
    likeness: float | None
    novelty: float | None
    coherence: float | None
    chance: Chance | None
    near: Near | None
    flags: tuple[tuple[str, str], ...]
    learned: tuple[str, ...]

    @property
    def intent(self) -> str:
        """Where X offers the text to be posted."""
        return _INTENT + quote(self.text, safe="")

    @property
    def whisker(self) -> Measure | None:
        """The likeness for a picture; one text has no interval."""
        found = self.likeness
        return None if found is None else Measure(found, found, found, 1)


@dataclass(frozen=True, slots=True)
class Answer:
    """The drafts of one order, best first, or the posts of a thread in their order, and what was withheld of it.

    `pool` is the likeness of them all together; `floor` and `ceiling` are what it is held against, and `low` and `high`
    the ends of the axis that all of it is drawn on.
    """

    cards: tuple[Card, ...]
    brief: str
    at: datetime
    asked: int
    is_thread: bool
    tried: int
    withheld: str
    order: Mapping[str, Any]
    pool: Measure | None
    is_verdict: bool
    floor: float | None
    ceiling: float | None
    low: float
    high: float
    forecast: str

    @property
    def ticks(self) -> tuple[float, ...]:
        """What likeness is held against, for a picture."""
        return tuple(each for each in (self.floor, self.ceiling) if each is not None)


def read_answer(drafts: Sequence[DraftRecord], record: TrainedModelRecord, parts: Parts) -> Answer:
    """An answer as it is shown; there is one draft at least."""
    order: dict[str, Any] = drafts[0].figures.get(ORDER) or {}
    judged = _judge(drafts, record, parts)
    posts = _nearest_posts([judged.figures.get(each.id, each.figures) for each in drafts], record, parts)
    rules = [each for each in edits_of(record).rules if each.by == "learned"]
    cards = tuple(
        _card(
            each,
            order,
            judged.figures.get(each.id, each.figures),
            posts,
            [rule.told for rule in rules if rule.at == each.decided_at],
        )
        for each in drafts
    )
    card = card_of(record)
    floor, ceiling = (card.floor.value, card.ceiling.value) if card else (None, None)
    pool = judged.pool
    figures = [floor, ceiling, *(each.likeness for each in cards), *((pool.low, pool.high) if pool else ())]
    ends = [each for each in figures if each is not None] or [0.0]
    is_thread = order.get("thread", 1) > 1
    return Answer(
        cards=cards,
        brief=drafts[0].brief,
        at=drafts[0].created_at,
        asked=order.get("thread" if is_thread else "count", len(cards)),
        is_thread=is_thread,
        tried=order.get("tried", 0),
        withheld=named(order.get("withheld", {})),
        order=order,
        pool=pool,
        is_verdict=judged.is_verdict,
        floor=floor,
        ceiling=ceiling,
        low=min(ends),
        high=max(*ends, min(ends) + 0.1),
        forecast=judged.forecast,
    )


def named(counts: Mapping[str, int]) -> str:
    """Why candidates were withheld, the commonest reason first, as “12 unfinished, 3 copied”."""
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{number(count)} {withheld(reason)}" for reason, count in ordered)


def _card(
    draft: DraftRecord,
    order: Mapping[str, Any],
    found: Mapping[str, Any],
    posts: Mapping[str, Post],
    learned: Sequence[str],
) -> Card:
    text, label = _standing(draft), str(draft.figures.get("label", f"@{draft.creator_username}"))
    return Card(
        id=draft.id,
        number=draft.rank,
        text=text,
        written=draft.text,
        status=draft.status,
        reason=draft.reason,
        label=label.removeprefix(_AI_MADE),
        is_spark=_SPARK in label,
        is_stale=draft.edited_text is not None and found is draft.figures,
        length=Length.of(text, order.get("maxChars", USUAL_CHARACTERS)),
        likeness=found.get("voiceScore"),
        novelty=found.get("novelty"),
        coherence=found.get("coherence"),
        chance=_chance(found),
        near=_near(found.get("nearestPost"), draft.creator_username, posts),
        flags=tuple((flag["kind"], flag["text"]) for flag in found.get("flags", ())),
        learned=tuple(learned),
    )


def _standing(draft: DraftRecord) -> str:
    """The text of a draft as it stands now."""
    return draft.text if draft.edited_text is None else draft.edited_text


def _chance(found: Mapping[str, Any]) -> Chance | None:
    """The chance against recent posts, or else the one against the other drafts."""
    is_creators = found.get("winJudge") == "creator"
    for name in ("winProbability", "beatsOthers"):
        if (value := found.get(name)) is not None:
            return Chance(value, name == "winProbability", is_creators)
    return None


def _near(found: Mapping[str, str] | None, username: str, posts: Mapping[str, Post]) -> Near | None:
    if not found:
        return None
    post = posts.get(found["id"])
    return Near(post_url(username, found["id"]), found["sharedText"], post.created_at if post else None)


def _nearest_posts(
    figures: Sequence[Mapping[str, Any]], record: TrainedModelRecord, parts: Parts
) -> dict[str, Post]:
    ids = {near["id"] for each in figures if (near := each.get("nearestPost"))}
    return read_evidence(parts.store.database, record.user_id, record.creator_username, ids) if ids else {}


@dataclass(frozen=True, slots=True)
class _Judged:
    """The likeness of all drafts together, how good the forecast proved, and new figures of what was edited."""

    pool: Measure | None = None
    is_verdict: bool = False
    forecast: str = ""
    figures: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)


def _judge(drafts: Sequence[DraftRecord], record: TrainedModelRecord, parts: Parts) -> _Judged:
    """Judge the drafts as they stand; nothing where what the voice learned is gone, or others are being judged."""

    def judge() -> _Judged:
        learned, rules = parts.studio.learned(record), prompt_of(record).rules
        found = learned.likeness.verdict([_standing(each) for each in drafts])
        return _Judged(
            pool=_measure(found),
            is_verdict=found.is_enough,
            forecast=forecast(record.creator_username, learned.forecaster),
            figures={
                each.id: _anew(each, score_text(each.edited_text, learned, brief=each.brief, rules=rules))
                for each in drafts
                if each.edited_text is not None
            },
        )

    try:
        return parts.studio.judging.run(judge)
    except SoundalikeError:
        return _Judged()


def _measure(found: Verdict) -> Measure | None:
    if found.low is None or found.high is None:
        return None
    return Measure(found.likeness, found.low, found.high, found.texts)


def _anew(draft: DraftRecord, score: TextScore) -> dict[str, Any]:
    """The figures of an edited text, in the form of those that drafts are kept with."""
    overlap = score.overlap
    is_near = overlap.post_id and overlap.shared_text
    return {
        "voiceScore": score.verdict.likeness,
        "novelty": overlap.novelty,
        "winProbability": score.win_probability,
        "winJudge": draft.figures.get("winJudge"),
        "nearestPost": {"id": overlap.post_id, "sharedText": overlap.shared_text} if is_near else None,
        "flags": [{"kind": flag.kind, "text": flag.text} for flag in score.flags],
    }
