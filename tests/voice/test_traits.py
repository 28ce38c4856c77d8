"""Every candidate trait, on texts that show it and texts that do not."""

import math

import numpy as np
import pytest

from soundalike.voice.reading import Writing, read
from soundalike.voice.rule import Unit
from soundalike.voice.traits import RULES, Trait, judge

ENGLISH = Writing("en", is_cased=True, is_spaced=True)
CHINESE = Writing("zh", is_cased=False, is_spaced=False)
BY_KEY = {rule.key: rule for rule in RULES}

EXAMPLES = [
    ("first_sentence_words", "Opened the kiln. Forty-one mugs.", 3),
    ("opens_number", "$5 a day", 1),
    ("opens_number", "Five dollars", 0),
    ("opens_question", "Why? Because.", 1),
    ("opens_question", "真的吗？是的。", 1),
    ("opens_question", "Because. Why?", 0),
    ("opens_exclamation", "Sad! Very sad.", 1),
    ("opens_quote", "“We can.” —Obama", 1),
    ("opens_quote", "'Twas so", 1),
    ("opens_emoji", "🚨 Now", 1),
    ("opens_emoji", "Now 🚨", 0),
    ("opens_hashtag", "#MAGA now", 1),
    ("opens_mention", "@nasa did it", 1),
    ("opens_label", "BREAKING: it rains", 1),
    ("opens_label", "注意：下雨", 1),
    ("opens_label", "At 10:30 it rains", 0),
    ("opens_headline", "How to boil eggs\n\nTake eggs.", 1),
    ("opens_headline", "How to boil eggs", 0),
    ("opens_capitals", "FAKE NEWS again", 1),
    ("opens_capitals", "USA wins", 0),
    ("opens_first_person", "I’m here", 1),
    ("opens_you", "If you can. We will.", 1),
    ("opens_you", "We will. If you can.", 0),
    ("opens_command", "Join the team", 1),
    ("opens_how", "How it works", 1),
    ("opens_joining", "But no", 1),
    ("length_characters", "abc de", 6),
    ("length_words", "abc de", 2),
    ("sentences", "One. Two! Three", 3),
    ("lines", "One\n\nTwo", 2),
    ("few_words", "One two three", 1),
    ("one_sentence", "One two three.", 1),
    ("several_lines", "One\nTwo", 1),
    ("blank_lines", "One\n\nTwo", 1),
    ("blank_lines", "One\nTwo", 0),
    ("list", "Buy:\n- eggs\n- milk", 1),
    ("list", "1. eggs\n2. milk", 1),
    ("list", "- a dash alone", 0),
    ("thread", "2/ The second", 1),
    ("thread", "A thread 🧵", 1),
    ("thread", "It is 24/7 work", 0),
    ("last_line_lands", "A long line of many words indeed it is\nBoom.", 1),
    ("every_line_stops", "One.\nTwo.", 1),
    ("every_line_stops", "One.\nTwo", 0),
    ("ends_stop", "So it is.", 1),
    ("ends_stop", "就是这样。", 1),
    ("ends_stop", "So it is...", 0),
    ("ends_exclamation", "So it is!", 1),
    ("ends_question", "Is it so?”", 1),
    ("ends_ellipsis", "So it is...", 1),
    ("ends_ellipsis", "就是这样……", 1),
    ("ends_hashtag", "So it is. #Fact", 1),
    ("ends_emoji", "So it is 🎉", 1),
    ("ends_bare", "So it is", 1),
    ("ends_bare", "So it is #Fact", 0),
    ("emoji", "🎉🎉 👍🏽", 3),
    ("hashtags", "#a1 and #b", 2),
    ("mentions", "@a and @b", 2),
    ("exclamations", "No! 不！", 2),
    ("questions", "Who?? 谁？", 3),
    ("ellipses", "Well... yes… 好……", 4),
    ("dashes", "Well — yes - no, well-known", 2),
    ("colons", "One: two; 10:30 https://x.com", 2),
    ("quotations", '"One" and “two” and 「三」', 3),
    ("brackets", "One (two) （三）", 2),
    ("numbers", "1,000 men in 3.5 hours", 2),
    ("figure", "It is up 20%", 1),
    ("figure", "It costs $5", 1),
    ("figure", "It was 1984", 0),
    ("opens_small", "well, yes", 1),
    ("opens_small", "42 Well", 0),
    ("all_small", "all of it, small.", 1),
    ("british", "The colour of it", 1),
    ("british", "The color of it", 0),
    ("capitals", "FAKE NEWS by the BBC, I say; #MAGA", 3),
    ("long_words", "Extraordinary men", 1),
    ("word_letters", "abc de", 5),
    ("contractions", "I’m sure it isn't", 2),
    ("first_person", "I told my friend", 2),
    ("we", "We told our friends", 2),
    ("you", "You told your friends", 2),
    ("hedges", "Maybe it might", 2),
    ("superlatives", "The best and greatest", 2),
    ("negations", "No, it isn’t", 2),
]


@pytest.mark.parametrize(("key", "text", "figure"), EXAMPLES)
def test_a_rule_measures_what_its_sentence_says(key, text, figure):
    """The text's figure is the one that a reader would count."""
    assert BY_KEY[key].measure(read("", text)) == figure


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("last_line_lands", "Just one line"),
        ("variety", "Too few words"),
        ("opens_small", "今天"),
        ("all_small", "123"),
        ("british", "Neither of them"),
    ],
)
def test_a_question_that_cannot_be_asked_has_no_answer(key, text):
    """Not a number, rather than a zero that would count as a no."""
    assert math.isnan(BY_KEY[key].measure(read("", text)))


def test_every_rule_has_an_example():
    """No candidate goes untested (sentence length is a ratio of two that are)."""
    assert BY_KEY.keys() - {key for key, *_ in EXAMPLES} == {"sentence_words", "variety"}


def test_keys_and_sentences_are_told_apart():
    """No two traits share a key or a sentence."""
    assert len(BY_KEY) == len(RULES) == len({rule.sentence for rule in RULES})


def test_english_word_lists_are_for_english_alone():
    """Chinese is asked neither for contractions nor for capitals nor for the length of words."""
    asked = {rule.key for rule in RULES if rule.suits(CHINESE)}
    assert asked.isdisjoint({"contractions", "opens_you", "capitals", "all_small", "word_letters", "variety"})
    assert {"exclamations", "length_characters", "ends_stop"} <= asked


def planted(count=100, share=0.4):
    """Posts of which a share opens with a number; the others do not."""
    return [
        read(
            "",
            f"{index} mugs came out of the kiln." if index < share * count else "Mugs came out of the kiln.",
        )
        for index in range(count)
    ]


def found(key, readings, others=None):
    """One trait, measured."""
    traits = judge(readings, ENGLISH, others or {}, np.random.default_rng(0))
    return next(trait for trait in traits if trait.key == key)


def test_a_planted_regularity_is_found_with_its_interval():
    """40 of 100 posts open with a number: 40 %, between 30.9 % and 49.8 %, clearly above others' 5 to 15 %."""
    trait = found("opens_number", planted(), {"opens_number": np.linspace(0.05, 0.15, 20)})
    assert (trait.value, trait.low, trait.high) == pytest.approx((0.4, 0.3094, 0.4980), abs=1e-4)
    assert (trait.others, trait.others_low, trait.others_high) == pytest.approx((0.10, 0.06, 0.14))
    assert trait.is_distinct
    assert trait.is_more


def test_what_others_do_as_well_sets_nobody_apart():
    """The same figure inside the others' range is no distinct trait, nor beside only two others."""
    assert not found("opens_number", planted(), {"opens_number": np.linspace(0.1, 0.6, 20)}).is_distinct
    assert not found("opens_number", planted(), {"opens_number": np.array([0.0, 0.01])}).is_distinct


def test_a_difference_too_small_to_notice_is_not_distinct():
    """Two in a hundred against none is sure with enough posts, and still nobody's habit."""
    trait = found("opens_number", planted(3_000, 0.02), {"opens_number": np.zeros(20)})
    assert trait.low > trait.others_high
    assert not trait.is_distinct


def test_rates_and_lengths_are_figured_in_their_units():
    """Six words a sentence, seven with the number; full stops end all; no hashtag in 100 posts."""
    readings = planted()
    assert found("sentence_words", readings).value == pytest.approx(6.4)
    assert found("length_words", readings).value == 6
    assert found("hashtags", readings).high == pytest.approx(3.69, abs=0.01)
    assert found("sentence_words", readings).unit is Unit.PER_SENTENCE


def test_a_trait_reads_back_from_its_plain_values():
    """What was stored is what was measured."""
    trait = found("opens_number", planted(), {"opens_number": np.linspace(0.05, 0.15, 20)})
    assert Trait.from_json(trait.to_json()) == trait
