"""The API held to its own description, by requests that nobody thought of."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from soundalike.accounts import Principal
from soundalike.config import Settings
from soundalike.storage import open_store
from soundalike.web.app import create_app
from soundalike.web.parts import open_parts

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
OURS = ("/api/train-ai", "/healthz", "/readyz", "/metrics", "/problems")
EXPECTED = {"not_configured"}  # there is no key of the tweets API here

pytestmark = pytest.mark.slow


def unexpected(case, key):
    """Send a request; anything but a documented answer raises."""
    answer = case.call(headers={"Authorization": f"Bearer {key}", "Prefer": "wait=0"})
    if answer.status_code == 503 and answer.json().get("code") in EXPECTED:
        return
    case.validate_response(answer, checks=CHECKS)


def test_every_answer_is_a_documented_one(tmp_path):
    """Status, kind, body and headers, for every operation and whatever is sent."""
    settings = Settings(_env_file=None, soundalike_data_dir=tmp_path, soundalike_jobs_queued=10_000)
    with open_store(settings.store_url) as store, open_parts(settings, store) as parts:
        user = parts.accounts.users.add("ada@example.org", "Ada")
        _, key = parts.accounts.keys.create(Principal.local(user.id), name="key")
        schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(parts))
        operations = [each.ok() for each in schema.get_all_operations()]
        for operation in operations:
            if operation.path.startswith(OURS):
                _try(operation, key)


def _try(operation, key):
    @hypothesis(
        max_examples=20,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case):
        unexpected(case, key)

    ask()
