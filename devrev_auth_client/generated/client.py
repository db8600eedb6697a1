# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
"""The clients that the generated functions take: `Client`, and `AuthenticatedClient` with a bearer token.

Both are immutable: `attrs.evolve(client, timeout=5)` is another client with its own connections.
"""

import ssl
from collections.abc import Generator
from types import TracebackType
from typing import Any, NoReturn, Self

import httpx
from attrs import define, field, setters

DEFAULT_TIMEOUT = 30.0
"""Seconds for each phase of a request (connect, write, read, pool), unless the client is given another bound."""


class _Bearer(httpx.Auth):
    """Puts the token on each request, and shows it nowhere else."""

    def __init__(self, token: str):
        self._header = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._header
        yield request


def _sendable(_client: object, _field: object, token: str) -> None:
    # Checked here, for httpx and h11 quote a header that they cannot send, token included, in their errors.
    if not token or not all("!" <= character <= "~" for character in token):
        raise ValueError("a token is one or more visible ASCII characters without spaces (it is not shown here)")


@define(eq=False, repr=False, on_setattr=setters.frozen)
class Client:
    """The connections to one server: made at the first request, closed by `with` or `async with`."""

    base_url: httpx.URL = field(converter=httpx.URL)
    """Where the API is; every path is relative to it."""
    timeout: float | httpx.Timeout | None = field(default=DEFAULT_TIMEOUT, kw_only=True)
    """Seconds for each phase of a request, or an `httpx.Timeout`; None for no bound."""
    headers: dict[str, str] = field(factory=dict[str, str], kw_only=True)
    """Sent with every request."""
    verify_ssl: str | bool | ssl.SSLContext = field(default=True, kw_only=True)
    """As httpx's `verify`."""
    httpx_args: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)
    """Further arguments of `httpx.Client` and `httpx.AsyncClient`. Redirects are not followed unless these say so."""
    raise_on_unexpected_status: bool = field(default=False, kw_only=True)
    """Whether a status that the description does not name raises `errors.UnexpectedStatus`; else its answer is None."""
    _client: httpx.Client | None = field(default=None, init=False, on_setattr=setters.NO_OP)
    _async_client: httpx.AsyncClient | None = field(default=None, init=False, on_setattr=setters.NO_OP)

    def __repr__(self) -> str:
        # headers and httpx_args may hold secrets; httpx itself hides the password of a URL.
        return f"{type(self).__name__}({self.base_url!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds connections and secrets: it is neither pickled nor copied")

    def _auth(self) -> httpx.Auth | None:
        return None

    def _arguments(self) -> dict[str, Any]:
        return {
            "auth": self._auth(),
            "base_url": self.base_url,
            "headers": self.headers,
            "timeout": self.timeout,
            "verify": self.verify_ssl,
            "follow_redirects": False,
            **self.httpx_args,
        }

    def get_httpx_client(self) -> httpx.Client:
        """What the sync functions send with, made at the first call."""
        if self._client is None:
            self._client = httpx.Client(**self._arguments())
        return self._client

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """What the async functions send with, made at the first call; it belongs to the event loop it is used in."""
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(**self._arguments())
        return self._async_client

    def __enter__(self) -> Self:
        self.get_httpx_client().__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.get_httpx_client().__exit__(exc_type, exc_value, traceback)

    async def __aenter__(self) -> Self:
        await self.get_async_httpx_client().__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.get_async_httpx_client().__aexit__(exc_type, exc_value, traceback)


@define(eq=False, repr=False, on_setattr=setters.frozen)
class AuthenticatedClient(Client):
    """A `Client` that sends `Authorization: Bearer <token>`.

    Raises:
        ValueError: if the token is not visible ASCII without spaces; the text does not show it.
    """

    token: str = field(validator=_sendable)
    """The bearer token; no repr, copy or pickle of the client has it."""

    def _auth(self) -> httpx.Auth:
        return _Bearer(self.token)
