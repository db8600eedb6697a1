"""The description of the API, read once and with nothing left to look up in it."""

from typing import Any

from ruamel.yaml import YAML

from tests.programs import ROOT

TEXT = (ROOT / "openapi" / "auth-tokens.yaml").read_text("utf-8")
DOCUMENT: dict[str, Any] = YAML(typ="safe").load(TEXT)


def resolved(node: Any) -> Any:
    """The same with every $ref replaced by what it names, and every allOf by one object."""
    if isinstance(node, list):
        return [resolved(child) for child in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target: Any = DOCUMENT
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        return resolved(target)
    plain = {key: resolved(value) for key, value in node.items() if key != "allOf"}
    for part in resolved(node.get("allOf", [])):
        properties = {**plain.get("properties", {}), **part.get("properties", {})}
        plain = {**part, **plain, "properties": properties}
    return plain


RESOLVED: dict[str, Any] = resolved(DOCUMENT)
