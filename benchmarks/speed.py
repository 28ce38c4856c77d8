"""How long each part of the main job takes on this machine, on the demo's real posts.

    .venv/bin/python benchmarks/speed.py

Each figure is the best of three runs: other work on the machine can only make a run slower.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from soundalike.cli.demo_posts import demo_posts
from soundalike.drafts.guard import CopyGuard
from soundalike.drafts.prompt import build_prompt
from soundalike.posts.collection import hold_out, sort_out
from soundalike.posts.post import Window
from soundalike.posts.text import own_text
from soundalike.virality.forecast import Forecaster
from soundalike.virality.patterns import find_patterns
from soundalike.virality.score import score_posts
from soundalike.voice.background_file import shipped_background
from soundalike.voice.likeness import Likeness
from soundalike.voice.profile import read_voice

RUNS = 3


def best_seconds(work: Callable[[], object]) -> float:
    """The shortest of three runs."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    """Print one line a part."""
    posts = demo_posts()
    window = Window(datetime(2013, 1, 1, tzinfo=UTC), datetime(2017, 1, 1, tzinfo=UTC))
    collection = sort_out(posts, window)
    seen = hold_out(collection).seen[-3_000:]
    texts = [own_text(post) for post in seen]
    background = shipped_background().without("realDonaldTrump")
    likeness = Likeness.fit(seen, background)
    guard = CopyGuard(posts[-12_000:])
    command = [sys.executable, "-m", "soundalike", "--help"]
    print(f"Python {sys.version.split()[0]}; {len(posts):,} posts, {len(seen):,} learned from\n")
    for name, work in {
        "soundalike --help": lambda: subprocess.run(command, check=True, capture_output=True),
        f"sort out {len(posts):,} posts": lambda: sort_out(posts, window),
        "score 12,000 posts": lambda: score_posts(collection.kept[-12_000:]),
        f"find patterns in {len(seen):,} posts": lambda: find_patterns(seen),
        f"fit the forecaster on {len(seen):,} posts": lambda: Forecaster.fit(seen),
        f"read the voice of {len(seen):,} posts": lambda: read_voice(seen, background),
        f"fit likeness on {len(seen):,} posts": lambda: Likeness.fit(seen, background),
        "score 1,000 texts by likeness": lambda: likeness.scores(texts[:1_000]),
        "build the copy guard over 12,000 posts": lambda: CopyGuard(posts[-12_000:]),
        "check 1,000 texts for copying": lambda: [guard.check(text) for text in texts[:1_000]],
        f"build the prompt from {len(seen):,} posts": lambda: build_prompt(texts, creator="@realDonaldTrump"),
    }.items():
        print(f"{best_seconds(work):8.2f} s  {name}", flush=True)


if __name__ == "__main__":
    main()
