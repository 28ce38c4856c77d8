"""Each step is done again when, and only when, something that goes into it has changed."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from soundalike.posts.collection import sort_out
from soundalike.posts.post import Creator, Window
from soundalike.training.findings import without_hours
from soundalike.training.status import Step, TrainingStatus
from soundalike.training.steps import Made, Training, TrainingOrder, fingerprint, liftable
from soundalike.training.workflow import Journal, train_model
from soundalike.voice.background_file import shipped_background
from writing import made_up_posts

NOW = datetime(2026, 9, 1, tzinfo=UTC)
WINDOW = Window.months_before(NOW, 6)
POSTS = made_up_posts(200, NOW)
STEPS = [Step.PREPARE, Step.VOICE, Step.PATTERNS, Step.TRAIN, Step.EVALUATE]
DETAIL = "as it was"


class Actor:
    """A writer that takes texts in turn and counts how often it was asked."""

    name, is_small, is_base = "actor", False, False
    texts = (
        "The key to long-term success is consistent effort and a willingness to adapt to change.",
        "we ship a small thing every day because people want it, try again before lunch",
        "Teamwork makes the dream work, and collaboration brings out the best in all of us.",
    )

    def __init__(self):
        self.asked = 0

    def write(self, _messages, *, count, sampling):
        """Begin where the seed says."""
        self.asked += 1
        return [self.texts[(sampling.seed + number) % len(self.texts)] for number in range(count)]

    def close(self):
        """Nothing to close."""


class Talker(Actor):
    """A writer of texts that pass every check."""

    texts = (
        "anything that broke before lunch is fixed by now, and every team knows why.",
        "my roof leaks, so anything small with fewer parts wins for me today.",
    )


class Kept:
    """A memory that goes through JSON, as a database's does, and notes which steps it was given."""

    def __init__(self):
        self.rows = {}
        self.made = []

    def recall(self, step, input_hash):
        """What was kept of the same input."""
        known_hash, text = self.rows.get(step, (None, "null"))
        return Made(json.loads(text), DETAIL) if known_hash == input_hash else None

    def keep(self, step, input_hash, made, _seconds):
        """Keep it as text."""
        self.made.append(step)
        self.rows[step] = (input_hash, json.dumps(made.artefact, allow_nan=False))


def order_of(posts=POSTS, **changes):
    """An order to train on these posts."""
    values = {
        "creator": Creator("42", "ada"),
        "collection": sort_out(posts, WINDOW),
        "collected": tuple(posts),
        "selected_ids": tuple(post.id for post in POSTS[5:100:10]),
        "name": "test",
        "seed": 5,
        "writes": "actor",
    }
    return TrainingOrder(**values | changes)


def train(order, memory, writer=None, background=None):
    """Train with that memory; gives the model and the last status."""
    statuses = []
    model = train_model(
        order,
        writer=writer or Actor(),
        background=background or shipped_background(),
        journal=Journal(TrainingStatus("t", NOW), now=lambda: NOW, publish=statuses.append),
        save=lambda trained: trained,
        memory=memory,
        clock=lambda: 0.0,
    )
    return model, statuses[-1]


@pytest.fixture(scope="module")
def first():
    """A training and its memory, never changed afterwards."""
    memory = Kept()
    return *train(order_of(), memory), memory


@pytest.fixture
def memory(first):
    """The same memory for a test to change."""
    copy = Kept()
    copy.rows = dict(first[2].rows)
    return copy


def without(posts, *unwanted):
    """The posts without those at these places."""
    ids = {POSTS[place].id for place in unwanted}
    return tuple(post for post in posts if post.id not in ids)


def hashes(order, memory, background=None):
    """The input hash of each step, where the steps before it made what memory holds."""
    writer = Actor()
    training = Training(
        order, writer=lambda: writer, background=background or shipped_background(), clock=lambda: 0.0
    )
    found = {}
    for step in STEPS:
        found[step] = training.input_hash(step)
        training.know(step, Made(json.loads(memory.rows[step][1]), DETAIL))
    return found


def more_likes(posts, place):
    """The posts, one of which was liked by more."""
    post = posts[place]
    liked = replace(post, engagement=replace(post.engagement, likes=post.engagement.likes + 1))
    return (*posts[:place], liked, *posts[place + 1 :])


def smaller_background():
    """The writers that come with the package, without one."""
    background = shipped_background()
    return replace(background, writers=background.writers[1:])


CHANGES = {
    "nothing": ({}, ""),
    "the name": ({"name": "other"}, ""),
    "the record of its origin": ({"provenance": {"a": 1}}, ""),
    "the order of the selected": ({"selected_ids": tuple(reversed(order_of().selected_ids))}, ""),
    "the seed": ({"seed": 6}, "patterns train evaluate"),
    "the language model": ({"writes": "other"}, "train evaluate"),
    "the selected": ({"selected_ids": order_of().selected_ids[1:]}, "prepare train"),
    "the counts of a post learned from": (
        {"collection": sort_out(more_likes(POSTS, 3), WINDOW)},
        "prepare voice patterns train",
    ),
    "the counts of a post held out": ({"collection": sort_out(more_likes(POSTS, 199), WINDOW)}, "prepare"),
    "what drafts are checked against": ({"collected": POSTS[1:]}, "evaluate"),
    "posts bought for their engagement": (
        {"collection": replace(order_of().collection, picked=frozenset({POSTS[3].id}))},
        "patterns",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_step_is_done_again_when_what_goes_into_it_changes(memory, change):
    """And no other, as long as those before it make the same of it."""
    changes, expected = CHANGES[change]
    before, after = hashes(order_of(), memory), hashes(order_of(**changes), memory)
    assert [step.value for step in STEPS if before[step] != after[step]] == expected.split()


def test_other_writers_to_compare_with_change_voice_and_report(memory):
    """Both say how the creator differs from them."""
    before, after = hashes(order_of(), memory), hashes(order_of(), memory, smaller_background())
    assert [step.value for step in STEPS if before[step] != after[step]] == ["voice", "evaluate"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (Step.PREPARE, "voice patterns train evaluate"),
        (Step.VOICE, "train"),
        (Step.PATTERNS, "train"),
        (Step.TRAIN, "evaluate"),
    ],
)
def test_what_a_step_made_goes_into_those_that_use_it(memory, changed, expected):
    """The rest hangs on it through them alone."""
    before = hashes(order_of(), memory)
    input_hash, text = memory.rows[changed]
    made = json.loads(text)
    if changed is Step.PREPARE:
        made["seenIds"] = made["seenIds"][1:]
    else:
        made["one more"] = 1
    memory.rows[changed] = (input_hash, json.dumps(made))
    after = hashes(order_of(), memory)
    assert [step.value for step in STEPS if before[step] != after[step]] == expected.split()


def test_no_two_steps_have_the_same_hash(memory):
    """Each is of sixty-four hexadecimal digits."""
    found = hashes(order_of(), memory)
    assert len(set(found.values())) == 5
    assert all(len(value) == 64 and int(value, 16) for value in found.values())


def test_the_order_of_posts_does_not_matter_but_their_text_does():
    """Nor does how often one asks."""
    assert fingerprint(reversed(POSTS)) == fingerprint(POSTS)
    assert fingerprint((replace(POSTS[0], text="other"), *POSTS[1:])) != fingerprint(POSTS)
    assert fingerprint([replace(POSTS[0], text="\ud800 half a pair")])


def test_a_second_run_recalls_all_and_drafts_nothing(first, memory):
    """The model that comes of plain JSON is the same as that of the first run."""
    writer = Actor()
    model, status = train(order_of(), memory, writer)
    assert (memory.made, writer.asked) == ([], 0)
    assert [step.detail for step in status.steps[:5]] == [DETAIL] * 5
    for name in ("voice", "patterns", "prompt", "seen", "held_out", "selected_ids", "report"):
        assert getattr(model, name) == getattr(first[0], name), name


def test_a_step_that_makes_the_same_again_leaves_those_after_it_alone(memory):
    """Training dropped: the prompt is the same, so nothing is graded again."""
    del memory.rows[Step.TRAIN]
    train(order_of(), memory, Actor())
    assert memory.made == [Step.TRAIN]


@pytest.mark.slow
def test_a_step_that_makes_something_else_has_those_after_it_done_again(memory):
    """One post fewer to learn from: another voice, another prompt, another grade."""
    writer = Actor()
    train(order_of(without(POSTS, 5)), memory, writer)
    assert memory.made == STEPS
    assert writer.asked


def test_hours_are_kept_with_the_patterns(first):
    """Through JSON and back: all of the day, apart from what was tried of the posts themselves."""
    model, status, memory = first
    kept = json.loads(memory.rows[Step.PATTERNS][1])["patterns"]
    assert [hour.key for hour in model.hours] == [f"hour_{hour:02}" for hour in range(24)]
    assert {hour.key for hour in model.hours} <= {row["key"] for row in kept}
    assert "hours tried" in status.steps[2].detail


def test_a_model_whose_forecaster_proved_nothing_asks_people_in_general(first):
    """For comparisons and for the order of drafts; both say so, and no chance against recent posts is made up."""
    model = first[0]
    assert not model.forecaster.is_useful
    found = model.compare("we ship a small thing", "it ships")
    assert (found.judge, found.interval) == ("wording-quick", None)
    assert "@ada" in found.note
    drafts = replace(model, writer=Talker()).write("anything", n=2)
    assert {(draft.win_judge, draft.win_probability) for draft in drafts} == {("wording-quick", None)}
    assert sum(draft.beats_others for draft in drafts) == pytest.approx(1)


def test_a_model_of_an_earlier_version_has_no_hours(first):
    """None were tried then; it is read as it was."""
    model = replace(first[0], patterns=tuple(without_hours(first[0].patterns)))
    assert model.hours == ()
    assert model.patterns


def test_of_patterns_that_say_the_same_the_prompt_is_told_one(first):
    """The others would be followed twice."""
    lifting = replace(
        first[0].patterns[0],
        key="question",
        effect=1.5,
        low=1.2,
        high=1.8,
        above_chance=True,
        told_by="",
    )
    same = replace(lifting, key="hook_question", told_by="question")
    assert [pattern.key for pattern in liftable([lifting, same])] == ["question"]


def test_a_post_deleted_since_is_in_neither_part(memory):
    """Whatever the kept artefact still names."""
    order = order_of(without(POSTS, 3, 199))
    training = Training(order, writer=Actor, background=shipped_background(), clock=lambda: 0.0)
    training.know(Step.PREPARE, Made(json.loads(memory.rows[Step.PREPARE][1]), ""))
    ids = {post.id for post in (*training.split.seen, *training.split.held_out)}
    assert ids == {post.id for post in order.collection.voice_corpus}
