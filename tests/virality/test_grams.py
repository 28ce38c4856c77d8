"""Texts as sparse rows: which n-grams they hold, in columns without a vocabulary."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.virality.grams import Kind, read_grams, word_columns
from soundalike.virality.scales import Layout, Reading, Scales

WORDS = Kind("words", 1, 2)
CHARACTERS = Kind("characters", 2, 5, columns=2**18, fewest_texts=3, weight=0.6)


def touched(texts, kind):
    """The set of columns of each text."""
    [entries] = read_grams(texts, [kind])
    return [set(entries.column[entries.row == n].tolist()) for n in range(len(texts))]


def test_the_same_words_touch_the_same_columns_whatever_case_link_or_figure():
    """Case, which link and which digit make no difference; another word does."""
    first, second, third = touched(
        ["See 12 http://a.b/c", "see  99 https://x.y", "saw 12 http://a.b/c"], WORDS
    )
    assert first == second != third


def test_runs_of_words_count_once_each_with_the_edges_of_the_text():
    """Two words make two single ones and three pairs, of which two hold an edge; a repetition adds its pair alone."""
    assert sorted(word_columns("One two", WORDS).values()) == ["^ one", "one", "one two", "two", "two $"]
    assert len(touched(["ho ho ho"], WORDS)[0]) == 1 + 3


def test_runs_of_characters_stay_inside_a_word_and_its_two_spaces():
    """` ab ` holds three pairs, two runs of three and one of four; a second word adds its own and nothing across."""
    one, other, both = touched(["ab", "cd", "ab\n cd"], CHARACTERS)
    assert len(one) == 3 + 2 + 1
    assert both == one | other


def test_scripts_without_spaces_fall_into_characters():
    """Each character is a word, and runs of characters cross them."""
    words, characters = (touched(["今天很好"], kind)[0] for kind in (WORDS, CHARACTERS))
    assert len(words) == 4 + 5
    assert len(characters) == 5 + 4 + 3 + 2


def test_a_word_at_the_edge_differs_from_the_same_word_inside():
    """No n-gram of words crosses from one text into the next."""
    apart, together = touched(["free tea", "for all"], WORDS), touched(["free tea for all"], WORDS)[0]
    assert len((apart[0] | apart[1]) - together) == 2  # "tea $" and "^ for"


def rows_of(texts, kind):
    """The texts on their own scales, n-grams alone."""
    layout = Layout((kind,), names=(), weights=())
    reading = Reading(read_grams(texts, layout.kinds), np.zeros((len(texts), 0)))
    return Scales.of(layout, reading, len(texts)).rows(reading)


def test_rare_grams_weigh_nothing():
    """A word seen in one text only has no weight, one seen in two has."""
    assert (
        len(rows_of(["apple pear", "apple plum"], WORDS).column) == 4
    )  # of each, apple and apple at the start


@given(st.lists(st.text(max_size=80), max_size=6), st.sampled_from([WORDS, CHARACTERS]))
@settings(max_examples=100)
def test_a_text_touches_the_same_columns_in_any_company(texts, kind):
    """Each is read as if it were alone, and its part of a row has at most its weight as length."""
    [entries] = read_grams(texts, [kind])
    for number, text in enumerate(texts):
        [alone] = read_grams([text], [kind])
        assert entries.column[entries.row == number].tolist() == alone.column.tolist()
    rows = rows_of(texts, kind)
    assert (np.bincount(rows.row, rows.value**2, minlength=len(texts)) <= kind.weight**2 + 1e-9).all()


@given(st.text(max_size=80))
def test_the_named_columns_are_those_that_are_read(text):
    """Names are given to all columns of runs of words and to no others."""
    [entries] = read_grams([text], [WORDS])
    assert sorted(word_columns(text, WORDS)) == entries.column.tolist()


def test_columns_fill_evenly():
    """A hundred thousand words leave as many of 2**16 columns empty as chance would, give or take a little."""
    kind = Kind("words", 1, 1, columns=2**16)
    [entries] = read_grams(
        [
            f"{a:x}g{b:x}".translate(str.maketrans("0123456789", "klmnopqrst"))
            for a in range(316)
            for b in range(316)
        ],
        [kind],
    )
    empty = 1 - len(np.unique(entries.column)) / 2**16
    assert abs(empty - np.exp(-(316**2) / 2**16)) < 0.01


@pytest.mark.slow
def test_twenty_thousand_tweets_are_read_in_seconds():
    """Words, pairs of words and runs of two to five characters of 20,000 texts of 15 words take 4 s of one core."""
    rng = np.random.default_rng(0)
    vocabulary = np.array(
        ["".join(rng.choice(list("etaoinshrdlu"), size)) for size in rng.integers(2, 9, 5_000)]
    )
    texts = [" ".join(vocabulary[rng.integers(0, 5_000, 15)]) for _ in range(20_000)]
    began = time.process_time()
    read_grams(texts, [WORDS, CHARACTERS])
    assert time.process_time() - began < 4
