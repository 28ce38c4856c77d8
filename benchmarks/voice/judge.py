"""A judge of authorship that shares nothing with the product: which of twenty writers wrote a text.

Multinomial logistic regression of scikit-learn on TF-IDF of runs of one to four characters, all writers weighing the
same. It learns from posts that no draft may be made from (`Split.judge`); what the product learns from is
`Split.product`, and what the judge makes of the creator's real later posts (`Split.later`) is the figure to hold its
verdict on drafts against.

    judge = Judge.fit({name: split(posts) for name, posts in load_writers(DATA).items()})
    judge.recall("swyx")
    judge.attributed(drafts, "swyx").mean()
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from soundalike.posts.files import load_posts
from soundalike.posts.post import Post
from soundalike.voice.estimate import Estimate, share
from soundalike.voice.reading import corpus_of, text_of

WRITERS: Final = 20  # the creators, and of the other accounts those with most posts
POSTS: Final = 400  # the latest of each, so that no writer's habits of words crowd out the others'
RUNS: Final = 80_000

_EARLIER: Final = 0.8
_STRENGTH: Final = 10.0  # inverse of the penalty; fixed beforehand, never chosen by what it says of drafts


@dataclass(frozen=True, slots=True)
class Split:
    """A writer's posts in order of time: the earlier 80 % dealt out by turns to the judge and the product, the rest."""

    judge: tuple[Post, ...]
    product: tuple[Post, ...]
    later: tuple[Post, ...]


def load_writers(data_dir: Path) -> dict[str, tuple[Post, ...]]:
    """Posts by writer: every file of `creators`, then the accounts of `authorship_2026.jsonl` with most posts."""
    found = {path.stem: tuple(load_posts(path)) for path in sorted((data_dir / "creators").glob("*.jsonl"))}
    others = load_posts(data_dir / "extra/authorship_2026.jsonl")
    sizes = Counter(post.username for post in others if post.username not in found)
    for name, _ in sizes.most_common(WRITERS - len(found)):
        found[name] = tuple(post for post in others if post.username == name)
    return found


def split(posts: Iterable[Post]) -> Split:
    """Originals with words in the writer's main language, each text once, parted in time."""
    own = tuple(post for post in corpus_of(posts).items if isinstance(post, Post))
    cut = int(len(own) * _EARLIER)
    return Split(judge=own[:cut:2], product=own[1:cut:2], later=own[cut:])


@dataclass(frozen=True, slots=True)
class Judge:
    """A fitted judge; `later` holds each writer's real later posts."""

    model: Any
    later: Mapping[str, tuple[Post, ...]]

    @classmethod
    def fit(cls, splits: Mapping[str, Split]) -> Self:
        """Learn the writers from the judge's own posts; the same splits give the same judge."""
        texts = {name: [text_of(post) for post in each.judge[-POSTS:]] for name, each in splits.items()}
        model = make_pipeline(
            TfidfVectorizer(
                analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, lowercase=False, max_features=RUNS
            ),
            LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=300),
        )
        names = [name for name, own in texts.items() for _ in own]
        model.fit([text for own in texts.values() for text in own], names)
        return cls(model, {name: each.later for name, each in splits.items()})

    def attributed(self, texts: Sequence[Post | str], username: str) -> NDArray[np.bool_]:
        """Whether each text is held for this writer's rather than any other's, of shape (texts,)."""
        if not len(texts):
            return np.zeros(0, dtype=bool)
        return np.asarray(self.model.predict([text_of(text) for text in texts]) == username)

    def recall(self, username: str) -> Estimate:
        """The share of the writer's real later posts that it knows for theirs, with Wilson's 95 % interval."""
        return share(self.attributed(self.later[username], username).astype(np.float64))
