"""What repeated edits teach, and that chance edits teach nothing."""

import random
from dataclasses import replace
from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.drafts.rules import Rule
from soundalike.training.lessons import Decision, chance_of, learn_rules, lower_bound
from soundalike.training.wordwise import read_change, terms_of

SUBJECTS = (
    "kiln glaze mug shelf clay wheel apron tea rain bus market stall price note oven brush bucket sponge morning "
    "evening winter window table crack drip handle spout lid plate bowl studio radio cat dog van road roof lamp "
    "door chair floor wall paint wood stone glass iron rope boat sail wind wave sand shell bird tree leaf root "
    "seed field hill lake river bridge town shop street train ticket coat scarf glove boot hat belt ring watch"
).split()


def drafts(template, count, seed=1):
    """Drafts of a template, of no two the same words: `{}` is filled with four of them."""
    chance = random.Random(seed)
    return [template.format(" ".join(chance.sample(SUBJECTS, 4))) for _ in range(count)]


def decisions(template, change, *, count=3, brief="", reason=None, seed=1):
    """Decisions that edit each draft of a template in the same way; `change` None rejects them."""
    return [
        Decision(f"{seed}-{number}", brief, draft, change and change(draft), reason)
        for number, draft in enumerate(drafts(template, count, seed))
    ]


def learned(*groups):
    """The rules that these decisions show."""
    return [lesson.rule for lesson in learn_rules([each for group in groups for each in group])]


@pytest.mark.parametrize(
    ("template", "change", "rule"),
    [
        ("We delve {} now.", lambda text: text.replace("delve ", ""), Rule("never_word", "delve")),
        (
            "A game changer: {} and all of that is fine by me.",
            lambda text: text.replace("A game changer: ", ""),
            Rule("never_word", "a game changer"),
        ),
        (
            "We utilize {} now.",
            lambda text: text.replace("utilize", "use"),
            Rule("replace", "utilize", "use"),
        ),
        ("It is {} — today.", lambda text: text.replace(" —", ","), Rule("replace", "—", ",")),
        ("It is {}. #pottery", lambda text: text.replace(" #pottery", ""), Rule("no_hashtags")),
        ("It is {} 🏺", lambda text: text.replace(" 🏺", ""), Rule("no_emoji")),
        ("It is {}!", lambda text: text.replace("!", "."), Rule("no_exclamation")),
        (
            "Today I ask who has {} and all of that?",
            lambda text: text.replace("?", "."),
            Rule("no_question"),
        ),
        ("It is {}.\nAnd so.", lambda text: text.replace("\n", " "), Rule("no_line_breaks")),
        ("It Is {} Now.", str.lower, Rule("lower_case")),
        ("我们深入研究{}吧", lambda text: text.replace("深入", ""), Rule("never_word", "深入")),
    ],
)
def test_the_same_edit_three_times_is_a_rule(template, change, rule):
    """Once or twice it is not; three times it is, with the drafts that show it."""
    assert learned(decisions(template, change, count=2)) == []
    assert rule in learned(decisions(template, change, count=3))
    (lesson,) = (each for each in learn_rules(decisions(template, change)) if each.rule == rule)
    assert (lesson.evidence.count, lesson.evidence.of, lesson.evidence.source) == (3, 3, "edits")
    assert lesson.evidence.drafts == ("1-0", "1-1", "1-2")
    assert lesson.evidence.bound == pytest.approx(0.5258, abs=1e-4)


def test_always_shortened_is_a_limit():
    """Five long drafts cut to a sentence: at most as long as the longest of them, rounded up to tens."""
    cut = decisions(
        "First {}. Then it goes on and on, for no reason at all.", lambda t: t.split(". ")[0] + ".", count=5
    )
    (rule,) = (rule for rule in learned(cut) if rule.kind == "most_characters")
    longest = max(len(each.final) for each in cut)
    assert longest <= rule.most < longest + 10


def test_what_is_kept_elsewhere_is_no_rule():
    """A word that went three times and stayed three times went by chance."""
    gone = decisions("We delve {} now.", lambda text: text.replace("delve ", ""))
    stayed = decisions("We delve {} now.", lambda text: text.replace("now", "later"), seed=2)
    accepted = decisions("We delve {} now.", str, seed=3)
    put_in = decisions("We go {} now.", lambda text: text.replace("go", "delve"), seed=4)
    assert Rule("never_word", "delve") in learned(gone)
    for others in (stayed, accepted, put_in):
        assert Rule("never_word", "delve") not in learned(gone, others)


def test_what_the_brief_says_is_no_rule():
    """The user asked for it."""
    gone = decisions(
        "We delve {} 🏺", lambda text: text.replace("delve ", "").replace(" 🏺", ""), brief="delve 🏺"
    )
    assert learned(gone) == []


def test_a_draft_written_anew_shows_nothing():
    """Every word of it went, so none did by itself."""
    anew = [
        Decision(str(number), "", f"We delve {draft} now.", final)
        for number, (draft, final) in enumerate(
            zip(drafts("{}", 3), drafts("so {} it is", 3, seed=9), strict=True)
        )
    ]
    assert learned(anew) == []


def test_rejections_teach_what_the_kept_drafts_have_not():
    """Five rejected drafts with a word among twenty kept ones without; not where all are rejected alike."""
    rejected = decisions("We delve {} now.", None, count=5)
    kept = decisions("We have {} now.", str, count=20, seed=2)
    (lesson,) = learn_rules([*rejected, *kept])
    assert (lesson.rule, lesson.evidence.source) == (Rule("never_word", "we delve"), "rejections")
    assert learned(rejected, decisions("We have {} now.", None, count=20, seed=2)) == []


def test_a_reason_given_three_times_is_a_rule():
    """Where it reads as one; what is only an opinion is kept, and no rule."""
    assert learned(decisions("{}", None, reason="No hashtags.")) == [Rule("no_hashtags")]
    assert learned(decisions("{}", None, reason="boring")) == []
    assert learned(decisions("{}", None, count=2, reason="no hashtags")) == []


@pytest.mark.parametrize("share", [0.1, 0.4, 0.8])
@pytest.mark.parametrize("count", [3, 12])
def test_chance_edits_teach_nothing(share, count):
    """Of a hundred users who take words out at random, at most ten are told a rule: twice the stated chance."""
    taught = 0
    for user in range(100):
        chance = random.Random(f"{share} {count} {user}")
        texts = [" ".join(chance.choices(SUBJECTS[:30], k=14)) for _ in range(count)]
        edits = [
            Decision(
                str(number), "", text, " ".join(w for w in text.split() if chance.random() > share) or "x"
            )
            for number, text in enumerate(texts)
        ]
        rules = [rule for rule in learned(edits) if rule.kind != "most_characters"]
        taught += bool(rules)
    assert taught <= 10


@given(st.integers(0, 40), st.integers(0, 40))
def test_the_bound_lies_below_the_share_and_rises_with_the_evidence(count, more):
    """The same share of more drafts is surer."""
    of = count + more
    bound = lower_bound(count, of)
    assert 0 <= bound <= (count / of if of else 1)
    assert lower_bound(2 * count, 2 * of) >= bound


@given(st.lists(st.floats(0, 1), max_size=7), st.integers(0, 8))
def test_the_chance_of_so_many_is_the_sum_over_all_ways(chances, count):
    """Each way for so many or more to come about, counted out."""
    ways = [ways for ways in product([0, 1], repeat=len(chances)) if sum(ways) >= count]
    exact = sum(prod(p if came else 1 - p for p, came in zip(chances, way, strict=True)) for way in ways)
    assert chance_of(count, chances) == pytest.approx(exact, abs=1e-9)


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_edit_can_be_read(draft, final):
    """Whatever is written: the share is one, what went does not stand in the text, what came in did not before."""
    change = read_change(draft, final)
    assert 0 <= change.share <= 1
    stands = terms_of(final)
    assert not {term for term, is_gone in change.terms.items() if is_gone} & stands
    assert change.put_in == stands - change.terms.keys()
    assert not any(read_change(draft, draft).terms.values())


@pytest.mark.slow
def test_learning_from_long_texts_ends():
    """The longest that may be sent are cut, and such as repeat two words without end count as written anew."""
    assert read_change("a b " * 6_000, "b a c " * 4_000).share == 1
    long = "word " * 5_000
    assert learn_rules([Decision(str(number), "", f"{long}{number}", "short") for number in range(5)])


def test_one_draft_edited_three_times_is_one_edit():
    """The same seed gives the same draft: deciding on it again is no new evidence."""
    (once,) = decisions("We delve {} now.", lambda text: text.replace("delve ", ""), count=1)
    again = [replace(once, id=str(number)) for number in range(5)]
    assert learned(again) == []
