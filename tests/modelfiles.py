"""A strict reader of Ollama's Modelfiles, written from their documentation and from what Ollama's parser does.

A command is a name and a value, on one line or within triple quotation marks, which end where three of them end a
line. What does not print is dropped from values. Whatever the documentation does not have is refused.
"""

COMMANDS = {"from", "system", "parameter", "message", "template", "adapter", "license"}
ROLES = {"system", "user", "assistant"}
PARAMETERS = {"temperature": float, "top_p": float, "num_ctx": int, "num_predict": int, "stop": str}


def read_modelfile(text):
    """The commands in order: (name, value); a parameter's value is `name value`, a message's `role: text`."""
    lines, found = iter(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")), []
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        name, _, rest = line.partition(" ")
        assert name.lower() in COMMANDS, line
        found.append((name.lower(), _command(name.lower(), rest, lines)))
    assert "from" in dict(found), "no FROM"
    return found


def _command(name, rest, lines):
    if name == "parameter":
        key, _, value = rest.partition(" ")
        PARAMETERS[key](value)
        return rest
    if name == "message":
        role, _, rest = rest.partition(" ")
        assert role in ROLES, role
        return f"{role}: {_value(rest, lines)}"
    return _value(rest, lines)


def _value(text, lines):
    """The value that begins so; one in quotation marks goes on until they end a line."""
    if text.startswith('"') and not text.startswith('"""'):
        assert len(text) > 1, text
        assert text.endswith('"'), text
        return _printed(text[1:-1])
    if not text.startswith('"""'):
        return _printed(text.strip())
    while not (len(text.strip(" \t")) >= 6 and text.rstrip(" \t").endswith('"""')):
        text += "\n" + next(lines)
    return _printed(text.rstrip(" \t")[3:-3])


def _printed(text):
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")
