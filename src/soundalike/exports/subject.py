"""What is exported: a voice with as many of the creator's posts as were asked for, and not a line that quotes more."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from soundalike.drafts.prompt import KEPT, SHOWN, VoicePrompt
from soundalike.errors import SettingsError
from soundalike.exports.figures import figures
from soundalike.exports.signing import Signer
from soundalike.training.card import ReportCard
from soundalike.training.edits import Edits, edited_prompt, shown_voice
from soundalike.virality.patterns import Pattern
from soundalike.voice.profile import VoiceProfile

MOST_EXAMPLES: Final = KEPT
"""Posts an export may hold: as many as a prompt keeps to choose from."""

MAX_CHARS: Final = 280
"""Characters of a post that other tools are told to keep to."""

_NO_NAME = re.compile(r"[^A-Za-z0-9_]+")
_LONGEST_NAME: Final = 40
_LONGEST_BASE: Final = 200
_BASE = re.compile(r"[\w.:/@~+-]+", re.ASCII)

IsQuote = Callable[[str], bool]
"""Whether a line shares more with a collected post than a draft may."""


@dataclass(frozen=True, slots=True)
class Options:
    """What whoever exports may ask for.

    `examples` is how many of the creator's posts go along; `base` the model that a Modelfile builds on; `signer` signs
    what is signed.

    Raises:
        SettingsError: A number or a name is out of range.
    """

    signer: Signer
    examples: int = 0
    base: str | None = None

    def __post_init__(self) -> None:
        """Check both."""
        if not 0 <= self.examples <= MOST_EXAMPLES:
            raise SettingsError(f"An export holds 0 to {MOST_EXAMPLES} posts, not {self.examples}.")
        if self.base is not None and not (len(self.base) <= _LONGEST_BASE and _BASE.fullmatch(self.base)):
            raise SettingsError(
                "This is no name of a model.", hint="Name one as Ollama does, such as llama3.2 or qwen3:8b."
            )


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a voice comes from: its id there, who wrote while it was graded, and how it came about."""

    model_id: str
    trained_at: datetime
    trainer: str | None
    writer: str | None
    posts: int
    total_engagement: int
    provenance: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trained:
    """What a voice was trained on, by ids of posts."""

    seed: int
    selected_ids: tuple[str, ...]
    seen_ids: tuple[str, ...]
    held_out_ids: tuple[str, ...]
    picked_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A voice to export.

    `trained_prompt` and `voice` are as they came out of the training, `edits` what was changed about them since;
    `parts` is what writing and scoring take (training/learned.py), packed: figures, hashes, ids, single words.
    """

    username: str
    name: str
    version: int
    trained_prompt: VoicePrompt
    voice: VoiceProfile
    patterns: tuple[Pattern, ...]
    edits: Edits
    card: ReportCard | None
    origin: Origin
    trained: Trained
    parts: Mapping[str, bytes] = field(repr=False)

    @property
    def prompt(self) -> VoicePrompt:
        """The prompt as the edits leave it."""
        return edited_prompt(self.trained_prompt, self.voice, self.edits)

    @property
    def shown(self) -> VoiceProfile:
        """The profile without what is hidden."""
        return shown_voice(self.voice, self.edits)

    @property
    def stem(self) -> str:
        """What its files are called, before the ending."""
        return safe_stem(self.username, self.version)

    def with_examples(self, count: int) -> "Subject":
        """With so many of the creator's posts in the prompt, or with as many as it keeps; zero are none.

        Where these are fewer than a model would be shown, more of what was measured is told in their place.
        """
        prompt = self.trained_prompt
        posts, told = prompt.posts[:count], prompt.traits
        if len(posts) < min(len(prompt.posts), SHOWN):
            told = tuple(dict.fromkeys((*told, *figures(self.shown))))
        return replace(self, trained_prompt=replace(prompt, posts=posts, traits=told))

    def without_quotes(self, is_quote: IsQuote) -> tuple["Subject", int]:
        """Without the sentences of the prompt that quote a post, and how many these were.

        Favourite words, phrases of three words, openings and constructions stand: each is in three posts at least, and
        shorter than what a draft may share with one.
        """
        prompt, rules = self.trained_prompt, self.edits.rules
        traits = tuple(each for each in prompt.traits if not is_quote(each))
        patterns = tuple(each for each in prompt.patterns if not is_quote(each))
        kept = tuple(each for each in rules if each.rule.kind != "free" or not is_quote(each.rule.text))
        left_out = (
            len(prompt.traits) + len(prompt.patterns) + len(rules) - len(traits) - len(patterns) - len(kept)
        )
        told = replace(prompt, traits=traits, patterns=patterns)
        return replace(self, trained_prompt=told, edits=replace(self.edits, rules=kept)), left_out


def safe_stem(username: str, version: int) -> str:
    """The beginning of a file's name: letters, digits and underscores of ASCII alone, whatever the username holds."""
    return f"{_NO_NAME.sub('_', username)[:_LONGEST_NAME] or 'voice'}-v{version}"
