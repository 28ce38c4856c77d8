"""All ways in give equal values: posts written as each tool writes them are read back as they were."""

import csv
import io
import json
import re
import shutil
import tempfile
import zipfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from html import escape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soundalike.posts.files import read_posts
from soundalike.posts.post import Engagement, Post
from soundalike.posts.rows import row_of

OWNER = {"username": "potter", "author_id": "1105107392787386383"}
FIRST = datetime(2010, 11, 6, tzinfo=UTC)
LONG = (
    "A long post begins like this one does, with words enough to be told from every other. Then it goes on: "
)
LINK = "https://t.co/Ex4mpLe011"

# ---- posts that any format can tell of: half surrogates, NUL, escapes, 4,000 characters, ids above 2**53

anything = st.text(st.characters(exclude_categories=()), max_size=200).map(
    lambda text: json.loads(json.dumps(text))
)
texts = (
    anything
    | st.sampled_from(
        ["", "a &amp;lt; b < c & d", "\0", "\ud83d", "RT @ada: hers", "line\r\nbreak\rx", '"quoted",;\t']
    )
    | st.text(st.characters(exclude_categories=("Cs",)), min_size=300, max_size=3_900).map(LONG.__add__)
)
counts = st.none() | st.integers(0, 2**53 - 1)
ids = st.integers(1, 10**19 - 1).map(str)


@st.composite
def written(draw):
    """One author's posts, each in a minute of its own."""
    minutes = draw(st.lists(st.integers(0, 10**7), min_size=1, max_size=4, unique=True))
    posts = [_post(draw, FIRST + timedelta(minutes=minute)) for minute in minutes]
    return list({post.id: post for post in posts}.values())


def _post(draw, moment):
    text, reply_to = draw(texts), draw(st.none() | ids)
    has_media = draw(st.booleans())
    return Post(
        id=draw(ids),
        text=text,
        created_at=moment,
        engagement=Engagement(*(draw(counts) for _ in range(6))),
        lang=draw(st.none() | st.sampled_from(["en", "zh", "qme"])),
        is_reply=reply_to is not None,
        is_repost=text.startswith("RT @"),
        is_quote=draw(st.booleans()),
        has_media=has_media,
        media_links=(LINK,) if has_media else (),
        in_reply_to_id=reply_to,
        conversation_id=draw(ids),
        **OWNER,
    )


# ---- how each tool writes them


def legacy_time(moment):
    """X's old form."""
    return f"{moment:%a %b %d %H:%M:%S +0000 %Y}"


def escaped(text):
    """As X escapes."""
    return escape(text, quote=False)


def stated(fields):
    """What a format leaves out rather than saying that it does not know."""
    return {name: value for name, value in fields.items() if value is not None}


def cut(text):
    """A long text as X shows its beginning."""
    return text if len(text) <= 280 else f"{text[:275]}…"


def media_of(post):
    """X's old form of media."""
    return {"media": [{"url": link, "type": "photo"} for link in post.media_links]}


def legacy(post):
    """X's old form of a post, as far as its archives and its own site agree."""
    return stated(
        {
            "id_str": post.id,
            "full_text": escaped(cut(post.text)),
            "created_at": legacy_time(post.created_at),
            "lang": post.lang,
            "in_reply_to_status_id_str": post.in_reply_to_id,
            "extended_entities": media_of(post) if post.has_media else None,
            "entities": {"urls": [], "hashtags": []},
        }
    )


def archive(posts, folder):
    """An X archive, as a folder."""
    data = folder / "archive" / "data"
    data.mkdir(parents=True)
    account = {"account": {"username": OWNER["username"], "accountId": OWNER["author_id"]}}
    tweets, notes = [], []
    for post in posts:
        counters = {"favorite_count": post.engagement.likes, "retweet_count": post.engagement.reposts}
        tweet = legacy(post) | {name: str(count) for name, count in stated(counters).items()}
        if post.is_quote:
            tweet["entities"] = {"urls": [{"expanded_url": "https://twitter.com/ada/status/12"}]}
        tweets.append({"tweet": tweet})
        if len(post.text) > 280:
            moment = f"{post.created_at:%Y-%m-%dT%H:%M:%S}.000Z"
            notes.append({"noteTweet": {"createdAt": moment, "core": {"text": post.text}}})
    for name, items in (("account", [account]), ("tweets", tweets), ("note-tweet", notes)):
        (data / f"{name}.js").write_text(f"window.YTD.{name.replace('-', '_')}.part0 = {json.dumps(items)}")
    return data.parent


def zipped_archive(posts, folder):
    """An X archive, as a zip."""
    made = archive(posts, folder)
    target = folder / "archive.zip"
    with zipfile.ZipFile(target, "w") as out:
        for file in made.rglob("*.js"):
            out.write(file, file.relative_to(made))
    return target


def v2(post):
    """A post of API v2."""
    kinds = {"quoted": "12" if post.is_quote else None, "replied_to": post.in_reply_to_id}
    metrics = dict(
        zip(
            "like_count retweet_count reply_count quote_count impression_count bookmark_count".split(),
            (getattr(post.engagement, name) for name in Engagement.__slots__),
            strict=True,
        )
    )
    return stated(
        {
            "id": post.id,
            "edit_history_tweet_ids": [post.id],
            "text": escaped(cut(post.text)),
            "created_at": f"{post.created_at:%Y-%m-%dT%H:%M:%S}.000Z",
            "author_id": post.author_id,
            "conversation_id": post.conversation_id,
            "lang": post.lang,
            "public_metrics": stated(metrics),
            "note_tweet": {"text": post.text} if len(post.text) > 280 else None,
            "referenced_tweets": [{"type": kind, "id": to} for kind, to in stated(kinds).items()] or None,
            "attachments": {"media_keys": ["3_1"]} if post.has_media else None,
            "entities": {"urls": [{"url": link, "media_key": "3_1"} for link in post.media_links]},
        }
    )


def v2_page(posts, folder):
    """A page of API v2."""
    users = [{"id": post.author_id, "username": post.username, "name": "Potter"} for post in posts]
    page = {"data": [v2(post) for post in posts], "includes": {"users": users}, "meta": {"result_count": 1}}
    return written_to(folder / "page.json", json.dumps(page))


def twarc_lines(posts, folder):
    """Pages of API v2, one a line."""
    return written_to(folder / "pages.jsonl", v2_page(posts, folder).read_text() + "\n")


def graphql(post):
    """A post as X's own site gets it."""
    count = post.engagement
    fields = legacy(post) | stated(
        {
            "favorite_count": count.likes,
            "retweet_count": count.reposts,
            "reply_count": count.replies,
            "quote_count": count.quotes,
            "bookmark_count": count.bookmarks,
            "conversation_id_str": post.conversation_id,
            "is_quote_status": post.is_quote,
        }
    )
    note = {"note_tweet_results": {"result": {"text": post.text}}} if len(post.text) > 280 else None
    user = {"rest_id": post.author_id, "legacy": {"screen_name": post.username}}
    views = {"state": "Enabled"} if count.views is None else {"count": str(count.views)}
    result = stated(
        {
            "__typename": "Tweet",
            "rest_id": post.id,
            "core": {"user_results": {"result": user}},
            "views": views,
            "note_tweet": note,
            "legacy": fields,
        }
    )
    return {"itemContent": {"tweet_results": {"result": result}}}


def graphql_page(posts, folder):
    """A timeline of X's own site: the first pinned, the second hidden behind a notice, the last in a conversation."""
    first, *others = (graphql(post) for post in posts)
    if others:
        results = others[0]["itemContent"]["tweet_results"]
        results["result"] = {"__typename": "TweetWithVisibilityResults", "tweet": results["result"]}
    entries = [{"entryId": f"tweet-{index}", "content": content} for index, content in enumerate(others[:-1])]
    entries += [{"content": {"items": [{"item": content} for content in others[-1:]]}}]
    instructions = [
        {"type": "TimelinePinEntry", "entry": {"content": first}},
        {"type": "TimelineAddEntries", "entries": entries},
    ]
    page = {"data": {"user": {"result": {"timeline_v2": {"timeline": {"instructions": instructions}}}}}}
    return written_to(folder / "UserTweets.json", json.dumps(page))


def twscrape_lines(posts, folder):
    """What `twscrape user_tweets` prints."""
    lines = []
    for post in posts:
        count = post.engagement
        line = {
            "id": int(post.id),
            "id_str": post.id,
            "date": f"{post.created_at:%Y-%m-%d %H:%M:%S}+00:00",
            "user": {"id_str": post.author_id, "username": post.username},
            "lang": post.lang,
            "rawContent": escaped(post.text),
            "likeCount": count.likes,
            "retweetCount": count.reposts,
            "replyCount": count.replies,
            "quoteCount": count.quotes,
            "viewCount": count.views,
            "bookmarkedCount": count.bookmarks,
            "conversationIdStr": post.conversation_id,
            "inReplyToTweetIdStr": post.in_reply_to_id,
            "inReplyToTweetId": post.in_reply_to_id and int(post.in_reply_to_id),
            "quotedTweet": {"id": 12} if post.is_quote else None,
            "retweetedTweet": None,
            "media": {
                "photos": [{"url": "https://pbs.twimg.com/a.jpg"}] if post.has_media else [],
                "videos": [],
            },
        }
        lines.append(json.dumps(line))
    return written_to(folder / "tweets.jsonl", "\n".join(lines))


def vendor(post):
    """A post of twitterapi.io."""
    count = post.engagement
    return {
        "type": "tweet",
        "id": post.id,
        "text": post.text,
        "createdAt": legacy_time(post.created_at),
        "likeCount": count.likes,
        "retweetCount": count.reposts,
        "replyCount": count.replies,
        "quoteCount": count.quotes,
        "viewCount": count.views,
        "bookmarkCount": count.bookmarks,
        "lang": post.lang,
        "isReply": post.is_reply,
        "inReplyToId": post.in_reply_to_id,
        "conversationId": post.conversation_id,
        "author": {"userName": post.username, "id": post.author_id},
        "extendedEntities": media_of(post) if post.has_media else {},
        "quoted_tweet": {"id": "12"} if post.is_quote else None,
        "retweeted_tweet": None,
    }


def vendor_page(posts, folder):
    """A page of twitterapi.io's timeline, the first post pinned."""
    first, *others = map(vendor, posts)
    data = {"pin_tweet": first, "tweets": others}
    return written_to(
        folder / "page.json", json.dumps({"status": "success", "data": data, "has_next_page": False})
    )


def vendor_pages(posts, folder):
    """Two pages of twitterapi.io's search, in a list."""
    pages = [{"tweets": [vendor(post)], "has_next_page": True, "next_cursor": "x"} for post in posts]
    return written_to(folder / "pages.json", json.dumps([*pages, {"tweets": [], "has_next_page": False}]))


def row_lines(posts, folder):
    """Our own form."""
    return written_to(folder / "posts.jsonl", "\n".join(json.dumps(row_of(post)) for post in posts))


def row_list(posts, folder):
    """Our own form, as a list with a byte order mark."""
    return written_to(
        folder / "posts.json", "\ufeff" + json.dumps([row_of(post) for post in posts], indent=1)
    )


def table(posts, folder, *, delimiter=",", mark="", name="posts.csv"):
    """A table with our columns; spreadsheets of half of Europe part them by semicolons behind a byte order mark."""
    rows = [{name: value for name, value in row_of(post).items() if name != "media_links"} for post in posts]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return written_to(folder / name, mark + out.getvalue())


def written_to(file, text):
    """Write a file; where they are not escaped, half surrogates cannot be on a disk."""
    file.write_bytes(re.sub("[\ud800-\udfff]", "\ufffd", text).encode())
    return file


# ---- what each format cannot tell


@dataclass
class Format:
    """A way to write posts, and what becomes of a post in it."""

    write: object
    lost: dict
    counts: tuple = Engagement.__slots__

    def kept(self, post):
        """The post as it should be read back."""
        text = post.text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        engagement = Engagement(**{name: getattr(post.engagement, name) for name in self.counts})
        return replace(post, text=text, engagement=engagement, **self.lost)


def unasked(posts):
    """A page of API v2 on which nobody quotes, answers or shows does not tell that this was asked for."""
    asked = {
        "is_quote": any(post.is_quote or post.is_reply for post in posts),
        "has_media": any(post.has_media for post in posts),
    }
    return dict.fromkeys(field for field, was in asked.items() if not was)


FORMATS = {
    "rows, one a line": Format(row_lines, {}),
    "rows in a list": Format(row_list, {}),
    "CSV": Format(table, {"media_links": ()}),
    "CSV with semicolons": Format(partial(table, delimiter=";", mark="\ufeff"), {"media_links": ()}),
    "TSV": Format(partial(table, delimiter="\t", name="posts.tsv"), {"media_links": ()}),
    "archive folder": Format(archive, {"conversation_id": None}, ("likes", "reposts")),
    "archive zip": Format(zipped_archive, {"conversation_id": None}, ("likes", "reposts")),
    "API v2": Format(v2_page, {}),
    "API v2, a page a line": Format(twarc_lines, {}),
    "GraphQL": Format(graphql_page, {}),
    "twscrape": Format(twscrape_lines, {"media_links": ()}),
    "twitterapi.io timeline": Format(vendor_page, {}),
    "twitterapi.io pages": Format(vendor_pages, {}),
}


@pytest.mark.parametrize("name", FORMATS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(posts=written())
def test_posts_come_back_from_every_format_as_they_were(name, posts):
    """Ids, times, whole texts unescaped once, known counts and flags; what a format cannot tell is None, never zero."""
    form = FORMATS[name]
    folder = Path(tempfile.mkdtemp())
    try:
        loaded = read_posts(form.write(posts, folder))
    finally:
        shutil.rmtree(folder)
    assert loaded.faults == ()
    expected = {post.id: form.kept(post) for post in posts}
    if name.startswith("API v2"):
        expected = {post_id: replace(post, **unasked(posts)) for post_id, post in expected.items()}
    assert {post.id: post for post in loaded.posts} == expected
