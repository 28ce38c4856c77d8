"""A collection at work, and what is left of one that broke off."""

import asyncio
import re
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import event
from starlette.requests import Request

from browsers import run_beside
from soundalike.posts.post import Engagement, Post, last_id_before
from soundalike.service.collecting import Order, new_session
from soundalike.web.studio.collecting.page import _looks, _news
from soundalike.web.studio.collecting.progress import look_again, read_progress

CHOICES = {
    "username": "levelsio",
    "months": "6",
    "minEngagement": "auto",
    "trainer": "prompt",
    "consent": "own",
}
HOSTILE = "<img src=x onerror=alert(1)> \u202ejavascript:alert(1) Z̴a̷l̶g̷o̶ " + "long" * 900


def begin(studio):
    """Ask for a collection; gives its address."""
    answer = studio.post("/collect", **CHOICES, priced="levelsio 6")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def session_of(studio):
    """The newest session."""
    return studio.store.list_sessions(studio.workspace_id)[0]


@pytest.fixture
def broken(emulated):
    """A studio in which a collection broke off after three pages, as the key had no credits left."""
    studio = emulated("credits.bonus=700", "credits.recharge=0", "credits.allow_negative=off")
    at = begin(studio)
    studio.work(session_of(studio).id)
    return SimpleNamespace(studio=studio, at=at)


def test_a_collection_is_shown_before_it_begins(emulated):
    """With its ceiling and the way to cancel it; without a script the page asks again by itself."""
    studio = emulated()
    page = studio.get(begin(studio)).text
    assert "Waiting for its turn" in page
    assert "50,000 credits" in page
    assert "Cancel and keep what is here" in page
    assert '<noscript><meta http-equiv="refresh" content="4"></noscript>' in page


def test_what_is_collected_leads_to_the_review(emulated):
    """The page is then none of its own, and the choices of the first page lie with the session."""
    studio = emulated()
    at = begin(studio)
    studio.work(session_of(studio).id)
    answer = studio.get(at)
    assert (answer.status_code, answer.headers["location"]) == (303, at.replace("collecting", "review"))
    assert session_of(studio).settings.items() >= {"trainer": "prompt", "consent": "own"}.items()


def test_why_it_broke_off_is_told_with_what_is_kept_and_paid(broken):
    """And the way on carries the page and the price."""
    page = broken.studio.get(broken.at).text
    assert "The key has no credits left" in page
    assert re.search(r"The 60 posts read so far are kept and paid for \(US\$0\.\d+\)", page)
    assert re.search(r"Go on from page 4, about US\$0\.0\d", page)
    assert "Review the 60" in page
    assert "upstream_out_of_credits" in page


def test_going_on_collects_the_rest_in_the_same_session(broken, emulated):
    """What was paid is not paid again."""
    studio, session = broken.studio, session_of(broken.studio)
    studio.stand_in.set_faults(studio.stand_in.emulator.faults.parse([]))
    answer = studio.post(f"{broken.at}/go-on")
    assert (answer.status_code, answer.headers["location"]) == (303, broken.at)
    studio.work(session.id)
    ended = session_of(studio)
    assert (ended.id, ended.status, ended.stats["collected"]) == (session.id, "collected", 300)
    assert ended.stats["keptBefore"] == 60


def test_what_is_there_can_be_reviewed_at_once(broken):
    """The session then says what it lacks."""
    answer = broken.studio.post(f"{broken.at}/settle")
    assert answer.headers["location"] == broken.at.replace("collecting", "review")
    session = session_of(broken.studio)
    assert (session.status, session.stats["collected"], session.error_code) == ("collected", 60, None)
    assert session.stats["unread"]
    assert "60 of about" in session.stats["warnings"][0]
    assert broken.studio.post(f"{broken.at}/settle").status_code == 409


def test_cancelling_stops_it_and_keeps_what_came(emulated):
    """It can be cancelled once, reviewed only where something came, and gone on with."""
    studio = emulated()
    at = begin(studio)
    assert studio.post(f"{at}/settle").status_code == 409
    assert studio.post(f"{at}/cancel").headers["location"] == at
    page = studio.get(at).text
    assert "Collecting was cancelled" in page
    assert "Review the" not in page
    assert studio.post(f"{at}/cancel").status_code == 409
    assert studio.post(f"{at}/settle").status_code == 422
    again = studio.post(f"{at}/go-on").headers["location"]
    assert "Waiting for its turn" in studio.get(again).text


def test_an_account_that_cannot_be_collected_leads_to_another(emulated):
    """Asking again for the same would change nothing."""
    studio = emulated("account.levelsio=protected")
    at = begin(studio)
    studio.work(session_of(studio).id)
    page = studio.get(at).text
    assert "The account is protected" in page
    assert "Name another account" in page


def test_hostile_posts_are_text(emulated):
    """Whatever is in them, and however long they are."""
    studio = emulated()
    at = begin(studio)
    moment = studio.clock() - timedelta(days=1)
    post = Post(last_id_before(moment), HOSTILE, moment, "levelsio", Engagement(likes=7), author_id="42")
    creator = {"id": "42", "username": "levelsio", "displayName": HOSTILE, "followers": 1, "postsCount": 9}
    creator |= {"profileImageUrl": "javascript:alert(1)"}
    studio.store.save_posts(studio.workspace_id, "levelsio", [post], fetched_at=studio.clock(), source="api")
    session_id = session_of(studio).id
    studio.store.update_session(studio.workspace_id, session_id, at=studio.clock(), creator=creator)
    page = studio.get(at).text
    assert "&lt;img src=x" in page
    assert "<img" not in page
    assert "javascript:" not in re.sub(r">[^<]*<", "><", page)
    assert "long" * 100 not in page


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "/live"), *(("POST", f"/{do}") for do in ("cancel", "go-on", "settle"))],
)
def test_nobody_else_sees_or_changes_it(emulated, method, path):
    """To another workspace it is not there."""
    studio = emulated()
    at = begin(studio)
    stranger = studio.site.signed_in("bob@example.org")
    assert stranger(method, at + path, Accept="text/html").status_code == 404
    assert session_of(studio).status == "collecting"


@pytest.fixture
def news(emulated):
    """What whoever watches a collection is sent, as `event: data`, while `meanwhile` changes things."""
    studio = emulated()
    at = begin(studio)
    session_id = session_of(studio).id

    async def told(meanwhile):
        request = Request({"type": "http", "app": studio.site.app, "headers": []})
        sent = []
        async for chunk in _news(request, studio.site.parts, studio.principal, session_id):
            text = chunk.decode()
            if text.startswith("event"):
                sent.append(text)
                await meanwhile(session_id, len(sent))
        return sent

    return SimpleNamespace(told=told, studio=studio, at=at, session_id=session_id)


@pytest.mark.parametrize(("ending", "leads"), [("work", "review"), ("cancel", "collecting"), ("purge", "")])
def test_whoever_watches_is_sent_fragments_and_then_away(news, ending, leads):
    """To the review, to what is kept of a cancelled one, or to the list once it was deleted."""
    studio = news.studio

    def end():
        if ending == "work":
            studio.work(news.session_id)
        elif ending == "cancel":
            caller = SimpleNamespace(workspace_id=studio.workspace_id)
            studio.site.parts.desk.cancel_collection(news.session_id, caller=caller)
        else:
            studio.store.purge_session(studio.workspace_id, news.session_id)

    async def meanwhile(_session_id, number):
        if number == 1:
            await asyncio.to_thread(end)

    sent = run_beside(news.told(meanwhile))
    assert 'data-live="/sessions/' in sent[0]
    where = f"/sessions/{news.session_id}/{leads}" if leads else "/sessions"
    assert sent[-1] == f"event: leave\ndata: {where}\n\n"


def test_a_command_collects_without_a_job(emulated):
    """Its session is shown all the same."""
    studio = emulated()
    order = Order("levelsio", months=6, gate="auto")
    session = new_session(order, studio.workspace_id, uuid4(), studio.clock())
    studio.store.create_session(session)
    page = studio.get(f"/sessions/{session.id}/collecting").text
    assert "Looking up @levelsio" in page
    assert "Cancel" not in page


@contextmanager
def questions(store):
    """What the database is asked while the block runs."""
    asked = []
    engine = store.database.engine
    note = lambda _connection, _cursor, text, *_: asked.append(text)  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_where_nothing_came_one_question_tells(broken):
    """What requests brought; once they bring more, all of it is read again."""
    studio = broken.studio
    before = read_progress(studio.site.parts, session_of(studio))
    with questions(studio.store) as asked:
        again = look_again(studio.site.parts, before)
    assert ["api_requests" in each for each in asked if "SELECT" in each] == [True]
    assert (again.posts, again.brought) == (60, before.brought)
    studio.stand_in.set_faults(studio.stand_in.emulator.faults.parse([]))
    studio.post(f"{broken.at}/go-on")
    studio.work(session_of(studio).id)
    assert look_again(studio.site.parts, before).posts == 300


def test_twenty_who_watch_ask_hardly_more_than_one(news):
    """They share what was read; each would have asked for the job three times."""
    parts = news.studio.site.parts

    async def watch():
        looks = _looks(parts, news.studio.principal, news.session_id)
        return [await anext(looks) for _ in range(3)]

    async def watch_all():
        return await asyncio.gather(*(watch() for _ in range(20)))

    with questions(news.studio.store) as asked:
        seen = run_beside(watch_all())
    assert {each.phase for told in seen for each in told} == {"waiting"}
    assert 3 <= sum("FROM jobs" in each for each in asked) < 20
