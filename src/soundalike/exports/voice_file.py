"""The portable voice, `.soundalike`: a zip of JSON and packed figures, summed and signed. See docs/voice-file.md.

Nothing in it is code, and nothing unpacks to more than there is room for: its members are stored as they are, and what
is packed within states its size. What is read may come from anywhere, so every name, size, sum, type and number is
checked, and the words that a language model would be told are held to what the training writes.
"""

import io
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC
from hashlib import sha256
from typing import Any, Final

from soundalike import __version__
from soundalike.drafts.orders import gives_orders
from soundalike.drafts.prompt import VoicePrompt
from soundalike.errors import SoundalikeError, VoiceFileError
from soundalike.exports.signing import ALGORITHM, Signature, Signer
from soundalike.exports.subject import MOST_EXAMPLES, Origin, Subject, Trained
from soundalike.exports.values import read_as, read_json, write_json
from soundalike.finetune.keeping import from_bytes as read_adapter
from soundalike.posts.packing import unpacked_bytes
from soundalike.posts.post import read_username
from soundalike.report.timeline import Timeline
from soundalike.training.card import ReportCard
from soundalike.training.edits import Edits
from soundalike.training.learned import LearnedFromBytes
from soundalike.virality.patterns import Pattern
from soundalike.voice.profile import VoiceProfile

MEDIA_TYPE: Final = "application/vnd.soundalike.voice+zip"
FORMAT: Final = 1
MOST_BYTES: Final = 64 << 20
"""Of a voice file; most of one is the guard, which takes some 1.2 KB a post."""

TIMELINE: Final = "timeline"
NEEDED_PARTS: Final = frozenset({"likeness", "form", "guard"})
ADAPTER: Final = "adapter"
PARTS: Final = NEEDED_PARTS | {"forecaster", "rivals", TIMELINE, ADAPTER}
"""What a voice keeps to write, score, compare and be shown with; all but the needed ones may be missing."""

_KIND, _MANIFEST, _SIGNATURE, _VOICE = "mimetype", "manifest.json", "manifest.sig", "voice.json"
_PART: Final = "parts/"
_PLAIN: Final = frozenset({_KIND, _MANIFEST, _SIGNATURE, _VOICE})
_NAMES: Final = _PLAIN | {f"{_PART}{name}" for name in PARTS}
_LARGEST_JSON: Final = 8 << 20
_MOST_UNPACKED: Final = 512 << 20
_KIND_AT: Final = 30  # bytes from the beginning of a zip to the name of its first member
_UTF8: Final = 0x800  # the one flag a member may have
_MADE: Final = (1980, 1, 1, 0, 0, 0)  # the time of all members, so that the same voice gives the same bytes
_LONGEST_NAME: Final = 200
_MOST_SENTENCES: Final = 1_000
_LONGEST_SENTENCE: Final = 1_000  # characters; no example of a prompt is longer
_DAMAGE: Final = (
    *(zipfile.BadZipFile, EOFError, RuntimeError, RecursionError),
    *(ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, MemoryError),
)


@dataclass(frozen=True, slots=True)
class _Contents:
    """What lies in voice.json."""

    voice: VoiceProfile
    patterns: tuple[Pattern, ...]
    prompt: VoicePrompt
    edits: Edits
    trained: Trained


@dataclass(frozen=True, slots=True)
class _Member:
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What lies in manifest.json, less the format."""

    made_by: str
    creator: str
    name: str
    version: int
    origin: Origin
    consent: str | None
    report_card: ReportCard | None
    posts: int
    public_key: str
    members: Mapping[str, _Member]


@dataclass(frozen=True, slots=True)
class VoiceFile:
    """A voice that was read.

    `signer` is the fingerprint of the key that signed it, `consent` on whose word it was made, `posts` how many of the
    creator's it holds, `digest` the SHA-256 of its manifest: what it is known by.
    """

    subject: Subject
    signer: str
    made_by: str
    consent: str | None
    posts: int
    digest: str


def is_voice_file(beginning: bytes) -> bool:
    """Whether a file that begins so says it is a voice; some hundred bytes are enough."""
    return beginning[_KIND_AT:].startswith(f"{_KIND}{MEDIA_TYPE}".encode())


def write_voice_file(subject: Subject, signer: Signer) -> bytes:
    """The voice in a file, signed; with the posts that its prompt has as examples, and with no other.

    The same voice signed by the same key gives the same bytes. Ids of users and of drafts stay behind.
    """
    members = {_VOICE: write_json(_contents(subject))}
    members |= {f"{_PART}{name}": part for name, part in sorted(subject.parts.items()) if name in PARTS}
    manifest = write_json(_manifest(subject, signer, members))
    signature = signer.sign(manifest).signature
    first = {_KIND: MEDIA_TYPE.encode(), _MANIFEST: manifest, _SIGNATURE: signature}
    return _zipped(first | members)


def read_voice_file(content: bytes) -> VoiceFile:
    """Read a voice, and prove that it is whole and signed by whom it says.

    Raises:
        VoiceFileError: It is no voice, of another format, damaged, changed since it was signed, or holds what a voice
            does not: too much, numbers out of range, orders to a language model.
    """
    with _explained():
        members = _unzipped(content)
        values = read_json(members[_MANIFEST])
        if values["format"] != FORMAT:
            raise VoiceFileError(
                "The voice file is of another format than this version reads.", hint="Upgrade Soundalike."
            )
        manifest = read_as(_Manifest, values)
        signature = _check_signed(manifest, members)
        _check_sums(manifest, members)
        contents = read_as(_Contents, read_json(members[_VOICE]))
        subject = _checked(_subject(manifest, contents, members))
    return VoiceFile(
        subject=subject,
        signer=signature.signer,
        made_by=manifest.made_by,
        consent=manifest.consent,
        posts=len(subject.trained_prompt.posts),
        digest=sha256(members[_MANIFEST]).hexdigest(),
    )


def _contents(subject: Subject) -> dict[str, Any]:
    return {
        "voice": subject.voice.to_json(),
        "patterns": [pattern.to_json() for pattern in subject.patterns],
        "prompt": subject.trained_prompt.to_json(),
        "edits": _impersonal(subject.edits).to_json(),
        "trained": asdict(subject.trained),
    }


def _impersonal(edits: Edits) -> Edits:
    """The edits without the ids of those who made them, and of the drafts they were learned from."""
    rules = (
        replace(each, who=None, evidence=each.evidence and replace(each.evidence, drafts=()))
        for each in edits.rules
    )
    traits, favourites = (
        tuple(replace(each, who=None) for each in hidden)
        for hidden in (edits.hidden_traits, edits.hidden_favourites)
    )
    return replace(edits, rules=tuple(rules), hidden_traits=traits, hidden_favourites=favourites)


def _manifest(subject: Subject, signer: Signer, members: Mapping[str, bytes]) -> dict[str, Any]:
    origin = subject.origin
    return {
        "format": FORMAT,
        "made_by": f"soundalike {__version__}",
        "creator": subject.username,
        "name": subject.name[:_LONGEST_NAME],
        "version": subject.version,
        "origin": asdict(origin) | {"trained_at": origin.trained_at.astimezone(UTC).isoformat()},
        "consent": origin.provenance.get("consent"),
        "report_card": subject.card.to_json() if subject.card else None,
        "posts": len(subject.trained_prompt.posts),
        "algorithm": ALGORITHM,
        "public_key": signer.public_key.hex(),
        "members": {
            name: {"size": len(content), "sha256": sha256(content).hexdigest()}
            for name, content in members.items()
        },
    }


def _zipped(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _MADE)
            info.create_system, info.external_attr = 3, (stat.S_IFREG | 0o600) << 16
            archive.writestr(info, content)
    return file.getvalue()


def _unzipped(content: bytes) -> dict[str, bytes]:
    """The members; of a zip in which anything but plain stored files of known names lies, a ValueError or the like."""
    if len(content) > MOST_BYTES:
        raise ValueError("too large")
    if not is_voice_file(content[:100]):
        raise ValueError("kind")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        listed = archive.infolist()
        names = [info.filename for info in listed]
        if len(set(names)) != len(names) or not set(names) <= _NAMES:
            raise ValueError("names")
        for info in listed:
            _check_plain(info)
        if sum(info.file_size for info in listed) > len(content):
            raise ValueError("members that lie upon each other")
        return {info.filename: archive.read(info) for info in listed}


def _check_plain(info: zipfile.ZipInfo) -> None:
    mode = info.external_attr >> 16
    is_plain = not stat.S_IFMT(mode) or stat.S_ISREG(mode)
    is_stored = info.compress_type == zipfile.ZIP_STORED and info.compress_size == info.file_size
    is_json = info.filename in {_MANIFEST, _VOICE}
    if (
        not (is_plain and is_stored)
        or info.flag_bits & ~_UTF8
        or (is_json and info.file_size > _LARGEST_JSON)
    ):
        raise ValueError(info.filename)


def _check_signed(manifest: _Manifest, members: Mapping[str, bytes]) -> Signature:
    signature = Signature(bytes.fromhex(manifest.public_key), members[_SIGNATURE])
    if not signature.fits(members[_MANIFEST]):
        raise VoiceFileError(
            "The voice file is not signed by the key that it names: it was changed, or damaged.",
            hint="Ask whoever gave it to you for another copy. Nothing was imported.",
        )
    return signature


def _check_sums(manifest: _Manifest, members: Mapping[str, bytes]) -> None:
    stated = {name: (member.size, member.sha256) for name, member in manifest.members.items()}
    found = {
        name: (len(content), sha256(content).hexdigest())
        for name, content in members.items()
        if name not in _PLAIN or name == _VOICE
    }
    if stated != found or members[_KIND] != MEDIA_TYPE.encode():
        raise ValueError("sums")


def _subject(manifest: _Manifest, contents: _Contents, members: Mapping[str, bytes]) -> Subject:
    return Subject(
        username=_username(manifest.creator),
        name=_plain(manifest.name),
        version=manifest.version,
        trained_prompt=contents.prompt,
        voice=contents.voice,
        patterns=contents.patterns,
        edits=contents.edits,
        card=manifest.report_card,
        origin=replace(
            manifest.origin,
            trainer=_plain(manifest.origin.trainer or ""),
            writer=_plain(manifest.origin.writer or ""),
        ),
        trained=contents.trained,
        parts={name.removeprefix(_PART): part for name, part in members.items() if name.startswith(_PART)},
    )


def _username(text: str) -> str:
    if read_username(text) != text:
        raise ValueError("creator")
    return text


def _plain(text: str) -> str:
    """A name without what a terminal's markup is made of."""
    return text[:_LONGEST_NAME].translate({ord("["): "(", ord("]"): ")"})


def _checked(subject: Subject) -> Subject:
    """A voice that can be used: its parts can be read, its sentences are such as training writes, none is an order."""
    prompt = subject.trained_prompt
    if not (0 < len(subject.name) <= _LONGEST_NAME and 0 < subject.version < 1_000_000):  # noqa: PLR2004 - a bound
        raise ValueError("name")
    if len(prompt.posts) > MOST_EXAMPLES or not subject.parts.keys() >= NEEDED_PARTS:
        raise ValueError("parts")
    if prompt.creator.removeprefix("@").lower() != subject.username.lower() or prompt.rules:
        raise ValueError("prompt")
    if sum(map(unpacked_bytes, subject.parts.values())) > _MOST_UNPACKED:
        raise ValueError("parts too large")
    for read in _readers(subject):
        read()
    told = (*prompt.traits, *prompt.patterns, *prompt.posts, *prompt.plain, *prompt.contrasts)
    if len(told) > _MOST_SENTENCES or any(len(each) > _LONGEST_SENTENCE for each in told):
        raise ValueError("sentences")
    if any("[" in each or "]" in each for each in _shown(subject)):
        raise ValueError("markup")
    if any(map(gives_orders, told)):
        raise VoiceFileError(
            "The voice file holds orders to a language model where sentences about a voice should be.",
            hint="Do not trust whoever gave it to you. Nothing was imported.",
        )
    return subject


def _shown(subject: Subject) -> Iterator[str]:
    """Sentences that our own code writes, and a terminal shows as they are."""
    yield from (trait.sentence for trait in subject.voice.traits)
    yield from (pattern.sentence for pattern in subject.patterns)
    if card := subject.card:
        yield from (*card.notes, *card.withheld, card.writer, *(each.key for each in card.contrasts))


def _readers(subject: Subject) -> Iterator[Callable[[], object]]:
    """What has to work; a forecaster of another version need not, as the voice does without."""
    learned = LearnedFromBytes(subject.parts)
    yield lambda: learned.likeness.score(["a text", "another"])
    yield lambda: learned.form
    yield lambda: learned.guard.check("a text of some words")
    yield lambda: learned.rivals
    yield lambda: subject.prompt.instructions
    if TIMELINE in subject.parts:
        yield lambda: Timeline.from_bytes(subject.parts[TIMELINE])
    if ADAPTER in subject.parts:
        yield lambda: read_adapter(subject.parts[ADAPTER])


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except VoiceFileError:
        raise
    except (SoundalikeError, *_DAMAGE) as error:
        raise VoiceFileError(
            "The file is no voice of Soundalike, or it is damaged.",
            hint="Name a file that `soundalike export --format soundalike` made, or another copy of it.",
        ) from error
