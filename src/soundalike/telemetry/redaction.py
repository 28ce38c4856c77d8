"""Keeps secrets out of what is written down: by the name of a field, by its form, and by its value."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice
from json import dumps
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote

REDACTED: Final = "[redacted]"

_LONGEST_TEXT: Final = 16_000  # characters; a traceback is the longest that makes sense
_MARGIN: Final = 2_000  # read beyond that, so that a secret which straddles the end is known for one
_LONGEST_NAME: Final = 100
_DEEPEST: Final = 6
_MOST_ITEMS: Final = 100
_SHORTEST_SECRET: Final = 6  # below, a value such as "none" would be struck out of ordinary words
_INTEGERS_OF_JSON: Final = 2**63

#: Names whose text is never shown; numbers under such a name, as in `max_tokens=512`, are.
_NAMES: Final = (
    r"passw(?:or)?d|passphrase|pwd|secret|tokens?|authori[sz]ation|cookies?|credentials?|api[_-]?keys?|"
    r"access[_-]?keys?|private[_-]?keys?|signature|bearer"
)
_SECRET_NAME: Final = re.compile(rf"(?:^|[_\-. ]|(?<=[a-z]))(?:{_NAMES})$", re.IGNORECASE)

#: Quick to look for: text without any of these, in lower case, has no form that is replaced.
_SUSPECT: Final = (
    *("://", "sa_", "sk-", "pk-", "rk-", "eyj", "akia", "gho_", "ghp_", "ghr_", "ghs_", "ghu_", "key"),
    *("passw", "passphrase", "pwd", "secret", "token", "authori", "cookie", "credential", "signature"),
    *("bearer", "basic ", "digest "),
)
_FORMS: Final = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END|\Z)", re.DOTALL), REDACTED),
    (re.compile(r"(?i)((?:set-)?cookie[\"']?\s*[:=])[^\r\n]+"), rf"\1 {REDACTED}"),
    (re.compile(r"(?i)\b(bearer|basic|digest)\s+[\w.~+/=\-]{4,}"), rf"\1 {REDACTED}"),
    # The last @ before the path, since a password may hold one itself.
    (re.compile(r"(://[^/\s:@?#]{0,200}):[^/\s?#]{0,200}@"), rf"\1:{REDACTED}@"),
    (re.compile(r"(://[^\s:@?#]{0,200}):[^\s]{0,200}@"), rf"\1:{REDACTED}@"),  # a password with a slash in it
    (re.compile(r"sa_[0-9a-f]{16}[\w\-]*|\bsa_[\w\-]{6,}"), REDACTED),
    (re.compile(r"\b(?:sk|pk|rk)-[\w\-]{8,}"), REDACTED),
    (re.compile(r"\beyJ[\w\-]{6,}\.[\w\-]+(?:\.[\w\-]*)?"), REDACTED),
    (re.compile(r"\b(?:gh[oprsu]_\w{16,}|AKIA[A-Z0-9]{12,})"), REDACTED),
    (
        re.compile(
            rf"(?i)((?:\b|_|(?<=[a-z])|-)(?:{_NAMES})[\"']?\s*(?:=|:(?!//)|%3d)\s*)"
            r"(\"[^\"]*\"?|'[^']*'?|[^\s&,;)\]}\"']+)"
        ),
        rf"\1{REDACTED}",
    ),
)


@lru_cache(1_000)
def _is_secret_name(name: str) -> bool:
    return bool(_SECRET_NAME.search(name))


class Redaction:
    """Strikes secrets out of values of any kind; `secrets` are those known by value, such as the settings'."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {form for secret in secrets for form in _forms_of(secret)}
        longest_first = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if known else None
        self._name = lru_cache(1_000)(self._strike)

    def text(self, text: str) -> str:
        """The text without what is secret in it, and not endless."""
        if len(text) > _LONGEST_TEXT:
            read = self._strike(text[: _LONGEST_TEXT + _MARGIN])
            return f"{read[: max(0, min(_LONGEST_TEXT, len(read) - _MARGIN))]}…"
        return self._strike(text)

    def value(self, name: str, value: object) -> Any:  # noqa: ANN401 - any JSON
        """A JSON value that says what `value`, known as `name`, says, but for secrets."""
        return self._value(name, value, 0)

    def fields(self, fields: Mapping[str, object]) -> dict[str, Any]:
        """The same for all fields of a line."""
        # Most lines hold nothing suspicious, and one look at all their texts is quicker than one at each.
        texts = "\n".join([value for value in fields.values() if isinstance(value, str)])
        is_clean = len(texts) <= _LONGEST_TEXT and not self._is_suspect(texts)
        return {
            self._name(name[:_LONGEST_NAME]): value
            if is_clean and isinstance(value, str) and not _is_secret_name(name[-_LONGEST_NAME:])
            else self._value(name, value, 0)
            for name, value in fields.items()
        }

    def _is_suspect(self, text: str) -> bool:
        lower = text.lower()
        for sign in _SUSPECT:  # `any` takes three times as long
            if sign in lower:
                return True
        return self._known is not None and self._known.search(text) is not None

    def _strike(self, text: str) -> str:
        if not self._is_suspect(text):
            return text
        if self._known:
            text = self._known.sub(REDACTED, text)
        for form, instead in _FORMS:
            text = form.sub(instead, text)
        return text

    def _value(self, name: str, value: object, depth: int) -> Any:  # noqa: ANN401
        match value:
            case None | bool():
                return value
            case int():
                return int(value) if abs(value) < _INTEGERS_OF_JSON else f"{value:#x}"[:100]
            case float():
                return value if value - value == 0 else str(value)  # JSON knows neither NaN nor infinity
        if _is_secret_name(name[-_LONGEST_NAME:]):
            return REDACTED
        if isinstance(value, str):
            return self.text(value)
        return self._compound(name, value, depth)

    def _compound(self, name: str, value: object, depth: int) -> Any:  # noqa: ANN401
        if depth >= _DEEPEST:
            return "…"
        match value:
            case Mapping():
                items = ((_told(key), held) for key, held in islice(value.items(), _MOST_ITEMS))
                return {
                    self._name(key[:_LONGEST_NAME]): self._value(key, held, depth + 1) for key, held in items
                }
            case list() | tuple() | set() | frozenset():
                return [self._value(name, held, depth + 1) for held in islice(value, _MOST_ITEMS)]
            case bytes() | bytearray():
                return self.text(bytes(value[:_LONGEST_TEXT]).decode(errors="replace"))
        return self.text(_told(value))


def _told(value: object) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - an object that cannot say what it is must not cost the line
        return f"<{type(value).__name__}>"


def _forms_of(secret: str) -> set[str]:
    """The secret as it may turn up: as it is, in a URL, in a JSON string."""
    if len(secret) < _SHORTEST_SECRET:
        return set()
    plain = secret.encode(errors="replace").decode()
    forms = {secret, quote(plain, safe=""), quote_plus(plain), dumps(secret)[1:-1], repr(secret)[1:-1]}
    return forms | ({unquote(secret)} if len(unquote(secret)) >= _SHORTEST_SECRET else set())
