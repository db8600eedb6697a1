"""`FakeDevRev` over real HTTP: an ASGI app, and uvicorn serving it on a loopback port."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from .script import LostConnection

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Generator, MutableMapping

    import uvicorn

    from .core import FakeCore

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    ASGIApp = Callable[[Message, Receive, Send], Awaitable[None]]

_LOOPBACK = "127.0.0.1"


def asgi_app(core: FakeCore, hang_up: Callable[[Message], None] | None = None) -> ASGIApp:
    """Give the fake as an ASGI app.

    :param hang_up: drops the connection of a request's scope. ASGI has no word for that; without it a lost connection
        is a response that breaks off after its headers.
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
        result = core.exchange(scope["method"], scope["path"], headers, body, core.next_step())
        if not isinstance(result, LostConnection):
            fields = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in result.headers]
            await send({"type": "http.response.start", "status": result.status, "headers": fields})
            await send({"type": "http.response.body", "body": result.content})
        elif hang_up is not None:
            hang_up(scope)
            # Wait for http.disconnect: to an app that ends without a response, the server would answer 500.
            await receive()
        else:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
            raise ConnectionAbortedError("the connection was lost, as scripted")

    return app


@contextlib.contextmanager
def serve(core: FakeCore, port: int) -> Generator[str]:
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


def _server(core: FakeCore) -> uvicorn.Server:
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

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            connections[transport.get_extra_info("peername")] = transport

    config = uvicorn.Config(
        asgi_app(core, lambda scope: connections[scope["client"]].abort()),
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
