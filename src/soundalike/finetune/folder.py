"""Writes with a Hugging Face model of a folder on this machine, and with adapters that were trained for it.

For models that are no GGUF file. It draws by itself rather than by `generate`, so that every text has a seed of its own
and an interrupt ends it.
"""

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from soundalike.drafts.writer import CUT_OFF, AdapterFile, Message, Sampling, is_base_by_name
from soundalike.errors import PromptTooLong, WriterError
from soundalike.finetune.base import Folder, open_folder
from soundalike.finetune.engine import torch
from soundalike.finetune.keeping import from_bytes
from soundalike.finetune.layers import Layers, unadapted
from soundalike.finetune.llama import Adapt

_SMALL_PARAMETERS: Final = 1_000_000_000
_ENDLESS: Final = 100_000  # what tokenizers of models without a limit state is more
_LIKELIEST: Final = 40  # tokens that are drawn from at most, as in llama.cpp


class FolderWriter:
    """The causal model of a folder, as `transformers` loads it; one request at a time, others wait.

    The same messages and seed give the same texts on the same machine with the same number of texts asked for.

    Raises:
        WriterError: There is no such folder, or no causal model in it.
        TrainerUnavailable: torch or `transformers` is not installed.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_dir():
            raise WriterError(
                f"There is no folder at {path}.",
                hint="Name one that holds config.json, weights and tokenizer, as save_pretrained writes it.",
            )
        self.name = path.name
        self._folder: Folder = open_folder(path)
        self.is_base = self._folder.vocabulary.has_no_chat or is_base_by_name(path.name)
        self.is_small = self._folder.parameters < _SMALL_PARAMETERS
        self._turn = threading.Lock()
        self._is_open = True

    def write(self, messages: Sequence[Message], *, count: int, sampling: Sampling) -> list[str]:
        """Write `count` texts side by side; see `Writer.write`."""
        with self._turn:
            if not self._is_open:
                raise WriterError("The language model has been closed.", hint="Open a writer again.")
            prompt = self._read(messages)
            self._check(prompt, sampling)
            with torch.no_grad(), self._model.adapted(self._adapt(sampling.adapter)):
                drawn = self._draw(prompt, count, sampling)
        return [self._told(tokens, sampling) for tokens in drawn]

    def close(self) -> None:
        """Free the model's memory."""
        with self._turn:
            self._is_open = False
            self.__dict__.pop("_model", None)

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401 - the library has no types
        """The weights, read when they are first needed."""
        device = self._folder.device
        return self._folder.load(torch.float32 if device == "cpu" else torch.bfloat16)

    def _read(self, messages: Sequence[Message]) -> tuple[int, ...]:
        vocabulary = self._folder.vocabulary
        if self.is_base:
            return (vocabulary.begins, *vocabulary.read(messages[-1].content))
        return vocabulary.ask(messages)

    def _check(self, prompt: Sequence[int], sampling: Sampling) -> None:
        limit = min(self._folder.most_tokens, _ENDLESS)
        if len(prompt) + sampling.max_tokens > limit:
            raise PromptTooLong(
                f"The prompt is {len(prompt):,} tokens long; this model takes {limit:,} at a time.",
                tokens=len(prompt),
                limit=limit,
                hint="Shorten the brief, or use fewer or shorter examples.",
            )

    def _adapt(self, file: AdapterFile | None) -> Adapt:
        if file is None:
            return unadapted
        try:
            adapter = from_bytes(file.content)
        except ValueError:
            adapter = None
        if adapter is None or not adapter.weights.keys() <= self._model.matrices.keys():
            raise WriterError(
                f"This voice is an adapter of another model than {self.name}.",
                hint="Let SOUNDALIKE_BASE name the model that it was trained on, or train the creator again.",
            )
        return Layers.of(adapter, dtype=self._model.dtype, device=self._folder.device)

    def _draw(self, prompt: Sequence[int], count: int, sampling: Sampling) -> list[list[int]]:
        """Tokens of every text, up to its end or to `max_tokens`."""
        ends, rows = self._folder.vocabulary.ends, [_Row(sampling.seed + at) for at in range(count)]
        given = torch.tensor([list(prompt)] * count, device=self._folder.device)
        known = None
        for _ in range(sampling.max_tokens):
            scores, known = self._model.next_scores(given, known)
            chosen = [
                row.draw(each, sampling, ends) for row, each in zip(rows, scores.cpu().numpy(), strict=True)
            ]
            if all(row.is_done for row in rows):
                break
            given = torch.tensor(chosen, device=self._folder.device)[:, None]
        return [row.tokens for row in rows]

    def _told(self, tokens: Sequence[int], sampling: Sampling) -> str:
        is_whole = bool(tokens) and tokens[-1] == self._folder.vocabulary.ends
        text = self._folder.vocabulary.tell(tokens[:-1] if is_whole else tokens)
        cuts = [at for stop in sampling.stop if (at := text.find(stop)) >= 0]
        return text[: min(cuts)] if cuts else text + CUT_OFF * (not is_whole)


class _Row:
    """One text while it is drawn, by chances of its own."""

    def __init__(self, seed: int) -> None:
        self.tokens: list[int] = []
        self.is_done = False
        self._chance = np.random.default_rng(seed)

    def draw(self, scores: NDArray[np.float32], sampling: Sampling, ends: int) -> int:
        """Draw the next token from scores of the whole vocabulary; once the text has ended, its end."""
        if self.is_done:
            return ends
        token = _pick(scores, sampling, self._chance)
        self.tokens.append(token)
        self.is_done = token == ends
        return token


def _pick(scores: NDArray[np.float32], sampling: Sampling, chance: np.random.Generator) -> int:
    """The likeliest at temperature 0; else one of the fewest that together have a share of `top_p`."""
    if sampling.temperature <= 0:
        return int(scores.argmax())
    raised = (scores - scores.max()).astype(np.float64) / sampling.temperature
    order = np.argsort(-raised, kind="stable")[:_LIKELIEST]
    shares = np.exp(raised[order])
    shares /= shares.sum()
    kept = int(np.searchsorted(np.cumsum(shares), sampling.top_p)) + 1
    return int(chance.choice(order[:kept], p=shares[:kept] / shares[:kept].sum()))
