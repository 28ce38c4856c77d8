"""What is regular in a creator's writing, and how like the creator a text is."""

from soundalike.voice.background import Background, fit_background
from soundalike.voice.background_file import load_background, save_background, shipped_background
from soundalike.voice.likeness import Likeness, Ratios, impostors
from soundalike.voice.profile import VoiceProfile, read_voice
from soundalike.voice.traits import Trait
from soundalike.voice.verdict import Verdict

__all__ = [
    "Background",
    "Likeness",
    "Ratios",
    "Trait",
    "Verdict",
    "VoiceProfile",
    "fit_background",
    "impostors",
    "load_background",
    "read_voice",
    "save_background",
    "shipped_background",
]
