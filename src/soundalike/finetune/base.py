"""The language model that an adapter is trained for: the embedded one, or any local Hugging Face model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from soundalike.encoder.embedded import find_embedded_model
from soundalike.encoder.gguf import Gguf
from soundalike.errors import TrainerUnavailable
from soundalike.finetune.engine import torch
from soundalike.finetune.llama import Adapt, Llama, Tensor
from soundalike.finetune.packing import Pack
from soundalike.finetune.vocabulary import GgufVocabulary, HuggingFaceVocabulary, Vocabulary

EMBEDDED_NAME: Final = "HuggingFaceTB/SmolLM2-135M-Instruct"
"""What the embedded model is called where adapters name their base."""


class Reader(Protocol):
    """A language model as the trainer uses it."""

    @property
    def matrices(self) -> dict[str, tuple[int, int]]:
        """The matrices that can be adapted: by name their (outputs, inputs)."""

    def scores(self, row: Pack, adapt: Adapt, check: Callable[[], None]) -> Tensor:
        """What the model would say at the places that are to be told: (N, vocabulary), single precision."""


class Base:
    """A base model's `name`, its `vocabulary`, and how its weights are loaded: `load(dtype) -> Reader`."""

    def __init__(self, name: str, vocabulary: Vocabulary, load: Callable[[Any], Reader], device: str) -> None:
        self.name, self.vocabulary, self.load, self.device = name, vocabulary, load, device


def find_device() -> str:
    """`cuda` where torch can use it, else `cpu`."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def open_base(path: Path | None = None, *, device: str | None = None) -> Base:
    """Open the embedded model, the Llama of a GGUF file, or the model in a Hugging Face folder.

    Raises:
        WriterError: The embedded model is not installed, or the file holds none.
        TrainerUnavailable: A folder is given and `transformers` is not installed, or its model cannot be adapted.
    """
    device = device or find_device()
    if path is not None and path.is_dir():
        return _open_folder(path, device)
    model = Gguf(path or find_embedded_model())
    name = EMBEDDED_NAME if path is None else path.stem
    return Base(
        name,
        GgufVocabulary(model.facts),
        lambda dtype: Llama(model, dtype=dtype, device=device),
        device,
    )


def _open_folder(path: Path, device: str) -> Base:
    try:
        from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415 - three seconds
    except ImportError as error:
        raise TrainerUnavailable(
            "Training on a Hugging Face model needs transformers, which is not installed.",
            hint="Install it: pip install 'soundalike[hf]'; or train on the embedded model.",
        ) from error

    def load(dtype: Any) -> Reader:  # noqa: ANN401
        return _HuggingFace(
            AutoModelForCausalLM.from_pretrained(path, dtype=dtype, local_files_only=True).to(device)
        )

    tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
    return Base(path.name, HuggingFaceVocabulary(tokenizer), load, device)


class _HuggingFace:
    """A causal model of `transformers`, adapted from outside by hooks on its matrices."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401
        self._model = model.requires_grad_(False).eval()
        head = model.get_output_embeddings()
        self._linear = {
            name: module
            for name, module in model.named_modules()
            if isinstance(module, torch.nn.Linear) and module is not head
        }
        if not self._linear:
            raise TrainerUnavailable(
                f"A model of the kind {type(model).__name__} has no matrices that can be adapted here.",
                hint="Take one of the Llama, Qwen, Mistral or Gemma kind.",
            )

    @property
    def matrices(self) -> dict[str, tuple[int, int]]:
        """The matrices that can be adapted: by name their (outputs, inputs)."""
        return {name: (each.out_features, each.in_features) for name, each in self._linear.items()}

    def scores(self, row: Pack, adapt: Adapt, check: Callable[[], None]) -> Tensor:
        """What the model would say at the places that are to be told: (N, vocabulary), single precision."""

        def hook(name: str) -> Callable[..., Tensor]:
            def run(_: Any, given: tuple[Tensor, ...], made: Tensor) -> Tensor:  # noqa: ANN401
                check()
                adapted = adapt(name, given[0], made)
                if adapted.requires_grad:
                    adapted.register_hook(lambda _: check())
                return adapted

            return run

        hooks = [module.register_forward_hook(hook(name)) for name, module in self._linear.items()]
        try:
            return self._read(row).float()
        finally:
            for each in hooks:
                each.remove()

    def _read(self, row: Pack) -> Tensor:
        device = self._model.device
        tokens, positions, predicts = (
            torch.from_numpy(each).to(device) for each in (row.tokens, row.positions, row.predicts)
        )
        found = self._model(
            input_ids=tokens[None],
            position_ids=positions[None],
            attention_mask=_mask(row, self._model.dtype).to(device),
            use_cache=False,
            logits_to_keep=predicts,
        )
        return found.logits[0]


def _mask(row: Pack, dtype: Any) -> Tensor:  # noqa: ANN401
    """Who sees whom in a row, (1, 1, T, T): 0 where a token is seen, else the least number there is."""
    size = len(row.tokens)
    sees = torch.zeros((size, size), dtype=torch.bool)
    flat = torch.from_numpy(row.sees).flatten(0, 1)[torch.from_numpy(row.back)]
    keys = torch.from_numpy(row.keys).repeat_interleave(row.queries.shape[1], dim=0)[
        torch.from_numpy(row.back)
    ]
    at, which = torch.nonzero(flat, as_tuple=True)
    sees[at, keys[at, which]] = True
    hidden = torch.zeros((size, size), dtype=dtype).masked_fill_(~sees, torch.finfo(dtype).min)
    return hidden[None, None]
