import json
import shutil
import zipfile

import pytest

from soundalike.errors import PostsError
from soundalike.posts.files import load_posts, read_posts

ACCOUNT = 'window.YTD.account.part0 = [{"account": {"username": "potter", "accountId": "77"}}]'


@pytest.fixture
def archive(shared, tmp_path):
    """An archive folder made of the published samples."""
    samples, data = shared / "design/tweets_api/examples", tmp_path / "archive" / "data"
    data.mkdir(parents=True)
    shutil.copy(samples / "x_archive_tweets.js", data / "tweets.js")
    shutil.copy(samples / "x_archive_note_tweet.js", data / "note-tweet.js")
    (data / "account.js").write_text(ACCOUNT)
    return data.parent


def zipped(folder, target):
    """Zip a folder as X does."""
    with zipfile.ZipFile(target, "w") as made:
        for file in folder.rglob("*.js"):
            made.write(file, file.relative_to(folder))
    return target


def test_an_archive_gives_posts_with_unknown_counts_unknown(archive):
    """X's archive has likes and reposts only; the rest is None, not zero."""
    first = load_posts(archive)[0]
    assert (first.username, first.author_id) == ("potter", "77")
    assert (first.engagement.likes, first.engagement.reposts) == (301, 18)
    assert (first.engagement.replies, first.engagement.views) == (None, None)


def test_folder_and_zip_give_the_same_posts(archive, tmp_path):
    """However the user keeps it, it is the same archive."""
    assert load_posts(zipped(archive, tmp_path / "x.zip")) == load_posts(archive)


def test_text_is_unescaped_and_long_posts_are_whole(archive):
    """`&amp;` is an escape here, and the cut text is replaced by the note's."""
    texts = [post.text for post in load_posts(archive)]
    assert "Clay & water: 70 > 65 by weight" in texts
    assert any(text.startswith("A longer note") and text.endswith("test it next.") for text in texts)


def test_reposts_and_replies_are_recognised(archive):
    """An archive marks reposts only by their text."""
    posts = load_posts(archive)
    assert [p.is_repost for p in posts].count(True) == 1
    assert [p.is_reply for p in posts].count(True) == 1


def test_posts_in_parts_are_read_in_all_parts(archive):
    """Large archives come as tweets.js, tweets-part1.js and so on."""
    item = {"tweet": {"id_str": "5", "full_text": "more", "created_at": "Wed Nov 18 16:41:37 +0000 2026"}}
    (archive / "data/tweets-part1.js").write_text(
        f"window.YTD.tweets.part1 = {json.dumps([item, {'tweet': {}}])}"
    )
    loaded = read_posts(archive)
    assert "5" in {post.id for post in loaded.posts}
    assert len(loaded.faults) == 1


@pytest.mark.parametrize("content", ["", "window.YTD = ", "window.YTD.tweets.part0 = [{]", "[" * 100_000])
def test_a_damaged_posts_file_is_refused_in_plain_words(archive, content):
    """Whatever stands in the file, the answer is one sentence and what to do."""
    (archive / "data/tweets.js").write_text(content)
    with pytest.raises(PostsError, match="archive's form"):
        read_posts(archive)


def test_a_folder_that_is_no_archive_is_refused_with_how_to_get_one(tmp_path):
    """The user learns where X gives the archive."""
    with pytest.raises(PostsError, match="Download an archive"):
        read_posts(tmp_path)
