"""Writes drafts: more candidates than asked for, checked, ranked, and the best returned with their receipts."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from soundalike.drafts.choosing import (
    Candidate,
    Judges,
    check,
    choose_best,
    choose_first,
    count_withheld,
    rank,
)
from soundalike.drafts.flags import Flag, find_flags
from soundalike.drafts.form import Form, Unfit
from soundalike.drafts.length import weighted_length
from soundalike.drafts.mending import drop_hashtags
from soundalike.drafts.order import Order, check_range, read_order, write_rounds
from soundalike.drafts.prompt import ALONE, Place, VoicePrompt
from soundalike.drafts.rules import apply_rules
from soundalike.drafts.tidying import tidy
from soundalike.drafts.writer import AdapterFile, Writer
from soundalike.posts.text import words

MOST_DRAFTS: Final = 50

_A_DRAFT: Final = 4
_A_DRAFT_OF_A_SMALL_ONE: Final = 6
_AT_ONCE: Final = 8  # of a small model: so many cost hardly more than one


@dataclass(frozen=True, slots=True)
class NearestPost:
    """The collected post with the longest run of words in common, and that run."""

    id: str
    shared_text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A post nobody has published, and what is known about it.

    `voice_score` is its likeness and `ceiling` that of the creator's own held-out posts. `coherence` is the log-odds
    that a person wrote it rather than the embedded model (drafts/coherence.py). `win_probability` is its mean
    chance against the creator's recent posts, `beats_others` that against the other drafts of the same call, and
    `win_judge` whose word they are: `creator`, the creator's own forecaster, or `wording-quick`, people in general, who
    know nothing of the creator's posts. Each is None where it is not known. The same `seed`, order and machine give the
    same draft.
    """

    text: str
    weighted_length: int
    voice_score: float
    ceiling: float
    win_probability: float | None
    novelty: float
    nearest_post: NearestPost | None
    flags: tuple[Flag, ...]
    label: str
    seed: int
    beats_others: float | None = None
    win_judge: str | None = None
    coherence: float | None = None


@dataclass(frozen=True, slots=True)
class Drafting:
    """Drafts, best first, and why other candidates were withheld."""

    drafts: tuple[Draft, ...]
    withheld: Mapping[Unfit, int]
    tried: int

    @property
    def reasons(self) -> str:
        """Why candidates were withheld, the commonest reason first, as “12 unfinished, 3 copied”."""
        return ", ".join(f"{count} {reason}" for reason, count in Counter(self.withheld).most_common())


def write_drafts(
    brief: str,
    *,
    writer: Writer,
    prompt: VoicePrompt | None,
    judges: Judges,
    label: str,
    ceiling: float = 0.0,
    count: int = 5,
    max_chars: int = 280,
    continue_from: str | None = None,
    seed: int = 0,
    rounds: int = 2,
    candidates: int | None = None,
    unselected: bool = False,
    place: Place = ALONE,
    adapter: AdapterFile | None = None,
) -> Drafting:
    """Write `count` drafts on a brief, best first: fewer where not enough candidates pass in `rounds` rounds.

    `judges` check and rank them. `candidates` are written a round; by default four a draft, of a small model six.
    `unselected`, for the report card, answers with the first candidates that are texts at all, unranked, copies and
    misshapen ones too; `withheld` then says why some of them would have been. `prompt` None leaves the voice out.
    `place` is where in a thread the draft is to stand; `adapter` is what a writer learned of the voice.

    Raises:
        SettingsError: The order is empty, too long or out of range.
        WriterError: The language model cannot be reached, or failed.
    """
    order = read_order(brief, max_chars=max_chars, continue_from=continue_from, place=place)
    check_range("The number of drafts", count, MOST_DRAFTS)
    rules = prompt.rules if prompt else ()
    batch = candidates or (count if unselected else _enough(count, is_small=writer.is_small))
    seen: list[Candidate] = []
    chosen: list[Candidate] = []
    for answers in write_rounds(
        order, writer, prompt, batch=batch, rounds=rounds, seed=seed, adapter=adapter
    ):
        texts = [apply_rules(_post_in(each, order, judges.form), rules) for each in answers]
        seen += [check(text, judges, brief=order.told, max_chars=max_chars, rules=rules) for text in texts]
        ranked = [] if unselected else rank(seen, judges, brief=order.brief)
        chosen = (
            choose_first(seen, count)
            if unselected
            else choose_best(ranked, count, brief=order.brief, said=place.before)
        )
        if len(chosen) >= count:
            break
    return Drafting(
        drafts=tuple(
            _draft(each, figures, told=order.told, form=judges.form, ceiling=ceiling, label=label, seed=seed)
            for each, figures in zip(chosen, _figures(chosen, judges), strict=True)
        ),
        withheld=count_withheld(chosen if unselected else seen, chosen, brief=order.brief),
        tried=len(seen),
    )


@dataclass(frozen=True, slots=True)
class _Figures:
    """What is measured of a draft beside the others."""

    voice_score: float
    coherence: float | None = None
    win_probability: float | None = None
    beats_others: float | None = None
    win_judge: str | None = None


def _figures(chosen: Sequence[Candidate], judges: Judges) -> list[_Figures]:
    texts = [each.text for each in chosen]
    if not texts:
        return []
    jury, nothing = judges.jury, [None] * len(texts)
    senses = [*map(float, judges.coherent(texts))] if judges.coherent else nothing
    has_posts, has_others = jury is not None and jury.against_posts is not None, len(texts) > 1
    wins = [*map(float, jury.against_posts(texts))] if jury and jury.against_posts else nothing
    beats = jury.among(texts, texts).tolist() if jury and has_others else nothing
    told = jury.name if jury and (has_posts or has_others) else None
    rows = zip(map(float, judges.like(texts)), senses, wins, beats, strict=True)
    return [_Figures(*each, told) for each in rows]


def _enough(count: int, *, is_small: bool) -> int:
    """Candidates to write for so many drafts; of a small model in whole batches."""
    if not is_small:
        return count * _A_DRAFT
    return _AT_ONCE * math.ceil(count * _A_DRAFT_OF_A_SMALL_ONE / _AT_ONCE)


def _post_in(answer: str, order: Order, form: Form) -> str:
    """The post in an answer, behind its beginning; hashtags that neither brief nor creator ever used were made up."""
    text = _continued(order.continue_from, tidy(answer, form))
    told = {word.casefold() for word in words(order.told)}
    return drop_hashtags(text, keep=lambda tag: form.knows(tag[1:]) or tag[1:].casefold() in told)


def _continued(beginning: str | None, text: str) -> str:
    if not beginning or not text or text.startswith(beginning):
        return text
    return f"{beginning} {text}" if text[0].isalnum() else beginning + text


def _draft(
    candidate: Candidate,
    figures: _Figures,
    *,
    told: str,
    form: Form,
    ceiling: float,
    label: str,
    seed: int,
) -> Draft:
    post_id, shared_text = candidate.overlap.post_id, candidate.overlap.shared_text
    return Draft(
        text=candidate.text,
        weighted_length=weighted_length(candidate.text),
        voice_score=figures.voice_score,
        ceiling=ceiling,
        win_probability=figures.win_probability,
        novelty=candidate.overlap.novelty,
        nearest_post=NearestPost(post_id, shared_text) if post_id and shared_text else None,
        flags=find_flags(candidate.text, brief=told, form=form),
        label=label,
        seed=seed,
        beats_others=figures.beats_others,
        win_judge=figures.win_judge,
        coherence=figures.coherence,
    )
