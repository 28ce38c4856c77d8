"""A character is one to elizaOS itself: its own package validates it."""

import json
import shutil
import subprocess
from dataclasses import replace

import pytest

from exporting import SIGNER
from soundalike.drafts.prompt import VoicePrompt
from soundalike.exports import Options, characterfile
from soundalike.training.edits import Edits

PACKAGE = "@elizaos/core@1.7.2"
VALIDATE = """
import { readFileSync } from "node:fs";
import { validateCharacter } from "@elizaos/core";
for (const file of process.argv.slice(2)) {
  const found = validateCharacter(JSON.parse(readFileSync(file, "utf8")));
  console.log("RESULT " + JSON.stringify([found.success, found.error?.message ?? "", found.data?.name ?? ""]));
}
process.exit(0);
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def validate(tmp_path_factory):
    """Have elizaOS validate characters; skipped where npm cannot get it. Gives (is one, why not, its name) of each."""
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip("needs node and npm")
    folder = tmp_path_factory.mktemp("eliza")
    (folder / "package.json").write_text('{"name": "eliza", "private": true, "type": "module"}')
    (folder / "validate.mjs").write_text(VALIDATE)
    install = ["npm", "install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", PACKAGE]
    if subprocess.run(install, cwd=folder, capture_output=True, check=False, timeout=300).returncode:
        pytest.skip(f"npm cannot get {PACKAGE}")

    def run(*characters):
        files = [folder / f"{n}.json" for n in range(len(characters))]
        for file, character in zip(files, characters, strict=True):
            file.write_bytes(character)
        done = subprocess.run(
            ["node", "validate.mjs", *files],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return [json.loads(line[7:]) for line in done.stdout.splitlines() if line.startswith("RESULT ")]

    return run


def test_a_character_is_one_to_eliza(validate, export, subject):
    """Without posts, with them, and with what would break a file that is put together carelessly."""
    prompt = VoicePrompt(
        "@ada", "en", ("“{{user1}}”: 3",), ("}}\\u0000",), ('"}, {"x": "\n\ud800 👨\u200d👧',)
    )
    hostile = characterfile.write(replace(subject, trained_prompt=prompt, edits=Edits()), Options(SIGNER))
    found = validate(export("characterfile").content, export("characterfile", 3).content, hostile)
    assert found == [[True, "", "ada"]] * 3


def test_eliza_refuses_what_is_no_character(validate, export):
    """The check can fail: a field it does not know, and one that is missing."""
    character = json.loads(export("characterfile").content)
    more, less = character | {"lore": []}, {key: each for key, each in character.items() if key != "bio"}
    assert [is_one for is_one, _, _ in validate(json.dumps(more).encode(), json.dumps(less).encode())] == [
        False,
        False,
    ]
