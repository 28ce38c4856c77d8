"""One voice in other people's tools: prompts, templates, characters, and a file that another installation reads.

Nothing of the creator's posts is in any of them unless it is asked for.
"""

from soundalike.exports.formats import FORMATS, Format, Made, form_of, make
from soundalike.exports.subject import MOST_EXAMPLES, Options, Subject

__all__ = ["FORMATS", "MOST_EXAMPLES", "Format", "Made", "Options", "Subject", "form_of", "make"]
