"""How fast an X archive is taken in, and how much memory that takes: folder and zip, of ever more posts.

    .venv/bin/python benchmarks/importing.py [POSTS.jsonl]

The posts' words come from a file of posts, again and again; without one they are made up. Every archive is imported by
the real command in a process of its own, into an empty SQLite database. Memory is the peak of resident memory as the
kernel counts it for that process.
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

SIZES = (1_000, 10_000, 50_000)
NOTES = 20  # every twentieth post is a long one
LONG = 1_500  # characters of a long post
LOOK_EVERY = 0.01  # seconds
NEWEST = datetime(2026, 11, 1, tzinfo=UTC)
WORDS = (
    "the kiln was slow to cool so we read about glazes and ate what was left of the bread, again &amp; again"
)


def main() -> None:
    """Print one line an archive."""
    texts = list(_texts(Path(sys.argv[1]))) if len(sys.argv) > 1 else list(_made_up(5_000))
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} CPUs; {len(texts):,} different texts\n")
    print(f"{'posts':>8}  {'form':<6}  {'MB':>6}  {'seconds':>8}  {'posts/s':>8}  {'peak MB':>8}")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "archive"
            make_archive(folder, islice(cycle(texts), size))
            for form, path in (("folder", folder), ("zip", zipped(folder))):
                seconds, peak = measure(path, Path(place) / form)
                megabytes = sum(file.stat().st_size for file in folder.rglob("*.js")) / 1e6
                rate = size / seconds
                print(
                    f"{size:>8,}  {form:<6}  {megabytes:>6.1f}  {seconds:>8.1f}  {rate:>8,.0f}  {peak:>8.1f}",
                    flush=True,
                )


def make_archive(folder: Path, texts: Iterable[str]) -> None:
    """Write an archive as X does: escaped, indented, counters as text, long posts cut and whole elsewhere."""
    data = folder / "data"
    data.mkdir(parents=True)
    account = {"account": {"username": "potter", "accountId": "1105107392787386383"}}
    _write(data / "account.js", "account", [account])
    notes: list[object] = []
    _write(data / "tweets.js", "tweets", _tweets(texts, notes))
    _write(data / "note-tweet.js", "note_tweet", notes)


def _write(file: Path, name: str, items: Iterable[object]) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.write(f"window.YTD.{name}.part0 = [")
        for number, item in enumerate(items):
            out.write(f"{',' if number else ''}\n{json.dumps(item, indent=2, ensure_ascii=False)}")
        out.write("\n]")


def _tweets(texts: Iterable[str], notes: list[object]) -> Iterator[object]:
    """The posts, newest first; the whole texts of long ones go to `notes`."""
    for number, text in enumerate(texts):
        written = NEWEST - timedelta(minutes=37 * number)
        if number % NOTES:
            yield _tweet(number, text, written)
            continue
        whole = " ".join([text] * (LONG // (len(text) + 1) + 1))
        notes.append(_note(whole, written))
        yield _tweet(number, f"{whole[:275]}…", written)


def zipped(folder: Path) -> Path:
    """Zip an archive beside itself."""
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for file in folder.rglob("*.js"):
            made.write(file, file.relative_to(folder))
    return target


def measure(path: Path, data: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of importing `path` into an empty database at `data`."""
    began, peak = time.perf_counter(), 0.0
    process = subprocess.Popen(
        [sys.executable, "-m", "soundalike", "import", path],
        env=os.environ | {"SOUNDALIKE_DATA_DIR": str(data), "DATABASE_URL": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None:
        peak = max(peak, _peak_so_far(process.pid))
        time.sleep(LOOK_EVERY)
    if process.returncode:
        raise SystemExit(f"importing {path} failed")
    return time.perf_counter() - began, peak


def _peak_so_far(pid: int) -> float:
    """Megabytes; `getrusage` would count this process too, whose memory a child has until it becomes the command."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def _tweet(number: int, text: str, written: datetime) -> object:
    post_id = str(2_120_000_000_000_000_000 - number * 9_311_000_000_003)
    fields = {
        "edit_info": {"initial": {"editTweetIds": [post_id], "editsRemaining": "5", "isEditEligible": True}},
        "retweeted": False,
        "source": '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>',
        "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
        "display_text_range": ["0", str(len(text))],
        "favorite_count": str(number * 7919 % 5000),
        "id_str": post_id,
        "truncated": False,
        "retweet_count": str(number * 104729 % 900),
        "id": post_id,
        "created_at": f"{written:%a %b %d %H:%M:%S +0000 %Y}",
        "favorited": False,
        "full_text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
        "lang": "en",
    }
    return {"tweet": fields}


def _note(text: str, written: datetime) -> object:
    moment = f"{written:%Y-%m-%dT%H:%M:%S}.000Z"
    core = {"styletags": [], "urls": [], "text": text, "mentions": [], "cashtags": [], "hashtags": []}
    return {"noteTweet": {"noteTweetId": "1", "createdAt": moment, "updatedAt": moment, "core": core}}


def _texts(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line)["text"] for line in lines)


def _made_up(number: int) -> Iterator[str]:
    chance, words = random.Random(7), WORDS.split()  # noqa: S311 - no secret
    for _ in range(number):
        yield " ".join(chance.choices(words, k=chance.randint(3, 50)))


if __name__ == "__main__":
    main()
