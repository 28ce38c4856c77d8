"""Where a voice comes from: on whose word, of which posts, with what, and what of it will be deleted when."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from soundalike.accounts import Principal
from soundalike.errors import Unknown
from soundalike.posts.post import Window
from soundalike.storage import TrainedModelRecord, TrainingSession
from soundalike.storage.grounds import KeptPosts, read_kept_posts
from soundalike.storage.job_records import JobKey, Kind
from soundalike.web.parts import Parts

CONSENT: Final = {
    "own": "the account is the user’s own",
    "permission": "with the creator’s permission",
    "research": "for research",
}
"""On whose word, as a sentence goes on."""

_BASIS: Final = {
    "own": "The account is the user’s own",
    "permission": "Permission of the creator",
    "research": "Research",
}
_SOURCES: Final = {
    "api": "twitterapi.io",
    "archive": "an X archive",
    "file": "a file",
    "request": "the posts sent with the request",
    "x": "the API of X",
}
_GROUP: Final = 4


class Fact(NamedTuple):
    """A line about where a voice comes from; `link` leads to more, `is_code` sets it in fixed width."""

    name: str
    told: str
    link: str = ""
    is_code: bool = False


def origin_of(record: TrainedModelRecord, parts: Parts, who: Principal) -> Iterator[Fact]:
    """All that is known of a voice's origin, the word it rests on first."""
    known = record.provenance or {}
    settings = known.get("settings") or {}
    session = _session(record, parts)
    yield Fact("Basis", _basis(known.get("consent"), record, session, parts))
    if "collected" in known:
        yield Fact(
            "Posts", f"{known['kept']:,} kept of {known['collected']:,}{_window(settings)}{_source(settings)}"
        )
    yield _deletion(parts, who, record.creator_username)
    yield from _learned(record, settings)
    yield from _made_with(record, known)
    yield from _imported(known)
    if session:
        yield Fact("Session", f"{session.created_at:%-d %B %Y}", f"/sessions/{session.id}")


def _basis(
    consent: str | None, record: TrainedModelRecord, session: TrainingSession | None, parts: Parts
) -> str:
    """On whose word, recorded by whom and when."""
    if consent is None:
        return "None stated"
    at = session.created_at if session else record.created_at
    by = f" by {name}" if (name := session and _recorder(session, parts)) else ""
    return f"{_BASIS.get(consent, consent)}, recorded{by} on {at:%-d %B %Y}"


def _recorder(session: TrainingSession, parts: Parts) -> str | None:
    """Who asked for the collection, else for the training; None where no job says it."""
    kinds: tuple[Kind, ...] = ("collect", "train")
    for kind in kinds:
        try:
            job = parts.store.jobs.get(session.user_id, JobKey(session.id, kind))
            if job.requested_by:
                return parts.accounts.users.get(job.requested_by).name
        except Unknown:
            continue
    return None


def _session(record: TrainedModelRecord, parts: Parts) -> TrainingSession | None:
    if record.session_id is None:
        return None
    try:
        return parts.store.get_session(record.user_id, record.session_id)
    except Unknown:
        return None


def _window(settings: Mapping[str, Any]) -> str:
    if "asOf" not in settings:
        return ""
    window = Window.months_before(datetime.fromisoformat(settings["asOf"]), settings["months"])
    return f", {window.start:%-d %B %Y} to {window.end:%-d %B %Y}"


def _source(settings: Mapping[str, Any]) -> str:
    source = settings.get("source")
    return f", from {_SOURCES.get(source, source)}" if source else ""


def _deletion(parts: Parts, who: Principal, username: str) -> Fact:
    """When the posts go; the voice stays."""
    kept = read_kept_posts(parts.store.database, who.workspace_id, username)
    if not kept.count or kept.first_fetched is None or kept.last_fetched is None:
        return Fact("Posts kept", "None. The voice has its figures, the ids of the posts, and its prompt.")
    days = parts.accounts.workspaces.get(who.user_id, who.workspace_id).retention_days
    days = parts.settings.soundalike_retention_days if days is None else days
    if not days:
        return Fact("Posts kept", f"{kept.count:,}, until somebody deletes them")
    return Fact(
        "Deleted on", f"{_span(kept, days)}, {days} days after collecting. The voice stays, the posts go."
    )


def _span(kept: KeptPosts, days: int) -> str:
    after = timedelta(days=days)
    first, last = ((at + after) if at else None for at in (kept.first_fetched, kept.last_fetched))
    if first is None or last is None or first.date() == last.date():
        return f"{last or first:%-d %B %Y}"
    return f"{first:%-d %B %Y} to {last:%-d %B %Y}"


def _learned(record: TrainedModelRecord, settings: Mapping[str, Any]) -> Iterator[Fact]:
    """How many viral posts were chosen by which gate, and how the others were used."""
    gate = settings.get("minEngagement")
    by = f"; gate {gate:,}" if isinstance(gate, int) else f"; gate {gate}" if gate else ""
    if record.posts_count:
        yield Fact("Selected", f"{record.posts_count:,} viral posts{by}")
    data = record.training_data
    if isinstance(data, dict) and "seenIds" in data:
        seen, held_out = len(data["seenIds"]), len(data["heldOutIds"])
        yield Fact("Learned from", f"{seen:,} posts; {held_out:,} later ones were held out to grade it on")


def _made_with(record: TrainedModelRecord, known: Mapping[str, Any]) -> Iterator[Fact]:
    """Trainer, language model, seed, fingerprint, versions: enough to do it again."""
    yield Fact("Trainer", "adapter" if record.trainer == "lora" else record.trainer or "not known")
    if record.base_model:
        yield Fact("Language model", record.base_model)
    if tuning := known.get("tuning"):
        yield Fact("Tuning", _tuned(tuning))
    if "seed" in known:
        yield Fact("Seed", str(known["seed"]))
    if print_ := str(known.get("fingerprint") or ""):
        groups = [print_[at : at + _GROUP] for at in range(0, len(print_), _GROUP)]
        yield Fact("Fingerprint of the posts", " ".join(groups), is_code=True)
    if versions := known.get("versions"):
        yield Fact("Made with", ", ".join(f"{name} {number}" for name, number in versions.items()))
    yield Fact("Model id", str(record.id), is_code=True)


def _tuned(tuning: Mapping[str, Any]) -> str:
    recipe = tuning.get("recipe") or {}
    return (
        f"{tuning['base']}, {tuning['posts']:,} posts, {tuning['steps']:,} steps in {tuning['seconds']:.0f} s, "
        f"rank {recipe.get('rank')}: {tuning['bits_before']:.2f} to {tuning['bits_after']:.2f} bits a character"
    )


def _imported(known: Mapping[str, Any]) -> Iterator[Fact]:
    """What the file said that a voice was imported from."""
    if found := known.get("imported"):
        at = datetime.fromisoformat(found["at"])
        yield Fact("Imported", f"{at:%-d %B %Y}, from {found['from']}, trained {found['trainedAt'][:10]}")
        yield Fact("Signed by", str(found["signedBy"]), is_code=True)
