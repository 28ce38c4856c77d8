"""`soundalike mcp`: a process that the official client starts, and the raw lines that pass between them."""

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from conftest import VOICED, environment

COMMAND = [sys.executable, "-m", "soundalike", "mcp"]
HELLO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}


@pytest.fixture
def client(trained, tmp_path, llm_address):
    """What `ask` gets from a client that started the server: `client(ask, **settings)`; `trained` is its voice."""

    def asked(ask, **settings):
        env = environment(tmp_path, llm_address) | settings

        async def connect():
            start = StdioServerParameters(command=COMMAND[0], args=COMMAND[1:], env=env, cwd=tmp_path)
            with (tmp_path / "mcp.log").open("w") as log:
                async with Client(stdio_client(start, errlog=log)) as opened:
                    return await ask(opened)

        return asyncio.run(connect())

    return asked


@pytest.mark.slow
def test_every_tool_works_on_what_is_kept_here(client, trained, tmp_path):
    """Listed, written, scored, compared; a voice that is not there is told, and the log is not the protocol."""

    async def use(server):
        listed = await server.call_tool("list_voices", {})
        asked = {"voice": "@swyx", "brief": "agents", "count": 2, "seed": 1}
        written = await server.call_tool("write_draft", asked)
        text = written.structured_content["drafts"][0]["text"]
        scored = await server.call_tool("score_draft", {"voice": trained[:8], "text": text})
        compared = await server.call_tool(
            "compare_drafts", {"voice": "@swyx", "a": "ship it", "b": "we shall ship"}
        )
        unknown = await server.call_tool("score_draft", {"voice": "@nobody", "text": "x"})
        return listed, written, scored, compared, unknown

    listed, written, scored, compared, unknown = client(use)
    assert [voice["modelId"] for voice in listed.structured_content["voices"]] == [trained]
    assert {draft["text"] for draft in written.structured_content["drafts"]} <= set(VOICED)
    assert scored.structured_content["voiceScore"] == written.structured_content["drafts"][0]["voiceScore"]
    assert 0 < compared.structured_content["probability"] < 1
    assert unknown.is_error
    assert "There are “" in unknown.content[0].text
    outcomes = [json.loads(line)["outcome"] for line in (tmp_path / "mcp.log").read_text().splitlines()]
    assert outcomes == ["ok", "ok", "ok", "ok", "unknown_model"]


@pytest.mark.slow
def test_scoring_takes_no_language_model(client):
    """A machine whose model is missing still judges texts, and says what writing lacks."""

    async def use(server):
        scored = await server.call_tool("score_draft", {"voice": "@swyx", "text": "ship it"})
        return scored, await server.call_tool("write_draft", {"voice": "@swyx", "brief": "x"})

    scored, written = client(use, SOUNDALIKE_LLM="gguf:missing.gguf")
    assert not scored.is_error
    assert written.is_error
    assert "missing.gguf" in written.content[0].text


@pytest.mark.slow
def test_the_embedded_model_writes_drafts_of_the_voice(client):
    """The engine is native code that prints; nothing of it reaches the client."""

    async def use(server):
        return await server.call_tool(
            "write_draft", {"voice": "@swyx", "brief": "shipping agents", "count": 1}
        )

    result = client(use, SOUNDALIKE_LLM="embedded")
    assert not result.is_error, result.content[0].text
    (draft,) = result.structured_content["drafts"]
    assert "a spark for editing" in draft["label"]
    assert draft["weightedLength"] <= 280


@pytest.mark.slow
def test_standard_output_carries_the_protocol_alone_and_its_end_ends_the_process(
    trained, tmp_path, llm_address
):
    """Every line is a message of JSON-RPC, an answer to what was asked; broken lines are refused and change nothing."""
    sent = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "list_voices"}},
    ]
    lines = [*map(json.dumps, sent), "this is no message", '{"jsonrpc": "2.0", "id": 3}']
    with subprocess.Popen(
        COMMAND,
        env=os.environ | environment(tmp_path, llm_address),
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        server.stdin.write("\n".join(lines) + "\n")
        server.stdin.flush()
        answers = {}
        while 2 not in answers:
            message = json.loads(server.stdout.readline())
            assert message["jsonrpc"] == "2.0"
            answers[message.get("id")] = message
        server.stdin.close()
        rest = server.stdout.read().splitlines()
        assert server.wait(20) == 0
    assert answers[1]["result"]["serverInfo"]["name"] == "soundalike"
    assert "data" in answers[1]["result"]["instructions"]
    assert answers[2]["result"]["structuredContent"]["voices"][0]["modelId"] == trained
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in rest)


@pytest.mark.slow
def test_a_setting_that_makes_no_sense_ends_it_with_the_reason_on_stderr(tmp_path, llm_address):
    """The client shows it to the user; nothing was said on standard output."""
    env = os.environ | environment(tmp_path, llm_address) | {"DATABASE_URL": "mysql://x"}
    done = subprocess.run(
        COMMAND, env=env, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "DATABASE_URL" in done.stderr


@pytest.mark.slow
def test_ctrl_c_at_a_terminal_ends_it_at_once(tmp_path, llm_address):
    """Whoever started it by hand is told what it is for."""
    controller, terminal = pty.openpty()
    env = os.environ | environment(tmp_path, llm_address)
    with subprocess.Popen(
        COMMAND,
        env=env,
        cwd=tmp_path,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert "This speaks MCP, to a program." in server.stderr.readline()
        hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO}
        os.write(controller, f"{json.dumps(hello)}\n".encode())
        assert json.loads(server.stdout.readline())["id"] == 1  # it waits for the next message by now
        server.send_signal(signal.SIGINT)
        assert server.wait(10) == -signal.SIGINT
    os.close(controller)
    os.close(terminal)
