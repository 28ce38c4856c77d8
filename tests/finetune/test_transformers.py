"""Our Llama and our adapters beside Hugging Face's, on the same weights."""

import copy
import json

import numpy as np
import pytest

from hugging_face import in_transformers, save_tokenizer
from tiny_model import LAYERS

torch = pytest.importorskip("torch", reason="needs what `make lora` installs")
transformers = pytest.importorskip("transformers", reason="needs what `make lora` installs")
peft = pytest.importorskip("peft", reason="needs what `make lora` installs")

from soundalike.errors import StorageError
from soundalike.finetune.adapter import CONFIG, WEIGHTS, read_peft, write_peft
from soundalike.finetune.base import open_base
from soundalike.finetune.examples import build_lessons, rarity_of
from soundalike.finetune.layers import Layers, unadapted
from soundalike.finetune.lora import train_adapter
from soundalike.finetune.packing import pack
from soundalike.finetune.recipe import Recipe

# PEFT asks transformers in words that its next version will not know.
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing:FutureWarning")

RECIPE = Recipe(rank=4, alpha=8, learning_rate=2e-2, batch_tokens=600, epochs=1, precision="float32")


@pytest.fixture(scope="module")
def theirs(tiny):
    """The tiny model in `transformers`."""
    return in_transformers(tiny)


@pytest.fixture(scope="module")
def folder(theirs, tmp_path_factory):
    """The tiny model as a Hugging Face folder with its tokenizer."""
    path = tmp_path_factory.mktemp("hf") / "tiny"
    theirs.save_pretrained(path)
    save_tokenizer(path)
    return path


@pytest.fixture(scope="module")
def trained(tiny_path, posts):
    """An adapter of the tiny model."""
    return train_adapter(posts, base=open_base(tiny_path, device="cpu"), recipe=RECIPE)


@pytest.fixture(scope="module")
def examples(tiny_path, posts):
    """Some posts as examples."""
    vocabulary = open_base(tiny_path, device="cpu").vocabulary
    return [each.asked for each in build_lessons(posts[:5], vocabulary, rarity=rarity_of(posts))]


def scores_of(model, example):
    """What a model of `transformers` says where the answer is to be told."""
    tokens = torch.tensor([[*example.prompt, *example.answer[:-1]]])
    with torch.no_grad():
        return model(tokens).logits[0, len(example.prompt) - 1 :]


def our_scores(base, examples, adapt=unadapted):
    """The same of ours, in the order of the examples."""
    with torch.no_grad():
        return base.load(torch.float32).scores(pack(examples), adapt, lambda: None)


def test_our_llama_scores_as_theirs(tiny_path, theirs, examples):
    """Packed by us or one by one in `transformers`: the same scores, up to the last bits of single precision."""
    ours = our_scores(open_base(tiny_path, device="cpu"), examples)
    expected = torch.cat([scores_of(theirs, example) for example in examples])
    assert torch.allclose(ours, expected, atol=2e-5)


def test_one_text_alone_scores_the_same(tiny_path, theirs, examples):
    """With nothing packed beside it, in the same order of sums."""
    for example in examples:
        ours = our_scores(open_base(tiny_path, device="cpu"), [example])
        assert torch.allclose(ours, scores_of(theirs, example), atol=5e-6)


def test_a_hugging_face_model_reads_rows_as_ours(tiny_path, folder, examples):
    """Their model under our mask sees of a row what ours sees."""
    theirs, ours = (open_base(path, device="cpu") for path in (folder, tiny_path))
    assert torch.allclose(our_scores(theirs, examples), our_scores(ours, examples), atol=2e-5)


def test_a_hugging_face_tokenizer_asks_as_ours(tiny_path, folder, posts):
    """The same tokens of the same posts, so that adapters are exchanged freely."""
    theirs, ours = (
        build_lessons(posts, open_base(path, device="cpu").vocabulary, rarity=rarity_of(posts))
        for path in (folder, tiny_path)
    )
    assert theirs == ours


def test_training_on_a_hugging_face_model_gives_the_same_adapter(folder, posts, trained):
    """Both ways lead to the same weights, up to what rounding adds over six steps."""
    other = train_adapter(posts, base=open_base(folder, device="cpu"), recipe=RECIPE)
    assert other.record.bits_after == pytest.approx(trained.record.bits_after, rel=1e-3)
    assert other.adapter.weights.keys() == trained.adapter.weights.keys()


def test_peft_loads_what_is_written(tmp_path, theirs, trained, tiny_path, examples):
    """`PeftModel.from_pretrained` gives the scores that were trained."""
    write_peft(trained.adapter, tmp_path)
    loaded = peft.PeftModel.from_pretrained(copy.deepcopy(theirs), tmp_path).eval()
    layers = Layers.of(trained.adapter, dtype=torch.float32, device="cpu")
    ours = our_scores(open_base(tiny_path, device="cpu"), examples, layers)
    expected = torch.cat([scores_of(loaded, example) for example in examples])
    assert torch.allclose(ours, expected, atol=5e-5)
    assert not torch.allclose(our_scores(open_base(tiny_path, device="cpu"), examples), expected, atol=0.1)


def test_an_adapter_of_pefts_is_read(tmp_path, theirs):
    """What PEFT itself saves for these matrices is read as it was."""
    config = peft.LoraConfig(
        r=3, lora_alpha=6, target_modules=["q_proj", "down_proj"], init_lora_weights=False
    )
    model = peft.get_peft_model(copy.deepcopy(theirs), config)
    model.save_pretrained(tmp_path)
    read = read_peft(tmp_path)
    assert (read.rank, read.alpha, len(read.weights)) == (3, 6.0, 2 * LAYERS)
    found = model.base_model.model.model.layers[1].mlp.down_proj
    expected = found.get_delta_weight("default").detach().numpy()
    assert np.allclose(read.change("model.layers.1.mlp.down_proj"), expected, atol=1e-6)


@pytest.mark.parametrize("spoil", [
    lambda folder: (folder / CONFIG).write_text("[]"),
    lambda folder: (folder / CONFIG).write_text("{"),
    lambda folder: (folder / WEIGHTS).write_bytes(b"\xff" * 64),
    lambda folder: (folder / WEIGHTS).unlink(),
    lambda folder: (folder / CONFIG).write_text(json.dumps(json.loads((folder / CONFIG).read_text()) | {"r": 5})),
])  # fmt: skip
def test_a_spoiled_adapter_is_refused(tmp_path, trained, spoil):
    """A folder from elsewhere may hold anything; what is no adapter is an error with a hint."""
    write_peft(trained.adapter, tmp_path)
    spoil(tmp_path)
    with pytest.raises(StorageError) as raised:
        read_peft(tmp_path)
    assert raised.value.hint
