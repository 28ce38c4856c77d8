import numpy as np
import pytest

from soundalike.posts.files import load_posts
from soundalike.voice.attribution import LineUp
from soundalike.voice.background import fit_background
from soundalike.voice.reading import corpus_of

CREATORS = ("danshipper", "neiltyson", "petergyang", "realDonaldTrump", "swyx", "themooncarl")


@pytest.fixture(scope="module")
def corpora(posts_of):
    """What of six creators' posts is their writing."""
    return {name: corpus_of(posts_of(name)) for name in CREATORS}


def earlier(corpus):
    """The first 80 % of the posts in time, all but 200 at least."""
    return corpus.items[: _cut(corpus)]


def later(corpus):
    """The rest."""
    return corpus.items[_cut(corpus) :]


def _cut(corpus):
    return max(len(corpus.items) * 4 // 5, len(corpus.items) - 200)


def test_a_creators_later_posts_go_to_the_creator_far_more_often_than_by_lot(corpora, others):
    """Over twenty times as often, of forty-nine writers."""
    line_up = LineUp.of(earlier(corpora["themooncarl"]), others)
    assert len(line_up.models) == 49
    assert line_up.picks_creator(later(corpora["themooncarl"])).mean() > 20 * line_up.chance


@pytest.mark.slow
def test_posts_of_writers_who_are_not_in_it_seldom_go_to_the_creator(corpora, others):
    """Each of six creators against the other five, these left out in turn: later posts over half, others' near 5 %."""
    own, foreign = [], []
    for name, corpus in corpora.items():
        own.append(LineUp.of(earlier(corpus), others).picks_creator(later(corpus)).mean())
        for other in set(CREATORS) - {name}:
            line_up = LineUp.of(earlier(corpus), others.without(other))
            foreign.append(line_up.picks_creator(corpora[other].items[-60:]).mean())
    assert np.mean(own) > 0.55
    assert np.mean(foreign) < 0.1


def test_the_creator_is_not_among_the_others(corpora, others):
    """Their own counts would take their posts away from them."""
    known = len([writer for writer in others.writers if writer.language == "en"])
    assert (
        len(LineUp.of(earlier(corpora["swyx"]), others).models) == known
    )  # the creator in place of themselves


def test_who_wrote_more_is_not_favoured(shared, others):
    """Of thousands of posts as much is learned as is kept of the others; the same choice at the same seed."""
    posts = load_posts(shared / "data/creators/elonmusk.jsonl")[-3000:]
    line_up = LineUp.of(posts, others)
    assert line_up.models[0].uses.sum() <= max(model.uses.sum() for model in line_up.models[1:]) * 1.05
    again = LineUp.of(posts, others)
    assert np.array_equal(line_up.models[0].keys, again.models[0].keys)


def test_there_is_no_line_up_of_strangers_to_the_language(others):
    """A judge that tells scripts apart, or knows three others, would find most posts to be the creator's."""
    assert LineUp.of(["今天北京的天气非常好，我们一起去公园散步吧。"] * 20, others) is None
    assert LineUp.of(["Ο σκύλος κοιμάται κάτω από το τραπέζι στην αυλή."] * 20, others) is None
    assert LineUp.of(["One writer only, and this is the text."], fit_background([])) is None


def test_no_text_goes_to_nobody(corpora, others):
    """An empty pool has an empty answer, and a text of no characters is nobody's in particular."""
    line_up = LineUp.of(earlier(corpora["swyx"]), others)
    assert line_up.picks_creator([]).shape == (0,)
    assert line_up.picks_creator(["", "\ud800 \x00"]).shape == (2,)
