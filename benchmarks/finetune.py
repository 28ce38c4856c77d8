"""What training an adapter brings and takes, on real posts: `quality`, and `speed` beside the recipes of others.

Each line of the output file is one training in a process of its own; those that are in it already are not run again.

    python benchmarks/finetune.py --data ../shared/data --out finetune.jsonl quality
    python benchmarks/finetune.py --data ../shared/data --out finetune.jsonl speed
    python benchmarks/finetune.py --out finetune.jsonl show

`quality`: bits per character of posts never seen (the latest fifth, at most 200), before and after, for creators with
200 and 1,000 posts to learn from. `speed`: seconds of training until the validation posts gained 90 % of the most that
any of three recipes gains: ours; huggingtweets' (Hugging Face's Trainer, all weights in single precision, blocks of
1,024 tokens, batch 1, rate 1.372e-4 falling as a cosine, four epochs; a step for every block, as its eight would make
one step of 200 posts); and TRL's SFTTrainer with the defaults of PEFT. Same base, posts, machine and threads. Each is
read in the form it is trained in, and gains from where the base stands in that form. The others' clocks stand still
while they are read; ours does not.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # before torch is loaded by whatever imports it first

from soundalike import load_posts
from soundalike.encoder.embedded import find_embedded_model
from soundalike.finetune.examples import Example, Lesson, build_lessons, rarity_of, select_texts, split_texts
from soundalike.posts.text import own_text

CREATORS = (
    (
        "BarackObama realDonaldTrump neiltyson elonmusk petergyang zarazhangrui swyx themooncarl"  # eight in English
    ).split()
)
SIZES = (200, 1000)
HELD_OUT = (0.2, 20, 200)
SHARE = 0.9
Loose = Any  # what `transformers` makes has no types
BLOCK = 1024
TWEETS = {"learning_rate": 1.372e-4, "lr_scheduler_type": "cosine", "num_train_epochs": 4}


def main() -> None:
    """Run what was asked for, and show all that is known."""
    asked = read_arguments()
    if asked.child:
        print(
            json.dumps(
                CHILDREN[asked.child[0]](asked.data, asked.child[1], int(asked.child[2]), asked.threads)
            )
        )
        return
    if asked.what == "quality":
        wanted = [("quality", creator, size) for creator, size in product(asked.creators, asked.sizes)]
    else:
        wanted = [(way, asked.creators[0], asked.sizes[0]) for way in SPEED] if asked.what == "speed" else []
    for way, creator, size in wanted:
        run(asked, way, creator, size)
    show([json.loads(line) for line in asked.out.read_text().splitlines()])


def read_arguments() -> argparse.Namespace:
    """The command's arguments; `--child` is how it calls itself."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["quality", "speed", "show"])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("finetune.jsonl"))
    parser.add_argument("--creators", nargs="+", default=CREATORS)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


def run(asked: argparse.Namespace, way: str, creator: str, size: int) -> None:
    """One training in a process of its own, unless its line is there."""
    asked.out.touch()
    key = {"way": way, "creator": creator, "size": size}
    lines = [json.loads(line) for line in asked.out.read_text().splitlines()]
    if any(key.items() <= line.items() for line in lines):
        return
    command = [sys.executable, __file__, asked.what, "--data", asked.data, "--threads", str(asked.threads)]
    child = [*map(str, command), "--child", way, creator, str(size)]
    done = subprocess.run(child, stdout=subprocess.PIPE, text=True, check=True)
    with asked.out.open("a") as file:
        file.write(json.dumps(key | json.loads(done.stdout.splitlines()[-1])) + "\n")


def texts_of(data: Path, creator: str, size: int) -> tuple[list[str], list[str]]:
    """The `size` texts before the latest fifth, and the latest fifth (20 to 200)."""
    posts = [
        post for post in load_posts(data / f"creators/{creator}.jsonl") if not post.is_repost | post.is_reply
    ]
    posts.sort(key=lambda post: (post.created_at, int(post.id)))
    texts = select_texts([own_text(post) for post in posts])
    share, least, most = HELD_OUT
    kept = len(texts) - min(max(round(len(texts) * share), least), most)
    return texts[:kept][-size:], texts[kept:]


def quality(data: Path, creator: str, size: int, threads: int) -> dict[str, Any]:
    """Train as the product does, and read posts that nothing saw."""
    from soundalike.finetune.base import open_base  # noqa: PLC0415 - each child loads what it measures
    from soundalike.finetune.lora import Hands, bits_per_character, train_adapter  # noqa: PLC0415

    learned, held_out = texts_of(data, creator, size)
    base = open_base()
    trained = train_adapter(learned, base=base, hands=Hands(threads=threads))
    record = trained.record
    rarity = rarity_of(split_texts(learned)[0])
    before, after = (
        bits_per_character(held_out, base=base, adapter=adapter, rarity=rarity, precision=record.precision)
        for adapter in (None, trained.adapter)
    )
    return {
        "posts": record.posts, "held_out": len(held_out), "before": before, "after": after, "steps": record.steps,
        "load_seconds": record.load_seconds, "seconds": record.seconds, "peak_mb": record.peak_mb,
        "precision": record.precision, "tokens": record.tokens, "threads": threads,
        "validation": [record.bits_before, record.bits_after],
    }  # fmt: skip


def ours(data: Path, creator: str, size: int, threads: int) -> dict[str, Any]:
    """Our trainer, with the settings it takes by itself; read more often, to see when it is there."""
    from soundalike.finetune.base import open_base  # noqa: PLC0415
    from soundalike.finetune.lora import Hands, train_adapter  # noqa: PLC0415

    learned, _ = texts_of(data, creator, size)
    record = train_adapter(learned, base=open_base(), hands=Hands(threads=threads)).record
    curve = [[reading.seconds, reading.bits] for reading in record.readings]
    return {"curve": curve, "peak_mb": record.peak_mb, "tokens": record.tokens, "precision": record.precision}


class Watch:
    """A rival's clock, which stands still while the validation posts are read."""

    def __init__(self, model: Loose, judged: Sequence[Example]) -> None:
        self.model, self.judged, self.curve = model, judged, list[list[float]]()
        self.read_seconds, self.began = 0.0, time.monotonic()
        self.read()

    def read(self) -> None:
        """Read the posts, and write down when."""
        import torch  # noqa: PLC0415

        began, was_training, nats = time.monotonic(), self.model.training, 0.0
        self.model.eval()
        with torch.no_grad():
            for each in self.judged:
                tokens = torch.tensor([[*each.prompt, *each.answer]])
                scores = self.model(input_ids=tokens[:, :-1]).logits[0, len(each.prompt) - 1 :].float()
                nats += float(
                    torch.nn.functional.cross_entropy(scores, tokens[0, len(each.prompt) :], reduction="sum")
                )
        self.model.train(was_training)
        chars = sum(each.chars for each in self.judged)
        self.curve.append([began - self.began - self.read_seconds, nats / math.log(2) / chars])
        self.read_seconds += time.monotonic() - began

    def callback(self, every: int) -> Loose:
        """For a Trainer: read after every so many steps, and at the end."""
        from transformers import TrainerCallback  # noqa: PLC0415

        def on_step_end(_: Loose, __: Loose, state: Loose, *_args: Loose, **_rest: Loose) -> None:
            if state.global_step % every == 0 or state.global_step == state.max_steps:
                self.read()

        return type("Reading", (TrainerCallback,), {"on_step_end": on_step_end})()


def rival(train: Callable[..., None], form: str) -> Callable[[Path, str, int, int], dict[str, Any]]:
    """A training of `transformers` on the same base and posts; `form` is the one it is read in."""

    def measure(data: Path, creator: str, size: int, threads: int) -> dict[str, Any]:
        import torch  # noqa: PLC0415
        from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415

        from soundalike.finetune.base import open_base  # noqa: PLC0415
        from soundalike.finetune.machine import peak_mb  # noqa: PLC0415

        torch.set_num_threads(threads)
        torch.manual_seed(0)
        file = find_embedded_model()
        named = {"pretrained_model_name_or_path": str(file.parent), "gguf_file": file.name}
        tokenizer = AutoTokenizer.from_pretrained(**named)
        model = plain(AutoModelForCausalLM.from_pretrained(**named, dtype=torch.float32))
        learned, validation = split_texts(texts_of(data, creator, size)[0])
        vocabulary, rarity = open_base(device="cpu").vocabulary, rarity_of(learned)
        lessons, judged = (build_lessons(texts, vocabulary, rarity=rarity) for texts in (learned, validation))
        with tempfile.TemporaryDirectory() as folder:
            curve = train(model, tokenizer, lessons, [getattr(lesson, form) for lesson in judged], folder)
        return {"curve": curve, "peak_mb": peak_mb()}

    return measure


def plain(model: Loose) -> Loose:
    """The same weights without the note that they once were packed, on which Trainer refuses."""
    config = model.config
    del config.quantization_config
    made = type(model)(config)
    made.load_state_dict(model.state_dict())
    return made


def huggingtweets(
    model: Loose,
    _tokenizer: Loose,
    lessons: Sequence[Lesson],
    judged: Sequence[Example],
    folder: str,
) -> list[list[float]]:
    """All weights, on blocks of texts behind each other."""
    from transformers import Trainer, TrainingArguments  # noqa: PLC0415

    row = [token for lesson in lessons for token in (*lesson.continued.prompt, *lesson.continued.answer)]
    blocks = [row[at : at + BLOCK] for at in range(0, len(row), BLOCK)]
    watch = Watch(model, judged)
    settings = TrainingArguments(
        output_dir=folder, per_device_train_batch_size=1, use_cpu=True, report_to=[], save_strategy="no",
        disable_tqdm=True, logging_strategy="no", **TWEETS,
    )  # fmt: skip
    data = [{"input_ids": block, "labels": block} for block in blocks]
    Trainer(model=model, args=settings, train_dataset=data, callbacks=[watch.callback(2)]).train()
    return watch.curve


def trl(
    model: Loose,
    tokenizer: Loose,
    lessons: Sequence[Lesson],
    judged: Sequence[Example],
    folder: str,
) -> list[list[float]]:
    """An adapter with the defaults of SFTConfig and LoraConfig, on the same orders and answers as ours."""
    from datasets import Dataset  # noqa: PLC0415
    from peft import LoraConfig, get_peft_model  # noqa: PLC0415
    from transformers import DataCollatorForSeq2Seq  # noqa: PLC0415
    from trl import SFTConfig, SFTTrainer  # noqa: PLC0415

    adapted = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM"))
    watch = Watch(adapted, judged)
    settings = SFTConfig(
        output_dir=folder, use_cpu=True, report_to=[], save_strategy="no", disable_tqdm=True, logging_strategy="no",
        dataset_kwargs={"skip_prepare_dataset": True},
    )  # fmt: skip
    rows = [
        {
            "input_ids": [*each.prompt, *each.answer],
            "labels": [-100] * len(each.prompt) + [*each.answer],
            "attention_mask": [1] * len(each),
        }
        for each in (lesson.asked for lesson in lessons)
    ]
    SFTTrainer(
        model=adapted,
        args=settings,
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        data_collator=DataCollatorForSeq2Seq(tokenizer, pad_to_multiple_of=None),
        callbacks=[watch.callback(8)],
    ).train()
    return watch.curve


SPEED = ("ours", "huggingtweets", "trl")
CHILDREN: dict[str, Callable[[Path, str, int, int], dict[str, Any]]] = {
    "quality": quality,
    "ours": ours,
    "huggingtweets": rival(huggingtweets, "continued"),
    "trl": rival(trl, "asked"),
}


def show(lines: Sequence[dict[str, Any]]) -> None:
    """Print both tables, as far as they are filled."""
    print("\nbits per character of posts never seen\n")
    for line in (line for line in lines if line["way"] == "quality"):
        print(
            f"{line['creator']:>16} {line['posts']:5} posts {line['before']:7.3f} → {line['after']:.3f}"
            f" of {line['held_out']:3} posts{line['seconds']:6.0f} s {line['peak_mb']:6} MB  {line['precision']}"
        )
    timed = [line for line in lines if line["way"] in SPEED]
    for creator, size in sorted({(line["creator"], line["size"]) for line in timed}):
        show_speed(
            [line for line in timed if (line["creator"], line["size"]) == (creator, size)], creator, size
        )


def show_speed(lines: Sequence[dict[str, Any]], creator: str, size: int) -> None:
    """When each recipe had gained 90 % of the most that any gains; and of its own most, beside ours for as much."""
    gains = {line["way"]: [(at, line["curve"][0][1] - bits) for at, bits in line["curve"]] for line in lines}
    most = {way: max(gain for _, gain in curve) for way, curve in gains.items()}
    wanted = SHARE * max(most.values())
    print(f"\nseconds until {wanted:.3f} bits per character are gained: {creator}, {size} posts\n")
    for line in lines:
        way = line["way"]
        own = SHARE * most[way]
        print(
            f"{way:>16} {until(gains[way], wanted)}   most {most[way]:.3f}, over at {gains[way][-1][0]:.0f} s, "
            f"{line['peak_mb']} MB;  {own:.3f} after{until(gains[way], own)}, ours after{until(gains['ours'], own)}"
        )


def until(curve: Sequence[tuple[float, float]], wanted: float) -> str:
    """When a curve of gains first came to so much."""
    return next((f"{at:8.0f} s" for at, gain in curve if gain >= wanted), "   never")


if __name__ == "__main__":
    main()
