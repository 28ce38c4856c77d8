"""`doctor`: what works here, what does not, and what to do."""

import platform
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from soundalike.cli import console
from soundalike.cli.findings import Finding, attempt
from soundalike.cli.fleet_checks import examine_fleet, examine_settings
from soundalike.cli.options import as_json
from soundalike.errors import SoundalikeError

if TYPE_CHECKING:
    from soundalike.config import Settings

_NEEDED_MB = 500  # a year of collections and models of a few creators
_STYLES = {"ok": "green", "note": "yellow", "bad": "red"}


@click.command()
@as_json
def doctor_command(as_json: bool) -> int:
    """Check this installation and say what to mend.

    Exits with 1 where something does not work.
    """
    from soundalike.config import read_settings

    findings = list(_examine(read_settings()))
    if as_json:
        console.print_json(
            [{"name": f.name, "state": f.state, "message": f.words, "remedy": f.remedy} for f in findings]
        )
    else:
        _show(findings)
    return int(any(finding.state == "bad" for finding in findings))


def _examine(settings: "Settings") -> Iterator[Finding]:
    yield Finding("Python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield attempt("data folder", lambda: _folder(settings))
    yield from _fleet(settings)
    yield from examine_settings(settings)
    yield attempt("writer", lambda: _writer(settings))
    yield from _local_models(settings)
    yield _trainers()
    yield attempt("tweets API", lambda: _api(settings))


def _fleet(settings: "Settings") -> Iterator[Finding]:
    """What stands in the database; why it cannot be opened is a finding itself."""
    from soundalike.wiring import open_store

    try:
        with open_store(settings) as store:
            yield from examine_fleet(settings, store)
    except SoundalikeError as error:
        yield Finding("database", "bad", error.message, error.hint)


def _folder(settings: "Settings") -> Finding:
    folder = settings.soundalike_data_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < _NEEDED_MB:
        return Finding(
            "data folder", "bad", f"{folder} has {free_mb} MB free.", f"Make room: {_NEEDED_MB} MB do."
        )
    return Finding("data folder", "ok", f"{folder}, {free_mb / 1024:,.0f} GB free")


def _writer(settings: "Settings") -> Finding:
    from soundalike.drafts.writer import Message, Sampling
    from soundalike.wiring import open_writer

    with open_writer(settings) as writer:
        (text,) = writer.write([Message("user", "Say hello.")], count=1, sampling=Sampling(max_tokens=8))
        small = " It is small: good for trying out, not for publishing." if writer.is_small else ""
        return Finding("writer", "ok", f"{writer.name} answers “{console.plain(text.strip())[:40]}”.{small}")


def _trainers() -> Finding:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return Finding("trainers", "ok", f"prompt; lora with torch {version('torch')}")
    except PackageNotFoundError:
        return Finding(
            "trainers",
            "note",
            "prompt. The trainer lora, which makes weights of a voice, is not installed.",
            "To train weights too: pip install 'soundalike[lora]', or `make lora` in a clone.",
        )


def _local_models(settings: "Settings") -> Iterator[Finding]:
    from soundalike.drafts.local import find_local_models

    for found in find_local_models():
        if settings.soundalike_llm not in found.settings:
            remedy = "Set " + " and ".join(found.settings.splitlines())
            yield Finding(
                "other writer", "note", f"{found.server} serves {console.plain(found.model)}.", remedy
            )


def _api(settings: "Settings") -> Finding:
    from soundalike.wiring import open_api, open_store

    if settings.twitter_api_key is None:
        words = "No key: posts come from files, X archives or the emulator."
        return Finding(
            "tweets API", "note", words, "To collect, put TWITTER_API_KEY of twitterapi.io into .env."
        )
    with open_store(settings) as store, open_api(settings, store) as api:
        balance = api.fetch_balance()
    return Finding(
        "tweets API",
        "ok",
        f"the key is accepted; {balance.total:,} credits (US${balance.total / 100_000:.2f})",
    )


def _show(findings: list[Finding]) -> None:
    from rich.text import Text

    out = console.console()
    for finding in findings:
        mark = {"ok": "ok ", "note": "note", "bad": "bad "}[finding.state]
        out.print(
            Text(f"{mark:<5}", style=_STYLES[finding.state]) + Text(f"{finding.name:<14}{finding.words}")
        )
        if finding.remedy:
            out.print(Text(f"{'':<19}{finding.remedy}", style="dim"))
