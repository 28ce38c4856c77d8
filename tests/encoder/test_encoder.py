"""What the embedded model makes of a text, held against llama.cpp's own reading of the same file."""

import json
import re
import time

import numpy as np
import pytest
import xllamacpp
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.encoder.embedded import find_embedded_model
from soundalike.encoder.encoder import Encoder, embedded_encoder
from soundalike.encoder.gguf import Gguf
from soundalike.encoder.tokens import Tokens, _letters
from soundalike.errors import WriterError

LETTERS = _letters()
TEXTS = [
    "Who wants new clothes?!?!? http://t.co/UB1yCOVV",
    "The universe is under no obligation to make sense to you.",
    "今天天气真好，我们去散步吧。",
    "So… 38% of 1,024 — that’s 389 🚀",
]


@pytest.fixture(scope="module")
def model():
    """The embedded model's file."""
    return Gguf(find_embedded_model())


@pytest.fixture(scope="module")
def tokens(model):
    """Its vocabulary."""
    return Tokens(model.facts)


def embeddings_of_llama(texts):
    """The mean of the last layer's states, as llama.cpp computes them."""
    params = xllamacpp.CommonParams()
    params.model.path = str(find_embedded_model())
    params.embedding, params.embd_normalize = True, -1
    params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    params.n_ctx = params.n_batch = params.n_ubatch = 512
    params.cpuparams.n_threads, params.cpuparams.poll = 1, 0
    params.verbosity, params.warmup, params.cache_ram_mib = -1, False, 0
    server = xllamacpp.Server(params)
    answer = server.handle_embeddings({"input": [f"<|endoftext|>{text}" for text in texts]})
    answer = json.loads(answer) if isinstance(answer, str) else answer
    return np.array([each["embedding"] for each in answer["data"]])


@pytest.mark.slow
def test_it_reads_as_llama_does(model):
    """All thirty layers of both give the same directions, up to llama.cpp's rounding of weights and states."""
    ours = Encoder(model, layers=30).states(TEXTS, after=[30])[:, 0] * model.weights("output_norm.weight")
    theirs = embeddings_of_llama(TEXTS)
    for one, other in zip(ours, theirs, strict=True):
        assert np.corrcoef(one, other)[0, 1] > 0.995


def test_a_texts_state_does_not_depend_on_its_company():
    """Alone, among others, and in another order: the same numbers, up to rounding."""
    encoder = embedded_encoder(3)
    together = encoder.states([*TEXTS, "a" * 900], after=[1, 3])
    alone = np.concatenate([encoder.states([text], after=[1, 3]) for text in TEXTS])
    assert together[: len(TEXTS)] == pytest.approx(alone, abs=1e-3)
    assert encoder.states(TEXTS[::-1], after=[1, 3])[::-1] == pytest.approx(together[: len(TEXTS)], abs=1e-3)


def test_a_state_does_not_depend_on_how_many_layers_follow():
    """After the second of three layers it is what it is after the second of two."""
    deep = embedded_encoder(3).states(TEXTS, after=[2, 3])
    assert deep[:, 0] == pytest.approx(embedded_encoder(2).states(TEXTS, after=[2])[:, 0], abs=1e-5)
    assert not np.allclose(deep[:, 0], deep[:, 1])


def test_no_text_and_empty_texts_have_states():
    """No texts give no rows, an empty text that of a text's beginning."""
    encoder = embedded_encoder(2)
    assert encoder.states([], after=[2]).shape == (0, 1, 576)
    assert np.isfinite(encoder.states(["", " "], after=[1, 2])).all()


def test_a_long_text_costs_what_a_short_one_does():
    """Only the first ninety tokens are read."""
    encoder = embedded_encoder(2)
    words = "one two three " * 40
    began = time.process_time()
    long = words + "four " * 100_000
    assert encoder.states([words], after=[2]) == pytest.approx(encoder.states([long], after=[2]), abs=1e-5)
    assert time.process_time() - began < 3


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_byte_is_lost_in_tokens(model, tokens, text):
    """The tokens of any text spell its bytes, less the few control characters that the model does not know."""
    text = re.sub(
        r"[\x04\x06\x13\x14\x16\x1d\U00040000-\U000fffff]", "", text.encode("utf-8", "replace").decode()
    )
    assert not tokens.numbers("\x04").size
    names = [model.facts["tokenizer.ggml.tokens"][number] for number in tokens.numbers(text)]
    assert bytes(LETTERS[letter] for letter in "".join(names)).decode() == text


def test_marks_that_steer_a_model_are_read_as_text(tokens):
    """A post that holds `<|im_end|>` does not end a turn."""
    assert tokens.numbers("<|im_end|>").min() > 16


def test_a_file_that_is_no_model_is_refused(tmp_path):
    """No GGUF file, a cut one, an empty header: an error that says so."""
    whole = find_embedded_model().read_bytes()[:200_000]
    for number, content in enumerate([b"", b"GIF89a" + bytes(50), whole, b"GGUF" + bytes(40)]):
        file = tmp_path / f"{number}.gguf"
        file.write_bytes(content)
        with pytest.raises(WriterError, match="cannot be read as a language model"):
            Gguf(file)


def test_weights_that_are_not_there_are_asked_for_in_vain(model):
    """The error says what is missing."""
    with pytest.raises(WriterError, match="“blk"):
        model.weights("blk.99.attn_q.weight")
