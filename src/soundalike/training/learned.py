"""What writing in a voice takes, each part made when it is first asked for: from posts, or from bytes kept of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Collection as Some
from functools import cached_property
from typing import Final, Protocol, TypeVar

import numpy as np

from soundalike.drafts.form import Form, read_form
from soundalike.drafts.guard import CopyGuard
from soundalike.errors import StorageError, TooFewPosts
from soundalike.posts.packing import pack, require, unpack
from soundalike.posts.post import Post
from soundalike.posts.text import own_text
from soundalike.virality.forecast import Floats, Forecaster
from soundalike.voice.background import Background
from soundalike.voice.likeness import Likeness

RIVALS: Final = 50
"""Recent posts a draft is held against: the median of so many hardly moves."""

FORECASTER: Final = "forecaster"
"""The part that comparisons are made with."""

_LIKENESS, _FORM, _GUARD, _RIVALS = "likeness", "form", "guard", "rivals"
_VERSION: Final = 1

_Part = TypeVar("_Part")


class Learned(Protocol):
    """The parts that writing takes.

    `forecaster` is None where there were too few posts to learn from; it may be of no use, and says so. `rivals` are
    the scores that a useful one gives the creator's own recent posts.
    """

    @property
    def likeness(self) -> Likeness:
        """How like the creator a text is."""

    @property
    def form(self) -> Form:
        """The creator's ways with form."""

    @property
    def guard(self) -> CopyGuard:
        """What must not be copied."""

    @property
    def forecaster(self) -> Forecaster | None:
        """Which of two wordings would win."""

    @property
    def rivals(self) -> Floats:
        """What a draft is held against."""


class LearnedFromPosts:
    """Learns each part from posts: `seen` are learned from, `collected` must not be copied."""

    def __init__(
        self,
        seen: Sequence[Post],
        collected: Sequence[Post],
        *,
        picked: Some[str],
        background: Background,
        seed: int,
    ) -> None:
        self._seen, self._collected, self._picked = seen, collected, picked
        self._background, self._seed = background, seed

    @cached_property
    def likeness(self) -> Likeness:
        """How like the creator a text is, from the posts learned from alone."""
        return Likeness.fit(self._seen, self._background)

    @cached_property
    def form(self) -> Form:
        """The creator's ways with form."""
        return read_form([own_text(post) for post in self._seen])

    @cached_property
    def guard(self) -> CopyGuard:
        """Knows every collected post."""
        return CopyGuard(self._collected)

    @cached_property
    def forecaster(self) -> Forecaster | None:
        """A forecaster with its test on later posts; None where there are too few."""
        usual = [post for post in self._seen if post.id not in self._picked]
        return fit_forecaster(usual, seed=self._seed)

    @cached_property
    def rivals(self) -> Floats:
        """The forecaster's scores of the latest posts learned from."""
        forecaster = self.forecaster
        if forecaster is None or not forecaster.is_useful:
            return np.zeros(0)
        return forecaster.scores([own_text(post) for post in self._seen[-RIVALS:]])


class LearnedFromBytes:
    """Reads each part from what `pack_learned` wrote.

    `newer` gives the posts that must not be copied either, when it is told the ids of those the guard knows.

    Every property but `forecaster` and `rivals` may raise StorageError: the part is missing or damaged. Without these
    two a model still writes, so that where one cannot be read, as after a change of what the forecast looks at, no
    probability against the creator's posts is shown.
    """

    def __init__(
        self,
        parts: Mapping[str, bytes],
        newer: Callable[[Sequence[str]], Iterable[Post]] = lambda _ids: (),
    ) -> None:
        self._parts, self._newer = parts, newer

    @cached_property
    def likeness(self) -> Likeness:
        """How like the creator a text is."""
        return self._read(_LIKENESS, Likeness.from_bytes)

    @cached_property
    def form(self) -> Form:
        """The creator's ways with form."""
        return self._read(_FORM, Form.from_bytes)

    @cached_property
    def guard(self) -> CopyGuard:
        """Knows every post that was collected for the training, and the newer ones."""
        guard = self._read(_GUARD, CopyGuard.from_bytes)
        return guard.knowing(self._newer(guard.ids))

    @cached_property
    def forecaster(self) -> Forecaster | None:
        """The forecaster, if there were posts enough for one."""
        return read_forecaster(self._parts.get(FORECASTER))

    @cached_property
    def rivals(self) -> Floats:
        """The forecaster's scores of the latest posts learned from."""
        try:
            return self._read(_RIVALS, _read_rivals)
        except StorageError:
            return np.zeros(0)

    def _read(self, name: str, read: Callable[[bytes], _Part]) -> _Part:
        try:
            return read(self._parts[name])
        except (KeyError, ValueError) as error:
            raise StorageError(
                f"The model's {name} cannot be read: it is missing, damaged or of another version.",
                hint="Train the model again, or restore the database from a copy.",
            ) from error


def pack_learned(learned: Learned) -> dict[str, bytes]:
    """The parts as bytes, by name: figures, hashes, ids, single words; no post."""
    parts = {
        _LIKENESS: learned.likeness.to_bytes(),
        _FORM: learned.form.to_bytes(),
        _GUARD: learned.guard.to_bytes(),
    }
    if learned.forecaster is not None:
        parts[FORECASTER] = learned.forecaster.to_bytes()
    if len(learned.rivals):
        parts[_RIVALS] = pack(_RIVALS, _VERSION, {}, {"scores": learned.rivals})
    return parts


def fit_forecaster(posts: Sequence[Post], *, seed: int = 0) -> Forecaster | None:
    """A forecaster learned from these posts, useful or not; None where they are too few."""
    try:
        return Forecaster.fit(posts, seed=seed)
    except TooFewPosts:
        return None


def read_forecaster(content: bytes | None) -> Forecaster | None:
    """The forecaster kept with a model; None where none is, or none that this version reads."""
    try:
        return Forecaster.from_bytes(content) if content is not None else None
    except ValueError:
        return None


def _read_rivals(content: bytes) -> Floats:
    scores: Floats = unpack(content, _RIVALS, _VERSION, {"scores": "<f8"}).arrays["scores"]
    require(_RIVALS, np.all(np.isfinite(scores)))
    return scores
