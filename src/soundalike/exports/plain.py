"""The prompt as text: pasted into any chat, it makes a voice of it."""

from soundalike.exports.subject import Options, Subject


def write(subject: Subject, _options: Options) -> bytes:
    """The instructions, with what they hold of the creator's posts said at their end."""
    lines = [subject.prompt.instructions]
    if posts := len(subject.prompt.posts):
        lines.append(f"(The {posts} examples above are posts of @{subject.username}, word for word.)")
    return ("\n\n".join(lines) + "\n").encode()
