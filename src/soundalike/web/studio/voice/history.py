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
from soundalike.web.studio.language import N_, _
from soundalike.web.studio.words import number, short_date

_LISTED: Final = 200
_NAMED: Final = 3
_LEARNED: Final = N_("posts learned from: %(how)s")
_SELECTED: Final = N_("viral posts selected: %(how)s")


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
        found = N_("One of v%(number)s and v%(before)s has no verdict, so they cannot be compared.")
    elif new.low > old.high:
        found = N_("Beyond the interval of v%(before)s: a clear gain.")
    elif new.high < old.low:
        found = N_("Below the interval of v%(before)s: clearly less.")
    else:
        found = N_("Overlaps v%(before)s: no clear difference.")
    return _(found, number=model.version, before=before.version)


def _changes(model: TrainedModelRecord, before: TrainedModelRecord) -> Iterator[str]:
    """What is new in a version, in sentences."""
    if (model.provenance or {}).get("imported"):
        yield _("imported from a file")
    found = [*_of_posts(model, before), *_of_making(model, before), *_of_edits(model, before)]
    yield from found or [_("trained again with the same posts and settings")]


def _of_posts(model: TrainedModelRecord, before: TrainedModelRecord) -> Iterator[str]:
    new, old = _settings(model), _settings(before)
    if new.get("months") != old.get("months") and new.get("months") and old.get("months"):
        yield _("window from %(old)s to %(new)s months", old=old["months"], new=new["months"])
    if new.get("asOf") != old.get("asOf") and new.get("asOf"):
        yield _("window ends %(date)s", date=short_date(datetime.fromisoformat(new["asOf"])))
    yield from _more_or_less(_ids(model, "seenIds"), _ids(before, "seenIds"), _LEARNED)
    yield from _more_or_less(_ids(model, "selectedIds"), _ids(before, "selectedIds"), _SELECTED)
    if new.get("minEngagement") != old.get("minEngagement"):
        gates = {"new": _number(new.get("minEngagement")), "old": _number(old.get("minEngagement"))}
        yield _("gate %(new)s, was %(old)s", **gates)


def _of_making(model: TrainedModelRecord, before: TrainedModelRecord) -> Iterator[str]:
    if model.trainer != before.trainer:
        yield _("trainer %(new)s, was %(old)s", new=model.trainer, old=before.trainer)
    if model.base_model != before.base_model:
        yield _("language model %(new)s, was %(old)s", new=model.base_model, old=before.base_model)
    if _seed(model) != _seed(before):
        yield _("seed %(new)s, was %(old)s", new=_seed(model), old=_seed(before))


def _of_edits(model: TrainedModelRecord, before: TrainedModelRecord) -> Iterator[str]:
    new, old = edits_of(model), edits_of(before)
    rules, rules_before = ({each.rule.sentence for each in edits.rules} for edits in (new, old))
    yield from _named(N_("rule added: %(what)s"), rules - rules_before)
    yield from _named(N_("rule removed: %(what)s"), rules_before - rules)
    yield from _named(N_("left out: %(what)s"), new.hidden_keys - old.hidden_keys)
    yield from _named(N_("shown again: %(what)s"), old.hidden_keys - new.hidden_keys)


def _named(change: str, found: Collection[str]) -> Iterator[str]:
    if found:
        names, rest = "; ".join(sorted(found)[:_NAMED]), len(found) - _NAMED
        yield _(change, what=_("%(names)s and %(rest)s more", names=names, rest=rest) if rest > 0 else names)


def _more_or_less(new: set[str], old: set[str], change: str) -> Iterator[str]:
    """How many came and how many went: “viral posts selected: 4 more, 1 fewer”."""
    counts = {"more": number(len(new - old)), "fewer": number(len(old - new))}
    if new - old and old - new:
        yield _(change, how=_("%(more)s more, %(fewer)s fewer", **counts))
    elif new - old:
        yield _(change, how=_("%(more)s more", **counts))
    elif old - new:
        yield _(change, how=_("%(fewer)s fewer", **counts))


def _ids(model: TrainedModelRecord, name: str) -> set[str]:
    data = model.training_data
    return set(data.get(name, ())) if isinstance(data, dict) else set()


def _settings(model: TrainedModelRecord) -> dict[str, Any]:
    return (model.provenance or {}).get("settings") or {}


def _seed(model: TrainedModelRecord) -> object:
    return (model.provenance or {}).get("seed")


def _number(gate: object) -> str:
    return number(gate) if isinstance(gate, int) else str(gate)
