"""Fetching model files from a hub on loopback that behaves, and from some that do not."""

import hashlib

import pytest

from soundalike.drafts.hub import fetch_model
from soundalike.drafts.writer import open_writer
from soundalike.errors import WriterError

MODEL = bytes(range(256)) * 4_000  # 1 MB
NAME = "acme/tiny"


class Hub:
    """A hub as Hugging Face's: HEAD and GET redirect to the bytes; faults can be switched on."""

    def __init__(self, respond):
        self.respond = respond
        self.ranges = []
        self.stated = hashlib.sha256(MODEL).hexdigest()
        self.body = MODEL
        self.breaks_after = None
        self.resumes = True
        self.status = 302
        self.links = True

    def __call__(self, handler):
        if handler.path == "/old/name/resolve/main/tiny.gguf":
            self.respond(handler, 307, Location=f"/{NAME}/resolve/main/tiny.gguf")
        elif handler.path == f"/{NAME}/resolve/main/tiny.gguf":
            linked = {"X_Linked_Size": len(MODEL), "X_Linked_Etag": f'"{self.stated}"'} if self.links else {}
            self.respond(handler, self.status, Location="/bytes", **linked)
        elif handler.path == "/bytes":
            self.send_bytes(handler)
        else:
            self.respond(handler, 404)

    def send_bytes(self, handler):
        start = int(handler.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        self.ranges.append(start)
        start = start if self.resumes else 0
        part = self.body[start:]
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(len(part)))
        handler.send_header("Content-Range", f"bytes {start}-{len(self.body) - 1}/{len(self.body)}")
        handler.end_headers()
        handler.wfile.write(part[: self.breaks_after])
        handler.close_connection = True


@pytest.fixture
def hub(respond):
    """A hub that behaves until told otherwise."""
    return Hub(respond)


@pytest.fixture
def fetch(hub, serve, tmp_path):
    """Fetches the model from the hub into an empty folder."""
    with serve(hub) as hub_url:
        yield lambda name=NAME, **more: fetch_model(
            name, "tiny.gguf", folder=tmp_path, hub_url=hub_url, **more
        )


def test_a_model_is_fetched_once(fetch, hub):
    """The second call finds it on disk and asks nobody."""
    seen = []
    path = fetch(on_progress=lambda have, whole: seen.append((have, whole)))
    assert path.read_bytes() == MODEL
    assert seen[-1] == (len(MODEL), len(MODEL))
    assert fetch() == path
    assert hub.ranges == [0]


def test_a_break_is_resumed_where_it_happened(fetch, hub):
    """What arrived is kept, and only the rest is asked for."""
    hub.breaks_after = 300_000
    with pytest.raises(WriterError, match="goes on where it broke off"):
        fetch()
    hub.breaks_after = None
    assert fetch().read_bytes() == MODEL
    assert hub.ranges == [0, 300_000]


def test_a_server_that_cannot_resume_is_heard_from_the_beginning(fetch, hub):
    """A plain 200 after a break replaces what arrived."""
    hub.breaks_after = 300_000
    with pytest.raises(WriterError):
        fetch()
    hub.breaks_after, hub.resumes = None, False
    assert fetch().read_bytes() == MODEL


@pytest.mark.parametrize("body", [MODEL[:-1] + b"!", MODEL + b"!"])
def test_other_bytes_than_stated_are_thrown_away(fetch, hub, tmp_path, body):
    """A changed or longer file never becomes a model file."""
    hub.body = body
    with pytest.raises(WriterError, match="not what the hub says"):
        fetch()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_renamed_repository_is_followed(fetch):
    """The hub sends on from old names."""
    assert fetch("old/name").read_bytes() == MODEL


def test_an_unknown_file_is_named(fetch):
    """404 says which file there is not."""
    with pytest.raises(WriterError, match="404 for acme/none:tiny"):
        fetch("acme/none")


def test_a_file_without_a_stated_checksum_is_refused(fetch, hub):
    """What cannot be checked is not loaded into the process."""
    hub.links, hub.status = False, 200
    with pytest.raises(WriterError, match="cannot be checked"):
        fetch()


def test_nobody_there_is_an_error_in_words(tmp_path):
    """A closed port is no traceback."""
    with pytest.raises(WriterError, match="ConnectError"):
        fetch_model(NAME, "tiny.gguf", folder=tmp_path, hub_url="http://127.0.0.1:9")


def test_the_setting_fetches_into_the_data_folder(hub, serve, tmp_path):
    """`hf:` fetches, then loads; these bytes are no model, and that is what it says."""
    with serve(hub) as hub_url, pytest.raises(WriterError, match=r"tiny\.gguf cannot be loaded"):
        open_writer(f"hf:{NAME}:tiny.gguf", data_dir=tmp_path, hub_url=hub_url)
    assert (tmp_path / "models" / "acme--tiny" / "tiny.gguf").is_file()
