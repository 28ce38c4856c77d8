"""A trained voice: everything learned about a creator, ready to write."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

from soundalike.drafts.choosing import Judges, Jury, Measure
from soundalike.drafts.coherence import shipped_coherence
from soundalike.drafts.draft import Draft, Drafting, write_drafts
from soundalike.drafts.form import Form
from soundalike.drafts.guard import CopyGuard
from soundalike.drafts.prompt import ALONE, Place, VoicePrompt
from soundalike.drafts.thread import write_thread
from soundalike.drafts.writer import AdapterFile, Writer
from soundalike.encoder.embedded import is_embedded
from soundalike.finetune.adapter import Adapter
from soundalike.finetune.keeping import as_file
from soundalike.posts.post import Post
from soundalike.training.card import ReportCard
from soundalike.training.comparison import Comparison, compare, prior_probability
from soundalike.training.findings import only_hours
from soundalike.training.learned import Learned, LearnedFromPosts
from soundalike.virality.forecast import Floats, Forecaster
from soundalike.virality.patterns import Pattern
from soundalike.virality.wording import Depth
from soundalike.voice.background import Background
from soundalike.voice.likeness import Likeness
from soundalike.voice.profile import VoiceProfile

Trainer = Literal["prompt", "lora"]
"""What learns the voice: a prompt for any language model, or an adapter of the embedded one."""

TRAINERS: Final[tuple[Trainer, ...]] = get_args(Trainer)


@dataclass(frozen=True)
class TrainedModel:
    """A voice and what stands behind it.

    `patterns` are the features that were contrasted and, after them, the `hours` of the day.
    `seen` are the posts it was learned from, `held_out` those it was graded on, `collected` everything that drafts are
    checked against; `provenance` is how it came about. `writer` is whoever writes now; the voice does not depend on it,
    the report card does. `report` is None until the voice is graded. `learned` is what writing takes, learned from the
    posts unless it is given: then the three lists of posts may be empty. `adapter` is what a training with `lora` made:
    then the model that it was trained on writes, and is shown no examples: the embedded one, or the one in the folder
    `base`. `adapter_file` is the same as that model takes it.
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
    learned: Learned | None = field(default=None, repr=False, compare=False, kw_only=True)
    adapter: Adapter | None = field(default=None, repr=False, compare=False, kw_only=True)
    base: Path | None = field(default=None, repr=False, compare=False, kw_only=True)
    adapter_file: AdapterFile | None = field(default=None, repr=False, compare=False, kw_only=True)

    def __post_init__(self) -> None:
        """Learn from the posts, when asked, unless it is given what was learned; `replace` takes it along."""
        if self.learned is None:
            learned = LearnedFromPosts(
                self.seen, self.collected, picked=self.picked, background=self.background, seed=self.seed
            )
            object.__setattr__(self, "learned", learned)
        if self.adapter and self.adapter_file is None:
            object.__setattr__(self, "adapter_file", as_file(self.adapter))

    @property
    def label(self) -> str:
        """What every draft says of its origin; one of a small model's, that it is something to work on."""
        spark = " · a spark for editing" if self.writer.is_small else ""
        return f"AI-made · @{self.username} v{self.version} · {self.writer.name}{spark}"

    @property
    def selected(self) -> tuple[Post, ...]:
        """The viral posts the user kept for training."""
        chosen = set(self.selected_ids)
        return tuple(post for post in self.seen if post.id in chosen)

    @property
    def likeness(self) -> Likeness:
        """How like the creator a text is, from the posts learned from alone."""
        return self._learned.likeness

    @property
    def form(self) -> Form:
        """The creator's ways with form."""
        return self._learned.form

    @property
    def guard(self) -> CopyGuard:
        """Knows every collected post."""
        return self._learned.guard

    @property
    def forecaster(self) -> Forecaster | None:
        """Tells which of two wordings would win with this audience, if it is useful; None with too few posts."""
        return self._learned.forecaster

    @property
    def rivals(self) -> Floats:
        """What drafts are held against: a useful forecaster's scores of recent posts."""
        return self._learned.rivals

    @property
    def hours(self) -> tuple[Pattern, ...]:
        """What posting at each hour of the day (UTC) goes with; none of a model of an earlier version."""
        return tuple(only_hours(self.patterns))

    def compare(self, a: str, b: str, *, depth: Depth = "quick") -> Comparison:
        """Tell which of two wordings this audience would take up more; `depth` as in `compare`."""
        return compare(
            a, b, forecaster=self.forecaster, patterns=self.patterns, depth=depth, creator=self.username
        )

    def write(
        self,
        brief: str,
        *,
        n: int = 5,
        max_chars: int = 280,
        continue_from: str | None = None,
        seed: int | None = None,
        thread: int = 1,
    ) -> list[Draft]:
        """Write `n` drafts on a brief, best first; fewer where not enough candidates pass the checks.

        With a `thread` of more than one post, its posts in their order instead, each of `max_chars` at most; `n` has no
        say then, and `continue_from` begins the first.

        Raises:
            SettingsError: The brief is empty or too long, or a number is out of range.
            WriterError: The language model cannot be reached, or failed.
        """
        drafting = self.draft(
            brief, n=n, max_chars=max_chars, continue_from=continue_from, seed=seed, thread=thread
        )
        return list(drafting.drafts)

    def draft(
        self,
        brief: str,
        *,
        n: int = 5,
        max_chars: int = 280,
        continue_from: str | None = None,
        seed: int | None = None,
        thread: int = 1,
    ) -> Drafting:
        """Do as `write`, and say as well what was withheld and why."""
        seed = self.seed if seed is None else seed
        if thread == 1:
            return self._draft(
                brief, count=n, max_chars=max_chars, continue_from=continue_from, seed=seed, place=ALONE
            )

        def write(*, place: Place, seed: int) -> Drafting:
            beginning = None if place.before else continue_from
            return self._draft(
                brief, count=1, max_chars=max_chars, continue_from=beginning, seed=seed, place=place
            )

        return write_thread(write, posts=thread, seed=seed)

    def _draft(
        self, brief: str, *, count: int, max_chars: int, continue_from: str | None, seed: int, place: Place
    ) -> Drafting:
        return write_drafts(
            brief,
            writer=self.writer,
            prompt=self.prompt,
            judges=self.judges,
            ceiling=self.report.ceiling.value if self.report else 0.0,
            label=self.label,
            count=count,
            max_chars=max_chars,
            continue_from=continue_from,
            seed=seed,
            place=place,
            adapter=self.adapter_file,
        )

    @property
    def trainer(self) -> Trainer:
        """What learned the voice."""
        return "lora" if self.adapter else "prompt"

    @property
    def judges(self) -> Judges:
        """What drafts are checked against and ranked by."""
        return Judges(
            form=self.form,
            guard=self.guard,
            like=self.likeness.scores,
            usual=self.likeness.usual,
            coherent=self.coherent,
            jury=self.jury,
        )

    @property
    def coherent(self) -> Measure | None:
        """How much drafts of the embedded model read as if somebody meant them; of others it would say little."""
        return shipped_coherence().scores if is_embedded(self.writer.name) else None

    @property
    def jury(self) -> Jury:
        """Who tells which draft would win: the creator's own forecaster, the wording prior where that is of no use."""
        forecaster, rivals = self.forecaster, self.rivals
        if forecaster is None or not forecaster.is_useful:
            return Jury("wording-quick", prior_probability)
        against_posts = (lambda texts: forecaster.mean_probability(texts, rivals)) if len(rivals) else None
        return Jury("creator", forecaster.probability, against_posts)

    @property
    def _learned(self) -> Learned:
        return cast("Learned", self.learned)
