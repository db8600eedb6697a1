"""What decoded JSON is made of, for type checkers too."""

from __future__ import annotations

from typing import Any, TypeGuard


def is_json_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether decoded JSON is an object."""
    return isinstance(value, dict)


def is_json_array(value: object) -> TypeGuard[list[Any]]:
    """Whether decoded JSON is an array."""
    return isinstance(value, list)


def without_nulls(value: Any) -> Any:
    """Return decoded JSON with the fields and items left out that are null, at any depth."""
    if is_json_object(value):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    if is_json_array(value):
        return [without_nulls(item) for item in value if item is not None]
    return value
