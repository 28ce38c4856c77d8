"""Who the drafts are by, in the eyes of a judge that had no part in picking them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soundalike.training.pools import Measure, Texts, ratio, share
from soundalike.voice.attribution import LineUp


@dataclass(frozen=True, slots=True)
class Attribution:
    """Shares of texts that a judge with no part in the picking gives to the creator, among `writers` writers.

    `chance` is the share that would go there by lot, `ceiling` that of the creator's own held-out posts, `recall` and
    `selected_recall` the drafts' share over it, unselected and selected; None where it is too uncertain. `selected` is
    None where nothing passed.
    """

    writers: int
    chance: float
    ceiling: Measure
    drafts: Measure
    selected: Measure | None
    floor: Measure
    recall: Measure | None
    selected_recall: Measure | None

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Attribution":
        """Read it from its plain values."""
        made: dict[str, Any] = {
            name: Measure(**each) if isinstance(each, Mapping) else each for name, each in values.items()
        }
        return cls(**made)


def attribute(
    line_up: LineUp, *, ceiling: Sequence[str], drafts: Texts, selected: Texts, floor: Texts
) -> Attribution:
    """Have the judge look at every pool."""
    own = share(line_up.picks_creator(ceiling))
    plain, voiced, picked = (
        share(line_up.picks_creator(pool.texts), pool.groups) for pool in (floor, drafts, selected)
    )
    is_known = own.low > line_up.chance
    return Attribution(
        writers=len(line_up.models),
        chance=line_up.chance,
        ceiling=own,
        drafts=voiced,
        selected=picked if selected.texts else None,
        floor=plain,
        recall=ratio(voiced, own) if is_known and drafts.texts else None,
        selected_recall=ratio(picked, own) if is_known and selected.texts else None,
    )
