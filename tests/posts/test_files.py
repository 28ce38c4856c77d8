import json
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.errors import PostsError
from soundalike.posts.files import load_posts, read_posts, stream_posts

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
    assert read_posts(file).faults[-1] == "495 more were left out."


def test_a_file_without_a_single_post_is_refused_with_its_first_fault(tmp_path):
    """Nothing readable is an error, and says why."""
    file = tmp_path / "posts.jsonl"
    file.write_text('{"name": "no post"}\n')
    with pytest.raises(PostsError, match="Line 1 has no id"):
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


GRAILBIRD = """"tweet_id","in_reply_to_status_id","timestamp","source","text","retweeted_status_id"
"918239532981669888","","2017-10-11 22:18:59 +0000","<a>","RT @a: b","918238577066217472"
"281405942321532929","281400879465238529","2012-12-19 14:29:39 +0000","<a>","@monkchips Ouch.",""
"""
TRUMP_ARCHIVE = """id,text,isRetweet,isDeleted,device,favorites,retweets,date,isFlagged
98454970654916608,Republicans & Democrats,f,f,TweetDeck,49,255,2011-08-02 18:07:48,f
1234653427789070336,RT @a: b,t,f,Twitter for iPhone,73748,17404,2020-03-03 01:34:50,f
"""
SNSCRAPE = """Datetime,Tweet Id,Text,Username,LikeCount,RetweetCount,Language
2022-01-05 10:00:00+00:00,1478670000000000000,hi,Potter,12.0,3.0,en
"""
KAGGLE = """created_at;tweet_id;tweet;likes;retweet_count;user_name;user_screen_name
2020-10-15 00:00:01;1316529221557252096;a, b;7;2;Some Body;potter
"""


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (GRAILBIRD, [("918239532981669888", None, True, False), ("281405942321532929", None, False, True)]),
        (
            TRUMP_ARCHIVE,
            [("98454970654916608", 49, False, False), ("1234653427789070336", 73748, True, False)],
        ),
        (SNSCRAPE, [("1478670000000000000", 12, False, False)]),
        (KAGGLE, [("1316529221557252096", 7, False, False)]),
    ],
)
def test_tables_that_are_passed_around_are_read(tmp_path, table, values):
    """X's archives before 2018, the Trump archive, snscrape through pandas, a set of Kaggle's with semicolons."""
    file = tmp_path / "potter.csv"
    file.write_text(table)
    loaded = read_posts(file)
    assert loaded.faults == ()
    assert [(p.id, p.engagement.likes, p.is_repost, p.is_reply) for p in loaded.posts] == values
    assert {p.username.lower() for p in loaded.posts} == {"potter"}


def test_a_broken_row_of_a_table_is_named_by_its_line(tmp_path):
    """The rest of the table is read."""
    file = tmp_path / "potter.csv"
    file.write_text(
        'id,text,created_at\n1,"two\nlines",2024-01-01\nx,hi,2024-01-01\n3,hi\n4,hi,2024-01-01,more\n'
    )
    loaded = read_posts(file)
    assert [post.id for post in loaded.posts] == ["1", "4"]
    assert [fault[:6] for fault in loaded.faults] == ["Line 4", "Line 5"]


def test_a_file_that_names_no_author_is_the_named_creators(tmp_path):
    """Given is better than guessed; a file's own name counts only where it can be a username."""
    row = {name: value for name, value in GOOD.items() if name != "author"}
    for name, asked, username in (("potter", "", "potter"), ("my posts", "", ""), ("potter", "ada", "ada")):
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps([row]))
        assert [post.username for post in load_posts(file, username=asked)] == [username]
    file.write_text(json.dumps([GOOD]))
    assert load_posts(file, username="ada")[0].username == "potter"


def test_a_line_longer_than_any_page_costs_only_itself(tmp_path):
    """It is skipped to its end, and the lines after it keep their numbers."""
    file = tmp_path / "posts.jsonl"
    file.write_text('{"text": "' + "x" * (20 * 2**20) + '"}\nbroken\n' + json.dumps(GOOD))
    loaded = read_posts(file)
    assert [post.id for post in loaded.posts] == ["12"]
    assert [fault[:7] for fault in loaded.faults] == ["Line 1 ", "Line 2 "]


def test_a_json_file_that_breaks_off_gives_what_came_before(tmp_path):
    """A download that stopped midway is worth what arrived."""
    file = tmp_path / "posts.json"
    file.write_text(json.dumps([GOOD, GOOD | {"id": "13"}])[:-20])
    loaded = read_posts(file)
    assert [post.id for post in loaded.posts] == ["12"]
    assert loaded.faults == (
        "The file is no JSON after post 1 (it ends too early, or is damaged); the rest was left out.",
    )


def test_a_json_file_may_hold_a_post_a_line(tmp_path):
    """Many tools name it so."""
    file = tmp_path / "posts.json"
    file.write_text(json.dumps(GOOD) + "\n" + json.dumps(GOOD | {"id": "13"}) + "\n")
    assert [post.id for post in load_posts(file)] == ["12", "13"]


def test_faults_cannot_move_the_cursor(tmp_path):
    """They quote the file, and are printed."""
    file = tmp_path / "posts.jsonl"
    file.write_text(json.dumps(GOOD) + "\n" + json.dumps(GOOD | {"created_at": "\x1b[2J\u202e"}) + "\n")
    (fault,) = read_posts(file).faults
    assert fault.isprintable()


def test_a_file_of_something_else_is_given_up(tmp_path):
    """A log of gigabytes is not read to its end; a run of faults that is shorter is borne."""
    file = tmp_path / "posts.jsonl"
    file.write_text(
        "x\n" * 9_999 + json.dumps(GOOD) + "\n" + "x\n" * 10_000 + json.dumps(GOOD | {"id": "13"})
    )
    loaded = read_posts(file)
    assert [post.id for post in loaded.posts] == ["12"]
    assert loaded.faults[-1] == "19,995 more were left out."


def test_posts_come_one_by_one_and_tell_how_far_reading_is(tmp_path):
    """Whoever shows progress need not wait for the end."""
    file = tmp_path / "posts.jsonl"
    file.write_text((json.dumps(GOOD) + "\n") * 5_000)
    shares = []
    stream = stream_posts(file, on_share=shares.append)
    next(stream)
    assert 0 < shares[-1] < 0.5
    assert len(list(stream)) == 4_999
    assert shares[-1] == 1
    assert shares == sorted(shares)


KEYS = (
    "id id_str rest_id text full_text rawContent created_at createdAt date tweet tweets data includes users legacy "
    "core user_results result tweet_results author user public_metrics referenced_tweets entities urls media "
    "note_tweet noteTweet attachments views favorite_count meta pin_tweet media_links account username"
).split()


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(
    content=st.binary(max_size=300)
    | st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=8)
        | st.sampled_from(["12", "2024-01-01", "https://t.co/a"]),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(KEYS),
                inner,
                max_size=6,
            )
        ),
        max_leaves=25,
    ).map(lambda value: json.dumps(value).encode()),
    name=st.sampled_from(["a.json", "a.jsonl", "a.csv", "a.tsv", "a.zip", "tweets.js", "a"]),
)
def test_whatever_stands_in_a_file_no_error_but_ours_comes_out(content, name):
    """Every reader meets every key with every kind of value, and files that are none of theirs."""
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / name).write_bytes(content)
        with suppress(PostsError):
            list(stream_posts(folder / name))
    finally:
        shutil.rmtree(folder)
