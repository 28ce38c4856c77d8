"""Openings and constructions."""

import pytest

from soundalike.voice.frames import frames, openings
from soundalike.voice.profile import read_voice
from soundalike.voice.reading import read


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Data is the new oil.", ["… is the new …"]),
        ("Sleep is the new coffee! Tea is the new wine.", ["… is the new …"]),
        ("If you are shipping daily, you learn", ["if you are …"]),
        ("Why is cold coffee so popular?", ["why is … so … ?"]),
        ("In the kiln", []),
        ("Mugs crack", []),
        ("", []),
        ("马克杯是新的碗", []),
    ],
)
def test_a_frame_is_what_holds_a_sentence_together(text, found):
    """Joints stay, other words become a slot; what has too few joints is no frame."""
    assert frames(read("", text)) == found


def test_openings_are_the_first_words():
    """One, two and three of them, as far as there are."""
    assert openings(["here's", "how", "to", "boil"], gap=" ") == ["here's", "here's how", "here's how to"]
    assert openings(["lol"], gap=" ") == ["lol"]
    assert openings([], gap=" ") == []


def test_a_planted_construction_and_opening_are_found():
    """Both stand in a profile with how often others use them."""
    subjects = "kilns mugs bowls vases jars lids cups pots tiles bricks plates spoons".split()
    texts = [
        f"Hot take, friends. {subject.title()} are the new {other}."
        for subject in subjects
        for other in ("tea", "cars")
    ]
    profile = read_voice(texts)
    (frame, *_) = profile.favourites_of("frame")
    assert (frame.text, frame.posts) == ("… are the new …", 24)
    assert frame.rate > 50 * frame.others_rate
    assert "hot" in profile.favourites_of("opening")[0].text


def test_no_term_of_several_words_is_one_writers_own(others):
    """Phrases, openings and frames that ship are shared by two writers at least."""
    for kind in ("phrase", "opening", "frame"):
        users = [set(writer.terms[kind][0].tolist()) for writer in others.writers]
        assert all(sum(term in held for held in users) >= 2 for term in range(len(others.vocabulary[kind])))
