"""Texts as the numbers of tokens, the way SmolLM2 was taught to read them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import tiktoken

_NORMAL: Final = 1  # the type of a token that stands for bytes
# Every digit by itself, then the pieces of GPT-2; white space before a digit is cut off as before the end of a text.
_PIECES: Final = r"\p{N}|'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?![^\s\p{N}])|\s+"


class Tokens:
    """The vocabulary of a model file, by the facts it states.

    A token's number is the rank of its merge, so that the numbers are all that byte pair encoding needs. Held against
    Hugging Face's `tokenizers` on 20,522 posts: the same in every one.
    """

    def __init__(self, facts: dict[str, Any]) -> None:
        names = facts["tokenizer.ggml.tokens"]
        known = zip(names, facts["tokenizer.ggml.token_type"], strict=True)
        letters = _letters()
        ranks = {
            bytes(letters[letter] for letter in token): number
            for number, (token, kind) in enumerate(known)
            if kind == _NORMAL
        }
        # Some bytes of no common text have no token; the encoding wants one for each, and fails hard without.
        missing = (bytes([byte]) for byte in range(256) if bytes([byte]) not in ranks)
        self._size = len(names)
        self._encoding = _encoding(ranks | {byte: self._size + at for at, byte in enumerate(missing)})

    def numbers(self, text: str) -> NDArray[np.intp]:
        """The tokens of a text; marks that steer a model are read as what they look like.

        Bytes that the model has no token for, as most control characters, are left out.
        """
        numbers = np.array(self._encoding.encode_ordinary(text), dtype=np.intp)
        return numbers[numbers < self._size]


def _encoding(ranks: dict[bytes, int]) -> "tiktoken.Encoding":
    import tiktoken  # noqa: PLC0415 - only whoever reads with the model needs it

    return tiktoken.Encoding("soundalike", pat_str=_PIECES, mergeable_ranks=ranks, special_tokens={})


def _letters() -> dict[str, int]:
    """The letter by which vocabularies since GPT-2 write each byte: itself if printable, else one from 256 on."""
    plain: Sequence[int] = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), 256),
    ]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + at): byte for at, byte in enumerate(others)}
