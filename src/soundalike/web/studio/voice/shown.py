"""What the page of a voice shows, gathered from what is kept: every section's values, ready for its template."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from soundalike.accounts import Principal
from soundalike.exports import FORMATS, MOST_EXAMPLES
from soundalike.exports.voice_file import ADAPTER
from soundalike.posts.post import Post
from soundalike.report import charts, rows
from soundalike.service.keeping import card_of, edits_of, patterns_of, voice_of
from soundalike.service.quizzing import total_of
from soundalike.storage import TrainedModelRecord
from soundalike.storage.grounds import read_evidence, read_part_names
from soundalike.training import wording
from soundalike.training.card import ReportCard
from soundalike.training.edits import Edits, favourite_key, shown_voice
from soundalike.training.findings import only_hours, without_hours
from soundalike.virality.patterns import Pattern
from soundalike.voice.profile import VoiceProfile
from soundalike.web.parts import Parts
from soundalike.web.studio.language import _
from soundalike.web.studio.voice.history import history_of
from soundalike.web.studio.voice.origin import origin_of

_NEEDS_ADAPTER: Final = frozenset({"peft", "gguf"})


@dataclass(frozen=True, slots=True)
class Export:
    """A form that a voice can be given away in, or why it cannot."""

    kind: str
    title: str
    why_not: str


def values_of(record: TrainedModelRecord, parts: Parts, who: Principal) -> dict[str, Any]:
    """All that the page shows; what another program wrote has a prompt, and little else."""
    is_ours = isinstance(record.training_data, dict) and record.voice is not None
    voice = voice_of(record) if is_ours else None
    card, patterns, edits = card_of(record), patterns_of(record), edits_of(record)
    posts = _posts(record, parts, _named(voice, patterns, card))
    return {
        "model": record,
        "openai": f"soundalike/@{record.creator_username}",
        "card": card,
        "judged": rows.judged(card, record.creator_username, posts) if card else None,
        "ladder": charts.ladder(card) if card else None,
        "quizzed": total_of(record, parts.store),
        "can_quiz": bool(card and card.texts),
        "profile": _profile(voice, edits, record.creator_username, posts) if voice else None,
        "patterns": _patterns(patterns, record.creator_username, posts) if patterns else None,
        "hours": rows.hours(only_hours(patterns)),
        "rules": edits.rules,
        "origin": list(origin_of(record, parts, who)),
        "exports": list(_exports(record, parts, is_ours=is_ours)),
        "most_examples": MOST_EXAMPLES,
        "history": history_of(record, parts.store),
    }


def _posts(record: TrainedModelRecord, parts: Parts, ids: set[str]) -> dict[str, Post]:
    return read_evidence(parts.store.database, record.user_id, record.creator_username, ids)


def _named(voice: VoiceProfile | None, patterns: Sequence[Pattern], card: ReportCard | None) -> set[str]:
    """Ids of all posts that the page quotes, as far as they are kept."""
    found: set[str] = set()
    for trait in voice.distinct_traits if voice else ():
        found.update(trait.evidence, trait.against)
    above, chance, _few = rows.sorted_out(patterns)
    for pattern in (*above, *chance[: rows.CHANCE_SHOWN]):
        found.update(pattern.evidence_for, pattern.evidence_against)
    return found | {each.post_id for each in (card.novelty.nearest if card else ())}


def _profile(voice: VoiceProfile, edits: Edits, username: str, posts: rows.Posts) -> dict[str, Any]:
    shown = shown_voice(voice, edits)
    return {
        "posts": voice.posts,
        "writers": voice.writers,
        "traits": [rows.trait(each, username, posts) for each in shown.distinct_traits],
        "never": [(each.key, wording.never(each)) for each in shown.never],
        "favourites": list(_favourites(shown)),
        "hidden": list(_hidden(voice, edits)),
    }


def _favourites(voice: VoiceProfile) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """By kind, what is said far more often than by others: each term's key, and its rates in words."""
    for kind, title in wording.FAVOURITE_TITLES.items():
        if found := voice.favourites_of(kind)[: wording.FAVOURITES_TOLD]:
            yield title, [(favourite_key(each.kind, each.text), wording.favourite(each)) for each in found]


def _hidden(voice: VoiceProfile, edits: Edits) -> Iterator[dict[str, Any]]:
    """What is left out of the prompt: the field that shows it again, its key, its name, since when."""
    names = {each.key: each.sentence for each in voice.traits}
    for field, found in (("show_trait", edits.hidden_traits), ("show_favourite", edits.hidden_favourites)):
        for each in found:
            name = names.get(each.key) or f"“{each.key.partition(':')[2]}”"
            yield {"field": field, "key": each.key, "name": name, "at": each.at}


def _patterns(found: Sequence[Pattern], username: str, posts: rows.Posts) -> dict[str, Any]:
    _above, chance, too_few = rows.sorted_out(found)
    features = without_hours(found)
    return {
        "groups": list(rows.groups(found, username, posts)),
        "axis": charts.multiplier_axis(),
        "tried": sum(each.effect is not None for each in features),
        "above": sum(each.above_chance for each in features),
        "more": [rows.pattern(each, found, username, {}) for each in chance[rows.CHANCE_SHOWN :]],
        "too_few": too_few,
    }


def _exports(record: TrainedModelRecord, parts: Parts, *, is_ours: bool) -> Iterator[Export]:
    has_adapter = is_ours and ADAPTER in read_part_names(parts.store.database, record.user_id, record.id)
    for kind, form in FORMATS.items():
        if is_ours or kind == "prompt":  # another program's voice has nothing else
            lacks_adapter = kind in _NEEDS_ADAPTER and not has_adapter
            yield Export(kind, form.title, _("needs the adapter trainer") if lacks_adapter else "")
