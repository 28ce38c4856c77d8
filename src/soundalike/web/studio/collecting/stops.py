"""Why a collection or a training stands still, in words for a page and for a line of a list."""

from dataclasses import dataclass
from typing import Final

from soundalike.web.kinds import kind_of

_INNER: Final = frozenset(
    {"internal_error", "storage_unavailable", "writer_unavailable"}
)  # name paths and hosts
_OF_CREATOR: Final = frozenset(
    {"creator_not_found", "creator_protected", "creator_unavailable", "creator_opted_out", "invalid_username"}
)

_TITLES: Final = {
    "upstream_rate_limited": "twitterapi.io is refusing requests",
    "upstream_unavailable": "twitterapi.io does not answer",
    "upstream_unauthorized": "twitterapi.io refuses the key",
    "upstream_out_of_credits": "The key has no credits left",
    "schema_drift": "twitterapi.io answers in a form this version does not know",
    "budget_exceeded": "The spending ceiling is reached",
    "creator_not_found": "X has no account of this name",
    "creator_protected": "The account is protected",
    "creator_unavailable": "X does not show the account",
    "invalid_settings": "The server has no key for collecting",
    "cancelled": "Collecting was cancelled",
}
_TAGS: Final = {
    "upstream_rate_limited": "service refused",
    "upstream_unavailable": "service does not answer",
    "upstream_unauthorized": "key refused",
    "upstream_out_of_credits": "no credits left",
    "schema_drift": "unknown answer",
    "budget_exceeded": "ceiling reached",
    "creator_not_found": "no such account",
    "creator_protected": "account is protected",
    "creator_unavailable": "account not shown",
    "creator_opted_out": "creator opted out",
    "invalid_settings": "no key",
    "too_few_posts": "too few posts",
    "cancelled": "cancelled",
}


@dataclass(frozen=True, slots=True)
class Stop:
    """Why something stands still; `is_final` where asking again for the same changes nothing."""

    code: str
    message: str

    @property
    def title(self) -> str:
        """A heading."""
        return _TITLES.get(self.code) or kind_of(self.code).title

    @property
    def tag(self) -> str:
        """Two or three words."""
        return _TAGS.get(self.code) or kind_of(self.code).title.lower()

    @property
    def detail(self) -> str:
        """What happened, without what is inner."""
        kind = kind_of(self.code)
        return kind.example if kind.code in _INNER or not self.message else self.message

    @property
    def is_final(self) -> bool:
        """Whether it is the account itself that stands in the way."""
        return self.code in _OF_CREATOR
