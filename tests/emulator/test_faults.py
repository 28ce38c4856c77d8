"""The toggles and how they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.emulator.faults import Chance, Credits, Faults, SearchFaults, ServerFaults
from soundalike.errors import SettingsError

RATES = st.floats(0, 1).map(lambda rate: round(rate, 3))
CHANCES = st.one_of(
    RATES.map(lambda rate: Chance(rate=rate)),
    st.integers(1, 9).map(lambda n: Chance(every=n)),
    st.integers(1, 9).map(lambda n: Chance(first=n)),
)
FAULTS = st.builds(
    Faults,
    tier=st.sampled_from(["paid20", "free", "balance_ladder"]),
    omit_fields=st.sampled_from(["none", "url+viewCount"]),
    last_tweets_depth=st.integers(0, 5000),
    credits=st.builds(
        Credits,
        bonus=st.none() | st.integers(-99, 99),
        bill_failures=st.booleans(),
        status=st.sampled_from([401, 402]),
    ),
    search=st.builds(SearchFaults, dup_rate=RATES, repeat_cursor=CHANCES, endless=st.booleans()),
    server=st.builds(ServerFaults, latency_ms=st.integers(0, 5000), timeout=CHANCES),
    accounts=st.dictionaries(
        st.from_regex(r"[A-Za-z0-9_]{1,15}", fullmatch=True), st.sampled_from(["protected", "renamed"])
    ),
)


def test_toggles_are_read_from_text():
    """Groups are reached by a dot and accounts by their name, case kept."""
    faults = Faults.parse(
        ["tier=free", "search.dup_rate=0.2", "account.Someone=protected", "server.error_500=every:3"]
    )
    expected = Faults(
        tier="free",
        search=SearchFaults(dup_rate=0.2),
        accounts={"Someone": "protected"},
        server=ServerFaults(error_500=Chance(every=3)),
    )
    assert faults == expected


@given(FAULTS)
def test_toggles_survive_being_written(faults):
    """What `texts` writes, `parse` reads back as the same faults."""
    assert Faults.parse(f"{name}={value}" for name, value in faults.texts().items()) == faults


def test_nothing_given_is_the_live_behaviour():
    """No toggles give the defaults."""
    assert Faults.parse([]) == Faults()


@pytest.mark.parametrize(
    "text", ["speed=9", "search.nothing=1", "search=1", "", "accounts=x", "credits.bonus.x=1"]
)
def test_an_unknown_toggle_is_refused_with_the_list_of_known_ones(text):
    """The message names what exists."""
    with pytest.raises(SettingsError, match=r"tier, retry_after, credits\.bonus.*account\.USERNAME"):
        Faults.parse([text])


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("tier=gold", "paid20, free, balance_ladder"),
        ("search.dup_rate=2", "a rate from 0 to 1"),
        ("search.dup_rate=nan", "a rate from 0 to 1"),
        ("search.dry_after=-1", "a whole number of 0 or more"),
        ("server.timeout=often", "never, always"),
        ("server.timeout=every:x", "never, always"),
        ("credits.bonus=much", "a whole number, or None"),
        ("credits.bill_failures=perhaps", "on or off"),
        ("account.someone=asleep", "ok, not_found"),
    ],
)
def test_an_impossible_value_is_refused_with_the_possible_ones(text, choices):
    """The message names the values a toggle takes."""
    with pytest.raises(SettingsError, match=choices):
        Faults.parse([text])


def test_a_chance_strikes_by_rate_by_count_or_at_first():
    """Occasions count from 1."""
    assert [n for n in range(1, 7) if Chance(every=3).strikes(n, 0.5)] == [3, 6]
    assert [n for n in range(1, 7) if Chance(first=2).strikes(n, 0.5)] == [1, 2]
    assert Chance(rate=0.3).strikes(1, 0.29)
    assert not Chance(rate=0.3).strikes(1, 0.3)
    assert not any(Chance().strikes(n, 0.0) for n in range(1, 7))


def test_the_state_of_an_account_ignores_letter_case():
    """Accounts nobody named are in order."""
    faults = Faults(accounts={"SomeOne": "protected"})
    assert faults.state_of("someone") == "protected"
    assert faults.state_of("else") == "ok"
