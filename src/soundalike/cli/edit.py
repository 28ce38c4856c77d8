"""`edit`: what a voice shows, and what its drafts keep to."""

from typing import TYPE_CHECKING

import click

from soundalike.cli import console
from soundalike.cli.models import found_model, model_argument
from soundalike.cli.options import as_json

if TYPE_CHECKING:
    from soundalike.training.edits import Edits
    from soundalike.voice.profile import VoiceProfile


@click.command()
@model_argument
@click.option("--rule", "rules", multiple=True, metavar="WORDS", help="Add a rule, in words as above.")
@click.option(
    "--drop", "dropped", multiple=True, metavar="RULE", help="Remove a rule, by what is listed for it."
)
@click.option("--hide", multiple=True, metavar="KEY", help="Hide a trait, or a favourite such as word:ship.")
@click.option("--show", multiple=True, metavar="KEY", help="Show it again.")
@click.option("--keys", is_flag=True, help="List the keys of all traits and favourites.")
@as_json
def edit_command(
    model: str,
    rules: tuple[str, ...],
    dropped: tuple[str, ...],
    hide: tuple[str, ...],
    show: tuple[str, ...],
    keys: bool,
    as_json: bool,
) -> None:
    """Make a voice yours: rules that every draft keeps, traits and favourites that have no say.

    MODEL is an id, a name, or @username (its newest model). Each option may be given several times; without any, what
    was changed so far is listed.

    \b
    --rule "never word: delve"      --rule "no hashtags"          --rule "no line breaks"
    --rule "utilize -> use"         --rule "no emoji"             --rule "lower case"
    --rule "at most 200 characters" --rule "no exclamation marks" --rule "no questions"

    Anything else is told to the language model as it is: --rule "Sound calmer". The embedded model follows no
    instructions; the rules above are kept for it all the same.
    """  # noqa: D301 - click keeps the lines after \b as they are
    from soundalike.drafts.rules import read_rule
    from soundalike.service.feedback import change_voice
    from soundalike.service.keeping import edits_of, voice_of
    from soundalike.training.edits import Wish
    from soundalike.wiring import LOCAL_USER, now

    with found_model(model) as (store, record):
        voice, edits = voice_of(record), edits_of(record)
        wish = Wish(
            hide_traits=_parted(hide, is_term=False),
            show_traits=_parted(show, is_term=False),
            hide_favourites=_parted(hide, is_term=True),
            show_favourites=_parted(show, is_term=True),
            add_rules=tuple(map(read_rule, rules)),
            remove_rules=tuple(_key_of(each, edits) for each in dropped),
        )
        if wish != Wish():
            changed = change_voice(store, record.user_id, record.id, wish, at=now(), who=LOCAL_USER)
            edits = edits_of(changed)
    if as_json:
        from soundalike.schemas.edits import EditsShape

        console.print_json(EditsShape.of(edits).as_json())
    elif keys:
        _show_keys(voice)
    else:
        _show(edits)


def _parted(keys: tuple[str, ...], *, is_term: bool) -> tuple[str, ...]:
    """Those of the keys that are of favourites, which say their kind, or the others."""
    return tuple(key for key in keys if (":" in key) is is_term)


def _key_of(text: str, edits: "Edits") -> str:
    """The key of the rule that a user means by its number in the list, its sentence or its key."""
    if text.isdecimal() and 0 < int(text) <= len(edits.rules):
        return edits.rules[int(text) - 1].rule.key
    by_sentence = {kept.rule.sentence.casefold(): kept.rule.key for kept in edits.rules}
    return by_sentence.get(text.casefold(), text)


def _show(edits: "Edits") -> None:
    from soundalike.cli.report import show_edits

    if not show_edits(edits):
        click.echo("Nothing is changed about this voice. `soundalike edit --help` says what can be.")
    elif edits.rules:
        click.echo("Remove a rule with --drop and its number.", err=True)


def _show_keys(voice: "VoiceProfile") -> None:
    from soundalike.training import wording
    from soundalike.training.edits import favourite_key

    for trait in voice.traits:
        click.echo(f"{trait.key:<32}  {console.plain(wording.trait(trait))}")
    for each in voice.favourites:
        click.echo(console.plain(favourite_key(each.kind, each.text)))
