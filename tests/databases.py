"""Databases to test on, for every room: a SQLite file, and PostgreSQL where a server or its programs are at hand."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url

from soundalike.storage import open_store
from soundalike.storage.database import Database, connect, read_url
from soundalike.storage.tables import metadata

_SERVER_VARIABLE = "SOUNDALIKE_TEST_POSTGRES"
_USUAL_SERVERS = (
    "postgresql://postgres@127.0.0.1:5432/postgres",
    "postgresql://root@127.0.0.1:5432/postgres",
)


@pytest.fixture(scope="session")
def postgres_server():
    """The URL of a PostgreSQL server where databases may be created: named, usual, or started for these tests."""
    named = os.environ.get(_SERVER_VARIABLE)
    server = named or next(filter(_answers, _USUAL_SERVERS), None)
    if server:
        yield server
    else:
        with _private_server() as server:
            yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server):
    """A PostgreSQL database of this test process, with tables, dropped at the end."""
    with _database(postgres_server) as url:
        open_store(url).close()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request):
    """Each kind of database in turn."""
    return request.param


@pytest.fixture
def empty_url(kind, request, tmp_path):
    """The URL of a database that holds nothing yet."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        with _database(request.getfixturevalue("postgres_server")) as url:
            yield url


@pytest.fixture
def url(kind, request, tmp_path):
    """The URL of a database with tables and no rows."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'soundalike.db'}"
    url = request.getfixturevalue("postgres_url")
    engine = connect(read_url(url))
    with Database(engine).writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    engine.dispose()
    return url


@pytest.fixture
def store(url):
    """An open store without rows."""
    with open_store(url) as opened:
        yield opened


def _answers(server):
    try:
        psycopg.connect(server, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _database(server):
    name = f"soundalike_test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        admin.execute(
            f"ALTER DATABASE {name} SET synchronous_commit = off"
        )  # a lost test database is no loss
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _private_server():
    """Start a PostgreSQL server of our own on a socket in a temporary folder."""
    programs = _server_programs()
    as_user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="soundalike-pg-", dir="/tmp"))  # a socket's path has to be short
    if as_user:
        shutil.chown(folder, as_user[-2])
    start = f"-k {folder} -c listen_addresses='' -c fsync=off"
    control = [*as_user, programs / "pg_ctl", "-D", folder / "data", "-w", "-s"]
    try:
        _run(
            [
                *as_user,
                programs / "initdb",
                "-D",
                folder / "data",
                "-A",
                "trust",
                "-U",
                "postgres",
                "--no-sync",
            ]
        )
        _run([*control, "-l", folder / "log", "-o", start, "start"])
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder)


def _server_programs():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        pytest.skip(
            f"no PostgreSQL: none at 127.0.0.1:5432, none in {_SERVER_VARIABLE}, no initdb to start one"
        )
    return found[-1].parent if found else Path(on_path).resolve().parent


def _unprivileged():
    """The words before a command that keep PostgreSQL from running as root, which it refuses."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("runuser") or "postgres" not in {entry.pw_name for entry in pwd.getpwall()}:
        pytest.skip(
            "PostgreSQL does not run as root, and there is no runuser or no user “postgres” to run it as"
        )
    return ["runuser", "-u", "postgres", "--"]


def _run(command):
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, cwd="/")
