"""A trained model on the terminal, and its report as a page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from soundalike.cli import console
from soundalike.cli.card import show_card

if TYPE_CHECKING:
    from soundalike.drafts.draft import Draft
    from soundalike.storage import Store, TrainedModelRecord
    from soundalike.training.card import ReportCard
    from soundalike.training.edits import Edits
    from soundalike.training.model import TrainedModel
    from soundalike.virality.forecast import Forecaster
    from soundalike.virality.patterns import Pattern
    from soundalike.voice.profile import VoiceProfile

_TRAITS_SHOWN = 9
_PATTERNS_SHOWN = 10
_CHANCE_SHOWN = 3
_POSTS_SHOWN = 2  # of those a pattern was found in


def show_drafts(drafts: "Sequence[Draft]", ids: "Sequence[str]" = ()) -> None:
    """Print drafts with their receipts, and the ids they are kept by if they are."""
    from rich.text import Text

    from soundalike.training import wording

    out = console.console()
    for number, draft in enumerate(drafts, start=1):
        out.print(Text(f"{number}  ", style="dim") + Text(console.plain(draft.text), style=console.ACCENT))
        receipts = [
            *ids[number - 1 : number],
            f"{draft.weighted_length} characters",
            f"likeness {draft.voice_score:+.2f} (the creator’s {draft.ceiling:+.2f})",
            f"novelty {draft.novelty:.0%}",
        ]
        if draft.coherence is not None:
            receipts.append(f"coherence {draft.coherence:+.1f}")
        receipts += wording.chances(draft)
        if draft.nearest_post:
            shared = console.plain(draft.nearest_post.shared_text)
            receipts.append(f"nearest post {draft.nearest_post.id}: “{shared}”")
        receipts += [f"check the {flag.kind} “{console.plain(flag.text)}”" for flag in draft.flags]
        out.print(Text("   " + " · ".join(receipts) + "\n", style="dim"))


def show_record(record: "TrainedModelRecord", forecaster: "Forecaster | None") -> None:
    """Print a kept model: traits, patterns, hours, how well its forecaster did, report card."""
    from soundalike.service.keeping import card_of, edits_of, patterns_of, voice_of
    from soundalike.training.edits import shown_voice

    edits = edits_of(record)
    console.console().print(
        f"[bold]@{record.creator_username}[/bold] v{record.version}  {console.plain(record.model_name)}, trained "
        f"{record.created_at:%-d %b %Y} on {record.base_model}, {record.trainer} trainer. [dim]{record.id}[/dim]"
    )
    _show_import((record.provenance or {}).get("imported"))
    show_voice(shown_voice(voice_of(record), edits))
    show_edits(edits)
    show_virality(record.creator_username, patterns_of(record), forecaster)
    _show_card(card_of(record))


def _show_import(found: "Mapping[str, Any] | None") -> None:
    """Say where a voice that another installation trained comes from."""
    if found:
        told = f"Imported from {found['from']}, trained {found['trainedAt'][:10]}, signed by {found['signedBy']}."
        console.console().print(console.plain(told), markup=False)


def show_model(model: "TrainedModel") -> None:
    """Print a model just trained."""
    show_voice(model.voice)
    show_virality(model.username, model.patterns, model.forecaster)
    _show_card(model.report)


def _show_card(card: "ReportCard | None") -> None:
    if card:
        console.console().print("\n[bold]Report card[/bold]")
        show_card(card)


def show_voice(voice: "VoiceProfile") -> None:
    """Print what sets the writing apart."""
    from soundalike.training import wording

    out = console.console()
    distinct = voice.distinct_traits
    whom = (
        "other writers"
        if voice.writers_language
        else "other writers, of any language: too few of its own are known"
    )
    told = "trait[/bold] sets" if len(distinct) == 1 else "traits[/bold] set"
    out.print(f"\n[bold]{len(distinct)} {told} it apart from {voice.writers} {whom}")
    for trait in distinct[:_TRAITS_SHOWN]:
        out.print(f"  {wording.trait(trait)}")
    if len(distinct) > _TRAITS_SHOWN:
        out.print(f"  and {len(distinct) - _TRAITS_SHOWN} more", style="dim")
    if voice.never:
        out.print("\n[bold]What it does not do[/bold]")
    for trait in voice.never[:_TRAITS_SHOWN]:
        out.print(f"  {wording.never(trait)}")
    liked = list(wording.favourites(voice))
    if liked:
        out.print("\n[bold]What it says far more often than others[/bold]")
    for title, terms in liked:
        out.print(f"  {title}: {console.plain(terms)}", markup=False)


def show_edits(edits: "Edits") -> bool:
    """Print what was changed about a voice, its rules numbered; returns whether anything was."""
    out = console.console()
    if edits.rules:
        count = f"{len(edits.rules)} rules" if len(edits.rules) > 1 else "One rule"
        out.print(f"\n[bold]{count}[/bold] that every draft keeps")
    for number, kept in enumerate(edits.rules, start=1):
        out.print(f"  {number}  {console.plain(kept.told)}", markup=False)
    if hidden := sorted(edits.hidden_keys):
        out.print(f"Hidden: {console.plain(', '.join(hidden))}", style="dim", markup=False)
    if edits.dismissed:
        gone = console.plain(", ".join(edits.dismissed))
        out.print(f"Removed, and not learned again: {gone}", style="dim", markup=False)
    return bool(edits.rules or hidden or edits.dismissed)


def show_virality(username: str, patterns: "Sequence[Pattern]", forecaster: "Forecaster | None") -> None:
    """Print what lifts a post, with posts to look at, which hours do, and how well a forecast from it did."""
    from soundalike.training import wording
    from soundalike.training.findings import only_hours, without_hours

    out = console.console()
    features, hours = without_hours(patterns), only_hours(patterns)
    out.print(f"\n[bold]What lifts a post[/bold]: {wording.patterns(features)}")
    _show_patterns(username, features)
    if hours:
        out.print(f"\n[bold]Best hours[/bold] (UTC): {wording.hours(hours)}")
    out.print(f"\n[bold]Which wording wins[/bold]: {wording.forecast(username, forecaster)}")


def _show_patterns(username: str, features: "Sequence[Pattern]") -> None:
    from soundalike.training import wording
    from soundalike.training.findings import leading, told_with

    out = console.console()
    apart = leading(features)
    for pattern in apart[:_PATTERNS_SHOWN]:
        out.print(f"  {console.plain(wording.pattern(pattern))}", markup=False)
        if same := "; ".join(each.sentence for each in told_with(pattern, features)):
            out.print(f"    also accounts for: {console.plain(same)}", style="dim", markup=False)
        links = [wording.post_url(username, post_id) for post_id in pattern.evidence_for[:_POSTS_SHOWN]]
        links += [f"against: {wording.post_url(username, each)}" for each in pattern.evidence_against[:1]]
        out.print(f"    {'  '.join(links)}", style="dim", markup=False)
    if len(apart) > _PATTERNS_SHOWN:
        out.print(f"  and {len(apart) - _PATTERNS_SHOWN} more above chance", style="dim")
    chance = [each.sentence for each in features if each.effect is not None and not each.above_chance]
    if chance:
        shown, more = "; ".join(chance[:_CHANCE_SHOWN]), len(chance) - _CHANCE_SHOWN
        rest = f"; and {more} more" if more > 0 else ""
        words = f"  Not distinguishable from chance: {console.plain(shown)}{rest}"
        out.print(words, style="dim", markup=False)


def write_page(
    path: Path, record: "TrainedModelRecord", store: "Store", drafts: "Sequence[Draft]" = ()
) -> None:
    """Write the report page of a kept model."""
    from soundalike.report.page import render
    from soundalike.service.reporting import page_of

    html = render(page_of(record, store=store, drafts=drafts))
    try:
        path.write_text(html, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"The report cannot be written to {path}: {error.strerror}.") from error
