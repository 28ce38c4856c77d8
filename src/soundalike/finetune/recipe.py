"""How an adapter is trained: the settings, chosen by measurement, and what a training leaves on record."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

Precision = Literal["auto", "float32", "bfloat16"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of a training.

    Args:
        rank: Of the two small matrices; `alpha` / `rank` scales what they add.
        layers: How many of the last layers are adapted; None for all.
        learning_rate: At its height; it rises over the first `warmup` share of the steps, and falls as a cosine to 0.
        batch_tokens: How many tokens are read a step.
        epochs: How often each post is seen at most; stopping early makes it fewer.
        continued: The share of posts that are learned as texts to continue rather than as answers to an order.
        evaluations: How often an epoch the validation posts are read; after `patience` readings without a better one
            training ends. The weights of the best reading are kept.
        clip: Longest gradient.
        precision: Of the base model and its states; `auto` takes the quicker on this machine.
    """

    rank: int = 8
    alpha: float = 16.0
    layers: int | None = None
    learning_rate: float = 2e-3
    warmup: float = 0.05
    batch_tokens: int = 256
    epochs: int = 2
    continued: float = 0.0
    evaluations: int = 2
    patience: int = 2
    clip: float = 1.0
    beta_1: float = 0.9
    beta_2: float = 0.99
    decay: float = 0.0
    precision: Precision = "auto"

    def to_json(self) -> dict[str, Any]:
        """The settings as plain values."""
        return asdict(self)


def recipe_for(posts: int) -> Recipe:
    """The settings for a number of posts to learn from: many are seen once, fewer up to twice, the fewest thrice."""
    epochs = next(epochs for fewest, epochs in _EPOCHS if posts >= fewest)
    return Recipe(epochs=epochs, evaluations=4 if epochs == 1 else 2)


_EPOCHS: Final = ((600, 1), (60, 2), (0, 3))


@dataclass(frozen=True, slots=True)
class Reading:
    """Bits per character on the validation posts after a step, `seconds` from the training's beginning."""

    step: int
    seconds: float
    bits: float


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training is: `loss` in nats per token, `bits` the last reading on the validation posts."""

    step: int
    of: int
    loss: float
    bits: float
    tokens_per_second: float


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """What a training did: enough to do it again.

    `bits_before` and `bits_after` are bits per character on the validation posts, which training never learned from
    but was stopped by; `seconds` count from the first step, `load_seconds` what came before.
    """

    base: str
    recipe: Recipe
    seed: int
    precision: str
    device: str
    posts: int
    validation_posts: int
    fingerprint: str
    steps: int
    bits_before: float
    bits_after: float
    best_step: int
    tokens: int
    load_seconds: float
    seconds: float
    peak_mb: int
    readings: tuple[Reading, ...] = field(default=(), repr=False)
    versions: dict[str, str] = field(default_factory=dict, repr=False)

    def to_json(self) -> dict[str, Any]:
        """The record as plain values."""
        return asdict(self)
