# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
"""What the generated modules share: the mark of a field that was left out, files, and a detailed response."""

import re
from collections.abc import Mapping, MutableMapping, Sequence
from http import HTTPStatus
from typing import IO, Any, BinaryIO, Generic, Literal, Self, TypeVar, final

from attrs import Attribute, define


@final
class Unset:
    """The type of `UNSET`. It is false, and there is one of it in a process: copies and pickles are the same object."""

    def __new__(cls) -> Self:
        existing = globals().get("UNSET")
        return super().__new__(cls) if existing is None else existing

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        # A string names a global of this module: pickle looks it up, copy and deepcopy keep the object.
        return "UNSET"


UNSET: Unset = Unset()
"""Stands for an optional field that was left out; never sent."""


def check_assigned(model: object, field: "Attribute[Any]", value: Any) -> Any:
    """Return the value that is being assigned to a field of a model.

    Only the class's name is compared with the annotation, not what a list or dict holds.

    Raises:
        TypeError: the field takes another type. The message does not include the value.
    """
    kinds = str(field.type)
    while "[" in kinds and kinds != (kinds := re.sub(r"\[[^][]*\]", "", kinds)):
        pass
    taken = {kind.rpartition(".")[2] for kind in kinds.split(" | ")}
    given = {"None"} if value is None else {kind.__name__ for kind in type(value).__mro__}
    if "float" in taken:
        taken.add("int")
    if taken.isdisjoint(given | {"Any", "Literal"}):
        wanted = kinds.replace("Unset", "UNSET").replace(" | ", " or ")
        raise TypeError(f"{type(model).__name__}.{field.name} must be {wanted}, not {type(value).__name__}")
    return value


def model_repr(self: Any) -> str:
    """Return a model's repr: no field that was left out, and no value longer than 80 characters."""
    shown: list[str] = []
    for field in self.__attrs_attrs__:
        value = getattr(self, field.name)
        if value is not UNSET and (field.init or value):
            text = repr(value)
            shown.append(f"{field.name}={text if len(text) <= 80 else text[:77] + '...'}")
    return f"{type(self).__name__}({', '.join(shown)})"


def joined(items: Sequence[object] | Unset, separator: str) -> str:
    """Write an array as one text, as some query parameters and headers want it.

    Raises:
        ValueError: an item is no single value, or has the separator in it, so the server would take it for two.
    """
    texts: list[str] = []
    for item in () if isinstance(items, Unset) else items:
        text = str(item).lower() if isinstance(item, bool) else str(item)
        if not isinstance(item, str | int | float) or separator in text:
            raise ValueError(f"items are single values without {separator!r} in them, by which they are joined")
        texts.append(text)
    return separator.join(texts)


FileContent = IO[bytes] | bytes | str
# In httpx's order: file name, content, media type, and perhaps headers.
FileTypes = tuple[str | None, FileContent, str | None] | tuple[str | None, FileContent, str | None, Mapping[str, str]]
RequestFiles = list[tuple[str, FileTypes]]


@define
class File:
    """A file to upload."""

    payload: BinaryIO
    file_name: str | None = None
    mime_type: str | None = None

    def to_tuple(self) -> FileTypes:
        """The file as httpx takes it in a multipart body."""
        return self.file_name, self.payload, self.mime_type


T = TypeVar("T")


@define
class Response(Generic[T]):
    """A whole response; `parsed` is the model, or None where the description names none for the status."""

    status_code: HTTPStatus
    """The HTTP status."""
    content: bytes
    """The body as it came."""
    headers: MutableMapping[str, str]
    """The headers of the answer."""
    parsed: T | None
    """The body as its model; None where the description names none for the status."""


__all__ = ["UNSET", "File", "FileTypes", "RequestFiles", "Response", "Unset", "joined"]
