"""Where a voice comes from: on whose word, of which posts, with what, and what of it will be deleted when."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from soundalike.accounts import Principal
from soundalike.errors import Unknown
from soundalike.posts.post import Window
from soundalike.storage import TrainedModelRecord, TrainingSession
from soundalike.storage.grounds import read_kept_posts
from soundalike.storage.job_records import JobKey, Kind
from soundalike.web.parts import Parts
from soundalike.web.studio.language import N_, _, ngettext
from soundalike.web.studio.words import figure, long_date, number, trainer

CONSENT: Final = {
    "own": N_("the account is the user’s own"),
    "permission": N_("with the creator’s permission"),
    "research": N_("for research"),
}
"""On whose word, as a sentence goes on."""

_BASIS: Final = {
    "own": N_("The account is the user’s own"),
    "permission": N_("Permission of the creator"),
    "research": N_("Research"),
}
_SOURCES: Final = {
    "api": N_("from twitterapi.io"),
    "archive": N_("from an X archive"),
    "file": N_("from a file"),
    "request": N_("from the posts sent with the request"),
    "x": N_("from the API of X"),
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
    yield Fact(_("Basis"), _basis(known.get("consent"), record, session, parts))
    if "collected" in known:
        yield Fact(_("Posts"), ", ".join(_collected(known, settings)))
    yield _deletion(parts, who, record.creator_username)
    yield from _learned(record, settings)
    yield from _made_with(record, known)
    yield from _imported(known)
    if session:
        yield Fact(_("Session"), long_date(session.created_at), f"/sessions/{session.id}")


def _basis(
    consent: str | None, record: TrainedModelRecord, session: TrainingSession | None, parts: Parts
) -> str:
    """On whose word, recorded by whom and when."""
    if consent is None:
        return _("None stated")
    date = long_date(session.created_at if session else record.created_at)
    name = session and _recorder(session, parts)
    recorded = (
        _("recorded by %(name)s on %(date)s", name=name, date=date)
        if name
        else _("recorded on %(date)s", date=date)
    )
    return f"{_(_BASIS[consent]) if consent in _BASIS else consent}, {recorded}"


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


def _collected(known: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[str]:
    """How many posts, of which window, and where they came from."""
    kept, collected = number(known["kept"]), number(known["collected"])
    yield _("%(kept)s kept of %(collected)s", kept=kept, collected=collected)
    if "asOf" in settings:
        window = Window.months_before(datetime.fromisoformat(settings["asOf"]), settings["months"])
        yield _from_to(window.start, window.end)
    if source := settings.get("source"):
        yield _(_SOURCES[source]) if source in _SOURCES else _("from %(source)s", source=source)


def _from_to(start: datetime, end: datetime) -> str:
    return _("%(start)s to %(end)s", start=long_date(start), end=long_date(end))


def _deletion(parts: Parts, who: Principal, username: str) -> Fact:
    """When the posts go; the voice stays."""
    kept = read_kept_posts(parts.store.database, who.workspace_id, username)
    if not kept.count or kept.first_fetched is None or kept.last_fetched is None:
        return Fact(
            _("Posts kept"), _("None. The voice has its figures, the ids of the posts, and its prompt.")
        )
    days = parts.accounts.workspaces.get(who.user_id, who.workspace_id).retention_days
    days = parts.settings.soundalike_retention_days if days is None else days
    if not days:
        return Fact(_("Posts kept"), _("%(count)s, until somebody deletes them", count=number(kept.count)))
    told = ngettext(
        "%(when)s, %(num)s day after collecting. The voice stays, the posts go.",
        "%(when)s, %(num)s days after collecting. The voice stays, the posts go.",
        days,
        when=_span(kept.first_fetched + timedelta(days), kept.last_fetched + timedelta(days)),
    )
    return Fact(_("Deleted on"), told)


def _span(first: datetime, last: datetime) -> str:
    return long_date(last) if first.date() == last.date() else _from_to(first, last)


def _learned(record: TrainedModelRecord, settings: Mapping[str, Any]) -> Iterator[Fact]:
    """How many viral posts were chosen by which gate, and how the others were used."""
    if record.posts_count:
        yield Fact(_("Selected"), _selected(number(record.posts_count), settings.get("minEngagement")))
    data = record.training_data
    if isinstance(data, dict) and "seenIds" in data:
        seen, held_out = len(data["seenIds"]), len(data["heldOutIds"])
        told = _(
            "%(seen)s posts; %(held_out)s later ones were held out to grade it on",
            seen=number(seen),
            held_out=number(held_out),
        )
        yield Fact(_("Learned from"), told)


def _selected(count: str, gate: int | str | None) -> str:
    if not gate:
        return _("%(count)s viral posts", count=count)
    least = number(gate) if isinstance(gate, int) else gate
    return _("%(count)s viral posts; gate %(gate)s", count=count, gate=least)


def _made_with(record: TrainedModelRecord, known: Mapping[str, Any]) -> Iterator[Fact]:
    """Trainer, language model, seed, fingerprint, versions: enough to do it again."""
    yield Fact(_("Trainer"), trainer(record.trainer) if record.trainer else _("not known"))
    if record.base_model:
        yield Fact(_("Language model"), record.base_model)
    if tuning := known.get("tuning"):
        yield Fact(_("Tuning"), _tuned(tuning))
    if "seed" in known:
        yield Fact(_("Seed"), str(known["seed"]))
    if print_ := str(known.get("fingerprint") or ""):
        groups = [print_[at : at + _GROUP] for at in range(0, len(print_), _GROUP)]
        yield Fact(_("Fingerprint of the posts"), " ".join(groups), is_code=True)
    if versions := known.get("versions"):
        yield Fact(_("Made with"), ", ".join(f"{name} {number}" for name, number in versions.items()))
    yield Fact(_("Model id"), str(record.id), is_code=True)


def _tuned(tuning: Mapping[str, Any]) -> str:
    recipe = tuning.get("recipe") or {}
    return _(
        "%(base)s, %(posts)s posts, %(steps)s steps in %(seconds)s s, rank %(rank)s: %(before)s to %(after)s bits a "
        "character",
        base=tuning["base"],
        posts=number(tuning["posts"]),
        steps=number(tuning["steps"]),
        seconds=f"{tuning['seconds']:.0f}",
        rank=recipe.get("rank"),
        before=figure(tuning["bits_before"], ".2f"),
        after=figure(tuning["bits_after"], ".2f"),
    )


def _imported(known: Mapping[str, Any]) -> Iterator[Fact]:
    """What the file said that a voice was imported from."""
    if found := known.get("imported"):
        told = _(
            "%(date)s, from %(source)s, trained %(trained)s",
            date=long_date(datetime.fromisoformat(found["at"])),
            source=found["from"],
            trained=found["trainedAt"][:10],
        )
        yield Fact(_("Imported"), told)
        yield Fact(_("Signed by"), str(found["signedBy"]), is_code=True)
