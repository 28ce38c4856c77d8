"""Posts that nobody wrote, enough of them and unlike enough for a voice, the same each time."""

import random
from datetime import timedelta

from soundalike.posts.post import Engagement, Post, last_id_before

_WORDS = (
    "the tea kiln loom barge quill fern oak and then we ship a small thing every day because people want it "
    "when rain falls on our roof my work is slow but this code runs fast with fewer parts than you think so "
    "try again before lunch write down what broke who fixed it why that matters for every team which cares"
).split()


def made_up_posts(count, until, *, username="ada"):
    """So many English posts, one every eight hours, the last just before `until`; each tenth was met by many."""
    chance = random.Random(7)
    return tuple(_post(number, until, username, chance) for number in reversed(range(count)))


def _post(number, until, username, chance):
    at = until - timedelta(hours=8 * number + 1)
    text = " ".join(chance.choices(_WORDS, k=chance.randint(8, 24))) + chance.choice((".", "!", "?", " lol"))
    likes = 5_000 + number if number % 10 == 0 else 100 + number
    counts = Engagement(likes=likes, reposts=9, replies=1, quotes=0)
    return Post(last_id_before(at), text, at, username, engagement=counts, author_id="42", lang="en")
