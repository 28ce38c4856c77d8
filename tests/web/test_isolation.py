"""Nobody reaches what belongs to another workspace: every operation of the API is tried with somebody else's values.

The operations come from the description of the API. One that is added with a parameter, a body or a table that is not
known here fails these tests until it is.
"""

import asyncio
import json
import re
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import insert, select

from soundalike.accounts import Principal, Role
from soundalike.storage import DraftRecord, QuizRecord, TrainedModelRecord
from soundalike.storage.job_records import Artefact, JobKey
from soundalike.storage.tables import metadata
from soundalike.web.mcp.tools import TOOLS
from soundalike.web.studio.routes import router as studio
from writing import made_up_posts

MARK = "of-ada"  # in every text of Ada's; no answer to anybody else has it
CREATOR = "levelsio"
PASSWORD = "correct horse battery"
SHARED = {"throttles", "rate_limits", "key_balances", "workers"}  # tables whose rows belong to no workspace

# What stands in a path beside ids: a public name, a kind of problem, and a secret, of which one that is wrong.
PUBLIC = {
    "username": CREATOR,
    "code": "unknown_model",
    "token": "A" * 43,
    "model": f"soundalike/@{CREATOR}:1",
}

# What keys may not do, whosever things they are.
IN_PERSON = frozenset(
    "changeRole removeMember withdrawInvitation revokeKey endOneLogin switchWorkspace acceptInvitation".split()
)
# What answers otherwise than 404 to another's values: names of creators are nobody's, and secrets are no ids.
OTHERWISE = {
    "forgetCreator": 200,  # of one's own, which is nothing
    "putOptOut": 200,  # for one's own workspace
    "getProblemKind": 200,
    "useLink": 401,
    "acceptInvitation": 403,  # addressed to somebody else
}

UNDESCRIBED = {
    "/mcp",
    "/openapi.json",
}  # the tools, which are tried below like the pages, and the description
PAGES = sorted(
    ((context.path, sorted(context.route.methods)) for context in iter_route_contexts(studio.routes)),
    key=lambda each: each[0] == "/sign-out",  # after which nobody asks any more
)

LAST = {"putOptOut", "signOut"}  # what changes how others answer


def bodies(hers):
    """What is sent to every operation that takes a body; several where it can be asked in several ways."""
    two = {"a": "ship it", "b": "we ship it"}
    by_id = {"creatorUsername": CREATOR, "tweets": [{"id": post.id} for post in hers.posts]}
    return {
        "analyzeCreator": [{"username": CREATOR}],
        "estimateCollection": [{"username": CREATOR}],
        "startTraining": [by_id | {"trainingSessionId": each} for each in hers.sessions],
        "retryTraining": [{"fromStep": "prepare"}],
        "writeDrafts": [{"brief": "anything"}],
        "createQuiz": [{}],
        "createChatCompletion": [
            {
                "model": f"soundalike/@{CREATOR}{version}",
                "messages": [{"role": "user", "content": "anything"}],
            }
            for version in ("", ":1")
        ],
        "guessRound": [{"round": 1, "guess": "a"}],
        "decideOnDraft": [{"status": "edited", "text": "mine"}, {"status": "rejected", "reason": "no"}],
        "editVoice": [{"addRules": ["no emoji"]}],
        "importVoice": [{}],  # a file, in which nothing is named by an id
        "compareWordings": [two | {"modelId": hers.values["modelId"]}],
        "changeRole": [{"role": "member"}],
        "invite": [{"email": "friend@example.org"}],
        "acceptInvitation": [{"token": hers.token}],
        "createKey": [{"name": "CI"}],
        "putOptOut": [{}],
        "signIn": [{"email": "ada@example.org", "password": "wrong password"}],
        "changePassword": [{"newPassword": PASSWORD}],
        "createWorkspace": [{"name": "Team"}],
        "changeWorkspace": [{"name": "Mine"}],
    }


@pytest.fixture
def hers(site, store, work):
    """All kinds of things of Ada's, in a workspace that she shares with Bob."""
    ada = site.signed_in("ada@example.org")
    me = UUID(ada("GET", "/api/auth/me").json()["user"]["id"])
    team = UUID(ada("POST", "/api/workspaces", {"name": f"team {MARK}"}).json()["id"])
    ada("POST", f"/api/workspaces/{team}/switch")
    bob = site.accounts.users.add(f"bob.{MARK}@example.org", f"Bob {MARK}")
    site.accounts.workspaces.add_member(team, bob.id, Role.MEMBER)
    invited = ada("POST", "/api/invitations", {"email": f"carol.{MARK}@example.org"}).json()
    key = ada("POST", "/api/keys", {"name": f"key {MARK}"}).json()
    ada("PUT", f"/api/opt-outs/{MARK.replace('-', '_')}", {"note": f"note {MARK}"})
    site.accounts.logins.make_link(me, lasts=timedelta(days=1))
    posts, session, training, model = _work(site, store, work, site.program(key["key"]), team)
    login = ada("GET", "/api/auth/logins").json()[0]["id"]
    values = {"trainingSessionId": session, "trainingId": training, "modelId": str(model)}
    values |= {"userId": str(me), "invitationId": invited["id"], "keyId": key["id"], "loginId": login}
    values |= {"id": str(team), "quizId": str(_quiz(store, team, posts[0], model, work.at))}
    values |= {"draftId": str(_draft(store, team, model, work.at))}
    _other_rows(store, me, team, work.at)
    return SimpleNamespace(
        values=values,
        sessions=(session, training),
        posts=posts,
        token=invited["token"],
        ids={*values.values(), str(bob.id)},
        ada=ada,
        marks={MARK, MARK.replace("-", "_"), invited["token"], key["key"], *values.values(), str(bob.id)},
    )


def _work(site, store, work, program, team):
    """A collected session, a training under way with a finished step, posts and a model."""
    posts = [*made_up_posts(60, site.parts.now(), username=CREATOR)]
    store.save_posts(team, CREATOR, posts, fetched_at=work.at, source="api")
    begun = program("POST", "/api/train-ai/analyze-creator", {"username": "swyx"}, Prefer="wait=0").json()
    session = begun["trainingSessionId"]
    tweet = {"id": "1", "text": f"text {MARK}", "createdAt": "2026-10-24T03:25:00Z"}
    whole = [
        {"id": post.id, "text": f"{post.text} {MARK}", "createdAt": post.created_at.isoformat()}
        for post in posts
    ]
    asked = {"creatorUsername": CREATOR, "tweets": [*whole, tweet], "modelName": f"model {MARK}"}
    training = program("POST", "/api/train-ai/start-training", asked).json()["trainingId"]
    for status in [*work.statuses(training)][:2]:
        work.publish(UUID(training), status)
    with store.jobs.changing(JobKey(UUID(training), "train")) as change:
        change.keep(Artefact("prepare", "0" * 64, {"text": MARK}, f"detail {MARK}", work.at, 1.0))
    record = TrainedModelRecord(
        id=uuid4(),
        user_id=team,
        creator_username=CREATOR,
        model_name=f"model {MARK}",
        model_prompt=f"Write {MARK}.",
        training_data=[{"id": "1", "text": MARK}],
        created_at=work.at,
        voice={"text": MARK},
    )
    model = store.save_model(record, parts={"voice": MARK.encode()}).id
    return posts, session, training, model


def _quiz(store, team, post, model, at):
    """A quiz of the model, guessed in part; gives its id."""
    round_ = {"a": f"text {MARK}", "b": MARK, "real": "a", "post_id": post.id, "draft": 0}
    quiz = QuizRecord(uuid4(), team, model, CREATOR, 0, [round_], {}, at)
    with store.database.writing() as connection:
        row = {name: getattr(quiz, name) for name in QuizRecord.__slots__} | {"posts_fetched_at": at}
        connection.execute(insert(metadata.tables["quizzes"]).values(row))
    return quiz.id


def _draft(store, team, model, at):
    """A draft of the model; gives its id."""
    record = store.get_model(team, model)
    draft = DraftRecord(uuid4(), team, model, CREATOR, f"brief {MARK}", 1, f"draft {MARK}", {"at": MARK}, at)
    store.drafts.keep(record, [draft])
    return draft.id


def _other_rows(store, me, team, at):
    """Rows that come of collecting and of a sign-in provider."""
    rows = {
        "identities": {"issuer": "https://id.example", "subject": MARK, "user_id": me, "created_at": at},
        "api_requests": {"user_id": team, "key": "0" * 16, "kind": "search", "at": at, "most_credits": 5},
        "read_stretches": {
            "user_id": team,
            "username": CREATOR,
            "start_at": at,
            "end_at": at,
            "reached_at": at,
            "read_at": at,
            "source": "search",
            "min_likes": 0,
            "place": {},
        },
    }
    with store.database.writing() as connection:
        for name, values in rows.items():
            connection.execute(insert(metadata.tables[name]).values(values))


@pytest.fixture(params=["browser", "key"])
def eve(request, site):
    """Somebody else, signed in in a browser or with a key, and how: `ask, via`."""
    browser = site.signed_in("eve@example.org")
    user = UUID(browser("GET", "/api/auth/me").json()["user"]["id"])
    if request.param == "browser":
        return browser, "browser"
    return site.program(site.accounts.keys.create(Principal.local(user), name="eve")[1]), "key"


def rows_of(store, ids):
    """Every row that names one of these ids, by table."""
    with store.database.reading() as connection:
        return {
            name: [
                tuple(row)
                for row in connection.execute(select(table).order_by(*table.primary_key))
                if ids & {str(value) for value in row}
            ]
            for name, table in metadata.tables.items()
        }


def operations(site):
    """Every operation: its name, method, path, and the schema of its body, if it has one."""
    document = site.browser()("GET", "/openapi.json").json()
    found = [
        (operation["operationId"], method.upper(), path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    return document, sorted(found, key=lambda each: each[0] in LAST)


def filled(path, operation, values):
    """The path with values for its parameters, and whether it has any."""
    names = [each["name"] for each in operation.get("parameters", []) if each["in"] == "path"]
    for name in names:
        assert name in values, f"Say in this test what {name} of {path} can be of Ada's"
        path = path.replace(f"{{{name}}}", values[name])
    return path, bool(names)


def ids_in(schema, document):
    """The names of fields in a schema that hold ids or tokens, however deep."""
    match schema:
        case {"$ref": str(where)}:
            return ids_in(document["components"]["schemas"][where.rpartition("/")[2]], document)
        case dict():
            own = {
                name
                for name in schema.get("properties", {})
                if name in {"id", "token", "model"} or name.endswith(("Id", "Ids"))
            }
            return own.union(*(ids_in(each, document) for each in schema.values()))
        case list():
            return set().union(*(ids_in(each, document) for each in schema))
    return set()


def names_in(body):
    """The names of all fields of a body, however deep."""
    match body:
        case dict():
            return set(body).union(*map(names_in, body.values()))
        case list():
            return set().union(*map(names_in, body))
    return set()


def test_nobody_reaches_what_is_anothers(site, store, hers, eve):
    """Every operation with Ada's values: not found, nothing of hers is changed, nothing of hers is told."""
    ask, via = eve
    document, all_of_them = operations(site)
    sent, values = bodies(hers), hers.values | PUBLIC
    before, faults = rows_of(store, hers.ids), []
    for name, method, path, operation in all_of_them:
        where, names_a_thing = filled(path, operation, values)
        schema = operation.get("requestBody", {})
        assert not schema or name in sent, f"Say in this test what {name} is sent"
        for body in sent.get(name, [None]):
            assert ids_in(schema, document) <= names_in(body), f"Say in this test which ids {name} is sent"
            answer = ask(method, where, body, Prefer="wait=0")
            found = _faults(name, answer, hers, sent=f"{where} {json.dumps(body)}")
            is_hers = names_a_thing or ids_in(schema, document)
            if is_hers and answer.status_code != _expected(name, via):
                found.append(f"answers {answer.status_code}")
            faults += [f"{name} ({via}) {fault}: {answer.text[:200]}" for fault in found]
    assert not faults, "\n".join(faults)
    assert rows_of(store, hers.ids) == before
    assert hers.ada("GET", "/api/auth/me").status_code == 200


def _expected(name, via):
    return 403 if via == "key" and name in IN_PERSON else OTHERWISE.get(name, 404)


def _faults(name, answer, hers, *, sent):
    told = f"{answer.text} {answer.headers}"
    named = [mark for mark in sorted(hers.marks) if mark in told and mark not in sent]
    broken = answer.status_code >= 500 and answer.json().get("code") != "not_configured"
    return [f"tells {each}" for each in named] + [f"{name} breaks"] * broken


@pytest.mark.slow
def test_every_route_is_described_or_known_here(site):
    """One that the description leaves out would be tried by nobody."""
    routes = {context.path for context in iter_route_contexts(site.app.routes)}
    described = site.browser()("GET", "/openapi.json").json()["paths"]
    known = {*map(_bare, described), *(_bare(path) for path, _ in PAGES)}
    assert {path for path in routes if _bare(path) not in known} <= UNDESCRIBED


def _bare(path):
    """A path whatever its parameters are called and converted by."""
    return re.sub(r"{[^}]*}", "{}", path)


def form_of(hers):
    """Every field that a form of the studio has, each with what could be hers."""
    ids = hers.values
    return {
        "workspace": ids["id"],
        "user": ids["userId"],
        "invitation": ids["invitationId"],
        "key": ids["keyId"],
        "login": ids["loginId"],
        "tweets": [post.id for post in hers.posts],
        "username": CREATOR,
        "typed": CREATOR,
        "name": "Mine",
        "email": "friend@example.org",
        "role": "member",
        "trainer": "prompt",
        "consent": "own",
        "gate": "auto",
        "rule": "no emoji",
        "brief": "anything",
        "a": "ship it",
        "b": "we ship it",
        "round": "1",
        "guess": "a",
        "hide_trait": "numbers",
        "do": "reject",
        "text": "mine",
        "password": PASSWORD,
    }


GUESS = {"round": "1", "real": "a"}  # a form that takes no field it does not know


def test_no_page_reaches_what_is_anothers(site, store, hers, eve):
    """Every page and form with Ada's values: not found, nothing of hers is changed, nothing of hers is told."""
    ask, via = eve
    before, faults, form = rows_of(store, hers.ids), [], form_of(hers)
    for path, methods in PAGES:
        where = re.sub(
            r"{(\w+)}", lambda name: (hers.values | PUBLIC | {"name": "studio.css"})[name[1]], path
        )
        for method in methods:
            given = GUESS if "quizId" in path else form
            answer = ask(method, where, form=given if method == "POST" else None, Accept="text/html")
            found = _faults_of_page(answer, hers, sent=f"{where} {json.dumps(form)}")
            if "Id}" in path and answer.status_code != 404:
                found.append(f"answers {answer.status_code}")
            faults += [f"{method} {path} ({via}) {fault}" for fault in found]
    assert not faults, "\n".join(faults)
    assert rows_of(store, hers.ids) == before
    assert hers.ada("GET", "/api/auth/me").status_code == 200


def _faults_of_page(answer, hers, *, sent):
    told = f"{answer.text} {answer.headers}"
    named = [mark for mark in sorted(hers.marks) if mark in told and mark not in sent]
    return [f"tells {each}" for each in named] + ["breaks"] * (answer.status_code == 500)


def test_no_tool_reaches_what_is_anothers(site, store, hers, eve):
    """Every tool of /mcp with Ada's model, by id and by name: nothing is found, changed or told."""
    ask, via = eve
    before, faults = rows_of(store, hers.ids), []
    for voice in (hers.values["modelId"], f"@{CREATOR}", f"model {MARK}"):
        for name, arguments in _calls(voice).items():
            answer = _call_tool(site, ask, name, arguments)
            assert answer.status_code == (401 if via == "browser" else 200)
            found = _faults(name, answer, hers, sent=json.dumps(arguments))
            if via == "key" and ('"isError":true' not in answer.text) is not (name == "list_voices"):
                found.append("finds it")
            faults += [f"{name} ({via}) {fault}: {answer.text[:200]}" for fault in found]
    assert not faults, "\n".join(faults)
    assert rows_of(store, hers.ids) == before


def _calls(voice):
    """Every tool, with somebody's voice where it takes one."""
    named = {"voice": voice, "brief": "anything", "text": "anything", "a": "ship it", "b": "we ship it"}
    taken = {name: tool.asked.model_json_schema()["properties"] for name, tool in TOOLS.items()}
    return {name: {field: named[field] for field in named if field in taken[name]} for name in taken}


def _call_tool(site, ask, name, arguments):
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    message |= {"params": {"name": name, "arguments": arguments}}
    headers = ask.headers | {"Accept": "application/json, text/event-stream"}

    async def called():
        async with site.app.state.mcp.running():
            return await ask._ask("POST", "/mcp", {"json": message}, headers)

    return asyncio.run(called())


def test_every_table_is_looked_at(store, hers):
    """Ada has a row in each but those that belong to nobody, and her own calls do find her things."""
    rows = rows_of(store, hers.ids)
    assert {name for name, found in rows.items() if not found} == SHARED
    for path in ("train-ai/sessions", "train-ai/models", "invitations", "keys", "members", "opt-outs"):
        assert any(mark in hers.ada("GET", f"/api/{path}").text for mark in hers.marks), path


def test_models_are_named_to_their_workspace_alone(hers, eve):
    """A creator's name is nobody's, so the same name is another model, or none, in another workspace."""
    ask, _ = eve
    named = {each["id"] for each in hers.ada("GET", "/v1/models").json()["data"]}
    assert named == {f"soundalike/@{CREATOR}", f"soundalike/@{CREATOR}:1"}
    assert ask("GET", "/v1/models").json()["data"] == []
