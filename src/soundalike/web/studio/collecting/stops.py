"""Why a collection or a training stands still, in words for a page and for a line of a list."""

from dataclasses import dataclass
from typing import Final

from soundalike.web.kinds import kind_of
from soundalike.web.studio.language import N_, _, english

_INNER: Final = {
    "internal_error": N_("Something went wrong inside. It is in the log."),
    "storage_unavailable": N_("The database cannot be used just now."),
    "writer_unavailable": N_("The model cannot write now."),
}
"""Said in place of messages that name paths and hosts."""

_OF_CREATOR: Final = frozenset(
    {"creator_not_found", "creator_protected", "creator_unavailable", "creator_opted_out", "invalid_username"}
)

_TITLES: Final = {
    "upstream_rate_limited": N_("twitterapi.io is refusing requests"),
    "upstream_unavailable": N_("twitterapi.io does not answer"),
    "upstream_unauthorized": N_("twitterapi.io refuses the key"),
    "upstream_out_of_credits": N_("The key has no credits left"),
    "schema_drift": N_("twitterapi.io answers in a form this version does not know"),
    "budget_exceeded": N_("The spending ceiling is reached"),
    "creator_not_found": N_("X has no account of this name"),
    "creator_protected": N_("The account is protected"),
    "creator_unavailable": N_("X does not show the account"),
    "invalid_settings": N_("The server has no key for collecting"),
    "cancelled": N_("Collecting was cancelled"),
}
_TAGS: Final = {
    "upstream_rate_limited": N_("service refused"),
    "upstream_unavailable": N_("service does not answer"),
    "upstream_unauthorized": N_("key refused"),
    "upstream_out_of_credits": N_("no credits left"),
    "schema_drift": N_("unknown answer"),
    "budget_exceeded": N_("ceiling reached"),
    "creator_not_found": N_("no such account"),
    "creator_protected": N_("account is protected"),
    "creator_unavailable": N_("account not shown"),
    "creator_opted_out": N_("creator opted out"),
    "invalid_settings": N_("no key"),
    "too_few_posts": N_("too few posts"),
    "cancelled": N_("cancelled"),
    "consent_required": N_("a stated permission is needed"),
    "trainer_unavailable": N_("the trainer is not installed"),
    "unreadable_posts": N_("the posts cannot be read"),
    "writer_unavailable": N_("the language model cannot write"),
    "prompt_too_long": N_("more text than the model takes"),
    "nothing_passed": N_("no draft passed the checks"),
    "storage_unavailable": N_("the database refuses"),
    "internal_error": N_("something went wrong inside"),
}


@dataclass(frozen=True, slots=True)
class Stop:
    """Why something stands still; `is_final` where asking again for the same changes nothing."""

    code: str
    message: str

    @property
    def title(self) -> str:
        """A heading."""
        return _(_TITLES.get(self.code) or kind_of(self.code).title)

    @property
    def tag(self) -> str:
        """Two or three words."""
        kind = kind_of(self.code)
        return _(_TAGS.get(self.code) or _TAGS.get(kind.code) or kind.title)

    @property
    def detail(self) -> str:
        """What happened, without what is inner."""
        kind = kind_of(self.code)
        return _(_INNER[kind.code]) if kind.code in _INNER else english(self.message or kind.example)

    @property
    def is_final(self) -> bool:
        """Whether it is the account itself that stands in the way."""
        return self.code in _OF_CREATOR
