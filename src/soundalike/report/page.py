"""The report as one HTML file: no script, nothing fetched, everything from outside escaped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from soundalike.drafts.draft import Draft
from soundalike.posts.post import Post
from soundalike.report import charts
from soundalike.report.timeline import Timeline
from soundalike.training import wording
from soundalike.training.card import Measure, ReportCard
from soundalike.virality.patterns import Pattern
from soundalike.voice.profile import VoiceProfile
from soundalike.voice.traits import Trait

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES: Final = Path(__file__).with_name("templates")
_EVIDENCE: Final = 3  # posts shown for a trait
_CHANCE_SHOWN: Final = 12  # patterns shown that are not above chance


@dataclass(frozen=True, slots=True)
class Page:
    """What one report shows: a graded model, the posts of its window by their figures, and drafts if some were written.

    `posts` are all that are still kept, by id: evidence and viral posts are quoted from them. `timeline` is None where
    the model does not say which window it is of.
    """

    username: str
    version: int
    name: str
    voice: VoiceProfile
    patterns: Sequence[Pattern]
    prompt: str
    card: ReportCard
    posts: Mapping[str, Post]
    timeline: Timeline | None
    drafts: Sequence[Draft] = ()
    provenance: Sequence[tuple[str, str]] = field(default=())


def render(page: Page) -> str:
    """Render the report."""
    timeline = page.timeline if page.timeline and page.timeline.points else None
    return (
        _environment()
        .get_template("report.html.jinja")
        .render(
            css=Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
            username=page.username,
            version=page.version,
            standing=f"{page.name} · {page.voice.posts:,} posts learned from · {page.card.writer}",
            card=page.card,
            ladder=charts.ladder(page.card),
            timeline=timeline,
            picture=charts.timeline(timeline) if timeline else None,
            posts=page.posts,
            traits=[_trait(trait, page.posts) for trait in page.voice.distinct_traits],
            patterns=_groups(page.patterns),
            tried=sum(pattern.effect is not None for pattern in page.patterns),
            drafts=page.drafts,
            prompt=page.prompt,
            provenance=page.provenance,
        )
    )


def _trait(trait: Trait, texts: Mapping[str, Post]) -> dict[str, Any]:
    others = trait.others if trait.others is not None else trait.value
    most = max(trait.high, others, trait.others_high or 0.0)
    return {
        "sentence": trait.sentence,
        "figure": wording.figure(trait.value, trait.unit),
        "others": "–" if trait.others is None else wording.figure(trait.others, trait.unit),
        "picture": charts.whisker(trait.low, trait.value, trait.high, others, scale=charts.linear(0.0, most)),
        "evidence": [texts[post_id].text for post_id in trait.evidence[:_EVIDENCE] if post_id in texts],
        "against": [texts[post_id].text for post_id in trait.against[:1] if post_id in texts],
        "is_gone": bool(trait.evidence) and texts.keys().isdisjoint(trait.evidence),
    }


def _groups(patterns: Sequence[Pattern]) -> list[tuple[str, str, list[Pattern]]]:
    above = [pattern for pattern in patterns if pattern.above_chance]
    chance = [pattern for pattern in patterns if pattern.effect is not None and not pattern.above_chance]
    groups = [
        ("Above chance", "", above),
        ("Not distinguishable from chance", "void-row", chance[:_CHANCE_SHOWN]),
    ]
    return [group for group in groups if group[2]]


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - 0.15 s

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {
        "percent": _percent,
        "percent_range": _percent_range,
        "signed": charts.signed,
        "day": _day,
        "multiplier": charts.multiplier,
    }
    return environment


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", "\u00a0%")


def _percent_range(measure: Measure) -> str:
    return f"{100 * measure.low:.0f}–{100 * measure.high:.0f}"


def _day(moment: datetime) -> str:
    return f"{moment:%-d %b %Y}"
