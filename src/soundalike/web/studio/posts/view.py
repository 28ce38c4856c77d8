"""A post as it is shown: on X's card, as evidence, in a quiz."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup

from soundalike.posts.post import Engagement, Post
from soundalike.web.studio.posts.text import cut, shown_text, text_of

MOST_NAME: Final = 100
"""Characters of a display name that are shown; on X it has 50."""


@dataclass(frozen=True, slots=True)
class PostView:
    """What a card shows. `rest` is what stands under “show all” of a long text; a count that is not known is None."""

    id: str
    username: str
    name: str
    at: datetime
    url: str
    text: Markup
    rest: Markup
    characters: int
    engagement: Engagement
    has_media: bool = False
    is_quote: bool = False

    @classmethod
    def of(cls, post: Post, *, name: str = "") -> "PostView":
        """A kept post; `name` is what its creator is called."""
        shown = shown_text(post.text, media_links=post.media_links)
        head, rest = cut(shown)
        return cls(
            id=post.id,
            username=post.username,
            name=name.strip()[:MOST_NAME] or post.username,
            at=post.created_at,
            url=post.url,
            text=text_of(head),
            rest=text_of(rest),
            characters=len(shown),
            engagement=post.engagement,
            has_media=bool(post.has_media or post.media_links),
            is_quote=bool(post.is_quote),
        )
