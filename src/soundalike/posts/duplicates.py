"""Finding posts that say the same thing twice: shared shingles, by MinHash (Broder 1997)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from soundalike.posts.text import words

_SHINGLE_WORDS = 3
_BANDS, _ROWS = 10, 2  # a pair at similarity 0.8 shares a band with probability 1 - (1 - 0.8**2)**10 > 0.9999
_BUCKET_LIMIT = (
    50  # a band shared by more texts than this is a stock phrase; compare each with the first only
)
_PRIME = np.uint64((1 << 61) - 1)

Hashes = NDArray[np.uint64]


def near_duplicates(texts: Sequence[str], *, similarity: float = 0.8) -> list[int]:
    """For each text, the index of the first text in order that says nearly the same, else its own index.

    Similarity is the Jaccard index of the sets of three-word shingles, letter case and signs apart. Texts without a
    word are never duplicates.
    """
    shingles = [_shingles(text) for text in texts]
    first = list(range(len(texts)))
    for earlier, later in _candidates(shingles):
        if first[later] == later and _jaccard(shingles[earlier], shingles[later]) >= similarity:
            first[later] = first[earlier]
    return first


def _shingles(text: str) -> Hashes:
    found = [word.casefold() for word in words(text)]
    spans = (
        found[i : i + _SHINGLE_WORDS] for i in range(max(len(found) - _SHINGLE_WORDS + 1, min(len(found), 1)))
    )
    # Python's own hash of text differs from run to run; which texts are compared may then differ too, the verdict not.
    return np.fromiter({hash(tuple(span)) & 0x7FFF_FFFF_FFFF_FFFF for span in spans}, dtype=np.uint64)


def _jaccard(first: Hashes, second: Hashes) -> float:
    shared = len(np.intersect1d(first, second, assume_unique=True))
    return shared / (len(first) + len(second) - shared)


def _candidates(shingles: Sequence[Hashes]) -> Iterator[tuple[int, int]]:
    """Pairs worth comparing, the earlier index first, in order of the later one."""
    buckets: defaultdict[tuple[int, bytes], list[int]] = defaultdict(list)
    salts = np.random.default_rng(0).integers(1, int(_PRIME), size=(_BANDS * _ROWS, 1), dtype=np.uint64)
    for index, hashes in enumerate(shingles):
        if not len(hashes):
            continue
        lowest = ((hashes ^ salts) * np.uint64(0x9E37_79B9_7F4A_7C15) >> np.uint64(11)).min(axis=1)
        for band in range(_BANDS):
            buckets[band, lowest[band * _ROWS : (band + 1) * _ROWS].tobytes()].append(index)
    pairs = {pair for bucket in buckets.values() for pair in _pairs(bucket)}
    yield from sorted(pairs, key=lambda pair: (pair[1], pair[0]))


def _pairs(bucket: list[int]) -> Iterator[tuple[int, int]]:
    if len(bucket) > _BUCKET_LIMIT:
        yield from ((bucket[0], other) for other in bucket[1:])
    else:
        yield from combinations(bucket, 2)
