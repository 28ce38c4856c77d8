"""Real creators, and others, for the voice room."""

import pytest

from soundalike.posts.files import load_posts
from soundalike.voice.background_file import shipped_background


@pytest.fixture(scope="session")
def posts_of(shared):
    """Reads a development creator's posts: `posts_of("swyx")`."""
    return lambda username: load_posts(shared / f"data/creators/{username}.jsonl")


@pytest.fixture(scope="session")
def others():
    """The writers that come with the package."""
    return shipped_background()
