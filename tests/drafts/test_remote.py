"""OpenAI-compatible endpoints: how they fail, and what they refuse to take."""

import json
from pathlib import Path

import pytest
import xllamacpp

from soundalike.drafts.choosing import Judges
from soundalike.drafts.draft import write_drafts
from soundalike.drafts.form import read_form
from soundalike.drafts.guard import CopyGuard
from soundalike.drafts.prompt import build_prompt
from soundalike.drafts.remote import RemoteWriter
from soundalike.drafts.writer import Message, Sampling, open_writer
from soundalike.encoder.embedded import find_embedded_model
from soundalike.errors import PromptTooLong, WriterError
from soundalike.posts.text import own_text

POSTS = [
    "The bakery in our street opens at five, and I am always the first one in.",
    "Nothing beats a long walk along the harbour after a day of meetings.",
    "Our library lends out telescopes now. The sky has never been so busy.",
]
ORDER = [Message("user", "Write a post about trees.")]


def completion(*texts, finish_reason="stop"):
    """An answer in OpenAI's shape."""
    return {
        "id": "1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [
            {"index": index, "finish_reason": finish_reason, "message": {"role": "assistant", "content": text}}
            for index, text in enumerate(texts)
        ],
    }  # fmt: skip


@pytest.fixture
def ask(serve, respond):
    """Asks an endpoint that answers by a function (request body) -> (status, body); gives texts and requests.

    Of several samplings one after the other is asked for, by one writer.
    """

    def asking(answer, *samplings, count=1, model="m"):
        requests = []

        def handle(handler):
            length = int(handler.headers.get("Content-Length", 0))
            requests.append(json.loads(handler.rfile.read(length)))
            respond(handler, *answer(requests[-1]), Content_Type="application/json", retry_after_ms="1")

        with serve(handle) as address:
            writer = RemoteWriter(model, base_url=f"{address}/v1", api_key="k")
            try:
                given = [
                    writer.write(ORDER, count=count, sampling=each)
                    for each in samplings or [Sampling(seed=5)]
                ]
                return [text for texts in given for text in texts], requests
            finally:
                writer.close()

    return asking


def refusal(status, message="no", **more):
    """An error in OpenAI's shape."""
    return status, {"error": {"message": message, "type": "x", **more}}


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "key is refused"),
        (403, "may not"),
        (404, "no such model"),
        (429, "too many requests"),
        (500, "status 500"),
    ],
)
def test_refusals_are_told_in_words(ask, status, says):
    """Each status says what happened and what to do."""
    with pytest.raises(WriterError, match=says) as caught:
        ask(lambda _: refusal(status))
    assert caught.value.hint


def test_nobody_there_is_told_with_the_address():
    """A closed port names where it was looked for."""
    writer = RemoteWriter("m", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(WriterError, match=r"cannot be reached at http://127\.0\.0\.1:9/v1"):
        writer.write(ORDER, count=1, sampling=Sampling())
    writer.close()


def test_too_long_a_prompt_is_told_apart(ask):
    """OpenAI's sentence gives its numbers in the other order than llama.cpp's."""
    message = (
        "This model's maximum context length is 4096 tokens. However, your messages resulted in 9000 tokens."
    )
    with pytest.raises(PromptTooLong) as caught:
        ask(lambda _: refusal(400, message, code="context_length_exceeded"))
    assert (caught.value.tokens, caught.value.limit) == (9000, 4096)


def test_all_texts_come_in_one_request_where_that_is_possible(ask):
    """The prompt is paid for once."""
    texts, requests = ask(lambda body: (200, completion(*["a", "b", "c"][: body["n"]])), count=3)
    assert (texts, len(requests), requests[0]["seed"]) == (["a", "b", "c"], 1, 5)


def test_a_base_model_is_asked_for_a_completion(ask):
    """By its name: the text goes as it is, to where texts are gone on with."""
    answer = {"id": "1", "object": "text_completion", "created": 1, "model": "m"}
    choices = [{"index": at, "finish_reason": "stop", "text": f" {at}"} for at in range(2)]
    texts, (request,) = ask(lambda _: (200, answer | {"choices": choices}), model="m-base", count=2)
    assert texts == [" 0", " 1"]
    assert request["prompt"] == ORDER[0].content
    assert "messages" not in request


def test_endpoints_that_give_one_text_at_a_time_are_asked_again(ask):
    """Ollama ignores `n`; every further request has a seed of its own."""
    texts, requests = ask(lambda body: (200, completion(f"seed {body['seed']}")), count=4)
    assert texts == ["seed 5", "seed 6", "seed 7", "seed 8"]
    assert [request.get("n") for request in requests] == [4, None, None, None]


def test_endpoints_that_refuse_several_texts_are_asked_for_one(ask):
    """Some answer 400 and do not say why."""

    def answer(body):
        return refusal(400, "only one choice") if "n" in body else (200, completion("one"))

    assert ask(answer, count=3)[0] == ["one", "one", "one"]


def test_a_value_that_is_refused_is_left_out_and_other_values_are_not(ask):
    """One caller's wish for a temperature the endpoint has not is nobody else's."""

    def answer(body):
        if body.get("temperature", 0) > 1:
            return refusal(400, "temperature is at most 1", param="temperature")
        return 200, completion(str(body.get("temperature")))

    wishes = (Sampling(temperature=1.5), Sampling(temperature=0.5), Sampling(temperature=1.5))
    texts, requests = ask(answer, *wishes)
    assert texts == ["None", "0.5", "None"]
    assert len(requests) == 4


def test_settings_an_endpoint_refuses_are_left_out(ask):
    """Models that reason take neither temperature nor `max_tokens`, and need room to think."""

    def answer(body):
        for name in ("max_tokens", "temperature", "top_p"):
            if name in body:
                return refusal(400, f"Unsupported parameter: '{name}'.", param=name)
        return 200, completion("thought through")

    texts, requests = ask(answer)
    assert texts == ["thought through"]
    assert requests[-1]["max_completion_tokens"] > 1_000


@pytest.mark.parametrize(
    "answer",
    [(200, completion()), (200, {"choices": None}), (200, {}), (200, completion("", finish_reason="length"))],
)
def test_an_answer_without_a_text_is_an_error(ask, answer):
    """A model that only thought, or an endpoint that is none, must not look like an empty draft."""
    with pytest.raises(WriterError, match="without a text"):
        ask(lambda _: answer)


def test_half_an_answer_is_read_as_far_as_it_goes(ask):
    """Choices without a message or with odd content count as empty texts."""
    body = completion("whole", "x")
    body["choices"][1]["message"] = {"role": "assistant", "content": None}
    assert ask(lambda _: (200, body), count=2)[0] == ["whole", ""]


def test_what_is_no_json_is_told_so(serve, respond):
    """An address without /v1 often answers a web page."""
    with serve(lambda handler: respond(handler, 200, b"<html>", Content_Type="text/html")) as address:
        writer = RemoteWriter("m", base_url=address)
        with pytest.raises(WriterError, match="without a text"):
            writer.write(ORDER, count=1, sampling=Sampling())
        writer.close()


@pytest.fixture(scope="module")
def llama_server():
    """llama.cpp's own server with the embedded model: its address, and the key it asks for."""
    params = xllamacpp.CommonParams()
    params.model.path = str(find_embedded_model())
    params.n_parallel, params.n_ctx, params.api_keys, params.verbosity = 2, 4096, ["a-key"], -1
    server = xllamacpp.Server(params)
    yield server.listening_address, "a-key"
    del server


@pytest.mark.slow
def test_a_voice_is_written_with_by_a_real_llama_server(llama_server, make_posts):
    """One setting is the whole way to another model: what comes back passed every check, and says who wrote it."""
    address, key = llama_server
    texts = [own_text(post) for post in make_posts(POSTS)]
    writer = open_writer(
        "openai:smollm2:135m", data_dir=Path(), openai_base_url=f"{address}/v1", openai_api_key=key
    )
    found = write_drafts(
        "slow trains",
        writer=writer,
        prompt=build_prompt(texts, creator="@ada"),
        judges=Judges(read_form(texts), CopyGuard(make_posts(POSTS)), like=lambda found: [0.0] * len(found)),
        label="AI",
        count=1,
        rounds=1,
    )
    writer.close()
    assert found.tried == 8
    assert sum(found.withheld.values()) + len(found.drafts) in range(1, 9)


@pytest.mark.slow
def test_a_real_llama_server_that_refuses_the_key_is_told(llama_server):
    """With what to do."""
    address, _ = llama_server
    writer = open_writer(
        "openai:smollm2:135m", data_dir=Path(), openai_base_url=f"{address}/v1", openai_api_key="wrong"
    )
    with pytest.raises(WriterError, match="key"):
        writer.write([Message("user", "x")], count=1, sampling=Sampling())
    writer.close()
