"""The list of sessions, the way to each, and the deletion of one."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from soundalike.service.collecting import Order, new_session
from soundalike.storage import TrainedModelRecord

STATS = {"collected": 300, "kept": 212, "viral": 20, "warnings": []}
STEPS = [
    {"number": 1, "name": "prepare", "status": "completed"},
    {"number": 2, "name": "voice", "status": "running"},
]


@pytest.fixture
def keep(emulated):
    """Keep a session as it may stand: `keep(studio, status=…)`; gives it."""

    def kept(studio, *, username="levelsio", age=0, **fields):
        at = studio.clock() - timedelta(hours=age)
        session = new_session(Order(username, gate="auto"), studio.workspace_id, uuid4(), at)
        session = replace(session, **fields)
        studio.store.create_session(session)
        return session

    return kept


@pytest.mark.parametrize(
    ("fields", "said", "leads"),
    [
        ({}, "Collecting", "collecting"),
        ({"status": "failed", "error_code": "creator_protected"}, "account is protected", "collecting"),
        ({"status": "cancelled"}, "Cancelled", "collecting"),
        ({"status": "failed", "error_code": "from_later"}, "something went wrong inside", "collecting"),
        ({"status": "collected", "stats": STATS}, "212 kept, 20 viral", "review"),
        (
            {"status": "running", "stats": STATS, "steps": STEPS, "event_number": 4},
            "Training, step 2 of 6",
            "training",
        ),
        ({"status": "queued", "stats": STATS, "event_number": 1}, "Training, step 1 of 6", "training"),
        (
            {
                "status": "failed",
                "stats": STATS,
                "steps": STEPS,
                "event_number": 5,
                "error_code": "too_few_posts",
            },
            "too few posts",
            "training",
        ),
        (
            {"status": "cancelled", "stats": STATS, "steps": STEPS, "event_number": 5},
            "Training cancelled",
            "training",
        ),
    ],
)
def test_each_session_says_where_it_is_and_leads_there(emulated, keep, fields, said, leads):
    """Whatever became of it."""
    studio = emulated()
    session = keep(studio, **fields)
    assert said in studio.get("/sessions").text
    answer = studio.get(f"/sessions/{session.id}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sessions/{session.id}/{leads}")


def test_a_trained_one_leads_to_its_voice(emulated, keep):
    """By the model's id, with its version."""
    studio = emulated()
    session = keep(studio, status="completed", stats=STATS, steps=STEPS, event_number=9)
    model = TrainedModelRecord(
        uuid4(), studio.workspace_id, "levelsio", "levelsio-1", "", {}, studio.clock(), session_id=session.id
    )
    studio.store.save_model(model)
    studio.store.update_session(studio.workspace_id, session.id, at=studio.clock(), model_id=model.id)
    assert "Trained, v1" in studio.get("/sessions").text
    assert studio.get(f"/sessions/{session.id}").headers["location"] == f"/voices/{model.id}"


def test_an_empty_list_says_what_will_stand_there(emulated):
    """And leads to the first page."""
    page = emulated().get("/sessions").text
    assert "No sessions yet" in page
    assert "Name a creator" in page


def test_fifty_are_listed_at_once(emulated, keep):
    """With the way to the older ones and back."""
    studio = emulated()
    for number in range(51):
        keep(studio, username=f"creator_{number}", age=number)
    first, second = studio.get("/sessions").text, studio.get("/sessions?offset=50").text
    assert "@creator_49<" in first
    assert "@creator_50<" not in first
    assert 'href="/sessions?offset=50"' in first
    assert "@creator_50<" in second
    assert 'href="/sessions" rel="prev"' in second
    assert "No older sessions" in studio.get("/sessions?offset=100").text


def test_a_session_is_deleted_once_its_creator_is_named(emulated, keep):
    """In any case of letters; another name deletes nothing and is said at the field."""
    studio = emulated()
    session = keep(studio)
    at = f"/sessions/{session.id}/delete"
    assert "Type levelsio to confirm" in studio.get(at).text
    wrong = studio.post(at, username='"><script>alert(1)</script>')
    assert wrong.status_code == 422
    assert "This is not @levelsio" in wrong.text
    assert "<script>alert" not in wrong.text
    assert studio.post(at, username="@LevelsIO").headers["location"] == "/sessions"
    assert studio.store.list_sessions(studio.workspace_id) == []
    assert studio.get(at).status_code == 404


def test_sessions_of_others_are_not_there(emulated, keep):
    """Neither in the list nor by their addresses."""
    studio = emulated()
    session = keep(studio)
    stranger = studio.site.signed_in("bob@example.org")
    assert "No sessions yet" in stranger("GET", "/sessions", Accept="text/html").text
    for method, path in (("GET", ""), ("GET", "/delete"), ("POST", "/delete")):
        form = {"username": "levelsio"} if method == "POST" else None
        answer = stranger(method, f"/sessions/{session.id}{path}", form=form, Accept="text/html")
        assert answer.status_code == 404
    assert studio.store.get_session(studio.workspace_id, session.id) == session


@pytest.mark.slow
@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (1440, "dark")])
def test_the_list_and_the_deletion_are_free_of_faults(visit, width, theme):
    """@swyx's session is there; whoever looks at its deletion keeps it."""
    with visit("/sessions", width=width, theme=theme) as seen:
        assert "Trained, v1" in seen.page.get_by_role("row", name="@swyx").last.inner_text()
        assert (seen.faults(), seen.overflow(), seen.complaints) == ([], 0, [])
        seen.page.get_by_role("link", name="Delete the session of @swyx").last.click()
        assert (seen.faults(), seen.overflow(), seen.complaints) == ([], 0, [])
        seen.page.get_by_role("link", name="Keep it").click()
        seen.page.get_by_role("heading", name="Sessions").wait_for()
