"""The report as one HTML file: no script, nothing fetched, everything from outside escaped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from soundalike.drafts.draft import Draft
from soundalike.posts.post import Post
from soundalike.report import charts, over_time, rows
from soundalike.report.timeline import Timeline
from soundalike.training import wording
from soundalike.training.card import ReportCard
from soundalike.training.findings import only_hours, without_hours
from soundalike.training.pools import Measure
from soundalike.training.quiz import Score
from soundalike.virality.forecast import Forecaster
from soundalike.virality.patterns import Pattern
from soundalike.voice.profile import VoiceProfile

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES: Final = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class Page:
    """What one report shows: a graded model, the posts of its window by their figures, and drafts if some were written.

    `posts` are all that are still kept, by id: evidence and viral posts are quoted from them. `timeline` is None where
    the model does not say which window it is of. `forecaster` is the one kept with the model, if any is; `quiz`
    the result of all its blind quizzes, None where nothing was guessed.
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
    forecaster: Forecaster | None = None
    quiz: Score | None = None


def render(page: Page) -> str:
    """Render the report."""
    timeline = page.timeline if page.timeline and page.timeline.points else None
    accuracy = page.forecaster.accuracy if page.forecaster else None
    return (
        _environment()
        .get_template("report.html.jinja")
        .render(
            css=Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
            username=page.username,
            version=page.version,
            standing=f"{page.name} · {page.voice.posts:,} posts learned from · {page.card.writer}",
            card=page.card,
            judged=rows.judged(page.card, page.username, page.posts),
            ladder=charts.ladder(page.card),
            timeline=timeline,
            picture=over_time.timeline(timeline) if timeline else None,
            posts=page.posts,
            traits=[rows.trait(each, page.username, page.posts) for each in page.voice.distinct_traits],
            never=[wording.never(trait) for trait in page.voice.never],
            favourites=list(wording.favourites(page.voice)),
            patterns=list(rows.groups(page.patterns, page.username, page.posts)),
            tried=sum(pattern.effect is not None for pattern in without_hours(page.patterns)),
            axis=charts.multiplier_axis(),
            hours=rows.hours(only_hours(page.patterns)),
            forecast=wording.forecast(page.username, page.forecaster),
            accuracy=charts.accuracy(accuracy) if accuracy else None,
            drafts=page.drafts,
            quiz=page.quiz.verdict if page.quiz else None,
            prompt=page.prompt,
            provenance=page.provenance,
        )
    )


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
        "chances": wording.chances,
    }
    return environment


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", "\u00a0%")


def _percent_range(measure: Measure) -> str:
    return f"{100 * measure.low:.0f}–{100 * measure.high:.0f}"


def _day(moment: datetime) -> str:
    return f"{moment:%-d %b %Y}"
