"""`soundalike quiz`: on a terminal key by key, in scripts by two calls."""

import json
import os
import pty
import subprocess
import sys
import termios
import threading
from contextlib import suppress

import pytest


@pytest.fixture
def terminal(command, tmp_path):
    """Run the command on a terminal, with these keys, one a question: `terminal("ab", "quiz", …) -> (status, out)`."""
    del command  # has set the environment

    def call(keys, *arguments):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "soundalike", *arguments], stdin=theirs, stdout=theirs, stderr=theirs,
            cwd=tmp_path, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        out, asked = b"", 0
        with suppress(OSError):  # what reading raises at the end
            while piece := os.read(ours, 65_536):
                out += piece
                while out.count(b"(q stops)") > asked < len(keys):
                    _wait_for_key_by_key(ours)
                    os.write(ours, keys[asked].encode())
                    asked += 1
        os.close(ours)
        return process.wait(), out.decode().replace("\r", "")

    return call


def _wait_for_key_by_key(terminal):
    """What is typed before the program reads key by key would be lost."""
    while termios.tcgetattr(terminal)[3] & termios.ICANON:
        threading.Event().wait(0.001)


@pytest.mark.slow
def test_rounds_are_asked_and_kept(trained, terminal, command):
    """Right or wrong is told at once; what is stopped goes on, and `show` has the total."""
    status, out = terminal("abq", "quiz", "@swyx", "--seed", "1")
    assert status == 0
    assert "Which is the post?" in out
    assert out.count("the post is ") == 2
    assert " of 2 (" in out
    assert "--quiz" in out
    quiz_id = out.rpartition("--quiz ")[2].split()[0]
    status, out = terminal("aaaaaaaa", "quiz", "@swyx", "--quiz", quiz_id)
    assert status == 0
    assert "Rounds still open" not in out
    total = json.loads(command("show", "@swyx", "--json")[1])["quiz"]
    assert total["verdict"] in out
    assert total["verdict"] in command("show", "@swyx")[1]


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_guessed(trained, terminal, command):
    """It is no failure."""
    status, out = terminal("a\x03", "quiz", "@swyx")
    assert status == 0
    assert " of 1 (" in out
    assert json.loads(command("show", "@swyx", "--json")[1])["quiz"]["of"] == 1


def test_a_script_gets_texts_and_sends_letters(trained, command, tmp_path):
    """No answer is told before."""
    status, out, _ = command("quiz", "@swyx", "--json", "--rounds", "3")
    quiz = json.loads(out)
    assert status == 0
    assert {each["real"] for each in quiz["rounds"]} == {None}
    answers = tmp_path / "answers.txt"
    answers.write_text("a, b")
    status, out, _ = command("quiz", "@swyx", "--answers", answers, "--json")
    done = json.loads(out)
    assert status == 0
    assert done["quizId"] == quiz["quizId"]
    assert [each["guess"] for each in done["rounds"]] == ["a", "b", None]
    status, out, _ = command("quiz", "@swyx", "--quiz", quiz["quizId"], "--answers", answers)
    assert status == 1
    assert "You told" not in out


def test_without_a_terminal_it_says_how_else(trained, command):
    """Wrong usage, and what to do."""
    status, out, err = command("quiz", "@swyx")
    assert (status, out) == (2, "")
    assert "--json" in err
    assert "--answers" in err


@pytest.mark.slow
@pytest.mark.parametrize("letters", ["x", "a b c", "aab" * 200])
def test_answers_that_make_no_sense_are_refused(trained, command, tmp_path, letters):
    """None of them is kept."""
    command("quiz", "@swyx", "--json")
    answers = tmp_path / "answers.txt"
    answers.write_text(letters)
    assert command("quiz", "@swyx", "--answers", answers)[0] == 1
    assert json.loads(command("show", "@swyx", "--json")[1])["quiz"] is None


def test_an_unknown_quiz_is_said(trained, command):
    """With what to do."""
    status, _, err = command("quiz", "@swyx", "--quiz", "abcdef12", "--json")
    assert status == 1
    assert "no such quiz" in err.lower()
