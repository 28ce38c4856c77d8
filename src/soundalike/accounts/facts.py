"""What accounts are made of: roles, scopes, tokens, keys, and what may be an email or a password."""

import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from soundalike.errors import InvalidAccount


class Role(StrEnum):
    """What a user may do in a workspace: a member works there, an owner also says who else does."""

    OWNER = "owner"
    MEMBER = "member"


class Scope(StrEnum):
    """What a key may be used for."""

    READ = "read"
    WRITE = "write"


ALL_SCOPES: Final = frozenset(Scope)

LOGIN_LASTS: Final = timedelta(days=30)
LOGIN_SLIDES_EVERY: Final = timedelta(hours=1)  # so that not every request writes
START_LINK_LASTS: Final = timedelta(minutes=15)
INVITATION_LASTS: Final = timedelta(days=7)

PASSWORD_LENGTHS: Final = (10, 128)
MAX_EMAIL: Final = 254
MAX_NAME: Final = 100
MAX_LISTED: Final = 100  # keys of a user, open invitations and members of a workspace, workspaces of a user
MAX_OPT_OUTS: Final = 10_000

_EMAIL: Final = re.compile(
    r"(?!\.)[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}(?<!\.)"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_KEY: Final = re.compile(r"sa_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class KeyText:
    """An API key: the part by which it is found, and the part that proves it."""

    id: str
    secret: str

    @classmethod
    def new(cls) -> "KeyText":
        """Make one with a secret of 256 random bits."""
        return cls(id=secrets.token_hex(8), secret=new_token())

    @classmethod
    def read(cls, text: str) -> "KeyText | None":
        """Read `sa_<id>_<secret>`; None if it is none."""
        found = _KEY.fullmatch(text)
        return cls(*found.groups()) if found else None

    @property
    def starts_with(self) -> str:
        """What may be shown of it."""
        return f"sa_{self.id}"

    def __str__(self) -> str:
        return f"sa_{self.id}_{self.secret}"


def new_token() -> str:
    """256 random bits, fit for a cookie or a link."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Whether the text has the form of a token, so that nothing else reaches the database."""
    return bool(_TOKEN.fullmatch(text))


def hashed(secret: str) -> str:
    """What is kept of a token: of 256 random bits a plain hash gives nothing away."""
    return sha256(secret.encode()).hexdigest()


def is_secret(secret: str, secret_hash: str) -> bool:
    """Whether the hash is this secret's, in a time that tells nothing."""
    return hmac.compare_digest(hashed(secret), secret_hash)


def read_email(text: str) -> str:
    """Read an address as it is kept: lower case, nothing around it.

    Raises:
        InvalidAccount: It cannot be one.
    """
    email = text.strip().lower()
    if len(email) > MAX_EMAIL or not _EMAIL.fullmatch(email):
        raise InvalidAccount("This is no email address.", hint="Write it as name@example.org.")
    return email


def read_name(text: str) -> str:
    """Read the name of a user, a workspace or a key: one line, shown as it is.

    Raises:
        InvalidAccount: Nothing is left, or too much.
    """
    name = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    if not 0 < len(name) <= MAX_NAME:
        raise InvalidAccount(f"A name has 1 to {MAX_NAME} characters.", hint="Choose another.")
    return name


def read_password(text: str) -> str:
    """Read a new password; any signs will do, alike on every keyboard (NFKC).

    Raises:
        InvalidAccount: It is too short or too long.
    """
    password = same_signs(text)
    least, most = PASSWORD_LENGTHS
    if not least <= len(password) <= most:
        raise InvalidAccount(
            f"A password has {least} to {most} characters.",
            hint="A few random words are easy to keep in mind.",
        )
    return password


def same_signs(text: str) -> str:
    """A password in the form it is hashed in."""
    return unicodedata.normalize("NFKC", text)
