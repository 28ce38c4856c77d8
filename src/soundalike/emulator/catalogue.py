"""The accounts and posts behind the stand-in, laid out so that a page is found without a walk through all of them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from soundalike.emulator.faults import AccountState
from soundalike.posts.post import Post, read_username

_IN_SEARCH: Final = frozenset({"ok", "transient_not_found", "renamed"})
_BY_ID: Final = _IN_SEARCH | {"low_follower"}
_LEAST_ID: Final = 10**17  # 18 digits: beyond what a double holds, as the ids of newer accounts are
_RENAMED_STEM: Final = 12  # of the 15 characters a username may have


@dataclass(frozen=True, slots=True)
class Shelf:
    """Posts, newest first; `ages` are their negative Unix seconds, so ascending."""

    posts: tuple[Post, ...] = ()
    ages: tuple[int, ...] = ()

    @classmethod
    def of(cls, posts: Iterable[Post]) -> "Shelf":
        """Put posts in order of time and, within one second, of id."""
        ordered = sorted(
            ((_seconds(post), int(post.id), post) for post in posts), key=lambda row: row[:2], reverse=True
        )
        return cls(tuple(row[2] for row in ordered), tuple(-row[0] for row in ordered))

    def between(self, since: int | None, until: int | None) -> Sequence[Post]:
        """The posts of since <= Unix second < until."""
        start = 0 if until is None else bisect_right(self.ages, -until)
        stop = len(self.ages) if since is None else bisect_right(self.ages, -since)
        return self.posts[start:stop]


@dataclass(frozen=True, slots=True)
class Account:
    """One account: everything it published, and the same parted into its own posts and native reposts.

    `favourite` is the own post with the most engagement.
    """

    id: str
    username: str
    state: AccountState = "ok"
    everything: Shelf = Shelf()
    own: Shelf = Shelf()
    reposts: Shelf = Shelf()
    favourite: Post | None = None
    media_count: int = 0


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All accounts and posts; `own` and `reposts` hold what search can see."""

    by_name: Mapping[str, Account]
    by_id: Mapping[str, Account]
    posts: Mapping[str, Post]
    own: Shelf
    reposts: Shelf

    @classmethod
    def of(cls, posts: Iterable[Post], states: Mapping[str, AccountState] | None = None) -> "Catalogue":
        """Derive the accounts from the posts and bring each into its state.

        An account that has a state but no posts exists too, without posts. A renamed account answers to
        `renamed(username)`, an empty one has published nothing.

        Raises:
            InvalidUsername: A post, or a state, names an author who cannot exist on X.
        """
        accounts = [_account(name, state, theirs) for name, state, theirs in _authors(posts, states or {})]
        visible = [account for account in accounts if account.state in _IN_SEARCH]
        return cls(
            by_name={account.username.lower(): account for account in accounts},
            by_id={account.id: account for account in accounts},
            posts={
                post.id: post
                for account in accounts
                if account.state in _BY_ID
                for post in account.everything.posts
            },
            own=Shelf.of(post for account in visible for post in account.own.posts),
            reposts=Shelf.of(post for account in visible for post in account.reposts.posts),
        )

    def named(self, username: str) -> Account | None:
        """The account of this name, whatever its letter case."""
        return self.by_name.get(username.removeprefix("@").lower())

    def author_of(self, post: Post) -> Account:
        """Who wrote a post; an author without an account here is one without posts."""
        return self.named(post.username) or Account(id_of_name(post.username), post.username)

    def searchable(self, username: str, *, reposts: bool) -> Shelf:
        """What search finds of one account."""
        account = self.named(username)
        if account is None or account.state not in _IN_SEARCH:
            return Shelf()
        return account.reposts if reposts else account.own


def renamed(username: str) -> str:
    """The new name of a renamed account."""
    return f"{username[:_RENAMED_STEM]}_v2"


def id_of_name(username: str) -> str:
    """The same 18-digit number for the same name, for accounts whose id nobody stated."""
    number = int.from_bytes(blake2b(username.lower().encode(), digest_size=8).digest())
    return str(_LEAST_ID + number % (9 * _LEAST_ID))


def _authors(
    posts: Iterable[Post], states: Mapping[str, AccountState]
) -> Iterable[tuple[str, AccountState, list[Post]]]:
    grouped: defaultdict[str, dict[str, Post]] = defaultdict(dict)
    for post in posts:
        grouped[post.username.lower()].setdefault(post.id, post)
    given = {name.lower(): (name, state) for name, state in states.items()}
    for key in grouped | given:
        theirs = list(grouped.get(key, {}).values())
        name, state = given.get(key, (key, "ok"))
        yield read_username(theirs[0].username if theirs else name), state, theirs


def _account(username: str, state: AccountState, posts: list[Post]) -> Account:
    identity = next((post.author_id for post in posts if post.author_id), None) or id_of_name(username)
    if state == "empty":
        posts = []
    if state == "renamed":
        username = renamed(username)
        posts = [replace(post, username=username) for post in posts]
    own = [post for post in posts if not post.is_repost]
    return Account(
        id=identity,
        username=username,
        state=state,
        everything=Shelf.of(posts),
        own=Shelf.of(own),
        reposts=Shelf.of(post for post in posts if post.is_repost),
        favourite=max(own, key=lambda post: post.engagement.total, default=None),
        media_count=sum(bool(post.has_media) for post in posts),
    )


def _seconds(post: Post) -> int:
    return int(post.created_at.timestamp())
