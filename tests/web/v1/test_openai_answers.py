"""What is sent and comes back under /v1, byte by byte: refusals, streams, and what becomes of whoever leaves."""

import json
import socket
import time

import pytest

from conftest import VOICED
from soundalike.accounts import Scope
from soundalike.web.problems import Refused, respond

VOICE = "soundalike/@swyx"
CHAT = "/v1/chat/completions"
TOOL = {"type": "function", "function": {"name": "f", "parameters": {}}}


def refusal(answer, status, code):
    """The message and the parameter of an error in OpenAI's shape."""
    assert (answer.status, answer.headers["content-type"]) == (status, "application/json"), answer.text
    (name, error) = next(iter(json.loads(answer.text).items()))
    assert (name, set(error), error["code"]) == ("error", {"message", "type", "param", "code"}, code), error
    assert error["message"]
    return error["message"], error["param"]


@pytest.mark.parametrize(
    ("others", "param"),
    [
        ({"tools": [TOOL]}, "tools"),
        ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, "tool_choice"),
        ({"functions": [{"name": "f"}]}, "functions"),
        ({"response_format": {"type": "json_object"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema", "json_schema": {}}}, "response_format.type"),
        ({"logprobs": True}, "logprobs"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"logit_bias": {"50256": -100}}, "logit_bias"),
        ({"frequency_penalty": 0.5}, "frequency_penalty"),
        ({"presence_penalty": -2}, "presence_penalty"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"audio": {"voice": "alloy", "format": "mp3"}}, "audio"),
        ({"prediction": {"type": "content", "content": "x"}}, "prediction"),
        ({"web_search_options": {}}, "web_search_options"),
        ({"verbosity": "low"}, "verbosity"),
    ],
)
def test_what_cannot_be_honoured_is_refused(post, said, model, others, param):
    """By name and with the reason, before anything is written."""
    message, named = refusal(post(said(**others)), 400, "unsupported_parameter")
    assert named == param
    assert message.startswith(f"{param.partition('.')[0]} is not supported here. ")
    assert not model.asked


def test_what_asks_for_nothing_is_taken(post, said):
    """Clients send what they know with its neutral value, or null, and what is OpenAI's business alone."""
    neutral = {"tools": [], "tool_choice": "auto", "response_format": {"type": "text"}, "logprobs": False}
    neutral |= {"top_logprobs": 0, "logit_bias": {}, "frequency_penalty": 0.0, "presence_penalty": 0}
    neutral |= {"modalities": ["text"], "verbosity": "medium", "audio": None, "n": None, "stop": None}
    neutral |= {
        "stream": None,
        "stream_options": None,
        "temperature": None,
        "max_tokens": None,
        "max_chars": None,
    }
    ignored = {"user": "me", "metadata": {"a": "b"}, "service_tier": "auto", "reasoning_effort": "low"}
    ignored |= {"parallel_tool_calls": True, "prompt_cache_key": "k", "safety_identifier": "s"}
    assert post(said(**neutral, **ignored)).status == 200


@pytest.mark.parametrize(
    ("others", "param", "code"),
    [
        ({"top_k": 40}, "top_k", "unknown_parameter"),
        ({"model": None}, "model", "invalid_value"),
        ({"messages": []}, "messages", "invalid_value"),
        ({"messages": [{"role": "user", "content": "x"}] * 501}, "messages", "invalid_value"),
        ({"messages": [{"content": "x"}]}, "messages[0].role", "missing_required_parameter"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role", "invalid_value"),
        ({"messages": [{"role": "user", "content": 1}]}, "messages[0].content", "invalid_value"),
        ({"messages": [{"role": "user", "content": "x", "id": 1}]}, "messages[0].id", "unknown_parameter"),
        ({"n": 0}, "n", "invalid_value"),
        ({"n": 51}, "n", "invalid_value"),
        ({"n": "2"}, "n", "invalid_value"),
        ({"temperature": 2.1}, "temperature", "invalid_value"),
        ({"temperature": True}, "temperature", "invalid_value"),
        ({"top_p": 0}, "top_p", "invalid_value"),
        ({"seed": 2**64}, "seed", "invalid_value"),
        ({"seed": 1.5}, "seed", "invalid_value"),
        ({"max_tokens": 0}, "max_tokens", "invalid_value"),
        ({"max_chars": 25_001}, "max_chars", "invalid_value"),
        ({"stream": "yes"}, "stream", "invalid_value"),
        ({"stop": ["x"] * 17}, "stop", "invalid_value"),
        ({"stop": ""}, "stop", "invalid_value"),
    ],
)
def test_what_is_out_of_bounds_is_refused(post, said, others, param, code):
    """With the parameter at fault, written as OpenAI writes it."""
    _, named = refusal(post(said(**others)), 400, code)
    assert named.startswith(param)


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
        {"type": "file", "file": {"file_id": "f"}},
    ],
)
def test_parts_that_are_no_text_are_refused(post, said, part):
    """Rather than passed over: the answer would pretend to have seen them."""
    asked = said() | {"messages": [{"role": "user", "content": [{"type": "text", "text": "this"}, part]}]}
    message, param = refusal(post(asked), 400, "invalid_value")
    assert param == "messages[0].content"
    assert part["type"] in message


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user", "content": " \n"}],
        [{"role": "system", "content": "Be brief."}],
        [{"role": "user", "content": "tea"}, {"role": "assistant", "content": "Tea is"}],
        [{"role": "user", "content": "\u202e\u200b"}],
    ],
)
def test_a_conversation_that_asks_for_nothing_is_refused(post, said, model, messages):
    """Blank, without a user, ended by the assistant, or of nothing that can be seen."""
    refusal(post(said() | {"messages": messages}), 400, "invalid_settings")
    assert not model.asked


def test_what_no_brief_has_room_for_is_refused(post, said):
    """As OpenAI says that a context is full; a long history before it is no obstacle."""
    refusal(post(said("x" * 2_001)), 400, "context_length_exceeded")
    history = [{"role": role, "content": "why we ship " * 20} for role in ("user", "assistant")] * 100
    assert post(said() | {"messages": [*history, {"role": "user", "content": "tea"}]}).status == 200


@pytest.mark.parametrize(
    "name", ["", "/@swyx", "soundalike/swyx", "gpt-5", f"{VOICE}:0", f"{VOICE}:latest", f"{VOICE}:2"]
)
def test_other_names_are_no_models(post, said, name):
    """Whether one asks for the model or has it write."""
    if name:
        refusal(post(None, f"/v1/models/{name}", "GET"), 404, "model_not_found")
        refusal(post(said(model=name)), 404, "model_not_found")
    else:
        refusal(post(said(model=name)), 400, "invalid_value")


def test_whatever_fails_under_v1_fails_in_openais_shape(post, said):
    """Also what never reaches a route: no key, no such address, another method, another kind of body, too much."""
    refusal(post(said(), Authorization=None), 401, "invalid_api_key")
    refusal(post(said(), Authorization="Basic x"), 401, "invalid_api_key")
    refusal(post(None, "/v1/embeddings", "GET"), 404, "not_found")
    refusal(post(None, CHAT, "GET"), 405, "method_not_allowed")
    refusal(post(b"{", CHAT), 400, "malformed_json")
    refusal(
        post(b"model=x", **{"Content-Type": "application/x-www-form-urlencoded"}),
        415,
        "unsupported_media_type",
    )
    refusal(post(said("x" * 2**20)), 413, "payload_too_large")
    foreign = {"Authorization": None, "Sec-Fetch-Site": "cross-site"}
    refusal(post(said(), **foreign), 403, "forbidden")
    assert json.loads(post(None, "/api/train-ai/nothing", "GET").text)["type"] == "/problems/not_found"


def test_a_key_that_may_only_read_has_nothing_written(post, said, served):
    """It sees the models."""
    owner = served.parts.accounts.principal_of_key(served.key)
    _, secret = served.parts.accounts.keys.create(owner, name="reader", scopes=[Scope.READ])
    told = {"Authorization": f"Bearer {secret}"}
    refusal(post(said(), **told), 403, "forbidden")
    assert post(None, "/v1/models", "GET", **told).status == 200


def test_a_language_model_that_fails_is_told_without_its_address(post, said, served, model):
    """As unavailable for now, which clients try again."""
    model.texts = []  # which makes it hang up
    answer = post(said())
    message, _ = refusal(answer, 503, "writer_unavailable")
    assert "127.0.0.1" not in message
    assert int(answer.headers["retry-after"]) > 0


def test_a_stream_is_events_that_end_with_done(post, said):
    """Each a line of data and a blank one."""
    answer = post(said(stream=True))
    assert answer.headers["content-type"].startswith("text/event-stream")
    *chunks, done, rest = answer.text.split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    assert all(chunk.startswith("data: {") and "\n" not in chunk for chunk in chunks)
    assert "".join(_delta(chunk) for chunk in chunks) in VOICED


def _delta(chunk):
    choices = json.loads(chunk.removeprefix("data: "))["choices"]
    return "".join(choice["delta"].get("content", "") for choice in choices)


def opened(served, body):
    """A connection on which this was sent."""
    host, _, port = served.url.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    data = json.dumps(body).encode()
    head = f"POST {CHAT} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {served.key}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    connection.sendall(head.encode() + data)
    return connection


@pytest.mark.parametrize("streamed", [False, True])
def test_who_leaves_takes_nothing_along(served, said, model, kept, streamed):
    """The drafts are written to their end, and kept."""
    brief = f"somebody who leaves, streamed {streamed}"
    model.free.clear()
    connection = opened(served, said(brief, stream=streamed))
    until(lambda: model.asked)
    connection.close()
    model.free.set()
    until(lambda: brief in {draft.brief for draft in kept()})


@pytest.mark.slow
def test_many_at_once_are_written_or_refused_but_never_pile_up(served, said, model, post):
    """As with POST …/drafts; meanwhile the server answers everything else."""
    bench = served.parts.studio.bench
    model.free.clear()
    waiting = [opened(served, said(stream=bool(number % 2))) for number in range(10)]
    until(lambda: not bench.has_room)
    answer = post(said())
    refusal(answer, 503, "drafting_busy")
    assert int(answer.headers["retry-after"]) > 0
    assert post(None, "/v1/models", "GET").status == 200
    model.free.set()
    assert all(connection.recv(12) == b"HTTP/1.1 200" for connection in waiting)
    for connection in waiting:
        connection.close()


def test_what_takes_too_long_is_not_tried_again_by_the_client():
    """OpenAI's would, at once, though the first try is still being written."""
    error = Refused("drafting_timeout", "It was not written in time.")
    scope = {"type": "http", "method": "POST", "path": CHAT, "headers": [], "state": {}}
    assert respond(scope, error).headers["x-should-retry"] == "false"
    assert "x-should-retry" not in respond(scope | {"path": "/api/x"}, error).headers


def until(is_so, seconds=20):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to be in time"
        time.sleep(0.01)
