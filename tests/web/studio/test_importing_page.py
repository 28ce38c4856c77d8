"""A voice file imported from the list of voices."""

import re

import pytest

from soundalike.exports.voice_file import MOST_BYTES

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def voice_file(swyx_site):
    """@swyx's voice in a file, signed by another installation."""
    client, _, model_id = swyx_site
    return client.get(f"/api/train-ai/models/{model_id}/export?format=soundalike").content


@pytest.fixture
def send(client):
    """Send the form with a file: `send(content, signer="…")`."""

    def sent(content, name="swyx.soundalike", **fields):
        return client.post("/voices", files={"file": (name, content)}, data=fields, follow_redirects=False)

    return sent


def refusal(answer):
    """What a page says at the field that is wrong."""
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 1
    return re.search(r'<p class="error".*?<span>(.*?)</span>', answer.text, re.DOTALL)[1]


def test_a_file_becomes_a_voice_and_its_page_says_who_signed_it(client, send, voice_file):
    """The same file twice is one voice."""
    first, second = send(voice_file), send(voice_file)
    assert first.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    assert first.headers["location"].endswith("#from")
    html = client.get(first.headers["location"]).text
    assert "from @swyx v1" in html
    assert "Signed by" in html
    assert client.get("/voices").text.count('scope="row"') == 1


def test_what_is_no_voice_is_refused_at_its_field(send, voice_file):
    """Nothing chosen, another file, a file that was changed."""
    assert refusal(send(b"", name="")) == "Choose a voice file."
    assert refusal(send(b"no voice"))
    assert refusal(send(voice_file[:-9]))


def test_the_signer_that_is_named_has_to_have_signed(send, voice_file):
    """What was typed is shown again, as text."""
    assert "Nothing was imported" in refusal(send(voice_file, signer="0" * 32))
    answer = send(voice_file, signer=HOSTILE)
    assert "hexadecimal digits" in refusal(answer)
    assert HOSTILE not in answer.text
    assert 'value="&#34;&gt;' in answer.text


def test_a_creator_who_opted_out_is_not_taken_in(client, send, voice_file):
    """In the workspace that noted it."""
    assert client.put("/api/opt-outs/swyx", json={}).is_success
    assert "asked not to be trained on" in refusal(send(voice_file))
    assert "@swyx" not in client.get("/voices").text


def test_a_file_that_is_too_large_is_refused_before_it_is_read(client):
    """With a page for a browser."""
    large = {"Content-Length": str(2 * MOST_BYTES), "Accept": "text/html"}
    answer = client.post("/voices", content=b"", headers=large)
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.slow
def test_a_file_is_imported_without_a_script(visit, voice_file, tmp_path):
    """Chosen, sent, and shown; nothing is wrong with the page of the form."""
    file = tmp_path / "swyx.soundalike"
    file.write_bytes(voice_file)
    with visit("/voices", width=390, script=False) as seen:
        seen.page.get_by_label("Voice file").set_input_files(file)
        seen.page.get_by_role("button", name="Import").click()
        seen.page.get_by_text("from @swyx v1").wait_for()
    with visit("/voices") as seen:
        assert (seen.faults(), seen.overflow(), seen.complaints) == ([], 0, [])
