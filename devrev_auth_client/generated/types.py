# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
"""What the generated modules share: the mark of a field that was left out, files, and a detailed response."""

from collections.abc import Mapping, MutableMapping, Sequence
from http import HTTPStatus
from typing import IO, BinaryIO, Generic, Literal, Self, TypeVar, final

from attrs import define


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
