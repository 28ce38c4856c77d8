"""Archives from anywhere: what leads out, lies, swells or is broken is refused, and nothing is changed."""

import json
import re
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from soundalike.errors import StorageError
from soundalike.storage.backup import back_up
from soundalike.storage.restore import restore

NOW = datetime(2026, 11, 22, 12, 30, 15, 123456, tzinfo=UTC)


def rewrite(file, *, manifest=lambda found: found, members=lambda found: found, info=None):
    """Make the archive anew, as somebody who tampers with it would."""
    with zipfile.ZipFile(file) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    about = manifest(json.loads(found.pop("manifest.json")))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members(found).items():
            archive.writestr(info(name) if info else name, data)
        archive.writestr("manifest.json", json.dumps(about))


def _link(name):
    info = zipfile.ZipInfo(name)
    if name == "secret.key":
        info.external_attr = 0o120777 << 16
    return info


def _member(name, data=b"x"):
    return {"name": name, "size": len(data), "sha256": sha256(data).hexdigest()}


def _smuggle(name, data=b"x"):
    return {
        "manifest": lambda found: found | {"members": [*found["members"], _member(name, data)]},
        "members": lambda found: found | {name: data},
    }


ATTACKS = {
    "path out of the folder": _smuggle("../evil"),
    "path out of the adapters": _smuggle("adapters/../../evil"),
    "absolute path": _smuggle("/tmp/evil"),
    "windows path": _smuggle("adapters\\..\\evil"),
    "hidden file": _smuggle("adapters/.bashrc"),
    "file nobody knows": _smuggle("evil.py"),
    "not in the manifest": {"members": lambda found: found | {"adapters/evil": b"x"}},
    "not in the archive": {
        "manifest": lambda found: found | {"members": [*found["members"], _member("adapters/a")]}
    },
    "other bytes": {"members": lambda found: found | {"secret.key": b"abc key"}},
    "no database": {"members": lambda _: {}, "manifest": lambda found: found | {"members": []}},
    "link": {"info": _link},
    "bomb": _smuggle("adapters/zeros", bytes(200 << 20)),
    "negative size": {
        "manifest": lambda found: found | {"members": [_member("database.sqlite3") | {"size": -1}]}
    },
    "no members": {"manifest": lambda _: {"format": 1}},
    "another format": {"manifest": lambda found: found | {"format": 2}},
    "a list": {"manifest": lambda found: [found]},
    "not a database": {
        "members": lambda found: found | {"database.sqlite3": b"x"},
        "manifest": lambda found: (
            found
            | {
                "members": [
                    m if m["name"] != "database.sqlite3" else _member(m["name"]) for m in found["members"]
                ]
            }
        ),
    },
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_archives_are_refused_and_leave_nothing(attack, file, elsewhere, tmp_path):
    """Paths that lead out, links, bombs, lies about what is inside: one sentence, no file."""
    rewrite(file, **ATTACKS[attack])
    before = {path for path in tmp_path.rglob("*") if elsewhere.folder not in path.parents}
    with pytest.raises(StorageError):
        restore(elsewhere, file)
    assert not elsewhere.folder.exists() or list(elsewhere.folder.iterdir()) == []
    assert {path for path in tmp_path.rglob("*") if path != elsewhere.folder} == before - {elsewhere.folder}


@pytest.mark.parametrize(("at", "value"), [(8, 1), (10, 99)], ids=["encrypted", "packed in an unknown way"])
def test_an_archive_that_cannot_be_unpacked_is_refused(at, value, file, elsewhere):
    """What its directory says of each member (flags, method) is nothing that can be read here."""
    data = bytearray(file.read_bytes())
    for entry in re.finditer(rb"PK\x01\x02", data):
        data[entry.start() + at] = value
    file.write_bytes(data)
    with pytest.raises(StorageError):
        restore(elsewhere, file)
    assert not elsewhere.database.exists()


def test_a_backup_of_a_later_version_is_refused(file, elsewhere):
    """With what to do, and nothing written."""
    rewrite(file, manifest=lambda found: found | {"revision": "9999"})
    with pytest.raises(StorageError, match="later version") as caught:
        restore(elsewhere, file)
    assert "Upgrade" in caught.value.hint
    assert not elsewhere.database.exists()


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "missing", "folder", "text"])
def test_damaged_archives_are_refused(damage, file, elsewhere):
    """Half a download, a flipped bit, another file: nothing is changed."""
    data = file.read_bytes()
    file.unlink()
    if damage == "folder":
        file.mkdir()
    elif damage != "missing":
        middle = len(data) // 2
        file.write_bytes(
            {
                "cut": data[:middle],
                "flipped": data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :],
                "empty": b"",
                "text": b"hello",
            }[damage]
        )
    with pytest.raises(StorageError):
        restore(elsewhere, file)
    assert not elsewhere.database.exists()


def test_a_database_with_a_trigger_is_not_trusted(place, tmp_path, elsewhere):
    """It would run in our name."""
    with closing(sqlite3.connect(place.database)) as connection:
        connection.execute(
            "CREATE TRIGGER evil AFTER UPDATE ON jobs BEGIN DELETE FROM training_sessions; END"
        )
        connection.commit()
    back_up(place, tmp_path / "odd.backup", at=NOW, version="1")
    with pytest.raises(StorageError, match="not one that Soundalike made"):
        restore(elsewhere, tmp_path / "odd.backup")
