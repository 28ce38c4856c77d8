"""A text that somebody wrote, held against a voice as its own drafts are."""

from collections.abc import Sequence
from dataclasses import dataclass

from soundalike.drafts.flags import Flag, find_flags
from soundalike.drafts.form import MOST_CHARACTERS
from soundalike.drafts.guard import Overlap
from soundalike.drafts.length import weighted_length
from soundalike.drafts.rules import Rule, broken_rules
from soundalike.errors import SettingsError
from soundalike.training.learned import Learned
from soundalike.voice.verdict import Verdict


@dataclass(frozen=True, slots=True)
class TextScore:
    """What is known of a text beside a voice.

    `verdict` says whose it is, or that it is too little text to say; `usual` is what the creator's own later posts
    come to, where that is known. `overlap` is what it shares with collected posts. `win_probability` is its mean
    chance against the creator's recent posts, None where no forecaster of theirs proved right.
    """

    weighted_length: int
    verdict: Verdict
    usual: float | None
    overlap: Overlap
    flags: tuple[Flag, ...]
    broken_rules: tuple[Rule, ...]
    win_probability: float | None


def score_text(text: str, learned: Learned, *, brief: str = "", rules: Sequence[Rule] = ()) -> TextScore:
    """Score a text by what was learned of a creator; what stands in the `brief` is not flagged.

    Raises:
        SettingsError: The text is empty or too long.
        StorageError: A part of what was learned is damaged.
    """
    if not text.strip():
        raise SettingsError("The text is empty.", hint="Give it as it would be posted.")
    if len(text) > MOST_CHARACTERS:
        raise SettingsError(
            f"The text has {len(text):,} characters; {MOST_CHARACTERS:,} is the most.",
            hint="Score it in parts.",
        )
    return TextScore(
        weighted_length=weighted_length(text),
        verdict=learned.likeness.verdict([text]),
        usual=learned.likeness.usual,
        overlap=learned.guard.check(text),
        flags=find_flags(text, brief=brief, form=learned.form),
        broken_rules=broken_rules(text, rules),
        win_probability=_chance(text, learned),
    )


def _chance(text: str, learned: Learned) -> float | None:
    forecaster = learned.forecaster
    if forecaster is None or not forecaster.is_useful or not len(learned.rivals):
        return None
    return float(forecaster.mean_probability([text], learned.rivals)[0])
