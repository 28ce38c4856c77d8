"""The catalogue that translators get, and what they made of it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from soundalike.web.studio.language import FOLDER

PLACE = re.compile(r"%\(\w+\)s|%%|</?\w+[^>]*>")
"""What a translation may move and must not change: places for values, per cent signs, elements."""

TRANSLATIONS = sorted(FOLDER.glob("*.po"))
TOOL = Path(__file__).parents[3] / "tools/strings.py"


def test_the_catalogue_is_that_of_the_pages():
    """Every string of templates and Python is in it and in every translation, and none that is in no page any more."""
    done = subprocess.run([sys.executable, TOOL, "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def places(text):
    """What has to stand in a translation as well."""
    return sorted(PLACE.findall(text))


@pytest.fixture(params=TRANSLATIONS, ids=lambda path: path.stem)
def messages(request):
    """The strings of a language that is shipped."""
    with request.param.open("rb") as file:
        return [message for message in read_po(file) if message.id]


def test_no_string_of_a_language_is_missing(messages):
    """Every string has a translation that somebody stands for, in every form that a count takes."""
    missing = [
        message.id
        for message in messages
        if message.fuzzy or not all(message.string if message.pluralizable else [message.string])
    ]
    assert missing == []


def test_what_stands_in_a_string_stands_in_its_translation(messages):
    """The same values and the same elements; a form for one may leave the count out."""
    wrong = []
    for message in messages:
        if message.pluralizable:
            of_one, *of_many = map(places, message.string)
            is_right = all(each == places(message.id[1]) for each in of_many)
            is_right = is_right and set(of_one) <= set(places(message.id[1]))
        else:
            is_right = places(message.string) == places(message.id)
        wrong += [] if is_right else [(message.id, message.string)]
    assert wrong == []


def test_a_list_of_months_has_twelve(messages):
    """They are told apart by the spaces between them."""
    assert {len(each.string.split(" ")) for each in messages if each.context == "months"} == {12}
