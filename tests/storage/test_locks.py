import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from soundalike.errors import Busy, StorageError
from soundalike.storage import open_store

HOLDER = """
import sys
from soundalike.storage import open_store

with open_store(sys.argv[1]) as store, store.hold("collect swyx", message="never said"):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(store, name="collect swyx"):
    """The lock, with what is to be said when it is taken."""
    return store.hold(name, message="It is being collected.", hint="Wait.")


def test_one_holds_it_at_a_time(store, url):
    """Neither the same process nor another connection gets a lock that is held; the error says what it was told."""
    with hold(store), open_store(url) as other:
        for asked in (store, other):
            with pytest.raises(Busy) as caught, hold(asked):
                pass
            assert (caught.value.message, caught.value.hint) == ("It is being collected.", "Wait.")
            assert caught.value.code == "collection_running"
    with hold(store):
        pass


def test_another_thread_has_to_wait_too(store):
    """A lock is no thread's own."""
    refused = []

    def try_to_hold():
        try:
            with hold(store):
                pass
        except Busy as error:
            refused.append(error)

    with hold(store):
        thread = threading.Thread(target=try_to_hold)
        thread.start()
        thread.join()
    assert len(refused) == 1


def test_locks_of_different_names_are_apart(store):
    """Whatever characters a name has."""
    with hold(store, "a/../b"), hold(store, "a"), hold(store, "\udcff" * 500):
        pass


def test_an_error_sets_it_free(store):
    """The block's own error goes on, and the lock is free."""

    def fail():
        with hold(store):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with hold(store):
        pass


@pytest.mark.slow
def test_it_dies_with_the_process_that_holds_it(url):
    """A killed holder leaves nothing that has to be cleaned up."""
    with open_store(url) as store:
        for _ in range(3):
            with subprocess.Popen(
                [sys.executable, "-c", HOLDER, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            ) as holder:
                assert holder.stdout.readline() == "held\n"
                with pytest.raises(Busy), hold(store):
                    pass
                holder.kill()
            _hold_soon(store)


def _hold_soon(store):
    """Hold the lock; a server needs a moment to see that a connection is gone."""
    deadline = time.monotonic() + 5
    while True:
        try:
            with hold(store):
                return
        except Busy:
            assert time.monotonic() < deadline


def test_a_lock_takes_no_connection_from_the_others(store):
    """A long collection does not use up what the rest of the process shares."""
    with hold(store, "a"), hold(store, "b"):
        assert store._database.engine.pool.checkedout() == 0


def test_lock_files_are_private_and_name_nobody(tmp_path):
    """They lie beside the database, whatever path leads to it, readable by their owner alone."""
    path = tmp_path / "soundalike.db"
    link = tmp_path / "link.db"
    with open_store(f"sqlite:///{path}") as store:
        link.symlink_to(path)
        with hold(store), open_store(f"sqlite:///{link}") as other, pytest.raises(Busy), hold(other):
            pass
    (file,) = Path(f"{path}.locks").iterdir()
    assert "swyx" not in file.name
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """The error says where a lock was wanted."""
    (tmp_path / "soundalike.db.locks").touch()
    with (
        open_store(f"sqlite:///{tmp_path / 'soundalike.db'}") as store,
        pytest.raises(StorageError, match=r"soundalike\.db\.locks"),
        hold(store),
    ):
        pass
