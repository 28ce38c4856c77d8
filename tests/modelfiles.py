"""A strict reader of Ollama's Modelfiles, written from their documentation and from what Ollama's parser does.

A command is a name and a value, on one line or within triple quotation marks, which end where three of them end a
line. What does not print is dropped from values. Whatever the documentation does not have is refused.
"""

import re

COMMANDS = {"from", "system", "parameter", "message", "template", "adapter", "license"}
ROLES = {"system", "user", "assistant"}
PARAMETERS = {
    "temperature": float,
    "top_p": float,
    "min_p": float,
    "repeat_penalty": float,
    "num_ctx": int,
    "num_predict": int,
    "stop": str,
}


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


ACTION = re.compile(r"\{\{ *(.*?) *\}\}")


def fill_template(template, *, system, messages):
    """What Go's text/template makes of a TEMPLATE, of the few actions that ours uses; others are refused.

    Messages are pairs of a role and a content. Actions that trim spaces are among those refused.
    """
    parts = iter(ACTION.split(template))
    found, ended = _block(parts, next(parts))
    assert ended == ""
    return "".join(found({"System": system, "Messages": [{"Role": r, "Content": c} for r, c in messages]}))


def _block(parts, text):
    """Read up to what ends a block: how it is filled, and its ending."""
    made = [lambda _, text=text: [text]]
    for action in parts:
        if action in {"end", "else"}:
            return (lambda dot: [each for make in made for each in make(dot)]), action
        made.append(_read_action(action, parts))
        after = next(parts)
        made.append(lambda _, text=after: [text])
    return (lambda dot: [each for make in made for each in make(dot)]), ""


def _read_action(action, parts):
    word, _, rest = action.partition(" ")
    if action.startswith("."):
        return lambda dot: [dot[action[1:]]]
    assert word in {"if", "range"}, action
    yes, ended = _block(parts, next(parts))
    no = lambda _: []  # noqa: E731 - one of two that are called alike
    if ended == "else":
        no, ended = _block(parts, next(parts))
    assert ended == "end", action
    if word == "range":
        return lambda dot: [each for one in dot[rest[1:]] for each in yes(one)]
    return lambda dot: yes(dot) if _holds(rest, dot) else no(dot)


def _holds(test, dot):
    compared = re.fullmatch(r'ne \.(\w+) "(\w+)"', test)
    return dot[compared[1]] != compared[2] if compared else bool(dot[test[1:]])
