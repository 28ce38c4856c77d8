"""What writing takes is learned once, whoever asks, and read back as it was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from soundalike.errors import StorageError
from soundalike.posts.post import Engagement, Post
from soundalike.training.learned import (
    FORECASTER,
    LearnedFromBytes,
    LearnedFromPosts,
    pack_learned,
    read_forecaster,
)
from soundalike.voice.background_file import shipped_background
from writing import made_up_posts

START = datetime(2026, 1, 1, tzinfo=UTC)
POSTS = [
    Post(str(n), f"Opened kiln number {n}. {n % 7} mugs cracked, anyway: tea.", START + timedelta(days=n), "potter",
         Engagement(likes=n))
    for n in range(1, 50)
]  # fmt: skip


@pytest.fixture(scope="module")
def learned():
    """Learned from posts too few to forecast from."""
    return LearnedFromPosts(POSTS, POSTS, picked=(), background=shipped_background(), seed=0)


@pytest.fixture(scope="module")
def parts(learned):
    """The same as bytes."""
    return pack_learned(learned)


def test_each_part_is_learned_once(learned):
    """A model that is changed, graded say, keeps what it has learned."""
    assert learned.likeness is learned.likeness
    assert learned.guard is learned.guard


def test_parts_come_back_as_they_were(learned, parts):
    """Every one, byte for byte; with posts too few for a forecaster there is neither that nor a rival."""
    again = LearnedFromBytes(parts)
    assert pack_learned(again) == parts
    assert (again.form, again.forecaster, len(again.rivals)) == (learned.form, None, 0)
    assert set(parts) == {"likeness", "form", "guard"}


def test_nothing_is_read_before_it_is_asked_for(parts):
    """A damaged guard does not keep anybody from the likeness."""
    damaged = LearnedFromBytes(parts | {"guard": b"nonsense"})
    assert damaged.likeness.score("Opened the kiln, anyway: tea.") > 0
    with pytest.raises(StorageError, match="guard cannot be read"):
        _ = damaged.guard


@pytest.mark.parametrize("part", ["likeness", "form", "guard"])
def test_a_missing_part_is_said(parts, part):
    """With its name, and what helps."""
    left = {name: content for name, content in parts.items() if name != part}
    with pytest.raises(StorageError, match=f"{part} cannot be read"):
        getattr(LearnedFromBytes(left), part)


def test_newer_posts_are_asked_for_by_the_ids_that_are_known(parts):
    """And are known from then on."""
    asked = []
    new = replace(POSTS[0], id="99", text="entirely different words that nobody here has ever put together")

    def newer(ids):
        asked.append(ids)
        return [new]

    learned = LearnedFromBytes(parts, newer)
    assert learned.guard.check(new.text).post_id == "99"
    assert learned.guard.check(POSTS[7].text).copied
    assert asked == [tuple(post.id for post in POSTS)]


@pytest.mark.slow
def test_a_forecaster_that_is_of_no_use_is_kept_with_its_test():
    """Its figures say why it is not asked: it is held against nothing, and comes back as it was."""
    posts = made_up_posts(200, START)
    learned = LearnedFromPosts(posts, posts, picked=(), background=shipped_background(), seed=0)
    assert not learned.forecaster.is_useful
    kept = pack_learned(learned)
    assert (FORECASTER in kept, "rivals" in kept) == (True, False)
    assert LearnedFromBytes(kept).forecaster.accuracy == learned.forecaster.accuracy
    assert len(LearnedFromBytes(kept).rivals) == 0


@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
def test_a_forecaster_that_cannot_be_read_is_none(content):
    """None was kept, or this version does not read it: whoever asks does without."""
    assert read_forecaster(content) is None
