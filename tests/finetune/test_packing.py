"""Rows of many examples that do not see each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.finetune.examples import Example
from soundalike.finetune.packing import batches, pack

token = st.integers(0, 50)
tail = st.lists(token, min_size=1, max_size=5).map(tuple)
example = st.builds(
    lambda head, own, answer: Example(head + own, answer, len(answer)),
    st.sampled_from([(1, 2, 3), (1, 2, 4, 5), (0,)]), tail, tail,
)  # fmt: skip


def seen_by(row, place):
    """The (token, position) pairs that the token at a place looks at, itself included."""
    stretch, at = divmod(int(row.back[place]), row.queries.shape[1])
    looked = row.keys[stretch][row.sees[stretch, at]]
    return sorted(zip(row.positions[looked].tolist(), row.tokens[looked].tolist(), strict=True))


@settings(max_examples=60, deadline=None)
@given(st.lists(example, min_size=1, max_size=6))
def test_every_answer_sees_its_own_example_and_no_other(examples):
    """Whatever is packed together, a token is told from what stands before it in its own example, in its place."""
    row = pack(examples)
    found = sorted(
        (seen_by(row, place), int(target)) for place, target in zip(row.predicts, row.targets, strict=True)
    )
    alone = []
    for each in examples:
        whole = (*each.prompt, *each.answer)
        alone += [([*enumerate(whole[:at])], whole[at]) for at in range(len(each.prompt), len(whole))]
    assert found == sorted(alone)


def test_a_beginning_that_prompts_share_is_read_once():
    """Of twelve tokens in common and one apart, three examples make one row of 12 and thrice 1 and the answers."""
    examples = [Example((*range(12), own, 9), (7, 8), 2) for own in (20, 21, 22)]
    assert len(pack(examples).tokens) == 12 + 3 * (2 + 1)


def test_rows_that_see_nothing_still_see_something():
    """Attention over nothing is no number, and would spoil the gradient of all the rest."""
    row = pack([Example((1,), (2, 3, 4, 5), 4), Example((6,), (2,), 1)])
    assert row.sees.any(axis=-1).all()


@pytest.mark.parametrize("rng", [None, np.random.default_rng(1)])
def test_every_example_is_in_one_batch(rng):
    """Nothing is lost or repeated when examples are divided."""
    examples = [Example((1,), (2,) * size, size) for size in range(1, 40)]
    divided = list(batches(examples, 60, rng=rng))
    assert sorted(map(len, (each.answer for batch in divided for each in batch))) == list(range(1, 40))
    assert max(sum(len(each.answer) for each in batch) for batch in divided) <= 60
