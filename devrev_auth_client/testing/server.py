"""`FakeDevRev` over real HTTP: an ASGI app, and uvicorn serving it on a loopback port."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import anyio

from .answers import LostConnection

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Generator, MutableMapping

    import uvicorn

    from .answers import Reply
    from .core import Core

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    ASGIApp = Callable[[Message, Receive, Send], Awaitable[None]]

_LOOPBACK = "127.0.0.1"
_LINGER_NOT = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def asgi_app(core: Core, hang_up: Callable[[Message, bool], None] | None = None) -> ASGIApp:
    """Give the fake as an ASGI app.

    :param hang_up: ends the connection of a request's scope, with a reset if so said. ASGI has no word for that;
        without it a lost connection is a response that breaks off after its headers.
    """

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            # The ASGI specification: a server goes on without lifespan events when an app raises here.
            raise RuntimeError("FakeDevRev speaks HTTP only")
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        result = core.exchange(core.arrives(scope["method"], scope["path"], headers), body)
        if not isinstance(result, LostConnection):
            await _send(result, receive, send)
            if result.keep is None:
                return
        elif hang_up is None:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
        if hang_up is None:
            raise ConnectionAbortedError("the connection was lost, as scripted")
        hang_up(scope, isinstance(result, LostConnection) and result.is_reset)
        # Wait for http.disconnect: to an app that ends without a response, the server would answer 500.
        await receive()

    return app


async def _send(reply: Reply, receive: Receive, send: Send) -> None:
    """Send a reply; one that is to be cut, up to there; a slow one, for as long as there is a caller."""
    fields = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.answer.headers]
    start = {"type": "http.response.start", "status": reply.answer.status, "headers": fields}
    if reply.is_plain:
        await send(start)
        await send({"type": "http.response.body", "body": reply.answer.content})
        return

    async def watch(sending: anyio.CancelScope) -> None:
        await receive()  # http.disconnect: the body was read
        reply.ended(f"the client disconnected {reply.progress}")
        sending.cancel()

    # Nothing follows the task group: Python 3.11 loses sight of lines after a cancellation.
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch, tasks.cancel_scope)
        await anyio.sleep(reply.before)
        await send(start)
        for wait, chunk in reply.chunks():
            await anyio.sleep(wait)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            reply.sent += len(chunk)
        if reply.finish():
            await send({"type": "http.response.body", "body": b""})
        tasks.cancel_scope.cancel()


@contextlib.contextmanager
def serve(core: Core, port: int) -> Generator[str]:
    """Serve on this loopback port (0: a free one) from a background thread; gives the base URL."""
    server = _server(core)
    # Listening from here on: who connects before the thread is ready waits instead of being refused.
    with socket.create_server((_LOOPBACK, port)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), name="FakeDevRev", daemon=True)
        thread.start()
        try:
            yield f"http://{_LOOPBACK}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _server(core: Core) -> uvicorn.Server:
    try:
        import uvicorn
        from uvicorn.protocols.http.h11_impl import H11Protocol
    except ModuleNotFoundError as missing:
        message = "FakeDevRev needs uvicorn to serve HTTP: pip install 'devrev-auth-client[testing]'"
        raise ModuleNotFoundError(message, name=missing.name) from missing

    # By client address, which is what a scope names its client by. A connection lives as long as a request on it.
    connections: WeakValueDictionary[Any, asyncio.Transport] = WeakValueDictionary()

    class Protocol(H11Protocol):
        """Gives the app a way to the connection of a request."""

        # asyncio hands out a Transport; typeshed has its base class here.
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
            super().connection_made(transport)
            # asyncio does this for sockets that know their protocol, which those of `create_server` do not. Without
            # it each answer waits for the acknowledgement of its own headers, 40 ms on Linux.
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connections[transport.get_extra_info("peername")] = transport

        def shutdown(self) -> None:
            super().shutdown()
            # What is still under way is slow by purpose, and nobody waits for it any more.
            self.transport.close()

    def hang_up(scope: Message, reset: bool) -> None:
        transport = connections[scope["client"]]
        if reset:
            # Closing without lingering discards what is unsent and sends an RST (POSIX, SO_LINGER).
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        transport.close()

    config = uvicorn.Config(
        asgi_app(core, hang_up),
        http=Protocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        proxy_headers=False,  # would put another client into the scope
        log_config=None,  # leaves the logging of the process alone
        access_log=False,
        server_header=False,
        date_header=False,  # the fake's clock writes it
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)
