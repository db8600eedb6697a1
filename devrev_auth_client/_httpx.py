"""The one place where the client takes httpx from, so that another line of it is an edit here and in `_transport`."""

from __future__ import annotations

import httpx as httpx

__all__ = ["httpx", "transport_errors"]


def transport_errors() -> tuple[type[Exception], ...]:
    """Return what a transport that the user handed in may raise where the network or the peer failed.

    Anything else is not the network's and passes through: a worker's time limit is raised by a signal handler.
    """
    import ssl

    import anyio
    import h11
    import httpcore

    return (
        httpx.RequestError,
        httpx.InvalidURL,
        httpx.StreamError,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.TimeoutException,
        httpcore.UnsupportedProtocol,
        h11.ProtocolError,
        ssl.SSLError,
        OSError,
        anyio.BrokenResourceError,
        anyio.ClosedResourceError,
        anyio.EndOfStream,
    )
