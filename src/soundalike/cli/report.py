"""A trained model on the terminal, and its report as a page."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from soundalike.cli import console

if TYPE_CHECKING:
    from soundalike.drafts.draft import Draft
    from soundalike.storage import Store, TrainedModelRecord
    from soundalike.training.card import Measure, ReportCard
    from soundalike.training.model import TrainedModel
    from soundalike.virality.forecast import Forecaster
    from soundalike.virality.patterns import Pattern
    from soundalike.voice.profile import VoiceProfile

_WIDTH = 44  # characters of the ladder
_TRAITS_SHOWN = 9
_PATTERNS_SHOWN = 10
_CHANCE_SHOWN = 3
_POSTS_SHOWN = 2  # of those a pattern was found in


def show_card(card: "ReportCard") -> None:
    """Print the report card: the share of the gap closed, the ladder, and what stands beside it."""
    from soundalike.training import wording
    from soundalike.training.card import spread

    out = console.console()
    if card.gap_closed:
        out.print(
            f"[bold]{wording.percent(card.gap_closed)}[/bold] of the gap between a model without the voice and the "
            "creator’s own posts is closed by these drafts."
        )
    rows: list[tuple[str, str, Measure, str]] = [
        ("ceiling", f"the creator’s own {card.ceiling.count} held-out posts", card.ceiling, "bold"),
        ("drafts", f"{card.drafts.count}, unselected", card.drafts, console.ACCENT),
        ("floor", "the same model without the voice", card.floor, "dim"),
    ]
    if card.impostors:
        rows.append(("impostors", f"{len(card.impostors)} other writers", spread(card.impostors), "dim"))
    low, high = min(row[2].low for row in rows), max(row[2].high for row in rows)
    for name, remark, measure, style in rows:
        out.print(
            f"  {name:<10}[{style}]{_whisker(measure, low, high)}[/] {measure.value:+6.2f}  "
            f"[dim]{measure.low:+.2f} to {measure.high:+.2f}  {remark}[/dim]"
        )
    novelty = card.novelty
    out.print(
        f"Longest span shared with any post: {novelty.longest_shared_words} words (the guard stops at 8); "
        f"{novelty.too_close} of {novelty.drafts} drafts too close. Novelty {novelty.mean_novelty:.0%}. "
        f"Length, distance from held-out posts: {card.length_distance.value:.2f} "
        f"({card.length_distance.low:.2f}–{card.length_distance.high:.2f}; 0 is the same)."
    )
    if card.withheld:
        reasons = ", ".join(f"{count} {reason}" for reason, count in card.withheld.items())
        out.print(f"Would be withheld when writing: {reasons}, of {novelty.drafts}.", style="dim")
    for note in card.notes:
        out.print(note)
    out.print(f"{card.writer}, seed {card.seed}, {card.seconds:.0f} s.", style="dim")


def show_drafts(drafts: "Sequence[Draft]") -> None:
    """Print drafts with their receipts."""
    from rich.text import Text

    from soundalike.training import wording

    out = console.console()
    for number, draft in enumerate(drafts, start=1):
        out.print(Text(f"{number}  ", style="dim") + Text(console.plain(draft.text), style=console.ACCENT))
        receipts = [
            f"{draft.weighted_length} characters",
            f"likeness {draft.voice_score:+.2f} (the creator’s {draft.ceiling:+.2f})",
            f"novelty {draft.novelty:.0%}",
        ]
        receipts += wording.chances(draft)
        if draft.nearest_post:
            shared = console.plain(draft.nearest_post.shared_text)
            receipts.append(f"nearest post {draft.nearest_post.id}: “{shared}”")
        receipts += [f"check the {flag.kind} “{console.plain(flag.text)}”" for flag in draft.flags]
        out.print(Text("   " + " · ".join(receipts) + "\n", style="dim"))


def show_record(record: "TrainedModelRecord", forecaster: "Forecaster | None") -> None:
    """Print a kept model: traits, patterns, hours, how well its forecaster did, report card."""
    from soundalike.service.keeping import card_of, patterns_of, voice_of

    console.console().print(
        f"[bold]@{record.creator_username}[/bold] v{record.version}  {console.plain(record.model_name)}, trained "
        f"{record.created_at:%-d %b %Y} on {record.base_model}, {record.trainer} trainer. [dim]{record.id}[/dim]"
    )
    show_voice(voice_of(record))
    show_virality(record.creator_username, patterns_of(record), forecaster)
    _show_card(card_of(record))


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
    out.print(f"\n[bold]{len(distinct)} traits[/bold] set it apart from {voice.writers} {whom}")
    for trait in distinct[:_TRAITS_SHOWN]:
        out.print(f"  {wording.trait(trait)}")
    if len(distinct) > _TRAITS_SHOWN:
        out.print(f"  and {len(distinct) - _TRAITS_SHOWN} more", style="dim")


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


def _whisker(measure: "Measure", low: float, high: float) -> str:
    width = max(high - low, 1e-9)
    at = [round((_WIDTH - 1) * (value - low) / width) for value in (measure.low, measure.value, measure.high)]
    line = [" "] * _WIDTH
    line[at[0] : at[2] + 1] = "─" * (at[2] - at[0] + 1)
    line[at[1]] = "●"
    return "".join(line)
