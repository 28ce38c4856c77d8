"""The report as one HTML file: no script, nothing fetched, everything from outside escaped."""

from collections.abc import Iterator, Mapping, Sequence
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
from soundalike.training import card_wording, wording
from soundalike.training.card import ReportCard
from soundalike.training.contrasts import Contrast
from soundalike.training.findings import leading, only_hours, told_with, without_hours
from soundalike.training.pools import Measure
from soundalike.training.quiz import Score
from soundalike.virality.forecast import Forecaster
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
            judged=_judged(page),
            ladder=charts.ladder(page.card),
            timeline=timeline,
            picture=charts.timeline(timeline) if timeline else None,
            posts=page.posts,
            traits=[_trait(trait, page.posts) for trait in page.voice.distinct_traits],
            never=[wording.never(trait) for trait in page.voice.never],
            favourites=list(wording.favourites(page.voice)),
            patterns=list(_groups(page)),
            tried=sum(pattern.effect is not None for pattern in without_hours(page.patterns)),
            axis=charts.multiplier_axis(),
            hours=_hours(only_hours(page.patterns)),
            forecast=wording.forecast(page.username, page.forecaster),
            accuracy=charts.accuracy(accuracy) if accuracy else None,
            drafts=page.drafts,
            quiz=page.quiz.verdict if page.quiz else None,
            prompt=page.prompt,
            provenance=page.provenance,
        )
    )


def _judged(page: Page) -> dict[str, Any]:
    """The report card in sentences, and the pictures beside its figures."""
    card, novelty = page.card, page.card.novelty
    found = card.attribution
    return {
        "headlines": list(card_wording.headlines(card)),
        "overdone": card_wording.overdone(card),
        "picked": card_wording.picked(card),
        "writers": found.writers if found else 0,
        "attributions": [
            {"figure": each, "picture": charts.share(each.measure, found.chance, each.kind)}
            for each in card_wording.attributions(found)
        ]
        if found
        else [],
        "contrasts": [_contrast(each) for each in card.contrasts],
        "span": card_wording.longest_span(novelty),
        "spans": card_wording.spans(novelty.spans) if novelty.spans else "",
        "posts_spans": card_wording.spans(novelty.posts_spans) if novelty.posts_spans else "",
        "closeness": card_wording.closeness(novelty),
        "nearest": [{"near": each, **_evidence(each.post_id, page)} for each in novelty.nearest],
        "sense": card_wording.sense(card.sense) if card.sense else "",
        "bits": card_wording.bits(card.bits) if card.bits else "",
        "lacking": card_wording.lacking(card),
    }


def _contrast(found: Contrast) -> dict[str, Any]:
    drafts, posts = card_wording.contrast_usual(found)
    kind = "made" if found.differs else "void"
    return {
        "name": card_wording.contrast_name(found),
        "unit": card_wording.contrast_unit(found),
        "drafts": drafts,
        "posts": posts,
        "distance": found.distance,
        "picture": charts.share(found.distance, 0.0, kind) if found.distance else "",
        "verdict": card_wording.contrast_verdict(found) if found.distance else "too few texts to say",
        "kind": "" if found.differs else "void-row",
    }


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


def _groups(page: Page) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """What is above chance, and the strongest of what is not, each with the posts it was found in."""
    tried = [pattern for pattern in without_hours(page.patterns) if pattern.effect is not None]
    above = leading(tried)
    chance = [pattern for pattern in tried if not pattern.above_chance][:_CHANCE_SHOWN]
    if above:
        yield "Above chance", "", [_pattern(pattern, page) for pattern in above]
    if chance:
        yield "Not distinguishable from chance", "void-row", [_pattern(pattern, page) for pattern in chance]


def _pattern(pattern: Pattern, page: Page) -> dict[str, Any]:
    return {
        "sentence": pattern.sentence,
        "picture": charts.multiplier(pattern),
        "effect": f"×{pattern.effect:.2f}",
        "interval": f"{pattern.low:.2f}–{pattern.high:.2f}",
        "posts": pattern.posts_with,
        "same": [f"{each.sentence}, ×{each.effect:.2f}" for each in told_with(pattern, page.patterns)],
        "evidence": [_evidence(post_id, page) for post_id in pattern.evidence_for],
        "against": [_evidence(post_id, page) for post_id in pattern.evidence_against],
    }


def _evidence(post_id: str, page: Page) -> dict[str, Any]:
    """A post to look at: where it stands, and its text and day as far as it is still kept."""
    return {"url": wording.post_url(page.username, post_id), "post": page.posts.get(post_id), "id": post_id}


def _hours(found: Sequence[Pattern]) -> dict[str, Any] | None:
    if not found:
        return None
    return {
        "sentence": wording.hours(found),
        "picture": charts.hours(found),
        "found": found,
    }


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
