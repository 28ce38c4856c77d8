"""An invented creator, a potter, for the pictures in docs/: posts of half a year, the same each time.

Nobody wrote them; they are put together from sentences and figures by lot. What is shown of them is measured as of
anybody's: posts with an exact figure in them are made to go further, by a factor of 1.6.
"""

import json
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NAME, USERNAME = "Odile Farrow", "firedbyodile"
POSTS = 330
_EPOCH_MS, _BITS = 1_288_834_974_657, 22  # how X makes ids of moments
_MEDIAN, _SPREAD, _LIFT = 1_400, 0.55, 1.6
_FAR, _FURTHEST = 0.07, (6, 60)

_SLOTS = {
    "n": [str(number) for number in (3, 6, 9, 11, 14, 22, 31, 41, 64)],
    "temp": ["1,020 °C", "1,190 °C", "1,240 °C", "1,280 °C"],
    "price": ["£12", "£38", "£54", "£90"],
    "pot": ["mug", "bowl", "jug", "teapot", "plate", "lid", "vase", "butter dish"],
    "pots": ["mugs", "bowls", "jugs", "teapots", "plates", "lids", "vases"],
    "glaze": ["celadon", "tenmoku", "ash glaze", "shino", "chun blue", "iron red"],
    "who": [
        "the apprentice",
        "my neighbour",
        "a customer",
        "my accountant",
        "the delivery driver",
        "my uncle",
    ],
    "day": ["Monday", "Tuesday", "Thursday", "Saturday"],
    "thing": [
        "the wheel",
        "the extractor fan",
        "the pug mill",
        "the shelf by the door",
        "the radio",
        "the kiln door",
    ],
    "state": ["cracked", "warped", "stuck to the shelf", "the wrong green", "perfect, and I do not know why"],
}
_OPENINGS = """Opened the kiln.|Closed the kiln.|Kiln log, 04:10.|Glaze test {n}.|Studio rent went up.|Market day.
A {pot} came back.|{who} asked what a {pot} costs.|{who} asked if it is dishwasher safe.|First frost.
I have renamed the seconds shelf.|{thing} has stopped.|{n} {pots} on the drying rack.|Reclaimed clay all {day}.
Threw {n} {pots} before lunch.|Nobody tells you about {glaze}.|The {glaze} is in.|A wholesale order.|Centring.
Things I sold this {day}: {n} {pots}.|The wood firing is over.|{day}, and the clay is too wet."""
_MIDDLES = """{n} of {n} are {state}.|{temp} and climbing.|Thirty hours of stoking, and the left wall stayed at {temp}.
Clay £0.90. Glaze £0.60. Two firings £3.10.|It reads {temp} on the left and {temp} on the right.
{who} is awake. I am awake.|I said it is not organic, it is wobbly.
The {pot} on top is {state}.|I wrote the recipe down this time.
I did not write the recipe down.|Eleven years, and I still check the cone twice.|{price} is what it costs to be wrong.
The {glaze} ran. It always runs.|The handle is a separate decision.|Nobody buys the {pot} I would keep.
I made it for somebody who never came.|Slip, score, wait.|It will be dry by {day}, or it will not."""
_ENDINGS = """The {pot} does not care.|I have spoken to the chimney.
Sales are up. The {pots} have not changed. Nor have I.
I dropped that one.|We fire again on {day}.|So technically I own half a success.|None of them will look at me.
That is the whole secret.|Ask me again in spring.|It is {state}.|I have made {n} sculptures.|Worth it, by a little.
The dog has better reasons.|Come and see it before I change my mind.|I will not be taking questions."""


def posts(until: datetime, count: int = POSTS) -> list[dict[str, Any]]:
    """Rows as `soundalike import` takes them, the newest just before `until`."""
    chance = random.Random(11)  # noqa: S311 - the same each time
    moments = sorted(until - timedelta(hours=chance.uniform(1, 182 * 24)) for _ in range(count))
    return [_row(moment, chance) for moment in moments]


def _row(moment: datetime, chance: random.Random) -> dict[str, Any]:
    text = _text(chance)
    likes = chance.lognormvariate(0, _SPREAD) * _MEDIAN * (_LIFT if any(map(str.isdigit, text)) else 1)
    if chance.random() < _FAR:
        likes *= chance.uniform(*_FURTHEST)
    reposts, replies, quotes, views = (likes * chance.uniform(low, 2 * low) for low in (0.05, 0.02, 0.01, 30))
    return {
        "id": str((int(moment.timestamp() * 1000) - _EPOCH_MS) << _BITS),
        "text": text,
        "created_at": moment.isoformat(),
        "like_count": round(likes),
        "retweet_count": round(reposts),
        "reply_count": round(replies),
        "quote_count": round(quotes),
        "view_count": round(views),
        "bookmark_count": round(likes / 9),
        "lang": "en",
        "is_reply": False,
        "is_retweet": False,
        "is_quote": False,
        "author": USERNAME,
    }


def _text(chance: random.Random) -> str:
    parts = [_filled(_OPENINGS, chance), *(_filled(_MIDDLES, chance) for _ in range(chance.randint(1, 3)))]
    if chance.random() < 0.7:  # noqa: PLR2004 - most end on a line that turns
        parts.append(_filled(_ENDINGS, chance))
    return chance.choice(("\n\n", "\n\n", " ", "\n")).join(dict.fromkeys(parts))


def _filled(sentences: str, chance: random.Random) -> str:
    sentence = chance.choice(sentences.replace("\n", "|").split("|"))
    while "{" in sentence:
        slot = sentence.partition("{")[2].partition("}")[0]
        sentence = sentence.replace(f"{{{slot}}}", chance.choice(_SLOTS[slot]), 1)
    return sentence[0].upper() + sentence[1:]


if __name__ == "__main__":
    rows = posts(datetime.now(UTC))
    Path(sys.argv[1]).write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )
