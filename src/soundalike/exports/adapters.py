"""Forms that take an adapter: weights that a training with `--trainer lora` makes. A prompt has none."""

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from soundalike.encoder.embedded import find_embedded_model
from soundalike.encoder.gguf import Gguf
from soundalike.errors import ExportUnavailable
from soundalike.exports.subject import Options, Subject
from soundalike.exports.voice_file import ADAPTER
from soundalike.finetune import adapter as files
from soundalike.finetune.adapter import Adapter
from soundalike.finetune.keeping import from_bytes
from soundalike.finetune.merge import write_merged
from soundalike.finetune.names import EMBEDDED_NAME

_UNKNOWN = "not known"


def write_peft(subject: Subject, _options: Options) -> bytes:
    """The adapter as Hugging Face's peft loads it: a zip of its folder, with a model card.

    Raises:
        ExportUnavailable: The voice has none.
        TrainerUnavailable: `safetensors` is not installed.
    """
    adapter = _adapter_of(subject, "peft")
    packed = BytesIO()
    with TemporaryDirectory(prefix="soundalike-") as folder, zipfile.ZipFile(packed, "w") as archive:
        files.write_peft(adapter, Path(folder))
        Path(folder, "README.md").write_text(model_card(subject, adapter), encoding="utf-8")
        for path in sorted(Path(folder).iterdir()):
            archive.writestr(zipfile.ZipInfo(f"{subject.stem}/{path.name}"), path.read_bytes())
    return packed.getvalue()


def write_gguf(subject: Subject, _options: Options) -> bytes:
    """The embedded model with the adapter merged into it, in eight bits (145 MB), as llama.cpp loads it.

    Raises:
        ExportUnavailable: The voice has no adapter, or one of another model.
    """
    adapter = adapter_of_embedded(subject, "gguf")
    with TemporaryDirectory(prefix="soundalike-") as folder:
        path = Path(folder, "merged.gguf")
        write_merged(adapter, path, base=Gguf(find_embedded_model()), name=subject.stem)
        return path.read_bytes()


def model_card(subject: Subject, adapter: Adapter) -> str:
    """What the adapter is, in the form that Hugging Face reads: base, data, metrics, on whose word."""
    header = {
        "base_model": adapter.base,
        "library_name": "peft",
        "pipeline_tag": "text-generation",
        "tags": ["lora", "soundalike"],
    }
    lines = [
        "---",
        *(f"{name}: {json.dumps(value)}" for name, value in header.items()),
        "---",
        "",
        f"# The voice of @{subject.username}, version {subject.version}",
        "",
        "An adapter trained by Soundalike on posts of one account. What it writes is AI-made: label it so.",
        "",
        *(f"- {name}: {value}" for name, value in _facts(subject).items()),
        "",
        "Ask it as it was trained: one message of the user, “Write a post about …”, with two words on the subject.",
    ]
    return "\n".join([*lines, ""])


def _facts(subject: Subject) -> dict[str, Any]:
    provenance = subject.origin.provenance
    tuned: Mapping[str, Any] = provenance.get("tuning") or {}
    card, posts = subject.card, provenance.get("posts") or {}
    facts = {
        "Trained": f"{subject.origin.trained_at:%Y-%m-%d}",
        "Posts learned from": tuned.get("posts", _UNKNOWN),
        "Fingerprint of what was learned": tuned.get("fingerprint") or posts.get("fingerprint") or _UNKNOWN,
        "Consent": provenance.get("consent") or "none stated",
        "Rank, alpha": f"{(tuned.get('recipe') or {}).get('rank')}, {(tuned.get('recipe') or {}).get('alpha')}",
    }
    if card and card.bits:
        facts["Bits a character of held-out posts"] = (
            f"{card.bits.before:.3f} before, {card.bits.after:.3f} after"
        )
    if card and card.gap_closed:
        facts["Gap to the creator's own posts closed by unselected drafts"] = f"{card.gap_closed.value:.0%}"
    return facts


def adapter_of_embedded(subject: Subject, kind: str) -> Adapter:
    """The voice's adapter, to be merged into the embedded model.

    Raises:
        ExportUnavailable: The voice has none, or one of another model.
    """
    adapter = _adapter_of(subject, kind)
    if adapter.base != EMBEDDED_NAME:
        raise ExportUnavailable(
            f"This voice cannot be exported as {kind}: its adapter is of {adapter.base}, not of the embedded model.",
            hint="Export it as peft, and merge it there: PeftModel.merge_and_unload, then llama.cpp's "
            "convert_hf_to_gguf.py.",
        )
    return adapter


def _adapter_of(subject: Subject, kind: str) -> Adapter:
    if ADAPTER in subject.parts:
        return from_bytes(subject.parts[ADAPTER])
    raise ExportUnavailable(
        f"This model cannot be exported as {kind}: it is a prompt, which has no weights of its own.",
        hint=f"Train an adapter: soundalike train {subject.username} --trainer lora; or export it as prompt, llm, "
        "ollama, characterfile or soundalike.",
    )
