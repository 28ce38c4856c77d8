"""How like the creator a text is."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.errors import TooFewPosts
from soundalike.posts.packing import pack, unpack
from soundalike.posts.post import Post
from soundalike.voice.background import fit_background
from soundalike.voice.likeness import _TYPES as TYPES
from soundalike.voice.likeness import Likeness, impostors
from soundalike.voice.reading import text_of

START = datetime(2024, 1, 1, tzinfo=UTC)
POTTER = [f"Opened the kiln. {count} mugs, {count % 7} cracked. Anyway, tea." for count in range(40)]
SAILOR = [f"WIND FROM THE WEST!!! we sail at {hour} and nobody stops us #ahoy" for hour in range(40)]


@pytest.fixture(scope="module")
def obama(posts_of):
    """600 of Obama's posts, and the 200 after them."""
    posts = [post for post in posts_of("BarackObama") if not post.is_repost]
    return posts[-800:-200], posts[-200:]


@pytest.fixture(scope="module")
def likeness(obama):
    """Likeness to Obama's earlier posts."""
    return Likeness.fit(obama[0])


@pytest.fixture(scope="module")
def drawn(obama):
    """The other writers, judged by measures that do not know them."""
    return impostors(obama[0])


@pytest.fixture(scope="module")
def potter():
    """Likeness to an invented potter, against the writers that come with the package."""
    return Likeness.fit(POTTER)


@pytest.mark.slow
def test_later_posts_score_above_every_other_creator(obama, likeness, posts_of):
    """Obama's last posts are liker Obama's earlier ones than any other English creator's are."""
    creators = ("realDonaldTrump", "neiltyson", "elonmusk", "petergyang", "swyx", "steipete", "danshipper")
    own = likeness.score(obama[1])
    assert own > 1.0
    assert all(likeness.score(posts_of(name)[-200:]) < own - 1.0 for name in creators)


def test_later_posts_score_above_every_impostor(obama, likeness, drawn):
    """No writer of the background, drawn from counts and judged without them, comes near."""
    assert len(drawn) == likeness.writers
    nearest = max(ratios.sum() / weights.sum() for ratios, weights in drawn.values())
    assert nearest < likeness.score(obama[1]) - 1.0


def test_drawn_impostors_stand_for_real_ones(obama, drawn, posts_of, others):
    """Posts drawn from a writer's counts score about as the writer's real ones, neither being known to the measure."""
    ratios, weights = drawn["neiltyson"]
    real = Likeness.fit(obama[0], others.without("neiltyson")).score(posts_of("neiltyson"))
    assert ratios.sum() / weights.sum() == pytest.approx(real, abs=0.75)


def test_a_creator_in_the_background_is_left_out_of_it(obama, likeness, others):
    """Fitting with the shipped set equals fitting with the set that lacks the creator."""
    alone = Likeness.fit(obama[0], others.without("barackOBAMA"))
    assert likeness.writers == alone.writers == len(others.speaking("en").writers) - 1
    assert likeness.score(obama[1]) == alone.score(obama[1])


@pytest.mark.slow
def test_bare_texts_do_as_well_as_posts(obama, others):
    """A list of strings, with the creator left out by hand, gives the same measure."""
    posts = obama[0][:200]
    by_post = Likeness.fit(posts)
    by_text = Likeness.fit([post.text for post in posts], others.without("BarackObama"))
    assert by_text.score(obama[1]) == pytest.approx(by_post.score(obama[1]), abs=1e-6)


def test_the_order_of_posts_is_no_matter(obama, likeness):
    """Neither the order scored nor the order learned from changes a figure noticeably."""
    assert likeness.score(obama[1][::-1]) == pytest.approx(likeness.score(obama[1]))
    dated = [
        Post(id=str(hour), text=text, created_at=START + timedelta(hours=hour), username="potter")
        for hour, text in enumerate(POTTER)
    ]
    forwards, backwards = (
        Likeness.fit(posts).scores(POTTER[:5] + SAILOR[:5]) for posts in (dated, dated[::-1])
    )
    assert backwards == pytest.approx(forwards, abs=1e-3)


def test_zero_lies_between_the_creator_and_the_others(likeness, obama, drawn):
    """What was learned without them stands on either side of it: later posts above, impostors below."""
    assert likeness.score(obama[1]) > 0
    assert np.mean([ratios.sum() / weights.sum() < 0 for ratios, weights in drawn.values()]) > 0.9


def test_the_same_seed_gives_the_same_measure(potter):
    """Fitting twice gives equal figures; another seed draws others and gives slightly different ones."""
    texts = POTTER[:3] + SAILOR[:3]
    assert np.array_equal(Likeness.fit(POTTER).scores(texts), potter.scores(texts))
    assert not np.array_equal(Likeness.fit(POTTER, seed=1).scores(texts), potter.scores(texts))


def test_a_pool_is_the_weighted_mean_of_its_texts(likeness, obama):
    """`score` is the sum of the ratios over the sum of the weights; `scores` are their quotients."""
    ratios, weights = likeness.ratios(obama[1])
    assert likeness.score(obama[1]) == pytest.approx(ratios.sum() / weights.sum())
    assert likeness.scores(obama[1]) == pytest.approx(ratios / weights)
    assert weights == pytest.approx([np.sqrt(len(text_of(post)) + 1) for post in obama[1]])


def test_given_posts_of_others_are_the_background():
    """A potter is told from a sailor by a measure that knows no other writer."""
    measure = Likeness.fit(POTTER[:30], SAILOR[:30])
    assert measure.writers == 1
    assert measure.scores(POTTER[30:]).min() > 0 > measure.scores(SAILOR[30:]).max()


def test_chinese_is_held_against_chinese(posts_of):
    """A Chinese creator is judged against the other Chinese writers alone."""
    measure = Likeness.fit(posts_of("ezshine"))
    assert (measure.language, measure.writers) == ("zh", 3)


def test_a_stored_measure_gives_the_same_figures(potter):
    """Bytes and back changes nothing."""
    again = Likeness.from_bytes(potter.to_bytes())
    assert np.array_equal(again.scores(POTTER + SAILOR), potter.scores(POTTER + SAILOR))
    assert (again.writers, again.language) == (potter.writers, potter.language)
    assert again.to_bytes() == potter.to_bytes()


@given(st.integers(0, 10**6), st.integers(1, 255))
@settings(deadline=None, max_examples=50)
def test_a_damaged_measure_is_refused(potter, place, change):
    """One changed byte anywhere is enough."""
    content = bytearray(potter.to_bytes())
    content[place % len(content)] ^= change
    with pytest.raises(ValueError, match="bytes"):
        Likeness.from_bytes(bytes(content))


@pytest.mark.parametrize(
    ("facts", "arrays"),
    [
        ({"intercept": "0"}, {}),
        ({"writers": None}, {}),
        ({"language": 3}, {}),
        ({"sizes": [1, 2]}, {}),
        ({"sizes": [-1, 2, 3]}, {}),
        ({"parts": [1.0]}, {}),
        ({}, {"weights": np.zeros(1)}),
        ({}, {"scales": np.zeros(2)}),
        ({}, {"uses": np.zeros(3, np.int64)}),
        ({}, {"runs": np.array([-1])}),
        ({}, {"words": np.frombuffer(b"one word", np.uint8)}),
        ({}, {"words": np.frombuffer(b"\xff", np.uint8)}),
    ],
)
def test_figures_that_no_measure_has_are_refused(potter, facts, arrays):
    """Even under a digest that is right."""
    content = potter.to_bytes()
    whole = unpack(content, "likeness", 1, TYPES)
    assert pack("likeness", 1, *whole) == content
    with pytest.raises(ValueError, match="likeness"):
        Likeness.from_bytes(pack("likeness", 1, whole.facts | facts, whole.arrays | arrays))


def test_too_little_text_is_refused_with_what_there_is():
    """Nine posts are too few, and so are ten short ones; the error says how much was found."""
    with pytest.raises(TooFewPosts, match="9 posts with") as few:
        Likeness.fit(POTTER[:9])
    assert (few.value.found, few.value.needed) == (9, 10)
    with pytest.raises(TooFewPosts, match="characters"):
        Likeness.fit([f"Short {number} one" for number in "abcdefghijkl"])


def test_without_another_writer_there_is_no_measure():
    """A background that holds the creator alone, or nobody, is refused."""
    with pytest.raises(TooFewPosts, match="no other writer"):
        Likeness.fit(POTTER, fit_background([]))


def test_an_empty_pool_has_no_likeness(potter):
    """Asking for the likeness of nothing is a mistake of the caller's."""
    with pytest.raises(ValueError, match="no texts"):
        potter.score([])
    assert len(potter.scores([])) == 0


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(st.characters(), max_size=300), min_size=1, max_size=5))
def test_any_text_has_a_finite_likeness(potter, texts):
    """Emoji, lone surrogates, control characters, nothing at all: a number comes out, and the same one again."""
    scores = potter.scores(texts)
    assert np.isfinite(scores).all()
    assert potter.score(texts) == pytest.approx(float(potter.score(texts[::-1])))


@pytest.mark.parametrize("text", ["", "🔥" * 300, "صباح الخير " * 20, "안녕하세요 " * 20, "word " * 800])
def test_strange_texts_are_not_the_creators(potter, text):
    """Nothing that the potter would not write scores like the potter."""
    assert potter.score([text]) < potter.scores(POTTER).min()
