"""Chance that repeats itself."""

from soundalike.emulator.dice import Dice
from soundalike.emulator.faults import Chance


def test_the_same_seed_gives_the_same_faults():
    """Two dice of one seed agree, two of different seeds do not."""
    runs = [
        [Dice.strikes(dice, "x", Chance(rate=0.5)) for _ in range(40)] for dice in (Dice(1), Dice(1), Dice(2))
    ]
    assert runs[0] == runs[1] != runs[2]


def test_occasions_are_counted_by_name():
    """Every name has a count of its own, from 1."""
    dice = Dice(0)
    assert [dice.occasion("a"), dice.occasion("a"), dice.occasion("b")] == [1, 2, 1]
