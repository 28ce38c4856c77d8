"""Workers killed and stopped while they train, on both databases; and how soon a lone job is taken over."""

import statistics
import sys
import tempfile
from pathlib import Path

from databases import database
from soundalike.posts.files import load_posts
from soundalike.storage import open_store

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "worker")]

from fleet import LEASE_SECONDS, Endured, endure  # noqa: E402

from conftest import ScriptedModel, serving  # noqa: E402 - the tests' own fleet and language model


def main() -> None:
    """Measure and print."""
    posts = tuple(load_posts(ROOT.parent / "shared/data/creators/swyx.jsonl")[-300:])
    print(
        f"\n3 workers, 30 trainings, 8 kills, 2 stops of {2.5 * LEASE_SECONDS:g} s; lease {LEASE_SECONDS:g} s\n"
    )
    print(
        f"{'database':<11}{'complete':>9}{'models':>8}{'late steps':>11}{'taken over':>11}{'middle':>9}{'most':>8}"
    )
    for kind in ("sqlite", "postgresql"):
        with database(kind) as url:
            _show(kind, url, posts, trainings=30, kills=8, stops=2)
    print("\nA lone job of a killed worker, another worker idle: seconds until it goes on\n")
    for kind in ("sqlite", "postgresql"):
        with database(kind) as url:
            _show(kind, url, posts, trainings=3, kills=3, stops=0)


def _show(kind: str, url: str, posts: tuple[object, ...], **wanted: int) -> None:
    with tempfile.TemporaryDirectory() as folder, open_store(url) as store, serving(ScriptedModel) as address:
        environment = {
            "DATABASE_URL": url,
            "SOUNDALIKE_DATA_DIR": folder,
            "SOUNDALIKE_LLM": "openai:scripted",
            "OPENAI_BASE_URL": f"{address}/v1",
            "OPENAI_API_KEY": "none",
        }
        endured: Endured = endure(store, environment, Path(folder), posts, **wanted)
        models = sum(len(store.list_models(tenant)) for tenant in {tenant for tenant, _ in endured.asked})
        took = endured.takeovers
        print(
            f"{kind:<11}{len(endured.asked):>9}{models:>8}{len(endured.late_steps):>11}{len(took):>11}"
            f"{statistics.median(took):>7.1f} s{max(took):>6.1f} s",
            flush=True,
        )
