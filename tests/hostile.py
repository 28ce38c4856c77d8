"""Texts meant to break a page, put wherever somebody else's words stand in a studio."""

import json

ZALGO = "Z" + "".join(map(chr, (*range(0x300, 0x34F), *range(0x300, 0x34F)))) + "algo"
BIDI = "\u202egnp.exe \u2067\u202d"
"""Turns what follows around, and never turns it back."""

MARKUP = (
    "<script>window.planted=1;alert(1)</script><b data-planted>b</b></textarea></title></style></pre>"
    "<b data-planted>b</b><svg/onload=window.planted=1><img src=//evil.example/x onerror=window.planted=1>"
)
LINKS = (
    "javascript:alert(1) JaVaScRiPt://x.com/%0aalert(1) https://\u0430pple.com/login https://x.com@evil.example/x "
    'https://evil.example/"onmouseover="alert(1) data:text/html,<script>alert(1)</script>'
)
SYNTAX = "{{7*7}} {%7*7%} ${7*7} #{7*7} %(name)s %s &lt;b data-planted&gt; &#60;b data-planted&#62;"
RIGHT_TO_LEFT = "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627"
HOSTILE = f"\"'> {BIDI} {MARKUP} {LINKS} {SYNTAX} {ZALGO} {RIGHT_TO_LEFT} " + "kiln" * 800
NAME = f'{RIGHT_TO_LEFT} {BIDI}"><b data-planted>{{{{7*7}}}}' + ZALGO[:40]
"""The same, as short as a name has to be."""

_TEXTS = {
    "training_sessions": ("error_message", "training_prompt"),
    "trained_ai_models": ("model_prompt", "base_model"),
    "step_artefacts": ("detail",),
    "opt_outs": ("note",),
    "drafts": ("brief", "text", "edited_text", "reason"),
}
_NAMES = {
    "trained_ai_models": ("model_name",),
    "users": ("name",),
    "workspaces": ("name",),
    "api_keys": ("name",),
    "logins": ("user_agent",),
}
_JSON = {
    "training_sessions": ("tweets_collected", "creator", "stats", "steps"),
    "trained_ai_models": ("voice", "patterns", "report"),
    "training_events": ("body",),
    "collected_posts": ("payload",),
    "drafts": ("figures",),
    "quizzes": ("rounds",),
}
_WORDS = frozenset(
    {"text", "sentence", "detail", "displayName", "sharedText", "shared_text", "message", "label", "a", "b"}
)
_LISTS = frozenset({"texts", "selected_texts", "warnings"})


def poison(store):
    """Have every text that is somebody else's be hostile, in a store on SQLite."""
    with store.database.writing() as connection:
        for text, found in ((HOSTILE, _TEXTS), (NAME, _NAMES)):
            for table, columns in found.items():
                for column in columns:
                    statement = f'update {table} set "{column}" = ? where "{column}" is not null'
                    connection.exec_driver_sql(statement, (text,))
        for table, columns in _JSON.items():
            for column in columns:
                _poison_json(connection, table, column)


def _poison_json(connection, table, column):
    rows = connection.exec_driver_sql(f'select rowid, "{column}" from {table}').all()
    for rowid, content in rows:
        if content is not None:
            poisoned = json.dumps(_poisoned(json.loads(content)))
            connection.exec_driver_sql(
                f'update {table} set "{column}" = ? where rowid = ?',
                (poisoned, rowid),
            )


def _poisoned(value, name=""):
    match value:
        case dict():
            return {key: _poisoned(each, key) for key, each in value.items()}
        case list() if name in _LISTS:
            return [HOSTILE for _ in value]
        case list():
            return [_poisoned(each) for each in value]
        case str() if name in _WORDS:
            return HOSTILE
    return value
