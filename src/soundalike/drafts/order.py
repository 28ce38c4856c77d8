"""An order for drafts: what was asked for, checked and cleaned, and how a language model is brought to write it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from soundalike.drafts.form import MOST_CHARACTERS
from soundalike.drafts.length import weighted_length
from soundalike.drafts.orders import subject_of
from soundalike.drafts.prompt import ALONE, TURNS, Place, VoicePrompt, plain_messages
from soundalike.drafts.templates import clean
from soundalike.drafts.writer import AdapterFile, Message, Sampling, Writer
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
    turns = [0] if adapter else list(_FEWER_TURNS if prompt and writer.is_small else (TURNS,))
    for number in range(rounds):
        sampling = _sampling(order, prompt, is_small=writer.is_small, seed=spread(seed, number))
        sampling = replace(sampling, adapter=adapter, like=()) if adapter else sampling
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


def spread(seed: int, number: int) -> int:
    """The first seed of a batch, far from those of other batches and other seeds; below 2**30."""
    digest = hashlib.blake2b(f"{seed}/{number}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) >> 2


def _sampling(order: Order, prompt: VoicePrompt | None, *, is_small: bool, seed: int) -> Sampling:
    if prompt is None or not is_small:
        tokens = _SMALL_TOKENS if is_small else max(_LEAST_TOKENS, order.max_chars)
        return Sampling(max_tokens=tokens, seed=seed)
    subject = subject_of(order.brief)
    return Sampling(max_tokens=_SMALL_TOKENS, seed=seed, like=prompt.posts, subject=subject)


def _messages(order: Order, prompt: VoicePrompt | None, *, is_small: bool, turns: int) -> Sequence[Message]:
    if prompt is None:
        return plain_messages(order.brief, is_small=is_small, max_chars=order.max_chars)
    return prompt.messages(
        order.brief,
        is_small=is_small,
        max_chars=order.max_chars,
        continue_from=order.continue_from,
        turns=turns,
        place=order.place,
    )
