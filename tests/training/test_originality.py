from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from soundalike.drafts.guard import CopyGuard
from soundalike.posts.post import Post
from soundalike.training.originality import read_novelty
from soundalike.training.pools import Texts

START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = [f"w{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(600)]


def sentence(luck, words=12):
    """Words without order, which share few spans."""
    return " ".join(luck.choice(WORDS, words))


def posts_of(texts, day=0):
    """These texts as posts, a day each."""
    return [
        Post(str(100 * day + n), text, START + timedelta(days=day + n), "potter")
        for n, text in enumerate(texts)
    ]


@pytest.fixture
def earlier():
    """Two hundred posts that were learned from."""
    luck = np.random.default_rng(1)
    return posts_of([sentence(luck) for _ in range(200)])


@pytest.fixture
def later():
    """Forty later posts on which is graded."""
    luck = np.random.default_rng(2)
    return posts_of([sentence(luck) for _ in range(40)], day=300)


def novelty(drafts, earlier, later):
    """What is found of drafts, five to a subject."""
    collected = [*earlier, *later]
    guard = CopyGuard(collected)
    texts = Texts.of([drafts[n : n + 5] for n in range(0, len(drafts), 5)])
    return read_novelty(
        texts,
        [guard.check(text) for text in drafts],
        collected=collected,
        held_out=later,
        chance=np.random.default_rng(3),
    )


def test_drafts_like_later_posts_are_no_closer_than_these(earlier, later):
    """Another forty texts by the same hand share as much as the later posts do."""
    luck = np.random.default_rng(4)
    found = novelty([sentence(luck) for _ in range(40)], earlier, later)
    assert found.closer.low < 0.5 < found.closer.high
    assert found.spans.longest <= 3
    assert found.too_close == 0


def test_drafts_put_together_from_posts_are_closer(earlier, later):
    """Half a post each, under the guard's eight words: no copy, and yet nearer than the creator's later posts."""
    luck = np.random.default_rng(5)
    drafts = [f"{' '.join(post.text.split()[:6])} {sentence(luck, 6)}" for post in earlier[:40]]
    found = novelty(drafts, earlier, later)
    assert found.too_close == 0
    assert found.closer.low > 0.9
    assert (found.spans.median, found.longest_shared_words) == (6, pytest.approx(6, abs=1))
    assert found.longest_shared_characters >= 23
    assert found.posts_spans.median < 3


def test_the_nearest_drafts_are_named_with_their_post_and_copies_are_not(earlier, later):
    """A copy would keep the text of a post with the card; what is near is shown with what it shares."""
    drafts = [
        earlier[0].text,
        f"{' '.join(earlier[7].text.split()[:5])}, and so it went on until nobody was left",
        "nothing of the sort",
        "x",
        "y",
    ]
    found = novelty(drafts, earlier, later)
    assert found.too_close == 1
    assert found.nearest[0].post_id == earlier[7].id
    assert found.nearest[0].shared_words == 5
    assert found.nearest[0].shared_text in drafts[1]
    assert all(each.text != earlier[0].text for each in found.nearest)


def test_without_earlier_posts_nothing_is_compared(later):
    """Of drafts nothing is said then but what they share with any post."""
    found = novelty(["a draft of some words"] * 5, [], later)
    assert (found.spans, found.posts_spans, found.closer) == (None, None, None)
    assert found.drafts == 5


def test_no_draft_is_no_mistake(earlier, later):
    """Nothing was written; nothing is shared."""
    found = novelty([], earlier, later)
    assert (found.drafts, found.longest_shared_words, found.closer) == (0, 0, None)
