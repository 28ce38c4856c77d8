"""Drafts and edits on the command line: written, decided on, learned from, taken back."""

import io
import json
import re

import pytest


@pytest.fixture
def write(trained, command):
    """Write drafts as JSON: `write(3, seed=7)`."""

    def ask(count, seed=7):
        status, out, _ = command("write", "@swyx", "agents", "-n", count, "--seed", seed, "--json")
        assert status == 0
        return json.loads(out)["drafts"]

    return ask


def test_a_draft_is_named_by_what_is_printed_beside_it(trained, command):
    """The beginning of its id, good for every decision."""
    status, out, _ = command("write", "@swyx", "agents", "-n", "1")
    assert status == 0
    (short,) = re.findall(r"^ +([0-9a-f]{8}) · ", out, re.MULTILINE)
    status, out, _ = command("drafts", "reject", short, "--reason", "too loud")
    assert (status, out.strip()) == (0, f"Rejected {short}.")
    listed = command("drafts", "list", "@swyx")[1]
    assert short in listed
    assert "because: too loud" in listed


def test_the_same_edit_three_times_is_a_rule_until_it_is_dropped(write, command):
    """It is told, stands in show and edit, is kept by the next drafts, and stays away once it is dropped."""
    drafts = [draft for draft in write(5) if " is " in draft["text"]]

    def edit(draft):
        return command("drafts", "edit", draft["id"][:8], draft["text"].replace(" is ", " was "))[1]

    assert len(drafts) == 4
    assert not any("Learned" in edit(draft) for draft in drafts[:2])
    rule = "Write “was” instead of “is”. (learned from 3 of 3 edits)"
    assert f"Learned: {rule}" in edit(drafts[2])
    assert f"1  {rule}" in command("show", "@swyx")[1]
    assert not any(" is " in draft["text"] for draft in write(5, seed=8))
    assert "Removed, and not learned again: word:is" in command("edit", "@swyx", "--drop", "1")[1]
    assert "Learned" not in edit(drafts[3])
    assert any(" is " in draft["text"] for draft in write(5, seed=9))


def test_rules_and_hidden_traits_are_in_the_prompt_at_once(trained, command):
    """What `export` gives away honours them."""
    keys = command("edit", "@swyx", "--keys")[1]
    before = command("export", "@swyx")[1]
    key, sentence = next(
        found for found in re.findall(r"^(\S+) +(.+)$", keys, re.MULTILINE) if found[1] in before
    )
    status, out, _ = command(
        "edit", "@swyx", "--rule", "never word: delve", "--rule", "Sound calmer", "--hide", key
    )
    assert status == 0
    assert f"Hidden: {key}" in out
    after = command("export", "@swyx")[1]
    assert sentence not in after
    assert "Never write “delve”." in after
    assert "Sound calmer" in after
    edits = json.loads(command("edit", "@swyx", "--drop", "Sound calmer", "--show", key, "--json")[1])
    assert [rule["id"] for rule in edits["rules"]] == ["never_word:delve"]
    assert edits["hiddenTraits"] == []


def test_what_cannot_be_edited_is_told_with_a_way_on(trained, command):
    """A trait, a rule, a draft that is not there."""
    status, _, err = command("edit", "@swyx", "--hide", "qestion_share")
    assert (status, "The voice has no trait" in err) == (1, True)
    assert "There is none." in command("edit", "@swyx", "--drop", "7")[2]
    status, _, err = command("drafts", "accept", "00000000")
    assert (status, "drafts list" in err) == (1, True)


def test_preferences_are_written_as_lines_of_json(write, command, tmp_path):
    """For a preference trainer."""
    first, second = write(2)
    command("drafts", "edit", first["id"], "Shipped.")
    command("drafts", "reject", second["id"])
    assert command("drafts", "pairs", "@swyx", tmp_path / "pairs.jsonl")[2].strip() == "2 pairs."
    pairs = [json.loads(line) for line in (tmp_path / "pairs.jsonl").read_text().splitlines()]
    assert {(pair["prompt"], pair["chosen"], pair["rejected"]) for pair in pairs} == {
        ("agents", "Shipped.", first["text"]),
        ("agents", "Shipped.", second["text"]),
    }


def test_forget_says_how_many_drafts_went(write, command):
    """They are no longer listed."""
    write(2)
    assert json.loads(command("forget", "swyx", "--yes", "--json")[1])["drafts"] == 2


def test_an_edit_of_several_lines_comes_from_standard_input(write, command, monkeypatch):
    """As another program's output."""
    (draft,) = write(1)
    monkeypatch.setattr("sys.stdin", io.StringIO("One.\n\nTwo.\n"))
    decided = json.loads(command("drafts", "edit", draft["id"], "-", "--json")[1])
    assert (decided["draft"]["status"], decided["draft"]["editedText"]) == ("edited", "One.\n\nTwo.")
