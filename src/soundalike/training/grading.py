"""Grading a voice on posts it never saw: drafts are written, all of them judged, and held against ceiling and floor."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from soundalike.drafts.choosing import Measure as Coherent
from soundalike.drafts.draft import Drafting, write_drafts
from soundalike.drafts.guard import Overlap
from soundalike.drafts.prompt import content_words, keywords
from soundalike.drafts.tidying import tidy
from soundalike.drafts.writer import CUT_OFF, Message, Sampling, Writer
from soundalike.encoder.embedded import LANGUAGE, is_embedded
from soundalike.posts.text import own_text
from soundalike.training.attributing import attribute
from soundalike.training.card import Impostor, ReportCard, Sense
from soundalike.training.contrasts import contrast
from soundalike.training.model import TrainedModel
from soundalike.training.originality import read_novelty
from soundalike.training.pools import (
    FEWEST_BRIEFS,
    FEWEST_TEXTS,
    Integers,
    Measure,
    Pool,
    Texts,
    can_judge,
    gap_closed,
    measure,
)
from soundalike.training.tuning import read_bits
from soundalike.voice.attribution import LineUp
from soundalike.voice.likeness import impostors

BRIEFS: Final = 8
CANDIDATES: Final = 8
SHOWN: Final = 2
FLOOR: Final = 3
"""Briefs of a report card, each the key words of a held-out post; drafts of each, as many as the embedded model writes
at once; how many of these a user is taken to be shown; drafts of each without the voice, which differ less."""

MOST_SECONDS: Final = 240.0
"""Time after which no further subject is begun."""

JUDGED_FROM: Final = 0.95  # of the work, when all is drafted

Tell = Callable[[float, str], None]
"""Told how far grading is, 0 to 1, and what is being done."""


@dataclass(frozen=True, slots=True)
class _Drafted:
    """What was drafted: `everything` that came with the voice, `shown` what `write` would have shown of it, `floor`.

    `overlaps` is what each of everything shares with collected posts, `own` the held-out posts to hold all against.
    """

    own: Sequence[str]
    everything: Texts
    overlaps: Sequence[Overlap]
    shown: Texts
    floor: Texts
    withheld: Mapping[str, int]
    briefs: int

    @property
    def drafts(self) -> Texts:
        """Everything but copies: they would measure the creator."""
        return self.everything.where([not overlap.copied for overlap in self.overlaps])


class Overheard:
    """A language model whose answers are kept: a card judges those too that a user would never be shown."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.name, self.is_small, self.is_base = writer.name, writer.is_small, writer.is_base
        self.answers: list[str] = []

    def write(self, messages: Sequence[Message], *, count: int, sampling: Sampling) -> list[str]:
        """Have the model write, and keep what it says."""
        answers = self._writer.write(messages, count=count, sampling=sampling)
        self.answers += answers
        return answers

    def close(self) -> None:
        """Leave the model open: whoever opened it closes it."""


def grade(
    model: TrainedModel, *, clock: Callable[[], float], tell: Tell, most_seconds: float = MOST_SECONDS
) -> ReportCard:
    """Write drafts with and without the voice on the subjects of held-out posts, and measure both.

    Every draft that is a text counts, also those the user would never be shown; those the user would be shown are
    judged once more by themselves. Copies alone are left out of all but novelty, as they would measure the creator.
    The same model, writer and machine give the same card, unless the time is up: no subject is begun after
    `most_seconds`, and the card says what was left out.
    """
    began = clock()
    own = [own_text(post) for post in model.held_out]
    briefs = briefs_from(own)
    found = _draft(model, own, briefs, lambda: clock() - began > most_seconds, tell)
    tell(JUDGED_FROM, "judging the drafts")
    card = _judge(model, found, len(briefs) - found.briefs)
    return replace(card, seconds=round(clock() - began, 1))


def briefs_from(texts: Sequence[str], count: int = BRIEFS) -> list[str]:
    """The rarest content words of posts spread evenly over `texts`, two each: subjects without the wording."""
    holding = Counter(word for text in texts for word in content_words(text))
    rarity = {word: math.log(len(texts) / times) for word, times in holding.items()}
    subjects = [", ".join(keywords(text, rarity)) for text in texts]
    named = list(dict.fromkeys(subject for subject in subjects if subject))
    step = max(len(named) // count, 1)
    return named[::step][:count] or ["anything"]


def _draft(
    model: TrainedModel, own: Sequence[str], briefs: Sequence[str], is_late: Callable[[], bool], tell: Tell
) -> _Drafted:
    """Drafts with the voice and without it, brief by brief, until all are done or the time is up."""
    voiced: list[list[str]] = []
    shown: list[Drafting] = []
    plain: list[list[str]] = []
    for number, brief in enumerate(briefs):
        if voiced and is_late():
            break
        tell(JUDGED_FROM * number / len(briefs), f"drafting on “{brief}”")
        drafting, answers = _write_voiced(model, brief, seed=model.seed + number)
        voiced.append(answers)
        shown.append(drafting)
        plain.append(_write_plain(model, brief, seed=model.seed + number))
    everything = Texts.of(voiced)
    return _Drafted(
        own=own,
        everything=everything,
        overlaps=[model.guard.check(text) for text in everything.texts],
        shown=Texts.of([[draft.text for draft in drafting.drafts] for drafting in shown]),
        floor=Texts.of(plain),
        withheld=_withheld(shown),
        briefs=len(voiced),
    )


def _write_voiced(model: TrainedModel, brief: str, *, seed: int) -> tuple[Drafting, list[str]]:
    """What `write` would show of one batch, and the whole batch as it came."""
    heard = Overheard(model.writer)
    drafting = write_drafts(
        brief,
        writer=heard,
        prompt=model.prompt,
        judges=model.judges,
        label=model.label,
        count=SHOWN,
        candidates=CANDIDATES,
        seed=seed,
        rounds=1,
        adapter=model.adapter_file,
    )
    texts = [tidy(answer, model.form).removesuffix(CUT_OFF) for answer in heard.answers]
    return drafting, [text for text in texts if text.strip()]


def _write_plain(model: TrainedModel, brief: str, *, seed: int) -> list[str]:
    drafting = write_drafts(
        brief,
        writer=model.writer,
        prompt=None,
        judges=model.judges,
        label=model.label,
        count=FLOOR,
        seed=seed,
        unselected=True,
    )
    return [draft.text for draft in drafting.drafts]


def _judge(model: TrainedModel, found: _Drafted, left_out: int) -> ReportCard:
    """Measure everything; the seconds are not known yet."""
    drafts, shown = found.drafts, found.shown
    chance = np.random.default_rng(model.seed)
    ceiling = Pool(*model.likeness.ratios(found.own))
    voiced, picked, floor = (_pool(model, texts) for texts in (drafts, shown, found.floor))
    gap = _gap(ceiling, voiced, floor, chance)
    picked_gap = _gap(ceiling, picked, floor, chance) if gap else None
    line_up = LineUp.of(model.seen, model.background, seed=model.seed)
    others = _impostors(model)
    return ReportCard(
        ceiling=measure(ceiling, chance),
        drafts=measure(voiced, chance),
        floor=measure(floor, chance),
        impostors=others,
        gap_closed=gap,
        novelty=read_novelty(
            found.everything,
            found.overlaps,
            collected=model.collected,
            held_out=model.held_out,
            chance=chance,
        ),
        withheld=found.withheld,
        texts=drafts.texts,
        notes=(
            *_notes(found, gap, picked_gap, left_out),
            *_without_others(others, line_up),
            *_in_another_language(model),
        ),
        writer=model.writer.name,
        seed=model.seed,
        seconds=0.0,
        selected=measure(picked, chance) if len(picked) else None,
        selected_gap=picked_gap,
        attribution=attribute(line_up, ceiling=found.own, drafts=drafts, selected=shown, floor=found.floor)
        if line_up
        else None,
        contrasts=contrast(drafts, model.held_out, seed=model.seed),
        selected_texts=shown.texts,
        briefs=found.briefs,
        briefs_left_out=left_out,
        sense=_sense(model.coherent, found, chance) if model.coherent else None,
        bits=read_bits(model.adapter, model.seen, model.held_out, base=model.base) if model.adapter else None,
    )


def _sense(coherent: Coherent, found: _Drafted, chance: np.random.Generator) -> Sense | None:
    """How coherent the pools are; None where one of them is empty."""
    shown = found.shown if found.shown.texts else None
    if not (found.own and found.drafts.texts and found.floor.texts):
        return None

    def mean(texts: Sequence[str], groups: Integers | None = None) -> Measure:
        scores = np.fromiter(coherent(texts), dtype=np.float64)
        return measure(Pool(scores, np.ones(len(scores)), groups), chance)

    return Sense(
        posts=mean(found.own),
        drafts=mean(found.drafts.texts, found.drafts.groups),
        floor=mean(found.floor.texts, found.floor.groups),
        selected=mean(shown.texts, shown.groups) if shown else None,
    )


def _gap(ceiling: Pool, drafts: Pool, floor: Pool, chance: np.random.Generator) -> Measure | None:
    return gap_closed(ceiling, drafts, floor, chance) if can_judge(ceiling, drafts, floor) else None


def _pool(model: TrainedModel, texts: Texts) -> Pool:
    return Pool(*model.likeness.ratios(texts.texts), texts.groups)


def _impostors(model: TrainedModel) -> tuple[Impostor, ...]:
    """Other writers by their likeness to the creator, the likest first."""
    found = impostors(model.seen, model.background, seed=model.seed)
    likeness = (Impostor(name, Pool(*ratios).likeness) for name, ratios in found.items())
    return tuple(sorted(likeness, key=lambda impostor: -impostor.likeness))


def _withheld(draftings: Sequence[Drafting]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for drafting in draftings:
        total.update({str(reason): count for reason, count in drafting.withheld.items()})
    return dict(total.most_common())


def _notes(found: _Drafted, gap: Measure | None, picked_gap: Measure | None, left_out: int) -> Iterator[str]:
    """What could not be judged, and why; the reason for a missing headline first."""
    written, drafts, own = (len(texts) for texts in (found.everything.texts, found.drafts.texts, found.own))
    if gap is None:
        yield from _why_none(own, drafts, len(found.floor.texts), found.briefs)
    elif picked_gap is None:
        yield (
            f"{len(found.shown.texts)} drafts passed the checks, too few to judge by themselves; "
            f"{FEWEST_TEXTS} on {FEWEST_BRIEFS} subjects are needed."
        )
    if copies := written - drafts:
        yield f"{copies} of {written} drafts copy a collected post; they are left out of all but novelty."
    if left_out:
        yield f"The time was up: {left_out} of {left_out + found.briefs} subjects were not written on."


def _without_others(others: Sequence[Impostor], line_up: LineUp | None) -> Iterator[str]:
    if not others:
        yield "No other writer of this language is known, so there are no impostors to compare with."
    if line_up is None:
        yield "Too few other writers of this language are known to tell who a draft is by."


def _in_another_language(model: TrainedModel) -> Iterator[str]:
    if is_embedded(model.writer.name) and model.voice.language not in {LANGUAGE, None}:
        yield (
            "The embedded language model was taught English: its drafts in another language hardly make sense. "
            "Name a larger model in SOUNDALIKE_LLM."
        )


def _why_none(own: int, drafts: int, floor: int, briefs: int) -> Iterator[str]:
    if min(own, drafts, floor) < FEWEST_TEXTS or briefs < FEWEST_BRIEFS:
        yield (
            f"Too few texts for a verdict: {own} held-out posts, {drafts} drafts on {briefs} subjects and {floor} "
            f"without the voice; {FEWEST_TEXTS} of each on {FEWEST_BRIEFS} subjects are needed."
        )
    else:
        yield "The creator’s posts and a model without the voice cannot be told apart; no share of a gap is stated."
