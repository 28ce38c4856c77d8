"""An order for drafts: what was asked for, checked and cleaned, and how a language model is brought to write it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from soundalike.drafts.form import MOST_CHARACTERS
from soundalike.drafts.length import weighted_length
from soundalike.drafts.orders import subject_of
from soundalike.drafts.prompt import (
    ALONE,
    END_OF_TEXT,
    SHOWN,
    TURNS,
    Place,
    VoicePrompt,
    plain_messages,
)
from soundalike.drafts.templates import clean
from soundalike.drafts.writer import AdapterFile, Message, Sampling, Writer, manner_of
from soundalike.errors import PromptTooLong, SettingsError

MOST_BRIEF_CHARACTERS: Final = 2_000

_SMALL_TOKENS: Final = (
    80  # 280 characters of English are some 65; small models do not always stop by themselves
)
_LEAST_TOKENS: Final = 120
_FEWER_TURNS: Final = (TURNS, 5, 2, 0)


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for, as cleaned."""

    brief: str
    max_chars: int
    continue_from: str | None
    place: Place = ALONE

    @property
    def told(self) -> str:
        """All the user said: what stands in it is not invented."""
        return f"{self.brief} {self.continue_from or ''}"


def read_order(brief: str, *, max_chars: int, continue_from: str | None, place: Place = ALONE) -> Order:
    """Check and clean an order.

    Raises:
        SettingsError: It is empty, too long or out of range.
    """
    if len(brief) > MOST_BRIEF_CHARACTERS:
        raise SettingsError(
            f"The brief has {len(brief):,} characters; {MOST_BRIEF_CHARACTERS:,} is the most.",
            hint="Shorten it to what the post must say.",
        )
    if not (cleaned := clean(brief)):
        raise SettingsError("The brief is empty.", hint="Say in a few words what the post is to be about.")
    check_range("The longest a draft may be", max_chars, MOST_CHARACTERS)
    beginning = clean((continue_from or "")[: max_chars + 1]) or None
    if beginning and weighted_length(beginning) >= max_chars:
        raise SettingsError(
            f"The beginning to continue from fills all {max_chars:,} characters.",
            hint="Shorten it, or allow longer drafts.",
        )
    return Order(cleaned, max_chars, beginning, place)


def check_range(what: str, number: int, most: int) -> None:
    """Refuse a number that is not between 1 and `most`.

    Raises:
        SettingsError: It is not.
    """
    if not 1 <= number <= most:
        raise SettingsError(f"{what} is {number:,}.", hint=f"Choose 1 to {most:,}.")


def write_rounds(
    order: Order,
    writer: Writer,
    prompt: VoicePrompt | None,
    *,
    batch: int,
    rounds: int,
    seed: int,
    adapter: AdapterFile | None = None,
) -> Iterator[list[str]]:
    """Have one batch after the other written, each from a seed of its own, with fewer examples where ten do not fit.

    With an adapter there are none, and no leaning towards the creator's words: it has learned both.

    Raises:
        PromptTooLong: Not even the order alone fits.
        WriterError: The language model cannot be reached, or failed.
    """
    turns = [0] if adapter else _turns(writer) if prompt else [0]
    for number in range(rounds):
        sampling = _sampling(order, prompt, writer, seed=spread(seed, number))
        sampling = replace(sampling, adapter=adapter, like=()) if adapter else sampling
        while True:
            messages = _messages(order, prompt, writer, turns=turns[0])
            try:
                answers = writer.write(messages, count=batch, sampling=sampling)
            except PromptTooLong:
                if len(turns) == 1:
                    raise
                del turns[0]
            else:
                yield answers
                break


def spread(seed: int, number: int) -> int:
    """The first seed of a batch, far from those of other batches and other seeds; below 2**30."""
    digest = hashlib.blake2b(f"{seed}/{number}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) >> 2


def _turns(writer: Writer) -> list[int]:
    """How many examples to try, one number after the other; instructions have theirs, whatever is said here."""
    match manner_of(writer):
        case "instructions":
            return [SHOWN]
        case "text" if not writer.is_small:
            return [SHOWN, *_FEWER_TURNS]
        case _:
            return [*_FEWER_TURNS]


def _sampling(order: Order, prompt: VoicePrompt | None, writer: Writer, *, seed: int) -> Sampling:
    tokens = _SMALL_TOKENS if writer.is_small else max(_LEAST_TOKENS, order.max_chars)
    stop = (END_OF_TEXT,) if writer.is_base else ()
    if prompt is None or not writer.is_small:
        return Sampling(max_tokens=tokens, seed=seed, stop=stop)
    subject = subject_of(order.brief)
    return Sampling(max_tokens=tokens, seed=seed, stop=stop, like=prompt.posts, subject=subject)


def _messages(order: Order, prompt: VoicePrompt | None, writer: Writer, *, turns: int) -> Sequence[Message]:
    manner = manner_of(writer)
    if prompt is None:
        return plain_messages(order.brief, manner=manner, max_chars=order.max_chars)
    return prompt.messages(
        order.brief,
        manner=manner,
        max_chars=order.max_chars,
        continue_from=order.continue_from,
        turns=turns,
        place=order.place,
    )
