"""The page of a training: the six steps live, stopped and taken up again, and what of it survives a reload."""

import re
import threading
from datetime import timedelta

import pytest

from soundalike.storage.job_records import Artefact, JobKey
from soundalike.training.status import Failure, Step, TrainingStatus

MODEL = "7d1b6a0e-8f0e-4f5a-9f6e-2f9d7c1b6a0e"


@pytest.fixture
def training(reviewed):
    """A studio in which a training waits for its turn."""
    studio = reviewed()
    picked = [row["id"] for row in studio.session().posts_collected]
    assert studio.post("/training", tweets=picked).status_code == 303
    return studio


def begun(studio, step, *, before="is done"):
    """A status in which a step runs, and those before it have ended."""
    status = TrainingStatus(str(studio.id), studio.clock())
    for each in list(Step)[: step.number - 1]:
        status = status.begun(each, at=studio.clock()).done(each, f"{each} {before}", at=studio.clock())
    return status.begun(step, at=studio.clock())


def kinds(page):
    """The states of the six steps, as they are drawn."""
    return re.findall(r'<li class="(waiting|running|done|failed|cancelled)"', page.text)


def said(page):
    """What stands over the steps."""
    return re.search(r'<b id="prog">\s*(.*?)\s*</b>', page.text, re.DOTALL)[1]


def test_a_training_that_waits_says_for_whom(training):
    """All steps are ahead, nobody works, and the page comes back by itself without a script."""
    page = training.get("/training")
    assert said(page) == "Waiting for its turn"
    assert kinds(page) == ["waiting"] * 6
    assert "No worker is alive" in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert f'data-live="/sessions/{training.id}/training/live"' in page.text


def test_each_step_says_what_it_found_and_how_long_it_took(training):
    """Finished steps with what they made, the running one with what it does."""
    status = begun(training, Step.TRAIN, before="<b>found</b> it")
    made = Artefact(
        "prepare", "", {"seenIds": ["1"] * 80, "heldOutIds": ["2"] * 20}, "", training.clock(), 1.0
    )
    with training.store.jobs.changing(JobKey(training.id, "train")) as change:
        change.keep(made)
    training.clock.advance(seconds=75)
    training.tell(training.id, status.within(Step.TRAIN, 0.5, "step 3 of 6"))
    page = training.get("/training")
    assert kinds(page) == ["done"] * 3 + ["running"] + ["waiting"] * 2
    assert said(page) == "Step 4 of 6, train"
    assert "Prepare &lt;b&gt;found&lt;/b&gt; it" in page.text
    assert "80 posts to learn from, 20 held out" in page.text
    assert "Step 3 of 6" in page.text
    assert "1\N{NO-BREAK SPACE}min\N{NO-BREAK SPACE}15\N{NO-BREAK SPACE}s" in page.text
    assert "left</span>" not in page.text


def test_what_is_left_is_told_only_where_the_pace_tells(training):
    """From a fifth of the drafts on, and not where the step is done again."""
    status = begun(training, Step.EVALUATE)
    training.tell(training.id, status)
    training.clock.advance(seconds=30)
    half = status.within(Step.EVALUATE, 0.475, "drafting")
    training.tell(training.id, half)
    found = re.search(r"about (\d+)\xa0s of drafting left", training.get("/training").text)
    assert 28 <= int(found[1]) <= 32
    stopped = half.stopped(Failure("internal_error", "Broken."), at=training.clock())
    training.tell(training.id, stopped)
    again = stopped.queued_again(None).begun(Step.EVALUATE, at=training.clock() + timedelta(seconds=1))
    training.tell(training.id, again)
    assert "drafting left" not in training.get("/training").text


def test_a_training_is_cancelled_and_gone_on_with(training):
    """It stops at once; going on keeps what was finished."""
    training.tell(training.id, begun(training, Step.VOICE))
    assert "Cancel training" in training.get("/training").text
    for _ in range(2):  # the second comes too late, and says nothing but how it stands
        answer = training.post("/training/cancel")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sessions/{training.id}/training")
    page = training.get("/training")
    assert (said(page), kinds(page)[:2]) == ("Cancelled at step 2 of 6, voice", ["done", "cancelled"])
    assert "data-live" not in page.text
    assert training.post("/training/retry").status_code == 303
    assert kinds(training.get("/training"))[:2] == ["done", "waiting"]


def test_a_failed_step_says_why_and_is_done_again_from_any_step_before(training):
    """With the reason, escaped, and the steps one can begin with."""
    failure = Failure("too_few_posts", "12 posts are <b>too few</b>.")
    training.tell(training.id, begun(training, Step.PATTERNS).stopped(failure, at=training.clock()))
    page = training.get("/training")
    assert said(page) == "Stopped at step 3 of 6, patterns"
    assert "12 posts are &lt;b&gt;too few&lt;/b&gt;." in page.text
    assert re.findall(r'<option value="(\w*)"', page.text) == ["prepare", "voice", ""]
    assert "Back to the posts" in page.text
    assert training.post("/training/retry", fromStep="prepare").status_code == 303
    assert kinds(training.get("/training")) == ["waiting"] * 6


def test_a_training_that_is_complete_leads_to_its_voice(training):
    """By a button; any step can be done again."""
    status = begun(training, Step.SAVE).done(Step.SAVE, "kept", at=training.clock())
    training.tell(training.id, status.completed(MODEL, at=training.clock()))
    page = training.get("/training")
    assert (said(page), kinds(page)) == ("The voice is trained", ["done"] * 6)
    assert f'href="/voices/{MODEL}"' in page.text
    assert "refresh" not in page.text
    assert training.post("/training/retry", fromStep="nonsense").status_code == 303
    assert kinds(training.get("/training")) == ["done"] * 6
    training.post("/training/retry", fromStep="save")
    assert training.store.jobs.list_open(training.workspace_id)


def test_the_first_fragment_is_the_present_state_and_the_last_ends_the_stream(training):
    """Whoever comes late, or comes back, is shown how it stands; a fragment without an address is the end.

    It is the whole page but for its frame: nothing beside the steps goes on saying that they run.
    """
    training.tell(training.id, begun(training, Step.VOICE))
    ended = begun(training, Step.SAVE).done(Step.SAVE, "kept", at=training.clock())

    def finish():
        training.tell(training.id, ended.completed(MODEL, at=training.clock()))

    later = threading.Timer(0.5, finish)
    later.start()
    stream = training.get("/training/live")
    later.join()
    first, last = stream.text.split("event: fragment")[1:]
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert "Step 2 of 6, voice" in first
    assert "data-live" in first
    assert "The voice is trained" in last
    assert "data-live" not in last
    assert ("Cancel training" in first, "You can leave" in first) == (True, True)
    assert ("Cancel training" in last, "You can leave" in last, "Do it again" in last) == (False, False, True)
    assert training.get("/training/live").text.count("event: fragment") == 1


def test_the_page_is_packed_and_its_stream_is_not(training):
    """Who watches is sent each fragment as it comes, not once a packer has enough of them."""
    status = begun(training, Step.SAVE).done(Step.SAVE, "kept", at=training.clock())
    training.tell(training.id, status.completed(MODEL, at=training.clock()))
    page, stream = training.get("/training"), training.get("/training/live")
    assert (page.headers["content-encoding"], page.headers["vary"]) == (
        "gzip",
        "Accept-Language, Accept-Encoding",
    )
    assert "content-encoding" not in stream.headers
    assert "event: fragment" in stream.text


def test_a_session_without_a_training_is_reviewed_first(reviewed):
    """Its address leads there; there is nothing to cancel."""
    studio = reviewed()
    assert studio.get("/training").headers["location"] == f"/sessions/{studio.id}/review"
    assert studio.post("/training/cancel").status_code == 404


def test_nobody_else_sees_a_training(training, site):
    """Nor stops it, nor listens to it."""
    bob = site.signed_in("bob@example.org")
    for path in ("training", "training/live"):
        assert bob("GET", f"/sessions/{training.id}/{path}").status_code == 404
    for path in ("training/cancel", "training/retry"):
        assert bob("POST", f"/sessions/{training.id}/{path}", form={"fromStep": ""}).status_code == 404
    assert training.store.jobs.get(training.workspace_id, JobKey(training.id, "train")).status == "queued"
