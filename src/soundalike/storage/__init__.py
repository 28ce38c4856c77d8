"""What is kept: training sessions, trained models and collected posts, in SQLite or PostgreSQL."""

from soundalike.storage.records import Forgotten, SessionChanges, TrainedModelRecord, TrainingSession
from soundalike.storage.store import Store, open_store

__all__ = ["Forgotten", "SessionChanges", "Store", "TrainedModelRecord", "TrainingSession", "open_store"]
