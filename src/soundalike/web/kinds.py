"""The kinds of problems the API answers with: code, HTTP status, title. Codes are stable; clients rely on them."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem; `example` is what its `detail` may say, `waits` whether `Retry-After` comes with it."""

    code: str
    status: int
    title: str
    example: str
    waits: bool = False


_KINDS: Final = (
    # What was asked
    Kind("malformed_json", 400, "The body is no JSON", "The body is no JSON: Expecting value at character 12."),
    Kind("invalid_request", 422, "The request is not as documented", "2 things in the request are not as documented."),
    Kind("invalid_settings", 422, "The order makes no sense", "The brief is empty. Say what the post is to be about."),
    Kind("not_found", 404, "Nothing is here", "Nothing is at this address."),
    Kind("method_not_allowed", 405, "The method is not allowed here", "PUT is not allowed here, only GET."),
    Kind("provider_unavailable", 502, "The sign-in provider fails", "The sign-in provider does not answer."),
    Kind("wrong_host", 421, "Not this server's name", "This server answers to localhost only."),
    Kind("payload_too_large", 413, "The body is too large", "The body has more than 1 MiB."),
    Kind("unsupported_media_type", 415, "The body is of another kind", "The body must be application/json."),
    # Who asks
    Kind("unauthorized", 401, "Nobody is signed in", "This needs an API key. Send it as Authorization: Bearer KEY."),
    Kind("forbidden", 403, "Not allowed", "This API key may only read."),
    Kind("too_many_attempts", 429, "Tried too often", "Too many attempts. Try again in 30 seconds.", waits=True),
    Kind("invalid_account", 422, "No email, name or password", "This is no email address."),
    Kind("account_conflict", 409, "Taken, used, or the last owner", "An account with this email exists already."),
    Kind("unknown_account", 404, "No such account", "No user, member, invitation or key has this id."),
    # The creator
    Kind("invalid_username", 422, "No name on X", "“not a name” cannot be a username on X."),
    Kind("creator_not_found", 404, "No such account on X", "No account on X is called @nobody."),
    Kind("creator_protected", 403, "The account is protected", "@name is protected: its posts are for followers."),
    Kind("creator_unavailable", 410, "X does not show the account", "@name is suspended."),
    Kind("creator_opted_out", 403, "The creator opted out", "@name does not want to be trained on."),
    Kind("consent_required", 403, "A stated permission is needed", "Fine-tuning needs the creator's permission."),
    # Collecting
    Kind("upstream_unauthorized", 502, "The tweets API refuses the key", "The tweets API refuses its key."),
    Kind("upstream_out_of_credits", 402, "The tweets API's balance is used up", "The key has no credits left."),
    Kind("upstream_rate_limited", 503, "The tweets API is asked too fast", "The tweets API is too busy.", waits=True),
    Kind("upstream_unavailable", 503, "The tweets API does not answer", "The tweets API is down.", waits=True),
    Kind("schema_drift", 502, "The tweets API answers in an unknown form", "An answer had an unknown form."),
    Kind("budget_exceeded", 402, "The spending ceiling is reached", "The next request could pass 50,000 credits."),
    Kind("collection_running", 409, "The creator is being collected", "@name is being collected by another process."),
    Kind("not_configured", 503, "The server lacks a setting", "Collecting needs a key, and none is set here."),
    Kind("unreadable_posts", 422, "The posts cannot be read", "The file is no list of posts."),
    # Training
    Kind("unknown_session", 404, "No such training session", "No training session has this id."),
    Kind("unknown_training", 404, "No such training", "No training has this id."),
    Kind("unknown_draft", 404, "No such draft", "No draft has this id."),
    Kind("unknown_model", 404, "No such model", "No trained model has this id."),
    Kind("unknown_quiz", 404, "No such quiz", "No quiz of this model has this id."),
    Kind("unknown_tweets", 422, "Posts that were never collected", "2 posts are not among those collected."),
    Kind("too_few_posts", 422, "Too few posts", "12 posts are too few to learn a voice; it takes 40."),
    Kind("trainer_unavailable", 422, "The trainer is not installed", "The trainer lora is not installed here."),
    Kind("too_many_jobs", 429, "Too many jobs at once", "4 jobs are under way, the most there may be.", waits=True),
    Kind("wrong_state", 409, "It has ended, or not yet", "The training has ended already."),
    Kind("idempotency_key_reused", 422, "Another request used the key", "The key came with another request before."),
    Kind("too_many_streams", 503, "Too many event streams", "Too many event streams are open.", waits=True),
    Kind("cancelled", 409, "It was cancelled", "The collection was stopped. What was collected is kept."),
    # Models
    Kind("export_unavailable", 422, "The model has no such form", "There is no adapter to export; prompt is there."),
    Kind("unreadable_voice", 422, "The voice file cannot be read", "The file is damaged, or somebody changed it."),
    Kind("writer_unavailable", 503, "The language model cannot write", "The model cannot write now.", waits=True),
    Kind("prompt_too_long", 422, "More text than the model takes", "The prompt has 9,000 tokens of at most 8,192."),
    Kind("nothing_passed", 422, "No draft passed the checks", "No draft passed: 12 unfinished, 3 copied."),
    Kind("drafting_busy", 503, "Others are being served", "Too much is being written already.", waits=True),
    Kind("drafting_timeout", 503, "It took too long", "It was not written within 120 seconds.", waits=True),
    # Inside
    Kind("storage_unavailable", 503, "The database refuses", "The database cannot be used just now.", waits=True),
    Kind("internal_error", 500, "Something went wrong inside", "Something went wrong inside. It is in the log."),
)  # fmt: skip

KINDS: Final = MappingProxyType({kind.code: kind for kind in _KINDS})
"""Every kind by its code."""


def kind_of(code: str) -> Kind:
    """The kind of a code; what nobody foresaw is an error inside."""
    return KINDS.get(code, KINDS["internal_error"])
