"""The server's own secret, and what it signs for a browser to keep for a moment."""

import base64
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from soundalike.errors import SettingsError

_FILE: Final = "secret.key"
_LEAST: Final = 32
_LONGEST_SEALED: Final = 4_000


def load_secret(folder: Path, given: str | None) -> bytes:
    """The secret that is given, or the one in `folder`, made on first use and readable by this user alone.

    Raises:
        SettingsError: It is too short to be one, or cannot be kept.
    """
    path = folder / _FILE
    try:
        secret = given or _read(path) or _made(path)
    except OSError as error:
        raise SettingsError(
            f"The server's secret cannot be kept in {path} ({error.strerror}).",
            hint="Make the folder writable, or set SOUNDALIKE_SECRET_KEY.",
        ) from error
    if len(secret) < _LEAST:
        raise SettingsError(
            f"The server's secret has fewer than {_LEAST} characters.",
            hint="Set SOUNDALIKE_SECRET_KEY to a long random text, or leave it out.",
        )
    return secret.encode()


def seal(secret: bytes, values: Mapping[str, Any], *, purpose: str, until: datetime) -> str:
    """Sign values that a browser may keep until then; it can read but not change them."""
    body = json.dumps({"values": values, "until": until.timestamp()}, separators=(",", ":"))
    packed = base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")
    return f"{packed}.{_signature(secret, purpose, packed)}"


def unseal(secret: bytes, text: str, *, purpose: str, at: datetime) -> dict[str, Any] | None:
    """The values, or None if this server did not sign them for the purpose or their time is over."""
    packed, _, signature = text.partition(".")
    if len(text) > _LONGEST_SEALED or not text.isascii():
        return None
    if not hmac.compare_digest(signature, _signature(secret, purpose, packed)):
        return None
    body = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    values: dict[str, Any] = body["values"]
    return values if at.timestamp() < body["until"] else None


def _signature(secret: bytes, purpose: str, packed: str) -> str:
    return hmac.new(secret, f"{purpose}\n{packed}".encode(), sha256).hexdigest()


def _read(path: Path) -> str | None:
    return path.read_text("ascii").strip() if path.exists() else None


def _made(path: Path) -> str:
    """Make the file whole or not at all; of two processes at once, one makes it and both read it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(_LEAST))
        with suppress(FileExistsError):
            path.hardlink_to(name)
    finally:
        Path(name).unlink()
    return path.read_text("ascii").strip()
