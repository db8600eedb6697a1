# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
"""What the generated modules share: the mark of a field that was left out, files, and a detailed response."""

from collections.abc import Mapping, MutableMapping
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


__all__ = ["UNSET", "File", "FileTypes", "RequestFiles", "Response", "Unset"]
