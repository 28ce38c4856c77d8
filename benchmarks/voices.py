"""Several voices served at once by one engine: tokens a second, and memory, with 1, 2 and 4 adapters.

    .venv/bin/python benchmarks/voices.py [--voices 1 2 4] [--texts N] [--rounds N]

Every line is a process of its own, in which as many callers as there are voices ask for `--texts` texts, again and all
at once, until the same number of texts is written in every line. Adapters are of rank 8 on every matrix, as trainings
make them, with weights drawn at random, small enough that texts stay texts: what an engine does with them takes as long
whatever they hold. `first seconds` is the time until every voice has written once, in which the engine learns of them;
tokens are those after it, and `share` is of the tokens that one voice alone gets out of a second of computing, which
other work on the machine changes less. `resident` and `most` are VmRSS and VmHWM, `files` what all adapter files hold
together.
"""

import argparse
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tables import show

from soundalike.drafts.llama import LlamaWriter
from soundalike.drafts.prompt import plain_messages
from soundalike.drafts.writer import AdapterFile, Sampling
from soundalike.encoder.embedded import find_embedded_model
from soundalike.encoder.gguf import Gguf
from soundalike.encoder.tokens import Tokens
from soundalike.finetune.adapter import Adapter
from soundalike.finetune.keeping import as_file
from soundalike.finetune.names import EMBEDDED_NAME, MATRICES, gguf_name
from soundalike.finetune.recipe import Recipe

SUBJECTS = (
    "harbour, rain",
    "garden, market",
    "bridge, winter",
    "lantern, coffee",
    "rocket, window",
    "tea, kiln",
)
TINY = 0.003


@dataclass(frozen=True)
class Served:
    """What so many voices came to; memory in MB, `share` of the tokens a second of one voice alone."""

    voices: int
    texts: int
    tokens: int
    first_seconds: float
    seconds: float
    cpu_seconds: float
    tokens_a_second: float
    tokens_a_cpu_second: float
    share: float
    resident_mb: int
    most_mb: int
    files_mb: float


def main() -> None:
    """Measure each number of voices in a process of its own."""
    asked = read_arguments()
    if asked.child:
        print(json.dumps(measure(asked.child, asked.texts, asked.rounds)))
        return
    found = [run(voices, asked.texts, asked.rounds * max(asked.voices) // voices) for voices in asked.voices]
    alone = found[0]["tokens_a_cpu_second"]
    rows = [Served(share=each["tokens_a_cpu_second"] / alone, **each) for each in found]
    show("Voices at once, one engine", rows)


def read_arguments() -> argparse.Namespace:
    """The command's arguments; `--child` is how it calls itself."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voices", nargs="+", type=int, default=(1, 2, 4))
    parser.add_argument("--texts", type=int, default=8, help="texts a caller asks for at a time")
    parser.add_argument("--rounds", type=int, default=3, help="times that each of the most callers asks")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def run(voices: int, texts: int, rounds: int) -> dict[str, float]:
    """One measurement in a process of its own."""
    command = [
        sys.executable,
        __file__,
        "--child",
        str(voices),
        "--texts",
        str(texts),
        "--rounds",
        str(rounds),
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(voices: int, texts: int, rounds: int) -> dict[str, float]:
    """Have so many callers write at once."""
    base = Gguf(find_embedded_model())
    files = [as_file(drawn_adapter(base, seed)) for seed in range(voices)]
    tokens = Tokens(base.facts)
    writer = LlamaWriter(find_embedded_model())
    try:
        first = timed(lambda: together(writer, files, texts=1, rounds=1))[0]
        busy = time.process_time()
        seconds, told = timed(lambda: together(writer, files, texts=texts, rounds=rounds))
        busy = time.process_time() - busy
        resident, most = memory()
    finally:
        writer.close()
    count = sum(len(tokens.numbers(text)) for text in told)
    return {
        "voices": voices, "texts": len(told), "tokens": count, "first_seconds": first, "seconds": seconds,
        "cpu_seconds": busy, "tokens_a_second": count / seconds,
        "tokens_a_cpu_second": count / busy, "resident_mb": resident, "most_mb": most,
        "files_mb": sum(len(file.content) for file in files) / 1e6,
    }  # fmt: skip


def together(writer: LlamaWriter, files: Sequence[AdapterFile], *, texts: int, rounds: int) -> list[str]:
    """Every caller asks, waits, and asks again; gives all that was written."""
    told: list[str] = []

    def call(number: int) -> None:
        for turn in range(rounds):
            order = plain_messages(SUBJECTS[(number + turn) % len(SUBJECTS)], manner="turns", max_chars=280)
            drawn = Sampling(seed=1_000 * number + turn, adapter=files[number])
            told.extend(writer.write(order, count=texts, sampling=drawn))

    callers = [threading.Thread(target=call, args=(number,)) for number in range(len(files))]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return told


def timed(work: Callable[[], list[str]]) -> tuple[float, list[str]]:
    """Seconds, and what came of it."""
    began = time.perf_counter()
    made = work()
    return time.perf_counter() - began, made


def drawn_adapter(base: Gguf, seed: int) -> Adapter:
    """Weights of a training's shape, drawn at random."""
    chance, recipe = np.random.default_rng(seed), Recipe()
    weights = {}
    for layer in range(base.facts["llama.block_count"]):
        for matrix in MATRICES:
            name = f"model.layers.{layer}.{matrix}"
            inputs, outputs = base.shapes[gguf_name(name)]
            a, b = ((recipe.rank, inputs), (outputs, recipe.rank))
            weights[name] = tuple(chance.normal(0, TINY, shape).astype(np.float32) for shape in (a, b))
    return Adapter(EMBEDDED_NAME, recipe.rank, recipe.alpha, weights)


def memory() -> tuple[int, int]:
    """What this process holds, and the most it held, in MB."""
    status = Path("/proc/self/status").read_text()
    resident, most = (
        int(found[1]) // 1_000
        for found in (re.search(rf"{name}:\s+(\d+) kB", status) for name in ("VmRSS", "VmHWM"))
        if found
    )
    return resident, most


if __name__ == "__main__":
    main()
