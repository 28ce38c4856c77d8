"""What is marked in a text."""

from hypothesis import given
from hypothesis import strategies as st

from soundalike.emulator.entities import addressee, find_marks

PIECES = [
    "🔥",
    "今天",
    "#kiln",
    "@bob",
    "https://t.co/a#b/@c",
    "plain",
    "\n",
    "é",
    "&amp;",
    "RT",
    ".",
    "@bob's",
]


def marks(text, media=(), *, is_reply=False):
    """The marks of a text, with ids made of names."""
    return find_marks(text, media_links=media, is_reply=is_reply, id_of=str.upper)


@given(st.lists(st.sampled_from(PIECES)).map(" ".join) | st.text())
def test_places_count_code_points(text):
    """Slicing the text at a mark's indices gives the mark."""
    entities = marks(text).entities
    for tag in entities.get("hashtags", []):
        assert text[slice(*tag["indices"])][1:] == tag["text"]
    for mention in entities.get("user_mentions", []):
        assert text[slice(*mention["indices"])] == f"@{mention['screen_name']}"
    for link in entities.get("urls", []):
        assert text[slice(*link["indices"])] == link["url"]


def test_an_emoji_is_one_place():
    """Counting UTF-16 units would give 3."""
    assert marks("🔥 @bob").entities == {
        "user_mentions": [{"id_str": "BOB", "indices": [2, 6], "name": "bob", "screen_name": "bob"}]
    }


def test_nothing_is_marked_inside_a_link_or_an_address():
    """Tags, mentions and full stops of links stay in them."""
    found = marks("see https://x.com/#kiln/@bob. or ann@bob.org").entities
    assert [link["url"] for link in found["urls"]] == ["https://x.com/#kiln/@bob"]
    assert found.keys() == {"urls"}


def test_media_links_stand_apart():
    """They are no links, and at the end of a text they are not shown."""
    found = marks("A pot https://t.co/a https://t.co/pic", ["https://t.co/pic"])
    assert [link["url"] for link in found.entities["urls"]] == ["https://t.co/a"]
    assert [item["url"] for item in found.media] == ["https://t.co/pic"]
    assert found.shown == (0, len("A pot https://t.co/a"))


def test_a_reply_is_shown_behind_whom_it_addresses():
    """Mentions that lead an ordinary post are shown."""
    assert marks("@a @bob yes", is_reply=True).shown == (8, 11)
    assert marks("@a @bob yes").shown == (0, 11)
    assert addressee("@bob yes @ann") == "bob"
    assert addressee("yes @ann") is None
