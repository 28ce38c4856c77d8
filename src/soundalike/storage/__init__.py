"""What is kept: training sessions, trained models, collected posts, and what was spent; in SQLite or PostgreSQL."""

from soundalike.storage.records import Forgotten, SessionChanges, TrainedModelRecord, TrainingSession
from soundalike.storage.spending import Fingerprint, fingerprint
from soundalike.storage.store import Store, open_store

__all__ = [
    "Fingerprint",
    "Forgotten",
    "SessionChanges",
    "Store",
    "TrainedModelRecord",
    "TrainingSession",
    "fingerprint",
    "open_store",
]
