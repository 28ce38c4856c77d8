"""Windows are found exactly where they are."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.drafts.windows import Windows, join, read_codes

SMALL_TEXT = st.text("ab", max_size=30)


@given(st.lists(SMALL_TEXT, max_size=5), SMALL_TEXT, st.integers(1, 6))
@settings(deadline=None)
def test_matches_are_those_of_a_plain_search(texts, asked, width):
    """Every pair of equal windows, none across two texts, nothing else."""
    codes, starts = join([read_codes(text) for text in texts])
    at, places = Windows(codes, width).matches(read_codes(asked))
    found = {
        (asked[a : a + width], int(np.searchsorted(starts, p, side="right")) - 1)
        for a, p in zip(at, places, strict=True)
    }
    expected = {
        (asked[a : a + width], number)
        for a in range(len(asked) - width + 1)
        for number, text in enumerate(texts)
        if asked[a : a + width] in text
    }
    assert found == expected


@given(st.lists(SMALL_TEXT, min_size=1, max_size=5), SMALL_TEXT)
@settings(deadline=None)
def test_owners_count_each_distinct_window_once(texts, asked):
    """What shares of shingles are counted from."""
    codes, starts = join([read_codes(text) for text in texts])
    owners = Windows(codes, 3).by_owner(starts).owners(read_codes(asked))
    shingles = {asked[at : at + 3] for at in range(len(asked) - 2)}
    expected = [sum(shingle in text for shingle in shingles) for text in texts]
    assert np.bincount(owners, minlength=len(texts)).tolist() == expected
