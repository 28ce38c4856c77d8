import contextvars
import json
import logging
import os
import pty
import subprocess
import sys
import threading
import warnings

import pytest
import structlog
from dbos._error import DBOSWorkflowCancelledError
from dbos._logger import init_logger
from hypothesis import given
from hypothesis import strategies as st

from soundalike.telemetry.lines import FIELDS, JsonLines, TextLines
from soundalike.telemetry.logs import TOLD, about, get_log
from soundalike.telemetry.redaction import Redaction

WILD = st.text(st.characters() | st.sampled_from('\n\r\t\0\x1b\x85\u2028\u2029"\\ ='), max_size=40)


def _record(event, fields, error=None):
    trace = (type(error), error, None) if error else None
    record = logging.LogRecord("soundalike", logging.INFO, "", 0, event, (), trace)
    setattr(record, FIELDS, fields)
    return record


@given(event=WILD, fields=st.dictionaries(WILD, WILD | st.lists(WILD)), words=WILD)
def test_a_hostile_value_cannot_forge_a_line(event, fields, words):
    """One record is one line of printable ASCII that reads back as JSON, whatever its values hold."""
    line = JsonLines(Redaction()).format(_record(event, fields, ValueError(words)))
    assert line.isascii()
    assert line.isprintable()
    assert {"at", "level", "logger", "event", "exception"} <= json.loads(line).keys()


@given(event=WILD, fields=st.dictionaries(WILD, WILD | st.lists(WILD)), words=WILD)
def test_on_a_terminal_a_hostile_value_cannot_move_the_cursor_nor_forge_a_line(event, fields, words):
    """Control characters are written out, and every line of a traceback is indented."""
    first, *rest = TextLines(Redaction()).format(_record(event, fields, ValueError(words))).split("\n")
    assert first.isprintable()
    assert all(line.startswith("    ") and line.isprintable() for line in rest)


def test_a_line_tells_when_how_grave_what_and_the_facts(pipe):
    """Facts are fields, not words in a sentence."""
    get_log().info("collected", posts=812, username="swyx", event_="x")
    (line,) = pipe.objects
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "soundalike",
        "event": "collected",
        "posts": 812,
        "username": "swyx",
        "event_": "x",
    }


def test_what_a_job_has_in_common_is_on_all_its_lines(pipe):
    """Also on those of libraries, and in threads that carry the context on; not after the block."""
    with about(training_id="t1", worker="w1", request_id=None):
        get_log().info("step")
        threads = logging.getLogger("uvicorn.error").warning
        threading.Thread(target=contextvars.copy_context().run, args=(threads, "slow")).start()
    get_log().info("idle")
    mine, theirs, after = pipe.objects
    assert (mine["training_id"], mine["worker"], "request_id" in mine) == ("t1", "w1", False)
    assert (theirs["training_id"], theirs["logger"]) == ("t1", "uvicorn.error")
    assert "training_id" not in after


def test_libraries_go_through_the_same_pipe_at_their_measure(pipe):
    """Warnings of all; the chatter of HTTP clients, of the engine and uvicorn's own line for each request of none."""
    for name in (
        "sqlalchemy.engine.Engine",
        "httpx2",
        "dbos",
        "uvicorn.access",
        "alembic.runtime.plugins.setup",
    ):
        logging.getLogger(name).info("chatter")
    for words in ("Context impl SQLiteImpl.", "Running upgrade 0002 -> 0003"):
        logging.getLogger("alembic.runtime.migration").info(words)
    logging.getLogger("dbos").warning("lost")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert [line["logger"] for line in pipe.objects] == ["alembic.runtime.migration", "dbos", "py.warnings"]


def test_the_engine_adds_no_handler_of_its_own_and_reports_no_cancelled_job_as_an_error(pipe):
    """Its logger finds ours, and the traceback of a cancellation is dropped; other errors come through, once."""
    init_logger()
    names = [handler.name for handler in logging.getLogger("dbos").handlers]
    assert names.count("soundalike") == 1
    assert "__dbos_console_log_handler__" not in names
    for error in (DBOSWorkflowCancelledError("Workflow w is cancelled"), ValueError("real")):
        logging.getLogger("dbos").error("Exception encountered in background workflow:", exc_info=error)
    (line,) = pipe.objects
    assert "ValueError: real" in line["exception"]


def test_an_error_told_with_its_request_is_not_told_again_by_the_server(pipe):
    """Uvicorn's traceback of the same exception says nothing new."""
    error = RuntimeError("broken")
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=error)
    setattr(error, TOLD, True)
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=error)
    assert len(pipe.lines) == 1


def test_no_secret_is_in_a_traceback_an_argument_or_a_bound_fact(set_up):
    """The settings' values are known, keys by their form."""
    pipe = set_up(secrets=["very-secret-value"])
    key = "sa_0123456789abcdef_" + "k" * 43
    with about(note=f"came with {key}"):
        get_log().error("failed", password="hunter2", exc_info=ValueError(f"very-secret-value and {key}"))
        logging.getLogger("any").error("sent %s to %s", "very-secret-value", key)
    text = pipe.getvalue()
    assert len(pipe.lines) == 2
    assert not [secret for secret in ("very-secret-value", key, "hunter2") if secret in text]


def test_words_that_do_not_fit_their_arguments_and_a_closed_stream_cost_nobody_anything(set_up, capsys):
    """A log never takes down what it tells about, and prints nothing raw instead."""
    pipe = set_up()
    logging.getLogger("dbos").error("%d posts", "no number")
    assert pipe.objects[0]["event"] == "%d posts"
    pipe.close()
    get_log().info("unheard", password="hunter2")
    assert capsys.readouterr() == ("", "")


def test_a_level_hides_what_is_below(set_up):
    """SOUNDALIKE_LOG_LEVEL=warning; setting up again replaces what was before."""
    first, pipe = set_up(), set_up(level="warning")
    get_log().info("fine")
    get_log().warning("careful")
    assert [line["event"] for line in pipe.objects] == ["careful"]
    assert first.lines == []


def test_text_is_for_people(set_up):
    """Time, level, event, facts."""
    pipe = set_up(style="text")
    get_log().info("collected", posts=812, note="two words", empty="")
    (line,) = pipe.lines
    assert line[8:] == ' info    collected posts=812 note="two words" empty=""'


CRASH = """
import sys, threading
from soundalike.telemetry.logs import set_up_logs
set_up_logs(secrets=["very-secret-value"])
thread = threading.Thread(target=lambda: 1 / 0, name="reaper"); thread.start(); thread.join()
raise RuntimeError("very-secret-value")
"""


def test_a_crash_is_a_line_too():
    """Of the program and of a thread; not on a terminal, so JSON without being asked."""
    done = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True, check=False)
    thread, program = map(json.loads, done.stderr.splitlines())
    assert (thread["event"], thread["thread"]) == ("a thread crashed", "reaper")
    assert "ZeroDivisionError" in thread["exception"]
    assert program["exception"].endswith("RuntimeError: [redacted]")


def test_on_a_terminal_lines_are_text():
    """The same program, its errors on a pseudo-terminal."""
    ours, theirs = pty.openpty()
    code = "from soundalike.telemetry.logs import *; set_up_logs(); get_log().error('late', seconds=3)"
    subprocess.run([sys.executable, "-c", code], stderr=theirs, check=True)
    os.close(theirs)
    line = os.read(ours, 1_000).decode()
    os.close(ours)
    assert line.startswith("20") or line[2] == ":"
    assert line.strip().endswith("late seconds=3")


def test_logs_that_nobody_set_up_do_not_fail():
    """A library's user sees structlog's own defaults."""
    structlog.reset_defaults()
    assert get_log() is not None


@pytest.mark.parametrize("count", [2_000])
def test_lines_of_many_threads_do_not_mix(pipe, count):
    """Every line is whole."""
    tell = get_log().info
    threads = [
        threading.Thread(target=lambda n=n: [tell("tick", by=n) for _ in range(count // 4)]) for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pipe.objects) == count
