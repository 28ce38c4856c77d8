import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.accounts.facts import (
    KeyText,
    hashed,
    is_secret,
    is_token,
    new_token,
    read_email,
    read_name,
    read_password,
)
from soundalike.errors import InvalidAccount


@pytest.mark.parametrize(
    ("text", "email"),
    [
        (" Ada@Example.ORG ", "ada@example.org"),
        ("a+b.c@sub.example.co", "a+b.c@sub.example.co"),
        ("me@localhost", "me@localhost"),
    ],
)
def test_an_email_is_kept_in_lower_case_with_nothing_around_it(text, email):
    """So that one person has one account."""
    assert read_email(text) == email


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "a b@example.org",
        "ada@ex ample.org",
        "ada@example..org",
        "ada@-example.org",
        ".ada@example.org",
        "ada@example.org\nBcc: all",
        "ada@exаmple.org",  # a Cyrillic а
        f"{'a' * 65}@example.org",
        f"ada@{'a.' * 130}org",
    ],
)
def test_what_cannot_be_an_email_is_refused(text):
    """Lines, look-alikes and endless ones among it."""
    with pytest.raises(InvalidAccount):
        read_email(text)


@given(st.text(max_size=300))
def test_any_text_is_an_email_or_refused(text):
    """And what is read once is read again as it is."""
    try:
        email = read_email(text)
    except InvalidAccount:
        return
    assert read_email(email) == email
    assert len(email) <= 254


@given(st.text(max_size=300))
def test_any_text_is_a_name_or_refused(text):
    """A name is one line of what can be seen."""
    try:
        name = read_name(text)
    except InvalidAccount:
        return
    assert read_name(name) == name
    assert 1 <= len(name) <= 100
    assert name.isprintable()


@pytest.mark.parametrize("password", ["ten signs!", "x" * 128, "пароль на кириллице", "🔥" * 10])
def test_a_password_may_be_anything_of_10_to_128_signs(password):
    """There are no rules on what it is made of."""
    assert read_password(password) == password


@pytest.mark.parametrize("password", ["", "nine sign", "x" * 129])
def test_a_short_and_an_endless_password_are_refused(password):
    """The length is what counts."""
    with pytest.raises(InvalidAccount):
        read_password(password)


def test_a_password_is_the_same_on_every_keyboard():
    """An é may be one character or two."""
    assert read_password("cafe\u0301 au lait") == read_password("café au lait")


def test_a_key_says_how_it_is_found_and_proves_itself_with_256_bits():
    """`sa_<id>_<secret>`; what may be shown holds nothing of the secret."""
    key = KeyText.new()
    assert KeyText.read(str(key)) == key
    assert str(key).startswith(f"{key.starts_with}_")
    assert key.secret not in key.starts_with
    assert len({KeyText.new().secret for _ in range(100)}) == 100
    assert len(key.secret) == 43


@given(st.text(max_size=100))
def test_no_other_text_is_a_key(text):
    """Reading never fails, it finds none."""
    assert KeyText.read(text) is None
    assert KeyText.read(f"sa_{text}") is None


def test_a_token_is_known_by_its_form_and_kept_as_a_hash():
    """What else is sent never reaches the database."""
    token = new_token()
    assert is_token(token)
    assert not is_token(f"{token}\n")
    assert not is_token("")
    assert is_secret(token, hashed(token))
    assert not is_secret(new_token(), hashed(token))
    assert token not in hashed(token)
