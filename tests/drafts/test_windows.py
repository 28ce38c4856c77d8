"""Windows are found in the texts that hold them, and nowhere else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.drafts.windows import SEPARATOR, Windows, distinct, hash_windows, join, owners_of, read_codes

SMALL_TEXT = st.text("ab", max_size=30)
TEXTS = st.lists(SMALL_TEXT, max_size=5)


def windows_of(texts, width, owner_bits=3):
    """The windows of texts, each with the number of its text."""
    codes, starts = join([read_codes(text) for text in texts])
    hashes, places = hash_windows(codes, width)
    return Windows.of(hashes, owners_of(places, starts), hash_bits=40, owner_bits=owner_bits)


def found(windows, asked, width):
    """Pairs of a window of a text and the number of a text that holds it."""
    positions, owners = windows.holders(hash_windows(read_codes(asked), width)[0])
    return {(asked[at : at + width], int(owner)) for at, owner in zip(positions, owners, strict=True)}


def expected(texts, asked, width):
    """The same by a plain search."""
    windows = {asked[at : at + width] for at in range(len(asked) - width + 1)}
    return {(window, number) for window in windows for number, text in enumerate(texts) if window in text}


@given(TEXTS, SMALL_TEXT, st.integers(1, 6))
@settings(deadline=None)
def test_holders_are_those_of_a_plain_search(texts, asked, width):
    """Every text that holds a window, none across two texts, nothing else."""
    assert found(windows_of(texts, width), asked, width) == expected(texts, asked, width)


@given(TEXTS, TEXTS, SMALL_TEXT, st.integers(1, 4))
@settings(deadline=None)
def test_joined_windows_are_those_of_all_texts(first, second, asked, width):
    """The second texts are numbered behind the first, and the keys are those of one table made at once."""
    joined = windows_of(first, width).joined(windows_of(second, width), owners=len(first), owner_bits=4)
    assert np.array_equal(joined.keys, windows_of(first + second, width, owner_bits=4).keys)
    assert found(joined, asked, width) == expected(first + second, asked, width)


@given(st.lists(SMALL_TEXT, min_size=1, max_size=5), SMALL_TEXT)
@settings(deadline=None)
def test_each_distinct_window_counts_once(texts, asked):
    """What shares of shingles are counted from."""
    _, owners = windows_of(texts, 3).holders(distinct(hash_windows(read_codes(asked), 3)[0]))
    shingles = {asked[at : at + 3] for at in range(len(asked) - 2)}
    counts = [sum(shingle in text for shingle in shingles) for text in texts]
    assert np.bincount(owners, minlength=len(texts)).tolist() == counts


@given(TEXTS, SMALL_TEXT)
@settings(deadline=None)
def test_windows_without_owners_are_there_or_not(texts, asked):
    """Where no text is to be named, none is kept."""
    hashes, _ = hash_windows(join([read_codes(text) for text in texts])[0], 3)
    windows = Windows.of(hashes, hash_bits=52)
    assert windows.holds(hash_windows(read_codes(asked), 3)[0]) == bool(expected(texts, asked, 3))


@pytest.mark.parametrize("width", [1, 8, 40])
def test_hashes_of_different_windows_differ(width):
    """Half a million windows, their first 48 bits: fewer than one in ten times would two be the same."""
    codes = np.random.default_rng(1).integers(1, 2**20, 500_000 if width > 1 else 1, dtype=np.uint64)
    hashes, _ = hash_windows(codes, width)
    assert len(distinct(hashes >> np.uint64(16))) == len(hashes)


@given(st.lists(st.integers(0, 5)))
def test_distinct_values_ascend(values):
    """Each once."""
    assert distinct(np.array(values, np.uint64)).tolist() == sorted(set(values))


def test_no_window_holds_a_separator():
    """Nor does one reach beyond the end."""
    codes = np.array([1, 2, SEPARATOR, 3, 4, 5], np.uint64)
    assert hash_windows(codes, 2)[1].tolist() == [0, 3, 4]
    assert len(hash_windows(codes, 7)[0]) == 0
