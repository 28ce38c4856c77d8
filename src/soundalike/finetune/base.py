"""The language model that an adapter is trained for: the embedded one, or any local Hugging Face model."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from soundalike.encoder.embedded import find_embedded_model
from soundalike.encoder.gguf import Gguf
from soundalike.errors import TrainerUnavailable, WriterError
from soundalike.finetune.engine import torch
from soundalike.finetune.llama import Adapt, Llama, Tensor
from soundalike.finetune.names import EMBEDDED_NAME
from soundalike.finetune.packing import Pack
from soundalike.finetune.vocabulary import GgufVocabulary, HuggingFaceVocabulary, Vocabulary


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
        WriterError: The embedded model is not installed, or the file or folder holds none.
        TrainerUnavailable: A folder is given and `transformers` is not installed, or its model cannot be adapted.
    """
    device = device or find_device()
    if path is not None and path.is_dir():
        return open_folder(path, device=device)
    model = Gguf(path or find_embedded_model())
    name = EMBEDDED_NAME if path is None else path.stem
    return Base(
        name,
        GgufVocabulary(model.facts),
        lambda dtype: Llama(model, dtype=dtype, device=device),
        device,
    )


class Folder(Base):
    """A model of Hugging Face's in a folder; `load` gives a reader that writes, too.

    `parameters` is how many numbers its weights are, about; `most_tokens` how long a text it takes.
    """

    vocabulary: HuggingFaceVocabulary
    load: Callable[[Any], "HuggingFaceReader"]

    def __init__(
        self,
        name: str,
        vocabulary: HuggingFaceVocabulary,
        load: Callable[[Any], "HuggingFaceReader"],
        device: str,
        *,
        parameters: int,
        most_tokens: int,
    ) -> None:
        super().__init__(name, vocabulary, load, device)
        self.parameters, self.most_tokens = parameters, most_tokens


def open_folder(path: Path, *, device: str | None = None) -> Folder:
    """Open the causal model in a Hugging Face folder; its weights are read when it is loaded.

    Raises:
        WriterError: There is no model in the folder, or none that can be read.
        TrainerUnavailable: `transformers` is not installed.
    """
    try:
        from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415 - three seconds
    except ImportError as error:
        raise TrainerUnavailable(
            "A Hugging Face model needs transformers, which is not installed.",
            hint="Install it: pip install 'soundalike[hf]'; or use the embedded model.",
        ) from error
    device = device or find_device()

    def load(dtype: Any) -> HuggingFaceReader:  # noqa: ANN401
        with _explained(path):
            model = AutoModelForCausalLM.from_pretrained(path, dtype=dtype, local_files_only=True)
        return HuggingFaceReader(model.to(device))

    with _explained(path):
        config = AutoConfig.from_pretrained(path, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
        vocabulary = HuggingFaceVocabulary(tokenizer)
    size = sum(file.stat().st_size for ending in ("safetensors", "bin") for file in path.glob(f"*.{ending}"))
    each = getattr(config.dtype, "itemsize", 2)
    most = getattr(config, "max_position_embeddings", None) or tokenizer.model_max_length
    return Folder(path.name, vocabulary, load, device, parameters=size // each, most_tokens=most)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say what is wrong with a folder in one line, whatever the library makes of it."""
    try:
        yield
    except Exception as error:  # of whatever type: libraries below it have their own
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise WriterError(
            f"{path.name} cannot be loaded as a causal language model: {reason[:200]}",
            hint="It takes a folder as save_pretrained writes it: config.json, weights, and the tokenizer's files.",
        ) from error


class HuggingFaceReader:
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

    @property
    def dtype(self) -> Any:  # noqa: ANN401 - torch's
        """What its weights and states are in."""
        return self._model.dtype

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

        with self._hooked(hook):
            return self._read(row).float()

    @contextmanager
    def adapted(self, adapt: Adapt) -> Iterator[None]:
        """Adapt every matrix while the block runs."""
        with self._hooked(lambda name: lambda _, given, made: adapt(name, given[0], made)):
            yield

    def next_scores(self, tokens: Tensor, known: Any = None) -> tuple[Tensor, Any]:  # noqa: ANN401 - the library's
        """What follows rows of tokens (rows, T): scores (rows, vocabulary), and what it takes to go on with them."""
        found = self._model(input_ids=tokens, past_key_values=known, use_cache=True, logits_to_keep=1)
        return found.logits[:, -1].float(), found.past_key_values

    @contextmanager
    def _hooked(self, hook: Callable[[str], Callable[..., Tensor]]) -> Iterator[None]:
        hooks = [module.register_forward_hook(hook(name)) for name, module in self._linear.items()]
        try:
            yield
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
