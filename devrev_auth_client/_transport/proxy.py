"""The way through a proxy: CONNECT (RFC 9110 section 9.3.6) and SOCKS 5 (RFC 1928, RFC 1929)."""

from __future__ import annotations

import base64
import contextlib
import ipaddress
from collections.abc import Generator

import h11

from .._runtime.interface import Runtime
from ._httpx import httpx
from .route import Route
from .tls import Stream

_SOCKS_REFUSALS = {
    1: "general failure",
    2: "not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "TTL expired",
    7: "command not supported",
    8: "address type not supported",
}


def proxy_headers(proxy: httpx.Proxy) -> list[tuple[bytes, bytes]]:
    """Return what is for the proxy alone, its credentials included."""
    headers = list(proxy.headers.raw)
    if proxy.raw_auth is not None:
        credentials = base64.b64encode(b":".join(proxy.raw_auth))
        headers.append((b"Proxy-Authorization", b"Basic " + credentials))
    return headers


async def pass_http_proxy(runtime: Runtime, stream: Stream, route: Route, proxy: httpx.Proxy, until: float) -> None:
    """Have an HTTP proxy connect to the server. Raises `httpx.ProxyError`, `httpx.ConnectTimeout`."""
    talk = _Talk(runtime, stream, until)
    connection = h11.Connection(h11.CLIENT)
    headers = [(b"Host", route.authority), (b"Accept", b"*/*"), *proxy_headers(proxy)]
    try:
        request = connection.send(h11.Request(method=b"CONNECT", target=route.authority, headers=headers))
        await talk.say((request or b"") + (connection.send(h11.EndOfMessage()) or b""))
        while not isinstance(event := connection.next_event(), h11.Response):
            if event is h11.NEED_DATA:
                connection.receive_data(await talk.hear())
    except h11.ProtocolError as error:
        raise httpx.ProxyError(str(error)) from error
    if not 200 <= event.status_code < 300:
        raise httpx.ProxyError(f"{event.status_code} {event.reason.decode('ascii', 'ignore')}")
    if connection.trailing_data[0]:
        # Nothing was asked of the server yet, so it is no response to anything.
        raise httpx.ProxyError("the proxy sent unexpected data before the connection was ready")


async def pass_socks_proxy(runtime: Runtime, stream: Stream, route: Route, proxy: httpx.Proxy, until: float) -> None:
    """Have a SOCKS proxy connect to the server, and look up its name. Raises `httpx.ProxyError`, `ConnectTimeout`."""
    talk = _Talk(runtime, stream, until)
    user = proxy.raw_auth
    method = 0 if user is None else 2
    await talk.say(bytes([5, 1, method]))
    if await talk.hear_exactly(2) != bytes([5, method]):
        raise httpx.ProxyError("the SOCKS proxy wants another way to authenticate")
    if user is not None:
        await talk.say(b"\1" + b"".join(bytes([len(part)]) + part for part in user))
        if (await talk.hear_exactly(2))[1]:
            raise httpx.ProxyError("the SOCKS proxy refused the user name or password")
    await talk.say(b"\5\1\0" + _socks_address(route.host) + route.port.to_bytes(2, "big"))
    version, code, _, kind = await talk.hear_exactly(4)
    if version != 5 or code:
        raise httpx.ProxyError(f"the SOCKS proxy could not connect ({_SOCKS_REFUSALS.get(code, code)})")
    length = (await talk.hear_exactly(1))[0] if kind == 3 else {1: 4, 4: 16}.get(kind, 0)
    await talk.hear_exactly(length + 2)
    if talk.heard:
        raise httpx.ProxyError("the proxy sent unexpected data before the connection was ready")


def _socks_address(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return b"\3" + bytes([len(host)]) + host.encode("ascii")
    return (b"\1" if address.version == 4 else b"\4") + address.packed


class _Talk:
    """What is said to a proxy and heard of it, before there is a connection."""

    def __init__(self, runtime: Runtime, stream: Stream, until: float) -> None:
        self._runtime = runtime
        self._stream = stream
        self._until = until
        self.heard = b""

    async def say(self, data: bytes) -> None:
        with _failing_as_proxy():
            await self._stream.write(self._runtime, data, self._until)

    async def hear(self) -> bytes:
        with _failing_as_proxy():
            data = await self._stream.read(self._runtime, self._until)
        if not data:
            raise httpx.ProxyError("the proxy ended the connection")
        return data

    async def hear_exactly(self, size: int) -> bytes:
        """Return so many bytes, in however many pieces they come."""
        while len(self.heard) < size:
            self.heard += await self.hear()
        data, self.heard = self.heard[:size], self.heard[size:]
        return data


@contextlib.contextmanager
def _failing_as_proxy() -> Generator[None, None, None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise httpx.ConnectTimeout("the proxy did not answer in time") from error
    except httpx.NetworkError as error:
        raise httpx.ProxyError(f"the proxy ended the connection ({error})") from error
