"""`soundalike backup` and `soundalike restore`, as an operator uses them."""

import json

import pytest


@pytest.fixture
def kept(command, tmp_path):
    """A data folder with posts of one creator, backed up."""
    rows = [
        {"id": str(n), "author": "potter", "text": f"Post {n}", "created_at": "2026-01-01", "like_count": n}
        for n in range(1, 4)
    ]
    (tmp_path / "posts.json").write_text(json.dumps(rows))
    assert command("import", tmp_path / "posts.json")[0] == 0
    assert command("backup", tmp_path / "all.backup")[0] == 0
    return tmp_path / "all.backup"


def _count(command):
    chosen = ("--source", "file", "--as-of", "2026-02-01", "--min-engagement", "1", "--json")
    status, out, _ = command("analyze", "potter", *chosen)
    return json.loads(out)["stats"]["collected"] if status == 0 else 0


def test_a_backup_brings_back_what_was_deleted(command, kept):
    """Backed up, forgotten, restored: the posts are there, and the replaced database is named."""
    assert command("forget", "potter", "--yes")[0] == 0
    assert _count(command) == 0
    status, out, _ = command("restore", kept, "--yes")
    assert status == 0
    assert "Restored " in out
    assert "soundalike.sqlite3.before-restore" in out
    assert _count(command) == 3


def test_both_tell_programs_what_they_did(command, kept, tmp_path):
    """The manifest, where the database is, and what was set aside."""
    made = json.loads(command("backup", kept, "--yes", "--json")[1])
    assert made["rows"]["collected_posts"] == 3
    assert [member["name"] for member in made["members"]] == ["database.sqlite3"]
    done = json.loads(command("restore", kept, "--yes", "--json")[1])
    assert {name: done[name] for name in ("revision", "madeAt", "rows")} == {
        name: made[name] for name in ("revision", "madeAt", "rows")
    }
    assert done["requeued"] == 0
    assert done["database"] == str(tmp_path / "data" / "soundalike.sqlite3")


def test_neither_replaces_anything_unasked(command, kept):
    """A reason, what to do, and exit status 1."""
    for name in ("backup", "restore"):
        status, _, err = command(name, kept)
        assert status == 1
        assert "--yes" in err


@pytest.mark.parametrize(("name", "program"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_for_postgresql_the_programs_to_use_are_named(command, monkeypatch, name, program):
    """Without connecting, and without the password."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hunter2@127.0.0.1:1/voices")
    status, _, err = command(name, "voices.dump")
    assert status == 1
    assert f"Run: {program} " in err
    assert "hunter2" not in err
