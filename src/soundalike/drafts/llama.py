"""Writes with a GGUF file on this machine, through llama.cpp.

Measured with SmolLM2-135M, prompts of 530 tokens, one thread: llama.cpp's shared cache lets what was written before
change the rounding of what is written next, and with it the words. Two things together make a text depend on its
messages and seed alone: every continuation has a lane of its own (no `kv_unified`), and the prompt is always read
afresh, once, before the lanes continue it. This costs 6.0 instead of 4.9 s of computing per eight texts, and saves
reading the prompt (4 s) again for the next eight.
"""

import os
import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from soundalike.drafts.leaning import Leaning
from soundalike.drafts.writer import CUT_OFF, AdapterFile, Message, Sampling, is_base_by_name
from soundalike.encoder.gguf import Gguf
from soundalike.errors import PromptTooLong, WriterError

_SMALL_BYTES: Final = 700_000_000  # a billion parameters in four to five bits
_SMALL_LANES: Final = (8, 2048)  # lanes, tokens of each: 380 MB of cache for SmolLM2-135M
_LARGE_LANES: Final = (4, 4096)  # 2 GB for a model of eight billion
_QUIET: Final = -1
_MAGIC: Final = b"GGUF"
# Runs of three tokens and more that stood before, in the examples too, are the less likely the longer they get ("DRY").
# A penalty on single tokens would punish the creator's words, and costs likeness. Runs end at signs; with # among them
# a hashtag of the creator's may stand again, where otherwise a new one was made up.
_NOTHING_TWICE: Final = {
    "dry_multiplier": 0.8,
    "dry_allowed_length": 3,
    "dry_penalty_last_n": 2048,
    "dry_sequence_breakers": ["\n", ":", '"', "*", "#", "@", "—", "[", "]"],
}
_CHAT: Final = "tokenizer.chat_template"  # what a base model's file mostly has none of
_MOST_ADAPTERS: Final = 8  # 5 MB each of the embedded model's
_CLOSE_SECONDS: Final = 60.0  # a full prompt is read in 10 s, undisturbed; nothing can stop that
_CANCEL_SECONDS: Final = 2.0  # a step of the embedded model takes under 0.1 s


class LlamaWriter:
    """A model file in this process; one request at a time, others wait.

    `leaning` lets it be leant on: it then prefers the words of `Sampling.like` and `Sampling.subject`. It knows eight
    adapters at a time and writes with any of them; for one more the engine begins anew, in half a second.

    The same messages and seed give the same texts on the same machine, build and number of threads.

    Raises:
        WriterError: There is no such file, or it holds no model llama.cpp knows.
    """

    def __init__(self, path: Path, *, threads: int | None = None, leaning: Leaning | None = None) -> None:
        if not path.is_file():
            raise WriterError(
                f"There is no model file at {path}.", hint="Give the path of a .gguf file: gguf:PATH."
            )
        self.name = path.stem
        self.is_small = path.stat().st_size < _SMALL_BYTES
        self._lanes, self._lane_tokens = _SMALL_LANES if self.is_small else _LARGE_LANES
        self._path, self._threads = path, threads or _spare_cores()
        self._adapters: list[AdapterFile] = []
        self._server = self._start()
        self.is_base = _CHAT not in Gguf(path).facts or is_base_by_name(path.stem)
        self._leaning = leaning
        self._read: tuple[tuple[Message, ...], AdapterFile | None] = ((), None)
        self._turn = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()
        # An engine that is freed before its loop has begun waits for ever; an answer proves that it has.
        self._read_prompt((Message("user", "Hello"),), None)

    def write(self, messages: Sequence[Message], *, count: int, sampling: Sampling) -> list[str]:
        """Write `count` texts, a lane each; see `Writer.write`. An interrupt stops the model, too."""
        with self._turn:
            self._load(sampling.adapter)
            self._read_prompt(tuple(messages), sampling.adapter)
            request = self._request(messages, sampling.adapter) | _drawing(sampling) | self._leant(sampling)
            texts: list[str] = []
            while len(texts) < count:
                lanes = min(self._lanes, count - len(texts))
                texts += self._continue(request, lanes, seed=sampling.seed + len(texts))
            return texts

    def close(self) -> None:
        """Free the model's memory, once an engine that was interrupted has heard of it."""
        with self._turn:
            self._idle.wait(_CLOSE_SECONDS)
            self._server = None

    def _start(self) -> Any:  # noqa: ANN401 - the engine has no types
        """An engine that knows the adapters; their files are needed only until it has read them."""
        with TemporaryDirectory(prefix="soundalike-") as folder:
            paths = [Path(folder, f"{adapter.digest}.gguf") for adapter in self._adapters]
            for path, adapter in zip(paths, self._adapters, strict=True):
                path.write_bytes(adapter.content)
            return _start(
                self._path,
                lanes=self._lanes,
                lane_tokens=self._lane_tokens,
                threads=self._threads,
                adapters=paths,
            )

    def _load(self, adapter: AdapterFile | None) -> None:
        """Have the engine know an adapter; it learns of adapters only when it begins."""
        if adapter is None or adapter in self._adapters or self._server is None:
            return
        if not adapter.content.startswith(_MAGIC):
            raise WriterError(
                f"This voice is an adapter of another model than {self.name}.",
                hint="Let SOUNDALIKE_BASE name the folder of the model that it was trained on.",
            )
        self._idle.wait(_CLOSE_SECONDS)
        known = self._adapters
        self._adapters = [*known, adapter][-_MOST_ADAPTERS:]
        self._server, self._read = None, ((), None)
        try:
            self._server = self._start()
        except WriterError:
            self._adapters = known
            self._server = self._start()
            raise
        self._read_prompt((Message("user", "Hello"),), None)

    def _read_prompt(self, messages: tuple[Message, ...], adapter: AdapterFile | None) -> None:
        if (messages, adapter) != self._read:
            self._read = ((), None)
            self._ask(self._request(messages, adapter) | {"max_tokens": 1, "cache_prompt": False})
            self._read = (messages, adapter)

    def _request(self, messages: Iterable[Message], adapter: AdapterFile | None) -> dict[str, Any]:
        """An order for a text; every adapter that the engine knows is switched off but the one named."""
        worn = [{"id": at, "scale": float(each == adapter)} for at, each in enumerate(self._adapters)]
        chat = [asdict(message) for message in messages]
        said = {"prompt": chat[-1]["content"]} if self.is_base else {"messages": chat}
        return said | {"stream": True, "lora": worn}

    def _continue(self, request: Mapping[str, Any], lanes: int, *, seed: int) -> list[str]:
        return _texts(self._ask({**request, "n": lanes, "seed": seed}), lanes)

    def _leant(self, sampling: Sampling) -> dict[str, Any]:
        if self._leaning is None or not (sampling.like or sampling.subject):
            return {}
        biases = self._leaning.biases(sampling.like, sampling.subject)
        return _NOTHING_TWICE | {"logit_bias": [[token, bias] for token, bias in biases.items()]}

    def _ask(self, request: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Stream an answer in a thread of its own: the engine cannot be interrupted, but it heeds its callback.

        A program waits for that thread when it ends: an engine that called back into nothing would abort it.
        """
        if self._server is None:
            raise WriterError("The language model has been closed.", hint="Open a writer again.")
        self._idle.wait()  # a cancelled answer may still be reading its prompt
        chunks: list[dict[str, Any]] = []
        cancelled = threading.Event()

        def take(chunk: dict[str, Any]) -> bool:
            chunks.append(chunk)
            return cancelled.is_set()

        def run(server: Any) -> None:  # noqa: ANN401 - the engine has no types
            try:
                ask = server.handle_completions if self.is_base else server.handle_chat_completions
                ask(dict(request), take)
            except Exception as error:  # noqa: BLE001 - of whatever type: it is raised in the waiting thread
                chunks.append({"error": {"message": str(error)}})
            finally:
                self._idle.set()

        # Waits for an event, as an interrupted `join` takes its thread for ended (Python 3.11).
        thread = threading.Thread(target=run, args=(self._server,))
        try:
            self._idle.clear()
            thread.start()
            self._idle.wait()
        except BaseException:
            cancelled.set()
            self._read = ((), None)
            if thread.ident is None:
                self._idle.set()
            self._idle.wait(_CANCEL_SECONDS)
            raise
        for chunk in chunks:
            _raise_failure(chunk)
        return chunks


def _spare_cores() -> int:
    return max(1, (os.cpu_count() or 2) - 1)


def _start(path: Path, *, lanes: int, lane_tokens: int, threads: int, adapters: Sequence[Path]) -> object:
    import xllamacpp  # noqa: PLC0415 - an engine of 100 MB, loaded when used

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_parallel, params.n_ctx, params.kv_unified = lanes, lanes * lane_tokens, False
    params.cache_prompt, params.cache_ram_mib, params.cache_idle_slots = True, 0, False
    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads, cpu.poll = threads, 0  # polling threads starve whatever else runs
    params.api_keys = [secrets.token_hex(16)]  # the engine listens on a loopback port whether wanted or not
    params.ui = params.endpoint_slots = params.warmup = False
    params.verbosity = _QUIET
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(adapter), 0.0) for adapter in adapters]
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        beside = ", or the adapter beside it," if adapters else ""
        raise WriterError(
            f"{path.name}{beside} cannot be loaded as a language model.",
            hint="It may be cut off, of a newer kind than llama.cpp knows here, or too large for the memory.",
        ) from error


def _drawing(sampling: Sampling) -> dict[str, Any]:
    return {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "stop": list(sampling.stop),
        "cache_prompt": True,
    }


def _texts(chunks: Iterable[dict[str, Any]], count: int) -> list[str]:
    texts, cut = [""] * count, [False] * count
    for choice in (choice for chunk in chunks for choice in chunk.get("choices", ())):
        said = choice["delta"].get("content") if "delta" in choice else choice["text"]
        texts[choice["index"]] += said or ""
        cut[choice["index"]] |= choice.get("finish_reason") == "length"
    return [text + CUT_OFF * was_cut for text, was_cut in zip(texts, cut, strict=True)]


def _raise_failure(chunk: Mapping[str, Any]) -> None:
    if "choices" in chunk:
        return
    fault = chunk.get("error") or chunk
    if fault.get("type") == "exceed_context_size_error":
        tokens, limit = fault.get("n_prompt_tokens"), fault.get("n_ctx")
        raise PromptTooLong(
            f"The prompt is {tokens:,} tokens long; this model takes {limit:,} at a time.",
            tokens=tokens,
            limit=limit,
            hint="Shorten the brief, or use fewer or shorter examples.",
        )
    raise WriterError(
        f"The language model failed: {str(fault.get('message'))[:200]}.",
        hint="Try again; if it stays, name another model in SOUNDALIKE_LLM.",
    )
