"""Arrays as bytes: exact, and refused where anything is amiss."""

import json
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.posts.packing import (
    _DIGEST_BYTES,
    _MARK,
    _digest,
    pack,
    packed_text,
    refusing,
    require,
    unpack,
    unpacked_bytes,
    unpacked_text,
)

TYPES = {"figures": "<f8", "keys": "<u8", "text": "|u1"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def packed(facts=None, figures=(1.5, -2.0), keys=(1, 2**64 - 1), text="text"):
    """A small whole."""
    arrays = {"figures": np.array(figures), "keys": np.array(keys, np.uint64), "text": packed_text(text)}
    return pack("thing", 1, facts or {}, arrays)


def sealed(about, blocks=b""):
    """Bytes that no packing wrote, under a digest that is right."""
    header = about if isinstance(about, bytes) else json.dumps(about).encode()
    rest = len(header).to_bytes(4) + header + blocks
    return _MARK + _digest(rest) + rest


@given(
    st.dictionaries(st.text(), JSON, max_size=4),
    st.lists(st.floats(allow_nan=False), max_size=20),
    st.lists(st.integers(0, 2**64 - 1), max_size=20),
    st.text(),
)
@settings(deadline=None)
def test_what_is_packed_comes_back(facts, figures, keys, text):
    """Every fact, number and character, and the same bytes each time."""
    content = packed(facts, figures, keys, text)
    again = unpack(content, "thing", 1, TYPES)
    assert content == packed(facts, figures, keys, text)
    assert again.facts == facts
    assert (again.arrays["figures"].tolist(), again.arrays["keys"].tolist()) == (figures, keys)
    assert unpacked_text(again.arrays["text"]) == text


@given(st.integers(0, 10_000), st.integers(1, 255))
@settings(deadline=None)
def test_one_changed_byte_is_refused(place, change):
    """Wherever it is: the digest covers everything behind it, and the mark is known."""
    content = bytearray(packed())
    content[place % len(content)] ^= change
    with pytest.raises(ValueError, match="These bytes"):
        unpack(bytes(content), "thing", 1, TYPES)


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_other_bytes_are_refused(content):
    """Nothing, noise, or noise behind the right mark and digest."""
    for attempt in (content, _MARK + content, _MARK + _digest(content) + content):
        with pytest.raises(ValueError, match=r"."):
            unpack(attempt, "thing", 1, TYPES)


@pytest.mark.parametrize("length", range(0, len(packed()), 7))
def test_a_part_of_the_bytes_is_refused(length):
    """As after a disk that was full."""
    with pytest.raises(ValueError, match="These bytes"):
        unpack(packed()[:length], "thing", 1, TYPES)


@pytest.mark.parametrize(
    ("kind", "version", "types"),
    [("other", 1, TYPES), ("thing", 2, TYPES), ("thing", 1, TYPES | {"keys": "<i8"}), ("thing", 1, {})],
)
def test_another_kind_version_or_shape_is_refused(kind, version, types):
    """What was written for something else is not guessed at."""
    with pytest.raises(ValueError, match="These bytes"):
        unpack(packed(), kind, version, types)


@pytest.mark.parametrize(
    ("listed", "block"),
    [
        (["a", "<f8", 1, 11], zlib.compress(b"")),  # shorter than stated
        (["a", "<f8", 1, 99], zlib.compress(bytes(10**6))),  # a bomb
        (["a", "<f8", 1, 4], b"noise"),
        (["a", "<f8", -1, 8], zlib.compress(b"")),
        (["a", "<f8", 10**12, 8], b""),  # more than any memory
        (["a", "<f8", "1", 8], b""),
        (["a", "<f8"], b""),
        (["a", "object", 1, 8], b""),
    ],
)
def test_a_hostile_list_of_arrays_is_refused(listed, block):
    """Even under a digest that is right nothing beyond the stated size is unpacked, and no object is."""
    about = {"kind": "thing", "version": 1, "facts": {}, "arrays": [listed]}
    with pytest.raises(ValueError, match=r"."):
        unpack(sealed(about, block), "thing", 1, {"a": listed[1]})


@pytest.mark.parametrize("about", [b"{", b"[" * 100_000, b"[]", b"null", b'{"kind": 1}', b"\xff"])
def test_a_hostile_header_is_refused(about):
    """Broken, nested without end, or something else than a header."""
    with pytest.raises(ValueError, match=r"."):
        unpack(sealed(about), "thing", 1, TYPES)


def test_what_goes_wrong_while_reading_is_a_refusal():
    """Whoever reads facts need not expect each kind of nonsense one by one."""
    with pytest.raises(ValueError, match="no thing"), refusing("thing"):
        {}["missing"]
    with pytest.raises(ValueError, match="cannot be a thing"):
        require("thing", True, np.bool_(False))


def test_the_digest_is_of_all_that_follows():
    """Its length is part of the form."""
    content = packed()
    begin = len(_MARK) + _DIGEST_BYTES
    assert content[len(_MARK) : begin] == _digest(content[begin:])


def test_bytes_say_what_they_take_before_they_are_unpacked():
    """And are refused where they state what cannot be."""
    assert unpacked_bytes(pack("x", 1, {}, {"a": np.zeros(1_000), "b": np.zeros(3, np.uint8)})) == 8_003
    for content in (b"", b"nonsense", pack("x", 1, {}, {"a": np.zeros(9)})[:-1]):
        with pytest.raises(ValueError, match="bytes"):
            unpacked_bytes(content)
