"""The signs that a text gives orders to a language model: their words, read from `orders.txt`, and their marks.

All is written as `orders` folds a text: lower case, no accents on Latin letters.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

_NEAR: Final = r"[^\n]{0,50}?"
_JUST: Final = r"[^\w\n]{1,4}(?:[\w']{1,8}[^\w\n]{1,4}){0,2}"  # “the word”, “only”, quotation marks
_ANSWER: Final = (
    r"(?:answer|repl(?:y|ies)|respon[ds]e?|output|post|tweet|draft|message|sentence|generation|completion)s?"
)
_ROLES: Final = (
    "system|assistant|user|human|developer|tool|instructions?|systeme?|sistema|asistente|assistente|utilisateur|usuario|"
    "benutzer|system ?nachricht|系统|系統|用户|用戶|助手|システム|アシスタント|ユーザー|指示|시스템|사용자|"
    "система|системное сообщение|пользователь|ассистент|النظام|المستخدم|المساعد|सिस्टम|नظام"
)
_TAGS: Final = (
    "system|sys|instructions?|posts?|brief|beginning|example|user|assistant|developer|prompt|tool_?calls?|tool_response|tool|"
    "function_?calls?|function|invoke|parameter|antml:\\w+|admin|important|secret|s|bos|eos|pad|unk|im_start|im_end|"
    "start_of_turn|end_of_turn|endoftext|think|thinking|context|data|end"
)
MARKS: Final = re.compile(
    rf"""
    <[|｜][^\n<>]{{0,40}}[|｜]?>                                          # <|im_start|>
    | </?(?:{_TAGS})(?:\s[^<>\n]{{0,60}})?/?>                             # </posts>
    | <</?\s?sys\s?>> | \[/?\s?(?:inst|system|sys|system_prompt|available_tools|tool_calls|assistant|user)\s?\]
    | <!--[^\n]{{0,80}}\b(?:ai|llm|assistant|model|instructions?|system|prompt)\b
    | \{{\{{[^\n]{{0,200}}?\}}\}} | \{{%[^\n]{{0,200}}?%\}} | \{{\#[^\n]{{0,200}}?\#\}}  # Jinja
    | ["'](?:role|system(?:_prompt)?|instructions?|prompt|completion|tools?|tool_(?:calls?|name)|function(?:_call)?
        |arguments)["']\s*:
    | ```\s*(?:system|instructions?|prompt|tool|assistant)\b
    | \#{{2,}}\s*(?:system|instructions?|new\ instructions?|response|assistant|user|human|input)\b
      [^\n]{{0,20}}(?:\n|:|\#|$)
    | (?:^|[\n.!?。！？])[\s>*_\#=\-\[\]()"'`~|/]{{0,12}}(?:{_ROLES})
      [\s>*_\#=\-\[\]()"'`~|/]{{0,6}}(?:prompt|message|note|override|update|notice|alert|command|admin)?
      [\s*_\])"'`]{{0,4}}[:：](?!//)
    | \b(?:begin|start|end)\ (?:of\ )?(?:system|new\ instructions?|(?:system\ )?prompt|hidden\ instructions?)\b
    | \bend\ of\ (?:the\ )?(?:posts?|examples?|data|brief|user\ input|context)\b\W{{0,5}}\n
    | \bim_(?:start|end|sep)\b | \bendoftext\b
    """,
    re.VERBOSE,
)
"""Marks of chats, of templates, of calls to tools and of a fence that is to be closed."""

SPACED_OUT: Final = re.compile(
    "(?:ignore|disregard|forget|override|bypass)(?:all|any|the|of|your|my|everyone|these|those){0,3}"
    "(?:previous|prior|above|earlier|preceding|foregoing|system|your)(?:ly)?(?:given|system|user)?"
    "(?:instruction|prompt|rule|direction|directive|command|guideline|message)"
    "|youarenowdan|enterdevelopermode|revealyoursystemprompt|printyoursystemprompt"
    "|(?:reply|respond|answer)only(?:with)?theword"
)
"""The best known orders, without anything between their letters."""

LOOKALIKES: Final = str.maketrans(
    "аеорсухіїјѕһԁԛԝԍвкмнтгпᴀᴄᴅᴇɡɢɪʀꜱᴛᴜᴏαεοιρτυκνηϲβ",
    "aeopcyxiijshdqwgbkmhtrnacdeggirstuoaeoiptuknncb",
)
"""Cyrillic, Greek and small capital letters that pass for Latin ones."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """What orders say in one language; a text without any of the `letters` says none of it."""

    letters: re.Pattern[str]
    patterns: tuple[re.Pattern[str], ...]
    say: re.Pattern[str] | None = None

    def lead_to(self, before: str) -> bool:
        """Whether a text that goes on with a word in capitals ends by telling somebody to say it."""
        return bool(self.say and self.say.search(before))

    def are_in(self, folded: str) -> bool:
        """Whether a text says one of them."""
        return bool(self.letters.search(folded)) and any(each.search(folded) for each in self.patterns)


@cache
def phrases() -> tuple[Phrases, ...]:
    """What orders say, by language; read once."""
    text = files("soundalike.drafts").joinpath("orders.txt").read_text(encoding="utf-8")
    return tuple(_read(section) for section in text.split("\n\n")[1:])


def _read(section: str) -> Phrases:
    lines = [line.partition(": ") for line in section.splitlines() if not line.startswith("#")]
    letters, aside, told, rules, say, demands = (
        [words for name, _, words in lines if name == wanted]
        for wanted in ("letters", "set aside", "told", "rules", "say", "demand")
    )
    away, what = "|".join(aside), "|".join(told)
    both = (f"(?:{away}){_NEAR}(?:{what})", f"(?:{what}){_NEAR}(?:{away})")
    alone = (words.replace("~", _NEAR).replace("{answer}", _ANSWER) for words in demands)
    at_length = (f"(?:{away}){_NEAR}(?:{rules[0]}){_NEAR}(?:{say[0]})",) if rules and say else ()
    patterns = tuple(re.compile(each) for each in (*both, *at_length, *alone))
    return Phrases(re.compile(letters[0]), patterns, re.compile(f"(?:{say[0]}){_JUST}$") if say else None)
