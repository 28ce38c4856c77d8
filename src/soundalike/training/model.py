"""A trained voice: everything learned about a creator, ready to write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from soundalike.drafts.draft import Draft, Drafting, write_drafts
from soundalike.drafts.form import Form, read_form
from soundalike.drafts.guard import CopyGuard
from soundalike.drafts.prompt import VoicePrompt
from soundalike.drafts.writer import Writer
from soundalike.errors import TooFewPosts
from soundalike.posts.post import Post
from soundalike.posts.text import own_text
from soundalike.training.card import ReportCard
from soundalike.virality.forecast import Forecaster
from soundalike.virality.patterns import Pattern
from soundalike.voice.background import Background
from soundalike.voice.likeness import Likeness
from soundalike.voice.profile import VoiceProfile

TRAINER: Final = "prompt"


@dataclass(frozen=True)
class TrainedModel:
    """A voice and what stands behind it.

    `seen` are the posts it was learned from, `held_out` those it was graded on, `collected` everything that drafts are
    checked against; `provenance` is how it came about. `writer` is whoever writes now; the voice does not depend on it,
    the report card does. `report` is None until the voice is graded.
    """

    username: str
    name: str
    voice: VoiceProfile
    patterns: tuple[Pattern, ...]
    prompt: VoicePrompt
    seen: tuple[Post, ...] = field(repr=False)
    held_out: tuple[Post, ...] = field(repr=False)
    collected: tuple[Post, ...] = field(repr=False)
    selected_ids: tuple[str, ...]
    picked: frozenset[str] = field(default=frozenset(), repr=False, kw_only=True)
    background: Background = field(repr=False)
    writer: Writer = field(repr=False)
    seed: int = 0
    version: int = 1
    id: str = ""
    report: ReportCard | None = None
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What every draft says of its origin."""
        return f"AI-made · @{self.username} v{self.version} · {self.writer.name}"

    @property
    def selected(self) -> tuple[Post, ...]:
        """The viral posts the user kept for training."""
        chosen = set(self.selected_ids)
        return tuple(post for post in self.seen if post.id in chosen)

    @cached_property
    def likeness(self) -> Likeness:
        """How like the creator a text is, from the posts learned from alone."""
        return Likeness.fit(self.seen, self.background)

    @cached_property
    def form(self) -> Form:
        """The creator's ways with form."""
        return read_form([own_text(post) for post in self.seen])

    @cached_property
    def guard(self) -> CopyGuard:
        """Knows every collected post."""
        return CopyGuard(self.collected)

    @cached_property
    def forecaster(self) -> Forecaster | None:
        """Tells which of two wordings would win with this audience; None where that cannot be told from chance."""
        usual = [post for post in self.seen if post.id not in self.picked]
        return fit_forecaster(usual, seed=self.seed)

    def write(
        self,
        brief: str,
        *,
        n: int = 5,
        max_chars: int = 280,
        continue_from: str | None = None,
        seed: int | None = None,
    ) -> list[Draft]:
        """Write `n` drafts on a brief, best first; fewer where not enough candidates pass the checks.

        Raises:
            SettingsError: The brief is empty or too long, or a number is out of range.
            WriterError: The language model cannot be reached, or failed.
        """
        drafting = self.draft(brief, n=n, max_chars=max_chars, continue_from=continue_from, seed=seed)
        return list(drafting.drafts)

    def draft(
        self,
        brief: str,
        *,
        n: int = 5,
        max_chars: int = 280,
        continue_from: str | None = None,
        seed: int | None = None,
    ) -> Drafting:
        """Do as `write`, and say as well what was withheld and why."""
        return write_drafts(
            brief,
            writer=self.writer,
            prompt=self.prompt,
            form=self.form,
            guard=self.guard,
            like=self.likeness.scores,
            win=self._win,
            ceiling=self.report.ceiling.value if self.report else 0.0,
            label=self.label,
            count=n,
            max_chars=max_chars,
            continue_from=continue_from,
            seed=self.seed if seed is None else seed,
        )

    @property
    def _win(self) -> Callable[[Sequence[str]], Sequence[float]] | None:
        """Each text's mean probability to win against the creator's own recent posts."""
        forecaster = self.forecaster
        if forecaster is None:
            return None
        rivals = [own_text(post) for post in self.seen[-_RIVALS:]]

        def probabilities(texts: Sequence[str]) -> list[float]:
            first = [text for text in texts for _ in rivals]
            found = forecaster.probability(first, rivals * len(texts)).reshape(len(texts), len(rivals))
            return [float(mean) for mean in found.mean(axis=1)]

        return probabilities


_RIVALS: Final = 50
"""Recent posts a draft is held against: the median of so many hardly moves."""


def fit_forecaster(posts: Sequence[Post], *, seed: int) -> Forecaster | None:
    """A forecaster that beats chance on later posts, or None."""
    try:
        forecaster = Forecaster.fit(posts, seed=seed)
    except TooFewPosts:
        return None
    return forecaster if forecaster.is_useful else None
