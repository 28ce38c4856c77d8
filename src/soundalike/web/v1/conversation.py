"""What a conversation asks for, as the brief of one post.

A voice writes posts; it does not chat. What the last message asks for is written, and what was said before it counts:

- A language model that follows briefs gets what `system` and `developer` said, the subject, the drafts so far and the
  wishes since, all of it as data within the brief. The last message is always there; of the rest the subject, the last
  draft and then the newest turns, as far as a brief has room.
- One that is too small for that gets the subject alone: the last message, or, where that only says how the next draft
  is to differ (“make it shorter”, “another one”; in English), the one before it that has a subject.
- To ask for a shorter one lowers the limit to three quarters of the last draft: that holds for every language model.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from soundalike.drafts.length import weighted_length
from soundalike.drafts.order import MOST_BRIEF_CHARACTERS
from soundalike.errors import PromptTooLong, SettingsError
from soundalike.posts.text import words
from soundalike.web.v1.requests import ChatMessage

_SHORTEST: Final = 40  # characters; under that there is nothing left to shorten
_SHORTER = re.compile(r"\b(?:short(?:er|en)|briefer|tighter|trim|condense|cut it down)\b", re.IGNORECASE)
_ASIDES: Final = frozenset({"system", "developer"})

# A message of nothing but these words names no subject.
_OF_CHANGE: Final = frozenset(
    "a an the it its this that one ones draft post tweet version text them something and but or also please pls "
    "thanks ok okay yes no not hmm nice good great cool now just still only even really very too so much far way "
    "bit little lot more less again another other different new next else second third same instead make made "
    "give write rewrite redo retry try regenerate rephrase reword change fix improve polish edit do shorten "
    "lengthen expand extend trim cut condense tighten down up can could would you me i want need like with "
    "without shorter longer briefer tighter better punchier funnier funny sharper simpler simple bolder softer "
    "calmer warmer drier edgier spicier snappier clearer casual formal serious playful personal concrete specific "
    "direct emoji emojis hashtag hashtags exclamation mark marks words sentence sentences line lines to be in of "
    "use add remove drop keep".split()
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A brief, and the longest that a draft on it may be."""

    brief: str
    max_chars: int


@dataclass(frozen=True, slots=True)
class _Turn:
    text: str
    is_draft: bool


def read_wanted(messages: Sequence[ChatMessage], *, is_small: bool, max_chars: int) -> Wanted:
    """Read what a conversation asks for.

    Raises:
        SettingsError: It does not end with a message of the user's that says something.
        PromptTooLong: What has to be in the brief is more than 2,000 characters.
    """
    turns = [_Turn(each.content.strip(), each.role == "assistant") for each in _spoken(messages)]
    if not turns or turns[-1].is_draft or not turns[-1].text:
        raise SettingsError(
            "The conversation does not end with a message of the user.",
            hint="End it with what the post is to be about, or what to change about the last draft.",
        )
    said = [turn for turn in turns if turn.text]
    brief = _subject(said) if is_small else _whole(said, _asides(messages))
    return Wanted(_checked(brief), _limit(said, max_chars))


def says_no_subject(text: str) -> bool:
    """Whether a message only says how the next draft is to differ from the last."""
    return {word.casefold() for word in words(text)} <= _OF_CHANGE


def _spoken(messages: Iterable[ChatMessage]) -> Iterable[ChatMessage]:
    return (each for each in messages if each.role not in _ASIDES)


def _asides(messages: Iterable[ChatMessage]) -> str:
    return "\n".join(each.content.strip() for each in messages if each.role in _ASIDES).strip()


def _subject(turns: Sequence[_Turn]) -> str:
    """The last message of the user's that has a subject; before the first draft every one has."""
    first = next((at for at, turn in enumerate(turns) if turn.is_draft), len(turns))
    later = (turn.text for turn in reversed(turns[first:]) if not turn.is_draft)
    before = (turn.text for turn in reversed(turns[:first]))
    return next((text for text in later if not says_no_subject(text)), None) or next(before, turns[-1].text)


def _whole(turns: Sequence[_Turn], asides: str) -> str:
    """Everything said, as far as there is room: the subject and the last draft first, then what is newest."""
    last = len(turns) - 1
    subject = next((at for at, turn in enumerate(turns) if not turn.is_draft), last)
    draft = next((at for at in reversed(range(last)) if turns[at].is_draft), last)
    kept = {last}
    for at in dict.fromkeys((subject, draft, *reversed(range(last)))):
        if len(_told(turns, kept | {at}, asides)) <= MOST_BRIEF_CHARACTERS:
            kept |= {at}
    return _told(turns, kept, asides)


def _told(turns: Sequence[_Turn], kept: set[int], asides: str) -> str:
    parts = [asides] if asides else []
    has_draft = False
    for at in sorted(kept):
        turn = turns[at]
        if turn.is_draft:
            parts.append(f"A draft of it so far: “{turn.text}”")
        elif has_draft:
            parts.append(f"{'Wanted now' if at == len(turns) - 1 else 'Wanted then'}: {turn.text}")
        else:
            parts.append(turn.text)
        has_draft |= turn.is_draft
    return "\n\n".join(parts)


def _checked(brief: str) -> str:
    if len(brief) > MOST_BRIEF_CHARACTERS:
        raise PromptTooLong(
            f"The brief has {len(brief):,} characters; {MOST_BRIEF_CHARACTERS:,} is the most.",
            hint="Shorten the last message, or what is said as system or developer.",
        )
    return brief


def _limit(turns: Sequence[_Turn], max_chars: int) -> int:
    """The longest a draft may be, which is shorter than the last one where that is wished."""
    draft = next((turn.text for turn in reversed(turns) if turn.is_draft), None)
    if draft is None or not _SHORTER.search(turns[-1].text):
        return max_chars
    return min(max_chars, max(_SHORTEST, 3 * weighted_length(draft) // 4))
