"""The copy guard from its kept form: the same verdicts, no text, and nothing read that is damaged."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.drafts.guard import CopyGuard
from soundalike.drafts.hashes import PostHashes
from soundalike.drafts.reading import is_unspaced, read
from soundalike.posts.packing import pack, packed_text
from soundalike.posts.text import unescape_once

WORDS = [
    "a",
    "we",
    "choose",
    "to",
    "go",
    "moon",
    "überschwemmen",
    "我",
    "们",
    "月",
    "ไ",
    "アパート",
    "42",
    "don’t",
]
PIECES = st.sampled_from(
    [*WORDS, "MOON", "Unternehmensgründungsberatung", "🔥", "—", "\n", "㌀", "㊀x", "https://t.co/a"]
)
TEXTS = st.lists(PIECES, max_size=40).map(" ".join) | st.lists(PIECES, max_size=12).map("".join)
LONGER = st.lists(st.sampled_from(WORDS), min_size=5, max_size=30).map(" ".join)


def is_copied(text, posts):
    """The rules as they are stated, on plain strings."""
    draft, known = read(text), [read(unescape_once(post)) for post in posts]
    if not draft.words:
        return any(not post.words and post.bare == draft.bare for post in known)
    flat = draft.flat
    shingles = {flat[at : at + 8] for at in range(len(flat) - 7)}
    return any(
        _shares_words(draft, post)
        or any(flat[at : at + 40] in post.flat for at in range(len(flat) - 39))
        or 2 * sum(shingle in post.flat for shingle in shingles) > len(shingles)
        or (not shingles and flat in post.flat)
        for post in known
    )


def _shares_words(draft, post):
    first, second = _halves(draft), _halves(post)
    runs = {tuple(second[at : at + 16]) for at in range(len(second) - 15)}
    return any(tuple(first[at : at + 16]) in runs for at in range(len(first) - 15))


def _halves(reading):
    return [(word, half) for word in reading.words for half in range(1 if is_unspaced(word) else 2)]


@st.composite
def drafts(draw, posts):
    """A text that may take pieces from posts."""
    pieces = [draw(TEXTS)]
    for post in draw(st.lists(st.sampled_from(posts), max_size=3)) if posts else []:
        start = draw(st.integers(0, len(post)))
        pieces += [post[start : start + draw(st.integers(0, 80))], draw(TEXTS)]
    return " ".join(pieces[draw(st.integers(0, 1)) :])


@pytest.mark.slow
@given(st.lists(TEXTS | LONGER, max_size=6), st.data())
@settings(deadline=None, max_examples=300)
def test_the_kept_guard_withholds_what_the_rules_say(make_posts, posts, data):
    """From its bytes as from the posts, and as a plain search does; whatever the scripts, signs and repetitions."""
    text = data.draw(drafts(posts))
    guard = CopyGuard(make_posts(posts))
    kept = CopyGuard.from_bytes(guard.to_bytes())
    assert kept.check(text) == guard.check(text)
    assert kept.check(text).copied == is_copied(text, posts)


@given(st.lists(TEXTS, max_size=4), st.lists(TEXTS, max_size=4), st.data())
@settings(deadline=None, max_examples=30)
def test_a_guard_that_learns_of_more_posts_is_the_guard_of_all(make_posts, first, second, data):
    """Later posts need not be there when the guard is made."""
    text = data.draw(drafts(first + second))
    both = make_posts(first + second)
    grown = CopyGuard.from_bytes(CopyGuard(both[: len(first)]).to_bytes()).knowing(both)
    assert grown.ids == tuple(post.id for post in both)
    assert grown.check(text) == CopyGuard(both).check(text)


def test_a_guard_that_knows_all_posts_stays_the_same(make_posts):
    """Posts it has are not hashed again."""
    guard = CopyGuard(make_posts(["one of the posts"]))
    assert guard.knowing(make_posts(["one of the posts"])) is guard


def test_no_word_of_a_post_is_kept(make_posts):
    """Only hashes, and the ids by which the nearest post is named."""
    posts = make_posts(["Zanzibar where Ozymandias met Persephone, and told nobody of it for years."])
    content = CopyGuard(posts).to_bytes()
    assert not any(word in content.lower() for word in (b"zanzibar", b"ozymandias", b"persephone"))
    assert CopyGuard.from_bytes(content).check("Where Ozymandias met her").post_id == "1"


def test_what_is_shared_comes_from_the_draft(make_posts):
    """The kept guard tells the run as the draft has it, with its post, beyond the eight words that make a copy."""
    posts = make_posts(
        ["something else", "we choose to go to the moon in this decade and do the other things"]
    )
    overlap = CopyGuard.from_bytes(CopyGuard(posts).to_bytes()).check(
        "They said: WE choose, to go to the Moon in this decade. And so on."
    )
    assert overlap.shared_text == "WE choose, to go to the Moon in this decade. And"
    assert (overlap.shared_words, overlap.post_id, overlap.copied) == (11.0, "2", True)


def test_the_order_of_the_posts_is_no_matter(make_posts):
    """Of several posts that share as much the oldest is named, from the store as from a file read backwards."""
    posts = make_posts(["tea for two, please", "two for tea", "tea for two again"])
    assert CopyGuard(posts[::-1]).to_bytes() == CopyGuard(posts).to_bytes()
    assert CopyGuard(posts[::-1]).check("tea for two").post_id == "1"


def test_windows_far_apart_are_no_longer_run(make_posts):
    """Pairs of words from all over a post do not add up to a run of four."""
    posts = make_posts(["the moon is far. moon is what they say. is far away"])
    assert CopyGuard(posts).check("the moon is far").shared_words == 4.0
    assert (
        CopyGuard(make_posts(["red moon, moon rise, rise up"])).check("red moon rise up").shared_words == 2.0
    )


@given(st.integers(0, 100_000), st.integers(1, 255))
@settings(deadline=None)
def test_a_damaged_guard_is_refused(make_posts, place, change):
    """One changed byte anywhere is enough."""
    content = bytearray(CopyGuard(make_posts(["we choose to go to the moon"])).to_bytes())
    content[place % len(content)] ^= change
    with pytest.raises(ValueError, match="bytes"):
        CopyGuard.from_bytes(bytes(content))


@pytest.mark.parametrize(
    ("facts", "changes"),
    [
        ({"posts": 2}, {}),
        ({"posts": "1"}, {}),
        ({}, {"shingles": np.array([5, 2**63, 2**63], np.uint64)}),  # wraps around: not ascending
        ({}, {"runs": np.array([5, 0], np.uint64)}),
        ({}, {"shingles": np.array([1], np.uint64)}),  # a post that is not there
        ({}, {"wordless": np.array([3, 2], np.uint64)}),
        ({"hashBits": {}}, {}),
        (
            {
                "hashBits": dict.fromkeys(
                    ["spans16", "spans8", "spans6", "spans4", "shingles", "runs", "shorts"], 99
                )
            },
            {},
        ),
    ],
)
def test_figures_that_no_guard_has_are_refused(facts, changes):
    """Even under a digest that is right."""
    names = ("spans16", "spans8", "spans6", "spans4", "shingles", "runs", "shorts")
    arrays = dict.fromkeys((*names, "wordless"), np.zeros(0, np.uint64)) | {"ids": packed_text("1")}
    told = {"posts": 1, "hashBits": dict.fromkeys(names, 32)}
    PostHashes.from_bytes(pack("copy guard", 1, told, arrays))
    with pytest.raises(ValueError, match="copy guard"):
        PostHashes.from_bytes(pack("copy guard", 1, told | facts, arrays | changes))


def test_a_real_guard_is_small_and_quick_to_load(obama):
    """3,207 posts in a few megabytes, read in a fraction of the time it takes to hash them."""
    content = CopyGuard(obama).to_bytes()
    assert len(content) < 1_500 * len(obama)
    kept = CopyGuard.from_bytes(content)
    assert all(kept.check(post.text).copied for post in obama[:200])
