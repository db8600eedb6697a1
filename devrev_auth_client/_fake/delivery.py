"""What becomes of a request: an answer and how it goes out, or a connection that is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .answers import Answer


@dataclass(frozen=True)
class Pace:
    """How slowly an answer goes out.

    :ivar before: real seconds before its first byte.
    :ivar between: real seconds before each further chunk of its content.
    :ivar chunk_size: bytes.
    """

    before: float
    between: float
    chunk_size: int


def _unheard(ending: str) -> None:
    """Nobody wants to know how the answer ended."""


@dataclass(frozen=True)
class Reply:
    """An answer and how it goes out.

    :ivar kept: how many bytes of the content go out before the connection is lost; `None` for all of them.
    :ivar ended: whoever sends a reply that is not plain tells here how that ended; what is said first counts.
    """

    answer: Answer
    pace: Pace | None = None
    kept: int | None = None
    ended: Callable[[str], None] = _unheard

    @property
    def is_plain(self) -> bool:
        """Whether it goes out whole and at once."""
        return self.pace is None and self.kept is None

    @property
    def content(self) -> bytes:
        """The part of the content that goes out."""
        return self.answer.content[: self.kept]

    def chunks(self) -> Iterator[tuple[float, bytes]]:
        """Give what goes out in pieces, each with the seconds to wait before it."""
        content = self.content
        size, wait = (self.pace.chunk_size, self.pace.between) if self.pace else (len(content) or 1, 0.0)
        for start in range(0, len(content), size):
            yield (wait if start else 0.0), content[start : start + size]

    def progress(self, sent: int) -> str:
        """Say how much of the content has gone out."""
        return f"{sent} of {len(self.answer.content)} bytes"


@dataclass(frozen=True)
class LostConnection:
    """No answer.

    :ivar error: what a caller in memory gets.
    :ivar is_reset: whether a caller over HTTP gets a reset (RST) in place of an orderly end (FIN).
    """

    error: type[httpx.TransportError]
    is_reset: bool = False

    @property
    def never_sent(self) -> bool:
        """Whether the caller in memory fails before the first byte of its request is out."""
        return issubclass(self.error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))

    @property
    def message(self) -> str:
        """What the caller in memory is told."""
        return f"the connection was {'reset' if self.is_reset else 'lost'}, as scripted"
