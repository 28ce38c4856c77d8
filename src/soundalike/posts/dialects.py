"""Posts as X and other tools write them, read into our values: one reader for each dialect.

A post shows its dialect by its keys, a page by where its list of posts lies. A new dialect is one more reader in
`_DIALECTS` and, where its pages are of a new kind, one more case in `items_of`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from soundalike.errors import SchemaDrift
from soundalike.posts.api.wire import read_post
from soundalike.posts.post import Engagement, Post
from soundalike.posts.rows import (
    Row,
    post_of,
    read_count,
    read_id,
    read_id_or_none,
    read_language,
    read_links,
    read_text,
    read_time,
    read_username,
)
from soundalike.posts.text import unescape_once

Json = dict[str, Any]

SHORTEST_CUT: Final = 100  # characters; X cuts at 140 ideographs or 280 letters
_CUT_MARK: Final = "…"
_LINK_AT_END: Final = re.compile(r"\s*https?://\S+$")
_LINK_TO_POST: Final = re.compile(r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/\w+/status(?:es)?/\d+")

# What other people's tables call our columns; letter case and signs between words do not count.
_ALIASES: Final = {
    "id": "idstr tweetid postid statusid",
    "text": "fulltext tweet content",
    "created_at": "createdat date datetime time timestamp",
    "like_count": "likecount favoritecount likes favorites likescount",
    "retweet_count": "retweetcount retweets reposts repostcount retweetscount",
    "reply_count": "replycount replies repliescount",
    "quote_count": "quotecount quotes quotescount",
    "view_count": "viewcount views impressions impressioncount viewscount",
    "bookmark_count": "bookmarkcount bookmarks bookmarkedcount bookmarkscount",
    "is_retweet": "isretweet isrepost",
    "is_reply": "isreply",
    "author": "screenname userscreenname username user",
    "author_id": "authorid userid useridstr",
    "lang": "language",
    "is_quote": "",
    "has_media": "",
    "media_links": "",
    "in_reply_to_id": "inreplytoid inreplytostatusid inreplytostatusidstr",
    "conversation_id": "conversationid conversationidstr",
    "reposted_id": "retweetedstatusid",
}
_PAGE_SIGNS: Final = {"tweets", "meta", "has_next_page"}

_NAME_OF: Final = {
    alias: (name, rank)
    for name, aliases in _ALIASES.items()
    for rank, alias in enumerate((name.replace("_", ""), *aliases.split()))
}


def items_of(value: object) -> Iterator[object]:
    """The posts in a JSON value, still in their dialect: one alone, a list, or a page in any known envelope."""
    if isinstance(value, list):
        for one in value:
            yield from items_of(one)
    elif not isinstance(value, dict):
        yield value
    elif isinstance(value.get("tweet"), dict):
        yield value["tweet"]
    elif lists := [value[key] for key in ("tweets", "data") if isinstance(value.get(key), list)]:
        yield from _page_items(lists[0], value)
    elif isinstance(data := value.get("data"), dict):
        yield from _inner_items(data, value)
    elif "id" in value or not _PAGE_SIGNS & value.keys():
        yield value


def read_item(item: object) -> Post:
    """Read one post in whatever dialect; its username is empty where the item names none.

    Raises:
        KeyError, TypeError, ValueError: It lacks an id, a text or a time, or one of them makes no sense.
    """
    if not isinstance(item, dict):
        raise TypeError(f"a {type(item).__name__} where an object should be")
    return next((read for fits, read in _DIALECTS if fits(item)), read_row)(item)


def read_legacy(fields: Mapping[str, Any]) -> Post:
    """Read X's older form: in its archives, of API v1.1, and inside of GraphQL. The text is HTML-escaped."""
    text = unescape_once(read_text(fields["full_text"] if "full_text" in fields else fields["text"]))
    media = _media(fields)
    user = _at(fields, "user")
    reply_to = read_id_or_none(fields.get("in_reply_to_status_id_str", fields.get("in_reply_to_status_id")))
    return Post(
        id=read_id(fields.get("id_str") or fields["id"]),
        text=text,
        created_at=read_time(fields["created_at"]),
        username=read_username(user.get("screen_name")),
        engagement=_counts(fields, "favorite_count retweet_count reply_count quote_count - bookmark_count"),
        author_id=read_id_or_none(fields.get("user_id_str", user.get("id_str"))),
        lang=read_language(fields.get("lang")),
        is_reply=bool(reply_to or fields.get("in_reply_to_user_id_str") or fields.get("in_reply_to_user_id")),
        is_repost=text.startswith("RT @") or bool(_at(fields, "retweeted_status")),
        is_quote=_quotes(fields),
        has_media=None if media is None else bool(media),
        media_links=read_links([medium.get("url") for medium in media or ()]),
        in_reply_to_id=reply_to,
        conversation_id=read_id_or_none(fields.get("conversation_id_str")),
    )


def read_graphql(item: Json) -> Post:
    """Read a post as X's own site gets it. The whole text of a long one is not escaped."""
    post = read_legacy({"id_str": item.get("rest_id"), **_at(item, "legacy")})
    user = _at(item, "core", "user_results", "result")
    names = (_at(user, place).get("screen_name") for place in ("legacy", "core"))
    whole = _at(item, "note_tweet", "note_tweet_results", "result").get("text")
    return replace(
        post,
        text=read_text(whole) if whole else post.text,
        username=next(filter(None, map(read_username, names)), ""),
        author_id=read_id_or_none(user.get("rest_id")) or post.author_id,
        engagement=replace(post.engagement, views=read_count(_at(item, "views").get("count"))),
        is_repost=post.is_repost or bool(_at(item, "legacy", "retweeted_status_result")),
    )


def read_v2(item: Json) -> Post:
    """Read a post of API v2. Its text is HTML-escaped, and cut where there is a note."""
    metrics, author = _at(item, "public_metrics"), _at(item, "author")
    note = _at(item, "note_tweet").get("text")
    text = whole_text(read_text(item["text"]), [read_text(note)] if note else [])
    stated = item.get("referenced_tweets")
    kinds = {str(reference.get("type")): reference.get("id") for reference in _objects(stated)}
    urls = _at(item, "entities").get("urls")
    return Post(
        id=read_id(item["id"]),
        text=text,
        created_at=read_time(item["created_at"]),
        username=read_username(author.get("username")),
        engagement=_counts(
            metrics, "like_count retweet_count reply_count quote_count impression_count bookmark_count"
        ),
        author_id=read_id_or_none(item.get("author_id")),
        lang=read_language(item.get("lang")),
        is_reply="replied_to" in kinds or bool(item.get("in_reply_to_user_id")),
        is_repost="retweeted" in kinds or text.startswith("RT @"),
        is_quote=None if stated is None else "quoted" in kinds,
        has_media=None if "attachments" not in item else bool(_at(item, "attachments").get("media_keys")),
        media_links=read_links([link.get("url") for link in _objects(urls) if "media_key" in link]),
        in_reply_to_id=read_id_or_none(kinds.get("replied_to")),
        conversation_id=read_id_or_none(item.get("conversation_id")),
    )


def read_twscrape(item: Json) -> Post:
    """Read a post of twscrape or snscrape. Its text is HTML-escaped."""
    user, media = _at(item, "user"), item.get("media")
    text = unescape_once(read_text(item["rawContent"] if "rawContent" in item else item["content"]))
    return Post(
        id=read_id(item.get("id_str") or item["id"]),
        text=text,
        created_at=read_time(item["date"]),
        username=read_username(user.get("username")),
        engagement=_counts(item, "likeCount retweetCount replyCount quoteCount viewCount bookmarkedCount"),
        author_id=read_id_or_none(user.get("id_str") or user.get("id")),
        lang=read_language(item.get("lang")),
        is_reply=bool(item.get("inReplyToTweetId") or item.get("inReplyToUser")),
        is_repost=text.startswith("RT @") or bool(item.get("retweetedTweet")),
        is_quote=bool(item["quotedTweet"]) if "quotedTweet" in item else None,
        has_media=any(media.values()) if isinstance(media, dict) else None,
        in_reply_to_id=read_id_or_none(item.get("inReplyToTweetIdStr") or item.get("inReplyToTweetId")),
        conversation_id=read_id_or_none(item.get("conversationIdStr") or item.get("conversationId")),
    )


def whole_text(cut: str, notes: Iterable[str]) -> str:
    """Unescape a text once; where it is cut, it is the note that begins as it does, escaped or not as that one is."""
    plain = unescape_once(cut)
    escaped = _LINK_AT_END.sub("", cut).removesuffix(_CUT_MARK).rstrip()
    beginning = unescape_once(escaped)
    if len(beginning) < SHORTEST_CUT:
        return plain
    for note in notes:
        if note.startswith(beginning):
            return note
        if note.startswith(escaped):
            return unescape_once(note)
    return plain


def read_row(item: Json) -> Post:
    """Read a row of ours, or of somebody's table with other names for the same columns.

    Raises:
        KeyError, TypeError, ValueError: As `read_item`; also where the author named cannot be a username.
    """
    best: dict[str, tuple[int, Any]] = {}
    for key, value in item.items():
        name, rank = _name_of(str(key))
        if name and value is not None and rank <= best.get(name, (rank, None))[0]:
            best[name] = (rank, value)
    row: Row = {name: value for name, (_, value) in best.items()}
    for flag, name in (("is_retweet", "reposted_id"), ("is_reply", "in_reply_to_id")):
        row.setdefault(flag, bool(row.get(name)))
    author = row.get("author")
    row["author"] = read_username(author)
    if isinstance(author, str) and author.strip() and not row["author"]:
        raise ValueError(f"“{author[:40]}” is no username")
    return post_of(row)


def _read_vendor(item: Json) -> Post:
    """Read a post of twitterapi.io."""
    try:
        return read_post(item)
    except SchemaDrift as drift:
        raise ValueError("no post of twitterapi.io, though it looks like one") from drift


_DIALECTS: Final[tuple[tuple[Callable[[Json], bool], Callable[[Json], Post]], ...]] = (
    (lambda item: "rawContent" in item or "renderedContent" in item, read_twscrape),
    (lambda item: "legacy" in item and "rest_id" in item, read_graphql),
    (lambda item: "public_metrics" in item or "edit_history_tweet_ids" in item, read_v2),
    (lambda item: "createdAt" in item and isinstance(item.get("author"), dict), _read_vendor),
    (lambda item: "id_str" in item and isinstance(item.get("entities", item.get("user")), dict), read_legacy),
)


def _page_items(listed: list[object], page: Json) -> Iterator[object]:
    """The items of a page; those of API v2 with their authors, and what one of them states was asked of all."""
    users = {str(user.get("id")): user for user in _objects(_at(page, "includes").get("users"))}
    asked: Json = {
        key: empty
        for key, empty in (("referenced_tweets", []), ("attachments", {}))
        if any(key in item for item in _objects(listed))
    }
    for item in listed:
        if isinstance(item, dict) and "text" in item and (users or asked):
            author = users.get(str(item.get("author_id")))
            yield {**asked, **({"author": author} if author else {}), **item}
        else:
            yield item


def _inner_items(data: Json, value: Json) -> Iterator[object]:
    """The posts under `data`: a page of twitterapi.io, one post of API v2, or what X's own site gets."""
    if isinstance(data.get("tweets"), list):
        yield from data["tweets"]
        yield from filter(None, [data.get("pin_tweet")])
    elif "text" in data:
        yield from _page_items([data], value)
    else:
        yield from _graphql_items(data)


def _graphql_items(value: object) -> Iterator[Json]:
    """The posts of a timeline in its order, the pinned one included; advertisements and tombstones are none."""
    if isinstance(value, list):
        for one in value:
            yield from _graphql_items(one)
    elif isinstance(value, dict) and "promotedMetadata" not in value:
        for key, inner in value.items():
            if key in {"tweet_results", "tweetResult"}:
                result = _at(inner, "result")
                tweet = _at(result, "tweet") or result
                yield from [tweet] if "legacy" in tweet else []
            else:
                yield from _graphql_items(inner)


@lru_cache(maxsize=1024)
def _name_of(key: str) -> tuple[str, int]:
    """Our name for a column, and how good a name the column has for it: 0 is best."""
    return _NAME_OF.get(re.sub(r"[^a-z0-9]", "", key.lower()), ("", 0))


def _counts(fields: Mapping[str, Any], names: str) -> Engagement:
    """Likes, reposts, replies, quotes, views and bookmarks, which `names` names in this order."""
    return Engagement(*(read_count(fields.get(name)) for name in names.split()))


def _quotes(fields: Mapping[str, Any]) -> bool | None:
    if isinstance(stated := fields.get("is_quote_status"), bool):
        return stated
    urls = _at(fields, "entities").get("urls")
    if urls is None:
        return None
    return any(_LINK_TO_POST.match(str(link.get("expanded_url"))) for link in _objects(urls))


def _media(fields: Mapping[str, Any]) -> list[Json] | None:
    """The media of a post; None where nothing is said of any."""
    extended, entities = _at(fields, "extended_entities"), _at(fields, "entities")
    if not extended and not entities:
        return None
    return _objects(extended.get("media") or entities.get("media"))


def _at(value: object, *keys: str) -> Json:
    """The object that lies under the keys, one inside of the other; an empty one where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Json]:
    """The objects in a list; nothing where there is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
