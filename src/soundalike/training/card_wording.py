"""The report card in sentences, for its page and for the terminal."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from soundalike.training.attributing import Attribution
from soundalike.training.card import Bits, ReportCard, Sense
from soundalike.training.contrasts import Contrast
from soundalike.training.originality import Novelty, Spans
from soundalike.training.pools import Measure
from soundalike.training.wording import percent

_NAMES: Final = {
    "length": "Length",
    "emoji": "Emoji",
    "punctuation": "Punctuation",
    "capitals": "Capitals",
    "line_breaks": "Line breaks",
    "hashtags": "Hashtags",
    "links": "Links",
}
_UNITS: Final = {
    "length": "characters, median",
    "punctuation": "signs in 100 characters",
    "capitals": "share of letters",
}
_FORMS: Final = {"length": "{:.0f}", "punctuation": "{:.1f}", "capitals": "{:.1%}"}
_EVEN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Figure:
    """A share by name, how it is drawn, and a remark."""

    name: str
    measure: Measure
    kind: str
    remark: str = ""


def headlines(card: ReportCard) -> Iterator[tuple[Measure, str]]:
    """The shares of the gap, the unselected drafts' first, each with what they are of."""
    if card.gap_closed:
        yield card.gap_closed, f"by {card.drafts.count} drafts as they came"
    if card.selected and card.selected_gap:
        yield card.selected_gap, f"by the {card.selected.count} of them a user would be shown"


def overdone(card: ReportCard) -> str:
    """What it means that drafts lie beyond the creator's own posts; nothing where it cannot be told that they do."""
    gaps = [gap for gap in (card.gap_closed, card.selected_gap) if gap and gap.low > 1]
    if not gaps:
        return ""
    return (
        "Over 100%: drafts overdo what sets the creator apart, as a caricature does. They are no better for it than "
        "drafts at 100%."
    )


def picked(card: ReportCard) -> str:
    """How the drafts that a user would be shown were chosen, and what follows from that; nothing where none was."""
    if not card.selected:
        return ""
    return (
        "What a user would be shown are the best of the same drafts, ranked as writing ranks them: by likeness among "
        "other things, so their likeness is flattered. The second judge below picks nothing."
    )


def attributions(found: Attribution) -> list[Figure]:
    """The share of each pool that the second judge gives to the creator."""
    figures = [
        Figure("The creator’s own held-out posts", found.ceiling, "", "the most to expect"),
        Figure("Drafts, as they came", found.drafts, "made", _recall(found.recall)),
    ]
    if found.selected:
        figures.append(
            Figure("Drafts a user would be shown", found.selected, "made", _recall(found.selected_recall))
        )
    return [*figures, Figure("Without the voice", found.floor, "void", f"by lot {found.chance:.0%}")]


def contrast_name(found: Contrast) -> str:
    """What is counted."""
    return _NAMES.get(found.key, found.key)


def contrast_unit(found: Contrast) -> str:
    """In what it is counted."""
    return _UNITS.get(found.key, "share with any")


def contrast_usual(found: Contrast) -> tuple[str, str]:
    """What is usual in drafts and in posts; dashes where it was not measured."""
    if found.drafts is None or found.posts is None:
        return "–", "–"
    form = _FORMS.get(found.key, "{:.0%}")
    return form.format(found.drafts), form.format(found.posts)


def contrast(found: Contrast) -> str:
    """One plain sentence, as “Length (characters, median): drafts 87, held-out posts 143; distance …: differs”."""
    name = f"{contrast_name(found)} ({contrast_unit(found)})"
    if found.distance is None:
        return f"{name}: too few texts to say."
    drafts, posts = contrast_usual(found)
    usual = "" if found.drafts is None else f"drafts {drafts}, held-out posts {posts}; "
    return f"{name}: {usual}distance {distance(found.distance)}: {contrast_verdict(found)}."


def contrast_verdict(found: Contrast) -> str:
    """Whether it differs."""
    return "differs" if found.differs else "within chance"


def distance(measure: Measure) -> str:
    """A distance with its interval: “0.41 (0.20–0.62)”."""
    return f"{measure.value:.2f} ({measure.low:.2f}–{measure.high:.2f})"


def longest_span(found: Novelty) -> str:
    """The longest shared span: “5 words, 24 characters”."""
    words = f"{found.longest_shared_words:g} word{'' if found.longest_shared_words == 1 else 's'}"
    return (
        words
        if found.longest_shared_characters is None
        else f"{words}, {found.longest_shared_characters} characters"
    )


def closeness(found: Novelty) -> str:
    """Whether drafts come nearer to the earlier posts than the creator's own later ones; nothing where not measured."""
    if not (found.closer and found.spans and found.posts_spans):
        return ""
    than = "with the posts before than the creator’s own later posts do"
    if found.closer.low > _EVEN:
        told = f"Drafts share more {than}"
    elif found.closer.high < _EVEN:
        told = f"Drafts share less {than}"
    else:
        told = f"Drafts share no more {than}, as far as can be told"
    return f"{told}: a draft shares the longer span in {percent(found.closer)} of pairs, where 50% is alike."


def spans(found: Spans) -> str:
    """Shared spans of many texts: “half up to 2 words, nine in ten up to 4, the longest 7”."""
    return (
        f"half up to {found.median:g} words, nine in ten up to {found.most:g}, the longest {found.longest:g}"
    )


def sense(found: Sense) -> str:
    """How coherent each pool is, in one sentence."""
    rows = [
        ("held-out posts", found.posts),
        ("drafts", found.drafts),
        *([("those a user would be shown", found.selected)] if found.selected else []),
        ("without the voice", found.floor),
    ]
    told = ", ".join(
        f"{name} {_signed(each.value)} ({_signed(each.low)} to {_signed(each.high)})" for name, each in rows
    )
    return f"Coherence, the log-odds that a person and not this model wrote a text: {told}."


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def bits(found: Bits) -> str:
    """What an adapter gained, in one sentence."""
    saved = 1 - found.after / found.before
    return (
        f"The adapter reads the creator’s held-out posts at {found.after:.2f} bits a character, its base at "
        f"{found.before:.2f}: {saved:.0%} less."
    )


def lacking(card: ReportCard) -> str:
    """What an earlier version did not measure; nothing for a card of this one."""
    if not card.is_earlier:
        return ""
    return (
        "An earlier version made this card: it has neither the drafts a user would be shown nor attribution, emoji, "
        "signs, capitals, lines or spans, and took drafts on one subject for independent, which makes intervals too "
        "narrow. Train again to have it graded anew."
    )


def _recall(found: Measure | None) -> str:
    if found is None:
        return ""
    return f"{found.value:.2f} of the posts’ ({found.low:.2f}–{found.high:.2f})"
