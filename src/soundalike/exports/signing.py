"""Who signed a voice file: an Ed25519 key of the installation, derived from the secret it keeps anyway.

So all machines of a fleet sign as one, and a restored backup as before. A key is nobody's name: whoever wants to know
whose it is compares its fingerprint with what the other installation shows.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from soundalike.errors import SettingsError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALGORITHM: Final = "Ed25519"
_PURPOSE: Final = b"soundalike: key that signs voice files"
_PREFIX: Final = b"soundalike voice file, format 1\n"  # so that no other signature of the key is one of these
_SIGNS: Final = 32  # of a fingerprint, 128 bits
_GROUP: Final = 4


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature and the public key it is to be checked with; raw bytes, as RFC 8032 has them."""

    public_key: bytes
    signature: bytes

    @property
    def signer(self) -> str:
        """The fingerprint of the key."""
        return fingerprint(self.public_key)

    def fits(self, content: bytes) -> bool:
        """Whether whoever holds the key signed just this content."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - half of what exporting takes to load
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(self.signature, _PREFIX + content)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """Signs with the key of an installation, which comes of its secret."""

    def __init__(self, secret: bytes) -> None:
        self._seed = hmac.new(secret, _PURPOSE, sha256).digest()

    @property
    def public_key(self) -> bytes:
        """What others check with."""
        return self._key.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """What others know it by."""
        return fingerprint(self.public_key)

    def sign(self, content: bytes) -> Signature:
        """Sign content; the same content gets the same signature."""
        return Signature(self.public_key, self._key.sign(_PREFIX + content))

    @property
    def _key(self) -> "Ed25519PrivateKey":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

        return Ed25519PrivateKey.from_private_bytes(self._seed)


def fingerprint(public_key: bytes) -> str:
    """The first 128 bits of a key's SHA-256 in groups of four: `3f2a 91c0 …`."""
    signs = sha256(public_key).hexdigest()[:_SIGNS]
    return " ".join(signs[at : at + _GROUP] for at in range(0, _SIGNS, _GROUP))


def read_fingerprint(text: str) -> str:
    """A fingerprint as somebody typed it.

    Raises:
        SettingsError: It is none.
    """
    signs = "".join(text.split()).replace(":", "").replace("-", "").lower()
    if len(signs) != _SIGNS or not set(signs) <= set("0123456789abcdef"):
        raise SettingsError(
            f"A signer is known by {_SIGNS} hexadecimal digits.", hint="`soundalike export` prints its own."
        )
    return " ".join(signs[at : at + _GROUP] for at in range(0, _SIGNS, _GROUP))
