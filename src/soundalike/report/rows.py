"""What a report shows, row by row: figures with their pictures and the posts behind them, ready for a template."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from soundalike.posts.post import Post
from soundalike.report import charts
from soundalike.training import card_wording, wording
from soundalike.training.card import ReportCard
from soundalike.training.contrasts import Contrast
from soundalike.training.findings import leading, told_with, without_hours
from soundalike.virality.patterns import Pattern
from soundalike.voice.traits import Trait

EVIDENCE: Final = 3
"""Posts shown for a trait; one is shown against it."""

CHANCE_SHOWN: Final = 12
"""Patterns shown with their posts that are not above chance, the strongest."""

Posts = Mapping[str, Post]
"""The posts that are still kept, by id."""

Row = dict[str, Any]


def judged(card: ReportCard, username: str, posts: Posts) -> Row:
    """The report card in sentences, and the pictures beside its figures."""
    found, novelty = card.attribution, card.novelty
    return {
        "headlines": list(card_wording.headlines(card)),
        "overdone": card_wording.overdone(card),
        "picked": card_wording.picked(card),
        "writers": found.writers if found else 0,
        "attributions": list(attributions(card)),
        "contrasts": [contrast(each) for each in card.contrasts],
        "span": card_wording.longest_span(novelty),
        "spans": card_wording.spans(novelty.spans) if novelty.spans else "",
        "posts_spans": card_wording.spans(novelty.posts_spans) if novelty.posts_spans else "",
        "closeness": card_wording.closeness(novelty),
        "nearest": [{"near": each, **evidence(each.post_id, username, posts)} for each in novelty.nearest],
        "sense": card_wording.sense(card.sense) if card.sense else "",
        "bits": card_wording.bits(card.bits) if card.bits else "",
        "lacking": card_wording.lacking(card),
    }


def attributions(card: ReportCard) -> Iterator[Row]:
    """What the second judge gives to the creator, pool by pool; nothing where none looked."""
    if (found := card.attribution) is None:
        return
    for each in card_wording.attributions(found):
        yield {"figure": each, "picture": charts.share(each.measure, found.chance, each.kind)}


def contrast(found: Contrast) -> Row:
    """How far drafts lie from held-out posts in one thing that can be counted."""
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


def trait(found: Trait, username: str, posts: Posts) -> Row:
    """A trait beside other writers, with posts for and against it as far as they are kept."""
    others = found.others if found.others is not None else found.value
    most = max(found.high, others, found.others_high or 0.0)
    return {
        "key": found.key,
        "sentence": found.sentence,
        "figure": wording.figure(found.value, found.unit),
        "others": "–" if found.others is None else wording.figure(found.others, found.unit),
        "others_bare": "–" if found.others is None else wording.bare(found.others, found.unit),
        "picture": charts.whisker(found.low, found.value, found.high, others, scale=charts.linear(0.0, most)),
        "evidence": [evidence(each, username, posts) for each in found.evidence[:EVIDENCE] if each in posts],
        "against": [evidence(each, username, posts) for each in found.against[:1] if each in posts],
        "is_gone": bool(found.evidence) and posts.keys().isdisjoint(found.evidence),
    }


def groups(patterns: Sequence[Pattern], username: str, posts: Posts) -> Iterator[tuple[str, str, list[Row]]]:
    """What is above chance, and the strongest of what is not, each with the posts it was found in."""
    above, chance, _ = sorted_out(patterns)
    if above:
        yield "Above chance", "", [pattern(each, patterns, username, posts) for each in above]
    if chance:
        shown = [pattern(each, patterns, username, posts) for each in chance[:CHANCE_SHOWN]]
        yield "Not distinguishable from chance", "void-row", shown


def sorted_out(patterns: Sequence[Pattern]) -> tuple[list[Pattern], list[Pattern], list[Pattern]]:
    """Features above chance that stand by themselves, those that are not, and those with too few posts to say."""
    features = without_hours(patterns)
    tried = [each for each in features if each.effect is not None]
    chance = [each for each in tried if not each.above_chance]
    return leading(tried), chance, [each for each in features if each.effect is None]


def pattern(found: Pattern, among: Sequence[Pattern], username: str, posts: Posts) -> Row:
    """A feature that could be tried: its effect, what else it accounts for, and posts for and against it."""
    return {
        "sentence": found.sentence,
        "picture": charts.multiplier(found),
        "effect": f"×{found.effect:.2f}",
        "interval": f"{found.low:.2f}–{found.high:.2f}",
        "posts": found.posts_with,
        "same": [f"{each.sentence}, ×{each.effect:.2f}" for each in told_with(found, among)],
        "evidence": [evidence(each, username, posts) for each in found.evidence_for],
        "against": [evidence(each, username, posts) for each in found.evidence_against],
    }


def evidence(post_id: str, username: str, posts: Posts) -> Row:
    """A post to look at: where it stands, and its text and day as far as it is still kept."""
    return {"url": wording.post_url(username, post_id), "post": posts.get(post_id), "id": post_id}


def hours(found: Sequence[Pattern]) -> Row | None:
    """The hours of the day in a picture and a sentence; None where none was looked at."""
    if not found:
        return None
    return {"sentence": wording.hours(found), "picture": charts.hours(found), "found": found}
