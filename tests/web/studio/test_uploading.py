"""Upload of an archive or a file of posts: the way in that costs nothing."""

import json
import zipfile
from io import BytesIO

import pytest

from soundalike.errors import PostsError
from soundalike.service.collecting import Order
from soundalike.service.uploading import collect_file
from writing import made_up_posts

CHOICES = {"months": "6", "minEngagement": "auto", "trainer": "prompt", "consent": "own"}


def lines(posts, **changes):
    """Posts as JSON lines."""
    rows = [
        {
            "id": post.id,
            "text": post.text,
            "created_at": post.created_at.isoformat(),
            "like_count": post.engagement.likes,
            "author": post.username,
        }
        | changes
        for post in posts
    ]
    return "\n".join(map(json.dumps, rows)).encode()


def archive(posts):
    """Posts in a zip as X sends it."""
    tweets = [
        {
            "tweet": {
                "id_str": post.id,
                "full_text": post.text,
                "created_at": f"{post.created_at:%a %b %d %H:%M:%S +0000 %Y}",
                "favorite_count": str(post.engagement.likes),
                "retweet_count": "9",
            }
        }
        for post in posts
    ]
    account = [{"account": {"username": "potter", "accountId": "77"}}]
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("data/tweets.js", f"window.YTD.tweets.part0 = {json.dumps(tweets)}")
        made.writestr("data/account.js", f"window.YTD.account.part0 = {json.dumps(account)}")
    return packed.getvalue()


def send(studio, name, content, **changes):
    """Send a file as the page does."""
    return studio.post("/upload", files={"file": (name, content)}, **{"username": ""} | CHOICES | changes)


def sessions(studio):
    """The sessions there are."""
    return studio.store.list_sessions(studio.workspace_id)


def test_an_archive_becomes_a_collected_session(emulated):
    """Of whom the archive says, with the choices of the page, and the posts are kept."""
    studio = emulated(twitter_api_key=None)
    answer = send(studio, "twitter-2026.zip", archive(made_up_posts(120, studio.clock())))
    (session,) = sessions(studio)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sessions/{session.id}/review")
    assert (session.creator_username, session.status, session.stats["collected"]) == (
        "potter",
        "collected",
        120,
    )
    wanted = {"source": "archive", "minEngagement": "auto", "consent": "own", "trainer": "prompt"}
    assert session.settings.items() >= wanted.items()
    assert studio.store.count_posts(studio.workspace_id, "potter") == 120


def test_an_old_file_is_read_up_to_its_newest_post(emulated):
    """A window that ended today would be empty."""
    studio = emulated()
    clock_then = made_up_posts(400, studio.clock())[0].created_at
    send(studio, "posts.jsonl", lines(made_up_posts(60, clock_then)))
    assert sessions(studio)[0].stats["kept"] > 50


def test_lines_that_cannot_be_read_are_told_with_the_session(emulated):
    """The others are used."""
    studio = emulated()
    content = b"no json\n" + lines(made_up_posts(60, studio.clock()))
    assert send(studio, "posts.jsonl", content).status_code == 303
    assert any("Line 1 cannot be read" in warning for warning in sessions(studio)[0].stats["warnings"])


def test_of_several_authors_one_has_to_be_named(emulated):
    """The page says who is there; with a name only that one's posts are taken."""
    studio = emulated()
    content = (
        lines(made_up_posts(50, studio.clock()))
        + b"\n"
        + lines(made_up_posts(60, studio.clock(), username="bob")).replace(b'"id": "1', b'"id": "2')
    )
    answer = send(studio, "posts.jsonl", content)
    assert answer.status_code == 422
    assert "@bob (60), @ada (50)" in answer.text
    assert send(studio, "posts.jsonl", content, username="@Bob").status_code == 303
    assert (sessions(studio)[0].creator_username, sessions(studio)[0].stats["collected"]) == ("bob", 60)
    assert "holds no post of @carol" in send(studio, "posts.jsonl", content, username="carol").text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("", b"", "Choose a file"),
        ("empty.jsonl", b"", "Choose a file"),
        ("photo.jpg", b"\xff\xd8\xff\xe0" * 99, "holds no post that can be read"),
        ("archive.zip", b"PK\x03\x04 but not really", "is damaged"),
        ("../../etc/passwd.zip", archive([])[:-30], "is damaged"),
        ('<img src=x onerror="alert(1)">.csv', b"a,b\n1,2\n", "holds no post that can be read"),
    ],
)
def test_a_file_that_is_none_is_told_with_what_was_expected(emulated, name, content, said):
    """At its field, as text, and without a path of this machine."""
    answer = send(emulated(), name, content)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Expected: the zip as X sends it" in answer.text
    assert "/tmp/" not in answer.text
    assert "<img" not in answer.text


def test_who_opted_out_comes_in_by_no_file(emulated):
    """Whoever the file says they are."""
    studio = emulated()
    studio.site.accounts.opt_outs.put(studio.principal, "potter")
    answer = send(studio, "x.zip", archive(made_up_posts(60, studio.clock())))
    assert "@potter asked not to be trained on" in answer.text
    assert (answer.status_code, sessions(studio)) == (422, [])


def test_more_posts_than_are_analysed_at_once_are_refused(tmp_path, store, clock):
    """Before they fill the memory."""
    path = tmp_path / "posts.jsonl"
    path.write_bytes(lines(made_up_posts(60, clock())))
    with pytest.raises(PostsError, match="more than 59 posts"):
        collect_file(path, Order(""), store=store, user_id=None, now=clock, most_posts=59)


def test_a_larger_body_than_stated_on_the_page_is_refused(emulated):
    """By its stated length, before it is sent."""
    answer = emulated().browser("POST", "/upload", Accept="text/html", Content_Length=str(2**29 + 1))
    assert answer.status_code == 413
    assert "512 MiB" in answer.text


@pytest.mark.slow
@pytest.mark.parametrize("script", [True, False])
def test_a_file_leads_to_the_review_with_and_without_a_script(visit, shared, script):
    """And one that is no file of posts back to its field, on the same page."""
    with visit("/", script=script) as seen:
        seen.page.get_by_text("Research", exact=True).click()
        seen.page.set_input_files("#file", shared / "design/studio/DESIGN.md")
        seen.page.get_by_role("button", name="Upload").click()
        seen.page.locator("#file-fault").wait_for()
        assert seen.page.get_by_role("radio", name="Research").is_checked()
        assert (seen.page.evaluate("document.activeElement.id") == "file") is script
        seen.page.set_input_files("#file", shared / "data/creators/swyx.jsonl")
        seen.page.get_by_role("button", name="Upload").click()
        seen.page.wait_for_url("**/review", timeout=30_000)
        assert "@swyx" in seen.page.title()
