"""Accounts in the forms of the wire: profile, author of a post, the `about` page.

What no file of posts can tell (names, followers, biographies) is empty or 0.
"""

from datetime import UTC, datetime
from typing import Final

from soundalike.emulator.catalogue import Account
from soundalike.emulator.entities import Json
from soundalike.emulator.faults import Dialect
from soundalike.posts.post import Post

_SERVICE_BEGAN = datetime(2006, 7, 15, tzinfo=UTC)  # no account is older
_PICTURE: Final = "https://abs.twimg.com/sticky/default_profile_images/default_profile_normal.png"


def legacy_time(moment: datetime) -> str:
    """X's old form, `Tue Dec 10 07:00:30 +0000 2024`, in English whatever the locale."""
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[moment.weekday()]
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{day} {months[moment.month - 1]} {moment:%d %H:%M:%S} +0000 {moment.year:04}"


def profile_json(account: Account, *, pinned: Post | None = None) -> Json:
    """An account as `/twitter/user/info` describes it."""
    return {
        "id": account.id,
        "name": account.username,
        "userName": account.username,
        "location": "",
        "url": None,
        "description": "",
        "entities": {"description": {}},
        "protected": account.state == "protected",
        "isVerified": False,
        "isBlueVerified": False,
        "verifiedType": None,
        "followers": 0,
        "following": 0,
        "favouritesCount": 0,
        "statusesCount": len(account.everything.posts),
        "mediaCount": account.media_count,
        "createdAt": _iso(_since(account)),
        "coverPicture": "",
        "profilePicture": _PICTURE,
        "canDm": False,
        "affiliatesHighlightedLabel": {},
        "isAutomated": False,
        "automatedBy": None,
        "pinnedTweetIds": [pinned.id] if pinned else [],
        "profile_interstitial_type": "",
    }


def author_json(account: Account, dialect: Dialect, *, pinned: Post | None = None) -> Json:
    """An account as posts and `/twitter/user/batch_info_by_ids` carry it."""
    author = {
        "type": "user",
        "userName": account.username,
        "url": f"https://x.com/{account.username}",
        "twitterUrl": f"https://twitter.com/{account.username}",
        "id": account.id,
        "name": account.username,
        "isVerified": False,
        "isBlueVerified": False,
        "profilePicture": _PICTURE,
        "coverPicture": "",
        "description": "",
        "location": "",
        "followers": 0,
        "following": 0,
        "status": "",
        "canDm": False,
        "canMediaTag": True,
        "createdAt": legacy_time(_since(account)),
        "entities": {"description": {"urls": []}, "url": {}},
        "fastFollowersCount": 0,
        "favouritesCount": 0,
        "hasCustomTimelines": True,
        "isTranslator": False,
        "mediaCount": account.media_count,
        "statusesCount": len(account.everything.posts),
        "withheldInCountries": [],
        "affiliatesHighlightedLabel": {},
        "possiblySensitive": False,
        "pinnedTweetIds": [pinned.id] if pinned else [],
        "profile_bio": {"description": "", "entities": {"description": {}}},
        "isAutomated": False,
        "automatedBy": None,
    }
    return author | ({"verifiedType": None} if dialect == "A" else {})


def unavailable_json(account: Account) -> Json:
    """A suspended account as the vendor documents it; no capture of it is known."""
    return {
        "type": "user",
        "userName": account.username,
        "id": account.id,
        "name": "",
        "unavailable": True,
        "message": "This account is not available.",
        "unavailableReason": "Suspended",
    }


def about_json(account: Account) -> Json:
    """An account as `/twitter/user_about` describes it; the count of renamings is text there."""
    return {
        "id": account.id,
        "name": account.username,
        "userName": account.username,
        "createdAt": _iso(_since(account)),
        "isBlueVerified": False,
        "protected": account.state == "protected",
        "affiliates_highlighted_label": {},
        "identity_profile_labels_highlighted_label": {},
        "about_profile": {
            "account_based_in": None,
            "location_accurate": None,
            "learn_more_url": None,
            "affiliate_username": None,
            "source": None,
            "username_changes": {"count": "1" if account.state == "renamed" else "0"},
        },
    }


def _since(account: Account) -> datetime:
    """The account is at least as old as its first post."""
    return account.everything.posts[-1].created_at if account.everything.posts else _SERVICE_BEGAN


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000000Z"
