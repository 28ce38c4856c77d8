"""The file a backup is: a zip whose manifest names every member with its size and SHA-256.

What is read may come from anywhere: nothing is written that the manifest does not name, no name leads out of the
folder, nothing is a link, and nothing unpacks to more than there is room for.
"""

import json
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from shutil import disk_usage
from typing import IO, Any, Final

from soundalike.errors import StorageError

DATABASE: Final = "database.sqlite3"
ENGINE: Final = "engine.sqlite3"
SECRET_KEY: Final = "secret.key"  # noqa: S105 - the name of its file
ADAPTERS: Final = "adapters"

_MANIFEST: Final = "manifest.json"
_FORMAT: Final = 1
_CHUNK: Final = 1 << 20
_MOST_MEMBERS: Final = 10_000
_LARGEST_MANIFEST: Final = 8 << 20
_MOST_UNPACKED: Final = 200  # times the archive's own size; databases of texts shrink to a fifth
_ALWAYS_UNPACKED: Final = 64 << 20  # bytes, whatever the archive's size
_PART: Final = r"[A-Za-z0-9][\w.\-]{0,100}"
_NAME: Final = re.compile(rf"{DATABASE}|{ENGINE}|{SECRET_KEY}|{ADAPTERS}(?:/{_PART}){{1,6}}", re.ASCII)
_DAMAGE: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError),
    RuntimeError,  # what zipfile raises for a member that is encrypted, or packed in a way it does not know
    *(ValueError, KeyError, TypeError, OverflowError),
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive; `size` in bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a backup: `version` of Soundalike, `revision` of the tables, `rows` by table."""

    version: str
    revision: str
    made_at: datetime
    rows: Mapping[str, int]
    members: tuple[Member, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The manifest as it lies in the archive."""
        return {
            **asdict(self),
            "format": _FORMAT,
            "made_at": self.made_at.isoformat(),
            "rows": dict(self.rows),
        }


def pack(file: Path, members: Mapping[str, Path], manifest: Manifest) -> Manifest:
    """Write the archive whole or not at all, for this user's eyes only; returns the manifest with its members.

    Raises:
        StorageError: The disk refuses.
    """
    part = file.with_name(f".{file.name}.{token_hex(4)}.part")
    try:
        with _new_file(part) as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                packed = tuple(_pack_member(archive, name, path) for name, path in members.items())
                whole = Manifest(manifest.version, manifest.revision, manifest.made_at, manifest.rows, packed)
                archive.writestr(_MANIFEST, json.dumps(whole.to_json(), indent=1))
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
        sync_folder(file.parent)
    except OSError as error:
        raise StorageError(
            f"{file} cannot be written ({error.strerror}).",
            hint="Name a place with room that this user may write to.",
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return whole


class Archive:
    """An archive that was looked over: its manifest and its directory agree."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.manifest = manifest
        self._path = path
        self._archive = archive

    @property
    def size(self) -> int:
        """Bytes of all members, unpacked."""
        return sum(member.size for member in self.manifest.members)

    def unpack(self, folder: Path) -> dict[str, Path]:
        """Write all members into an empty folder; each is checked against its size and its SHA-256.

        Raises:
            StorageError: A member is not as the manifest says, or there is no room.
        """
        if self.size > disk_usage(folder).free:
            raise StorageError(
                f"{self._path} unpacks to {self.size / 2**20:,.0f} MB, and {folder.parent} has less room than that.",
                hint="Make room first.",
            )
        with _read(self._path):
            return {
                member.name: self._unpack(member, folder / member.name) for member in self.manifest.members
            }

    def _unpack(self, member: Member, to: Path) -> Path:
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest, size = sha256(), 0
        with self._archive.open(member.name) as source, _new_file(to) as out:
            while (chunk := source.read(_CHUNK)) and size <= member.size:
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if (size, digest.hexdigest()) != (member.size, member.sha256):
            raise ValueError(member.name)
        return to


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a backup.

    Raises:
        StorageError: It is none, it is damaged, or somebody tampered with it.
    """
    with _read(path):
        if not path.is_file():
            raise FileNotFoundError(2, "there is no such file")
        archive = zipfile.ZipFile(path)
    with archive:
        with _read(path):
            manifest = _check(archive, path.stat().st_size)
        yield Archive(path, archive, manifest)


def sync_folder(folder: Path) -> None:
    """Have the disk remember which files are in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _read(path: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise StorageError(
            f"{path} is no backup of Soundalike, or it is damaged; nothing was changed.",
            hint="Name a file that `soundalike backup` made, or another copy of it.",
        ) from error
    except OSError as error:
        raise StorageError(
            f"{path} cannot be unpacked ({error.strerror}).",
            hint="Check the path, the room and the permissions.",
        ) from error


def _new_file(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _pack_member(archive: zipfile.ZipFile, name: str, path: Path) -> Member:
    digest, size = sha256(), 0
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as out:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
    return Member(name, size, digest.hexdigest())


def _check(archive: zipfile.ZipFile, packed_size: int) -> Manifest:
    """Hold the directory against the manifest; a ValueError or the like where they do not agree."""
    listed = {info.filename: info for info in archive.infolist()}
    if len(listed) != len(archive.infolist()) or len(listed) > _MOST_MEMBERS:
        raise ValueError("names")
    for info in listed.values():
        _check_plain(info)
    about = listed.pop(_MANIFEST)
    if about.file_size > _LARGEST_MANIFEST:
        raise ValueError("manifest")
    with archive.open(about) as source:
        manifest = _read_manifest(json.loads(source.read(_LARGEST_MANIFEST)))
    stated = {member.name: member.size for member in manifest.members}
    if DATABASE not in stated or stated != {name: info.file_size for name, info in listed.items()}:
        raise ValueError("members")
    if not all(map(_NAME.fullmatch, stated)):
        raise ValueError("names")
    if sum(stated.values()) > _MOST_UNPACKED * packed_size + _ALWAYS_UNPACKED:
        raise ValueError("bomb")
    return manifest


def _check_plain(info: zipfile.ZipInfo) -> None:
    mode = info.external_attr >> 16
    is_plain = not stat.S_IFMT(mode) or stat.S_ISREG(mode)
    is_encrypted = info.flag_bits & 0x1
    if not is_plain or is_encrypted or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise ValueError("kind")


def _read_manifest(found: dict[str, Any]) -> Manifest:
    if found["format"] != _FORMAT:
        raise ValueError("format")
    members = tuple(Member(str(m["name"]), int(m["size"]), str(m["sha256"])) for m in found["members"])
    if any(member.size < 0 for member in members):
        raise ValueError("size")
    return Manifest(
        version=str(found["version"]),
        revision=str(found["revision"]),
        made_at=datetime.fromisoformat(found["made_at"]),
        rows={str(table): int(count) for table, count in found["rows"].items()},
        members=members,
    )
