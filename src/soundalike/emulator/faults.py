"""What the stand-in gets wrong on purpose: every toggle, its live default, and how it is written as text.

A toggle is written `name=value`, a group's toggle `group.name=value`, an account's state `account.USERNAME=state`:

    tier=free  search.dup_rate=0.2  server.error_500=every:3  account.someone=protected
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, is_dataclass, replace
from functools import cache
from typing import Any, Final, Literal, TypeVar, get_args, get_origin, get_type_hints

from soundalike.errors import SettingsError

AccountState = Literal[
    "ok",
    "not_found",
    "transient_not_found",
    "renamed",
    "suspended_documented",
    "suspended_error",
    "suspended_null",
    "protected",
    "empty",
    "low_follower",
]
Tier = Literal["paid20", "free", "balance_ladder"]
Envelope = Literal["root_pagination", "in_data", "openapi_flat", "data_null", "empty"]
Dialect = Literal["A", "B"]

_ACCOUNT: Final = "account."
_SWITCH: Final = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}
_Group = TypeVar("_Group")


@dataclass(frozen=True, slots=True)
class Chance:
    """How often a fault strikes: at a rate, on every n-th occasion, or on the first n of them; by default never."""

    rate: float = 0.0
    every: int = 0
    first: int = 0

    def strikes(self, occasion: int, roll: float) -> bool:
        """Whether it strikes on this occasion, counted from 1; `roll` lies in [0, 1)."""
        return occasion <= self.first or (self.every > 0 and occasion % self.every == 0) or roll < self.rate

    @classmethod
    def parse(cls, text: str) -> "Chance":
        """Read `never`, `always`, a rate from 0 to 1, `every:N` or `first:N`.

        Raises:
            ValueError: The text is none of these.
        """
        kind, _, number = text.partition(":")
        if kind in {"every", "first"}:
            return cls(**{kind: _whole(number)})
        return cls(rate=_rate({"never": "0", "always": "1"}.get(text, text)))

    def __str__(self) -> str:
        counted = f"every:{self.every}" if self.every else f"first:{self.first}" if self.first else ""
        return counted or {0.0: "never", 1.0: "always"}.get(self.rate, str(self.rate))


@dataclass(frozen=True, slots=True)
class Credits:
    """The balance and how calls are charged; a balance of None is what the tier starts with."""

    bonus: int | None = None
    recharge: int | None = None
    settlement_seconds: int = 0
    allow_negative: bool = True
    bill_failures: bool = False
    status: Literal[402, 401] = 402


@dataclass(frozen=True, slots=True)
class SearchFaults:
    """What search does beside answering.

    `empty_page_with_next` leaves out nothing: the chain goes on behind it. `endless` is the other half of the quirk:
    behind the last page come empty ones that promise more. `dry_after` ends a chain after that many posts (0: never);
    `index_starts` hides posts written before that Unix second.
    """

    dup_rate: float = 0.0
    same_page_cursor: Chance = Chance()
    empty_page_with_next: Chance = Chance()
    endless: bool = False
    repeat_cursor: Chance = Chance()
    drop_rate: float = 0.0
    dry_after: int = 1000
    short_pages: Chance = Chance()
    transient_empty: Chance = Chance()
    index_starts: int = 0


@dataclass(frozen=True, slots=True)
class ServerFaults:
    """Trouble behind the gate: no answer, or none that can be read. One request counts once for each of them.

    `latency_ms` holds every answer back that long, refusals too; what was asked is judged when it arrives.
    """

    latency_ms: int = 0
    error_500: Chance = Chance()
    html_502: Chance = Chance()
    timeout: Chance = Chance()
    cut_json: Chance = Chance()


@dataclass(frozen=True, slots=True)
class Faults:
    """Every toggle. As built, the stand-in behaves as the live service was last observed to."""

    tier: Tier = "paid20"
    retry_after: Literal["absent", "present"] = "absent"
    credits: Credits = Credits()
    last_tweets_envelope: Envelope = "root_pagination"
    last_tweets_depth: int = 0  # posts a timeline gives before it ends; 0: all
    last_page_cursor: Literal["empty", "filled"] = "empty"
    dialect: Literal["live", "A", "B"] = "live"
    pin: Literal["null", "separate", "on_top"] = "null"
    nested: Literal["whole", "null", "empty", "stub"] = "whole"
    omit_fields: Literal["none", "url+viewCount", "displayTextRange", "inReplyToUserId"] = "none"
    text_escape: Literal["raw", "html"] = "raw"
    search: SearchFaults = SearchFaults()
    server: ServerFaults = ServerFaults()
    seed: int = 0
    accounts: Mapping[str, AccountState] = field(default_factory=dict)

    @classmethod
    def parse(cls, texts: Iterable[str]) -> "Faults":
        """Lay toggles written as `name=value` over the live behaviour.

        Raises:
            SettingsError: A name or a value does not exist; the message lists those that do.
        """
        faults = cls()
        for text in texts:
            name, _, value = (part.strip() for part in text.partition("="))
            faults = faults._with(name, value)
        return faults

    def texts(self) -> dict[str, str]:
        """Every toggle as text by name; `Faults.parse(f"{name}={value}" …)` gives the same faults back."""
        toggles = {name: _write(_get(self, name)) for name in _names(Faults)}
        return toggles | {_ACCOUNT + name: state for name, state in self.accounts.items()}

    def state_of(self, username: str) -> AccountState:
        """The state of an account, whatever the letter case of its name."""
        wanted = username.lower()
        return next((state for name, state in self.accounts.items() if name.lower() == wanted), "ok")

    def _with(self, name: str, value: str) -> "Faults":
        if name.startswith(_ACCOUNT):
            state = _read(AccountState, name, value)
            return replace(self, accounts={**self.accounts, name.removeprefix(_ACCOUNT): state})
        if name not in _names(Faults):
            raise SettingsError(
                f"The emulator has no toggle “{name[:60]}”.",
                hint=f"There are: {', '.join(_names(Faults))}, {_ACCOUNT}USERNAME.",
            )
        return _set(self, name, name, value)


@cache
def _names(group: type) -> tuple[str, ...]:
    """Every toggle's dotted name; accounts have names of their own."""
    return tuple(
        dotted
        for name, kind in get_type_hints(group).items()
        if name != "accounts"
        for dotted in ([f"{name}.{inner}" for inner in _names(kind)] if _is_group(kind) else [name])
    )


def _is_group(kind: object) -> bool:
    return is_dataclass(kind) and kind is not Chance


def _set(group: _Group, path: str, name: str, text: str) -> _Group:
    first, _, rest = path.partition(".")
    kind = get_type_hints(type(group))[first]
    value = _set(getattr(group, first), rest, name, text) if rest else _read(kind, name, text)
    return replace(group, **{first: value})  # type: ignore[type-var]


def _get(group: object, path: str) -> object:
    first, _, rest = path.partition(".")
    value = getattr(group, first)
    return _get(value, rest) if rest else value


def _write(value: object) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _read(kind: Any, name: str, text: str) -> Any:  # noqa: ANN401 - the toggle's own type, known at run time only
    try:
        if get_origin(kind) is Literal:
            return {str(choice): choice for choice in get_args(kind)}[text]
        return _READERS[kind][0](text)
    except (KeyError, ValueError) as error:
        raise SettingsError(
            f"The emulator's toggle {name} cannot be “{text[:60]}”.", hint=f"It takes {_choices(kind)}."
        ) from error


def _choices(kind: Any) -> str:  # noqa: ANN401 - as above
    return ", ".join(map(str, get_args(kind))) if get_origin(kind) is Literal else _READERS[kind][1]


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 <= rate <= 1:
        raise ValueError("a rate lies between 0 and 1")
    return rate


def _whole(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError("a count is not negative")
    return number


_READERS: Final[dict[Any, tuple[Callable[[str], object], str]]] = {
    bool: (_SWITCH.__getitem__, "on or off"),
    int: (_whole, "a whole number of 0 or more"),
    int | None: (lambda text: None if text == "None" else int(text), "a whole number, or None"),
    float: (_rate, "a rate from 0 to 1"),
    Chance: (Chance.parse, "never, always, a rate from 0 to 1, every:N or first:N"),
}
