"""`train` for notebooks and programs: from posts in memory to a graded model, nothing kept."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import gettempdir

from soundalike.drafts.writer import Writer, open_writer
from soundalike.errors import TooFewPosts
from soundalike.posts.collection import sort_out
from soundalike.posts.post import Creator, Post, Window
from soundalike.training.model import TrainedModel
from soundalike.training.status import TrainingStatus
from soundalike.training.steps import TrainingOrder
from soundalike.training.workflow import Journal, train_model
from soundalike.virality.score import Gate, score_posts, select_viral
from soundalike.voice.background_file import shipped_background


def train(
    posts: Sequence[Post],
    *,
    as_of: datetime | None = None,
    months: int = 6,
    min_engagement: Gate = "auto",
    top: int = 20,
    selected_ids: Iterable[str] | None = None,
    writer: Writer | None = None,
    name: str | None = None,
    seed: int = 0,
) -> TrainedModel:
    """Train a model of a creator's voice and grade it.

    Args:
        posts: Posts of one creator.
        as_of: End of the window; just after the latest post by default.
        months: Length of the window.
        min_engagement: What makes a post viral: a number, or `auto`.
        top: How many viral posts to learn from at most.
        selected_ids: Viral posts to learn from, in place of the best.
        writer: The language model; the embedded one by default, to be closed by whoever gives another.
        name: What to call the model.
        seed: The same seed, posts and machine give the same model.

    Raises:
        TooFewPosts: No post, none of them viral, or too few to learn from and to grade on.
        WriterError: The language model is missing or failed.
    """
    if not posts:
        raise TooFewPosts(
            "There are no posts to learn from.", found=0, needed=1, hint="Load some: load_posts(path)."
        )
    username = posts[-1].username
    end = as_of or max(post.created_at for post in posts) + timedelta(seconds=1)
    window = Window.months_before(end, months)
    collection = sort_out(posts, window)
    chosen = tuple(selected_ids or _best(collection.voice_corpus, window, min_engagement, top))
    order = TrainingOrder(
        creator=Creator(id=posts[-1].author_id or "", username=username),
        collection=collection,
        collected=tuple(posts),
        selected_ids=chosen,
        name=name or f"{username}-{end:%Y-%m-%d}",
        seed=seed,
    )
    now = datetime.now(UTC)
    journal = Journal(TrainingStatus("", now), now=lambda: datetime.now(UTC), publish=lambda _: None)
    return train_model(
        order,
        writer=writer or open_writer("embedded", data_dir=Path(gettempdir())),
        background=shipped_background(),
        journal=journal,
        save=lambda model: model,
    )


def _best(posts: Sequence[Post], window: Window, gate: Gate, top: int) -> list[str]:
    selection = select_viral(score_posts(posts), gate=gate, top=top, window=window)
    if not selection.posts:
        raise TooFewPosts(
            f"No post passes. {selection.sentence}",
            found=0,
            needed=1,
            hint="Lower min_engagement, or use “auto”.",
        )
    return [scored.post.id for scored in selection.posts]
