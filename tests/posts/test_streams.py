"""Reading bit by bit."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.posts.streams import BreaksOff, JsonReader, text_of

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class Drip(io.StringIO):
    """A text that comes a few characters at a time, however many are asked for."""

    step = 3

    def read(self, size=-1):
        return super().read(min(size, self.step) if size >= 0 else self.step)


@pytest.mark.slow
@given(st.lists(values), st.integers(1, 7), st.none() | st.integers(0, 3))
def test_an_array_is_read_value_by_value_wherever_the_text_is_cut(items, step, indent):
    """The window's edge may fall anywhere, inside of an escape or a name."""
    text = Drip(json.dumps(items, indent=indent))
    text.step = step
    assert list(JsonReader(text, longest=10**6).values()) == items


@pytest.mark.slow
@given(
    st.lists(st.dictionaries(st.text(), values, max_size=3), max_size=5),
    st.sampled_from(["", "\n", " \r\n\t"]),
)
def test_values_one_after_the_other_are_read_as_they_come(items, gap):
    """What many tools call JSON is a value a line."""
    text = io.StringIO(gap.join(map(json.dumps, items)))
    assert list(JsonReader(text, longest=10**6).values()) == items


@pytest.mark.parametrize(
    "text",
    [
        '[{"a": 1}, {"b": ',
        '[{"a": 1}',
        '[{"a": 1}, nonsense]',
        '[{"a": 1}, "' + "x" * 300_000,
        '[{"a": 1},' + "[" * 99_999,
    ],
)
def test_what_stands_before_the_break_is_read(text):
    """A file that was not written to its end gives what there is of it."""
    values_read = JsonReader(io.StringIO(text), longest=100_000).values()
    assert next(values_read) == {"a": 1}
    with pytest.raises(BreaksOff):
        list(values_read)


class Broken(io.BytesIO):
    """A disk that fails."""

    def read(self, _size=-1):
        raise OSError(5, "Input/output error")


@pytest.mark.parametrize("source", [Broken(), io.BytesIO(b"x" * 200)])
def test_a_stream_that_fails_or_is_too_long_breaks_off(source):
    """Whatever goes wrong below is one kind of error above, and the source is closed."""
    counted = []
    with pytest.raises(BreaksOff), text_of(source, most_bytes=100, count=counted.append) as text:
        text.read()
    assert source.closed
    assert sum(counted) <= 100


def test_bytes_are_counted_as_they_are_read():
    """Progress goes by bytes, whatever signs they make."""
    counted = []
    data = "\ufeff" + "ä" * 50_000
    with text_of(io.BytesIO(data.encode()), most_bytes=10**6, count=counted.append) as text:
        assert text.read() == "ä" * 50_000
    assert sum(counted) == 100_003
