"""An adapter: what was added to a base model's matrices, as numbers and as the files of other tools.

Low-rank adaptation (Hu et al. 2021): a matrix W becomes W + (alpha / rank) · B·A. Files are written without torch.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from soundalike.encoder.gguf import Gguf
from soundalike.errors import StorageError, TrainerUnavailable
from soundalike.finetune.gguf_file import write_gguf
from soundalike.finetune.names import gguf_name, stored_rows

Floats = NDArray[np.float32]

CONFIG: Final = "adapter_config.json"
WEIGHTS: Final = "adapter_model.safetensors"

_PREFIX: Final = "base_model.model."
_MOST_BYTES: Final = 2_000_000_000
_MOST_CONFIG_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter for the model `base`.

    `weights` holds for each adapted matrix, by Hugging Face's name, A of shape (rank, inputs) and B of shape
    (outputs, rank).
    """

    base: str
    rank: int
    alpha: float
    weights: Mapping[str, tuple[Floats, Floats]] = field(repr=False)

    def change(self, name: str) -> Floats:
        """What is added to a matrix, of shape (outputs, inputs)."""
        a, b = self.weights[name]
        changed: Floats = np.float32(self.alpha / self.rank) * (b @ a)
        return changed


def write_peft(adapter: Adapter, folder: Path) -> None:
    """Write an adapter as PEFT keeps it: a folder with a configuration and safetensors.

    Raises:
        TrainerUnavailable: `safetensors` is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = _config(adapter)
    (folder / CONFIG).write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    _safetensors().save_file(_keyed(adapter), folder / WEIGHTS, metadata={"format": "pt"})


def read_peft(folder: Path) -> Adapter:
    """Read an adapter from a PEFT folder.

    Raises:
        StorageError: There is none, or one of a kind that is not used here.
        TrainerUnavailable: `safetensors` is not installed.
    """
    try:
        _check_sizes(folder)
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        return _from_keyed(config, _safetensors().load_file(folder / WEIGHTS))
    except TrainerUnavailable:
        raise
    except Exception as error:
        raise StorageError(
            f"{folder.name} holds no adapter that can be read here.",
            hint=f"It takes a plain LoRA adapter as PEFT writes it: {CONFIG} and {WEIGHTS}.",
        ) from error


def write_gguf_adapter(adapter: Adapter, path: Path, *, base: Gguf) -> None:
    """Write an adapter as llama.cpp loads it beside the model file `base`, in half precision.

    Raises:
        StorageError: The adapter changes matrices that the base does not have.
    """
    facts = {
        "general.architecture": base.facts["general.architecture"],
        "general.type": "adapter",
        "general.name": adapter.base,
        "adapter.type": "lora",
        "adapter.lora.alpha": float(adapter.alpha),
    }
    tensors: dict[str, NDArray[Any]] = {}
    for name, (a, b) in adapter.weights.items():
        stored = gguf_name(name)
        if stored not in base.shapes or base.shapes[stored] != (a.shape[1], b.shape[0]):
            raise StorageError(
                f"The adapter changes {name}, which the model file has not in that form.",
                hint=f"It was trained for {adapter.base}; name that model's file.",
            )
        tensors[f"{stored}.lora_a"] = a.astype(np.float16)
        tensors[f"{stored}.lora_b"] = b[stored_rows(name, base)].astype(np.float16)
    write_gguf(path, facts, tensors)


def _check_sizes(folder: Path) -> None:
    for name, most in ((CONFIG, _MOST_CONFIG_BYTES), (WEIGHTS, _MOST_BYTES)):
        if (folder / name).stat().st_size > most:
            raise ValueError(f"{name} is too large")


def _config(adapter: Adapter) -> dict[str, Any]:
    names = sorted(adapter.weights)
    return {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": adapter.base,
        "r": adapter.rank,
        "lora_alpha": adapter.alpha,
        "lora_dropout": 0.0,
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "target_modules": names,
    }


def _keyed(adapter: Adapter) -> dict[str, Floats]:
    pairs = adapter.weights.items()
    return {
        f"{_PREFIX}{name}.lora_{letter}.weight": np.ascontiguousarray(matrix, dtype=np.float32)
        for name, both in pairs
        for letter, matrix in zip("AB", both, strict=True)
    }


def _from_keyed(config: Mapping[str, Any], keyed: Mapping[str, Floats]) -> Adapter:
    if config["peft_type"] != "LORA" or config.get("bias", "none") != "none" or config.get("use_dora"):
        raise ValueError("another kind of adapter")
    rank = int(config["r"])
    names = {key.removeprefix(_PREFIX).rpartition(".lora_")[0] for key in keyed}
    weights = {
        name: (
            keyed[f"{_PREFIX}{name}.lora_A.weight"].astype(np.float32),
            keyed[f"{_PREFIX}{name}.lora_B.weight"].astype(np.float32),
        )
        for name in sorted(names)
    }
    if any(a.shape[0] != rank or b.shape[1] != rank for a, b in weights.values()):
        raise ValueError("ranks differ")
    return Adapter(config["base_model_name_or_path"], rank, float(config["lora_alpha"]), weights)


def _safetensors() -> Any:  # noqa: ANN401
    try:
        import safetensors.numpy  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise TrainerUnavailable(
            "Reading and writing adapters needs safetensors, which is not installed.",
            hint="Install it: pip install 'soundalike[lora]'.",
        ) from error
    return safetensors.numpy
