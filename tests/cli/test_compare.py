"""`soundalike compare`: in words for people, as JSON for programs."""

import json
import re

import pytest

A, B = "Ship it today. Tell everyone!", "I think we should ship soon."


def test_without_a_model_people_in_general_answer(command):
    """That is said, and nothing of any creator is."""
    status, out, _ = command("compare", A, B)
    assert status == 0
    assert out.startswith(f"A  {A}\nB  {B}\n")
    assert "such choices" in out or "No clear difference" in out
    assert "people in general" in out
    assert "@" not in out


def test_the_audience_of_a_model_is_asked_where_it_is_known(trained, command):
    """By any of its names it is the same answer, with how often its forecaster was right on later posts."""
    by_name, by_id = (command("compare", A, B, "--model", model) for model in ("@swyx", trained))
    assert by_name == by_id
    assert by_name[0] == 0
    assert re.search(r"@swyx.*right on \d+% \(\d+–\d+\) of", by_name[1], re.DOTALL)


def test_json_is_the_rest_body(command):
    """All of its fields."""
    status, out, _ = command("compare", A, B, "--json")
    assert status == 0
    assert set(json.loads(out)) == set(
        "winner probability interval abstained judge accuracy reasons evidence note".split()
    )
    assert json.loads(out)["judge"] == "wording-quick"


def test_the_same_text_twice_is_a_draw(command):
    """Whichever is asked first."""
    assert "No clear difference: 50% for A." in command("compare", A, A)[1]


@pytest.mark.parametrize("texts", [("", B), (A, " \n"), ("", "")])
def test_an_empty_text_is_refused(command, texts):
    """With what to do."""
    status, _, err = command("compare", *texts)
    assert status == 1
    assert "text is empty" in err
    assert "as they would be posted" in err


def test_an_unknown_model_is_said(command):
    """Rather than asking somebody else."""
    status, _, err = command("compare", A, B, "--model", "@nobody")
    assert status == 1
    assert "no model “@nobody”" in err


def test_control_characters_do_not_reach_the_terminal(command):
    """Nor is markup of the terminal's read out of a text."""
    out = command("compare", "\x1b[2J[bold]x[/bold]", B)[1]
    assert "\x1b" not in out
    assert "[bold]x[/bold]" in out


def test_show_tells_patterns_hours_and_the_forecast(trained, command):
    """With intervals, how many were tried, posts to click, and what could not be told from chance."""
    out = command("show", "@swyx")[1]
    assert "features tried" in out
    assert "https://x.com/swyx/status/" in out
    assert "against: https://x.com/swyx/status/" in out
    assert "Not distinguishable from chance: " in out
    assert "Best hours (UTC): " in out
    assert "Which wording wins: a forecast of the audience of @swyx is right on" in out
