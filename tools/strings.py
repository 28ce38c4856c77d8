"""Write the studio's catalogue: every string of its templates, ready for whoever translates it.

    .venv/bin/python tools/strings.py [--check]

`--check` writes nothing and fails where the catalogue is not that of the templates.
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

STUDIO = Path(__file__).parents[1] / "src/soundalike/web/studio"
CATALOGUE = STUDIO / "strings.pot"
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}


def catalogue() -> bytes:
    """The strings in the order of the templates, each with where it stands."""
    found = Catalog(project="soundalike", charset="utf-8")
    strings = extract_from_dir(STUDIO / "templates", [("**.html", "jinja2.ext:babel_extract")], OPTIONS)
    for name, line, message, comments, context in sorted(strings, key=lambda each: each[:2]):
        found.add(message, None, [(f"templates/{name}", line)], auto_comments=comments, context=context)
    file = io.BytesIO()
    write_po(file, found, width=100, omit_header=True, include_lineno=False)
    return file.getvalue()


if __name__ == "__main__":
    if "--check" not in sys.argv:
        CATALOGUE.write_bytes(catalogue())
    elif CATALOGUE.read_bytes() != catalogue():
        raise SystemExit("The catalogue is not that of the templates: run tools/strings.py.")
