"""What was published: the values everything else works on.

Counts that a source does not state are None, never zero.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from soundalike.errors import InvalidUsername

_SNOWFLAKE_EPOCH_MS = 1_288_834_974_657
_FIRST_SNOWFLAKE = 29_700_859_247  # ids before November 2010 were counted up, not made of time


def _any_case(pattern: str) -> str:
    """The pattern with its letters in either case, for readers of patterns that take no flags."""
    return re.sub(r"[a-z]", lambda letter: f"[{letter[0]}{letter[0].upper()}]", pattern)


_NAME = r"@?([A-Za-z0-9_]{1,15})"
_SITE = _any_case(r"(?:https?://)?(?:www\.|mobile\.)?(?:x|twitter)\.com/")
_RESERVED = _any_case("home|explore|search|settings|i|intent|share|hashtag|messages")
USERNAME_PATTERN = rf"^\s*(?:{_NAME}|{_SITE}(?!@?(?:{_RESERVED})(?:[/?#\s]|$)){_NAME}/?(?:[?#]\S*)?)\s*$"
"""What `read_username` takes: a name, an @name or a profile link, also for readers in other languages."""

_USERNAME = re.compile(USERNAME_PATTERN)


@dataclass(frozen=True, slots=True)
class Engagement:
    """How a post was met. None where the source does not say; views and bookmarks stand apart from the sum."""

    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None
    views: int | None = None
    bookmarks: int | None = None

    @property
    def total(self) -> int:
        """Likes + reposts + replies + quotes; an unknown count adds nothing."""
        return (self.likes or 0) + (self.reposts or 0) + (self.replies or 0) + (self.quotes or 0)


@dataclass(frozen=True, slots=True)
class Post:
    """One post. `created_at` is UTC; `id` is decimal text, above 2**53 for recent posts."""

    id: str
    text: str
    created_at: datetime
    username: str
    engagement: Engagement = field(default_factory=Engagement)
    author_id: str | None = None
    lang: str | None = None
    is_reply: bool = False
    is_repost: bool = False
    is_quote: bool | None = None
    has_media: bool | None = None
    media_links: tuple[str, ...] = ()
    in_reply_to_id: str | None = None
    conversation_id: str | None = None

    @property
    def url(self) -> str:
        """Where the post stands on X."""
        return f"https://x.com/{self.username}/status/{self.id}"


@dataclass(frozen=True, slots=True)
class Creator:
    """The account whose posts are learned from. `posts_count` includes replies and reposts."""

    id: str
    username: str
    display_name: str = ""
    followers: int | None = None
    posts_count: int | None = None
    profile_image_url: str | None = None
    is_protected: bool = False
    pinned_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, `start` included, `end` excluded, both UTC."""

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def before(self) -> "Window":
        """The window of as many calendar months (one at least) that ends where this one starts."""
        months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
        return Window.months_before(self.start, max(months, 1))

    @classmethod
    def months_before(cls, end: datetime, months: int) -> "Window":
        """The `months` calendar months before `end`; 31 August minus six is the last of February."""
        year, month = divmod(end.year * 12 + end.month - 1 - months, 12)
        first_of_next = datetime(year + (month == 11), (month + 1) % 12 + 1, 1, tzinfo=UTC)  # noqa: PLR2004
        last_day = (first_of_next - timedelta(days=1)).day
        return cls(end.replace(year=year, month=month + 1, day=min(end.day, last_day)), end)


def read_username(text: str) -> str:
    """Find the username in a name, an @name or a profile link.

    Raises:
        InvalidUsername: Nothing in `text` can be a username on X (1 to 15 of A-Z, a-z, 0-9, _).
    """
    found = _USERNAME.fullmatch(text)
    if found is None:
        given = text.strip()[:60]
        raise InvalidUsername(
            f"“{given}” cannot be a username on X.",
            username=given,
            hint="A username has 1 to 15 letters, digits or underscores; @name and a profile link work too.",
        )
    return str(found[1] or found[2])


def time_of_id(post_id: str) -> datetime | None:
    """The UTC millisecond in a snowflake id, or None for ids older than November 2010.

    `ms = (id >> 22) + 1288834974657` (twitter-archive/snowflake).
    """
    number = int(post_id)
    if number < _FIRST_SNOWFLAKE:
        return None
    return datetime.fromtimestamp(((number >> 22) + _SNOWFLAKE_EPOCH_MS) / 1000, tz=UTC)


def last_id_before(moment: datetime) -> str:
    """The greatest id a post can have that was written before `moment`."""
    ms = round(moment.timestamp() * 1000)
    return str(max(((ms - _SNOWFLAKE_EPOCH_MS) << 22) - 1, 0))
