from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.posts.post import Post
from soundalike.posts.text import EMOJI, has_words, language_of, main_language, own_text, unescape_once, words


def post(text, **facts):
    """Make a post of this text."""
    return Post("1", text, datetime(2024, 1, 1, tzinfo=UTC), "someone", **facts)


@pytest.mark.parametrize(
    ("text", "facts", "own"),
    [
        ("Kiln log 212 https://t.co/abc", {}, "Kiln log 212"),
        ("Look pic.twitter.com/xYz now", {}, "Look now"),
        ("@a @b Yes, with care", {"is_reply": True}, "Yes, with care"),
        ("@a started it", {}, "@a started it"),
        ("Clay &amp; water: 70 &gt; 65", {}, "Clay & water: 70 > 65"),
        ("one  two \n\n three", {}, "one two\n\nthree"),
        ("shot t.co/q1", {"media_links": ("t.co/q1",)}, "shot"),
    ],
)
def test_own_text_is_what_the_writer_wrote(text, facts, own):
    """Links, addressing and escapes go; words and line breaks stay."""
    assert own_text(post(text, **facts)) == own


def test_entities_are_unescaped_once_only():
    """A writer who wrote about `&amp;` keeps it."""
    assert unescape_once("&amp;amp; &quot;") == "&amp; &quot;"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Don't stop, 3 more", ["Don't", "stop", "3", "more"]),
        ("我爱你", ["我", "爱", "你"]),
        ("GPT是什么", ["GPT", "是", "什", "么"]),
        ("안녕 세상", ["안녕", "세상"]),
        ("🔥🔥", []),
    ],
)
def test_scripts_without_spaces_count_each_character(text, found):
    """Words where there are spaces, characters where there are none."""
    assert words(text) == found


@pytest.mark.parametrize("text", ["", "🔥", "@someone", "#tag", "@a #b 🎉", "..."])
def test_signs_tags_and_mentions_are_no_words(text):
    """A post made of these has nothing to learn from."""
    assert not has_words(text)


@pytest.mark.parametrize("emoji", ["🔥", "👨‍👩‍👧", "🇩🇪", "👍🏽", "❤️"])
def test_an_emoji_sequence_is_one_emoji(emoji):
    """Families, flags and skin tones are single signs to a reader."""
    assert EMOJI.findall(f"a {emoji} b") == [emoji]


@pytest.mark.parametrize("sign", ["1", "#", "©", "™", "a"])
def test_digits_and_marks_are_no_emoji(sign):
    """Unicode lists them as possible emoji; readers do not."""
    assert EMOJI.findall(sign) == []


@pytest.mark.parametrize(
    ("text", "tag", "language"),
    [
        ("今天天气很好", None, "zh"),
        ("今天天气很好", "ja", "zh"),
        ("今日はいい天気ですね", "zh", "ja"),
        ("안녕하세요", None, "ko"),
        ("مرحبا بالعالم", None, "ar"),
        ("سلام دنیا", "fa", "fa"),
        ("Привет мир", "uk", "uk"),
        ("hello world", "en", "en"),
        ("hello world", "zxx", None),
        ("hello world", None, None),
        ("用 Claude Code 写了一个小工具", "zh", "zh"),
        ("🔥🔥🔥", "qme", None),
    ],
)
def test_script_beats_tag(text, tag, language):
    """Tags of short posts are often wrong; scripts are not."""
    assert language_of(text, tag) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("this is the day that the people of the city decide and it is for you", "en"),
        ("el día que la gente de los pueblos decide por una vez y que no", "es"),
        ("der Tag an dem die Leute nicht auf die Stadt warten und das ist gut", "de"),
        ("zzz qqq www", None),
    ],
)
def test_untagged_latin_texts_are_told_apart_by_their_commonest_words(text, language):
    """Many old collections carry no language tag."""
    assert main_language([text] * 3) == language


def test_the_main_language_is_the_majoritys():
    """A few posts in another language do not change it."""
    assert main_language(["你好世界", "大家早上好", "good morning"], ["zh", "zh", "en"]) == "zh"


@given(st.text())
def test_any_text_can_be_read(text):
    """Wild input never breaks the readers."""
    assert own_text(post(text)) is not None
    assert has_words(text) in {True, False}
    language_of(text)
