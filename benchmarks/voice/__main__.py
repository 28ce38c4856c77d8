"""The voice, measured: likeness beside other measures, and how stable the traits of a profile are.

    .venv/bin/python benchmarks/voice [PART...] --data ../shared/data

Every part prints tables and the same as lines of JSON:

    likeness    a creator's later posts told from those of writers never met
    drafting    drafts of the embedded model before an independent judge; takes half an hour, and can be stopped
    speed       the whole of `write` beside bare llama.cpp
    lineup      posts a report card's line-up gives to the creator
    stability   traits over resamples of a creator's weeks
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent)]

import drafting  # noqa: E402 - found by the line above
import likeness  # noqa: E402 - found by the line above
import lineup  # noqa: E402
import stability  # noqa: E402
import throughput  # noqa: E402 - found by the line above

PARTS = ("likeness", "lineup", "stability", "drafting", "speed")


def main() -> None:
    """Run the parts asked for; all by default."""
    asked = _options()
    if "likeness" in asked.parts:
        likeness.report(asked.data, development=asked.development)
    if "lineup" in asked.parts:
        lineup.report(sorted((asked.data / "creators").glob("*.jsonl")))
    if "stability" in asked.parts:
        stability.report(sorted((asked.data / "creators").glob("*.jsonl")))
    if "drafting" in asked.parts:
        drafting.report(asked.data, out=asked.out, creators=asked.creators, asked=asked.asked)
    if "speed" in asked.parts:
        throughput.report(asked.data)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what is said about the voice.")
    parser.add_argument("parts", nargs="*", metavar="PART", help="one of " + ", ".join(PARTS))
    parser.add_argument("--data", required=True, type=Path, help="the folder of creators and other writers")
    parser.add_argument(
        "--development", action="store_true", help="the writers that settings may be chosen on"
    )
    parser.add_argument("--creators", nargs="+", default=(), help="whom to draft as; all by default")
    parser.add_argument(
        "--asked",
        choices=("embedded", "adapter", "chat", "base"),
        default="embedded",
        help="as shipped; with an adapter; without leaning; or without leaning and as if no chat had been taught",
    )
    parser.add_argument("--out", type=Path, default=Path("drafts.jsonl"), help="where drafts are kept")
    asked = parser.parse_args()
    if not set(asked.parts) <= set(PARTS):
        parser.error(f"name parts ({', '.join(PARTS)}; all by default)")
    asked.parts = asked.parts or list(PARTS)
    return asked


if __name__ == "__main__":
    main()
