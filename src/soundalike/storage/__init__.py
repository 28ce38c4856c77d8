"""What is kept: training sessions, trained models, collected posts, and what was spent; in SQLite or PostgreSQL."""

from soundalike.storage.quizzes import QuizRecord
from soundalike.storage.records import (
    DraftRecord,
    DraftStatus,
    Forgotten,
    SessionChanges,
    TrainedModelRecord,
    TrainingSession,
)
from soundalike.storage.spending import Fingerprint, fingerprint
from soundalike.storage.store import Store, open_store

__all__ = [
    "DraftRecord",
    "DraftStatus",
    "Fingerprint",
    "Forgotten",
    "QuizRecord",
    "SessionChanges",
    "Store",
    "TrainedModelRecord",
    "TrainingSession",
    "fingerprint",
    "open_store",
]
