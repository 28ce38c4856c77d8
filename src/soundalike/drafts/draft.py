"""Writes drafts: more candidates than asked for, checked, ranked, and the best returned with their receipts."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from soundalike.drafts.choosing import (
    Candidate,
    Jury,
    Measure,
    choose_best,
    choose_first,
    count_withheld,
    judge,
    rank,
)
from soundalike.drafts.form import MOST_CHARACTERS, Flag, Form, Unfit, find_flags, tidy
from soundalike.drafts.guard import CopyGuard
from soundalike.drafts.length import weighted_length
from soundalike.drafts.prompt import TURNS, VoicePrompt, plain_messages
from soundalike.drafts.rules import apply_rules
from soundalike.drafts.templates import clean
from soundalike.drafts.writer import Message, Sampling, Writer
from soundalike.errors import PromptTooLong, SettingsError

MOST_DRAFTS: Final = 50
MOST_BRIEF_CHARACTERS: Final = 2_000

_CANDIDATES_PER_DRAFT: Final = 4
_SMALL_TOKENS: Final = (
    80  # 280 characters of English are some 65; small models do not always stop by themselves
)
_LEAST_TOKENS: Final = 120
_FEWER_TURNS: Final = (TURNS, 5, 2, 0)


@dataclass(frozen=True, slots=True)
class NearestPost:
    """The collected post with the longest run of words in common, and that run."""

    id: str
    shared_text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A post nobody has published, and what is known about it.

    `voice_score` is its likeness and `ceiling` that of the creator's own held-out posts. `win_probability` is its mean
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


@dataclass(frozen=True, slots=True)
class _Order:
    """What was asked for, as cleaned."""

    brief: str
    max_chars: int
    continue_from: str | None

    @property
    def told(self) -> str:
        """All the user said: what stands in it is not invented."""
        return f"{self.brief} {self.continue_from or ''}"


def write_drafts(
    brief: str,
    *,
    writer: Writer,
    prompt: VoicePrompt | None,
    form: Form,
    guard: CopyGuard,
    like: Measure,
    ceiling: float,
    label: str,
    jury: Jury | None = None,
    count: int = 5,
    max_chars: int = 280,
    continue_from: str | None = None,
    seed: int = 0,
    rounds: int = 2,
    unselected: bool = False,
) -> Drafting:
    """Write `count` drafts on a brief, best first: fewer where not enough candidates pass in `rounds` rounds.

    Ranked by likeness (standardised among the candidates), brief, winning probability and novelty. `unselected`, for
    the report card, answers with the first candidates that are texts at all, unranked, copies and misshapen ones too;
    `withheld` then says why some of them would have been. `prompt` None leaves the voice out.

    Raises:
        SettingsError: The order is empty, too long or out of range.
        WriterError: The language model cannot be reached, or failed.
    """
    order = _read_order(brief, max_chars, continue_from)
    _check_range("The number of drafts", count, MOST_DRAFTS)
    rules = prompt.rules if prompt else ()
    batch = count if unselected else count * _CANDIDATES_PER_DRAFT
    seen: list[Candidate] = []
    chosen: list[Candidate] = []
    for answers in _write(order, writer, prompt, batch=batch, rounds=rounds, seed=seed):
        texts = [apply_rules(_continued(order.continue_from, tidy(each, form)), rules) for each in answers]
        seen += [
            judge(text, brief=order.told, form=form, guard=guard, max_chars=max_chars, rules=rules)
            for text in texts
        ]
        ranked = [] if unselected else rank(seen, brief=order.brief, like=like, jury=jury)
        chosen = choose_first(seen, count) if unselected else choose_best(ranked, count)
        if len(chosen) >= count:
            break
    return Drafting(
        drafts=tuple(
            _draft(each, figures, told=order.told, form=form, ceiling=ceiling, label=label, seed=seed)
            for each, figures in zip(chosen, _figures(chosen, like, jury), strict=True)
        ),
        withheld=count_withheld(chosen if unselected else seen, chosen),
        tried=len(seen),
    )


@dataclass(frozen=True, slots=True)
class _Figures:
    """What is measured of a draft beside the others."""

    voice_score: float
    win_probability: float | None = None
    beats_others: float | None = None
    win_judge: str | None = None


def _figures(chosen: Sequence[Candidate], like: Measure, jury: Jury | None) -> list[_Figures]:
    texts = [each.text for each in chosen]
    scores = [float(score) for score in like(texts)] if texts else []
    if jury is None or not texts:
        return [_Figures(score) for score in scores]
    nothing = [None] * len(texts)
    wins = [*map(float, jury.against_posts(texts))] if jury.against_posts else nothing
    beats = jury.among(texts, texts).tolist() if len(texts) > 1 else nothing
    told = jury.name if jury.against_posts or len(texts) > 1 else None
    return [_Figures(*each, told) for each in zip(scores, wins, beats, strict=True)]


def _read_order(brief: str, max_chars: int, continue_from: str | None) -> _Order:
    if len(brief) > MOST_BRIEF_CHARACTERS:
        raise SettingsError(
            f"The brief has {len(brief):,} characters; {MOST_BRIEF_CHARACTERS:,} is the most.",
            hint="Shorten it to what the post must say.",
        )
    if not (cleaned := clean(brief)):
        raise SettingsError("The brief is empty.", hint="Say in a few words what the post is to be about.")
    _check_range("The longest a draft may be", max_chars, MOST_CHARACTERS)
    beginning = clean((continue_from or "")[: max_chars + 1]) or None
    if beginning and weighted_length(beginning) >= max_chars:
        raise SettingsError(
            f"The beginning to continue from fills all {max_chars:,} characters.",
            hint="Shorten it, or allow longer drafts.",
        )
    return _Order(cleaned, max_chars, beginning)


def _check_range(what: str, number: int, most: int) -> None:
    if not 1 <= number <= most:
        raise SettingsError(f"{what} is {number:,}.", hint=f"Choose 1 to {most:,}.")


def _write(
    order: _Order, writer: Writer, prompt: VoicePrompt | None, *, batch: int, rounds: int, seed: int
) -> Iterator[list[str]]:
    """Have one batch after the other written, each from a seed of its own, with fewer examples where ten do not fit."""
    tokens = _SMALL_TOKENS if writer.is_small else max(_LEAST_TOKENS, order.max_chars)
    turns = list(_FEWER_TURNS if prompt and writer.is_small else (TURNS,))
    for number in range(rounds):
        sampling = Sampling(max_tokens=tokens, seed=_spread(seed, number))
        while True:
            messages = _messages(order, prompt, is_small=writer.is_small, turns=turns[0])
            try:
                answers = writer.write(messages, count=batch, sampling=sampling)
            except PromptTooLong:
                if len(turns) == 1:
                    raise
                del turns[0]
            else:
                yield answers
                break


def _messages(order: _Order, prompt: VoicePrompt | None, *, is_small: bool, turns: int) -> Sequence[Message]:
    if prompt is None:
        return plain_messages(order.brief, is_small=is_small, max_chars=order.max_chars)
    return prompt.messages(
        order.brief,
        is_small=is_small,
        max_chars=order.max_chars,
        continue_from=order.continue_from,
        turns=turns,
    )


def _spread(seed: int, number: int) -> int:
    """The first seed of a batch, far from those of other batches and other seeds; below 2**30."""
    digest = hashlib.blake2b(f"{seed}/{number}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) >> 2


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
    )
