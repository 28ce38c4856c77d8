"""Accounts and posts behind the stand-in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.emulator.catalogue import Catalogue, Shelf, id_of_name, renamed
from soundalike.errors import InvalidUsername

BOUND = st.none() | st.integers(-2, 40)


@given(minutes=st.lists(st.integers(0, 30)), since=BOUND, until=BOUND)
def test_a_window_holds_what_a_walk_through_all_posts_finds(make_post, minutes, since, until):
    """`since` is in the window, `until` is not, and posts come newest first."""
    posts = [make_post(minute) for minute in minutes]
    start = int(make_post(0).created_at.timestamp())
    bounds = [None if minute is None else start + 60 * minute for minute in (since, until)]
    found = Shelf.of(posts).between(*bounds)
    low, high = -1 if since is None else since, 99 if until is None else until
    kept = sorted((minute for minute in minutes if low <= minute < high), reverse=True)
    assert [post.created_at for post in found] == [make_post(minute).created_at for minute in kept]


def test_accounts_are_derived_from_posts(posts):
    """Names are found in any letter case; a stated id is kept, a missing one made from the name."""
    catalogue = Catalogue.of(posts)
    assert catalogue.named("@ANN_writes").username == "Ann_Writes"
    assert catalogue.named("Bob").id == "42"
    assert catalogue.named("ann_writes").id == id_of_name("ANN_WRITES")
    assert catalogue.by_id["42"].username == "bob"
    assert len(catalogue.named("ann_writes").everything.posts) == 65


def test_a_made_up_id_is_above_what_a_double_holds_and_legal():
    """Clients that read ids as numbers are found out."""
    assert 2**53 < int(id_of_name("someone")) < 10**18


def test_a_post_given_twice_is_there_once(posts):
    """Identity is the post's id."""
    assert len(Catalogue.of([*posts, *posts]).named("bob").everything.posts) == 3


def test_a_renamed_account_keeps_its_id_and_posts_under_a_new_name(posts):
    """The old name is gone."""
    catalogue = Catalogue.of(posts, {"BOB": "renamed"})
    assert catalogue.named("bob") is None
    assert catalogue.by_id["42"].username == renamed("bob")
    assert {post.username for post in catalogue.by_id["42"].own.posts} == {renamed("bob")}
    assert len(renamed("x" * 15)) == 15


def test_an_account_may_exist_without_posts():
    """A toggle alone makes an account."""
    account = Catalogue.of([], {"Locked": "protected"}).named("locked")
    assert (account.username, account.everything.posts) == ("Locked", ())


def test_posts_without_a_possible_author_are_refused(make_post):
    """The contract has no place for such a name."""
    with pytest.raises(InvalidUsername):
        Catalogue.of([make_post(1, username="not a name")])
