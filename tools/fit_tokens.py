"""Count the posts by people that hold each token of the embedded model, and the texts of wording pairs that do.

    python tools/fit_tokens.py FILE.jsonl … --date 2026-11-22 --attribution TEXT … [--out PATH]

A line is a post (`text`) or a pair (`first`, `second`). Kept are counts; the same files and date give the same bytes.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from soundalike.drafts.leaning import SHIPPED, count_texts
from soundalike.encoder.embedded import find_embedded_model
from soundalike.encoder.gguf import Gguf
from soundalike.encoder.tokens import Tokens
from soundalike.posts.text import LINK


def main() -> None:
    """Read the files, count, save, and say what came of it."""
    options = _options()
    facts = Gguf(find_embedded_model()).facts
    texts = [LINK.sub("", text).strip() for path in options.files for text in _texts(path)]
    holding = count_texts(Tokens(facts), texts, size=len(facts["tokenizer.ggml.tokens"])).astype(np.uint32)
    np.savez_compressed(options.out, allow_pickle=False, holding=holding, texts=np.int64(len(texts)))
    about = {
        "fitted_on": options.date,
        "texts": len(texts),
        "sources": [
            {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            for path in options.files
        ],
        "attribution": options.attribution,
        "kept": "in how many texts each token stands; no texts",
    }
    text = json.dumps(about, ensure_ascii=False, indent=1)
    options.out.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    print(f"{len(texts)} texts, {options.out.stat().st_size / 1e3:.0f} kB: {options.out}")


def _texts(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line:
            row = json.loads(line)
            yield from (row[name] for name in ("text", "first", "second") if row.get(name))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Count the posts by people that hold each token of the embedded model."
    )
    parser.add_argument("files", nargs="+", type=Path, help="JSONL files of posts or wording pairs")
    parser.add_argument("--date", required=True, help="the day to write into the file")
    parser.add_argument("--attribution", action="append", default=[], help="source, licence and credit")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    return parser.parse_args()


if __name__ == "__main__":
    main()
