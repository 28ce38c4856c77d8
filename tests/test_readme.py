"""What the README shows is true: its code runs, its commands exist."""

import re
import shutil
from pathlib import Path

from soundalike.cli.app import cli
from soundalike.config import Settings

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_the_python_sample_runs(shared, tmp_path, monkeypatch, capsys):
    """A reader who pastes it gets figures, not an error."""
    shutil.copy(shared / "data/creators/swyx.jsonl", tmp_path / "posts.jsonl")
    monkeypatch.chdir(tmp_path)
    samples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (code,) = [sample for sample in samples if "import soundalike" in sample]
    exec(compile(code, "README.md", "exec"), {})
    assert re.search(r"\d+ viral posts; \d+ traits", capsys.readouterr().out)


def test_every_option_in_a_command_line_exists():
    """No flag is promised that the command would refuse."""
    for line in re.findall(r"^\$ soundalike (.*)$", README, re.MULTILINE):
        name, *rest = line.partition("#")[0].split()
        command = cli.get_command(None, name)
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("-")} <= known, line


def test_settings_in_the_example_file_are_the_settings_there_are():
    """Every variable is listed, and nothing that does nothing."""
    listed = set(
        re.findall(r"^#?([A-Z_]+)=", (Path(__file__).parents[1] / ".env.example").read_text(), re.MULTILINE)
    )
    assert listed == {name.upper() for name in Settings.model_fields}
