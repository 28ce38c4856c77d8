"""Fit the background of other writers from files of posts.

    python tools/fit_background.py POSTS.jsonl … --date 2026-11-22 --attribution TEXT … [--out PATH]

Where two files hold the same writer, the first file's posts are used. The same files and date give the same bytes.
"""

import argparse
import hashlib
from pathlib import Path

from soundalike.posts.files import load_posts
from soundalike.posts.post import Post
from soundalike.voice.background import fit_background
from soundalike.voice.background_file import SHIPPED, save_background


def main() -> None:
    """Read the files, count, save, and say what came of it."""
    options = _options()
    by_writer: dict[str, list[Post]] = {}
    for path in options.files:
        found: dict[str, list[Post]] = {}
        for post in load_posts(path):
            found.setdefault(post.username, []).append(post)
        by_writer = found | by_writer
    provenance = {
        "fitted_on": options.date,
        "sources": [
            {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            for path in options.files
        ],
        "attribution": options.attribution,
        "kept": "counts by writer; no posts",
    }
    background = fit_background(
        (post for posts in by_writer.values() for post in posts), provenance=provenance
    )
    save_background(background, options.out)
    size = options.out.stat().st_size / 1e6
    print(f"{len(background.writers)} writers from {len(by_writer)} accounts, {size:.2f} MB: {options.out}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fit the background of other writers from files of posts.")
    parser.add_argument("files", nargs="+", type=Path, help="JSONL files of posts")
    parser.add_argument("--date", required=True, help="the day to write into the file")
    parser.add_argument("--attribution", action="append", default=[], help="source, licence and credit")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    return parser.parse_args()


if __name__ == "__main__":
    main()
