"""What is made of a language model's answer: the post in it, as far as it is whole and says something once."""

import re
from collections.abc import Iterable
from typing import Final

import regex

from soundalike.drafts.form import ABOUT_THE_TASK, BLANK_LINE, MOST_CHARACTERS, Form, is_unfinished
from soundalike.drafts.writer import CUT_OFF
from soundalike.posts.text import unescape_once, words

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_HEAD = re.compile(
    r"^\W{0,3}(?:post|tweet|draft|option|version|text)(?: \d+)?\W{0,2}:\W{0,3}\s*", re.IGNORECASE
)
_QUOTES: Final = {'"': '"', "“": "”", "'": "'", "‘": "’", "«": "»", "「": "」", "`": "`"}
_PIECE = regex.compile(
    r"[^\n]*?(?:[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？]+[」』”’）]*|(?=\n)|$)\s*", regex.V1
)  # a sentence or a line, with the space behind it
_GRAM: Final = 3  # words
_SAID: Final = (
    0.5  # share of a piece's runs of three words that stood before, from which on it says the same again
)
_FEWEST_WORDS: Final = 4  # of what is left: less says nothing
_FEWEST_CHARACTERS: Final = 12  # in scripts without spaces, where words are characters or long runs


def tidy(answer: str, form: Form) -> str:
    """Cut away what models put around a post (thoughts, preambles, “Post:”, quotes), repetitions and loose ends."""
    text = unescape_once(_THOUGHT.sub("", answer[:MOST_CHARACTERS])).strip()
    paragraphs = [part.strip() for part in BLANK_LINE.split(text)]
    if len(paragraphs) > 1 and paragraphs[0].endswith(":") and ABOUT_THE_TASK.search(paragraphs[0]):
        del paragraphs[0]
    text = "\n\n".join(paragraphs if form.has_paragraphs else paragraphs[:1])
    text = _HEAD.sub("", text)
    if (
        len(text) > 1
        and _QUOTES.get(text[0]) == text[-1]
        and text.count(text[0]) <= 1 + (text[0] == text[-1])
    ):
        text = text[1:-1]
    return finish(text.strip(), form)


def finish(text: str, form: Form) -> str:
    """Cut a text where it begins to repeat itself, and back to its last whole sentence or line if it broke off.

    Where too little would be left, it stays as it is: it is withheld then, with its reason.
    """
    pieces = _until_said_again(filter(str.strip, _PIECE.findall(text.removesuffix(CUT_OFF))))
    whole = "".join(pieces).rstrip()
    is_cut = text.endswith(CUT_OFF) and len(whole) == len(text.removesuffix(CUT_OFF).rstrip())
    if is_cut or is_unfinished(whole, form):
        whole = "".join(pieces[:-1]).rstrip()
    enough = len(words(whole)) >= _FEWEST_WORDS or len(whole) >= _FEWEST_CHARACTERS
    return whole if enough and not is_unfinished(whole, form) else text


def _until_said_again(pieces: Iterable[str]) -> list[str]:
    kept: list[str] = []
    said: set[tuple[str, ...]] = set()
    for piece in pieces:
        folded = tuple(word.casefold() for word in words(piece))
        grams = {folded[at : at + _GRAM] for at in range(len(folded) - _GRAM + 1)} or {folded}
        if folded and len(grams & said) > _SAID * len(grams):
            break
        kept.append(piece)
        said |= grams
    return kept
