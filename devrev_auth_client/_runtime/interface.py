"""What the client asks of asyncio, trio and threads. All times are seconds; `math.inf` is no bound."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

Address = tuple[int, Any]
"""Address family and socket address, as `socket.socket` and `connect` take them."""


class Asked(NamedTuple):
    """What came of asking the user's function."""

    value: object = None
    error: type[BaseException] | None = None
    """What it raised."""
    is_late: bool = False
    """Whether it took longer than it may."""


class Event(Protocol):
    """Set once, from any thread; waited for by one caller."""

    def set(self) -> object:
        """Wake the caller. Raises `RuntimeError` where its event loop was closed."""
        ...

    async def wait(self, seconds: float) -> bool:
        """Wait until it is set; False where that takes longer."""
        ...


class Runtime(Protocol):
    """One event loop, or threads."""

    @property
    def loop(self) -> object:
        """The event loop, or `None` for threads."""
        ...

    def has_ended(self) -> bool:
        """Whether nothing will run in it any more: its event loop was closed."""
        ...

    async def checkpoint(self) -> None:
        """Raise a cancellation that has come already."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    def event(self) -> Event:
        """Return a new event."""
        ...

    async def readable(self, opened: socket.socket, seconds: float) -> bool:
        """Wait until the socket has something to read or was closed; False where that takes longer."""
        ...

    async def writable(self, opened: Sequence[socket.socket], seconds: float) -> bool:
        """Wait until one of the sockets can be written to or has failed; False where that takes longer."""
        ...

    async def resolve(self, host: str, port: int, seconds: float) -> list[Address] | None:
        """Look up a host's addresses; `None` where that takes longer. Raises `OSError`."""
        ...

    async def ask(self, function: Callable[[], object], seconds: float) -> Asked:
        """Call the user's function, and await what it returns where that can be."""
        ...

    async def send(self, transport: Any, request: Any, take: Callable[[bytes], bool], seconds: float) -> Any:
        """Send over an httpx transport and hand each chunk of the body to `take`, until that returns False.

        Returns the response, closed; `None` where it takes more than `seconds`, which threads cannot see to: there the
        request's own timeouts have to. Raises what the transport raises.
        """
        ...

    async def close(self, transport: Any) -> None:
        """Close an httpx transport."""
        ...
