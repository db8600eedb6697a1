"""The runtime of plain threads: everything blocks, so that no coroutine over it ever suspends."""

from __future__ import annotations

import contextlib
import contextvars
import select
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from .interface import Address, Asked

ResultT = TypeVar("ResultT")


def run(coroutine: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Run a coroutine over `THREADS` in this thread, and return its result. One that suspends is a bug: it raises."""
    try:
        coroutine.send(None)
    except StopIteration as over:
        result: ResultT = over.value
        return result
    coroutine.close()
    raise RuntimeError("a coroutine of the sync client suspended")


class ThreadEvent:
    """A lock that is free once the event is set.

    `threading.Event` holds a lock in Python code, for which a slot that is collected meanwhile could wait for ever.
    """

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def set(self) -> None:
        if self._lock.locked():
            self._lock.release()

    async def wait(self, seconds: float) -> bool:
        return self._lock.acquire(timeout=_bounded(seconds))


class Threads:
    """See `interface.Runtime`."""

    loop = None

    def has_ended(self) -> bool:
        """Threads do not end together."""
        return False

    async def checkpoint(self) -> None:
        """Do nothing: a thread is not cancelled."""

    async def sleep(self, seconds: float) -> None:
        time.sleep(_bounded(seconds))  # noqa: ASYNC251  # blocking is what threads do

    def event(self) -> ThreadEvent:
        return ThreadEvent()

    async def readable(self, opened: socket.socket, seconds: float) -> bool:
        return is_ready([opened], [], seconds)

    async def writable(self, opened: Sequence[socket.socket], seconds: float) -> bool:
        return is_ready([], opened, seconds)

    async def resolve(self, host: str, port: int, seconds: float) -> list[Address] | None:  # noqa: ARG002  # cannot be cut
        """Look up a host's addresses. The system's resolver cannot be cut short, whatever `seconds` says."""
        return [(found[0], found[4]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

    async def ask(self, function: Callable[[], object], seconds: float) -> Asked:
        """Call the function in a thread of its own: nothing else can leave one that hangs."""
        answers: list[Asked] = []

        def ask() -> None:
            try:
                answers.append(Asked(function()))
            except BaseException as error:  # noqa: BLE001  # it may raise anything; this thread ends here
                answers.append(Asked(error=type(error)))

        thread = threading.Thread(target=contextvars.copy_context().run, args=(ask,), name="devrev-token", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # no more threads, or the interpreter is shutting down
            return Asked(error=type(error))
        thread.join(_bounded(seconds))
        return answers[0] if answers else Asked(is_late=True)

    async def send(self, transport: Any, request: Any, take: Callable[[bytes], bool], seconds: float) -> Any:  # noqa: ARG002  # nothing can cut a thread
        """Send. The request has a timeout for each phase; `seconds` cannot be kept."""
        response = transport.handle_request(request)
        try:
            for chunk in response.stream:
                if not take(chunk):
                    break
            response.stream.close()
        except BaseException:
            with contextlib.suppress(Exception):
                response.stream.close()
            raise
        return response

    async def close(self, transport: Any) -> None:
        transport.close()


THREADS = Threads()


def is_ready(readers: Sequence[socket.socket], writers: Sequence[socket.socket], seconds: float) -> bool:
    """Block until one of the sockets can be read or written, or has failed; False where that takes longer."""
    seconds = _bounded(seconds)
    if not hasattr(select, "poll"):  # Windows
        return any(select.select(readers, writers, writers, seconds))
    poll = select.poll()
    for reader in readers:
        poll.register(reader, select.POLLIN)
    for writer in writers:
        poll.register(writer, select.POLLOUT)
    # Rounded up: a wait that ends a millisecond early would be begun once more.
    return bool(poll.poll(min(-(-seconds * 1000 // 1), _LONGEST_POLL)))


_LONGEST_POLL = 2**31 - 1


def _bounded(seconds: float) -> float:
    return min(max(0.0, seconds), threading.TIMEOUT_MAX)
