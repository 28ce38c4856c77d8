"""The tables, a file a subject; all of them are known once this is imported."""

from soundalike.storage.tables.accounts import (
    api_keys,
    identities,
    invitations,
    logins,
    memberships,
    opt_outs,
    sign_in_links,
    throttles,
    users,
    workspaces,
)
from soundalike.storage.tables.base import metadata
from soundalike.storage.tables.collecting import (
    api_requests,
    collected_posts,
    key_balances,
    rate_limits,
    read_stretches,
)
from soundalike.storage.tables.drafts import drafts
from soundalike.storage.tables.jobs import jobs, step_artefacts, training_events, workers
from soundalike.storage.tables.quizzes import quizzes
from soundalike.storage.tables.trainings import model_parts, trained_ai_models, training_sessions

__all__ = [
    "api_keys",
    "api_requests",
    "collected_posts",
    "drafts",
    "identities",
    "invitations",
    "jobs",
    "key_balances",
    "logins",
    "memberships",
    "metadata",
    "model_parts",
    "opt_outs",
    "quizzes",
    "rate_limits",
    "read_stretches",
    "sign_in_links",
    "step_artefacts",
    "throttles",
    "trained_ai_models",
    "training_events",
    "training_sessions",
    "users",
    "workers",
    "workspaces",
]
