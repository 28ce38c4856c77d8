"""Drafts that are kept: whose they are, what became of them, and when they go; on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from soundalike.errors import UnknownDraft, UnknownModel
from soundalike.storage import DraftRecord

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
BOB = UUID("bbbbbbbb-0000-4000-8000-000000000002")
NOW = datetime(2026, 11, 22, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def model(store, new_model):
    """A kept model of Alice's."""
    return store.save_model(new_model())


@pytest.fixture
def written(store):
    """Keep drafts of a model: `written(model, 2, at=NOW)`."""

    def keep(model, count=1, *, at=NOW):
        made = [
            DraftRecord(
                id=uuid4(),
                user_id=model.user_id,
                model_id=model.id,
                creator_username=model.creator_username,
                brief="agents",
                rank=rank,
                text=f"draft {rank}\n🚀",
                figures={"novelty": 0.9, "flags": [], "label": "AI-made"},
                created_at=at,
            )
            for rank in range(1, count + 1)
        ]
        store.drafts.keep(model, made)
        return made

    return keep


def decide(store, draft, status="rejected", *, user=ALICE, at=NOW, **changes):
    """Note what became of a draft."""
    values = {"edited_text": None, "reason": None, "by": user} | changes
    with store.drafts.editing(user, draft.model_id) as change:
        return change.decide(draft.id, status, at=at, **values)


def test_drafts_are_listed_newest_answer_first_and_in_it_the_best(store, model, written):
    """Page by page, as they were kept."""
    old, new = written(model, 2), written(model, 3, at=NOW + timedelta(seconds=1))
    assert store.drafts.page(ALICE, model.id) == [*new, *old]
    assert store.drafts.page(ALICE, model.id, limit=2, offset=2) == [new[2], old[0]]


def test_a_draft_is_found_by_the_beginning_of_its_id(store, model, written):
    """As far as only one begins so; words and empty texts are no beginning."""
    (draft,) = written(model)
    assert store.drafts.find(ALICE, str(draft.id)[:8]) == draft
    twins = [replace(draft, id=UUID(f"dddddddd-0000-4000-8000-00000000000{each}")) for each in "12"]
    store.drafts.keep(model, twins)
    for text in ("", "swyx", "0" * 40, str(uuid4())):
        with pytest.raises(UnknownDraft):
            store.drafts.find(ALICE, text)
    with pytest.raises(UnknownDraft) as caught:
        store.drafts.find(ALICE, "dddddddd")
    assert str(twins[0].id) in caught.value.hint


def test_what_became_of_a_draft_is_kept_and_may_change(store, model, written):
    """The last decision counts."""
    first, second = written(model, 2)
    decide(store, first, "edited", edited_text="better 🚀", reason="too long")
    decided = decide(store, first, "accepted", at=NOW + timedelta(hours=1))
    assert decided == replace(first, status="accepted", decided_at=NOW + timedelta(hours=1), decided_by=ALICE)
    assert store.drafts.get(ALICE, first.id) == decided
    assert store.drafts.decided(ALICE, model.id) == [decided]
    assert store.drafts.page(ALICE, model.id, status="written") == [second]


def test_decisions_about_all_versions_of_a_creator_are_learned_from(store, new_model, written):
    """A user's wants do not change when the voice is trained again; other creators' drafts say nothing."""
    older, newer = store.save_model(new_model()), store.save_model(new_model(creator_username="levelsio"))
    other = store.save_model(new_model(creator_username="swyx"))
    drafts = [written(model)[0] for model in (older, newer, other)]
    for minute, draft in enumerate(drafts):
        decide(store, draft, at=NOW + timedelta(minutes=minute))
    with store.drafts.editing(ALICE, newer.id) as change:
        assert [draft.id for draft in change.decided(10)] == [drafts[1].id, drafts[0].id]
        assert len(change.decided(1)) == 1


def test_anothers_drafts_are_not_there(store, model, written):
    """Neither listed nor found nor decided on."""
    (draft,) = written(model)
    assert store.drafts.page(BOB, model.id) == store.drafts.decided(BOB, model.id) == []
    with pytest.raises(UnknownDraft):
        store.drafts.get(BOB, draft.id)
    with pytest.raises(UnknownDraft):
        store.drafts.find(BOB, str(draft.id))
    with pytest.raises(UnknownModel):
        decide(store, draft, user=BOB)
    assert store.drafts.get(ALICE, draft.id) == draft


def test_a_draft_of_another_model_is_not_decided_on(store, model, new_model, written):
    """A change is about one model."""
    (draft,) = written(model)
    other = store.save_model(new_model())
    with pytest.raises(UnknownDraft):
        decide(store, replace(draft, model_id=other.id))
    assert store.drafts.get(ALICE, draft.id) == draft


def test_drafts_go_with_their_model_and_with_their_creator(store, model, new_model, written):
    """Deleted for good, and counted where a creator is forgotten."""
    written(model, 2)
    other = store.save_model(new_model())
    (draft,) = written(other)
    store.delete_model(ALICE, model.id)
    assert store.drafts.page(ALICE, model.id) == []
    assert store.forget_creator(ALICE, "LEVELSIO").drafts == 1
    with pytest.raises(UnknownDraft):
        store.drafts.get(ALICE, draft.id)


def test_drafts_of_a_model_that_was_deleted_meanwhile_are_not_kept(store, model, written):
    """Writing takes a while; what then comes is refused by the model's name."""
    store.delete_model(ALICE, model.id)
    with pytest.raises(UnknownModel):
        written(model)


def test_old_drafts_go_unless_somebody_decided_on_them(store, model, written):
    """What a user accepted, edited or rejected is the user's own work and stays as long as the model."""
    decided, _ = written(model, 2, at=NOW - timedelta(days=31))
    decide(store, decided)
    (young,) = written(model, at=NOW - timedelta(days=29))
    (rule,) = store.retention.rules(days=30, now=NOW)
    assert store.retention.purge_drafts(rule) == 1
    assert {draft.id for draft in store.drafts.page(ALICE, model.id)} == {decided.id, young.id}


def test_edits_are_kept_with_the_model_and_survive_its_being_saved_again(store, new_model):
    """A job that repeats its last step undoes no edit, nor the prompt that honours it."""
    made = new_model()
    model = store.save_model(made)
    with store.drafts.editing(ALICE, model.id) as change:
        changed = change.keep({"rules": [{"kind": "no_emoji"}]}, "Use no emoji.")
    assert store.save_model(made) == changed == store.get_model(ALICE, model.id)
    assert (changed.edits, changed.model_prompt) == ({"rules": [{"kind": "no_emoji"}]}, "Use no emoji.")


def test_the_edits_of_the_version_before_are_told(store, training, new_model):
    """Those of the newest other version of the same creator, whatever the case of the name."""
    store.create_session(training)
    older = store.save_model(new_model(edits={"dismissed": ["a"]}))
    store.save_model(new_model(creator_username="swyx", edits={"dismissed": ["b"]}))
    with store.changing(ALICE, training.id) as change:
        assert change.edits_before(new_model(creator_username="LEVELSIO")) == {"dismissed": ["a"]}
        assert change.edits_before(older) is None


def test_edits_made_at_once_are_all_kept(store, model):
    """Whoever changes a model's voice is alone with it until it is done."""

    def edit(_):
        with store.drafts.editing(ALICE, model.id) as change:
            count = (change.record.edits or {"count": 0})["count"]
            change.keep({"count": count + 1}, "Write short.")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(edit, range(20)))
    assert store.get_model(ALICE, model.id).edits == {"count": 20}
