"""The base of all shapes."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Shape(BaseModel):
    """Base of all shapes: fields in snake case here, in camel case outside."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True)

    def as_json(self) -> dict[str, Any]:
        """The shape as plain JSON values."""
        return self.model_dump(mode="json")
