"""A real HTTP/1.1 server on loopback that misbehaves as its script says.

It is made of threads and blocking sockets, so that tests on asyncio, on trio and without either use the same one:

    with FaultServer([Reset(when=When.AFTER_HEADERS), Respond(200, json={})]) as server:
        ...  # the first request meets a reset, all later ones a response
        assert len(server.requests) == 2

What a script can hold is in ``actions`` and ``proxies``; addresses without a server are in ``listeners``.
"""

import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Self

import h11

from tests.faults.actions import *  # noqa: F403  # tests take the server and what it can do from here
from tests.faults.actions import Action, Respond, When
from tests.faults.connection import Connection, hung_up
from tests.faults.connection import End as End
from tests.faults.connection import Request as Request
from tests.faults.listeners import *  # noqa: F403
from tests.faults.listeners import HOST

ScriptSource = Action | Iterable[Action] | Callable[[Request], Action]


class Script:
    """One action for each request, in the order in which the requests begin to arrive; the last one repeats.

    An iterable is read as it is needed, one action ahead, and may be endless. A function is asked when a request is
    read whole; its actions can therefore be none of those that come before that (``When``).
    """

    def __init__(self, source: ScriptSource) -> None:
        self._decide = source if callable(source) else None
        self._rest = iter([source] if isinstance(source, Action) else [Respond()] if callable(source) else source)
        self._next = next(self._rest)

    def take(self, *moments: When) -> Action | None:
        """Take the next action if its time is one of these; None also if the request itself must decide."""
        action = self._next
        if self._decide is not None or action.when not in moments:
            return None
        self._next = next(self._rest, action)
        return action

    def decide(self, request: Request) -> Action:
        """Ask the function for its action."""
        assert self._decide is not None, f"{self._next} needs a new connection: end the one before it"
        action = self._decide(request)
        assert action.when is When.AFTER_REQUEST, f"{action} comes too late: the request is read"
        return action


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
        self.actions_begun = 0
        """How many actions of the script have begun: for requests, and for what never became one."""
        self.connections_opened = 0
        """How many connections were accepted so far."""
        self.peak_connections = 0
        """The most connections that were open at the same time."""
        self._script = Script(script)
        self._tls = tls
        self._receive_buffer = receive_buffer
        self._errors: list[Exception] = []
        self._changed = threading.Condition()  # guards the script and all that is counted
        self._requests: deque[Request] = deque(maxlen=keep_requests)
        self._connections: set[Connection] = set()

    def __enter__(self) -> Self:
        self._listener = socket.socket()
        if self._receive_buffer is not None:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
            # Small segments, as on a real network, make for small send buffers: on loopback a megabyte goes at once.
            self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1000)
        self._listener.bind((HOST, 0))
        self._listener.listen(4096)
        self.port: int = self._listener.getsockname()[1]
        self.address = f"{HOST}:{self.port}"
        self.url = f"{'http' if self._tls is None else 'https'}://{self.address}"
        self._threads = ThreadPoolExecutor(2000, "fault server")
        self._accepting = self._threads.submit(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts; on macOS, closing does
        self._listener.close()
        self._accepting.result()
        self.drop_connections()
        self._threads.shutdown()
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
    def connections_open_now(self) -> int:
        """Connections neither side has closed."""
        with self._changed:
            sockets = [each.socket for each in self._connections if each.socket.fileno() >= 0]
            return len(sockets) - hung_up(sockets)

    def wait_for_requests(self, count: int, timeout: float = 5.0) -> None:
        """Block until ``count`` requests were read, for at most ``timeout`` seconds; then TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._requests) >= count, timeout):
                raise TimeoutError(f"{len(self._requests)} of {count} came within {timeout} seconds")

    def play(self, script: ScriptSource) -> None:
        """Go on with another script. Requests that are being answered are not touched."""
        with self._changed:
            self._script = Script(script)

    def drop_connections(self) -> None:
        """Close every connection now, idle or not, as a server that restarts."""
        with self._changed:
            dropped = set(self._connections)
            for connection in dropped:
                connection.shut_down()
            self._changed.wait_for(lambda: dropped.isdisjoint(self._connections))

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:  # the listener has been shut down
                return
            with self._changed:
                self.connections_opened += 1
                connection = Connection(sock, self.connections_opened)
                self._connections.add(connection)
                self._note_peak()
            self._threads.submit(self._attend, connection)

    def _note_peak(self) -> None:
        open_now = self.connections_open_now
        if open_now > self.peak_connections:
            self._changed.wait(0.005)  # the kernel may learn late that a client has gone to whom a thread is sending
            self.peak_connections = max(self.peak_connections, min(open_now, self.connections_open_now))

    def _attend(self, client: Connection) -> None:
        try:
            client.finish(self._converse(client))
        except OSError:  # the client has gone, or broke off the handshake
            pass
        except Exception as error:
            self._errors.append(error)
        finally:
            with self._changed:
                client.close()
                self._connections.discard(client)
                self._changed.notify_all()

    def _converse(self, client: Connection) -> End:
        """Do with each request what the script says, until the connection comes to its end."""
        client.is_unread = True
        if (action := self._take(self._script, When.ON_CONNECT)) is not None:
            return action.act(client)
        if self._tls is not None and client.comes():
            if (action := self._take(self._script, When.IN_HANDSHAKE)) is not None:
                return action.act(client)
            self._start_tls(client, self._tls)
        client.is_unread = False
        end = End.KEEP
        while end is End.KEEP and not client.is_unread and client.comes():
            end = self._exchange(client, time.monotonic())
        return end

    def _start_tls(self, client: Connection, context: ssl.SSLContext) -> None:
        with self._changed:  # whoever counts finds either socket
            client.socket = context.wrap_socket(client.socket, server_side=True, do_handshake_on_connect=False)
        client.socket.do_handshake()

    def _exchange(self, client: Connection, arrived: float) -> End:
        script = self._script
        action = self._take(script, When.BEFORE_READING, When.AFTER_HEADERS, When.AFTER_REQUEST)
        client.is_unread = True
        if action is not None and action.when is When.BEFORE_READING:
            return action.act(client)
        is_whole = action is None or action.when is When.AFTER_REQUEST
        try:
            request = client.read_request(arrived, with_body=is_whole)
        except h11.RemoteProtocolError:  # no HTTP: a TLS handshake, most likely
            return Respond(400, close=True).act(client)
        client.is_unread = not is_whole
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()
            if action is None:
                action = script.decide(request)
                self.actions_begun += 1
        return action.act(client)

    def _take(self, script: Script, *moments: When) -> Action | None:
        with self._changed:
            action = script.take(*moments)
            self.actions_begun += action is not None
            return action
