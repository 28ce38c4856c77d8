"""Taking in a voice that another installation exported."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from soundalike.errors import ConsentRequired, CreatorOptedOut, VoiceFileError
from soundalike.exports.signing import read_fingerprint
from soundalike.exports.voice_file import ADAPTER, VoiceFile, read_voice_file
from soundalike.service.keeping import with_edits
from soundalike.service.training import PERMITTED
from soundalike.storage import Store, TrainedModelRecord
from soundalike.training.edits import Edits

_PROMPT: Final = "prompt"


@dataclass(frozen=True, slots=True)
class Imported:
    """A voice that was taken in, and what there is to say of it."""

    record: TrainedModelRecord
    signer: str
    posts: int
    notes: tuple[str, ...]


def import_voice(
    content: bytes,
    *,
    store: Store,
    workspace_id: UUID,
    own_signer: str,
    is_opted_out: Callable[[UUID, str], bool],
    at: datetime,
    signer: str | None = None,
) -> Imported:
    """Keep the voice that lies in a file, as the creator's next version here; the same file twice is one voice.

    Args:
        content: The file.
        store: Where voices are kept.
        workspace_id: Who imports it.
        own_signer: The fingerprint of this installation's key.
        is_opted_out: Whether a creator does not want to be trained on, for a workspace.
        at: The present.
        signer: The fingerprint of the key that has to have signed it; any by default.

    Raises:
        SettingsError: `signer` is no fingerprint.
        VoiceFileError: The file is no voice, is damaged, was changed since it was signed, or another key signed it.
        CreatorOptedOut: The creator does not want to be trained on.
        ConsentRequired: The voice has the creator's writing in weights, and states no permission for it.
    """
    wanted = read_fingerprint(signer) if signer else None
    found = read_voice_file(content)
    if wanted not in {None, found.signer}:
        raise VoiceFileError(
            f"The voice file is signed by {found.signer}, not by {wanted}.",
            hint="Ask whoever gave it to you which key is theirs. Nothing was imported.",
        )
    _check_allowed(found, is_opted_out, workspace_id)
    record = _record(found, workspace_id, at)
    kept = store.save_model(record, parts=found.subject.parts)
    return Imported(kept, found.signer, found.posts, tuple(_notes(found, own_signer, wanted)))


def _check_allowed(found: VoiceFile, is_opted_out: Callable[[UUID, str], bool], workspace_id: UUID) -> None:
    subject = found.subject
    if is_opted_out(workspace_id, subject.username):
        raise CreatorOptedOut.of(subject.username)
    has_weights = subject.origin.trainer != _PROMPT or ADAPTER in subject.parts
    if has_weights and found.consent not in PERMITTED:
        raise ConsentRequired(
            f"The voice of @{subject.username} has their writing in its weights, and states no permission for it.",
            hint="Ask whoever made it to state on whose word it was trained.",
        )


def _record(found: VoiceFile, workspace_id: UUID, at: datetime) -> TrainedModelRecord:
    subject, origin, trained = found.subject, found.subject.origin, found.subject.trained
    record = TrainedModelRecord(
        id=uuid5(workspace_id, f"voice file {found.digest}"),
        user_id=workspace_id,
        creator_username=subject.username,
        model_name=subject.name,
        model_prompt=subject.trained_prompt.instructions,
        training_data={
            "seed": trained.seed,
            "selectedIds": list(trained.selected_ids),
            "seenIds": list(trained.seen_ids),
            "heldOutIds": list(trained.held_out_ids),
            "pickedIds": list(trained.picked_ids),
            "prompt": subject.trained_prompt.to_json(),
        },
        created_at=at,
        trainer=origin.trainer,
        base_model=origin.writer,
        voice=subject.voice.to_json(),
        patterns=[pattern.to_json() for pattern in subject.patterns],
        report=subject.card.to_json() if subject.card else None,
        provenance=dict(origin.provenance) | _imported(found, at),
        total_engagement=origin.total_engagement,
        posts_count=origin.posts,
    )
    return with_edits(record, subject.edits) if subject.edits != Edits() else record


def _imported(found: VoiceFile, at: datetime) -> dict[str, Any]:
    """Where the voice comes from; what is known of an earlier import stays."""
    subject, before = found.subject, found.subject.origin.provenance.get("imported")
    told = {
        "from": f"@{subject.username} v{subject.version}",
        "modelId": subject.origin.model_id,
        "trainedAt": subject.origin.trained_at.isoformat(),
        "signedBy": found.signer,
        "madeBy": found.made_by,
        "sha256": found.digest,
        "posts": found.posts,
        "at": at.isoformat(),
    }
    return {"imported": told} | ({"importedBefore": before} if before else {})


def _notes(found: VoiceFile, own_signer: str, wanted: str | None) -> list[str]:
    if found.signer == own_signer:
        whose = "this installation's own key"
    elif wanted:
        whose = "the key that you named"
    else:
        whose = "a key that is not this installation's: compare it with the one its maker shows"
    notes = [f"Signed by {found.signer}, {whose}.", f"Consent stated: {found.consent or 'none'}."]
    if not found.posts:
        notes.append(
            "It holds no posts: a model that follows instructions writes well with it, a small one less so."
        )
    return notes
