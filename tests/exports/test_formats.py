"""The forms a voice is given away in, each read by the tool it is for, or by its rules."""

import json
import os
import re
import string
import subprocess
import sys
from dataclasses import replace

import pytest
import xllamacpp
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from llm.templates import Template

from exporting import POSTS, SIGNER
from modelfiles import read_modelfile
from soundalike.drafts.guard import CopyGuard
from soundalike.drafts.prompt import VoicePrompt
from soundalike.encoder.embedded import find_embedded_model
from soundalike.errors import ExportUnavailable, SettingsError
from soundalike.exports import FORMATS, Options, characterfile, llm, make, ollama
from soundalike.exports.subject import safe_stem
from soundalike.training.edits import Edits

TEXTS = ("prompt", "llm", "ollama", "characterfile")
GUARD = CopyGuard(POSTS)
OPTIONS = Options(SIGNER)

# What posts and names may hold that some format gives a meaning.
SIGNS = st.sampled_from(
    ['"""', '"', "'''", "$", "$$", "${x}", "{{user1}}", "}}", "\n", "\r\n", "\t", "\\", "#", ": ", "- ", "---", "|",
     "&a", "*a", "!!python/object:os.system", "functions:", "\nfunctions: |\n  x", "\u2028", "\u0085", "\x00", "\x1b",
     "\ud800", "\ufeff", "👨\u200d👧", "\u00a0", "\u3000", "FROM x", "\nSYSTEM y", "%", "@", "`", "</post>", "word"]
)  # fmt: skip
HOSTILE = st.lists(SIGNS | st.text(max_size=6), max_size=12).map("".join)


def quoted_in(text):
    """The posts of which a text has more than a draft may."""
    lines = [line for line in text.splitlines() if len(line.split()) > 2]
    return [line for line in lines if GUARD.check(line).copied]


@pytest.mark.parametrize("kind", TEXTS)
def test_no_post_is_in_an_export_unless_it_is_asked_for(export, kind):
    """Nothing shares with a post what a draft may not; what was measured is told in the place of posts."""
    made = export(kind)
    text = made.content.decode()
    assert made.posts == 0
    assert not [post for post in POSTS if post.text[:40] in text]
    assert not quoted_in(text)
    assert "Length of a post:" in text
    assert made.notes[0] == "No post of @ada is in it."


@pytest.mark.parametrize("kind", TEXTS)
def test_posts_that_are_asked_for_are_there_and_said_to_be(export, kind):
    """As many, in the file and in the answer."""
    made = export(kind, 3)
    text = made.content.decode()
    assert made.posts == 3
    assert len({post.id for post in POSTS if post.text in text}) == 3
    assert re.search(r"3 (?:posts|examples)", text)
    assert "3 posts of @ada, word for word" in made.notes[0]


def test_more_posts_than_a_form_holds_are_counted_as_they_are(export):
    """The prompt shows twenty."""
    assert export("prompt", 200).posts == 20


def test_with_its_posts_a_prompt_is_the_one_it_was_trained_to(export, world):
    """Word for word, with a line on what its examples are."""
    text = export("prompt", 20).content.decode()
    assert text.startswith(world[1].model_prompt)
    assert text.removeprefix(world[1].model_prompt).strip() == (
        "(The 20 examples above are posts of @ada, word for word.)"
    )


def test_a_sentence_that_quotes_a_post_is_left_out(subject):
    """Whatever put it there; that it is left out is said."""
    post = next(post.text for post in POSTS if len(post.text.split()) > 12)
    prompt = replace(subject.trained_prompt, traits=(*subject.trained_prompt.traits, f"Writes like {post}"))
    made = make(
        replace(subject, trained_prompt=prompt),
        "prompt",
        OPTIONS,
        is_quote=lambda line: GUARD.check(line).copied,
    )
    assert post not in made.content.decode()
    assert "1 sentences that quote posts were left out." in made.notes


@pytest.mark.parametrize("kind", ["peft", "gguf"])
def test_a_prompt_has_no_weights_and_says_how_to_get_some(export, kind):
    """Rather than making up an adapter."""
    with pytest.raises(ExportUnavailable, match=r"no weights.*soundalike train ada --trainer lora"):
        export(kind)


def test_a_form_that_is_not_there_is_refused(export):
    """With those that are."""
    with pytest.raises(ExportUnavailable, match="characterfile"):
        export("pickle")


@pytest.mark.parametrize("options", [{"examples": -1}, {"examples": 201}, {"base": "a b"}, {"base": "x\nSYSTEM y"},
                                     {"base": ""}, {"base": "x" * 201}])  # fmt: skip
def test_what_cannot_be_is_refused(options):
    """A number of posts out of range, a base that would be a line of its own."""
    with pytest.raises(SettingsError):
        Options(SIGNER, **options)


@given(st.text(max_size=60))
def test_file_names_are_safe_whatever_the_creator_is_called(username):
    """On every system and in a header: no path, no quotation mark, no ending of their own, never empty."""
    for form in FORMATS.values():
        name = f"{form.beginning}{safe_stem(username, 3)}{form.ending}"
        assert set(name) <= set(string.ascii_letters + string.digits + "_-.@")
        assert not name.startswith((".", "-"))
        assert len(name) <= 70


@settings(max_examples=120, deadline=None)
@given(text=HOSTILE)
def test_yaml_says_the_text_again(text):
    """Whatever stands in it; what cannot stand in a file becomes a replacement mark."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert yaml.safe_load("\n".join(llm._text("key", text))) == {"key": whole}


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(HOSTILE, min_size=1, max_size=4))
def test_no_post_becomes_a_key_of_a_template(subject, texts):
    """Above all not `functions`, which llm runs; and what is filled in is the input and the length alone."""
    found = yaml.safe_load(llm.write(hostile(subject, texts), OPTIONS))
    assert set(found) == {"system", "prompt", "defaults", "options"}
    for part in ("system", "prompt"):
        template = string.Template(found[part])
        assert template.is_valid()
        assert set(template.get_identifiers()) <= {"input", "max_chars"}
    assert string.Template(found["system"]).get_identifiers() == []


@settings(max_examples=120, deadline=None)
@given(text=HOSTILE)
def test_a_modelfile_says_the_text_again(text):
    """Save three quotation marks in a row, odd spaces and what does not print."""
    (_, system) = read_modelfile(f"FROM x\nSYSTEM {ollama.quoted(text)}\n")
    assert system[0] == "system"
    assert '"""' not in system[1]
    kept = [sign for sign in text if sign.isascii() and sign.isalnum()]
    assert [sign for sign in system[1] if sign.isascii() and sign.isalnum()] == kept


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(HOSTILE, min_size=1, max_size=4))
def test_no_post_becomes_a_command_of_a_modelfile(subject, texts):
    """One FROM, one SYSTEM, five parameters, and turns in pairs."""
    commands = read_modelfile(ollama.write(hostile(subject, texts), OPTIONS).decode())
    names = [name for name, _ in commands]
    turns = [text.partition(": ")[0] for name, text in commands if name == "message"]
    assert names[:7] == ["from", "system", *["parameter"] * 5]
    assert names[7:] == ["message"] * len(turns)
    assert turns == ["user", "assistant"] * (len(turns) // 2)
    assert commands[0] == ("from", ollama.BASE)


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(HOSTILE, min_size=1, max_size=4))
def test_a_character_has_the_fields_of_a_character_whatever_posts_hold(subject, texts):
    """And nothing for elizaOS to fill but who speaks."""
    found = json.loads(characterfile.write(hostile(subject, texts), OPTIONS))
    assert set(found) == set(characterfile.character(subject))
    names = {turn.pop("name") for chat in found["messageExamples"] for turn in chat}
    assert names <= {"{{name1}}", "ada"}
    assert "{{" not in json.dumps(found)


def hostile(subject, texts):
    """The voice with such texts as its examples and traits."""
    prompt = VoicePrompt("@ada", "en", tuple(texts), tuple(texts), tuple(texts))
    return replace(subject, trained_prompt=prompt, edits=Edits())


def test_a_modelfile_builds_on_what_is_named(export):
    """Or on a model that a laptop runs."""
    assert read_modelfile(export("ollama").content.decode())[0] == ("from", "llama3.2")
    assert read_modelfile(export("ollama", base="qwen3:8b").content.decode())[0] == ("from", "qwen3:8b")


def test_a_modelfile_has_posts_as_turns(export):
    """Each the answer to an order, none in the system prompt."""
    commands = read_modelfile(export("ollama", 3).content.decode())
    turns = [text for name, text in commands if name == "message"]
    posts = {post.text for post in POSTS}
    assert len(turns) == 6
    assert all(turn.removeprefix("assistant: ") in posts for turn in turns[1::2])
    assert not [post for post in POSTS if post.text in dict(commands)["system"]]


@pytest.fixture
def llm_command(tmp_path):
    """The real `llm`, with a folder of its own and no plugins; gives its output."""

    def run(*arguments, check=True, **more):
        environment = os.environ | {"LLM_USER_PATH": str(tmp_path / "llm"), "LLM_LOAD_PLUGINS": ""} | more
        done = subprocess.run(
            [sys.executable, "-m", "llm", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.mark.slow
def test_llm_loads_the_template(export, llm_command, tmp_path):
    """By its name, out of its folder; what it would send is what Soundalike would."""
    folder = tmp_path / "llm" / "templates"
    folder.mkdir(parents=True)
    made = export("llm", 2)
    (folder / made.file_name).write_bytes(made.content)
    assert made.file_name.removesuffix(".yaml") in llm_command("templates", "list")
    shown = yaml.safe_load(llm_command("templates", "show", made.file_name.removesuffix(".yaml")))
    assert shown["system"] == yaml.safe_load(made.content)["system"]


def test_a_template_says_what_the_voice_would_be_told(export, subject):
    """The tool's own template class makes of it the very messages of the prompt."""
    made = yaml.safe_load(export("llm", 2).content)
    given = make(subject, "prompt", Options(SIGNER, 2), is_quote=lambda line: GUARD.check(line).copied)
    prompt, system = Template(name="ada", **made).evaluate("slow trains")
    asked = subject.prompt.messages("slow trains", manner="instructions", max_chars=280)[1].content
    assert prompt == asked
    assert system == given.content.decode().rpartition("\n\n(The 2 examples")[0]
    assert "at most 99 characters" in Template(name="ada", **made).evaluate("x", {"max_chars": "99"})[0]


@pytest.mark.slow
def test_llm_writes_with_the_template(export, llm_command, tmp_path):
    """By a file's path, through a real llama.cpp server with OpenAI's shapes: a text comes back."""
    params = xllamacpp.CommonParams()
    params.model.path = str(find_embedded_model())
    params.n_ctx, params.n_predict, params.verbosity = 4096, 60, -1
    server = xllamacpp.Server(params)
    try:
        folder = tmp_path / "llm"
        folder.mkdir()
        address = f"{server.listening_address}/v1"
        model = f"- model_id: here\n  model_name: smollm2\n  api_base: {address}\n"
        (folder / "extra-openai-models.yaml").write_text(model)
        made = export("llm", 2)
        (tmp_path / made.file_name).write_bytes(made.content)
        told = llm_command(
            "-t", str(tmp_path / made.file_name), "-m", "here", "-p", "max_chars", "140", "rain"
        )
        logged = json.loads(llm_command("logs", "--json"))[0]
    finally:
        del server
    assert told.strip()
    assert logged["system"] == yaml.safe_load(made.content)["system"]
    assert "at most 140 characters" in logged["prompt"]
    assert "<brief>rain</brief>" in logged["prompt"]
