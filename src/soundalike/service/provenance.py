"""How a model comes about: enough to do it again and to answer for it."""

import platform
from importlib.metadata import version
from typing import Any

from soundalike import __version__
from soundalike.storage import TrainingSession
from soundalike.training.steps import TrainingOrder, fingerprint


def provenance(session: TrainingSession, order: TrainingOrder) -> dict[str, Any]:
    """Settings, seed, writer, counts, the fingerprint of the posts, consent, versions."""
    return {
        "settings": session.settings,
        "seed": order.seed,
        "writer": order.writes,
        "collected": len(order.collected),
        "kept": len(order.collection.kept),
        "selected": len(order.selected_ids),
        "fingerprint": fingerprint(order.collected),
        "consent": session.settings.get("consent"),
        "versions": {
            "soundalike": __version__,
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "xllamacpp": version("xllamacpp"),
        },
    }
