"""Posts of other writers, drawn from their counts with the lengths of a creator's posts: length tells nothing then."""

from collections.abc import Sequence

import numpy as np

from soundalike.voice.background import Background, Writer
from soundalike.voice.chains import Chains
from soundalike.voice.features import Bag
from soundalike.voice.grams import Integers


def draw_posts(
    writers: Sequence[Writer], others: Background, like: Bag, each: int, chance: np.random.Generator
) -> Bag:
    """Posts of writers, `each` of the first, then of the second: as long, in runs and in words, as posts of `like`.

    Runs are drawn so that they follow one another, words one by one. A word's number is its place in the background's
    vocabulary.
    """
    lengths = _lengths(like)[chance.integers(0, like.texts, each * len(writers))]
    chains = Chains.of(others.gram_keys, [writer.grams for writer in writers])
    owners = np.repeat(np.arange(len(writers)), each)
    grams, gram_rows = chains.draw(owners, lengths[:, 0], chance)
    drawn = [
        _draw_words(writer, int(words.sum()), chance)
        for writer, words in zip(writers, np.split(lengths[:, 1], len(writers)), strict=True)
    ]
    words, word_rows = np.concatenate(drawn), np.repeat(np.arange(len(owners)), lengths[:, 1])
    known = words >= 0
    return Bag(grams, gram_rows, words[known], word_rows[known], len(owners))


def _draw_words(writer: Writer, size: int, chance: np.random.Generator) -> Integers:
    """Words in proportion to the writer's uses; -1 for one that is not in the vocabulary."""
    index, counts = writer.terms["word"]
    spots = chance.integers(0, max(writer.counted_words, 1), size)
    picks = np.searchsorted(np.cumsum(counts), spots, side="right")
    return np.append(index, -1)[picks].astype(np.int64)


def _lengths(bag: Bag) -> Integers:
    """Runs and words of each text, of shape (texts, 2), in ascending order: the order of the texts is no matter."""
    both = np.stack(
        [np.bincount(bag.gram_rows, minlength=bag.texts), np.bincount(bag.word_rows, minlength=bag.texts)], 1
    )
    return both[np.lexsort((both[:, 1], both[:, 0]))]
