"""Virality, measured: the wording prior, creators' own forecasters, patterns.

    .venv/bin/python benchmarks/virality --pairs TRAIN.jsonl VAL.jsonl --posts CREATOR.jsonl ...
    .venv/bin/python benchmarks/virality PART... [options]

Every part prints tables and the same as lines of JSON:

    wording    the prior, on pairs of posts that were held back from its fitting
    creators   forecasters fitted on the first 80 % of a creator's posts, on pairs of the rest
    patterns   what is found where there is nothing, and where something was planted
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "tools")]

import creators  # noqa: E402 - found by the line above
import patterns  # noqa: E402
import wording  # noqa: E402

PARTS = ("wording", "creators", "patterns")


def main() -> None:
    """Run the parts asked for; all that the files allow by default."""
    asked = _options()
    if "wording" in asked.parts and asked.pairs:
        wording.report(*asked.pairs, picture=asked.picture)
    if "creators" in asked.parts and asked.posts:
        creators.report(asked.posts)
    if "patterns" in asked.parts and asked.posts:
        patterns.report(asked.posts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what is said about virality.")
    parser.add_argument("parts", nargs="*", metavar="PART", help="one of " + ", ".join(PARTS))
    parser.add_argument("--pairs", nargs=2, type=Path, metavar=("TRAIN", "VAL"), help="pairs of wordings")
    parser.add_argument("--posts", nargs="+", type=Path, default=[], help="files of posts, one creator each")
    parser.add_argument("--picture", type=Path, metavar="SVG", help="where to draw the prior's reliability")
    asked = parser.parse_args()
    if not set(asked.parts) <= set(PARTS) or not (asked.pairs or asked.posts):
        parser.error(
            f"name parts ({', '.join(PARTS)}; all by default), and files: --pairs TRAIN VAL, --posts FILE ..."
        )
    asked.parts = asked.parts or list(PARTS)
    return asked


if __name__ == "__main__":
    main()
