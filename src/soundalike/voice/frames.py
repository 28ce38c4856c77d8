"""How posts open, and what they are built on: sentences whose own words are taken out and whose joints are left."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from soundalike.voice.reading import Reading, plain_words

SLOT: Final = "…"
"""Stands in a frame for words that change."""

_OPENING_WORDS: Final = (1, 2, 3)
_LEAST_JOINTS: Final = 2
_PARTS: Final = range(
    3, 9
)  # joints and slots: a shorter frame is a phrase, a longer one a sentence said again
_BREAK: Final = re.compile(r"[,;:()\"“”«»\n—–]|\s-{1,2}\s|\.{2,}|(?<=[.!?…])")
_JOINTS: Final = frozenset(
    "a about after again all always an and any are aren't as at be because been before being best better both but by "
    "can can't could did didn't do does doesn't don't down each easier either else even ever every everyone "
    "everything few first for from get gets getting go going got had has have haven't he he's her here here's him "
    "his how i i'd i'll i'm i've if in instead into is isn't it it's its just last least less let let's like made "
    "make makes many may maybe me might more most much must my need needs neither never new next no nobody none nor "
    "not nothing now of off old on once one only or other our out over own part people please rather really same say "
    "says she should so some someone something soon still stop such than thank thanks that that's the their them then "
    "there there's these they they're thing things think this those time to today too two under until up us use used "
    "very want wants was wasn't way we we'll we're we've were what what's when where which while who who's whole why "
    "will with without won't would year years yes yet you you'll you're you've your".split()
)
"""English words that hold a sentence together whatever it is about; other languages have few of them, so few frames."""


def openings(words: Sequence[str], *, gap: str) -> list[str]:
    """The first word, two and three of a post."""
    return [gap.join(words[:size]) for size in _OPENING_WORDS if len(words) >= size]


def frames(reading: Reading) -> list[str]:
    """The frames of a post, each once: “… is the new …”, “if you … you …”, “why is … so … ?”."""
    return list(dict.fromkeys(frame for sentence in reading.sentences for frame in _frames(sentence)))


def _frames(sentence: str) -> Iterator[str]:
    for clause in _BREAK.split(sentence):
        joints = [word if word in _JOINTS else SLOT for word in plain_words(clause)]
        parts = [part for part, _ in groupby(joints, key=lambda part: part)]
        least = _LEAST_JOINTS if SLOT in parts[:-1] else _LEAST_JOINTS + 1  # “in the …” is an opening at best
        if SLOT in parts and sum(part != SLOT for part in parts) >= least and len(parts) in _PARTS:
            yield " ".join(parts) + (" ?" if clause.rstrip().endswith(("?", "？")) else "")
