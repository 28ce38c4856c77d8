"""One trained voice, kept once and exported in every way."""

from contextlib import nullcontext
from uuid import UUID

import pytest

from exporting import NOW, POSTS, SIGNER, USER, Typist
from soundalike.exports import Options
from soundalike.posts.gathering import FileSource
from soundalike.service.collecting import Order, collect
from soundalike.service.exporting import export_model, subject_of
from soundalike.service.training import train
from soundalike.storage import open_store
from soundalike.voice.background_file import shipped_background


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """A store with one trained voice: the store, its record, the model as it came out of training."""
    order = Order("ada", NOW, source="file", gate="auto", consent="own")
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('exports')}/kept.db") as store:
        place = {"store": store, "user_id": USER, "now": lambda: NOW}
        session_id, analysis = collect(order, lambda _: nullcontext(FileSource(POSTS)), **place)
        given = {"writer": Typist(), "background": shipped_background(), "publish": lambda _: None}
        _, model = train(session_id, analysis, **place, **given)
        yield store, store.get_model(USER, UUID(model.id)), model


@pytest.fixture(scope="session")
def subject(world):
    """The voice as it is exported, with all the posts that its prompt keeps."""
    store, record, _ = world
    return subject_of(record, store)


@pytest.fixture(scope="session")
def export(world):
    """Export the voice: `export("llm", 3)` with three posts; gives what was made."""
    store, record, _ = world

    def made(kind, examples=0, base=None):
        return export_model(record, store, kind, Options(SIGNER, examples, base))

    return made


@pytest.fixture(scope="session")
def voice_file(export):
    """The voice in a file, without posts."""
    return export("soundalike").content
