"""Pages, cursors, and how search pages go wrong."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.emulator.dice import Dice
from soundalike.emulator.faults import Faults
from soundalike.emulator.paging import PAGE_SIZE, Chain, read_cursor, write_cursor


@pytest.fixture(scope="module")
def found(make_post):
    """A hundred and five posts, newest first."""
    return [make_post(n) for n in range(105, 0, -1)]


def walk(found, *toggles, most=40):
    """Follow the cursors of a search chain: its pages."""
    faults = Faults.parse(toggles)
    chain = Chain(found, "q", Dice(faults.seed), fill_last_cursor=faults.last_page_cursor == "filled")
    pages, cursor = [], ""
    while len(pages) < most:
        pages.append(chain.search_page(cursor, faults.search))
        cursor = pages[-1].next_cursor
        if not pages[-1].has_next:
            break
    return pages


def ids(pages):
    """The ids on all pages in order."""
    return [post.id for page in pages for post in page.posts]


@pytest.mark.parametrize("length", [0, 1, 19, 20, 21, 40, 105])
def test_a_chain_gives_every_post_once_in_order(found, length):
    """Whatever the length, the last page says so and no page is empty but the only one."""
    pages = walk(found[:length])
    assert ids(pages) == [post.id for post in found[:length]]
    assert len(pages) == max(1, -(-length // PAGE_SIZE))
    assert (pages[-1].has_next, pages[-1].next_cursor) == (False, "")


@given(st.text(), st.text(), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_a_cursor_is_good_for_its_query_only(mine, other, offset, serial):
    """It gives its offset back, and nothing to another query."""
    cursor = write_cursor(mine, offset, serial)
    assert cursor.startswith("DAABCgAB")
    assert read_cursor(mine, cursor) == offset
    assert read_cursor(other, cursor) == (offset if mine == other else None)


@given(st.text())
def test_a_foreign_cursor_finds_an_empty_last_page(found, text):
    """Nobody knows what the service does; nothing is the least it can do."""
    if text:
        page = Chain(found, "q", Dice(0), fill_last_cursor=False).page(text)
        assert (page.posts, page.has_next) == ([], False)


def test_repeats_are_extra(found):
    """With repeated posts nothing gets lost and pages stay full."""
    pages = walk(found, "search.dup_rate=0.3")
    counted = Counter(ids(pages))
    assert counted.keys() == {post.id for post in found}
    assert max(counted.values()) > 1
    assert {len(page.posts) for page in pages[:-1]} == {PAGE_SIZE}


def test_the_same_page_comes_again_under_a_new_cursor(found):
    """Struck every time, the chain never gets past its first page although each cursor is new."""
    pages = walk(found, "search.same_page_cursor=always", most=5)
    assert [page.posts for page in pages] == [found[:20]] * 5
    assert len({page.next_cursor for page in pages}) == 5
    assert Counter(ids(walk(found, "search.same_page_cursor=every:3"))).keys() == {post.id for post in found}


def test_an_empty_page_can_stand_in_mid_chain(found):
    """The chain goes on behind it."""
    pages = walk(found, "search.empty_page_with_next=every:2")
    assert [len(page.posts) for page in pages[:4]] == [20, 0, 20, 0]
    assert ids(pages) == [post.id for post in found]


def test_an_endless_chain_promises_more_for_ever(found):
    """Behind the last post come empty pages that have a next one."""
    pages = walk(found, "search.endless=on", most=10)
    assert [len(page.posts) for page in pages[-4:]] == [0] * 4
    assert all(page.has_next and page.next_cursor for page in pages)


def test_a_cursor_can_lead_back_to_itself(found):
    """From the second page on the next cursor is the one just used."""
    pages = walk(found, "search.repeat_cursor=always", most=4)
    assert len({page.next_cursor for page in pages}) == 1
    assert pages[1].posts == pages[3].posts == found[20:40]


def test_posts_go_missing_at_the_drop_rate(found):
    """Pages get shorter; asking again brings others."""
    kept = ids(walk(found, "search.drop_rate=0.1"))
    assert 80 <= len(kept) < 105
    assert kept != ids(walk(found, "search.drop_rate=0.1", "seed=1"))


def test_a_chain_runs_dry(found):
    """The deepest page is cut and says it is the last."""
    assert len(ids(walk(found, "search.dry_after=50"))) == 50
    assert len(ids(walk(found, "search.dry_after=0"))) == 105


def test_short_pages_lose_nothing(found):
    """Fewer than twenty is not the end."""
    pages = walk(found, "search.short_pages=always")
    assert ids(pages) == [post.id for post in found]
    assert all(0 < len(page.posts) < PAGE_SIZE for page in pages)


def test_an_empty_answer_can_be_passing(found):
    """Struck first, the query answers the second time."""
    faults = Faults.parse(["search.transient_empty=first:1"]).search
    chain = Chain(found, "q", Dice(0), fill_last_cursor=False)
    assert [len(chain.search_page("", faults).posts) for _ in range(2)] == [0, 20]


def test_the_last_page_may_carry_a_cursor(found):
    """`has_next` is the sign to trust."""
    last = walk(found, "last_page_cursor=filled")[-1]
    assert last.next_cursor
    assert not last.has_next


def test_faults_repeat_themselves(found):
    """The same seed gives the same run, cursors included."""
    toggles = ["search.dup_rate=0.3", "search.drop_rate=0.2", "search.short_pages=0.5"]
    assert walk(found, *toggles) == walk(found, *toggles)
