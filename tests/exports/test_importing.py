"""A voice taken in elsewhere: the same scores, comparisons and drafts, its card and where it is from, and no posts."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest

from exporting import NOW, OTHER, POSTS, SIGNER, Typist
from soundalike.drafts.rules import Rule
from soundalike.errors import ConsentRequired, CreatorOptedOut, SettingsError, VoiceFileError
from soundalike.exports import Options
from soundalike.exports.voice_file import write_voice_file
from soundalike.finetune.adapter import Adapter
from soundalike.finetune.keeping import to_bytes
from soundalike.report.page import render
from soundalike.service.exporting import export_model
from soundalike.service.feedback import change_voice
from soundalike.service.importing import import_voice
from soundalike.service.keeping import load_model
from soundalike.service.reporting import page_of
from soundalike.storage import open_store
from soundalike.training.edits import Wish
from soundalike.voice.background_file import shipped_background

BOB = UUID("bbbbbbbb-0000-4000-8000-000000000002")
LATER = NOW + timedelta(days=3)
TEXTS = [
    "we ship a small kiln when rain falls lol",
    "Quarterly results exceed expectations.",
    "tea!",
    "oak " * 60,
]


@pytest.fixture
def elsewhere(tmp_path):
    """The store of another installation."""
    with open_store(f"sqlite:///{tmp_path}/elsewhere.db") as store:
        yield store


@pytest.fixture
def take_in(elsewhere):
    """Import a file there: `take_in(content, signer=…)`."""

    def take(content, *, opted_out=(), signer=None, at=LATER):
        return import_voice(
            content,
            store=elsewhere,
            workspace_id=BOB,
            own_signer=OTHER.fingerprint,
            is_opted_out=lambda workspace, name: (workspace, name) in {(BOB, each) for each in opted_out},
            at=at,
            signer=signer,
        )

    return take


def loaded(record, store):
    """The voice brought to life."""
    return load_model(record, store=store, writer=Typist(), background=shipped_background())


def test_an_imported_voice_scores_and_compares_as_the_original(world, voice_file, take_in, elsewhere):
    """Exactly: the same numbers, not about the same."""
    model, twin = world[2], loaded(take_in(voice_file).record, elsewhere)
    assert np.array_equal(twin.likeness.scores(TEXTS), model.likeness.scores(TEXTS))
    assert twin.likeness.score(TEXTS) == model.likeness.score(TEXTS)
    assert twin.form == model.form
    assert [twin.guard.check(text) for text in TEXTS] == [model.guard.check(text) for text in TEXTS]
    assert twin.compare(*TEXTS[:2]) == model.compare(*TEXTS[:2])


def test_an_imported_voice_writes_the_same_drafts(world, voice_file, take_in, elsewhere):
    """From the same seed and the same language model, with the same receipts."""
    model, twin = world[2], loaded(take_in(voice_file).record, elsewhere)
    first, second = (each.draft("rain on the roof", n=3, seed=5) for each in (model, twin))
    assert len(first.drafts) >= 1
    assert [replace(draft, label="") for draft in second.drafts] == [
        replace(draft, label="") for draft in first.drafts
    ]
    assert (second.tried, second.withheld) == (first.tried, first.withheld)


def test_an_imported_voice_copies_no_post_of_the_creator(voice_file, take_in, elsewhere):
    """It knows them by their hashes, though none is there."""
    imported = take_in(voice_file)
    assert elsewhere.count_posts(BOB, "ada") == 0
    assert loaded(imported.record, elsewhere).guard.check(POSTS[3].text).copied
    assert not [post for post in POSTS if post.text in json.dumps(imported.record.training_data)]


def test_an_imported_voice_shows_its_card_and_where_it_is_from(world, voice_file, take_in, elsewhere):
    """The card is the original's; whose it was, who signed it and when it came are kept."""
    record = take_in(voice_file).record
    assert record.report == json.loads(json.dumps(world[1].report))
    assert (record.creator_username, record.version, record.created_at) == ("ada", 1, LATER)
    found = record.provenance["imported"]
    assert found["from"] == "@ada v1"
    assert found["signedBy"] == SIGNER.fingerprint
    assert found["modelId"] == str(world[1].id)
    assert record.provenance["fingerprint"] == world[1].provenance["fingerprint"]
    assert SIGNER.fingerprint in render(page_of(record, store=elsewhere))


def test_who_signed_it_is_said(voice_file, take_in):
    """A key that is not this installation's is called so, and so is one that was named."""
    assert "a key that is not this installation's" in take_in(voice_file).notes[0]
    assert (
        "the key that you named" in take_in(voice_file, signer=SIGNER.fingerprint.replace(" ", "")).notes[0]
    )


def test_an_own_voice_is_known(subject, take_in):
    """As after moving to another machine with the same secret."""
    assert "this installation's own key" in take_in(write_voice_file(subject, OTHER)).notes[0]


def test_another_key_than_the_named_one_is_refused(voice_file, take_in, elsewhere):
    """And nothing is kept."""
    with pytest.raises(VoiceFileError, match=f"signed by {SIGNER.fingerprint}, not by {OTHER.fingerprint}"):
        take_in(voice_file, signer=OTHER.fingerprint)
    with pytest.raises(SettingsError, match="32 hexadecimal digits"):
        take_in(voice_file, signer="ada")
    assert elsewhere.list_models(BOB) == []


def test_a_creator_who_opted_out_is_refused(voice_file, take_in, elsewhere):
    """Whoever trained the voice."""
    with pytest.raises(CreatorOptedOut):
        take_in(voice_file, opted_out=["ada"])
    assert elsewhere.list_models(BOB) == []


@pytest.mark.parametrize(
    ("consent", "is_taken"), [("own", True), ("permission", True), ("research", False), (None, False)]
)
def test_weights_take_a_stated_permission(subject, take_in, consent, is_taken):
    """As training them does."""
    origin = replace(subject.origin, trainer="lora", provenance={"consent": consent})
    content = write_voice_file(replace(subject, origin=origin), SIGNER)
    if is_taken:
        assert f"Consent stated: {consent}." in take_in(content).notes
    else:
        with pytest.raises(ConsentRequired):
            take_in(content)


def test_an_adapter_goes_along_and_takes_a_permission_whatever_trainer_is_stated(subject, take_in, elsewhere):
    """Weights are weights."""
    zeros = np.zeros((2, 4), np.float32), np.zeros((4, 2), np.float32)
    part = to_bytes(Adapter("base", 2, 4.0, {"model.layers.0.self_attn.q_proj": zeros}))
    weighty = replace(subject, parts={**subject.parts, "adapter": part})
    kept = take_in(write_voice_file(weighty, SIGNER)).record
    assert elsewhere.load_part(BOB, kept.id, "adapter") == part
    origin = replace(weighty.origin, provenance={"consent": "research"})
    with pytest.raises(ConsentRequired):
        take_in(write_voice_file(replace(weighty, origin=origin), SIGNER))
    with pytest.raises(VoiceFileError):
        take_in(write_voice_file(replace(weighty, parts={**subject.parts, "adapter": part[:-1]}), SIGNER))


def test_the_same_file_twice_is_one_voice(voice_file, subject, take_in, elsewhere):
    """Another one of the same creator is the next version."""
    assert take_in(voice_file).record.id == take_in(voice_file, at=LATER + timedelta(days=1)).record.id
    other = take_in(write_voice_file(replace(subject, name="other"), SIGNER)).record
    assert other.version == 2
    assert len(elsewhere.list_models(BOB)) == 2


def test_an_imported_voice_is_given_on_with_where_it_was_before(voice_file, take_in, elsewhere, subject):
    """Signed by whoever gives it on."""
    once = take_in(voice_file).record
    made = export_model(once, elsewhere, "soundalike", Options(OTHER))
    twice = take_in(made.content).record
    assert twice.provenance["imported"]["signedBy"] == OTHER.fingerprint
    assert twice.provenance["importedBefore"]["signedBy"] == SIGNER.fingerprint
    assert twice.id != once.id


def test_changes_of_the_voice_go_along_and_go_on(world, take_in, elsewhere):
    """Rules hold there, and can be taken back there."""
    store, record, _ = world
    changed = change_voice(store, record.user_id, record.id, Wish(add_rules=(Rule("no_emoji"),)), at=NOW)
    imported = take_in(export_model(changed, store, "soundalike", Options(SIGNER)).content).record
    assert "Use no emoji." in imported.model_prompt
    undone = change_voice(elsewhere, BOB, imported.id, Wish(remove_rules=("no_emoji",)), at=LATER)
    assert "Use no emoji." not in undone.model_prompt
    change_voice(store, record.user_id, record.id, Wish(remove_rules=("no_emoji",)), at=NOW)


def test_with_its_posts_a_voice_is_told_the_same(world, subject, take_in, elsewhere):
    """All the examples of a prompt: what a small model needs."""
    record = take_in(write_voice_file(subject, SIGNER)).record
    assert record.model_prompt == world[1].model_prompt
    assert loaded(record, elsewhere).prompt == world[2].prompt
