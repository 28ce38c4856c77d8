"""Findings in words: for the prompt, for the steps of a training, for whoever reads them on a terminal."""

from collections.abc import Iterator, Sequence
from typing import Final

from soundalike.drafts.draft import Draft
from soundalike.finetune.recipe import TrainingRecord
from soundalike.training.card import ReportCard
from soundalike.training.comparison import Comparison
from soundalike.training.findings import leading, only_hours, without_hours
from soundalike.training.pools import Measure
from soundalike.virality.forecast import FEWEST_POSTS as FEWEST_TO_FORECAST
from soundalike.virality.forecast import Accuracy, Forecaster
from soundalike.virality.patterns import FEWEST_POSTS, Pattern, best_hours
from soundalike.virality.wording import Depth
from soundalike.virality.wording_file import shipped_accuracy
from soundalike.voice.favourites import PER_WORDS, Favourite, Kind
from soundalike.voice.profile import VoiceProfile
from soundalike.voice.rule import Unit
from soundalike.voice.traits import Trait

_TENTHS: Final = 10
FAVOURITES_TOLD: Final = 5
FAVOURITE_TITLES: Final[dict[Kind, str]] = {
    "opening": "Openings",
    "frame": "Constructions",
    "phrase": "Phrases",
    "word": "Words",
    "hashtag": "Hashtags",
    "emoji": "Emoji",
}
_DOING: Final = {
    "all_small": "writes without capitals",
    "brackets": "puts remarks in brackets",
    "british": "spells the British way",
    "every_line_stops": "ends every line in a full stop",
    "last_line_lands": "ends several lines on a short one",
    "mentions": "names accounts",
    "one_sentence": "writes a single sentence",
    "quotations": "puts words in quotation marks",
}
"""Traits whose sentence does not follow “never”: those about a post rather than its writer, and some nouns."""
_ALL_BUT_SURE: Final = 0.99


def tuning(record: TrainingRecord) -> str:
    """What the training of an adapter came to: “an adapter from 312 posts in 62 s: 1.69 to 1.42 bits a character”."""
    return (
        f"an adapter from {record.posts:,} posts in {record.seconds:.0f} s: "
        f"{record.bits_before:.2f} to {record.bits_after:.2f} bits a character of {record.validation_posts} others"
    )


def trait(found: Trait) -> str:
    """A trait with its figure beside other writers': “Opens with a number: 31% of posts (others 4%)”."""
    return f"{found.sentence}: {trait_figure(found)}{others_figure(found)}"


def contrast(own: Trait, plain: Trait) -> str:
    """A trait beside a language model's habit: “Hashtags: 0.0 per 100 posts (a language model 212)”."""
    return f"{own.sentence}: {trait_figure(own)} (a language model {bare(plain.value, plain.unit)})"


def never(found: Trait) -> str:
    """What is not done: “Never opens with a number: 0 of 312 posts (others 4% of posts)”."""
    first, rest = found.sentence[0].lower(), found.sentence[1:]
    verb = "" if found.unit is Unit.SHARE else "uses "
    doing = _DOING.get(found.key, f"{verb}{first}{rest}")
    how_often = "Hardly ever" if found.used_in else "Never"
    others = "" if found.others is None else f" (others {figure(found.others, found.unit)})"
    return f"{how_often} {doing}: {found.used_in:,} of {found.posts:,} posts{others}"


def favourite(found: Favourite) -> str:
    """A favourite term beside other writers': “how to”: 3.1 per 100 posts (others 0.4), in 12 posts."""
    over = "1,000 words" if found.kind in PER_WORDS else "100 posts"
    return f"“{found.text}”: {found.rate:.1f} per {over} (others {found.others_rate:.1f}), in {found.posts:,} posts"


def favourites(voice: VoiceProfile) -> Iterator[tuple[str, str]]:
    """By kind, what is used far more than by others: (“Openings”, “btw” in 17 posts, “not that” in 11)."""
    for kind, title in FAVOURITE_TITLES.items():
        if found := voice.favourites_of(kind)[:FAVOURITES_TOLD]:
            first, *rest = (f"“{each.text}” in {each.posts:,}" for each in found)
            yield title, ", ".join([f"{first} posts", *rest])


def trait_figure(found: Trait) -> str:
    """The creator's figure with its unit."""
    return figure(found.value, found.unit)


def others_figure(found: Trait) -> str:
    """Other writers' figure in brackets, without the unit just read; nothing where too few are known."""
    return "" if found.others is None else f" (others {bare(found.others, found.unit)})"


def figure(value: float, unit: Unit) -> str:
    """A figure as a reader says it."""
    return f"{bare(value, unit)} {'of posts' if unit is Unit.SHARE else unit.value}"


def bare(value: float, unit: Unit) -> str:
    """A figure without its unit, but for the sign of a share."""
    if unit is Unit.SHARE:
        return f"{value:.0%}"
    digits = 0 if unit in (Unit.WORDS, Unit.CHARACTERS) or value >= 100 else 1  # noqa: PLR2004 - three figures say it
    return f"{value:.{digits}f}"


def pattern(found: Pattern) -> str:
    """A pattern with its effect: “A line break: ×1.31 the usual engagement (1.12 to 1.53)”."""
    if found.effect is None:
        return f"{found.sentence}: {found.reason}"
    return f"{found.sentence}: ×{found.effect:.2f} the usual engagement ({found.low:.2f} to {found.high:.2f})"


def patterns(found: Sequence[Pattern]) -> str:
    """How many features were tried and how many are beyond chance; the same of the hours, where they are given."""
    features, of_day = without_hours(found), only_hours(found)
    told = f"{_count(features, 'features')} above chance"
    apart = len(leading(features))
    if apart < sum(each.above_chance for each in features):
        told += f", {apart} of them by themselves"
    return f"{told}; {_count(of_day, 'hours')} above chance" if of_day else told


def hours(found: Sequence[Pattern]) -> str:
    """Which hours lift most, or that none stands out; nothing where none was looked at."""
    looked_at = only_hours(found)
    tried = [each for each in looked_at if each.effect is not None]
    if not looked_at:
        return ""
    if not tried:
        return f"Too few posts at any time of day: {FEWEST_POSTS} within an hour of it are the least."
    above = sorted((each for each in tried if each.above_chance), key=lambda each: each.effect or 0)
    if not above:
        return f"No hour stands out: none of {len(tried)} can be told from chance."
    best, worst = best_hours(looked_at), above[0]
    told = [f"{pattern(best)}."] if best else ["No hour lifts beyond chance."]
    if (worst.effect or 0) < 1:
        told.append(f"The least: {pattern(worst)}.")
    return " ".join(told)


def forecast(username: str, found: Forecaster | None) -> str:
    """How well a creator's forecaster did on later posts, and what follows from it."""
    if found is None:
        return f"no forecast of the audience of @{username}: it takes {FEWEST_TO_FORECAST} posts with counts."
    if found.accuracy is None:
        return f"no two later posts of @{username} stand close enough in time to test a forecast on."
    told = f"a forecast of the audience of @{username} is {accuracy(found.accuracy)}."
    if found.is_useful:
        return told
    return f"{told} That cannot be told from chance, so people in general answer in its place."


def chances(draft: Draft) -> Iterator[str]:
    """What a draft's chances are, and by whose word."""
    if draft.win_probability is not None:
        yield f"beats a recent post {draft.win_probability:.0%}"
    if draft.beats_others is not None:
        yield f"beats the other drafts {draft.beats_others:.0%}"
    if draft.win_judge not in {None, "creator"}:
        yield "by people in general, not this audience"


def accuracy(found: Accuracy) -> str:
    """A back-test: “right on 64 % (60–68) of 2,310 pairs of later posts; Brier score 0.225, a coin’s is 0.250”."""
    share = percent(Measure(found.value, found.low, found.high, found.pairs))
    return f"right on {share} of {found.pairs:,} pairs of later posts; Brier score {found.brier:.3f}, a coin’s is 0.250"


def verdict(found: Comparison) -> str:
    """Who wins and how sure that is: “A, in about 7 of 10 such choices: 68 % (61–75).”, or that nobody does."""
    named = found.winner or ("a" if found.probability >= 0.5 else "b")  # noqa: PLR2004 - a coin's toss
    chance, *edges = (
        each if named == "a" else 1 - each for each in (found.probability, *(found.interval or ()))
    )
    spread = f" ({100 * min(edges):.0f}–{100 * max(edges):.0f})" if edges else ""
    if found.winner is None:
        return f"No clear difference: {chance:.0%}{spread} for {named.upper()}."
    share = f"{chance:.0%}" if chance < _ALL_BUT_SURE else "over 99%"
    return f"{named.upper()} would be taken up more, in about {odds(chance)}: {share}{spread}."


def judged(found: Comparison, username: str) -> Iterator[str]:
    """Whose word a comparison is and how often that was right; where it is the prior's, why."""
    if found.judge == "creator":
        yield f"By what the audience of @{username} took up before."
        if found.accuracy:
            yield f"Tested on posts it had not seen: {accuracy(found.accuracy)}."
        return
    if found.note:
        yield found.note
    how = "by the words alone" if found.judge == "wording-quick" else "read by the embedded language model"
    depth: Depth = "quick" if found.judge == "wording-quick" else "full"
    yield (
        f"By what people in general share of two wordings of one thing, {how}: no audience in particular. "
        f"Right on {shipped_accuracy(depth):.0%} of pairs it had not seen."
    )


def odds(probability: float) -> str:
    """A probability above one half as a reader pictures it: “7 of 10 such choices”."""
    tenths = round(10 * probability)
    return f"{tenths} of 10 such choices" if tenths < _TENTHS else "19 of 20 such choices or more"


def card(found: ReportCard) -> str:
    """The headline of a report card."""
    if found.gap_closed is None:
        return found.notes[0] if found.notes else "no verdict"
    told = f"{percent(found.gap_closed)} of the gap from floor to ceiling closed, unselected"
    return (
        f"{told}; {percent(found.selected_gap)} by what a user would be shown" if found.selected_gap else told
    )


def post_url(username: str, post_id: str) -> str:
    """Where a post stands on X, also where it is no longer kept here."""
    return f"https://x.com/{username}/status/{post_id}"


def _count(found: Sequence[Pattern], what: str) -> str:
    tried = [each for each in found if each.effect is not None]
    above = sum(each.above_chance for each in tried)
    return f"{len(tried)} {what} tried, {above or 'none'}"


def percent(measure: Measure) -> str:
    """A share with its interval: “61 % (52–70)”."""
    return f"{measure.value:.0%} ({100 * measure.low:.0f}–{100 * measure.high:.0f})"
