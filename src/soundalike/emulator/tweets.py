"""Posts in the two dialects of the wire: A from search and timelines, B from the look-up by id."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape
from typing import Final

from soundalike.emulator.catalogue import Account, Catalogue, id_of_name
from soundalike.emulator.entities import Json, Marks, addressee, find_marks
from soundalike.emulator.faults import Dialect, Faults
from soundalike.emulator.users import author_json, legacy_time
from soundalike.posts.post import Engagement, Post

_REPOSTED = re.compile(r"RT @([A-Za-z0-9_]{1,15}): (.*)", re.DOTALL)
_REPOST_LENGTH: Final = 140
_REPOST_DELAY = timedelta(hours=1)  # how much older than its repost an unknown original is said to be
_MILLISECOND_BITS: Final = 22  # of a snowflake id, those below its milliseconds
_STUB: Final[Json] = {"id": None, "author": {}}
_MISSING: Final[dict[str, Json | None]] = {"null": None, "empty": {}, "stub": _STUB}
_OMITTED: Final = {"url+viewCount": ("url", "viewCount"), "displayTextRange": ("displayTextRange",)}


@dataclass(frozen=True, slots=True)
class Rendering:
    """How posts are put on the wire: the dialect and the toggles that bend it."""

    catalogue: Catalogue
    faults: Faults
    dialect: Dialect

    def tweets(self, posts: Sequence[Post]) -> list[Json]:
        """Write posts with everything nested in them."""
        authors = {post.username: self.catalogue.author_of(post) for post in posts}
        written = {name: self._author(account) for name, account in authors.items()}
        return [self._whole(post, written[post.username]) for post in posts]

    def _author(self, account: Account) -> Json:
        return author_json(account, self.dialect, pinned=pinned_post(account, self.faults))

    def _whole(self, post: Post, author: Json) -> Json:
        shown = replace(post, text=_cut(post.text)) if post.is_repost else post
        nested = {"quoted_tweet": self._quoted(post), "retweeted_tweet": self._original(post)}
        return self._bent(self._tweet(shown, author) | nested)

    def _tweet(self, post: Post, author: Json) -> Json:
        text, links = self._escaped(post.text), [self._escaped(link) for link in post.media_links]
        marks = find_marks(text, media_links=links, is_reply=post.is_reply, id_of=self._id_of)
        common = _common(post, text) | {"author": author} | _media(post, marks)
        nothing = {"quoted_tweet": None, "retweeted_tweet": None}
        return common | nothing | (self._a(post, marks) if self.dialect == "A" else self._b(post))

    def _a(self, post: Post, marks: Marks) -> Json:
        return self._reply(post, None) | {
            "source": "Twitter for iPhone",
            "viewCount": post.engagement.views,
            "displayTextRange": [*marks.shown],
            "card": None,
            "isLimitedReply": False,
            "communityInfo": None,
            "article": None,
        }

    def _b(self, post: Post) -> Json:
        return self._reply(post, "") | {
            "source": "",
            "viewCount": [0] if post.is_repost else post.engagement.views,
            "card": {},
            "isPinned": False,
            "isRetweet": False,
            "isQuote": bool(post.is_quote),
            "isConversationControlled": False,
        }

    def _reply(self, post: Post, nobody: str | None) -> Json:
        stated = post.is_reply and self.faults.omit_fields != "inReplyToUserId"
        name = addressee(post.text) if stated else None
        return {
            "isReply": post.is_reply,
            "inReplyToId": (post.in_reply_to_id if post.is_reply else None) or nobody,
            "inReplyToUserId": self._id_of(name) if name else nobody,
            "inReplyToUsername": name or nobody,
        }

    def _quoted(self, post: Post) -> Json | None:
        """A quoted post's text is in no file of posts: it comes as the stub of one that cannot be shown."""
        return _MISSING.get(self.faults.nested, _STUB) if post.is_quote else None

    def _original(self, post: Post) -> Json | None:
        if not post.is_repost:
            return None
        original = _original_of(post) if self.faults.nested == "whole" else None
        if original is None:
            return _MISSING.get(self.faults.nested, _STUB)
        return self._tweet(original, self._author(self.catalogue.author_of(original)))

    def _escaped(self, text: str) -> str:
        return escape(text, quote=False) if self.faults.text_escape == "html" else text

    def _id_of(self, username: str) -> str:
        account = self.catalogue.named(username)
        return account.id if account else id_of_name(username)

    def _bent(self, tweet: Json) -> Json:
        for name in _OMITTED.get(self.faults.omit_fields, ()):
            tweet.pop(name, None)
        return tweet


def pinned_post(account: Account, faults: Faults) -> Post | None:
    """The pinned post: the account's own with the most engagement, if posts are to be pinned at all."""
    return None if faults.pin == "null" else account.favourite


def _common(post: Post, text: str) -> Json:
    return {
        "type": "tweet",
        "id": post.id,
        "url": post.url,
        "twitterUrl": f"https://twitter.com/{post.username}/status/{post.id}",
        "text": text,
        **_counts(post.engagement),
        "createdAt": legacy_time(post.created_at),
        "lang": post.lang or "und",
        "conversationId": post.conversation_id or post.in_reply_to_id or post.id,
        "place": {},
    }


def _counts(engagement: Engagement) -> Json:
    """The service always gives these five as numbers; an unknown one is 0."""
    return {
        "retweetCount": engagement.reposts or 0,
        "replyCount": engagement.replies or 0,
        "likeCount": engagement.likes or 0,
        "quoteCount": engagement.quotes or 0,
        "bookmarkCount": engagement.bookmarks or 0,
    }


def _media(post: Post, marks: Marks) -> Json:
    media = marks.media or ([{"type": "photo"}] if post.has_media else [])
    return {"extendedEntities": {"media": media} if media else {}, "entities": marks.entities}


def _cut(text: str) -> str:
    return text if len(text) <= _REPOST_LENGTH else f"{text[: _REPOST_LENGTH - 1]}…"


def _original_of(post: Post) -> Post | None:
    """The reposted post as far as the repost tells: all counters of a repost are the original's."""
    found = _REPOSTED.fullmatch(post.text)
    if not found:
        return None
    earlier = int(_REPOST_DELAY.total_seconds() * 1000) << _MILLISECOND_BITS
    return Post(
        id=str(max(int(post.id) - earlier, 1)),
        text=found[2],
        created_at=post.created_at - _REPOST_DELAY,
        username=found[1],
        engagement=post.engagement,
        lang=post.lang,
    )
