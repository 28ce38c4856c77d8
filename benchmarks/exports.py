"""Every export of one voice, loaded by the tool it is for: what it writes then, scored as a report card scores.

    .venv/bin/python benchmarks/exports.py --data ../shared/data [--folder build/exports] [--creator NAME]

Two voices of a creator, an adapter and a prompt, are trained on the half of their earlier posts that the independent
judge (voice/judge.py) knows nothing of, kept in FOLDER, and exported. Each export is loaded, by a library of its own
where there is one, and writes four texts on each of eight subjects of later posts, drawn alike: temperature 0.8, top_p
0.95, top_k 40, min_p 0.05, 80 tokens. Nothing is leant on, ranked or left out, so that tool and voice alone are
compared. What a voice wrote before it was exported stands first; `difference` is in likeness, with its 95 % interval
over subjects, which are drawn anew for both alike.

Whatever is trained or written already lies in FOLDER and is not done again, so that a run can be stopped and taken up.
"""

import argparse
import json
import math
import os
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "voice"), str(HERE.parent / "tests")]
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # before torch is loaded

import httpx2  # noqa: E402
import numpy as np  # noqa: E402
from drafting import World, model_of  # noqa: E402 - found by the lines above
from tables import show  # noqa: E402

from modelfiles import fill_template, read_modelfile  # noqa: E402
from soundalike.drafts.llama import LlamaWriter  # noqa: E402
from soundalike.drafts.prompt import SHOWN, plain_messages  # noqa: E402
from soundalike.drafts.tidying import tidy  # noqa: E402
from soundalike.drafts.writer import CUT_OFF, Message, Sampling  # noqa: E402
from soundalike.encoder.embedded import find_embedded_model  # noqa: E402
from soundalike.exports import Options  # noqa: E402
from soundalike.exports.signing import Signer  # noqa: E402
from soundalike.finetune.examples import rarity_of, select_texts  # noqa: E402
from soundalike.posts.text import own_text  # noqa: E402
from soundalike.service.collecting import Order, new_session  # noqa: E402
from soundalike.service.exporting import export_model  # noqa: E402
from soundalike.service.importing import import_voice  # noqa: E402
from soundalike.service.keeping import load_model, parts_of, record_of  # noqa: E402
from soundalike.storage import Store, open_store  # noqa: E402
from soundalike.training.grading import briefs_from  # noqa: E402
from soundalike.training.model import TrainedModel  # noqa: E402
from soundalike.training.pools import Pool, Texts  # noqa: E402
from soundalike.training.tuning import tune  # noqa: E402
from soundalike.voice.background_file import shipped_background  # noqa: E402

USER: Final = UUID("bbbbbbbb-0000-4000-8000-000000000001")
SUBJECTS, TEXTS = 8, 4
MAX_CHARS: Final = 280
DRAWN: Final = {"temperature": 0.8, "top_p": 0.95, "top_k": 40, "min_p": 0.05, "max_tokens": 80}

Loose = Any  # what other libraries make has no types
Ask = Callable[[str, int], list[str]]
"""Takes a subject and a seed, gives texts."""


@dataclass(frozen=True)
class Scored:
    """What one way of loading a voice came to; `bits` are those a character of posts never seen takes."""

    voice: str
    export: str
    loaded_by: str
    texts: int
    likeness: float
    difference: float
    low: float
    high: float
    given: float
    bits: float


def main() -> None:
    """Train, export, load, write, score: whatever of it is not done yet."""
    asked = read_arguments()
    asked.folder.mkdir(parents=True, exist_ok=True)
    kit = Kit(asked.folder, asked.data, asked.creator, asked.posts)
    rows = []
    for way in WAYS:
        by_brief = kit.texts_of(way)
        rows.append((way, by_brief, kit.bits_of(way)))
    report(kit, rows)


def read_arguments() -> argparse.Namespace:
    """The command's arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of creators and other writers")
    parser.add_argument("--folder", type=Path, default=Path("build/exports"), help="where all of it is kept")
    parser.add_argument("--creator", default="realDonaldTrump")
    parser.add_argument("--posts", type=int, default=200, help="how many the adapter learns from at most")
    return parser.parse_args()


class Kit:
    """One creator's two voices, kept and exported."""

    def __init__(self, folder: Path, data: Path, creator: str, posts: int) -> None:
        self.folder, self._data, self.creator, self._posts = folder, data, creator, posts
        self.tongue = Tongue()
        self._said = folder / "texts.jsonl"
        self._said.touch()

    @cached_property
    def world(self) -> World:
        """All posts, parted, and the judge."""
        return World.read(self._data)

    @cached_property
    def store(self) -> Store:
        """Where the voices are kept."""
        return open_store(f"sqlite:///{self.folder}/kept.db")

    @cached_property
    def briefs(self) -> list[str]:
        """The rarest words of later posts."""
        return briefs_from([own_text(post) for post in self.world.splits[self.creator].later], SUBJECTS)

    @cached_property
    def fresh(self) -> TrainedModel:
        """The voice as it is learned, with nothing trained but the prompt."""
        return replace(
            model_of(self.creator, self.world, self.tongue),
            provenance={"consent": "permission"},
            name="prompt",
        )

    def kept(self, voice: str) -> TrainedModel:
        """A voice out of the store, trained first where it is not there."""
        return load_model(
            self._record(voice), store=self.store, writer=self.tongue, background=shipped_background()
        )

    def exported(self, voice: str, kind: str) -> Path:
        """The file of an export, made if need be; prompts take as many posts along as a model is shown."""
        given = {"examples": SHOWN} if voice == "prompt" else {}
        made = export_model(
            self._record(voice), self.store, kind, Options(Signer(b"exports, measured"), **given)
        )
        path = self.folder / f"{voice}-{kind}" / made.file_name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(made.content)
        return path

    def imported(self, voice: str) -> TrainedModel:
        """A voice that another installation took in from its file."""
        with open_store(f"sqlite:///{self.folder}/{voice}-elsewhere.db") as other:
            taken = import_voice(
                self.exported(voice, "soundalike").read_bytes(),
                store=other,
                workspace_id=USER,
                own_signer="another",
                is_opted_out=lambda _workspace, _name: False,
                at=datetime.now(UTC),
            )
            return load_model(taken.record, store=other, writer=self.tongue, background=shipped_background())

    def texts_of(self, way: "Way") -> list[list[str]]:
        """What was written on each subject, by the tool where it has not written yet."""
        said = {(row["way"], row["brief"]): row["texts"] for row in self._rows() if "brief" in row}
        missing = [brief for brief in self.briefs if (way.key, brief) not in said]
        if missing:
            with way.load(self, way.voice) as ask:
                for brief in missing:
                    said[way.key, brief] = ask(brief, 100 * self.briefs.index(brief))
                    self._note({"way": way.key, "brief": brief, "texts": said[way.key, brief]})
        return [said[way.key, brief] for brief in self.briefs]

    def bits_of(self, way: "Way") -> float:
        """Bits a character of later posts, where the way is one of weights."""
        known = {row["way"]: row["bits"] for row in self._rows() if "bits" in row}
        if way.read is None:
            return float("nan")
        if way.key not in known:
            known[way.key] = way.read(self)
            self._note({"way": way.key, "bits": known[way.key]})
        return float(known[way.key])

    def later(self) -> list[str]:
        """Posts that nothing learned from, a hundred at most."""
        return select_texts([own_text(post) for post in self.world.splits[self.creator].later])[:100]

    def rarity(self) -> Mapping[str, float]:
        """How rare words are among the posts learned from, from which subjects are told."""
        return rarity_of(select_texts([own_text(post) for post in self.world.splits[self.creator].product]))

    def _rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._said.read_text(encoding="utf-8").splitlines()]

    def _note(self, row: Mapping[str, Any]) -> None:
        with self._said.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def _record(self, voice: str) -> Loose:
        known = {record.model_name: record for record in self.store.list_models(USER)}
        if voice not in known:
            model = self.fresh if voice == "prompt" else self._tuned()
            session = new_session(
                Order(self.creator, trainer=model.trainer), USER, uuid5(USER, voice), datetime.now(UTC)
            )
            self.store.create_session(session)
            record = record_of(model, session, new_id=uuid5(session.id, "model"), at=datetime.now(UTC))
            known[voice] = self.store.save_model(record, parts=parts_of(model))
        return known[voice]

    def _tuned(self) -> TrainedModel:
        texts = [own_text(post) for post in sorted(self.fresh.seen, key=lambda post: post.created_at)]
        trained = tune(
            texts[-self._posts :],
            seed=0,
            tell=lambda share, remark: print(f"{share:.0%} {remark}", file=sys.stderr),
            checkpoint=self.folder / "training.npz",
        )
        tuning = {"tuning": trained.record.to_json()}
        return replace(
            self.fresh,
            name="adapter",
            adapter=trained.adapter,
            provenance=self.fresh.provenance | tuning,
        )


class Tongue:
    """The embedded model as the product opens it, once it is asked."""

    name, is_small, is_base = find_embedded_model().stem, True, False

    @cached_property
    def _writer(self) -> LlamaWriter:
        return LlamaWriter(find_embedded_model())

    def write(self, messages: Sequence[Message], *, count: int, sampling: Sampling) -> list[str]:
        """Have it write."""
        return self._writer.write(messages, count=count, sampling=sampling)

    def close(self) -> None:
        """It ends with the program."""


@dataclass(frozen=True)
class Way:
    """A voice in one form: who loads it, and how it is asked; the first of a voice is that before any export."""

    voice: str
    export: str
    loaded_by: str
    load: Callable[[Kit, str], Loose]
    read: Callable[[Kit], float] | None = None

    @property
    def key(self) -> str:
        """What it is called in the file."""
        return f"{self.voice} {self.export}"


@contextmanager
def by_itself(kit: Kit, voice: str, *, elsewhere: bool = False) -> Iterator[Ask]:
    """The product, with a voice as it was kept, or as another installation imported it."""
    model = kit.imported(voice) if elsewhere else kit.kept(voice)
    if voice == "prompt":
        told = partial(model.prompt.messages, manner="instructions", max_chars=MAX_CHARS)
        with chatting(find_embedded_model()) as ask:
            yield lambda brief, seed: ask(
                [{"role": each.role, "content": each.content} for each in told(brief)], seed
            )
        return
    drawn = Sampling(adapter=model.adapter_file)
    yield lambda brief, seed: kit.tongue.write(
        ordered(brief), count=TEXTS, sampling=replace(drawn, seed=seed)
    )


def ordered(brief: str) -> list[Message]:
    """The order that adapters are trained on."""
    return plain_messages(brief, manner="turns", max_chars=MAX_CHARS)


@contextmanager
def serving(model: Path) -> Iterator[str]:
    """llama.cpp's own server over a model file; gives its address."""
    import xllamacpp  # noqa: PLC0415

    params = xllamacpp.CommonParams()
    params.model.path, params.verbosity = str(model), -1
    params.n_parallel, params.n_ctx, params.kv_unified = TEXTS, TEXTS * 4096, False
    server = xllamacpp.Server(params)
    try:
        yield server.listening_address
    finally:
        del server


def posted(address: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """An answer of a server on this machine."""
    with httpx2.Client(base_url=address, timeout=600, trust_env=False) as client:
        found: dict[str, Any] = client.post(path, json=body).raise_for_status().json()
        return found


@contextmanager
def chatting(model: Path) -> Iterator[Callable[[Sequence[Mapping[str, str]], int], list[str]]]:
    """Ask a model file over /v1/chat/completions, with the chat that the file itself states."""
    with serving(model) as address:

        def ask(messages: Sequence[Mapping[str, str]], seed: int) -> list[str]:
            body = {"messages": list(messages), "n": TEXTS, "seed": seed, **DRAWN}
            found = posted(address, "/v1/chat/completions", body)
            return [choice["message"]["content"] for choice in found["choices"]]

        yield ask


@contextmanager
def by_llama(kit: Kit, voice: str) -> Iterator[Ask]:
    """The merged file in llama.cpp, asked as the model card says."""
    with chatting(kit.exported(voice, "gguf")) as ask:
        yield lambda brief, seed: ask([{"role": "user", "content": ordered(brief)[0].content}], seed)


@contextmanager
def by_ollama(kit: Kit, voice: str) -> Iterator[Ask]:
    """What Ollama would do with the Modelfile: its FROM, TEMPLATE, SYSTEM, MESSAGE and PARAMETER, over its defaults."""
    commands = read_modelfile(kit.exported(voice, "ollama").read_text(encoding="utf-8"))
    said = dict(commands)
    told = dict(value.split(" ", 1) for name, value in commands if name == "parameter")
    drawn = {name: float(told.get(name, usual)) for name, usual in OLLAMA.items()}
    limit = int(told.get("num_predict", DRAWN["max_tokens"]))
    if "template" not in said:  # FROM names a model with a chat of its own: the embedded one stands in for it
        turns = [dict(zip(("role", "content"), value.split(": ", 1), strict=True)) for name, value in commands
                 if name == "message"]  # fmt: skip
        with serving(find_embedded_model()) as address:

            def chat(brief: str, seed: int) -> list[str]:
                messages = [{"role": "system", "content": said["system"]}, *turns, ordering(brief)]
                body = {"messages": messages, "n": TEXTS, "seed": seed, "max_tokens": limit, **drawn}
                choices = posted(address, "/v1/chat/completions", body)["choices"]
                return [choice["message"]["content"] for choice in choices]

            yield chat
        return
    with serving((kit.exported(voice, "gguf").parent / said["from"]).resolve()) as address:

        def complete(brief: str, seed: int) -> list[str]:
            asked = ordered(brief)[0].content
            prompt = fill_template(said["template"], system="", messages=[("user", asked)])
            body = {
                "prompt": prompt,
                "n": TEXTS,
                "seed": seed,
                "max_tokens": limit,
                "stop": [told["stop"]],
                **drawn,
            }
            return [choice["text"] for choice in posted(address, "/v1/completions", body)["choices"]]

        yield complete


OLLAMA: Final = {"temperature": 0.8, "top_k": 40.0, "top_p": 0.9, "min_p": 0.0, "repeat_penalty": 1.0}
"""What Ollama draws with unless a Modelfile says otherwise (api/types.go, DefaultOptions)."""


@contextmanager
def by_llm(kit: Kit, voice: str) -> Iterator[Ask]:
    """Simon Willison's llm as a library: its own template, its own client, a model that it is told of."""
    template = kit.exported(voice, "llm")
    with serving(find_embedded_model()) as address:
        model = f"- model_id: here\n  model_name: smollm2\n  api_base: {address}/v1\n"
        (kit.folder / "extra-openai-models.yaml").write_text(model, encoding="utf-8")
        os.environ |= {"LLM_USER_PATH": str(kit.folder), "LLM_LOAD_PLUGINS": ""}
        import llm  # noqa: PLC0415 - reads where it is told to look when it is loaded
        import yaml  # noqa: PLC0415
        from llm.templates import Template  # noqa: PLC0415

        read = Template(name=template.stem, **yaml.safe_load(template.read_text(encoding="utf-8")))
        here = llm.get_model("here")
        drawn = {"temperature": read.options["temperature"], "top_p": DRAWN["top_p"], "max_tokens": 80}

        def ask(brief: str, seed: int) -> list[str]:
            prompt, system = read.evaluate(brief)
            return [
                here.prompt(prompt, system=system, stream=False, key="none", seed=seed + at, **drawn).text()
                for at in range(TEXTS)
            ]

        yield ask


@contextmanager
def by_eliza(kit: Kit, voice: str) -> Iterator[Ask]:
    """A character's system prompt, its conversations as turns, and the order: what elizaOS tells a model of it."""
    found = json.loads(kit.exported(voice, "characterfile").read_text(encoding="utf-8"))
    turns = [
        {"role": "assistant" if each["name"] == found["name"] else "user", "content": each["content"]["text"]}
        for chat in found["messageExamples"]
        for each in chat
    ]
    with chatting(find_embedded_model()) as ask:
        yield lambda brief, seed: ask(
            [{"role": "system", "content": found["system"]}, *turns, ordering(brief)], seed
        )


@contextmanager
def by_paste(kit: Kit, voice: str) -> Iterator[Ask]:
    """The prompt pasted into a chat as its first words."""
    told = kit.exported(voice, "prompt").read_text(encoding="utf-8")
    with chatting(find_embedded_model()) as ask:
        yield lambda brief, seed: ask([{"role": "system", "content": told}, ordering(brief)], seed)


def ordering(brief: str) -> dict[str, str]:
    """What a user types."""
    return {"role": "user", "content": f"Write a post about {brief}."}


@contextmanager
def by_peft(kit: Kit, voice: str) -> Iterator[Ask]:
    """Transformers with PEFT: its own reader of the base's file, its own loader of the adapter, its own drawing."""
    import torch  # noqa: PLC0415

    model, tokenizer = in_peft(kit, voice)

    def ask(brief: str, seed: int) -> list[str]:
        torch.manual_seed(seed)
        chat = [{"role": "user", "content": ordered(brief)[0].content}]
        told = tokenizer.apply_chat_template(
            chat, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        drawn = {name: value for name, value in DRAWN.items() if name != "max_tokens"}
        made = model.generate(
            **told, do_sample=True, max_new_tokens=DRAWN["max_tokens"], num_return_sequences=TEXTS, **drawn,
            pad_token_id=tokenizer.eos_token_id, eos_token_id=tokenizer.eos_token_id,
        )  # fmt: skip
        begins = told["input_ids"].shape[1]
        return [*tokenizer.batch_decode(made[:, begins:], skip_special_tokens=True)]

    yield ask


def in_peft(kit: Kit, voice: str) -> tuple[Loose, Loose]:
    """The base out of its file with the exported adapter on it, and its tokenizer."""
    import torch  # noqa: PLC0415
    from peft import PeftModel  # noqa: PLC0415
    from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415

    archive, file = kit.exported(voice, "peft"), find_embedded_model()
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(archive.parent)
        folder = archive.parent / Path(packed.namelist()[0]).parent
    named = {"pretrained_model_name_or_path": str(file.parent), "gguf_file": file.name}
    base = AutoModelForCausalLM.from_pretrained(**named, dtype=torch.float32)
    return PeftModel.from_pretrained(base, folder).eval(), AutoTokenizer.from_pretrained(**named)


def bits_kept(kit: Kit) -> float:
    """The adapter as it was kept, over the base in the trainer's own reader."""
    from soundalike.finetune.base import open_base  # noqa: PLC0415
    from soundalike.finetune.lora import bits_per_character  # noqa: PLC0415

    adapter = kit.kept("adapter").adapter
    return bits_per_character(kit.later(), base=open_base(), adapter=adapter, rarity=kit.rarity())


def bits_merged(kit: Kit) -> float:
    """The merged file's own weights, in eight bits, without an adapter beside them."""
    from soundalike.finetune.base import open_base  # noqa: PLC0415
    from soundalike.finetune.lora import bits_per_character  # noqa: PLC0415

    base = open_base(kit.exported("adapter", "gguf"))
    return bits_per_character(kit.later(), base=base, rarity=kit.rarity())


def bits_in_peft(kit: Kit) -> float:
    """PEFT's model, text by text, without our packing."""
    import torch  # noqa: PLC0415

    from soundalike.finetune.base import open_base  # noqa: PLC0415
    from soundalike.finetune.examples import build_lessons  # noqa: PLC0415

    model, _ = in_peft(kit, "adapter")
    lessons = build_lessons(kit.later(), open_base().vocabulary, rarity=kit.rarity())
    nats = chars = 0.0
    for each in (lesson.asked for lesson in lessons):
        tokens = torch.tensor([[*each.prompt, *each.answer]])
        with torch.no_grad():
            scores = model(input_ids=tokens[:, :-1]).logits[0, len(each.prompt) - 1 :]
        nats += float(
            torch.nn.functional.cross_entropy(scores, tokens[0, len(each.prompt) :], reduction="sum")
        )
        chars += each.chars
    return nats / math.log(2) / chars


def report(kit: Kit, rows: Sequence[tuple[Way, list[list[str]], float]]) -> None:
    """Score all texts as the report card of the prompt's voice does, and print the table."""
    model = kit.fresh
    before: dict[str, Pool] = {}
    table = []
    for way, by_brief, bits in rows:
        texts = Texts.of(
            [[tidy(text, model.form).removesuffix(CUT_OFF) or "." for text in each] for each in by_brief]
        )
        pool = Pool(*model.likeness.ratios(texts.texts), texts.groups)
        first = before.setdefault(way.voice, pool)
        apart = np.subtract(*(each.resampled(np.random.default_rng(0)) for each in (pool, first)))
        low, high = (0.0, 0.0) if pool is first else np.percentile(apart, (2.5, 97.5))
        given = kit.world.judge.attributed(texts.texts, kit.creator).mean()
        apart_by = pool.likeness - first.likeness
        row = (len(pool), pool.likeness, apart_by, float(low), float(high), float(given), bits)
        table.append(Scored(way.voice, way.export, way.loaded_by, *row))
    posts = Pool(*model.likeness.ratios(kit.later()))
    recall = kit.world.judge.recall(kit.creator).value
    print(f"\nLater posts of @{kit.creator}: likeness {posts.likeness:.3f}, given to them {recall:.3f}")
    show(f"One voice in every runtime: {kit.creator}", table)


WAYS: Final[Sequence[Way]] = (
    Way("adapter", "kept", "embedded engine", by_itself, bits_kept),
    Way("adapter", "soundalike", "another installation", partial(by_itself, elsewhere=True)),
    Way("adapter", "peft", "transformers, peft", by_peft, bits_in_peft),
    Way("adapter", "gguf", "llama.cpp", by_llama, bits_merged),
    Way("adapter", "ollama", "its template, llama.cpp", by_ollama),
    Way("prompt", "kept", "embedded model, instructed", by_itself),
    Way("prompt", "soundalike", "another installation", partial(by_itself, elsewhere=True)),
    Way("prompt", "llm", "llm", by_llm),
    Way("prompt", "ollama", "its messages, llama.cpp", by_ollama),
    Way("prompt", "characterfile", "its fields, llama.cpp", by_eliza),
    Way("prompt", "prompt", "pasted, llama.cpp", by_paste),
)


if __name__ == "__main__":
    main()
