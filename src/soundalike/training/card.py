"""The report card: how like the creator the drafts are, beside what could be expected at best and at worst.

Likeness is the pooled log-odds of being the creator's (voice/likeness.py). Pools stand side by side: the ceiling (the
creator's own held-out posts), the drafts as they came, those of them a user would be shown, the floor (the same
language model without the voice) and the impostors (other writers). Where a user's drafts were picked, likeness had a
part in the picking, so a judge that had none stands beside it: attribution among writers (voice/attribution.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from soundalike.training.attributing import Attribution
from soundalike.training.contrasts import Contrast
from soundalike.training.originality import Novelty
from soundalike.training.pools import Measure

_SPREAD: Final = (2.5, 50, 97.5)


@dataclass(frozen=True, slots=True)
class Impostor:
    """Another writer's likeness to the creator."""

    username: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Sense:
    """Mean coherence of the pools: the log-odds that a person wrote a text (drafts/coherence.py), none a copy."""

    posts: Measure
    drafts: Measure
    floor: Measure
    selected: Measure | None = None

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Sense":
        """Read it back from its plain values."""
        posts, drafts, floor = (Measure(**values[name]) for name in ("posts", "drafts", "floor"))
        return cls(posts, drafts, floor, _measure(values["selected"]))


@dataclass(frozen=True, slots=True)
class Bits:
    """Bits a character of the held-out posts, read by the base model as it came and with the adapter."""

    before: float
    after: float


@dataclass(frozen=True, slots=True)
class ReportCard:
    """What a model is worth, with what it could not be judged on in `notes`.

    `gap_closed` is the share of the way from floor to ceiling that the unselected drafts go, 0 at the floor, 1 at the
    ceiling; `selected_gap` that of the drafts a user would be shown, the best of the same ones as `write` ranks them.
    `contrasts` are differences in what can be counted. `withheld` counts why the others would not have been shown;
    `texts` are the drafts judged and `selected_texts` those of them a user would be shown, both without copies.
    `sense` is how coherent all are, where the language model's drafts can be judged so; `bits` what an adapter gained.
    Drafts were written on `briefs` subjects; `briefs_left_out` were not begun, as the time was up.

    What a card of an earlier version did not measure is None or empty, and `lacks` names it.
    """

    ceiling: Measure
    drafts: Measure
    floor: Measure
    impostors: tuple[Impostor, ...]
    gap_closed: Measure | None
    novelty: Novelty
    withheld: Mapping[str, int]
    texts: tuple[str, ...]
    notes: tuple[str, ...]
    writer: str
    seed: int
    seconds: float
    selected: Measure | None = None
    selected_gap: Measure | None = None
    attribution: Attribution | None = None
    contrasts: tuple[Contrast, ...] = ()
    selected_texts: tuple[str, ...] = ()
    briefs: int | None = None
    briefs_left_out: int = 0
    sense: Sense | None = None
    bits: Bits | None = None

    @property
    def is_earlier(self) -> bool:
        """Whether an earlier version made this card, which measured less."""
        return self.briefs is None

    def to_json(self) -> dict[str, Any]:
        """The card as plain values; `from_json` reads them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "ReportCard":
        """Read a card from its plain values, those of earlier versions too."""
        return cls(
            ceiling=Measure(**values["ceiling"]),
            drafts=Measure(**values["drafts"]),
            floor=Measure(**values["floor"]),
            impostors=tuple(Impostor(**impostor) for impostor in values["impostors"]),
            gap_closed=_measure(values["gap_closed"]),
            novelty=Novelty.from_json(values["novelty"]),
            withheld=values["withheld"],
            texts=tuple(values["texts"]),
            notes=tuple(values["notes"]),
            writer=values["writer"],
            seed=values["seed"],
            seconds=values["seconds"],
            selected=_measure(values.get("selected")),
            selected_gap=_measure(values.get("selected_gap")),
            attribution=Attribution.from_json(each) if (each := values.get("attribution")) else None,
            contrasts=tuple(_contrasts(values)),
            selected_texts=tuple(values.get("selected_texts", ())),
            briefs=values.get("briefs"),
            briefs_left_out=values.get("briefs_left_out", 0),
            sense=Sense.from_json(each) if (each := values.get("sense")) else None,
            bits=Bits(**each) if (each := values.get("bits")) else None,
        )


def spread(impostors: Sequence[Impostor]) -> Measure:
    """The median of the impostors between their 2.5 and 97.5 % points."""
    ordered = np.array([impostor.likeness for impostor in impostors])
    low, middle, high = np.percentile(ordered, _SPREAD)
    return Measure(float(middle), float(low), float(high), len(ordered))


def _measure(values: Mapping[str, Any] | None) -> Measure | None:
    return Measure(**values) if values else None


def _contrasts(values: Mapping[str, Any]) -> Iterator[Contrast]:
    for each in values.get("contrasts", ()):
        yield Contrast(**{**each, "distance": _measure(each["distance"])})
    if earlier := values.get("length_distance"):
        yield Contrast("length", None, None, Measure(**earlier))
