"""The versions of a creator's voice, and what changed from each to the next."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from soundalike.service.keeping import card_of, edits_of
from soundalike.storage import Store, TrainedModelRecord
from soundalike.training.pools import Measure

_LISTED: Final = 200
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Version:
    """One version: its share of the gap, what is new in it, and how its interval lies to that of the one before."""

    id: UUID
    number: int
    is_this: bool
    is_newest: bool
    gap: Measure | None
    changes: tuple[str, ...]
    compared: str
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """All versions, the newest first, on one axis from `low` to `high`."""

    versions: tuple[Version, ...]
    low: float
    high: float


def history_of(record: TrainedModelRecord, store: Store) -> History:
    """The versions of the creator of a voice in its workspace."""
    found = store.list_models(record.user_id, username=record.creator_username, limit=_LISTED)
    models = sorted(found, key=lambda each: each.version, reverse=True)
    gaps = [gap for each in models if (gap := _gap(each))]
    return History(
        versions=tuple(_versions(models, record.id)),
        low=min([0.0, *(gap.low for gap in gaps)]),
        high=max([1.0, *(gap.high for gap in gaps)]),
    )


def _versions(models: Sequence[TrainedModelRecord], this: UUID) -> Iterator[Version]:
    newest = models[0].id if models else None
    for model, before in pairwise([*models, None]):
        if model is not None:
            yield Version(
                id=model.id,
                number=model.version,
                is_this=model.id == this,
                is_newest=model.id == newest,
                gap=_gap(model),
                changes=tuple(_changes(model, before)) if before else (),
                compared=_compared(model, before) if before else "",
                at=model.created_at,
            )


def _gap(model: TrainedModelRecord) -> Measure | None:
    card = card_of(model)
    return card.gap_closed if card else None


def _compared(model: TrainedModelRecord, before: TrainedModelRecord) -> str:
    """Whether the intervals of two versions overlap, and what follows from it."""
    new, old = _gap(model), _gap(before)
    if new is None or old is None:
        return f"One of v{model.version} and v{before.version} has no verdict, so they cannot be compared."
    if new.low > old.high:
        return f"Beyond the interval of v{before.version}: a clear gain."
    if new.high < old.low:
        return f"Below the interval of v{before.version}: clearly less."
    return f"Overlaps v{before.version}: no clear difference."


def _changes(model: TrainedModelRecord, before: TrainedModelRecord) -> Iterator[str]:
    """What is new in a version, in sentences."""
    if (model.provenance or {}).get("imported"):
        yield "imported from a file"
    found = [*_of_posts(model, before), *_of_making(model, before), *_of_edits(model, before)]
    yield from found or ["trained again with the same posts and settings"]


def _of_posts(model: TrainedModelRecord, before: TrainedModelRecord) -> Iterator[str]:
    new, old = _settings(model), _settings(before)
    if new.get("months") != old.get("months") and new.get("months") and old.get("months"):
        yield f"window from {old['months']} to {new['months']} months"
    if new.get("asOf") != old.get("asOf") and new.get("asOf"):
        yield f"window ends {datetime.fromisoformat(new['asOf']):%-d %b %Y}"
    yield from _more_or_less(_ids(model, "seenIds"), _ids(before, "seenIds"), "posts learned from")
    yield from _more_or_less(_ids(model, "selectedIds"), _ids(before, "selectedIds"), "viral posts selected")
    if new.get("minEngagement") != old.get("minEngagement"):
        yield f"gate {_number(new.get('minEngagement'))}, was {_number(old.get('minEngagement'))}"


def _of_making(model: TrainedModelRecord, before: TrainedModelRecord) -> Iterator[str]:
    if model.trainer != before.trainer:
        yield f"trainer {model.trainer}, was {before.trainer}"
    if model.base_model != before.base_model:
        yield f"language model {model.base_model}, was {before.base_model}"
    if _seed(model) != _seed(before):
        yield f"seed {_seed(model)}, was {_seed(before)}"


def _of_edits(model: TrainedModelRecord, before: TrainedModelRecord) -> Iterator[str]:
    new, old = edits_of(model), edits_of(before)
    rules, rules_before = ({each.rule.sentence for each in edits.rules} for edits in (new, old))
    yield from _named("rule added:", rules - rules_before)
    yield from _named("rule removed:", rules_before - rules)
    yield from _named("left out:", new.hidden_keys - old.hidden_keys)
    yield from _named("shown again:", old.hidden_keys - new.hidden_keys)


def _named(what: str, found: Collection[str]) -> Iterator[str]:
    if found:
        rest = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        yield f"{what} {'; '.join(sorted(found)[:_NAMED])}{rest}"


def _more_or_less(new: set[str], old: set[str], what: str) -> Iterator[str]:
    """How many came and how many went: “4 more viral posts selected, 1 fewer”."""
    more, fewer = len(new - old), len(old - new)
    if more or fewer:
        told = [f"{count:,} {word}" for count, word in ((more, "more"), (fewer, "fewer")) if count]
        yield f"{what}: {', '.join(told)}"


def _ids(model: TrainedModelRecord, name: str) -> set[str]:
    data = model.training_data
    return set(data.get(name, ())) if isinstance(data, dict) else set()


def _settings(model: TrainedModelRecord) -> dict[str, Any]:
    return (model.provenance or {}).get("settings") or {}


def _seed(model: TrainedModelRecord) -> object:
    return (model.provenance or {}).get("seed")


def _number(gate: object) -> str:
    return f"{gate:,}" if isinstance(gate, int) else str(gate)
