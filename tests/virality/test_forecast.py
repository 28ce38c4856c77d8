"""Which of two wordings wins with this creator's audience, and when nobody can say."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from soundalike.errors import TooFewPosts
from soundalike.posts.packing import pack, unpack
from soundalike.virality.forecast import _TYPES as TYPES
from soundalike.virality.forecast import _VERSION as VERSION
from soundalike.virality.forecast import Forecaster
from soundalike.virality.reading import LAYOUT
from soundalike.virality.score import comparable_posts, engagement_of, seconds_of

WORDS = "garden river stone bread winter letter morning engine music paper".split()
GOOD, BAD = "The secret of {} you never knew", "Notes on {} for the record"


def planted(make_post, size, *, factor, seed=0):
    """Posts of two wordings on ten subjects, one of which gets `factor` times the engagement."""
    rng = np.random.default_rng(seed)
    posts = []
    for number in range(size):
        good = rng.random() < 0.5
        likes = int(rng.lognormal(6, 0.7) * (factor if good else 1))
        posts.append(
            make_post(number, likes, text=(GOOD if good else BAD).format(rng.choice(WORDS)), lang="en")
        )
    return posts


@pytest.fixture(scope="module")
def fitted(make_post):
    """A forecaster of 300 posts in which one wording gets three times the engagement."""
    return Forecaster.fit(planted(make_post, 300, factor=3))


def test_the_planted_wording_wins(fitted):
    """On a subject never seen the better wording is preferred with confidence."""
    [probability] = fitted.probability([GOOD.format("moss")], [BAD.format("moss")])
    assert probability > 0.7
    assert fitted.is_useful
    assert not fitted.abstains(np.array([probability]))[0]


def test_the_planted_share_is_what_the_back_test_reports(make_post):
    """Threefold engagement decides half of the pairs seven times in eight: nearly all intervals hold that share."""
    # Half the pairs are of equal wording and a coin's toss: 0.5·0.5 + 0.5·Φ(ln 3 / (0.7·√2)) = 0.68.
    found = [Forecaster.fit(planted(make_post, 300, factor=3, seed=s)).accuracy for s in range(10)]
    assert sum(each.low <= 0.68 <= each.high for each in found) >= 8
    assert all(each.low < each.value < each.high and each.brier < 0.25 for each in found)


def test_the_two_sides_add_up_to_one(fitted):
    """P(a beats b) + P(b beats a) = 1, and a text against itself is even."""
    first, second = [GOOD.format(w) for w in WORDS], [BAD.format(w) for w in WORDS]
    assert fitted.probability(first, second) + fitted.probability(second, first) == pytest.approx(1)
    assert fitted.probability(first, first) == pytest.approx(0.5)


def test_a_pairs_answer_does_not_depend_on_the_company(fitted):
    """One pair alone and among others gets the same probability."""
    first, second = [GOOD.format(w) for w in WORDS], [BAD.format(w) for w in WORDS]
    alone = [fitted.probability([a], [b])[0] for a, b in zip(first, second, strict=True)]
    assert fitted.probability(first, second) == pytest.approx(alone)


def test_a_time_common_to_both_favours_neither(fitted):
    """One time, one a pair and one for each text are understood; only the last can matter."""
    first, second, noon = [GOOD.format("a")] * 2, [BAD.format("b")] * 2, datetime(2026, 5, 3, 12, tzinfo=UTC)
    plain = fitted.probability(first, second)
    assert fitted.probability(first, second, at=noon) == pytest.approx(plain)
    assert fitted.probability(first, second, at=[noon, noon + timedelta(days=1)]) == pytest.approx(plain)
    apart = fitted.probability(first, second, at=[(noon, noon + timedelta(hours=9))] * 2)
    assert ((apart > 0) & (apart < 1)).all()


def test_near_even_answers_are_left_open(fitted):
    """Between 0.40 and 0.60 no winner is named."""
    assert fitted.abstains(np.array([0.3, 0.45, 0.5, 0.59, 0.61])).tolist() == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_engagement_without_a_cause_is_not_forecast(make_post):
    """Where wording makes no difference the back-test says so, and every answer abstains."""
    useful = [Forecaster.fit(planted(make_post, 200, factor=1, seed=s)).is_useful for s in range(10)]
    assert sum(useful) <= 2
    barren = Forecaster.fit(planted(make_post, 200, factor=1, seed=useful.index(False)))
    assert barren.abstains(np.array([0.01, 0.99])).all()


def test_under_fifty_posts_it_refuses(make_post):
    """49 posts, and 300 of which most are reposts, are too few; the error says how many there were."""
    with pytest.raises(TooFewPosts) as error:
        Forecaster.fit(planted(make_post, 49, factor=3))
    assert (error.value.found, error.value.needed) == (49, 50)
    posts = [replace(p, is_repost=n > 40) for n, p in enumerate(planted(make_post, 300, factor=3))]
    with pytest.raises(TooFewPosts):
        Forecaster.fit(posts)


def test_posts_too_far_apart_cannot_be_back_tested(make_post):
    """With one post a month there is no pair within a week, so nothing is claimed."""
    posts = [make_post(n, n % 9, text=GOOD.format(n), hours=24 * 30) for n in range(120)]
    lonely = Forecaster.fit(posts)
    assert lonely.accuracy is None
    assert not lonely.is_useful


def test_equal_engagement_is_no_ground(make_post):
    """An account of zeros fits, claims nothing and answers even."""
    flat = Forecaster.fit([make_post(n, 0, text=GOOD.format(n)) for n in range(150)])
    assert not flat.is_useful
    assert flat.probability(["a"], ["b"]) == pytest.approx(0.5)


def test_the_same_posts_give_the_same_forecaster(make_post):
    """Order of the posts makes no difference, and the seed moves the interval alone."""
    posts = planted(make_post, 150, factor=2)
    one, other, third = Forecaster.fit(posts), Forecaster.fit(posts[::-1]), Forecaster.fit(posts, seed=1)
    assert one.accuracy == other.accuracy
    assert one.accuracy.low != third.accuracy.low
    texts = [GOOD.format("x"), ""], [BAD.format("y"), "🚀" * 50]
    assert (one.probability(*texts) == third.probability(*texts)).all()


def test_unequal_lists_make_no_pairs(fitted):
    """Two texts against one is an error; none against none is an empty answer."""
    with pytest.raises(ValueError, match="make no pairs"):
        fitted.probability(["a", "b"], ["c"])
    assert fitted.probability([], []).shape == (0,)


@pytest.mark.slow
def test_thousands_of_pairs_are_quick(fitted):
    """2,000 pairs take a second or so of work."""
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, 25)) for _ in range(4_000)]
    began = time.process_time()
    fitted.probability(texts[:2000], texts[2000:])
    assert time.process_time() - began < 4


def ahead(creator, name):
    """A forecaster of the first 80 % of a creator's posts, and its probabilities for close pairs of the rest."""
    own = comparable_posts(creator(name))
    cut = int(len(own) * 0.8)
    forecaster, late = Forecaster.fit(own[:cut]), own[cut:][:1500]
    engagement, seconds = engagement_of(late), seconds_of(late)
    close = np.abs(seconds[:, None] - seconds) <= 7 * 86_400
    better, worse = np.nonzero(close & (engagement[:, None] > engagement))
    texts = [post.text for post in late]
    return forecaster, forecaster.probability([texts[i] for i in better], [texts[j] for j in worse])


@pytest.mark.slow
def test_later_posts_of_a_real_creator_are_ordered_better_than_by_chance(creator):
    """Fitted on 80 % of @realDonaldTrump it orders over 70 % of close later pairs, calibrated within 5 points."""
    forecaster, p = ahead(creator, "realDonaldTrump")
    assert (p > 0.5).mean() > 0.7
    assert forecaster.accuracy.low < (p > 0.5).mean() < forecaster.accuracy.high + 0.05
    sure = np.maximum(p, 1 - p) > 0.7
    assert abs((p > 0.5)[sure].mean() - np.maximum(p, 1 - p)[sure].mean()) < 0.05


@pytest.mark.slow
def test_creators_kept_back_from_the_choice_of_settings_reach_two_thirds(creator, shared):
    """Mean accuracy over the seven creators on whom no setting was chosen is at least 0.67."""
    names = sorted(path.stem for path in (shared / "data/creators").glob("*.jsonl"))[1::2]
    shares = [(ahead(creator, name)[1] > 0.5).mean() for name in names]
    assert len(shares) == 7
    assert np.mean(shares) >= 0.67


def test_a_kept_forecaster_says_the_same(fitted):
    """Bytes and back changes no figure: probabilities with and without a time, the back-test, the scores."""
    again = Forecaster.from_bytes(fitted.to_bytes())
    first, second = [GOOD.format("moss"), "@you http://a.b 3 things", ""], [BAD.format("moss"), "", "Why? 7%"]
    for at in (None, datetime(2026, 3, 1, 7, tzinfo=UTC)):
        assert np.array_equal(
            again.probability(first, second, at=at), fitted.probability(first, second, at=at)
        )
    assert (again.accuracy, again.slope, again.posts) == (fitted.accuracy, fitted.slope, fitted.posts)
    assert again.to_bytes() == fitted.to_bytes()


def test_the_mean_probability_is_that_over_all_rivals(fitted):
    """Rivals may be given by their scores alone."""
    texts, rivals = [GOOD.format("moss"), BAD.format("ice")], [BAD.format("tea"), GOOD.format("ivy"), "So."]
    expected = [fitted.probability([text] * 3, rivals).mean() for text in texts]
    assert fitted.mean_probability(texts, fitted.scores(rivals)) == pytest.approx(expected)


@given(st.integers(0, 10**6), st.integers(1, 255))
@settings(deadline=None, max_examples=50)
def test_a_damaged_forecaster_is_refused(fitted, place, change):
    """One changed byte anywhere is enough."""
    content = bytearray(fitted.to_bytes())
    content[place % len(content)] ^= change
    with pytest.raises(ValueError, match="bytes"):
        Forecaster.from_bytes(bytes(content))


@pytest.mark.parametrize(
    ("facts", "arrays"),
    [
        ({"features": ["other"]}, {}),
        ({"slope": "1"}, {}),
        ({"slope_error": None}, {}),
        ({"posts": 0}, {}),
        ({"language": 1}, {}),
        ({"accuracy": {"value": 1.0}}, {}),
        ({"accuracy": {"value": "a", "low": 0, "high": 1, "brier": 0, "pairs": 1, "posts": 1}}, {}),
        ({}, {"weights": np.zeros(3, "<f4")}),
        ({}, {"weights": np.full(len(LAYOUT.names), np.nan, "<f4")}),
        ({}, {"without": np.zeros(30, "<f2")}),
        ({}, {"spread": np.zeros(len(LAYOUT.names))}),
        ({}, {"mean": np.full(len(LAYOUT.names), np.nan)}),
        ({}, {"gaps": np.zeros(0, "<u4")}),
        ({}, {"found": np.zeros(0, "<u4")}),
    ],
)
def test_figures_that_no_forecaster_has_are_refused(fitted, facts, arrays):
    """Even under a digest that is right; so is one that asks other questions of a text."""
    content = fitted.to_bytes()
    whole = unpack(content, "forecaster", VERSION, TYPES)
    assert pack("forecaster", VERSION, *whole) == content
    with pytest.raises(ValueError, match="forecaster"):
        Forecaster.from_bytes(pack("forecaster", VERSION, whole.facts | facts, whole.arrays | arrays))


def test_columns_in_disorder_or_beyond_the_last_are_refused(fitted):
    """Gaps of nothing, and gaps that lead past the last column, are no list of columns."""
    whole = unpack(fitted.to_bytes(), "forecaster", VERSION, TYPES)
    for gap in (0, 2**31):
        gaps = whole.arrays["gaps"].copy()
        gaps[1] = gap
        with pytest.raises(ValueError, match="forecaster"):
            Forecaster.from_bytes(pack("forecaster", VERSION, whole.facts, whole.arrays | {"gaps": gaps}))


def test_an_interval_holds_its_probability_and_turns_over_with_the_pair(fitted):
    """The interval of (b, a) is one minus that of (a, b), and that of a text against itself is 0.5 alone."""
    first, second = [GOOD.format(w) for w in WORDS], [BAD.format(w) for w in WORDS]
    interval, chance = fitted.interval(first, second), fitted.probability(first, second)
    assert interval.shape == (len(WORDS), 2)
    assert ((interval[:, 0] < chance) & (chance < interval[:, 1])).all()
    assert fitted.interval(second, first) == pytest.approx(1 - interval[:, ::-1])
    assert fitted.interval(first[:1], first[:1]) == pytest.approx(0.5)
    assert fitted.interval([], []).shape == (0, 2)


def test_more_posts_narrow_the_interval(make_post):
    """On ten times the posts an answer is at least half as unsure again less, in log odds."""
    pair = [GOOD.format("moss")], [BAD.format("moss")]
    widths = []
    for size in (120, 1200):
        low, high = Forecaster.fit(planted(make_post, size, factor=3)).interval(*pair)[0]
        widths.append(np.log(high / (1 - high)) - np.log(low / (1 - low)))
    assert widths[1] < widths[0] / 1.5


@pytest.mark.slow
def test_the_interval_holds_the_truth_of_a_planted_share(make_post):
    """The better wording wins in Φ(ln 3 / (0.7·√2)) = 0.87 of cases: most of 12 intervals hold it."""
    pair = [GOOD.format("tea")], [BAD.format("tea")]
    found = [Forecaster.fit(planted(make_post, 300, factor=3, seed=s)).interval(*pair)[0] for s in range(12)]
    assert sum(low <= 0.87 <= high for low, high in found) >= 9


@given(st.text(max_size=60), st.text(max_size=60))
@example("", "\U000bc393£")  # whose column is one of the first text's words too
@settings(deadline=None, max_examples=30)
def test_reasons_add_up_to_the_answer(fitted, first, second):
    """The sum over all reasons is the log odds, each favours the side of its sign, and turning the pair turns each."""
    first = f"The secret {first}"
    reasons = fitted.reasons(first, second, most=None)
    [chance] = fitted.probability([first], [second])
    assert sum(reason.log_odds for reason in reasons) == pytest.approx(
        np.log(chance / (1 - chance)), abs=1e-6
    )
    assert all((reason.favours == "first") == (reason.log_odds > 0) for reason in reasons)
    turned = {reason.key: reason.log_odds for reason in fitted.reasons(second, first, most=None)}
    assert turned == pytest.approx({reason.key: -reason.log_odds for reason in reasons})


def test_reasons_name_the_planted_words(fitted):
    """The words that only the better wording has are among the reasons, with the text they stand in."""
    reasons = fitted.reasons(GOOD.format("moss"), BAD.format("moss"), most=None)
    sentences = [reason.sentence for reason in reasons]
    assert "The word “secret”, in the first text" in sentences
    assert "Begins with “notes”, in the second text" in sentences
    sizes = [abs(reason.log_odds) for reason in reasons]
    assert sizes == sorted(sizes, reverse=True)
    assert fitted.reasons(GOOD.format("moss"), BAD.format("moss")) == reasons[:3]


def test_a_text_against_itself_has_no_reasons(fitted):
    """Nothing speaks for either of two equal texts."""
    assert fitted.reasons("The same.", "The same.") == []


def test_the_clock_is_a_reason_where_it_differs(fitted):
    """The same text at two hours: only features of the clock speak."""
    noon = datetime(2026, 5, 3, 12, tzinfo=UTC)
    reasons = fitted.reasons("The same.", "The same.", at=[(noon, noon + timedelta(hours=9))], most=None)
    assert reasons
    assert all("Posted" in reason.sentence for reason in reasons)


@pytest.mark.slow
@pytest.mark.parametrize("size", [300, 3_000])
def test_a_fit_takes_seconds_and_is_kept_small(make_post, size):
    """3,000 posts of 20 words take 5 s of one core with the back-test and the interval, and 3 MB when kept."""
    rng = np.random.default_rng(0)
    texts = [" ".join(f"w{n}" for n in rng.zipf(1.3, 20) if n < 20_000) for _ in range(size)]
    posts = [make_post(n, int(rng.lognormal(5, 1)), text=text) for n, text in enumerate(texts)]
    began = time.process_time()
    content = Forecaster.fit(posts).to_bytes()
    assert time.process_time() - began < 5
    assert len(content) < 3e6
