"""What counts as a creator's writing."""

from dataclasses import replace
from datetime import UTC, datetime

from soundalike.posts.post import Post
from soundalike.voice.reading import corpus_of, is_word, plain_words, read, text_of

POST = Post(id="1", text="One two three.", created_at=datetime(2024, 1, 2, tzinfo=UTC), username="ada")


def test_only_own_new_words_are_writing():
    """Reposts, replies, repetitions and posts without words are left out."""
    others = [
        replace(POST, id="2", is_repost=True, text="Somebody else’s."),
        replace(POST, id="3", is_reply=True, text="@bob yes."),
        replace(POST, id="4", text="One two three. https://t.co/abc"),
        replace(POST, id="5", text="🔥🔥 https://t.co/abc"),
    ]
    assert [item.id for item in corpus_of([POST, *others]).items] == ["1"]


def test_writing_runs_from_old_to_new():
    """The order given is no matter where posts have times."""
    older = replace(POST, id="2", text="Earlier words.", created_at=datetime(2023, 1, 1, tzinfo=UTC))
    assert corpus_of([POST, older]).texts == ("Earlier words.", "One two three.")


def test_emoji_are_writing_where_there_is_nothing_else():
    """A creator who writes in emoji alone still has writing."""
    assert corpus_of(["🔥", "🎉🎉"]).texts == ("🔥", "🎉🎉")


def test_posts_in_another_language_are_left_out():
    """A Korean post among Chinese ones goes; Latin letters without a tag may be anybody's and stay."""
    corpus = corpus_of(["안녕하세요 여러분", "오늘 날씨가 좋아요", "내일 만나요", "The end of this is that."])
    assert (corpus.writing.language, len(corpus.texts)) == ("ko", 4)
    assert len(corpus_of(["今天天气很好", "明天再说", "我们走吧", "오늘 날씨가 좋아요"]).texts) == 3


def test_kinds_of_writing_are_told():
    """English has capitals and spaces, Chinese has neither, Arabic parts words without capitals."""
    english = corpus_of(["The cat is on the mat, and that is that."] * 2).writing
    chinese = corpus_of(["今天天气很好，我们走吧。"]).writing
    arabic = corpus_of(["صباح الخير يا أصدقاء"]).writing
    assert (english.language, english.is_cased, english.is_spaced) == ("en", True, True)
    assert (chinese.language, chinese.is_cased, chinese.is_spaced) == ("zh", False, False)
    assert (arabic.language, arabic.is_cased, arabic.is_spaced) == ("ar", False, True)


def test_sentences_end_where_readers_end_them():
    """Latin and full-width marks and line breaks end sentences; dots inside numbers do not."""
    text = "Up 3.5 % today! “Really?” Yes…\nNo"
    assert read("", text).sentences == ("Up 3.5 % today!", "“Really?”", "Yes…", "No")
    assert read("", "今天很好。真的吗？是！").sentences == ("今天很好。", "真的吗？", "是！")


def test_bare_text_is_cleaned_like_a_post():
    """Links go, entities are read, spaces are made one."""
    assert text_of("A &amp; B  https://t.co/x") == "A & B"


def test_words_to_compare_by_leave_out_tags_names_and_numbers():
    """Hashtags, accounts, numbers and lone letters say nothing of a writer's words."""
    assert [word for word in plain_words("I’m #MAGA @bob in the U.S. 2020") if is_word(word)] == [
        "i'm",
        "in",
        "the",
    ]
