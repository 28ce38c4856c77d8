"""Posts that give orders to a language model change nothing that training makes of the others."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from planted import ORDERS
from soundalike.posts.collection import sort_out
from soundalike.posts.post import Creator, Window
from soundalike.training.status import Step
from soundalike.training.steps import Training, TrainingOrder
from soundalike.voice.background_file import shipped_background
from writing import made_up_posts

NOW = datetime(2026, 9, 1, tzinfo=UTC)
POSTS = made_up_posts(200, NOW)


class Cheerful:
    """A language model that can be told to leave its habits; it says the same for the same seed."""

    name, is_small, is_base = "cheerful", False, False

    def write(self, messages, *, count, sampling):
        """On the subject it is given."""
        subject = messages[0].content.partition("<brief>")[2].partition("<")[0]
        return [f"Embrace {subject} {sampling.seed + number}! #Success" for number in range(count)]


def hostile():
    """The posts, and after each fifth of them an order that many people met."""
    for number, order in enumerate(ORDERS.values()):
        near = POSTS[5 * number]
        likes = replace(near.engagement, likes=90_000)
        at = near.created_at + timedelta(hours=1)
        yield replace(near, id=str(int(near.id) + 1), text=order, created_at=at, engagement=likes, lang=None)


def made_of(posts):
    """What the steps before drafting make, and what the first says."""
    order = TrainingOrder(
        creator=Creator("42", "ada"),
        collected=tuple(posts),
        collection=sort_out(posts, Window.months_before(NOW, 6)),
        selected_ids=tuple(post.id for post in POSTS[::10]),
        name="Ada",
    )
    training = Training(order, writer=Cheerful, background=shipped_background(), clock=lambda: 0.0)
    steps = (Step.PREPARE, Step.VOICE, Step.PATTERNS, Step.TRAIN)
    made = [training.make(step, lambda _share, _remark: None) for step in steps]
    return [each.artefact for each in made], made[0].detail


def test_planted_posts_change_neither_profile_nor_patterns_nor_prompt():
    """To the last figure; and that they were left out is said."""
    (plain, _), (planted, detail) = made_of(POSTS), made_of([*POSTS, *hostile()])
    assert planted == plain
    assert "left out, as they give orders to a language model" in detail
