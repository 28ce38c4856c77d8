"""The embedded model for real: repeatable, quiet, private, and it stops when told to."""

import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from soundalike.drafts.llama import LlamaWriter
from soundalike.drafts.writer import Message, Sampling
from soundalike.encoder.embedded import find_embedded_model

TURNS = [
    Message("user", "Write a post about rain."),
    Message("assistant", "Rain again. The garden is happy, I am not."),
    Message("user", "Write a post about trees."),
]
OTHERS = [Message("user", "Write a post about rain and the price of umbrellas.")]

SCRIPT = """
import sys
from soundalike.drafts.llama import LlamaWriter
from soundalike.encoder.embedded import find_embedded_model
from soundalike.drafts.writer import Message, Sampling
writer = LlamaWriter(find_embedded_model())
turns = [
    Message("user", "Write a post about rain."),
    Message("assistant", "Rain again. The garden is happy, I am not."),
    Message("user", "Write a post about trees."),
]
"""


def _python(code, **options):
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT + code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.mark.slow
def test_what_was_written_before_changes_nothing(embedded):
    """The same messages and seed give the same texts, whatever came between."""
    sampling = Sampling(max_tokens=8, seed=3)
    first = embedded.write(TURNS, count=2, sampling=sampling)
    embedded.write(OTHERS, count=3, sampling=sampling)
    assert embedded.write(TURNS, count=2, sampling=sampling) == first


def test_other_seeds_give_other_texts(embedded):
    """Candidates differ, or writing many would be useless."""
    texts = embedded.write(TURNS, count=6, sampling=Sampling(max_tokens=5, seed=3))
    assert len(set(texts)) > 3


def test_a_beginning_is_continued(embedded):
    """A last message of the assistant is gone on with, not answered."""
    beginning = Message("assistant", "Trees are older than any")
    (text,) = embedded.write([*TURNS, beginning], count=1, sampling=Sampling(max_tokens=8))
    assert text.removeprefix(beginning.content).strip()


@pytest.mark.slow
def test_another_process_writes_the_same():
    """A draft can be had again tomorrow from its seed."""
    code = "print(writer.write(turns, count=10, sampling=Sampling(max_tokens=40, seed=11)))"
    runs = [_python(code) for _ in range(2)]
    outputs = [run.communicate(timeout=120)[0] for run in runs]
    assert outputs[0] == outputs[1] != ""


@pytest.mark.slow
def test_nothing_is_written_to_the_terminal():
    """llama.cpp keeps its log to itself, for good files and bad ones."""
    code = "writer.write(turns, count=1, sampling=Sampling(max_tokens=4)); writer.close()"
    run = _python(code)
    assert run.communicate(timeout=60) == ("", "")


@pytest.mark.slow
def test_an_interrupt_stops_it_within_seconds():
    """Ctrl-C raises KeyboardInterrupt while a text is being written, and the writer can write again."""
    code = """
try:
    print("ready", flush=True)
    writer.write(turns * 20, count=8, sampling=Sampling(max_tokens=400))
except KeyboardInterrupt:
    print("stopped", len(writer.write(turns, count=1, sampling=Sampling(max_tokens=4))))
"""
    run = _python(code)
    assert run.stdout.readline() == "ready\n"
    run.send_signal(signal.SIGINT)
    assert run.communicate(timeout=30) == ("stopped 1\n", "")


def test_its_port_needs_a_key(embedded):
    """The engine listens on loopback; other users of the machine get nothing from it."""
    address = embedded._server.listening_address
    request = urllib.request.Request(f"{address}/v1/chat/completions", data=b'{"messages": []}')
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=5)
    caught.value.close()
    assert (address.startswith("http://127.0.0.1:"), caught.value.code) == (True, 401)


_INTERRUPTED = """
import sys
from soundalike.drafts.llama import LlamaWriter
from soundalike.encoder.embedded import find_embedded_model
from soundalike.drafts.writer import Message, Sampling

writer = LlamaWriter(find_embedded_model())
print("writing", flush=True)
try:
    for seed in range(1000):
        writer.write([Message("user", "Write about kilns. " * 380 + str(seed))], count=8, sampling=Sampling())
except KeyboardInterrupt:
    writer.close()
    print("closed after the engine:", writer._idle.is_set())
    sys.exit(3)
"""


@pytest.mark.slow
def test_it_writes_again_after_an_interrupted_prompt():
    """An engine that still reads a cancelled prompt delays the next text; it does not spoil it, nor the exit."""
    code = """
import signal, threading
def press_control_c():
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
threading.Timer(1.0, press_control_c).start()
try:
    writer.write([Message("user", "Write about kilns. " * 380)], count=1, sampling=Sampling(max_tokens=4))
except KeyboardInterrupt:
    print("stopped while it reads:", not writer._idle.is_set())
    print(bool(writer.write(turns, count=1, sampling=Sampling(max_tokens=4))[0]))
    threading.Timer(1.0, press_control_c).start()
    writer.write([Message("user", "Write about looms. " * 380)], count=1, sampling=Sampling(max_tokens=4))
"""
    told, errors = _python(code).communicate(timeout=120)
    assert (told, errors.splitlines()[-1]) == ("stopped while it reads: True\nTrue\n", "KeyboardInterrupt")


@pytest.mark.slow
def test_a_program_stopped_while_writing_ends_in_order():
    """Ctrl-C in the midst of a prompt: the exit status is the program's own, and no engine outlives it."""
    with subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout.readline() == "writing\n"
        with pytest.raises(subprocess.TimeoutExpired):
            program.wait(1.0)  # by now it reads the prompt
        program.send_signal(signal.SIGINT)
        told, errors = program.communicate(timeout=60)
    assert (program.returncode, told, errors) == (3, "closed after the engine: True\n", "")


def test_a_base_model_goes_on_with_a_text(tmp_path):
    """A file without a chat template is given the text itself, and ends where the next post would begin."""
    path, told = tmp_path / "small.gguf", b"tokenizer.chat_template"
    path.write_bytes(find_embedded_model().read_bytes().replace(told, told[:-1] + b"_", 1))
    text = "Posts.\n\nSubject: tea\nPost: Tea.\n\nSubject: rain\nPost: Rain.\n\nSubject: snow\nPost:"
    sampling = Sampling(max_tokens=40, temperature=0.1, stop=("\nSubject:",))
    writer = LlamaWriter(path)
    try:
        texts = writer.write([Message("user", text)], count=2, sampling=sampling)
    finally:
        writer.close()
    assert writer.is_base
    assert [each.strip() for each in texts] == ["Snow."] * 2
