import json

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from schemathesis.specs.openapi.definitions import OPENAPI_31
from starlette.testclient import TestClient

from soundalike.config import Settings
from soundalike.schemas.requests import AnalyzeRequest, CompareRequest, DraftRequest, TrainRequest
from soundalike.storage import open_store
from soundalike.web.app import create_app
from soundalike.web.kinds import KINDS
from soundalike.web.parts import open_parts
from soundalike.web.v1.requests import ChatRequest

PROBLEM = "application/problem+json"
OPENAIS = {
    "message",
    "type",
    "code",
}  # and `param`, which is null in each; FastAPI leaves nulls out of examples


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A client of a server, which is asked nothing but for its description."""
    settings = Settings(_env_file=None, soundalike_data_dir=tmp_path_factory.mktemp("described"))
    with open_store(settings.store_url) as store, open_parts(settings, store) as parts:
        yield TestClient(create_app(parts))


@pytest.fixture(scope="module")
def document(site):
    """The description of the API."""
    return site.get("/openapi.json").json()


def operations(document):
    """Every operation: its path, method and description."""
    return [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


@pytest.mark.slow
def test_the_description_is_openapi_3_1(document):
    """By the standard's own schema, and every schema in it is one."""
    assert document["openapi"] == "3.1.0"
    Draft202012Validator(OPENAPI_31).validate(document)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_has_a_name_of_its_own(document):
    """Client generators make functions of them."""
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    assert all(name.isidentifier() and name[0].islower() for name in names)
    assert {"analyzeCreator", "getSession", "startTraining", "getTrainingStatus", "writeDrafts"} <= set(names)


def test_every_error_that_is_described_is_a_problem_with_examples(document):
    """And FastAPI's own form of errors is nowhere."""
    assert "HTTPValidationError" not in json.dumps(document)
    schema = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    validator = Draft202012Validator(schema)
    for path, _, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status < "400" or path == "/readyz" or path.startswith("/v1/"):
                continue
            examples = answer["content"][PROBLEM]["examples"]
            for code, example in examples.items():
                assert KINDS[code].status == int(status) == example["value"]["status"]
                validator.validate(example["value"])


def test_every_error_under_v1_is_described_in_openais_shape(document):
    """With an example of each; OpenAI has no 422."""
    found = [
        (answer["content"]["application/json"], int(status))
        for path, _, operation in operations(document)
        for status, answer in operation["responses"].items()
        if path.startswith("/v1/") and status >= "400"
    ]
    assert {status for _, status in found} == {400, 401, 403, 404, 413, 415, 429, 500, 503}
    for content, _ in found:
        assert content["schema"] == {"$ref": "#/components/schemas/ErrorBody"}
        assert all(set(each["value"]["error"]) >= OPENAIS for each in content["examples"].values())


def test_every_route_that_takes_a_body_says_what_becomes_of_a_bad_one(document):
    """Malformed, too large, of another kind, not as documented."""
    for path, _, operation in operations(document):
        if "requestBody" in operation:
            unprocessable = "400" if path.startswith("/v1/") else "422"
            assert {"400", "413", "415", unprocessable} <= set(operation["responses"])


def test_every_route_of_the_api_needs_somebody_and_says_so(document):
    """A key or a browser's cookie."""
    assert {"apiKey", "browser"} <= set(document["components"]["securitySchemes"])
    for path, _, operation in operations(document):
        if path.startswith(("/api/train-ai", "/v1/")):
            assert operation["security"] == [{"apiKey": []}, {"browser": []}]
            assert "401" in operation["responses"]


def test_links_lead_from_what_was_begun_to_what_comes_of_it(document):
    """Each names an operation there is and a parameter it has."""
    by_name = {operation["operationId"]: operation for _, _, operation in operations(document)}
    links = [
        link
        for _, _, operation in operations(document)
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    ]
    assert links
    for link in links:
        operation = by_name[link["operationId"]]
        parameters = {parameter["name"] for parameter in operation.get("parameters", ())}
        assert set(link.get("parameters", ())) <= parameters
        assert "requestBody" in operation or "requestBody" not in link


def test_examples_of_bodies_are_bodies(document):
    """What the description shows can be sent, or is what comes."""
    schemas = document["components"]["schemas"]
    assert {"AnalyzeRequest", "TrainRequest", "SessionBody"} <= {
        each for each in schemas if "examples" in schemas[each]
    }
    for schema in schemas.values():
        for example in schema.get("examples", []):
            Draft202012Validator(schema | {"components": document["components"]}).validate(example)


def test_examples_of_answers_are_answers(document):
    """What the description shows is what a client can rely on."""
    shown = [
        (content["schema"], example)
        for _, _, operation in operations(document)
        for answer in operation["responses"].values()
        for content in answer.get("content", {}).values()
        for example in [
            *([content["example"]] if "example" in content else []),
            *(each["value"] for each in content.get("examples", {}).values()),
        ]
    ]
    assert len(shown) > 100
    for schema, example in shown:
        Draft202012Validator(schema | {"components": document["components"]}).validate(example)


WHOLE = {"id": "1", "text": "x", "createdAt": "2026-10-31"}
SAID = {"model": "soundalike/@a", "messages": [{"role": "user", "content": "x"}]}


@pytest.mark.parametrize(
    ("kind", "body", "is_right"),
    [
        (TrainRequest, {"creatorUsername": "a", "tweets": [WHOLE]}, True),
        (TrainRequest, {"creatorUsername": "a", "tweets": [{"id": "1"}], "trainingSessionId": "s"}, True),
        (TrainRequest, {"creatorUsername": "a", "tweets": [WHOLE, {"id": "1"}]}, False),
        (TrainRequest, {"creatorUsername": "a", "tweets": [WHOLE | {"text": None}]}, False),
        (TrainRequest, {"creatorUsername": "a", "tweets": [{"id": "1"}], "trainingSessionId": None}, False),
        (CompareRequest, {"a": "x", "b": "y", "username": "a"}, True),
        (CompareRequest, {"a": "x", "b": "y", "username": None, "modelId": "m"}, True),
        (CompareRequest, {"a": "x", "b": "y"}, False),
        (CompareRequest, {"a": "x", "b": "y", "username": "a", "modelId": "m"}, False),
        (AnalyzeRequest, {"username": "a", "months": 120, "asOf": "2026-10-31T18:00:00Z"}, True),
        (AnalyzeRequest, {"username": "a", "months": 121}, False),
        (AnalyzeRequest, {"username": "a", "minEngagement": -1}, False),
        (AnalyzeRequest, {"username": "a", "ordinary": 39}, False),
        (DraftRequest, {"brief": "x", "seed": -1}, False),
        (ChatRequest, SAID, True),
        (
            ChatRequest,
            SAID | {"tools": [], "response_format": {"type": "text"}, "stop": ["a"], "n": 50},
            True,
        ),
        (
            ChatRequest,
            SAID | {"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
            True,
        ),
        (ChatRequest, SAID | {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, False),
        (ChatRequest, SAID | {"messages": [{"role": "tool", "content": "x"}]}, False),
        (ChatRequest, SAID | {"tools": [{}]}, False),
        (ChatRequest, SAID | {"response_format": {"type": "json_object"}}, False),
        (ChatRequest, SAID | {"frequency_penalty": 0.1}, False),
        (ChatRequest, SAID | {"logprobs": True}, False),
        (ChatRequest, SAID | {"top_k": 1}, False),
        (ChatRequest, SAID | {"n": 51}, False),
    ],
)
def test_the_description_says_what_the_server_takes(document, kind, body, is_right):
    """Ranges, and which fields go together."""
    schema = document["components"]["schemas"][kind.__name__] | {"components": document["components"]}
    assert Draft202012Validator(schema).is_valid(body) == is_right
    try:
        kind.model_validate(body)
    except ValidationError:
        assert not is_right
    else:
        assert is_right


def test_the_description_loads_nothing_from_elsewhere(site, problem):
    """There is no page with somebody else's scripts."""
    problem(site.get("/docs"), 404, "not_found")
    problem(site.get("/redoc"), 404, "not_found")
