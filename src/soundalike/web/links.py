"""Links of the description: which operations an answer leads to, and with what of it."""

from typing import Any


def lead(*operations: str, **parameters: str) -> dict[str, Any]:
    """Links to these operations, each parameter named with the JSON pointer of its value in the answer's body."""
    values = {name: f"$response.body#{pointer}" for name, pointer in parameters.items()}
    return {name: {"operationId": name, "parameters": values} for name in operations}


def lead_with_body(operation: str, **fields: str) -> dict[str, Any]:
    """A link to an operation whose body has these fields, each from the JSON pointer in the answer's body."""
    values = {name: f"$response.body#{pointer}" for name, pointer in fields.items()}
    return {operation: {"operationId": operation, "requestBody": values}}
