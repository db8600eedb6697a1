"""Calls each operation of a generated package through `client.call`, and notes what fails, for `try_description`."""

import importlib
import io
import json
import re
import typing
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from types import ModuleType, UnionType
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import httpx
from openapi_python_client.strings import PythonIdentifier

from tools.description.document import Document, Part, child, children, mapping, sequence
from tools.description.operations import Operation, operations
from tools.samples import LATER, Samples, differences, kinds_in

PACKAGE = "devrev_on_trial"
COLUMNS = ("generated", "mypy --strict", "pyright strict", "callable", "requests", "answers")


@dataclass
class Outcome:
    """What failed, by operation and column."""

    document: Document
    failures: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def add(self, operation: Operation, column: str, text: str) -> None:
        """Note the first failure of an operation in a column."""
        self.failures.setdefault((f"{operation.method.upper()} {operation.path}", column), text)

    def __str__(self) -> str:
        total = len([*operations(self.document)])
        failed = Counter(column for _, column in self.failures)
        lines = [f"{name}: {column}: {text}" for (name, column), text in self.failures.items()]
        table = [("operations", total), *((column, total - failed[column]) for column in COLUMNS)]
        return "\n".join([*lines, *(f"{name:<16}{number:>5}" for name, number in table)])


def module_of(operation: Operation) -> tuple[str, str]:
    """Return folder and module of an operation."""
    node = operation.part.node
    path = re.sub(r"[{}]", "", operation.path).strip("/").replace("/", "_")
    tag = (node.get("tags") or ["default"])[0]
    name = node.get("operationId") or f"{operation.method}_{path}"
    return str(PythonIdentifier(tag, "tag")), str(PythonIdentifier(name, "field_"))


class Trial:
    """One operation, called as often as its samples ask for."""

    def __init__(self, package: ModuleType, document: Document, operation: Operation, outcome: Outcome) -> None:
        self.package = package
        self.document = document
        self.operation = operation
        self.outcome = outcome

    def run(self) -> None:
        """Call it, and tell the outcome the first thing that is wrong in each column."""
        folder, name = module_of(self.operation)
        if not (Path(self.package.__path__[0]) / "tried" / "api" / folder / f"{name}.py").is_file():
            for column in COLUMNS:
                self.outcome.add(self.operation, column, "was not generated")
            return
        for column, tried in (("callable", self._load), ("requests", self._requests), ("answers", self._answers)):
            try:
                found = next(tried(), None)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this operation's outcome
                found = f"{type(error).__name__}: {error}"
            if found:
                self.outcome.add(self.operation, column, found[:300])

    def _call(self, arguments: dict[str, Any]) -> Any:
        options = {"transport": httpx.MockTransport(self._respond), "retry": self.package.RetryPolicy(max_attempts=1)}
        with self.package.DevRevAuthClient("a-token-for-trials", **options) as client:  # a 429 makes others wait
            return client.call(self.module, **arguments)

    def _respond(self, request: httpx.Request) -> httpx.Response:
        self.request = request
        status, media_type, content = self.answer
        return httpx.Response(status, content=content, headers={"Content-Type": media_type})

    def _load(self) -> Iterator[str]:
        self.module = importlib.import_module(f"{PACKAGE}.tried.api.{'.'.join(module_of(self.operation))}")
        self.hints = typing.get_type_hints(self.module._get_kwargs)  # noqa: SLF001 - it is what `client.call` calls
        self.least = self._arguments(Samples(self.document, 0, "none"))[0]
        success, part = next(
            (status, part) for status, part in self.operation.answers(self.document).items() if status < "3"
        )
        self.success = self._answer(success, part, Samples(self.document, 0))
        self.answer, _ = self.success
        self._call(self.least)
        yield from ()

    # Requests.

    def _arguments(self, samples: Samples) -> tuple[dict[str, Any], list[tuple[str, str]], Any]:
        """Return arguments for a call, the query and the JSON that they must come to."""
        arguments: dict[str, Any] = {}
        query: list[tuple[str, str]] = []
        body: Any = None
        for (place, name), part in self.operation.parameters(self.document).items():
            if place == "cookie" or name.lower() in ("accept", "content-type"):
                continue  # not sent, as a note says
            if samples.optional != "all" and not part.node.get("required"):
                continue
            value = samples.of(part.node["schema"])
            if sequence(value):  # where items may be anything, no query can hold all of it
                value = ["text" if isinstance(item, dict) else item for item in sequence(value)]
            python_name = str(PythonIdentifier(name, "field_"))
            python_name = python_name if python_name in self.hints else f"{python_name}_{place}"
            arguments[python_name] = _converted(value, self.hints[python_name])
            if place == "query":
                query += [(name, text) for text in _query_texts(part.node, value)]
        for media in self.operation.bodies(self.document):
            body = samples.of(media.node["schema"])
            arguments["body"] = _converted(body, self.hints["body"])
        return arguments, query, body

    def _requests(self) -> Iterator[str]:
        parts = [*self.operation.parameters(self.document).values(), *self.operation.bodies(self.document)]
        for samples in self._samples([schema.node for part in parts for schema in child(part, "schema")]):
            if samples.optional == "null":
                continue
            arguments, query, body = self._arguments(samples)
            self.answer, _ = self.success
            self._call(arguments)
            path = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(self.operation.path))
            if self.request.method.lower() != self.operation.method or not re.fullmatch(path, self.request.url.path):
                yield f"went to {self.request.method} {self.request.url.path}"
            sent = parse_qsl(self.request.url.query.decode(), keep_blank_values=True)
            yield from differences(
                [list(pair) for pair in sorted(query)], [list(pair) for pair in sorted(sent)], "query"
            )
            if isinstance(body, str):
                yield from differences(body, self.request.content.decode())
            elif body is not None:
                yield from differences(body, json.loads(self.request.content))
                yield from _kinds(body, arguments["body"])

    # Answers.

    def _samples(self, schemas: list[dict[str, Any]]) -> Iterator[Samples]:
        first = Samples(self.document, 0)
        for number in range(max(map(first.count, schemas), default=1)):
            yield replace(first, number=number)
        yield replace(first, optional="none")
        yield replace(first, optional="null")

    def _answer(self, status: str, part: Part, samples: Samples) -> tuple[tuple[int, str, bytes], Any]:
        """Return status, media type and content of an answer, and its JSON."""
        code = int(status.replace("XX", "06"))
        for media in children(part, "content"):
            media_type = str(media.pointer[-1])
            sample = samples.of(media.node["schema"])
            is_json = "json" in media_type
            content = b"" if code == 204 else json.dumps(sample).encode() if is_json else b"some bytes"
            return (code, media_type, content), sample if is_json and content else None
        return (code, "text/plain", b""), None

    def _answers(self) -> Iterator[str]:
        for status, part in self.operation.answers(self.document).items():
            schemas = [schema.node for media in children(part, "content") for schema in child(media, "schema")]
            for samples in self._samples(schemas):
                self.answer, sample = self._answer(status, part, samples)
                try:
                    parsed = self._call(self.least)
                except self.package.APIError as error:
                    parsed = error.error
                if sample is not None:
                    given = [each.to_dict() for each in sequence(parsed)] or parsed.to_dict()
                    found = [*differences(sample, given), *_kinds(sample, parsed)]
                    yield from (f"{status}, sample {samples.number} ({samples.optional}): {text}" for text in found)


def _query_texts(parameter: dict[str, Any], value: Any) -> list[str]:
    """Return the texts that a query must have for a parameter."""
    is_array = isinstance(value, list)
    items: list[Any] = sequence(value) if is_array else [value]
    texts = [str(item).lower() if isinstance(item, bool) else str(item) for item in items]
    separator = {"pipeDelimited": "|", "spaceDelimited": " "}.get(str(parameter.get("style")), ",")
    return [separator.join(texts)] if is_array and texts and parameter.get("explode") is False else texts


def _converted(value: Any, hint: Any) -> Any:
    """Return what a caller would pass where JSON has a value."""
    if typing.get_origin(hint) in (typing.Union, UnionType):
        kinds = sorted(
            typing.get_args(hint), key=lambda kind: "Literal" not in str(getattr(kind, "__annotations__", ""))
        )
        for kind in kinds:
            try:
                return _converted(value, kind)
            except (TypeError, ValueError, KeyError, AttributeError):
                continue
        raise TypeError(f"{value!r} is none of {hint}")
    if typing.get_origin(hint) is list:
        return [_converted(item, typing.get_args(hint)[0]) for item in value]
    if hint is Any:
        return value
    if hasattr(hint, "from_dict"):
        return hint.from_dict(value)
    if getattr(hint, "__name__", "") == "File":
        return hint(payload=io.BytesIO(value.encode()))
    if hint in (datetime, date):
        return hint.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, Enum | UUID):
        return hint(value)
    if isinstance(hint, type) and not isinstance(value, hint) and hint is not float:
        raise TypeError(f"{value!r} is no {hint}")
    return value


def _models(value: Any) -> Iterator[Any]:
    """Yield the models in what was parsed."""
    fields = [getattr(value, each.name) for each in getattr(value, "__attrs_attrs__", ())]
    if fields:
        yield value
    for inner in (*fields, *sequence(value), *mapping(value).values()):
        yield from _models(inner)


def _kinds(sample: Any, parsed: Any) -> Iterator[str]:
    """Yield where an object of a sample is no model, or a model of another kind."""
    models = [model for model in _models(parsed) if LATER in getattr(model, "additional_properties", {})]
    kinds = [*kinds_in(sample)]
    if len(models) != len(kinds):
        yield f"{len(kinds)} objects are {len(models)} models"
    for model in models:
        kind = model.additional_properties[LATER]
        hints = [str(hint).replace("'", '"') for hint in type(model).__annotations__.values()]
        if kind and f'Literal["{kind}"]' not in hints:
            yield f"an object of the kind {kind!r} is a {type(model).__name__}"
