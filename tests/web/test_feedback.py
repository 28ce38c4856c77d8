"""What becomes of drafts over the API, what is learned from it, and a voice that is edited."""

import json
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from soundalike.accounts import Scope
from soundalike.storage import DraftRecord

API = "/api/train-ai"
MODELS = f"{API}/models"


@pytest.fixture
def voice(swyx_site):
    """A client and the model's address; with no rule and nothing hidden at the end of the test."""
    client, _, model_id = swyx_site
    url = f"{MODELS}/{model_id}"
    yield client, url
    edits = client.get(url).json()["edits"]
    undone = {
        "removeRules": [rule["id"] for rule in edits["rules"]],
        "showTraits": [trait["key"] for trait in edits["hiddenTraits"]],
        "showFavourites": [each["key"] for each in edits["hiddenFavourites"]],
    }
    assert client.patch(f"{url}/voice", json=undone).status_code == 200


@pytest.fixture
def kept(store, work, new_voice):
    """Keep drafts of a new model of Ada's with these texts: `kept("one", "two") -> model's address, drafts' ids`."""

    def keep(*texts):
        model = new_voice()
        drafts = [
            DraftRecord(
                uuid4(), model.user_id, model.id, "levelsio", "ship", rank, text, {"novelty": 1}, work.at
            )
            for rank, text in enumerate(texts, start=1)
        ]
        store.drafts.keep(model, drafts)
        return f"{MODELS}/{model.id}", [str(draft.id) for draft in drafts]

    return keep


def decide(client, draft_id, **body):
    """Say what became of a draft."""
    return client.post(f"{API}/drafts/{draft_id}/decision", json=body)


def written(client, url, count=1, seed=7):
    """Drafts just written."""
    asked = {"brief": "agents", "count": count, "seed": seed}
    return client.post(f"{url}/drafts", json=asked).json()["drafts"]


def test_drafts_are_kept_and_listed_newest_first(voice):
    """With what was measured of them, under the id they were returned with."""
    client, url = voice
    draft = written(client, url)[0]
    listed = client.get(f"{url}/drafts?limit=1").json()
    assert listed["nextOffset"] is not None or len(listed["drafts"]) == 1
    (found,) = listed["drafts"]
    assert (found["id"], found["text"], found["status"]) == (draft["id"], draft["text"], "written")
    assert (found["brief"], found["rank"], found["decidedAt"]) == ("agents", 1, None)
    assert found["figures"] == {name: value for name, value in draft.items() if name not in {"id", "text"}}


def test_a_decision_is_kept_and_may_change(client, kept, problem):
    """An edit with its text, an edit that changes nothing as acceptance, the last decision counts."""
    url, (first, second) = kept("Ship it!", "Ship that!")
    edited = decide(client, first, status="edited", text=" Shipped. ", reason="calmer").json()["draft"]
    assert (edited["status"], edited["editedText"], edited["reason"]) == ("edited", "Shipped.", "calmer")
    assert decide(client, first, status="edited", text="Ship it!").json()["draft"]["status"] == "accepted"
    assert decide(client, second, status="rejected").json()["draft"]["decidedAt"]
    by_status = {
        status: [draft["id"] for draft in client.get(f"{url}/drafts?status={status}").json()["drafts"]]
        for status in ("written", "accepted", "edited", "rejected")
    }
    assert by_status == {"written": [], "accepted": [first], "edited": [], "rejected": [second]}
    problem(client.get(f"{url}/drafts?status=lost"), 422, "invalid_request")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"status": "edited"}, "invalid_settings"),
        ({"status": "edited", "text": " "}, "invalid_settings"),
        ({"status": "accepted", "text": "x"}, "invalid_settings"),
        ({"status": "written"}, "invalid_request"),
        ({"status": "edited", "text": "x" * 25_001}, "invalid_request"),
        ({"status": "rejected", "reason": "x" * 501}, "invalid_request"),
        ({}, "invalid_request"),
    ],
)
def test_a_decision_that_is_none_is_refused(client, kept, problem, body, code):
    """And nothing is changed."""
    url, (draft,) = kept("Ship it!")
    problem(decide(client, draft, **body), 422, code)
    assert client.get(f"{url}/drafts").json()["drafts"][0]["status"] == "written"


def test_anothers_drafts_and_voice_are_not_there(client, stranger, kept, problem):
    """Neither listed nor decided on nor edited nor given away; no id is no draft's."""
    url, (draft,) = kept("Ship it!")
    problem(stranger.get(f"{url}/drafts"), 404, "unknown_model")
    problem(stranger.get(f"{url}/preferences"), 404, "unknown_model")
    problem(stranger.patch(f"{url}/voice", json={"addRules": ["no emoji"]}), 404, "unknown_model")
    problem(decide(stranger, draft, status="rejected"), 404, "unknown_draft")
    for none in (str(uuid4()), "latest"):
        problem(decide(client, none, status="rejected"), 404, "unknown_draft")
    assert client.get(f"{url}/drafts").json()["drafts"][0]["status"] == "written"


def test_a_key_that_may_only_read_changes_nothing(app, who, client, kept, problem):
    """It lists drafts, and neither decides nor edits."""
    _, headers = who("reader", scopes=[Scope.READ])
    reader = TestClient(app, headers=headers)
    problem(decide(reader, str(uuid4()), status="rejected"), 403, "forbidden")
    problem(reader.patch(f"{MODELS}/{uuid4()}/voice", json={}), 403, "forbidden")


def test_preferences_are_lines_of_json(client, kept):
    """What a preference trainer reads: prompt, chosen, rejected; nothing decided gives nothing."""
    url, (first, second, third) = kept("Ship it!", "Ship that!", "Ship 🚀")
    assert client.get(f"{url}/preferences").text == ""
    decide(client, first, status="edited", text="Shipped it.")
    decide(client, second, status="accepted")
    decide(client, third, status="rejected")
    answer = client.get(f"{url}/preferences")
    assert answer.headers["content-type"] == "application/x-ndjson"
    pairs = [json.loads(line) for line in answer.text.splitlines()]
    assert {(pair["prompt"], pair["chosen"], pair["rejected"]) for pair in pairs} == {
        ("ship", "Shipped it.", "Ship it!"),
        ("ship", "Ship that!", "Ship 🚀"),
        ("ship", "Shipped it.", "Ship 🚀"),
    }


def test_a_voice_is_edited_and_the_prompt_honours_it(voice, problem):
    """Traits hidden and shown, rules added in words and by parts, removed by their ids; all or nothing."""
    client, url = voice
    before = client.get(url).json()
    trait = next(each for each in before["voice"]["traits"] if each["isDistinct"])
    assert trait["sentence"] in before["prompt"]
    asked = {
        "hideTraits": [trait["key"]],
        "addRules": ["never word: delve", {"kind": "most_characters", "most": 200}, "Sound calmer"],
    }
    after = client.patch(f"{url}/voice", json=asked).json()
    assert trait["sentence"] not in after["prompt"]
    assert [rule["id"] for rule in after["edits"]["rules"]] == [
        "never_word:delve",
        "most_characters",
        "free:sound calmer",
    ]
    assert all(
        rule["sentence"] in after["prompt"] and rule["by"] == "user" for rule in after["edits"]["rules"]
    )
    assert after["voice"] == before["voice"]
    problem(
        client.patch(f"{url}/voice", json={"removeRules": ["most_characters", "no"]}), 422, "invalid_settings"
    )
    assert client.get(url).json() == after
    gone = client.patch(
        f"{url}/voice", json={"removeRules": ["most_characters"], "showTraits": [trait["key"]]}
    ).json()
    assert trait["sentence"] in gone["prompt"]
    assert "most_characters" in gone["edits"]["dismissed"]
    assert client.get(f"{url}/export?examples=20").text.startswith(gone["prompt"])


@pytest.mark.parametrize(
    "asked",
    [
        {"hideTraits": ["no_such_trait"]},
        {"hideFavourites": ["word:nosuchword"]},
        {"removeRules": ["no_emoji"]},
        {"addRules": [{"kind": "never_word"}]},
        {"addRules": [{"kind": "replace", "text": "use", "other": "use up"}]},
        {"addRules": ["never word: " + "x" * 80]},
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(voice, problem, asked):
    """With what could be done instead; nothing is changed."""
    client, url = voice
    problem(client.patch(f"{url}/voice", json=asked), 422, "invalid_settings")
    assert client.get(url).json()["edits"]["rules"] == []


def test_repeated_edits_become_a_rule_that_the_next_drafts_keep(voice):
    """One word put for another three times: the rule is told, shown with its evidence, kept from then on, removable."""
    client, url = voice
    drafts = [draft for draft in written(client, url, count=5) if " is " in draft["text"]]

    def edit(draft):
        text = draft["text"].replace(" is ", " was ")
        return decide(client, draft["id"], status="edited", text=text).json()["learned"]

    assert len(drafts) == 4
    assert [edit(draft) for draft in drafts[:2]] == [[], []]
    (rule,) = edit(drafts[2])
    assert (rule["id"], rule["other"], rule["by"]) == ("replace:is", "was", "learned")
    assert (rule["evidence"]["count"], rule["evidence"]["among"]) == (3, 3)
    assert set(rule["evidence"]["draftIds"]) == {draft["id"] for draft in drafts[:3]}
    body = client.get(url).json()
    assert body["edits"]["rules"] == [rule]
    assert rule["sentence"] in body["prompt"]
    texts = [draft["text"] for draft in written(client, url, count=5, seed=8)]
    assert any(" was " in text for text in texts)
    assert not any(" is " in text for text in texts)
    client.patch(f"{url}/voice", json={"removeRules": ["replace:is"]})
    assert (edit(drafts[3]), client.get(url).json()["edits"]["rules"]) == ([], [])
    assert any(" is " in draft["text"] for draft in written(client, url, count=5, seed=9))


def test_drafts_go_with_their_model(client, kept, problem):
    """And are no longer there to be decided on."""
    url, (draft,) = kept("Ship it!")
    assert client.delete(url).status_code == 204
    problem(decide(client, draft, status="accepted"), 404, "unknown_draft")
    problem(client.get(f"{url}/drafts"), 404, "unknown_model")


def test_forgetting_a_creator_counts_their_drafts(client, kept):
    """They are gone with everything else."""
    kept("Ship it!", "Ship that!")
    assert client.delete(f"{API}/creators/levelsio").json()["drafts"] == 2
