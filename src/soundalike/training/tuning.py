"""Training an adapter as a step of the main job: what it says meanwhile, and where a killed one goes on."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from soundalike.finetune.adapter import Adapter
from soundalike.finetune.examples import rarity_of, select_texts
from soundalike.posts.post import Post
from soundalike.posts.text import own_text
from soundalike.training.card import Bits

if TYPE_CHECKING:
    from soundalike.finetune.lora import Trained
    from soundalike.finetune.recipe import Progress


def tune(
    texts: Sequence[str],
    *,
    seed: int,
    tell: Callable[[float, str], None],
    checkpoint: Path | None = None,
    base: Path | None = None,
) -> "Trained":
    """Train an adapter of the embedded model, or of that in the folder `base`, on texts, the oldest first.

    What it has learned is kept in `checkpoint` from time to time, which is removed when all is done.

    Raises:
        TrainerUnavailable: torch is not installed, or the folder's model cannot be adapted.
        TooFewPosts: Too few of the texts are fit to learn from.
        WriterError: The embedded model is not installed, or the folder holds none.
    """
    from soundalike.finetune.base import open_base  # noqa: PLC0415 - loads torch
    from soundalike.finetune.lora import Hands, train_adapter  # noqa: PLC0415

    def on_progress(at: "Progress") -> None:
        tell(
            at.step / at.of,
            f"step {at.step} of {at.of}, {at.bits:.2f} bits a character, {at.tokens_per_second:.0f} tokens/s",
        )

    tell(0.0, "reading the language model, and how far it is from these posts")
    if checkpoint:
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
    hands = Hands(on_progress=on_progress, checkpoint=checkpoint)
    trained = train_adapter(texts, base=open_base(base), seed=seed, hands=hands)
    if checkpoint:
        checkpoint.unlink(missing_ok=True)
    return trained


def read_bits(
    adapter: Adapter, seen: Sequence[Post], held_out: Sequence[Post], *, base: Path | None = None
) -> Bits | None:
    """What the adapter gained on the held-out posts; None where none of them is fit to be read.

    Raises:
        TrainerUnavailable: torch is not installed.
    """
    from soundalike.finetune.base import open_base  # noqa: PLC0415 - loads torch
    from soundalike.finetune.lora import bits_per_character  # noqa: PLC0415

    texts = [own_text(post) for post in held_out]
    if not select_texts(texts):
        return None
    model, rarity = open_base(base), rarity_of(select_texts([own_text(post) for post in seen]))
    before, after = (
        bits_per_character(texts, base=model, adapter=each, rarity=rarity) for each in (None, adapter)
    )
    return Bits(before, after)
