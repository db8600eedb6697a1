"""A real HTTP/1.1 server on loopback that misbehaves as its script says.

It lives on an event loop in a thread of its own, so that tests on asyncio, on trio and without either use the same one:

    with FaultServer([Reset(when=When.AFTER_HEADERS), Respond(200, json={})]) as server:
        ...  # the first request meets a reset, all later ones a response
        assert len(server.requests) == 2

What a script can hold is in ``actions`` and ``broken_responses``; addresses without a server are in ``listeners``.
"""

import asyncio
import socket
import ssl
import threading
from collections import deque
from functools import partial
from types import TracebackType
from typing import Self

from tests.faults.actions import *  # noqa: F403  # tests take the server and what it can do from here
from tests.faults.broken_responses import *  # noqa: F403
from tests.faults.conversation import Conversation
from tests.faults.listeners import *  # noqa: F403
from tests.faults.listeners import HOST
from tests.faults.script import RateLimiter as RateLimiter
from tests.faults.script import Request as Request
from tests.faults.script import Script
from tests.faults.script import ScriptSource as ScriptSource
from tests.faults.wire import ClientGoneError, HangUpWatch, Wire
from tests.faults.wire import End as End


class FaultServer:
    """The server. What it counts may be read from any thread, also after it has stopped.

    :param script: an action, an iterable of them, or a function from the request to one (``Script``).
    :param tls: the server's context, for https (``tls_pair``).
    :param receive_buffer: bytes the kernel may hold for a connection that is not read; small ones make a client that
        sends a large body block sooner.
    :param keep_requests: how many of the latest requests ``requests`` holds; None, all.
    """

    def __init__(
        self,
        script: ScriptSource,
        *,
        tls: ssl.SSLContext | None = None,
        receive_buffer: int | None = None,
        keep_requests: int | None = None,
    ) -> None:
        self._script = Script(script)
        self._tls = tls
        self._receive_buffer = receive_buffer
        self._errors: list[Exception] = []
        self._changed = threading.Condition()  # guards all that follows
        self._requests: deque[Request] = deque(maxlen=keep_requests)
        self._received_count = 0
        self._actions_begun = 0
        self._opened = 0
        self._peak = 0
        self._wires: set[Wire] = set()
        self._hang_ups = HangUpWatch()

    def __enter__(self) -> Self:
        self._listener = socket.socket()
        self._listener.setblocking(False)
        if self._receive_buffer is not None:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
            # Small segments, as on a real network, make for small send buffers: on loopback a megabyte goes at once.
            self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1000)
        self._listener.bind((HOST, 0))
        self._listener.listen(4096)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'http' if self._tls is None else 'https'}://{HOST}:{self.port}"
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="fault server", daemon=True)
        self._thread.start()
        if not self._started.wait(5):
            raise RuntimeError("the fault server's thread did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        for own in self._errors:
            if error is None:
                raise own
            error.add_note(f"the fault server failed too: {own!r}")

    @property
    def requests(self) -> list[Request]:
        """The requests read so far, in that order; a copy. What was never read is not among them."""
        with self._changed:
            return list(self._requests)

    @property
    def actions_begun(self) -> int:
        """How many actions of the script have begun: for requests, and for what never became one."""
        with self._changed:
            return self._actions_begun

    @property
    def connections_opened(self) -> int:
        """How many connections were accepted so far."""
        with self._changed:
            return self._opened

    @property
    def connections_open_now(self) -> int:
        """Connections neither side has closed, asked of the kernel (a FIN stuck behind unread bytes is not seen)."""
        with self._changed:
            return self._open_now()

    @property
    def peak_connections(self) -> int:
        """The most connections that were open at the same time."""
        with self._changed:
            return self._peak

    def wait_for_requests(self, count: int, timeout: float = 5.0) -> None:
        """Block until ``count`` requests were read, for at most ``timeout`` seconds; then TimeoutError.

        On an event loop, call it in a worker thread.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._received_count >= count, timeout):
                raise TimeoutError(f"{self._received_count} of {count} came within {timeout} seconds")

    def play(self, script: ScriptSource) -> None:
        """Go on with another script. Requests that are being answered are not touched."""
        self._script = Script(script)

    def drop_connections(self) -> None:
        """Close every connection now, idle or not, as a server that restarts."""
        asyncio.run_coroutine_threadsafe(self._drop(), self._loop).result()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop.add_reader(self._listener, self._accept)
        self._started.set()
        await self._stop.wait()
        self._loop.remove_reader(self._listener)
        self._listener.close()
        await self._drop()

    async def _drop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except BlockingIOError:
                return
            except ConnectionAbortedError:
                continue
            with self._changed:
                self._opened += 1
                wire = Wire(sock, self._opened, self._closing)
                self._wires.add(wire)
                self._hang_ups.add(sock)
                self._peak = max(self._peak, self._open_now())
            task = self._loop.create_task(self._attend(wire))
            self._tasks.add(task)
            # Not in a finally of the task: one that is cancelled before its first step never gets there.
            task.add_done_callback(partial(self._attended, wire))

    def _attended(self, wire: Wire, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        wire.close()

    def _open_now(self) -> int:
        return len(self._wires) - self._hang_ups.count()

    def _closing(self, wire: Wire) -> None:
        with self._changed:
            self._wires.discard(wire)
            self._hang_ups.discard(wire.socket)

    async def _attend(self, wire: Wire) -> None:
        try:
            await Conversation(wire, self._tls, lambda: self._script, self._begun, self._received).run()
        except (ClientGoneError, ConnectionError, ssl.SSLError):
            pass
        except Exception as error:
            self._errors.append(error)

    def _begun(self) -> None:
        with self._changed:
            self._actions_begun += 1
            self._changed.notify_all()

    def _received(self, request: Request) -> None:
        with self._changed:
            self._received_count += 1
            self._requests.append(request)
            self._changed.notify_all()
