"""A voice in a file: whole, signed, without posts; read again it is the same voice, and nothing else is read."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporting import NOW, OTHER, POSTS, SIGNER
from planted import ORDERS
from soundalike.drafts.guard import COPIED_CHARACTERS, COPIED_WORDS, CopyGuard
from soundalike.drafts.rules import Rule
from soundalike.errors import VoiceFileError
from soundalike.exports.values import write_json
from soundalike.exports.voice_file import MOST_BYTES, is_voice_file, read_voice_file, write_voice_file
from soundalike.posts.packing import pack
from soundalike.training.edits import Edits, Hidden, KeptRule
from soundalike.training.lessons import Evidence

GUARD = CopyGuard(POSTS)


def members_of(content):
    """The members of a file, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members, *, packed=zipfile.ZIP_STORED):
    """A zip of these members, in their order."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packed) as archive:
        for name, content in members.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else packed
            archive.writestr(zipfile.ZipInfo(name), content, kind)
    return file.getvalue()


def signed(members, signer=SIGNER, **changes):
    """The file with its manifest changed and made to fit its members, signed anew: what a forger can do."""
    manifest = json.loads(members["manifest.json"]) | changes
    inside = {
        name: each for name, each in members.items() if name == "voice.json" or name.startswith("parts/")
    }
    manifest["members"] = {
        name: {"size": len(each), "sha256": sha256(each).hexdigest()} for name, each in inside.items()
    }
    about = write_json(manifest | {"public_key": signer.public_key.hex()})
    first = {"mimetype": members["mimetype"], "manifest.json": about}
    return zipped(first | {"manifest.sig": signer.sign(about).signature} | inside)


def forged(content, **changes):
    """The file with something in voice.json changed, signed anew by another key."""
    members = members_of(content)
    voice = json.loads(members["voice.json"])
    for name, change in changes.items():
        voice[name] = change(voice[name])
    return signed(members | {"voice.json": write_json(voice)}, OTHER)


def refused(content, says="no voice of Soundalike"):
    """Check that a file is refused, with what to do."""
    with pytest.raises(VoiceFileError, match=says) as caught:
        read_voice_file(content)
    assert caught.value.hint


def texts_in(value):
    """All texts in JSON."""
    match value:
        case str():
            yield value
        case dict():
            for key, each in value.items():
                yield from (key, *texts_in(each))
        case list():
            for each in value:
                yield from texts_in(each)


def test_a_voice_comes_back_as_it_went(subject):
    """Every field of it, and who signed it."""
    found = read_voice_file(write_voice_file(subject, SIGNER))
    assert found.subject == subject
    assert (found.signer, found.consent, found.posts) == (
        SIGNER.fingerprint,
        "own",
        len(subject.prompt.posts),
    )


def test_the_same_voice_gives_the_same_bytes(subject):
    """So that copies can be told to be copies."""
    assert write_voice_file(subject, SIGNER) == write_voice_file(subject, SIGNER)


def test_no_post_is_in_a_file_that_was_not_asked_for_any(voice_file):
    """No text in it shares with a post what a draft may not, and no part of it has a post's first words."""
    members = members_of(voice_file)
    told = [
        text
        for name in ("manifest.json", "voice.json")
        for text in texts_in(json.loads(members[name]))
        if len(text.split()) >= COPIED_WORDS or len(text) >= COPIED_CHARACTERS
    ]
    assert len(told) > 50
    assert not [text for text in told if GUARD.check(text).copied]
    assert not [post for post in POSTS for part in members.values() if post.text.encode()[:40] in part]


def test_posts_that_were_asked_for_are_in_the_file_and_counted(export):
    """In the answer, and in the manifest."""
    made = export("soundalike", 3)
    manifest = json.loads(members_of(made.content)["manifest.json"])
    found = read_voice_file(made.content).subject.trained_prompt.posts
    assert (made.posts, manifest["posts"], len(found)) == (3, 3, 3)
    assert all(GUARD.check(post).copied for post in found)
    assert "It holds 3 posts of @ada, word for word" in made.notes[0]


def test_a_manifest_says_what_the_voice_is(voice_file):
    """To whoever opens the zip: whose, how made, on whose word, how good."""
    manifest = json.loads(members_of(voice_file)["manifest.json"])
    assert (manifest["format"], manifest["creator"], manifest["version"], manifest["consent"]) == (
        1,
        "ada",
        1,
        "own",
    )
    assert manifest["report_card"]["ceiling"]["count"] > 0
    assert manifest["origin"]["provenance"]["fingerprint"]
    assert manifest["public_key"] == SIGNER.public_key.hex()


def test_ids_of_users_and_drafts_stay_behind(subject):
    """What others changed about the voice goes along, who they are does not."""
    rules = (
        KeptRule(Rule("no_emoji"), NOW, "user", "user-1"),
        KeptRule(Rule("no_links"), NOW, "learned", None, Evidence("edits", 3, 3, 0.6, ("draft-1",))),
    )
    edits = Edits((Hidden("lines", NOW, "user", "user-1"),), (), rules)
    content = write_voice_file(replace(subject, edits=edits), SIGNER)
    found = read_voice_file(content).subject.edits
    assert b"user-1" not in content
    assert b"draft-1" not in content
    assert (found.in_force, found.hidden_keys) == (edits.in_force, edits.hidden_keys)


def test_a_voice_file_is_known_by_its_beginning(voice_file, export):
    """Whatever it is called."""
    assert is_voice_file(voice_file[:100])
    assert not is_voice_file(export("prompt").content)
    assert not is_voice_file(zipped({"data/tweets.js": b"[]"}))


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(at=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_every_changed_byte_is_refused_or_harmless(voice_file, at, flip):
    """A byte of the zip's own book-keeping may say nothing; whatever is read is what was signed."""
    content = bytearray(voice_file)
    content[int(at * len(content))] ^= flip
    try:
        found = read_voice_file(bytes(content))
    except VoiceFileError:
        return
    assert found == read_voice_file(voice_file)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_every_changed_byte_of_what_is_signed_is_refused(voice_file, data):
    """Of each member."""
    members = members_of(voice_file)
    name = data.draw(st.sampled_from(sorted(members)))
    content = bytearray(members[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(VoiceFileError):
        read_voice_file(zipped(members | {name: bytes(content)}))


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cut=st.integers(0, 5_000), junk=st.binary(max_size=200))
def test_what_is_cut_off_or_made_up_is_refused(voice_file, cut, junk):
    """And nothing but a VoiceFileError comes of it."""
    for content in (voice_file[:cut], voice_file[: -cut - 30], junk, voice_file[:cut] + junk):
        with pytest.raises(VoiceFileError):
            read_voice_file(content)


def test_a_changed_manifest_is_told_as_such(voice_file):
    """It is the signature that does not fit."""
    members = members_of(voice_file)
    changed = members["manifest.json"].replace(b'"creator": "ada"', b'"creator": "eve"')
    assert changed != members["manifest.json"]
    refused(zipped(members | {"manifest.json": changed}), "not signed by the key that it names")


def test_another_key_may_sign_and_is_named(voice_file):
    """Whose it is the reader has to know."""
    assert read_voice_file(signed(members_of(voice_file), OTHER)).signer == OTHER.fingerprint


def test_a_file_of_a_later_format_says_so(voice_file):
    """With what to do."""
    with pytest.raises(VoiceFileError, match=r"another format.*Upgrade"):
        read_voice_file(signed(members_of(voice_file), format=2))


@pytest.mark.parametrize("missing", ["voice.json", "parts/likeness", "parts/form", "parts/guard"])
def test_a_file_without_a_needed_member_is_refused(voice_file, missing):
    """However well it is signed."""
    members = members_of(voice_file)
    refused(signed({name: each for name, each in members.items() if name != missing}))


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/passwd", "parts/../../evil", "parts/code.py", "C:\\evil", "parts/likeness/"]
)
def test_a_member_of_another_name_is_refused(voice_file, name):
    """Nothing is ever written by a name of a file's, but neither is any other name read."""
    refused(zipped(members_of(voice_file) | {name: b"x"}))


def test_a_name_that_is_given_twice_is_refused(voice_file):
    """Readers would differ on which is meant."""
    file = io.BytesIO(voice_file)
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("voice.json", b"{}")
    refused(file.getvalue())


def test_what_is_packed_is_refused(voice_file):
    """Members are stored as they are, so that no zip can unpack to more than it is."""
    members = members_of(voice_file)
    refused(zipped(members, packed=zipfile.ZIP_DEFLATED))


def test_a_link_is_refused(voice_file):
    """Members are plain files."""
    members, file = members_of(voice_file), io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o120777 if name == "parts/guard" else 0o100600) << 16
            archive.writestr(info, content)
    refused(file.getvalue())


def test_a_part_that_would_fill_the_memory_is_refused(voice_file):
    """It is asked what it takes before it is given it."""
    bomb = pack("likeness", 1, {}, {"numbers": np.zeros(70_000_000)})
    assert len(bomb) < MOST_BYTES / 10
    refused(signed(members_of(voice_file) | {"parts/likeness": bomb}))


def test_a_file_that_is_too_large_is_not_opened(voice_file):
    """Its size is looked at first."""
    refused(voice_file + bytes(MOST_BYTES))


@pytest.mark.parametrize("name", ["prompt", "voice", "patterns", "edits", "trained"])
@pytest.mark.parametrize("value", [None, 7, "text", [], {}, [{}], {"x": 1}])
def test_values_of_another_type_are_refused(voice_file, name, value):
    """However well they are signed."""
    if (name, value) in [("patterns", []), ("edits", {}), ("edits", {"x": 1})]:
        assert read_voice_file(forged(voice_file, **{name: lambda _: value})).subject.patterns is not None
    else:
        refused(forged(voice_file, **{name: lambda _: value}))


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "NaN", "Infinity", "1" + "0" * 400, "9" * 5_000, "1e16"]
)
def test_numbers_out_of_range_are_refused(voice_file, number):
    """Infinite, not a number, or larger than anything that is counted here."""
    members = members_of(voice_file)
    voice = members["voice.json"]
    start = voice.index(b'"seed": ') + len(b'"seed": ')
    end = voice.index(b"\n", start)
    refused(signed(members | {"voice.json": voice[:start] + number.encode() + b"," + voice[end:]}))


def test_json_that_is_too_deep_is_refused(voice_file):
    """Before it fills a stack."""
    members = members_of(voice_file)
    refused(signed(members | {"voice.json": b"[" * 100_000 + b"]" * 100_000}))
    refused(signed(members | {"voice.json": b'{"a":' * 20 + b"1" + b"}" * 20}))


def test_a_key_that_is_given_twice_is_refused(voice_file):
    """As a name."""
    members = members_of(voice_file)
    refused(signed(members | {"voice.json": members["voice.json"].replace(b"{", b'{"voice": 1,', 1)}))


@pytest.mark.parametrize("name", ["traits", "patterns", "posts"])
@pytest.mark.parametrize("order", ["en, plain", "zh", "hidden tags", "base64", "chat tokens"])
def test_orders_to_a_model_are_refused(voice_file, name, order):
    """What a prompt says of a voice is never an order, whoever signed it."""
    planted = forged(voice_file, prompt=lambda prompt: prompt | {name: [ORDERS[order]]})
    with pytest.raises(VoiceFileError):
        read_voice_file(planted)


def test_markup_of_a_terminal_is_refused(voice_file):
    """A sentence of ours has none, and a name loses it."""

    def dressed(voice):
        first, *rest = voice["traits"]
        return voice | {"traits": [first | {"sentence": "[link=https://evil.example]Click[/link]"}, *rest]}

    refused(forged(voice_file, voice=dressed))
    named = signed(members_of(voice_file), name="[bold]Ada[/nonsense]")
    assert read_voice_file(named).subject.name == "(bold)Ada(/nonsense)"


@pytest.mark.parametrize("creator", ["../x", "a b", "", "x" * 16, "<script>", "ada\n"])
def test_a_creator_that_cannot_be_on_x_is_refused(voice_file, creator):
    """The name becomes a file's and a row's."""
    refused(signed(members_of(voice_file), creator=creator))


def test_controls_do_not_travel(subject):
    """They are left out when a voice is written, and refused when one is read."""
    loud = replace(subject, name="Ada\x1b]0;pwned\x07")
    content = write_voice_file(loud, SIGNER)
    assert read_voice_file(content).subject.name == "Ada)0;pwned"
    members = members_of(content)
    named = members["manifest.json"].replace(b'"name": "Ada', b'"name": "\\u001bAda')
    refused(zipped(members | {"manifest.json": named, "manifest.sig": SIGNER.sign(named).signature}))


def test_a_moment_keeps_its_zone(subject):
    """Whatever clock it was written by."""
    moved = replace(subject, origin=replace(subject.origin, trained_at=NOW + timedelta(hours=1)))
    assert read_voice_file(write_voice_file(moved, SIGNER)).subject.origin.trained_at == NOW + timedelta(
        hours=1
    )
