"""A report card on the terminal."""

from typing import TYPE_CHECKING

from soundalike.cli import console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from soundalike.training.card import ReportCard
    from soundalike.training.pools import Measure

_WIDTH = 44  # characters of the ladder


def show_card(card: "ReportCard") -> None:
    """Print the report card: the share of the gap closed, the ladder, and what stands beside it."""
    from soundalike.training import card_wording, wording

    out = console.console()
    for measure, whose in card_wording.headlines(card):
        out.print(f"[bold]{wording.percent(measure)}[/bold] of the gap is closed {whose}.")
    if card.gap_closed:
        out.print("The gap: from a model without the voice to the creator’s own posts.", style="dim")
    _show_ladder(card)
    _say(card_wording.overdone(card))
    _say(card_wording.picked(card), dim=True)
    _show_attribution(card)
    _show_contrasts(card)
    _show_novelty(card)
    if card.sense:
        _say(card_wording.sense(card.sense))
    if card.bits:
        _say(card_wording.bits(card.bits))
    if card.withheld:
        reasons = ", ".join(f"{count} {reason}" for reason, count in card.withheld.items())
        _say(f"Would be withheld when writing: {reasons}, of {card.novelty.drafts}.", dim=True)
    for note in (*card.notes, card_wording.lacking(card)):
        _say(note)
    _say(f"{card.writer}, seed {card.seed}, {card.seconds:.0f} s.", dim=True)


def _show_ladder(card: "ReportCard") -> None:
    rows = list(_ladder(card))
    low, high = min(row[2].low for row in rows), max(row[2].high for row in rows)
    for name, remark, measure, style in rows:
        console.console().print(
            f"  {name:<10}[{style}]{_whisker(measure, low, high)}[/] {measure.value:+6.2f}  "
            f"[dim]{measure.low:+.2f} to {measure.high:+.2f}  {remark}[/dim]"
        )


def _ladder(card: "ReportCard") -> "Iterator[tuple[str, str, Measure, str]]":
    from soundalike.training.card import spread

    yield "ceiling", f"the creator’s own {card.ceiling.count} held-out posts", card.ceiling, "bold"
    yield "drafts", f"{card.drafts.count}, unselected", card.drafts, console.ACCENT
    if card.selected:
        yield "selected", f"the {card.selected.count} a user would be shown", card.selected, console.ACCENT
    yield "floor", "the same model without the voice", card.floor, "dim"
    if card.impostors:
        yield "impostors", f"{len(card.impostors)} other writers", spread(card.impostors), "dim"


def _show_attribution(card: "ReportCard") -> None:
    from soundalike.training import card_wording
    from soundalike.training.pools import Measure
    from soundalike.training.wording import percent

    if not card.attribution:
        return
    console.console().print(
        f"\n[bold]Second judge[/bold]: texts it gives to the creator, of {card.attribution.writers} writers"
    )
    whole = Measure(0.0, 0.0, 1.0, 0)
    for each in card_wording.attributions(card.attribution):
        style = console.ACCENT if each.kind == "made" else "dim" if each.kind else "bold"
        console.console().print(
            f"  {each.name:<34}[{style}]{_whisker(each.measure, whole.low, whole.high)}[/] "
            f"{percent(each.measure):<14} [dim]{each.remark}[/dim]"
        )


def _show_contrasts(card: "ReportCard") -> None:
    from soundalike.training import card_wording

    if not card.contrasts:
        return
    console.console().print(
        "\n[bold]Drafts beside held-out posts[/bold] (distance 0 is the same, 1 nothing alike)"
    )
    for each in card.contrasts:
        _say(f"  {card_wording.contrast(each)}", dim=not each.differs)


def _show_novelty(card: "ReportCard") -> None:
    from soundalike.training import card_wording

    novelty = card.novelty
    console.console().print(
        f"\n[bold]Novelty[/bold] {novelty.mean_novelty:.0%}; longest span shared with any post "
        f"{card_wording.longest_span(novelty)} (the guard stops at 8 or 40); "
        f"{novelty.too_close} of {novelty.drafts} drafts too close."
    )
    if novelty.spans and novelty.posts_spans:
        _say(f"  Words shared with a post before: drafts {card_wording.spans(novelty.spans)};")
        _say(f"  the creator’s own later posts {card_wording.spans(novelty.posts_spans)}.")
        _say(f"  {card_wording.closeness(novelty)}")
    for near in novelty.nearest:
        _say(
            f"  Nearest: “{near.shared_text}” of post {near.post_id}, in: {' '.join(near.text.split())}",
            dim=True,
        )


def _say(words: str, *, dim: bool = False) -> None:
    if words:
        console.console().print(console.plain(words), style="dim" if dim else "", markup=False)


def _whisker(measure: "Measure", low: float, high: float) -> str:
    width = max(high - low, 1e-9)
    at = [round((_WIDTH - 1) * (value - low) / width) for value in (measure.low, measure.value, measure.high)]
    line = [" "] * _WIDTH
    line[at[0] : at[2] + 1] = "─" * (at[2] - at[0] + 1)
    line[at[1]] = "●"
    return "".join(line)
