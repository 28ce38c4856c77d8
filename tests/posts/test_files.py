import json

import pytest

from soundalike.errors import PostsError
from soundalike.posts.files import load_posts, read_posts

GOOD = {"id": "12", "text": "hi", "created_at": "2024-01-01T00:00:00Z", "like_count": 3, "author": "potter"}


def test_a_broken_line_is_named_and_the_rest_is_kept(tmp_path):
    """One bad line costs one post."""
    file = tmp_path / "posts.jsonl"
    file.write_text('{"id": 1}\nnot json\n' + json.dumps(GOOD) + "\n[1]\n\n")
    loaded = read_posts(file)
    assert [post.id for post in loaded.posts] == ["12"]
    assert [fault.split(" ", 2)[1] for fault in loaded.faults] == ["1", "2", "4"]


def test_load_posts_warns_of_broken_lines(tmp_path):
    """In a notebook the fault shows, and the posts come all the same."""
    file = tmp_path / "posts.jsonl"
    file.write_text(json.dumps(GOOD) + "\n{\n")
    with pytest.warns(UserWarning, match="Line 2"):
        assert len(load_posts(file)) == 1


def test_many_faults_are_named_in_part_and_counted(tmp_path):
    """A wholly foreign file does not flood the screen."""
    file = tmp_path / "posts.jsonl"
    file.write_text("x\n" * 500 + json.dumps(GOOD))
    assert read_posts(file).faults[-1] == "495 more lines were left out."


def test_a_file_without_a_single_post_is_refused_with_its_first_fault(tmp_path):
    """Nothing readable is an error, and says why."""
    file = tmp_path / "posts.jsonl"
    file.write_text('{"name": "no post"}\n')
    with pytest.raises(PostsError, match="Line 1 has no text"):
        read_posts(file)


def test_a_missing_file_is_an_error_of_ours(tmp_path):
    """The reason is the system's, the words are plain."""
    with pytest.raises(PostsError, match="No such file"):
        read_posts(tmp_path / "nothing.jsonl")


@pytest.mark.parametrize(
    "deep", ['{"id":' * 100_000, '{"id": "1", "text": "a", "created_at": ' + "9" * 5000 + "}"]
)
def test_hostile_lines_cost_only_themselves(tmp_path, deep):
    """Nesting and huge numbers are faults like any other."""
    file = tmp_path / "posts.jsonl"
    file.write_text(deep + "\n" + json.dumps(GOOD) + "\n")
    assert [post.id for post in read_posts(file).posts] == ["12"]


def test_csv_is_read_with_the_names_other_tools_give(tmp_path):
    """Common column names of other exports mean ours."""
    file = tmp_path / "potter.csv"
    file.write_text('tweet_id,full_text,date,favorites,retweets\n7,"a, b\nc",2024-05-01 10:00:00,5,\n')
    (post,) = load_posts(file)
    assert (post.text, post.username) == ("a, b\nc", "potter")
    assert (post.engagement.likes, post.engagement.reposts) == (5, None)


def test_a_csv_that_is_no_csv_is_refused_in_our_words(tmp_path):
    """A field beyond all bounds ends the reading, not the program."""
    file = tmp_path / "potter.csv"
    file.write_text('id,text,created_at\n1,"' + "x" * 2_000_000 + '",2024-01-01\n')
    with pytest.raises(PostsError):
        read_posts(file)


@pytest.mark.parametrize(
    ("creator", "count"), [("BarackObama", 3207), ("elonmusk", 12192), ("waylybaye", 7501), ("swyx", 353)]
)
def test_published_collections_are_read_whole(shared, creator, count):
    """Every line of the real collections is a post."""
    loaded = read_posts(shared / f"data/creators/{creator}.jsonl")
    assert (len(loaded.posts), loaded.faults) == (count, ())
