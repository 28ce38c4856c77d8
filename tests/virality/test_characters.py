"""Characters and words counted over many texts at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.posts.text import words
from soundalike.virality.characters import count_characters

ALPHABETS = st.text(st.sampled_from("abcXYZ éñß 019 .,!?’'\n@# 好日本のカ 한글 🚀"), max_size=60)


def test_each_class_is_counted_where_it_stands():
    """Questions, breaks, capitals, digits and wide characters, text by text."""
    counts = count_characters(["Why? 12\nOK", "", "好的！？"])
    assert counts["question"].tolist() == [1, 0, 1]
    assert counts["break"].tolist() == [1, 0, 0]
    assert counts["upper"].tolist() == [3, 0, 0]
    assert counts["digit"].tolist() == [2, 0, 0]
    assert counts["width"].tolist() == [10, 0, 8]


def test_stretched_letters_are_those_beyond_the_second():
    """“soooo” has two of them, “good” and “1000” none."""
    assert count_characters(["soooo", "good 1000", "HMMM"])["stretched"].tolist() == [2, 0, 1]


@given(st.lists(ALPHABETS, max_size=6))
def test_words_are_those_of_a_reader(texts):
    """As many words as are found one by one, the apostrophe in “can’t” parting none; doubled apostrophes aside."""
    plain = [
        text.replace("''", "'").replace("’'", "’").replace("'’", "'").replace("’’", "’") for text in texts
    ]
    assert count_characters(plain)["words"].tolist() == pytest.approx(
        [len(words(text)) for text in plain], abs=1
    )


@given(st.lists(st.text(max_size=50), max_size=5))
@settings(max_examples=60)
def test_texts_are_counted_each_for_itself(texts):
    """Neighbours in the list make no difference, whatever they hold."""
    together = count_characters(texts)
    for place, text in enumerate(texts):
        alone = count_characters([text])
        assert {name: counts[place] for name, counts in together.items()} == {
            name: counts[0] for name, counts in alone.items()
        }


def test_no_texts_have_no_counts():
    """An empty list gives empty columns of the same names."""
    assert {name: len(counts) for name, counts in count_characters([]).items()} == dict.fromkeys(
        count_characters(["a"]), 0
    )
    assert count_characters([])["words"].dtype == np.int64
