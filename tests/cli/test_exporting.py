"""`export` in every form, and `import` of a voice into another data folder."""

import json
from pathlib import Path

import pytest

TEXTS = {
    "prompt": "You write posts",
    "llm": "system: |-",
    "ollama": "FROM llama3.2",
    "characterfile": '"style"',
}


@pytest.fixture
def voice_file(trained, command, tmp_path):
    """The voice in a file, as the command leaves it."""
    status, _, err = command("export", "@swyx", "--format", "soundalike")
    assert status == 0, err
    return tmp_path / "@swyx-v1.soundalike"


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """Another data folder, from now on."""
    monkeypatch.setenv("SOUNDALIKE_DATA_DIR", str(tmp_path / "elsewhere"))


@pytest.mark.parametrize("kind", TEXTS)
def test_texts_go_to_the_terminal_or_into_a_file(trained, command, tmp_path, kind):
    """What there is to say of them goes to the other stream."""
    status, out, err = command("export", "@swyx", "--format", kind)
    assert (status, TEXTS[kind] in out) == (0, True)
    assert "No post of @swyx is in it." in err
    assert command("export", "@swyx", "--format", kind, "-o", tmp_path / "file")[0] == 0
    assert (tmp_path / "file").read_text() == out


def test_posts_go_along_when_they_are_asked_for(trained, command):
    """And are said to; programs are told in JSON."""
    made = json.loads(command("export", "@swyx", "--with-examples", "3", "--json")[1])
    assert (made["posts"], made["fileName"], made["content"].count("<post n=")) == (3, "swyx-v1.txt", 3)
    assert "It holds 3 posts of @swyx" in made["notes"][0]


def test_a_form_without_weights_says_how_to_get_them(trained, command):
    """One line on what happened, one on what to do."""
    status, _, err = command("export", "@swyx", "--format", "gguf")
    assert (status, "--trainer lora" in err) == (1, True)


@pytest.mark.parametrize(
    "arguments", [["--format", "pickle"], ["--with-examples", "201"], ["--with-examples", "x"]]
)
def test_what_cannot_be_asked_is_wrong_usage(trained, command, arguments):
    """Status 2."""
    assert command("export", "@swyx", *arguments)[0] == 2


def test_a_place_that_cannot_be_written_is_told(trained, command, tmp_path):
    """With what to do."""
    status, _, err = command("export", "@swyx", "-o", tmp_path / "none" / "file")
    assert (status, "cannot be written" in err) == (1, True)


def test_a_voice_is_imported_and_writes_elsewhere(voice_file, command, elsewhere):
    """Without a post; `show` says where it is from and who signed it."""
    status, out, err = command("import", voice_file)
    assert status == 0, err
    assert "@swyx v1" in out
    assert "a key that is not this installation's" in out
    assert "Imported from @swyx v1" in command("show", "@swyx")[1]
    drafts = json.loads(command("write", "@swyx", "agents", "-n", "2", "--json")[1])
    assert drafts["drafts"]


def test_programs_are_told_of_an_import_in_json(voice_file, command, elsewhere):
    """Its id, who signed it, and what there is to say; a file is known by its beginning too."""
    other = Path(voice_file).rename(voice_file.with_suffix(".zip"))
    told = json.loads(command("import", other, "--json")[1])
    assert (told["username"], told["version"], told["posts"]) == ("swyx", 1, 0)
    assert told["signer"] in told["notes"][0]
    signer = told["signer"].replace(" ", "")
    assert command("import", other, "--signer", signer)[0] == 0
    status, _, err = command("import", other, "--signer", "0" * 32)
    assert (status, "is signed by" in err) == (1, True)


def test_a_damaged_voice_is_refused(voice_file, command, elsewhere):
    """And nothing is imported; nor is a file that is not there."""
    content = bytearray(voice_file.read_bytes())
    content[len(content) // 2] ^= 1
    voice_file.write_bytes(content)
    status, _, err = command("import", voice_file)
    assert (status, "damaged" in err) == (1, True)
    assert command("models", "--json")[1].strip() == "[]"
    status, _, err = command("import", voice_file.with_name("none.soundalike"))
    assert (status, "cannot be read" in err) == (1, True)
