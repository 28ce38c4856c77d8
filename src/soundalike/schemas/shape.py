"""The base of all shapes."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, WithJsonSchema
from pydantic.alias_generators import to_camel


def _two_of(kind: str) -> WithJsonSchema:
    """Described without `prefixItems`, which few tools read."""
    return WithJsonSchema({"type": "array", "items": {"type": kind}, "minItems": 2, "maxItems": 2})


Pair = Annotated[tuple[float, float], _two_of("number")]
WholePair = Annotated[tuple[int, int], _two_of("integer")]


class Shape(BaseModel):
    """Base of all shapes: fields in snake case here, in camel case outside. What is told has all of its fields."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        serialize_by_alias=True,
        json_schema_serialization_defaults_required=True,
    )

    def as_json(self) -> dict[str, Any]:
        """The shape as plain JSON values."""
        return self.model_dump(mode="json")
