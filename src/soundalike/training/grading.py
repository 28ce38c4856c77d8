"""Grading a voice on posts it never saw: drafts are written, unselected, and held against ceiling and floor."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from soundalike.drafts.draft import Drafting, write_drafts
from soundalike.drafts.guard import Overlap
from soundalike.drafts.prompt import VoicePrompt, content_words, keywords
from soundalike.posts.text import own_text
from soundalike.training.card import (
    FEWEST_TEXTS,
    Impostor,
    Measure,
    Novelty,
    Pool,
    ReportCard,
    distribution_distance,
    gap_closed,
    measure,
)
from soundalike.training.model import TrainedModel
from soundalike.voice.likeness import impostors

BRIEFS: Final = 5
PER_BRIEF: Final = 8
"""Drafts written for a report card: five briefs, each the key words of a held-out post, eight drafts a brief."""

MOST_SECONDS: Final = 300.0
"""Time after which no further brief is begun."""

Tell = Callable[[float, str], None]
"""Told how far grading is, 0 to 1, and what is being done."""


def grade(model: TrainedModel, *, clock: Callable[[], float], tell: Tell) -> ReportCard:
    """Write drafts with and without the voice on the subjects of held-out posts, and measure both.

    Nothing is selected: every draft that is a text counts, also those the user would never be shown. Copies alone are
    left out of the likeness, as they would measure the creator. The same model, writer and machine give the same card.
    """
    began = clock()
    texts = [own_text(post) for post in model.held_out]
    voiced, plain = _write_both(model, briefs_from(texts), clock, tell)
    written = _texts_of(voiced)
    overlaps = [model.guard.check(text) for text in written]
    drafts = [text for text, overlap in zip(written, overlaps, strict=True) if not overlap.copied]
    chance = np.random.default_rng(model.seed)
    pools = [Pool(*model.likeness.ratios(pool)) for pool in (texts, drafts, _texts_of(plain))]
    ceiling, middle, floor = pools
    gap = gap_closed(ceiling, middle, floor, chance) if min(map(len, pools)) >= FEWEST_TEXTS else None
    others = _impostors(model)
    return ReportCard(
        ceiling=measure(ceiling, chance),
        drafts=measure(middle, chance),
        floor=measure(floor, chance),
        impostors=others,
        gap_closed=gap,
        length_distance=distribution_distance([len(t) for t in drafts], [len(t) for t in texts], chance),
        novelty=_novelty(overlaps),
        withheld=_withheld(voiced),
        texts=tuple(written),
        notes=tuple(_notes(len(texts), len(drafts), len(written), gap, others)),
        writer=model.writer.name,
        seed=model.seed,
        seconds=round(clock() - began, 1),
    )


def briefs_from(texts: Sequence[str], count: int = BRIEFS) -> list[str]:
    """The rarest content words of posts spread evenly over `texts`, two each: subjects without the wording."""
    holding = Counter(word for text in texts for word in content_words(text))
    rarity = {word: math.log(len(texts) / times) for word, times in holding.items()}
    subjects = [", ".join(keywords(text, rarity)) for text in texts]
    named = list(dict.fromkeys(subject for subject in subjects if subject))
    step = max(len(named) // count, 1)
    return named[::step][:count] or ["anything"]


def _write_both(
    model: TrainedModel, briefs: Sequence[str], clock: Callable[[], float], tell: Tell
) -> tuple[list[Drafting], list[Drafting]]:
    """Drafts with the voice and without it, brief by brief, until all are done or the time is up."""
    voiced: list[Drafting] = []
    plain: list[Drafting] = []
    end = clock() + MOST_SECONDS
    for number, brief in enumerate(briefs):
        if voiced and clock() > end:
            break
        for at, (prompt, drafts) in enumerate(((model.prompt, voiced), (None, plain))):
            tell((2 * number + at) / (2 * len(briefs)), f"drafting on “{brief}”")
            drafts.append(_write(model, prompt, brief, seed=model.seed + number))
    return voiced, plain


def _write(model: TrainedModel, prompt: VoicePrompt | None, brief: str, *, seed: int) -> Drafting:
    return write_drafts(
        brief,
        writer=model.writer,
        prompt=prompt,
        form=model.form,
        guard=model.guard,
        like=model.likeness.scores,
        ceiling=0.0,
        label=model.label,
        count=PER_BRIEF,
        seed=seed,
        unselected=True,
    )


def _impostors(model: TrainedModel) -> tuple[Impostor, ...]:
    """Other writers by their likeness to the creator, the likest first."""
    found = impostors(model.seen, model.background, seed=model.seed)
    likeness = (Impostor(name, Pool(*ratios).likeness) for name, ratios in found.items())
    return tuple(sorted(likeness, key=lambda impostor: -impostor.likeness))


def _texts_of(draftings: Sequence[Drafting]) -> list[str]:
    return [draft.text for drafting in draftings for draft in drafting.drafts]


def _novelty(overlaps: Sequence[Overlap]) -> Novelty:
    return Novelty(
        longest_shared_words=int(max((overlap.shared_words for overlap in overlaps), default=0)),
        mean_novelty=float(np.mean([overlap.novelty for overlap in overlaps])) if overlaps else 0.0,
        too_close=sum(overlap.copied for overlap in overlaps),
        drafts=len(overlaps),
    )


def _withheld(draftings: Sequence[Drafting]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for drafting in draftings:
        total.update({str(reason): count for reason, count in drafting.withheld.items()})
    return dict(total.most_common())


def _notes(
    held_out: int, drafts: int, written: int, gap: Measure | None, others: Sequence[Impostor]
) -> Iterator[str]:
    if copies := written - drafts:
        yield f"{copies} of {written} drafts copy a collected post; they are left out of the likeness."
    if min(held_out, drafts) < FEWEST_TEXTS:
        yield f"Too few texts for a verdict: {held_out} held-out posts, {drafts} drafts; {FEWEST_TEXTS} are needed."
    elif gap is None:
        yield "The creator’s posts and a model without the voice cannot be told apart; no share of a gap is stated."
    if not others:
        yield "No other writer of this language is known, so there are no impostors to compare with."
    if 0 < written < BRIEFS * PER_BRIEF:
        yield f"{written} of {BRIEFS * PER_BRIEF} drafts were written: the rest came out empty or the time was up."
