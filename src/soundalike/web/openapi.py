"""The description of the API: OpenAPI 3.1, with every problem documented."""

from typing import Any, Final

from fastapi import FastAPI

from soundalike.schemas.sessions import SessionBody, example
from soundalike.web.problems import SCHEMA_NAME, Problem

DESCRIPTION: Final = """\
Train an AI from a creator: collect the posts, review the viral ones, train the voice, write drafts.

Errors are problems (RFC 9457) with a stable `code`. Send an API key as `Authorization: Bearer KEY`.
What belongs to another workspace is not found.
"""
TAGS: Final = [
    {"name": "Collecting", "description": "A creator's posts, and which of them went viral."},
    {"name": "Training", "description": "From reviewed posts to a model, in six steps."},
    {"name": "Models", "description": "Trained voices and their report cards."},
    {
        "name": "Drafting",
        "description": "Writing in a voice, what became of the drafts, and comparing wordings.",
    },
    {
        "name": "OpenAI",
        "description": "The same voices for whatever speaks OpenAI's API; errors are in its shape.",
    },
    {"name": "Operations", "description": "For those who run the server."},
]


class Api(FastAPI):
    """FastAPI whose description speaks of problems instead of FastAPI's own errors."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _with_problems(super().openapi())
        return self.openapi_schema


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas |= problem.pop("$defs", {}) | {SCHEMA_NAME: problem}
    schemas[SessionBody.__name__]["examples"] = [example()]  # FastAPI would take the nulls out of it
    for operation in (each for path in document["paths"].values() for each in path.values()):
        if "application/json" in operation["responses"].get("422", {}).get("content", {}):
            del operation["responses"]["422"]  # FastAPI's own, of routes that refuse nothing
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    return document
