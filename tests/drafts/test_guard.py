"""The copy guard: nothing copied passes, however retyped; everything else does, quickly."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.drafts.guard import CopyGuard

WORD = st.text("abcdefghijklmnop", min_size=1, max_size=9)
OTHER_WORD = st.text("qrstuvwxyz", min_size=1, max_size=9)
SEPARATORS = [" ", "  ", "\n", ", ", " — ", ". ", " “", "’ ", " 🔥 ", "…", "/"]

POSTS = [
    "We choose to go to the moon in this decade and do the other things, not because they are easy.",
    "Don't panic.",
    "我们选择在这个十年登上月球，并做其他的事情，不是因为它们简单，而是因为它们困难。",
    "🔥🔥🔥",
    "Read this &amp; that: https://t.co/abcdefghij",
    "",
]


@pytest.fixture(scope="module")
def guard(make_posts):
    """A guard over a few posts."""
    return CopyGuard(make_posts(POSTS))


@given(
    st.lists(st.lists(WORD, min_size=8, max_size=30), min_size=1, max_size=5),
    st.lists(OTHER_WORD, max_size=12),
    st.data(),
)
@settings(deadline=None)
def test_eight_words_in_a_row_are_found_however_retyped(make_posts, posts, around, data):
    """Case, spacing, line breaks, quotes and punctuation do not hide a span, wherever it is planted."""
    post = data.draw(st.sampled_from(posts))
    start = data.draw(st.integers(0, len(post) - 8))
    span = [
        data.draw(st.sampled_from([word, word.upper(), word.title()])) for word in post[start : start + 8]
    ]
    cut = data.draw(st.integers(0, len(around)))
    retyped = [*around[:cut], *span, *around[cut:]]
    text = "".join(word + data.draw(st.sampled_from(SEPARATORS)) for word in retyped)
    overlap = CopyGuard(make_posts(" ".join(each) for each in posts)).check(text)
    assert overlap.copied
    assert overlap.shared_words >= 8


@given(st.lists(WORD, min_size=8, max_size=40), st.lists(OTHER_WORD, min_size=1, max_size=40))
@settings(deadline=None)
def test_unrelated_text_passes(make_posts, post, text):
    """Without a word in common nothing is shared."""
    overlap = CopyGuard(make_posts([" ".join(post)])).check(" ".join(text))
    assert (overlap.copied, overlap.shared_text, overlap.post_id) == (False, None, None)


def test_seven_words_in_a_row_pass(guard):
    """The limit is eight; the shared words are told as they stand in the draft, with their post."""
    text = "Nobody asked whether “we choose to Go to the” bakery instead of cooking for ourselves tonight."
    overlap = guard.check(text)
    assert (overlap.copied, overlap.shared_words, overlap.post_id) == (False, 6, "1")
    assert overlap.shared_text == "we choose to Go to the"


@pytest.mark.parametrize(
    "text",
    [
        "dont panic",
        "DON’T   PANIC!!",
        "Panic.",
        "🔥 🔥🔥",
        "read this & that",
        "我们选择在这个十年登上月球，并做",
        "ｗｅ ｃｈｏｏｓｅ to go to the moon in",  # full width
        "we choo\u200bse to go to the mo\u00adon in",  # zero width, soft hyphen
    ],
)
def test_short_and_disguised_copies_are_found(guard, text):
    """Equal to a post, contained in one, or typed in other characters."""
    assert guard.check(text).copied


def test_forty_characters_are_enough_without_eight_words(make_posts):
    """Long words make a copy, too."""
    post = "Unternehmensgründungsberatungsgesellschaften überschwemmen Mecklenburg und noch viele andere Gegenden hier"
    text = (
        "Gestern sah ich, wie Unternehmensgründungsberatungsgesellschaften Überschwemmen übten, ganz woanders"
    )
    overlap = CopyGuard(make_posts([post])).check(text)
    assert overlap.copied
    assert overlap.shared_words == 2


def test_many_small_pieces_of_one_post_are_a_copy(make_posts):
    """No eight words in a row, but most of the post: reworded here and there."""
    post = "the quick brown fox jumps over the lazy dog while all the other animals watch quietly from a safe distance"
    words = post.split()
    words[6], words[13] = "a", "creatures"
    overlap = CopyGuard(make_posts([post])).check(" ".join(words))
    assert overlap.shared_words < 8
    assert overlap.novelty < 0.5
    assert overlap.copied


def test_a_shared_link_is_no_copy(guard):
    """Links are not words."""
    assert not guard.check("https://t.co/abcdefghij").copied


def test_half_a_dozen_characters_of_a_script_without_spaces_pass(guard):
    """Characters weigh as half-words: a common phrase is no copy."""
    overlap = guard.check("今天我们选择在这个十年的最后一天好好休息，明天再说别的吧。")
    assert (overlap.copied, overlap.shared_words, overlap.shared_text) == (
        False,
        4.5,
        "我们选择在这个十年",
    )


def test_without_posts_everything_is_new(make_posts):
    """An empty collection forbids nothing."""
    overlap = CopyGuard(make_posts([])).check(
        "Anything at all, said in more than eight words of plain English."
    )
    assert (overlap.copied, overlap.novelty) == (False, 1.0)


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_text_can_be_checked(guard, text):
    """Lone surrogates, marks, nothing: no text breaks the guard, and every post is a copy of itself."""
    assert 0.0 <= guard.check(text).novelty <= 1.0


@given(st.text(min_size=1, max_size=200))
@settings(deadline=None)
def test_every_post_is_a_copy_of_itself(make_posts, text):
    """Whatever a post is made of, a draft equal to it is caught, unless there is nothing in it but links."""
    overlap = CopyGuard(make_posts([text])).check(text)
    assert overlap.copied or not text.strip() or "http" in text


def test_a_real_collection_is_read_and_asked_fast(obama):
    """3,200 posts in about a second; a thousand questions a second, allowing for a busy machine."""
    begun = time.process_time()
    guard = CopyGuard(obama)
    built = time.process_time()
    assert all(guard.check(post.text).copied for post in obama[:500])
    assert built - begun < 4
    assert time.process_time() - built < 4
