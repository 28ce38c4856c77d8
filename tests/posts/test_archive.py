import json
import shutil
import struct
import warnings
import zipfile
from contextlib import suppress

import pytest

from soundalike.errors import PostsError
from soundalike.posts.files import load_posts, read_posts, stream_posts

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


def zipped(folder, target, method=zipfile.ZIP_DEFLATED):
    """Zip a folder as X does."""
    with zipfile.ZipFile(target, "w", method) as made:
        for file in folder.rglob("*.js"):
            made.write(file, file.relative_to(folder))
    return target


def tweet(post_id, **fields):
    """An item of tweets.js."""
    written = "Wed Nov 18 16:41:37 +0000 2026"
    return {"tweet": {"id_str": str(post_id), "full_text": "more", "created_at": written, **fields}}


def write(archive, name, items):
    """Write one of the archive's files."""
    (archive / "data" / name).write_text(f"window.YTD.some_name.part0 = {json.dumps(items)}")


def test_an_archive_gives_posts_with_unknown_counts_unknown(archive):
    """X's archive has likes and reposts only; the rest is None, not zero."""
    first = load_posts(archive)[0]
    assert (first.username, first.author_id) == ("potter", "77")
    assert (first.engagement.likes, first.engagement.reposts) == (301, 18)
    assert (first.engagement.replies, first.engagement.views) == (None, None)


def test_folder_zip_and_single_file_give_the_same_posts(archive, tmp_path):
    """However the user keeps it, it is the same archive."""
    posts = load_posts(archive)
    assert load_posts(zipped(archive, tmp_path / "x.zip")) == posts
    assert load_posts(archive / "data") == posts
    assert load_posts(archive / "data/tweets.js") == posts
    (tmp_path / "outer").mkdir()
    archive.rename(tmp_path / "outer/twitter-2026-11-20-abc")
    assert load_posts(tmp_path / "outer") == posts


def test_text_is_unescaped_and_long_posts_are_whole(archive):
    """`&amp;` is an escape here, and the cut text is replaced by the note's."""
    texts = [post.text for post in load_posts(archive)]
    assert "Clay & water: 70 > 65 by weight" in texts
    assert any(text.startswith("A longer note") and text.endswith("test it next.") for text in texts)


@pytest.mark.parametrize(
    ("seconds", "joined"), [("44:59.612", True), ("45:01.000", True), ("45:03.000", False)]
)
def test_a_note_may_be_a_moment_older_than_its_post(archive, seconds, joined):
    """X writes the note first, and a second may end in between; what is further off is another post's."""
    notes = archive / "data/note-tweet.js"
    notes.write_text(notes.read_text().replace("07:45:00.000Z", f"07:{seconds}Z"))
    texts = [post.text for post in load_posts(archive)]
    assert any(text.endswith("test it next.") for text in texts) is joined


def test_reposts_replies_and_quotes_are_recognised(archive):
    """An archive marks reposts by their text and quotes by a link; a link to another site is no quote."""
    links = (
        "https://twitter.com/ada/status/12",
        "https://status.example.com/status/12",
        "https://x.com/i/status/3",
    )
    items = [tweet(n, entities={"urls": [{"expanded_url": link}]}) for n, link in enumerate(links, start=1)]
    write(archive, "tweets-part1.js", items)
    posts = {post.id: post for post in load_posts(archive)}
    assert [p.is_repost for p in posts.values()].count(True) == 1
    assert [p.is_reply for p in posts.values()].count(True) == 1
    assert [posts[key].is_quote for key in "123"] == [True, False, True]


def test_pictures_are_known_and_their_links_too(archive):
    """The link that stands for a picture is no word of the writer's."""
    media = {"media": [{"url": "https://t.co/abc", "media_url": "x"}, {"url": "https://t.co/abc"}]}
    write(
        archive,
        "tweets.js",
        [tweet(1, entities=media), tweet(2, extended_entities=media), tweet(3, entities={})],
    )
    posts = load_posts(archive)
    assert [post.has_media for post in posts] == [True, True, None]
    assert posts[1].media_links == ("https://t.co/abc", "https://t.co/abc")


def test_posts_in_parts_and_to_communities_are_read(archive):
    """Large archives come as tweets.js, tweets-part1.js and so on; what was posted to a community is public too."""
    write(archive, "tweets-part1.js", [tweet(5), {"tweet": {}}])
    write(archive, "community-tweet.js", [tweet(6, community_id="9")])
    loaded = read_posts(archive)
    assert {"5", "6"} <= {post.id for post in loaded.posts}
    assert loaded.faults == ("Post 2 of tweets-part1.js has no text; it was left out.",)


def test_what_was_deleted_or_for_friends_only_is_not_read(archive):
    """Deleted posts, posts to a circle, and lists of ids without words."""
    for number, name in enumerate(
        ("deleted-tweets.js", "twitter-circle-tweet.js", "tweet-headers.js", "like.js")
    ):
        write(archive, name, [tweet(1000 + number)])
    assert not [post for post in load_posts(archive) if int(post.id) < 2000]


def test_an_old_archive_is_read(tmp_path):
    """Until 2022 the file was tweet.js; the first of this kind had no folder `data`."""
    (tmp_path / "tweet.js").write_text(f"window.YTD.tweet.part0 = {json.dumps([tweet(5)])}")
    (tmp_path / "account.js").write_text(ACCOUNT)
    assert [(post.id, post.username) for post in load_posts(tmp_path)] == [("5", "potter")]
    packed = zipped(tmp_path, tmp_path / "old.zip")
    assert [post.id for post in load_posts(packed)] == ["5"]


@pytest.mark.parametrize(
    "account", [None, "", "window.YTD = [", 'window.YTD = [{"account": {"username": "no name"}}]']
)
def test_an_archive_that_does_not_name_its_owner_goes_by_the_given_name(archive, account):
    """A folder's name is nobody's."""
    (archive / "data/account.js").unlink()
    if account is not None:
        (archive / "data/account.js").write_text(account)
    assert {post.username for post in load_posts(archive, username="ada")} == {"ada"}
    assert {post.username for post in load_posts(archive)} == {""}


@pytest.mark.parametrize(
    "content", ["", "window.YTD = ", "window.YTD.tweets.part0 = [{]", "[" * 100_000, "[]"]
)
def test_a_posts_file_without_a_post_is_refused_in_plain_words(archive, content):
    """Whatever stands in the file, the answer is one sentence and what to do."""
    (archive / "data/tweets.js").write_text(content)
    with pytest.raises(PostsError, match="holds no post that can be read"):
        read_posts(archive)


def test_a_truncated_file_gives_what_came_before(archive):
    """A download that stopped midway is worth what arrived, and the place is named."""
    file = archive / "data/tweets.js"
    file.write_text(file.read_text()[:3_000])
    loaded = read_posts(archive)
    assert [post.id for post in loaded.posts] == ["2123094285078233224", "2120495488435224582"]
    assert "tweets.js is not in the archive's form after item 2" in loaded.faults[0]


def test_a_broken_file_of_notes_costs_only_their_ends(archive):
    """The posts are read, cut, and it is said why."""
    (archive / "data/note-tweet.js").write_text(
        'window.YTD.note_tweet.part0 = [5, {"noteTweet": {"core": 5}}, {'
    )
    loaded = read_posts(archive)
    assert len(loaded.posts) == 6
    assert [fault[:23] for fault in loaded.faults] == [
        "Note 1 of note-tweet.js",
        "Note 2 of note-tweet.js",
        "note-tweet.js is not in",
    ]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_that_x_did_not_pack_is_not_unpacked(archive, tmp_path, method):
    """Fewer ways to unpack are fewer ways to be attacked."""
    with pytest.raises(PostsError, match="does not pack in this way"):
        read_posts(zipped(archive, tmp_path / "x.zip", method))


@pytest.mark.parametrize("at", range(8))
@pytest.mark.parametrize("mark", [b"PK\x01\x02", b"PK\x03\x04", b"data/tweets.js"])
def test_a_flipped_byte_in_a_zips_lists_is_no_traceback(archive, tmp_path, mark, at):
    """Versions, methods, flags and names that make no sense: posts or one of our errors come out."""
    file = zipped(archive, tmp_path / "x.zip")
    data = bytearray(file.read_bytes())
    data[data.rindex(mark) + at] ^= 0xFF
    file.write_bytes(data)
    with suppress(PostsError):
        assert read_posts(file).posts


@pytest.mark.parametrize("name", ["archive.zip", "notes.txt.zip"])
@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x05\x06" + b"\0" * 18])
def test_a_zip_that_is_none_is_refused_with_what_to_do(tmp_path, name, content):
    """Half a download, another file, an empty zip."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PostsError) as raised:
        read_posts(tmp_path / name)
    assert "ownload" in raised.value.hint


def test_a_folder_that_is_no_archive_is_refused_with_how_to_get_one(tmp_path):
    """The user learns where X gives the archive."""
    with pytest.raises(PostsError, match="Download an archive"):
        read_posts(tmp_path)


def test_two_archives_in_one_place_are_not_mixed(archive, tmp_path):
    """Posts of two people in one file would make one voice of them."""
    shutil.copytree(archive, tmp_path / "other")
    with pytest.raises(PostsError, match="several archives: archive/, other/"):
        read_posts(tmp_path)


def test_damage_inside_of_a_zip_is_named_and_the_rest_is_kept(archive, tmp_path):
    """A bit that fell over on the way: what comes before it is read."""
    write(archive, "tweets.js", [tweet(n, full_text=f"{n} " * 40) for n in range(1, 3001)])
    file = zipped(archive, tmp_path / "x.zip", zipfile.ZIP_STORED)
    data = file.read_bytes()
    at = data.index(b'"2999 2999')
    file.write_bytes(data[:at] + b"!" + data[at + 1 :])
    loaded = read_posts(file)
    assert len(loaded.posts) > 2_000
    assert any("data/tweets.js" in fault for fault in loaded.faults)


def test_a_locked_zip_is_refused_in_plain_words(archive, tmp_path):
    """X's archives have no password; one that somebody set is in the way."""
    file = zipped(archive, tmp_path / "x.zip")
    data = bytearray(file.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            struct.pack_into("<H", data, at + place, 1)
    file.write_bytes(data)
    with pytest.raises(PostsError, match="encrypted"):
        read_posts(file)


def test_a_file_of_numbers_without_end_is_given_up(archive, tmp_path):
    """A small zip can hold hours of nothing."""
    file = tmp_path / "bomb.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made, made.open("data/tweets.js", "w") as member:
        member.write(b"window.YTD.tweets.part0 = [" + b"0," * (64 * 2**20))
    with pytest.raises(PostsError, match=r"Post 1 of data/tweets\.js has no text"):
        read_posts(file)


@pytest.mark.slow
def test_a_zip_bomb_is_read_no_further_than_allowed(archive, tmp_path):
    """A member that unpacks to more than 1 GiB ends there, whatever size is stated; what came before is kept."""
    head = f"window.YTD.tweets.part0 = [{json.dumps(tweet(5))}".encode()
    file = tmp_path / "bomb.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made, made.open("data/tweets.js", "w") as member:
        member.write(head)
        for _ in range(1_100):
            member.write(b" " * 2**20)
    assert file.stat().st_size < 2 * 2**20
    loaded = read_posts(file, username="ada")
    assert [post.id for post in loaded.posts] == ["5"]
    assert "it is over 1 GiB" in loaded.faults[0]


def test_one_item_larger_than_any_post_ends_the_reading(archive):
    """It is never held in memory as a whole."""
    with (archive / "data/tweets.js").open("w") as file:
        file.write(f"window.YTD.tweets.part0 = [{json.dumps(tweet(5))}, ")
        file.write('{"tweet": {"full_text": "' + "x" * (8 * 2**20) + '"}}]')
    loaded = read_posts(archive)
    assert [post.id for post in loaded.posts] == ["5"]
    assert "too long" in loaded.faults[0]


def test_an_archive_that_is_left_midway_is_closed(archive, tmp_path):
    """Whoever has seen enough leaves nothing open."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in (archive, zipped(archive, tmp_path / "x.zip")):
            stream = stream_posts(path)
            assert next(stream).username == "potter"
            stream.close()
