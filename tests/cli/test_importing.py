"""`soundalike import`: what a file or an archive holds is kept, batch by batch."""

import json
import zipfile

import pytest

ROW = {"text": "hi", "created_at": "2026-01-01T00:00:00Z"}


@pytest.fixture
def archive(tmp_path):
    """An X archive of so many posts, as a zip: `archive(2500)`."""

    def make(count):
        items = [
            {
                "tweet": {
                    "id_str": str(n),
                    "full_text": f"Post {n}",
                    "created_at": "Wed Nov 18 16:41:37 +0000 2026",
                }
            }
            for n in range(1, count + 1)
        ]
        account = [{"account": {"username": "Potter", "accountId": "77"}}]
        with zipfile.ZipFile(tmp_path / "archive.zip", "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("data/tweets.js", f"window.YTD.tweets.part0 = {json.dumps(items)}")
            made.writestr("data/account.js", f"window.YTD.account.part0 = {json.dumps(account)}")
        return tmp_path / "archive.zip"

    return make


def test_an_archive_is_taken_in_with_progress_and_can_be_analysed(command, archive):
    """Several batches, one name, and the posts are there for the next command."""
    status, out, err = command("import", archive(2_500))
    assert (status, out) == (0, "@Potter: 2,500 posts.\n")
    assert "Reading archive.zip: 100 % 2,000 posts" in err or "100 %" in err
    status, out, _ = command("analyze", "potter", "--source", "file", "--as-of", "2026-12-01", "--json")
    assert status == 0
    assert json.loads(out)["stats"]["collected"] == 2_500


def test_authors_are_counted_apart_whatever_the_case_of_their_names(command, tmp_path):
    """The most productive first."""
    rows = [ROW | {"id": n, "author": name} for n, name in enumerate(["ada", "Potter", "potter"], start=1)]
    (tmp_path / "posts.json").write_text(json.dumps(rows))
    status, out, _ = command("import", tmp_path / "posts.json", "--json")
    assert status == 0
    assert json.loads(out) == {"imported": {"Potter": 2, "ada": 1}, "faults": []}


def test_a_crowd_of_authors_does_not_flood_the_screen(command, tmp_path):
    """Twenty are named, the others counted."""
    rows = [ROW | {"id": n, "author": f"user{n}"} for n in range(1, 31)]
    (tmp_path / "posts.json").write_text(json.dumps(rows))
    status, out, _ = command("import", tmp_path / "posts.json")
    assert status == 0
    assert len(out.splitlines()) == 21
    assert out.splitlines()[-1] == "10 other authors: 10 posts."


def test_posts_of_nobody_need_a_name(command, tmp_path):
    """Nothing is saved under a name that no command could ask for; with `--username` it is."""
    (tmp_path / "my posts.json").write_text(json.dumps([ROW | {"id": 1}]))
    status, _, err = command("import", tmp_path / "my posts.json")
    assert status == 1
    assert "--username NAME" in err
    status, out, _ = command("import", tmp_path / "my posts.json", "--username", "@ada")
    assert (status, out) == (0, "@ada: 1 posts.\n")
    assert command("import", tmp_path / "my posts.json", "--username", "no name")[0] == 1


def test_what_was_saved_before_a_file_breaks_off_stays(command, archive):
    """The fault is named, and the posts before it are there."""
    file = archive(2_500)
    with zipfile.ZipFile(file) as whole:
        text = whole.read("data/tweets.js")
        account = whole.read("data/account.js")
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("data/tweets.js", text[: len(text) // 2])
        made.writestr("data/account.js", account)
    status, out, err = command("import", file, "--json")
    assert status == 0
    assert 1_000 < json.loads(out)["imported"]["Potter"] < 1_500
    assert "data/tweets.js is not in the archive's form after item" in err


@pytest.mark.parametrize("made", ["folder", "zip", "nothing"])
def test_what_is_no_archive_is_refused_in_one_sentence(command, tmp_path, made):
    """An empty folder, half a download, a typing error: no traceback, and what to do."""
    path = tmp_path / f"{made}.zip" if made == "zip" else tmp_path / made
    if made == "folder":
        path.mkdir()
    elif made == "zip":
        path.write_bytes(b"PK\x03\x04 half a download")
    status, out, err = command("import", path)
    assert (status, out) == (1, "")
    assert "Traceback" not in err
    assert err.startswith("Failed: ")


def test_posts_collected_with_all_counts_keep_them_when_an_archive_is_taken_in(command, tmp_path, archive):
    """X's archive states no replies, quotes or views; that must not wipe out what was known."""
    known = {
        "id": 1,
        "author": "potter",
        "view_count": 900,
        "reply_count": 7,
        "quote_count": 2,
        "like_count": 5,
    }
    (tmp_path / "posts.json").write_text(json.dumps([ROW | known]))
    command("import", tmp_path / "posts.json")
    command("import", archive(1))
    chosen = ("--source", "file", "--as-of", "2026-12-01", "--min-engagement", "1", "--json")
    status, out, _ = command("analyze", "potter", *chosen)
    assert status == 0
    (post,) = json.loads(out)["tweets"]
    assert (post["engagement"], post["viewCount"], post["text"]) == (14, 900, "Post 1")
