"""Other writers as counts."""

import hashlib
import json

import numpy as np
import pytest

from soundalike.voice.background import MOST_CHARACTERS, fit_background
from soundalike.voice.background_file import SHIPPED, load_background, save_background


@pytest.fixture
def three(posts_of):
    """Three writers, counted."""
    return fit_background(posts_of("swyx") + posts_of("steipete") + posts_of("ezshine"))


def test_a_writer_can_be_left_out(three):
    """By username, whatever its case; the others stay as they were."""
    rest = three.without("SWYX")
    assert [writer.username for writer in rest.writers] == ["ezshine", "steipete"]
    assert rest.tallies()["word"].counts["the"] < three.tallies()["word"].counts["the"]


def test_one_language_is_chosen_where_enough_write_it(three, others):
    """Two English writers do for words, not for a range; where nobody writes it all are used."""
    assert len(three.speaking("en", at_least=1).writers) == 2
    assert len(three.speaking("en").writers) == 3
    assert three.speaking("fi", at_least=1) is three
    assert others.speaking("en").language == "en"


def test_counting_is_bounded_and_repeatable(posts_of):
    """No writer gives more than 20,000 characters, and the same posts give the same counts."""
    first, again = (fit_background(posts_of("BarackObama")) for _ in range(2))
    (writer,), (same,) = first.writers, again.writers
    assert 0.95 * MOST_CHARACTERS < writer.characters <= MOST_CHARACTERS
    assert all(np.array_equal(one, other) for one, other in zip(writer.grams, same.grams, strict=True))
    assert writer.traits == same.traits


def test_a_writer_of_two_languages_stands_there_twice(posts_of):
    """With what is written in each, and left out of both by username."""
    both = fit_background(posts_of("timtimtim_eth") + posts_of("swyx"))
    assert sorted((writer.username, writer.language) for writer in both.writers) == [
        ("swyx", "en"),
        ("timtimtim_eth", "en"),
        ("timtimtim_eth", "zh"),
    ]
    assert [writer.username for writer in both.without("timtimtim_eth").writers] == ["swyx"]


def test_a_saved_background_reads_back(three, tmp_path):
    """All counts, traits and provenance survive; the same background gives the same bytes."""
    save_background(three, tmp_path / "one.npz")
    save_background(three, tmp_path / "two.npz")
    again = load_background(tmp_path / "one.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert np.array_equal(again.gram_keys, three.gram_keys)
    assert again.tallies() == three.tallies()
    for read, written in zip(again.writers, three.writers, strict=True):
        assert (read.username, read.posts, read.words, read.traits) == (
            written.username,
            written.posts,
            written.words,
            written.traits,
        )
        assert all(np.array_equal(a, b) for a, b in zip(read.grams, written.grams, strict=True))


def test_another_version_is_refused(three, tmp_path):
    """A file that this program does not know is not guessed at."""
    save_background(three, tmp_path / "one.npz")
    about = json.loads((tmp_path / "one.json").read_text())
    (tmp_path / "one.json").write_text(json.dumps(about | {"version": 99}))
    with pytest.raises(ValueError, match="version 99"):
        load_background(tmp_path / "one.npz")


def test_the_shipped_set_says_where_it_is_from(others, shared):
    """It is small, names sources with their fingerprints and credits, and these fit the files."""
    assert SHIPPED.stat().st_size < 4_000_000
    assert len(others.writers) > 50
    assert len(others.provenance["attribution"]) > 5
    for source in others.provenance["sources"]:
        (path,) = shared.glob(f"data/**/{source['file']}")
        assert hashlib.sha256(path.read_bytes()).hexdigest() == source["sha256"]


def test_every_shipped_writer_has_counts_and_traits(others):
    """No writer is empty."""
    for writer in others.writers:
        assert writer.grams[1].sum() >= writer.characters
        assert len(writer.traits) > 15
