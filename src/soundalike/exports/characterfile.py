"""A character of elizaOS, as @elizaos/core 1.x validates it (packages/core/src/schemas/character.ts): strictly.

It fills the names between double braces itself, so that texts may not hold any.
"""

import json
import re
from dataclasses import replace
from typing import Any, Final

from soundalike.exports.subject import MAX_CHARS, Options, Subject
from soundalike.voice.favourites import Kind
from soundalike.voice.profile import VoiceProfile

_TOPICS: Final[tuple[Kind, ...]] = ("hashtag", "word")
_MOST_TOPICS: Final = 12
_BRACES = re.compile(r"\{{2,}|\}{2,}")


def write(subject: Subject, _options: Options) -> bytes:
    """The character; posts that go along stand as `postExamples` and as what it says in `messageExamples`."""
    return (json.dumps(_plain(character(subject)), ensure_ascii=False, indent=2) + "\n").encode(
        "utf-8", "replace"
    )


def character(subject: Subject) -> dict[str, Any]:
    """The character as JSON values."""
    prompt, posts = subject.prompt, [*subject.prompt.posts]
    style = [*prompt.traits, *(rule.sentence for rule in prompt.rules)]
    return {
        "name": subject.username,
        "username": subject.username,
        "system": replace(prompt, posts=()).instructions,
        "bio": [
            f"Writes posts in the manner of @{subject.username} on X, as Soundalike measured it (v{subject.version}).",
            "An AI: not this person, and what it writes is to be labelled as AI-made.",
            *(
                [f"Its examples are {len(posts)} posts of @{subject.username}, word for word."]
                if posts
                else []
            ),
        ],
        "messageExamples": [_conversation(subject, order, post) for order, post in _turns(subject)],
        "postExamples": posts,
        "topics": _topics(subject.shown),
        "adjectives": [],
        "style": {"all": style, "chat": [], "post": [*prompt.patterns, f"At most {MAX_CHARS} characters."]},
        "plugins": [],
        "settings": {},
    }


def _turns(subject: Subject) -> list[tuple[str, str]]:
    """Orders and the posts that answer them."""
    posts = len(subject.prompt.posts)
    chat = subject.prompt.messages("", manner="turns", max_chars=MAX_CHARS, turns=posts)[:-1]
    return [(chat[at].content, chat[at + 1].content) for at in range(0, len(chat), 2)]


def _conversation(subject: Subject, order: str, post: str) -> list[dict[str, Any]]:
    return [
        {"name": "{{name1}}", "content": {"text": order}},
        {"name": subject.username, "content": {"text": post}},
    ]


def _topics(voice: VoiceProfile) -> list[str]:
    """What the creator names more than others do; single words and hashtags."""
    found = [each.text for kind in _TOPICS for each in voice.favourites_of(kind)]
    return found[:_MOST_TOPICS]


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same without double braces, save those of the one name that is to be filled."""
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case "{{name1}}":
            return value
        case str():
            return _BRACES.sub(lambda found: found[0][0], value)
    return value
