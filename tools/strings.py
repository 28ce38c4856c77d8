"""Write the studio's catalogue, every string for people of its pages, and bring its translations up to date with it.

    .venv/bin/python tools/strings.py [--check]

What is new is put into every `languages/*.po` to be translated, what is in no page any more leaves it, and the `.mo`
beside it is what the studio reads. `--check` writes nothing and fails where any of these files would change.
"""

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).parents[1] / "src/soundalike/web"
STUDIO = WEB / "studio"
CATALOGUE = STUDIO / "strings.pot"
TEMPLATES = {"**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
TEMPLATES["**.svg"] = TEMPLATES["**.html"]
KEYWORDS = DEFAULT_KEYWORDS | {"Kind": (3,)}  # the title of a kind of problem


def main() -> None:
    """Write what has changed, or say so."""
    stale = {path: content for path, content in files() if not path.exists() or path.read_bytes() != content}
    if "--check" not in sys.argv:
        for path, content in stale.items():
            path.write_bytes(content)
    elif stale:
        names = ", ".join(path.name for path in stale)
        raise SystemExit(f"Not that of the pages: {names}. Run tools/strings.py.")


def files() -> Iterator[tuple[Path, bytes]]:
    """The files as they should be: the catalogue, each translation, and what the studio reads of it."""
    found = catalogue()
    yield CATALOGUE, _written(write_po, found, width=100, omit_header=True, include_lineno=False)
    for path in sorted(STUDIO.glob("languages/*.po")):
        translated = translation(path, found)
        yield path, _written(write_po, translated, width=100, include_lineno=False)
        yield path.with_suffix(".mo"), _written(write_mo, translated)


class Translation(Catalog):
    """A translation whose head says what readers need and no more, so that it changes with its strings alone."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """Language, charset, forms for counts."""
        return [
            ("Language", str(self.locale_identifier)),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Plural-Forms", self.plural_forms),
        ]


def translation(path: Path, found: Catalog) -> Catalog:
    """The strings of the catalogue with what a file has for them; a new file may be empty."""
    locale = Locale.parse(path.stem, sep="-")
    with path.open("rb") as file:
        before = read_po(file, locale=locale)
    head = f"# {locale.english_name} strings of the studio."
    now = Translation(locale=locale, header_comment=head, fuzzy=False)
    for message in filter(lambda each: each.id, found):
        kept = before.get(message.id, message.context)
        is_kept = kept and kept.id == message.id
        now.add(
            message.id,
            kept.string if is_kept else None,
            message.locations,
            auto_comments=message.auto_comments,
            user_comments=kept.user_comments if is_kept else (),
            context=message.context,
        )
    return now


def catalogue() -> Catalog:
    """The strings in the order of the files, those of templates first, each with where it stands."""
    found = Catalog(project="soundalike", charset="utf-8")
    sources = (
        (
            "templates",
            STUDIO / "templates",
            [("**.html", "jinja2.ext:babel_extract"), ("**.svg", "jinja2.ext:babel_extract")],
        ),
        ("", STUDIO, [("**.py", "python")]),
        ("..", WEB, [("kinds.py", "python")]),
    )
    for place, folder, methods in sources:
        strings = extract_from_dir(folder, methods, TEMPLATES, KEYWORDS)
        for name, line, message, comments, context in sorted(strings, key=lambda each: each[:2]):
            where = [((Path(place) / name).as_posix(), line)]
            found.add(message, None, where, auto_comments=comments, context=context)
    return found


def _written(write: Callable[..., None], found: Catalog, **options: object) -> bytes:
    file = io.BytesIO()
    write(file, found, **options)
    return file.getvalue()


if __name__ == "__main__":
    main()
