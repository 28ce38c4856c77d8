import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from soundalike.cli.app import COMMANDS, cli

README = Path(__file__).parents[2] / "README.md"
AS_OF = "2026-09-01"
TRAINING = ["--as-of", AS_OF, "--min-engagement", "auto", "--seed", "3", "--yes", "--json"]


@pytest.fixture
def swyx(shared):
    """Real posts of a creator of whom none passes 100,000."""
    return shared / "data/creators/swyx.jsonl"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_that_matches_its_line_in_the_list(command, name):
    """The list shown by `--help` is written by hand for speed, so it is held to the commands' own words."""
    status, out, _ = command(name, "--help")
    assert status == 0
    assert COMMANDS[name][1] in " ".join(out.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name):
    """A command nobody can find does not exist."""
    assert f"soundalike {name}" in README.read_text()


def test_the_help_lists_every_command(command):
    """And nothing else."""
    status, out, _ = command("--help")
    assert status == 0
    assert set(COMMANDS) <= set(re.findall(r"^  (\w+)  ", out, re.MULTILINE))
    assert set(COMMANDS) == set(cli.list_commands(None))


def test_wrong_usage_exits_with_2_and_a_failure_with_1(command):
    """Scripts can tell a typing error from a reason."""
    assert command("analyse")[0] == 2
    assert command("analyze")[0] == 2
    assert command("analyze", "x", "--as-of", "yesterday")[0] == 2
    assert command("analyze", "x", "--min-engagement", "lots")[0] == 2
    assert command("analyze", "not a name", "--file", "nothing.jsonl")[0] == 1


def test_without_a_key_collecting_says_how_to_get_one_or_do_without(command):
    """The newcomer's first error names all the ways on."""
    status, _, err = command("analyze", "levelsio")
    assert status == 1
    assert "TWITTER_API_KEY is not set" in err
    assert "soundalike demo" in err


@pytest.mark.parametrize(
    ("name", "value"),
    [("TWITTER_API_QPS", "fast"), ("TWITTER_API_BUDGET_CREDITS", "-5"), ("DATABASE_URL", "mysql://x")],
)
def test_a_setting_that_makes_no_sense_is_named(command, monkeypatch, name, value):
    """The variable's name stands in the sentence."""
    monkeypatch.setenv(name, value)
    status, _, err = command("models")
    assert status == 1
    assert name in err


def test_analyze_prints_the_rest_body(command, shared):
    """28 posts of Obama's window pass 100,000, the best 20 are offered, and every documented field is there."""
    file = shared / "data/creators/BarackObama.jsonl"
    status, out, _ = command("analyze", "@barackobama", "--file", file, "--as-of", "2017-10-31", "--json")
    body = json.loads(out)
    assert status == 0
    assert (body["success"], body["status"], body["creator"]["username"]) == (
        True,
        "collected",
        "BarackObama",
    )
    assert (body["stats"]["viral"], body["stats"]["kept"], len(body["tweets"])) == (28, 29, 20)
    assert set(body["tweets"][0]) == set(
        "id text createdAt url likeCount retweetCount replyCount quoteCount viewCount bookmarkCount "
        "engagement viralScore reach resonance lift".split()
    )
    assert set(body["stats"]) == set(
        "collected kept setAside viral window medianEngagement requests credits usd seconds stopReason "
        "keptBefore expected coverage unread warnings".split()
    )
    scores = [tweet["viralScore"] for tweet in body["tweets"]]
    assert scores == sorted(scores, reverse=True)


def test_none_above_the_gate_is_an_analysis_with_a_way_on_and_no_training(command, swyx):
    """The user learns how many would pass with auto; training says the same and fails."""
    status, out, _ = command("analyze", "swyx", "--file", swyx, "--as-of", AS_OF)
    assert status == 0
    assert re.search(r"None of the \d+ posts pass 100,000\. With auto, \d+ pass\.", out)
    status, _, err = command("train", "swyx", "--file", swyx, "--as-of", AS_OF, "--yes")
    assert status == 1
    assert "With auto" in err


def test_a_file_of_other_people_is_refused_with_their_names(command, swyx):
    """A wrong username is told by who is there."""
    status, _, err = command("analyze", "levelsio", "--file", swyx)
    assert status == 1
    assert "@swyx" in err


def test_training_ends_with_a_model_and_a_card(trained_once):
    """The whole way from a file: the status is as documented, and the six steps were shown as they ran."""
    _, body, err = trained_once
    assert (body["status"], body["progress"], body["currentStep"], body["totalSteps"]) == (
        "completed",
        100,
        6,
        6,
    )
    assert [step["status"] for step in body["steps"]] == ["completed"] * 6
    assert "6/6 save" in err


def test_the_report_page_is_one_file_without_a_script(trained_once):
    """It can be mailed, kept, and opened anywhere."""
    page = (trained_once[0] / "report.html").read_text()
    assert "of the gap between" in page
    assert "<script" not in page


def test_a_trained_model_is_listed_shown_and_exported(trained, command):
    """By id, by the beginning of its id, and by @username."""
    (listed,) = json.loads(command("models", "--json")[1])
    assert listed["modelId"] == trained
    shown = json.loads(command("show", trained[:8], "--json")[1])
    assert shown["reportCard"]["gapClosed"]["value"] > 0.3
    assert "Report card" in command("show", "@swyx")[1]
    assert command("export", "@swyx")[1].startswith("You write posts for X in the voice of @swyx")


def test_a_report_page_can_be_written_later(trained, command, tmp_path):
    """From what is kept, the same card."""
    assert command("show", "@swyx", "--html", tmp_path / "later.html")[0] == 0
    assert "of the gap between" in (tmp_path / "later.html").read_text()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_card(trained, command, swyx):
    """What is measured can be measured again; a second training is version 2."""
    status, out, _ = command("train", "swyx", "--file", swyx, *TRAINING)
    assert status == 0
    first, second = (
        json.loads(command("show", model, "--json")[1]) for model in (trained, json.loads(out)["modelId"])
    )
    assert first["reportCard"] | {"seconds": 0} == second["reportCard"] | {"seconds": 0}
    assert (first["version"], second["version"]) == (1, 2)


def test_the_same_seed_gives_the_same_drafts(trained, command):
    """Twice the same order, twice the same answer, each draft kept under an id of its own."""
    ask = ("write", "@swyx", "agents", "-n", "3", "--seed", "7", "--json")
    first, second = (json.loads(command(*ask)[1]) for _ in "12")
    ids = {draft.pop("id") for answer in (first, second) for draft in answer["drafts"]}
    assert (len(ids), first) == (6, second)


def test_drafts_come_with_their_receipts(trained, command):
    """Every documented field is there, and the label says who made it."""
    status, out, _ = command("write", "@SWYX", "agents", "-n", "2", "--json")
    drafts = json.loads(out)["drafts"]
    assert status == 0
    assert len(drafts) == 2
    assert {
        "text",
        "weightedLength",
        "voiceScore",
        "ceiling",
        "winProbability",
        "beatsOthers",
        "winJudge",
        "novelty",
        "nearestPost",
        "label",
    } <= set(drafts[0])
    assert drafts[0]["label"].startswith("AI-made · @swyx v1")


def test_a_deleted_model_is_gone(trained, command):
    """For good."""
    assert command("delete", trained, "--yes")[0] == 0
    assert json.loads(command("models", "--json")[1]) == []
    assert command("show", trained)[0] == 1


def test_an_unknown_model_is_answered_with_those_there_are(trained, command):
    """A typing error in a name is met with the names."""
    status, _, err = command("write", "@swix", "agents")
    assert status == 1
    assert "@swyx" in err


@pytest.mark.parametrize("brief", ["", "   ", "x" * 2_001])
def test_an_empty_and_an_endless_brief_are_refused(trained, command, brief):
    """Each with its reason."""
    status, _, err = command("write", "@swyx", brief)
    assert status == 1
    assert "brief" in err


def test_an_account_with_three_posts_is_analysed_and_not_trained(command, tmp_path):
    """Three posts are shown; a voice needs more, and the number is told."""
    file = tmp_path / "three.jsonl"
    rows = [
        {
            "id": n,
            "text": f"Glaze test {n} came out fine",
            "created_at": f"2026-01-0{n}",
            "like_count": 9,
            "author": "potter",
        }
        for n in (1, 2, 3)
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    assert (
        command("analyze", "potter", "--file", file, "--as-of", "2026-02-01", "--min-engagement", "5")[0] == 0
    )
    status, _, err = command(
        "train", "potter", "--file", file, "--as-of", "2026-02-01", "--min-engagement", "5", "--yes"
    )
    assert status == 1
    assert "too few" in err
    assert "40" in err


WRITINGS = {
    "Chinese": "第{n}次烧窑，铜红釉终于稳住了，温度{m}度，心情很好，准备明天再试{k}次",
    "Korean": "{n}번째 가마를 열었다. 유약은 {m}도에서 잘 나왔고 내일은 {k}번 더 시험해 본다",
    "Arabic": "فتحت الفرن للمرة {n} وكانت درجة الحرارة {m} والنتيجة جميلة وسأجرب {k} مرات أخرى غدا",
    "long": "Kiln log {n}: fired to {m} degrees and held it for {k} hours. " * 60,
}


@pytest.mark.slow
@pytest.mark.parametrize("writing", WRITINGS)
def test_posts_in_any_writing_can_be_trained_on(command, tmp_path, writing):
    """Scripts without spaces, from right to left, and posts of 4,000 characters."""
    file = tmp_path / "potter.jsonl"
    rows = [
        {
            "id": str(n),
            "text": f"{WRITINGS[writing].format(n=n, m=1000 + 7 * n, k=n % 9)} {chr(0x4E00 + 13 * n) * 3}",
            "created_at": f"2026-0{1 + n // 28}-{1 + n % 28:02}T{n % 24:02}:00:00Z",
            "like_count": 900 if n % 15 == 0 else 20 + n,
        }
        for n in range(1, 140)
    ]
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    status, out, err = command("train", "potter", "--file", file, "--as-of", "2026-07-01", *TRAINING[2:])
    assert status == 0, err
    assert json.loads(out)["status"] == "completed"
    assert command("write", "@potter", "a kiln", "-n", "1", "--json")[0] == 0


def test_posts_without_a_word_are_refused_with_the_reason(command, tmp_path):
    """All emoji is no voice; they are counted as what they are."""
    file = tmp_path / "potter.jsonl"
    rows = [
        {"id": n, "text": "🔥" * n, "created_at": f"2026-01-{n:02}", "like_count": n, "author": "potter"}
        for n in range(1, 29)
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    status, out, _ = command("analyze", "potter", "--file", file, "--as-of", "2026-07-01", "--json")
    assert status == 0
    assert json.loads(out)["stats"]["setAside"] == {"no_words": 28}
    assert command("train", "potter", "--file", file, "--as-of", "2026-07-01", "--yes")[0] == 1


def test_import_takes_in_posts_and_names_broken_lines(command, swyx, tmp_path):
    """What is good is kept."""
    file = tmp_path / "posts.jsonl"
    file.write_text(swyx.read_text() + "broken\n")
    status, out, err = command("import", file, "--json")
    assert status == 0
    assert json.loads(out)["imported"] == {"swyx": 353}
    assert "Line 354" in err


def test_imported_posts_can_be_analysed_without_naming_the_file_again(command, swyx):
    """What was taken in once is there."""
    command("import", swyx)
    status, out, _ = command("analyze", "swyx", "--source", "file", "--as-of", AS_OF, "--json")
    assert status == 0
    assert json.loads(out)["stats"]["collected"] == 353
    status, _, err = command("analyze", "levelsio", "--source", "file")
    assert status == 1
    assert "soundalike import" in err


def test_a_missing_model_file_names_the_remedy(command, monkeypatch, tmp_path, swyx):
    """Doctor and train say which file and what to do."""
    monkeypatch.setenv("SOUNDALIKE_LLM", f"gguf:{tmp_path}/none.gguf")
    status, out, _ = command("doctor")
    assert status == 1
    assert "none.gguf" in out
    chosen = ("--file", swyx, "--as-of", AS_OF, "--min-engagement", "auto", "--yes")
    status, _, err = command("train", "swyx", *chosen)
    assert status == 1
    assert "none.gguf" in err


def test_doctor_finds_nothing_wrong_here(command):
    """Python, data folder, database and writer work; a missing key is a note, not a fault."""
    status, out, _ = command("doctor", "--json")
    found = {finding["name"]: finding["state"] for finding in json.loads(out)}
    assert status == 0
    assert (found["database"], found["writer"], found["tweets API"]) == ("ok", "ok", "note")


def test_a_full_disk_is_a_sentence_and_loses_nothing(command, monkeypatch, swyx, tmp_path):
    """The database refuses, the reason is told, and what was there stays."""
    (tmp_path / "locked").write_text("a file where the folder should be")
    monkeypatch.setenv("SOUNDALIKE_DATA_DIR", str(tmp_path / "locked"))
    status, _, err = command("analyze", "swyx", "--file", swyx)
    assert status == 1
    assert "Traceback" not in err
    assert err.startswith("Failed:")


def test_a_reader_that_leaves_early_is_no_error():
    """`soundalike models | head -0` ends in silence."""
    code = "import sys; from soundalike.cli.app import cli, run; sys.exit(run(cli, ['train', '--help']))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()


def test_a_thread_is_written_in_its_order_and_each_post_is_kept(trained, command):
    """Fewer posts where nothing new passes; none says what another said."""
    status, out, _ = command("write", "@swyx", "agents", "--thread", "3", "--seed", "7", "--json")
    texts = [draft["text"] for draft in json.loads(out)["drafts"]]
    assert status == 0
    assert 1 <= len(texts) == len(set(texts)) <= 3
    kept = json.loads(command("drafts", "list", "@swyx", "--json")[1])
    assert {draft["text"] for draft in kept} >= set(texts)
