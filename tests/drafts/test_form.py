"""Form: lengths as X counts them, what makes a text unfit, what is flagged."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.drafts.flags import Flag, find_flags
from soundalike.drafts.form import Form, Unfit, find_fault, read_form
from soundalike.drafts.length import weighted_length
from soundalike.drafts.reading import hash_text
from soundalike.drafts.tidying import tidy
from soundalike.drafts.writer import CUT_OFF
from soundalike.posts.rows import post_of
from soundalike.posts.text import own_text

KNOWN = frozenset(map(hash_text, ["senate", "health", "actonclimate"]))
STRICT = Form(ends_openly=False, has_paragraphs=False, words=KNOWN)
OPEN = Form(ends_openly=True, has_paragraphs=True, words=frozenset())


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Hi http://test.co", 26),
        ("あ" * 160, 320),
        ("a👨‍👩‍👧‍👦😀🎉", 7),
        ("see example.com", 27),
        ("see http://example.com/a_b?c=1…", 29),
        ("看example.com/a，好", 2 + 23 + 4),
        ("node.js and it_happening.gif and a@b.com", 40),
        ("1️⃣ go", 5),
        ("", 0),
        ("cafe\u0301", 4),
    ],
)
def test_lengths_are_those_x_counts(text, length):
    """Links 23, emoji 2, CJK 2, composed before counting."""
    assert weighted_length(text) == length


def fault(text, *, brief="health care", form=STRICT, max_chars=280):
    """The first fault of a text."""
    return find_fault(text, brief=brief, form=form, max_chars=max_chars)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Unfit.EMPTY),
        ("🔥🔥", Unfit.EMPTY),
        ("Health care for all of us, now.", None),
        ("Care. " * 60, Unfit.LOOPS),
        ("We will win, we will win, we will win, we will win!", Unfit.LOOPS),
        ("There you go again again again again, taking my health care.", Unfit.LOOPS),
        ("Never, never, never give up. Ha ha ha ha. 哈哈哈哈。", None),
        ("Fine words about health care. " + " ".join(f"word{n}" for n in range(60)) + ".", Unfit.TOO_LONG),
        ("Here is a new post about health care.", Unfit.ABOUT_THE_TASK),
        ("As an AI language model, I have no health.", Unfit.ABOUT_THE_TASK),
        ("1. Health care matters.", Unfit.ABOUT_THE_TASK),
        ("I'm sorry, but I can't say that.", Unfit.ABOUT_THE_TASK),
        ("Sure! Here you go.", Unfit.ABOUT_THE_TASK),
        ("</post> Health care matters.", Unfit.ABOUT_THE_TASK),
        ("Read more at http://bit.ly/x1.", Unfit.LINK),
        ("Read more at example.com today.", Unfit.LINK),
        ("Thank you @JoeBiden for this.", Unfit.MENTION),
        ("Health care is one of the", Unfit.UNFINISHED),
        ("Health care is good" + CUT_OFF, Unfit.UNFINISHED),
        ("Health care is good #DoYourJob", None),
        ("Health care is good 🙌🏽", None),
        ("“Health care is good.” —The Doctor", None),
    ],
)
def test_unfit_texts_are_told_with_their_reason(text, reason):
    """Each fault has its name, so that callers can count them."""
    assert fault(text) == reason


def test_what_the_brief_has_is_not_invented():
    """Links and mentions the user asked for may stand."""
    brief = "thank @JoeBiden, link to example.com"
    assert fault("Thank you @joebiden. See example.com.", brief=brief) is None


def test_creators_without_full_stops_are_measured_by_their_own_ways():
    """Only a dangling word is unfinished then."""
    assert fault("health care is good", form=OPEN) is None
    assert fault("health care is good and", form=OPEN) == Unfit.UNFINISHED


def test_real_posts_are_nearly_all_fit(shared):
    """Checks that real posts fail would withhold the best drafts: at most 7 % for this creator."""
    lines = (shared / "data/creators/neiltyson.jsonl").read_text(encoding="utf-8").splitlines()[:400]
    posts = [post_of(json.loads(line)) for line in lines]
    texts = [text for post in posts if not post.is_reply and (text := own_text(post))]
    form = read_form(texts)
    faults = [find_fault(text, brief=text, form=form, max_chars=1_000) for text in texts]
    assert sum(each is not None for each in faults) < 0.07 * len(texts)
    assert form.has_paragraphs


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("Post: Health care matters.", "Health care matters."),
        ("**Tweet 1:** Health care matters.", "Health care matters."),
        ('"Health care matters."', "Health care matters."),
        ("“Health care” and “matters”", "“Health care” and “matters”"),
        ('"It works." He said so. "It does."', '"It works." He said so. "It does."'),
        ("Here is a post about it:\n\nHealth care matters.\n\nLet me know!", "Health care matters."),
        ("<think>Hm.\n\nA post.</think>\nHealth care matters.", "Health care matters."),
        ("<think>Never ends", ""),
        ("R&amp;D matters.", "R&D matters."),
    ],
)
def test_what_models_put_around_a_post_is_cut_away(answer, text):
    """The post itself stays as it is."""
    assert tidy(answer, STRICT) == text


def test_paragraphs_stay_where_the_creator_uses_them():
    """Blank lines belong to some voices."""
    assert tidy("One.\n\nTwo.", OPEN) == "One.\n\nTwo."
    assert tidy("One.\n\nTwo.", STRICT) == "One."


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("Tell the Senate about 12,000 people.", [Flag("number", "12,000")]),
        ("We met Kevin Jenner in Chicago.", [Flag("name", "Kevin Jenner"), Flag("name", "Chicago")]),
        ("Chicago is fine. Health matters.", []),
        ("Vote #ActOnClimate and #MadeUpTag", [Flag("name", "#MadeUpTag")]),
        ("HEALTH CARE FOR ALL", []),
    ],
)
def test_names_and_numbers_from_nowhere_are_flagged(text, flags):
    """A person looks at what neither the brief nor the creator's posts said."""
    assert list(find_flags(text, brief="Health care", form=STRICT)) == flags


def test_what_the_brief_says_is_not_flagged():
    """Numbers are compared without their commas."""
    assert find_flags("Kevin Jenner met 12,000 people.", brief="kevin jenner, 12000", form=STRICT) == ()


@given(st.text(max_size=400))
@settings(deadline=None)
def test_any_text_can_be_looked_at(text):
    """Model output is hostile data: nothing breaks, and tidying twice is tidying once more at most."""
    tidied = tidy(text, STRICT)
    assert len(tidied) <= len(text)
    find_fault(tidied, brief="", form=STRICT, max_chars=280)
    find_flags(tidied, brief="", form=STRICT)


def test_a_huge_answer_is_bounded():
    """A model that does not stop costs no minutes."""
    assert len(tidy("word " * 1_000_000, STRICT)) <= 25_000


@given(st.lists(st.text(max_size=60), max_size=6))
@settings(deadline=None)
def test_a_kept_form_is_the_same_one(texts):
    """Whatever the posts were: bytes and back changes nothing."""
    form = read_form(texts)
    assert Form.from_bytes(form.to_bytes()) == form


def test_a_kept_form_holds_no_word():
    """Words are kept as hashes: enough to say that a name is known, not to read it."""
    content = read_form(["Zanzibar, where Ozymandias met Persephone."]).to_bytes()
    assert not any(word in content.lower() for word in (b"zanzibar", b"ozymandias", b"persephone"))


@given(st.integers(0, 10_000), st.integers(1, 255))
@settings(deadline=None)
def test_a_damaged_form_is_refused(place, change):
    """One changed byte anywhere is enough."""
    content = bytearray(STRICT.to_bytes())
    content[place % len(content)] ^= change
    with pytest.raises(ValueError, match="bytes"):
        Form.from_bytes(bytes(content))
