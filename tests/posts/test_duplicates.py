from hypothesis import given
from hypothesis import strategies as st

from soundalike.posts.duplicates import near_duplicates

SENTENCE = "the last two hours of a firing cost as much as the first eight hours of it together"


def test_case_and_signs_make_no_difference():
    """The same words shouted are the same post."""
    assert near_duplicates([SENTENCE, f"{SENTENCE.upper()}!!!"]) == [0, 0]


def test_a_word_changed_in_a_long_text_is_a_near_duplicate():
    """A corrected typo does not make a new post."""
    long = " ".join(f"word{n}" for n in range(60))
    assert near_duplicates([long, long.replace("word59", "words")]) == [0, 0]


def test_different_texts_are_not_duplicates():
    """Sharing a few words is not saying the same."""
    assert near_duplicates([SENTENCE, "a firing cost me two hours of sleep and one good shelf"]) == [0, 1]


def test_a_chain_of_copies_points_to_its_first():
    """However many copies there are, one text stands for all."""
    assert near_duplicates([SENTENCE] * 200) == [0] * 200


def test_short_and_wordless_texts_are_safe():
    """One-word posts are compared as they are; wordless ones never match."""
    assert near_duplicates(["Yes", "yes!", "🔥", "🔥", "No"]) == [0, 0, 2, 3, 4]


@given(st.lists(st.text(max_size=80), max_size=12))
def test_every_text_points_to_itself_or_to_an_earlier_first(texts):
    """The answer is a well-formed grouping, whatever the input."""
    first = near_duplicates(texts)
    assert all(first[i] <= i and first[first[i]] == first[i] for i in range(len(texts)))
