"""Texts of posts, hostile ones too, as pieces of a page."""

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.posts.post import Post
from soundalike.web.studio.posts.text import cut, shown_text, text_of
from soundalike.web.studio.posts.view import PostView

HOSTILE = st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "javascript:alert(1)",
        "https://javascript:alert(1)",
        'https://example.org/"onmouseover="alert(1)',
        "https://example.org/<b>",
        "https://user@evil.example",
        "http://[",
        "HTTPS://EXAMPLE.ORG/A",
        "https://",
        "\u202egnp.exe",
        "Z̸̢̡̛͎̠̳͍̍̂̓a̷l̴g̵o̶",
        "&lt;b&gt;",
        "@x",
        "#täg",
        "'",
        " ",
    ]
)
TEXTS = st.lists(st.one_of(HOSTILE, st.text()), max_size=8).map("".join)


class Reader(HTMLParser):
    """The tags and the text of a piece of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def read(markup):
    """The tags and the text of a piece."""
    reader = Reader()
    reader.feed(str(markup))
    reader.close()
    return reader.tags, reader.text


@given(TEXTS)
def test_nothing_in_a_text_becomes_anything_but_a_link_to_the_web(text):
    """Whatever is written, the only tags are our own links, and they lead to http or https."""
    tags, _ = read(text_of(text))
    for tag, attributes in tags:
        assert tag == "a"
        assert set(attributes) == {"href", "rel", "dir"}
        assert attributes["href"].lower().startswith(("http://", "https://"))


@given(st.text(alphabet=st.characters(exclude_characters="@#＃/\r\0", codec="utf-8")))
def test_a_text_without_links_is_read_as_it_was_written(text):
    """Escaping loses nothing."""
    assert read(text_of(text)) == ([], text)


@given(st.text(max_size=5_000))
def test_a_long_text_is_cut_without_loss(text):
    """Both parts hold all but the white space between them."""
    head, rest = cut(text)
    assert "".join((head + rest).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://example.org/a.", [("https://example.org/a", "example.org/a")]),
        ("(https://example.org/a_(b))", [("https://example.org/a_(b)", "example.org/a_(b)")]),
        ("https://www.example.org/", [("https://www.example.org/", "example.org")]),
        (
            "https://example.org/a/very/long/path/to/nowhere",
            [("https://example.org/a/very/long/path/to/nowhere", "example.org/a/very/long/path…")],
        ),
        ("hi @swyx!", [("https://x.com/swyx", "@swyx")]),
        ("#über", [("https://x.com/hashtag/%C3%BCber", "#über")]),
        ("https://x.com@evil.example/", []),
        ("javascript://x.com/%0Aalert(1)", []),
        ("a@b.org C#", []),
    ],
)
def test_links_names_and_tags_lead_where_they_say(text, links):
    """Shown shortened as on X, but never without the whole of whose they are."""
    tags, said = read(text_of(text))
    assert [attributes["href"] for _, attributes in tags] == [address for address, _ in links]
    assert all(shown in said for _, shown in links)


def test_the_address_of_a_picture_and_its_entities_are_not_shown():
    """X keeps both in a post's text, and shows neither."""
    kept = "3 &lt; 4 &amp;amp; so on https://t.co/abc"
    assert shown_text(kept, media_links=("https://t.co/abc",)) == "3 < 4 &amp; so on"


def test_a_post_is_shown_with_its_creators_name_and_in_parts_where_it_is_long():
    """The name falls back on the username; the count is of what is shown."""
    post = Post("1", "word " * 800, datetime(2026, 10, 1, tzinfo=UTC), "swyx", has_media=True)
    view = PostView.of(post)
    assert (view.name, view.characters, view.has_media) == ("swyx", 3_999, True)
    assert len(view.text) + len(view.rest) + 1 == 3_999
