"""Models of Hugging Face's in a folder: trained on, written with, or refused in one line."""

from dataclasses import replace

import pytest

from hugging_face import save_model

torch = pytest.importorskip("torch", reason="needs what `make lora` installs")
transformers = pytest.importorskip("transformers", reason="needs what `make lora` installs")

from soundalike.config import Settings
from soundalike.drafts.writer import CUT_OFF, AdapterFile, Message, Sampling, folder_in
from soundalike.errors import PromptTooLong, TrainerUnavailable, WriterError
from soundalike.finetune.base import open_base
from soundalike.finetune.folder import FolderWriter
from soundalike.finetune.keeping import as_file
from soundalike.finetune.lora import train_adapter
from soundalike.finetune.recipe import Recipe
from soundalike.wiring import open_writer, writer_spec

pytestmark = pytest.mark.slow  # whichever is first loads the library, seconds

RECIPE = Recipe(rank=4, alpha=8, learning_rate=5e-2, batch_tokens=600, epochs=2, precision="float32")
ORDER = [Message("user", "Write a post about the harbour.")]
SHORT = Sampling(max_tokens=12, seed=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a model of the Qwen kind."""
    return save_model("qwen2", tmp_path_factory.mktemp("hf") / "tiny-qwen")


@pytest.fixture(scope="module")
def trained(folder, posts):
    """An adapter of it."""
    return train_adapter(posts, base=open_base(folder, device="cpu"), recipe=RECIPE)


@pytest.fixture
def writer(folder):
    """It, writing."""
    opened = FolderWriter(folder)
    yield opened
    opened.close()


@pytest.mark.parametrize("kind", ["qwen2", "mistral", "gemma"])
def test_models_of_several_kinds_learn(kind, tmp_path, posts):
    """Posts never seen become likelier, whatever the kind of the base."""
    base = open_base(save_model(kind, tmp_path / kind), device="cpu")
    record = train_adapter(posts, base=base, recipe=RECIPE).record
    assert record.base == kind
    assert record.bits_after < 0.97 * record.bits_before


def test_an_adapter_changes_what_the_folder_s_model_writes(writer, trained):
    """And only where it is asked for; the same seed gives the same texts."""
    plain = writer.write(ORDER, count=2, sampling=SHORT)
    adapted = replace(SHORT, adapter=as_file(trained.adapter))
    assert writer.write(ORDER, count=2, sampling=adapted) != plain
    assert writer.write(ORDER, count=2, sampling=SHORT) == plain
    assert len(set(plain)) == 2


def test_the_likeliest_text_is_that_of_transformers(writer, folder):
    """At temperature 0, token for token what `generate` makes of the same chat."""
    (told,) = writer.write(ORDER, count=1, sampling=Sampling(max_tokens=12, temperature=0.0))
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    chat = [{"role": "user", "content": ORDER[0].content}]
    given = tokenizer.apply_chat_template(
        chat, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    made = model.generate(**given, do_sample=False, max_new_tokens=12, pad_token_id=2)[
        0, given["input_ids"].shape[1] :
    ]
    assert told.removesuffix(CUT_OFF) == tokenizer.decode(made, skip_special_tokens=True)


def test_a_text_begun_is_gone_on_with(writer, folder):
    """The last message of the assistant stands open in the chat."""
    asked = open_base(folder).vocabulary.ask([*ORDER, Message("assistant", "We ship")])
    assert FolderWriter(folder)._folder.vocabulary.tell(asked).endswith("We ship")
    assert writer.write([*ORDER, Message("assistant", "We ship")], count=1, sampling=SHORT)


def test_a_stop_ends_a_text(writer):
    """What stands behind it goes."""
    (whole,) = writer.write(ORDER, count=1, sampling=SHORT)
    stop = whole.removesuffix(CUT_OFF)[3:5]
    (cut,) = writer.write(ORDER, count=1, sampling=replace(SHORT, stop=(stop,)))
    assert cut == whole[: whole.find(stop)]


def test_a_model_without_a_chat_goes_on_with_a_text(tmp_path):
    """It is a base model, and given text alone."""
    writer = FolderWriter(save_model("qwen2", tmp_path / "plain", chat=False))
    assert writer.is_base
    assert writer.is_small
    assert writer.write([Message("user", "Subject: tea\nPost:")], count=1, sampling=SHORT)


def test_a_prompt_that_does_not_fit_is_refused(writer):
    """With both numbers, as by any other writer."""
    with pytest.raises(PromptTooLong) as raised:
        writer.write([Message("user", "x" * 2_000)], count=1, sampling=SHORT)
    assert raised.value.limit == 1024
    assert raised.value.tokens > 2_000


def test_an_adapter_of_another_model_is_refused(writer, tmp_path, posts):
    """Whether it is a file of the embedded model's or of another folder's."""
    deeper = train_adapter(
        posts, base=open_base(save_model("gemma", tmp_path / "gemma"), device="cpu"), recipe=RECIPE
    )
    other = {f"other.{name}": each for name, each in deeper.adapter.weights.items()}
    for file in (as_file(replace(deeper.adapter, weights=other)), AdapterFile("a", b"GGUF and so on")):
        with pytest.raises(WriterError, match="another model"):
            writer.write(ORDER, count=1, sampling=replace(SHORT, adapter=file))


def test_a_kind_without_plain_matrices_is_refused_before_it_learns(tmp_path, posts):
    """GPT-2 keeps its matrices in another layer of its own."""
    base = open_base(save_model("gpt2", tmp_path / "gpt2"), device="cpu")
    with pytest.raises(TrainerUnavailable, match="GPT2LMHeadModel"):
        train_adapter(posts, base=base, recipe=RECIPE)


@pytest.mark.parametrize("spoil", [
    lambda folder: (folder / "config.json").unlink(),
    lambda folder: (folder / "config.json").write_text("{"),
    lambda folder: (folder / "config.json").write_text('{"model_type": "unheard-of"}'),
    lambda folder: (folder / "tokenizer.json").unlink(),
])  # fmt: skip
def test_a_folder_without_a_model_is_refused_in_one_line(spoil, tmp_path):
    """Whatever the library makes of it."""
    spoil(save_model("qwen2", tmp_path / "spoiled"))
    with pytest.raises(WriterError, match=r"\Aspoiled cannot be loaded.*") as raised:
        FolderWriter(tmp_path / "spoiled")
    assert "\n" not in raised.value.message
    assert raised.value.hint


def test_weights_that_cannot_be_read_are_told_when_they_are_needed(tmp_path):
    """In the same words."""
    path = save_model("qwen2", tmp_path / "broken")
    (path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(WriterError, match="broken cannot be loaded"):
        FolderWriter(path).write(ORDER, count=1, sampling=SHORT)


def test_settings_name_the_folder(folder, tmp_path):
    """As who writes, and as what adapters are trained on; adapters of the embedded model stay with it."""
    settings = Settings(
        _env_file=None,
        soundalike_llm=f"hf:{folder}",
        soundalike_base=str(folder),
        soundalike_data_dir=tmp_path,
    )
    with open_writer(settings) as writer:
        assert writer.name == "tiny-qwen"
    assert writer_spec(settings, "lora") == writer_spec(settings, "lora", "tiny-qwen") == f"hf:{folder}"
    assert writer_spec(settings, "lora", "SmolLM2-135M-Instruct.Q4_1") == "embedded"
    assert folder_in("hf:owner/name:file.gguf") is None


def test_a_folder_that_is_not_there_is_told(tmp_path):
    """With what it should hold."""
    with pytest.raises(WriterError, match="no folder"):
        FolderWriter(tmp_path / "nowhere")
