"""What a query finds in the catalogue."""

from operator import attrgetter

from soundalike.emulator.catalogue import Catalogue
from soundalike.emulator.query import MAX_QUERY_LENGTH, parse_query
from soundalike.posts.post import Post

_BY_TOTAL = attrgetter("engagement.total")


def find_posts(catalogue: Catalogue, text: str, *, index_starts: int, top: bool, now: float) -> list[Post]:
    """Everything a query finds, newest first, or with the most engagement first; over-long queries find nothing.

    Native reposts are found by nothing but `filter:nativeretweets`, and then alone. Posts written before the Unix
    second `index_starts` are not found.
    """
    if len(text) > MAX_QUERY_LENGTH:
        return []
    query = parse_query(text, now=now)
    everyone = catalogue.reposts if query.reposts else catalogue.own
    shelf = catalogue.searchable(query.author, reposts=query.reposts) if query.author else everyone
    since = max(query.since or 0, index_starts)
    found = [post for post in shelf.between(since, query.until) if query.matches(post)]
    return sorted(found, key=_BY_TOTAL, reverse=True) if top else found
