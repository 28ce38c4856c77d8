"""Everything that can go wrong on purpose, as one tree.

SoundalikeError
├── SettingsError                a setting is missing or makes no sense
├── CreatorError
│   ├── InvalidUsername          cannot be a name on X
│   ├── CreatorNotFound          no such account, or it is gone
│   ├── CreatorProtected         the account's posts are locked
│   └── CreatorUnavailable       suspended or withheld
├── UpstreamError                the tweets API
│   ├── UpstreamUnauthorized     key missing, wrong, or not allowed
│   ├── UpstreamOutOfCredits     the key's balance is used up
│   ├── UpstreamRateLimited      too fast, even after waiting
│   ├── UpstreamUnavailable      down, unreachable, or answering nonsense
│   └── SchemaDrift              an answer in a form nobody has seen
├── BudgetExceeded               the next request could pass the spending ceiling
├── PostsError                   a file of posts cannot be read
├── TooFewPosts                  not enough material for what was asked
├── Unknown                      nothing of that name or id here
│   ├── UnknownSession, UnknownTraining, UnknownModel, UnknownDraft, UnknownQuiz, UnknownPosts
│   └── UnknownAccount           no such user, workspace, member, invitation or key
├── Busy                         another process or thread is at it already
├── JobError                     the background job cannot be begun, stopped or taken up
│   ├── TooManyJobs              the workspace has as many as it may have
│   ├── WrongState               it has ended, or has not ended yet
│   └── IdempotencyConflict      the same key came with another request
├── AccountError
│   ├── Unauthorized             nobody is signed in, or the key is no good
│   ├── Forbidden                signed in, but not allowed to do this
│   ├── TooManyAttempts          tried too often; wait
│   ├── AccountConflict          taken already, used already, or the last owner
│   └── InvalidAccount           cannot be an email, a name or a password
├── WriterError                  the language model is missing or failing
│   └── PromptTooLong            more text than the model can take in at once
├── TrainerUnavailable           this trainer is not installed
├── ExportUnavailable            the model has no such form
├── VoiceFileError               a voice file is damaged, forged, or none
├── ConsentRequired              the chosen trainer needs a stated permission
├── CreatorOptedOut              the creator does not want to be trained on
└── StorageError                 the database or the disk refuses

An error says what happened and what to do next. Facts a program may need are attributes. `code` is stable: REST answers
and `--json` output carry it.
"""

from typing import ClassVar


class SoundalikeError(Exception):
    """Base of all errors raised on purpose: one sentence on what happened, one on what to do."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class SettingsError(SoundalikeError):
    """A setting is missing or makes no sense."""

    code = "invalid_settings"


class CreatorError(SoundalikeError):
    """The named account cannot be collected."""

    code = "creator_error"

    def __init__(self, message: str, *, username: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.username = username


class InvalidUsername(CreatorError):
    """The text cannot be a username on X."""

    code = "invalid_username"


class CreatorNotFound(CreatorError):
    """No account answers to the username."""

    code = "creator_not_found"


class CreatorProtected(CreatorError):
    """The account exists, but its posts are for approved followers only."""

    code = "creator_protected"


class CreatorUnavailable(CreatorError):
    """The account exists, but X does not show it."""

    code = "creator_unavailable"


class UpstreamError(SoundalikeError):
    """The tweets API did not give what was asked for."""

    code = "upstream_error"

    def __init__(self, message: str, *, hint: str = "", status: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class UpstreamUnauthorized(UpstreamError):
    """The API key is missing, wrong, or not allowed to do this."""

    code = "upstream_unauthorized"


class UpstreamOutOfCredits(UpstreamError):
    """The API key has no credits left."""

    code = "upstream_out_of_credits"


class UpstreamRateLimited(UpstreamError):
    """The API kept refusing for speed; `retry_after_seconds` is its own wish where it stated one."""

    code = "upstream_rate_limited"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        status: int | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint, status=status)
        self.retry_after_seconds = retry_after_seconds


class UpstreamUnavailable(UpstreamError):
    """The API is down, cannot be reached, or answers with something that is no answer."""

    code = "upstream_unavailable"


class SchemaDrift(UpstreamError):
    """The API answered in a form this version does not know; `keys` are what it met."""

    code = "schema_drift"

    def __init__(
        self, message: str, *, keys: tuple[str, ...], hint: str = "", status: int | None = None
    ) -> None:
        super().__init__(message, hint=hint, status=status)
        self.keys = keys


class BudgetExceeded(SoundalikeError):
    """One more request could pass the ceiling of `budget` credits; `spent` have gone."""

    code = "budget_exceeded"

    def __init__(self, message: str, *, spent: int, budget: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.spent = spent
        self.budget = budget


class PostsError(SoundalikeError):
    """A file of posts cannot be read; `path` names it."""

    code = "unreadable_posts"

    def __init__(self, message: str, *, path: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path


class TooFewPosts(SoundalikeError):
    """There is too little material: `found` posts where `needed` are."""

    code = "too_few_posts"

    def __init__(self, message: str, *, found: int, needed: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.found = found
        self.needed = needed


class Unknown(SoundalikeError):
    """Nothing of that name or id is here, or none that the caller may see."""

    code = "unknown"


class UnknownSession(Unknown):
    """No training session has this id."""

    code = "unknown_session"


class UnknownTraining(Unknown):
    """No training has this id."""

    code = "unknown_training"


class UnknownModel(Unknown):
    """No trained model has this id, name or username."""

    code = "unknown_model"


class UnknownDraft(Unknown):
    """No draft has this id."""

    code = "unknown_draft"


class UnknownQuiz(Unknown):
    """No quiz has this id."""

    code = "unknown_quiz"


class UnknownPosts(Unknown):
    """Some posts to train on were never collected; `ids` are the first of them."""

    code = "unknown_tweets"

    def __init__(self, message: str, *, ids: tuple[str, ...], hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.ids = ids


class UnknownAccount(Unknown):
    """No user, workspace, member, invitation or key of that name or id."""

    code = "unknown_account"


class Busy(SoundalikeError):
    """Another process or thread is at the same work already."""

    code = "collection_running"


class JobError(SoundalikeError):
    """A background job cannot be begun, stopped or taken up again."""

    code = "job_error"


class TooManyJobs(JobError):
    """The workspace has as many jobs as it may have; another may be asked for in `retry_after_seconds`."""

    code = "too_many_jobs"

    def __init__(self, message: str, *, retry_after_seconds: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after_seconds = retry_after_seconds


class WrongState(JobError):
    """What was asked for does not go with the state the job is in."""

    code = "wrong_state"


class IdempotencyConflict(JobError):
    """An idempotency key that was used before came with another request."""

    code = "idempotency_key_reused"


class AccountError(SoundalikeError):
    """The caller is not who it takes."""

    code = "account_error"


class Unauthorized(AccountError):
    """Nobody is signed in, or the key is unknown, expired or revoked."""

    code = "unauthorized"


class Forbidden(AccountError):
    """The caller is known, but may not do this."""

    code = "forbidden"


class TooManyAttempts(AccountError):
    """Tried too often; the next attempt counts in `retry_after_seconds`."""

    code = "too_many_attempts"

    def __init__(self, message: str, *, retry_after_seconds: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after_seconds = retry_after_seconds


class AccountConflict(AccountError):
    """The email is taken, the invitation is used, or nobody would be left to own the workspace."""

    code = "account_conflict"


class InvalidAccount(AccountError):
    """The text cannot be an email, a name or a password."""

    code = "invalid_account"


class WriterError(SoundalikeError):
    """The language model cannot be loaded or reached, or failed while writing."""

    code = "writer_unavailable"


class PromptTooLong(WriterError):
    """The messages are `tokens` long where the language model takes `limit`; None where it does not say."""

    code = "prompt_too_long"

    def __init__(
        self, message: str, *, tokens: int | None = None, limit: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.tokens = tokens
        self.limit = limit


class TrainerUnavailable(SoundalikeError):
    """The asked-for trainer is not installed here."""

    code = "trainer_unavailable"


class ExportUnavailable(SoundalikeError):
    """The model cannot be given away in the asked-for form."""

    code = "export_unavailable"


class VoiceFileError(SoundalikeError):
    """A file is no voice, is damaged, or is not signed by whom it says."""

    code = "unreadable_voice"


class ConsentRequired(SoundalikeError):
    """The asked-for trainer needs the creator's own account or permission."""

    code = "consent_required"


class CreatorOptedOut(SoundalikeError):
    """The creator asked not to be trained on."""

    code = "creator_opted_out"

    @classmethod
    def of(cls, username: str) -> "CreatorOptedOut":
        """Say so of this creator."""
        return cls(
            f"@{username} asked not to be trained on.",
            hint="An owner of the workspace can lift the opt-out, with the creator's consent.",
        )


class StorageError(SoundalikeError):
    """The database or the disk refuses; what was saved before is safe."""

    code = "storage_unavailable"
