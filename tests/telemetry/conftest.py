"""Logs that are set up for one test and taken down after it."""

import io
import json
import logging
import sys
import threading

import pytest
import structlog

from soundalike.telemetry.logs import set_up_logs


class Pipe(io.StringIO):
    """Where log lines end up."""

    @property
    def lines(self):
        """What was written, line by line."""
        return self.getvalue().splitlines()

    @property
    def objects(self):
        """The same, read as JSON."""
        return [json.loads(line) for line in self.lines]


@pytest.fixture
def set_up():
    """Sets logs up as a door does, into a pipe: `set_up(style="text") -> Pipe`; all is as before after the test."""
    names = [
        None,
        "alembic alembic.runtime.migration asyncio dbos httpcore2 httpx2 openai opentelemetry sqlalchemy".split(),
        "uvicorn uvicorn.error uvicorn.access".split(),
    ]
    loggers = [logging.getLogger(), *(logging.getLogger(name) for group in names[1:] for name in group)]
    before = [(logger, list(logger.handlers), logger.level, logger.propagate) for logger in loggers]
    hooks = sys.excepthook, threading.excepthook

    def call(**options):
        pipe = Pipe()
        set_up_logs(**{"style": "json", "stream": pipe} | options)
        return pipe

    yield call
    for logger, handlers, level, propagate in before:
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(False)
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = True
    structlog.reset_defaults()


@pytest.fixture
def pipe(set_up):
    """Logs as JSON lines."""
    return set_up()
