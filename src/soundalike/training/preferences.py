"""Which of two texts the user preferred for the same brief: what a preference trainer learns from."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Final

from soundalike.training.lessons import Decision

_MOST_OF_A_BRIEF: Final = 50  # pairs of kept with rejected drafts; more would drown the other briefs


@dataclass(frozen=True, slots=True)
class Preference:
    """For this prompt, the brief, the user preferred one text to the other."""

    prompt: str
    chosen: str
    rejected: str

    def to_line(self) -> str:
        """One line of JSON with `prompt`, `chosen` and `rejected`: the explicit-prompt form of TRL's DPO trainer."""
        return json.dumps(asdict(self), ensure_ascii=False) + "\n"


def read_preferences(decisions: Iterable[Decision]) -> Iterator[Preference]:
    """Pairs from decisions, each once: an edited draft's text is preferred to the draft, a kept text to rejected ones.

    Kept and rejected drafts are paired within a brief, at most 50 pairs of each. Pairs of equal texts are left out.
    """
    by_brief: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        by_brief[decision.brief].append(decision)
    for brief, of_brief in by_brief.items():
        pairs = dict.fromkeys(_pairs(of_brief))
        yield from (Preference(brief, chosen, rejected) for chosen, rejected in pairs if chosen != rejected)


def _pairs(decisions: Sequence[Decision]) -> Iterator[tuple[str, str]]:
    yield from ((each.final, each.draft) for each in decisions if each.final is not None and each.is_edit)
    kept = [each.final for each in decisions if each.final is not None]
    rejected = [each.draft for each in decisions if each.final is None]
    yield from list(product(kept, rejected))[:_MOST_OF_A_BRIEF]
