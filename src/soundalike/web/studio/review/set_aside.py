"""The posts of a collection that are not learned from, by reason, some at a time."""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from soundalike.posts.collection import Reason
from soundalike.posts.post import Post
from soundalike.web.parts import PartsOf
from soundalike.web.reading import SessionId
from soundalike.web.studio.posts.view import PostView
from soundalike.web.studio.render import show
from soundalike.web.studio.review import words as review_words
from soundalike.web.studio.review.page import review_of
from soundalike.web.studio.visitors import Reader

router: Final = APIRouter(include_in_schema=False)

_TO_A_PAGE: Final = 50
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class AsidePage:
    """A page of the list: the posts with their reasons, how many there are by reason, and where this page stands."""

    posts: tuple[tuple[PostView, Reason], ...]
    counts: dict[Reason, int]
    wanted: Reason | None
    number: int
    pages: int
    total: int

    @classmethod
    def of(cls, found: list[tuple[Post, Reason]], reason: str, page: str) -> "AsidePage":
        """The page asked for; the nearest there is, where there is none of this number or reason."""
        wanted = next((each for each in Reason if each == reason), None)
        listed = [(post, why) for post, why in found if wanted in {None, why}]
        pages = max(-(-len(listed) // _TO_A_PAGE), 1)
        number = min(max(int(page) if page.isdecimal() else 1, 1), pages)
        start = (number - 1) * _TO_A_PAGE
        return cls(
            posts=tuple((PostView.of(post), why) for post, why in listed[start : start + _TO_A_PAGE]),
            counts=dict(Counter(why for _, why in found).most_common()),
            wanted=wanted,
            number=number,
            pages=pages,
            total=len(found),
        )


@router.get("/sessions/{trainingSessionId}/set-aside")
def set_aside_page(
    *,
    request: Request,
    who: Reader,
    parts: PartsOf,
    session_id: SessionId,
    reason: Annotated[str, Query(max_length=40)] = "",
    page: Annotated[str, Query(max_length=_DIGITS)] = "1",
) -> Response:
    """What was set aside, the newest first, all of it or for one reason."""
    session = parts.store.get_session(who.workspace_id, session_id)
    review = review_of(session, parts)
    return show(
        request,
        "review/set_aside.html",
        who,
        here="ask",
        session=session,
        aside=AsidePage.of(review.set_aside if review else [], reason, page),
        names=review_words.ASIDE,
        whys=review_words.ASIDE_WHY,
    )
