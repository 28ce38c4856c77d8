"""Characters as numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundalike.voice.grams import char_grams, shortened


def spelled(key):
    """The three characters of a run."""
    return "".join(chr(key >> shift & 0x1FFFFF) for shift in (42, 21, 0))


def test_runs_spell_the_text_with_its_marks():
    """A text of two characters has three runs: to its first, its second, and its end."""
    keys, rows = char_grams(["é😀"])
    assert [spelled(key) for key in keys.tolist()] == ["\x02\x02é", "\x02é😀", "é😀\x03"]
    assert rows.tolist() == [0, 0, 0]


@given(st.lists(st.text(st.characters(), max_size=30), max_size=5))
def test_every_text_can_be_spelled_back(texts):
    """Packing loses nothing, for any characters, and runs never cross from text to text."""
    keys, rows = char_grams(texts)
    for index, text in enumerate(texts):
        last = [spelled(key)[2] for key in keys[rows == index].tolist()]
        assert "".join(last) == text + "\x03"
    assert (keys >= 0).all()


def test_shorter_runs_are_the_last_characters():
    """Masking leaves the newest characters."""
    keys, _ = char_grams(["ab"])
    assert shortened(keys, 1).tolist() == [ord("a"), ord("b"), 3]
    assert np.array_equal(shortened(keys, 3), keys)
