"""The client for asyncio and trio."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Self

from . import _operations  # pyright: ignore[reportPrivateUsage]  # of this very package
from ._base_client import BaseClient
from ._call import run
from ._credentials import token_source
from ._httpx import httpx
from ._location import ProxyArgument, Verify
from ._operations import AuthToken, AuthTokensGetResponse, Endpoint, Operation, ParsedT, Response
from ._options import NOT_GIVEN, NotGiven, checked_options
from ._runtime.event_loops import current_runtime
from ._transport.transport import AsyncPoolTransport
from .retry import RetryPolicy
from .token_types import TokenType

_DEFAULT_RETRY = RetryPolicy()


class AsyncDevRevAuthClient(BaseClient):
    """Reads and revokes DevRev auth tokens, awaited from asyncio or trio.

    Make one client for your program and close it at the end, with `async with` or `aclose()`. It keeps connections open
    and serves any number of tasks. You can use it in several event loops, one after another or at the same time.

    Args:
        token: the bearer token, or a plain or async callable that returns it.
            `None` uses the environment variable `DEVREV_TOKEN`. A callable is called before every attempt, and once
            more after a 401. A plain callable runs in the event loop and must not block.
        base_url: https, or http to a loopback host. `None` uses `DEVREV_BASE_URL`, else `https://api.devrev.ai`.
        timeout: the most seconds for one attempt, or an `httpx.Timeout` for its phases; `None` for no limit.
        total_timeout: the most seconds for a whole call, including waits; `None` for no limit.
        retry: how often and how soon failures are retried.
        max_connections: the most calls in progress at once. Further calls wait in order.
            This applies to your own `transport` too.
        max_response_size: the most bytes in a response's body, after decompression.
        api_version: sent as `X-Devrev-Version`.
        headers: sent with every request; cannot set `Authorization`.
        proxy: as in httpx; `None` uses the environment's proxy variables.
        verify: as in httpx: True, False, an `ssl.SSLContext`, or the path of a PEM file or folder.
        transport: an httpx transport to use instead of the client's own connections; closing the client closes it.
            `proxy` and `verify` then do not apply.

    Raises:
        ConfigurationError: an argument or environment variable is wrong. The message never includes the value.
    """

    def __init__(
        self,
        token: str | Callable[[], str] | Callable[[], Awaitable[str]] | None = None,
        *,
        base_url: str | httpx.URL | None = None,
        timeout: float | httpx.Timeout | None = 30.0,
        total_timeout: float | None = 60.0,
        retry: RetryPolicy = _DEFAULT_RETRY,
        max_connections: int = 100,
        max_response_size: int = 1024 * 1024,
        api_version: str | None = None,
        headers: Mapping[str, str] | None = None,
        proxy: ProxyArgument = None,
        verify: Verify = True,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        source = token_source(token)
        del token  # a traceback that shows local variables must not show it
        self._open(
            source,
            checked_options(timeout, total_timeout, retry, api_version, headers),
            base_url=base_url,
            max_connections=max_connections,
            max_response_size=max_response_size,
            proxy=proxy,
            verify=verify,
            transport=transport,
            kind=httpx.AsyncBaseTransport,
            own_kind=AsyncPoolTransport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the client and its `with_options` copies. Connections in use close when their call ends.

        On a copy, it does nothing.
        """
        if not self._is_copy:
            await self._state.close(current_runtime())

    async def get_auth_token(
        self,
        token_id: str,
        *,
        timeout: float | httpx.Timeout | NotGiven | None = NOT_GIVEN,
        total_timeout: float | NotGiven | None = NOT_GIVEN,
    ) -> AuthToken:
        """Return the metadata of one token of the Dev organization (`POST /auth-tokens.get`).

        Args:
            token_id: the token's id, such as `don:identity:dvrv-us-1:devo/1:token/1`; not the token itself.
            timeout: seconds for one attempt, instead of the client's.
            total_timeout: seconds for the whole call, instead of the client's.

        Raises:
            ConfigurationError: an argument is wrong; nothing was sent.
            DevRevAuthError: any other failure; see `errors`.
        """
        operation = _operations.get_auth_token(token_id)
        response: Response[AuthTokensGetResponse] = await self._run(operation, timeout, total_timeout)
        return _operations.parsed_of(response).token

    async def get_auth_token_detailed(
        self,
        token_id: str,
        *,
        timeout: float | httpx.Timeout | NotGiven | None = NOT_GIVEN,
        total_timeout: float | NotGiven | None = NOT_GIVEN,
    ) -> Response[AuthTokensGetResponse]:
        """Like `get_auth_token`, but return the whole response: status, headers, content, and `parsed.token`.

        Args:
            token_id: the token's id, such as `don:identity:dvrv-us-1:devo/1:token/1`; not the token itself.
            timeout: seconds for one attempt, instead of the client's.
            total_timeout: seconds for the whole call, instead of the client's.

        Raises:
            ConfigurationError: an argument is wrong; nothing was sent.
            DevRevAuthError: any other failure; see `errors`.
        """
        return await self._run(_operations.get_auth_token(token_id), timeout, total_timeout)

    async def get_own_auth_token(
        self,
        *,
        timeout: float | httpx.Timeout | NotGiven | None = NOT_GIVEN,
        total_timeout: float | NotGiven | None = NOT_GIVEN,
    ) -> AuthToken:
        """Return the metadata of the token in use. Its id is read from the token itself (`POST /auth-tokens.get`).

        Args:
            timeout: seconds for one attempt, instead of the client's.
            total_timeout: seconds for the whole call, instead of the client's.

        Raises:
            ConfigurationError: the token is not a JWT or has no id (see `TokenClaims`); nothing was sent.
            DevRevAuthError: any other failure; see `errors`.
        """
        operation = _operations.get_own_auth_token(self._state.source)
        response: Response[AuthTokensGetResponse] = await self._run(operation, timeout, total_timeout)
        return _operations.parsed_of(response).token

    async def revoke_own_auth_tokens(
        self,
        token_type: TokenType | str | None,
        *,
        timeout: float | httpx.Timeout | NotGiven | None = NOT_GIVEN,
        total_timeout: float | NotGiven | None = NOT_GIVEN,
    ) -> None:
        """Revoke all tokens of one type that the authenticated user created (`POST /auth-tokens.self.delete`).

        If it returns, the server confirmed the revocation. The token in use may be among those revoked.

        Args:
            token_type: a `TokenType`, a string that begins with `urn:`, or `None`.
                `None` sends no type and leaves the choice to the server.
            timeout: seconds for one attempt, instead of the client's.
            total_timeout: seconds for the whole call, instead of the client's.

        Raises:
            ConfigurationError: an argument is wrong; nothing was sent.
            RevocationUnconfirmedError: the revocation may or may not have happened.
            DevRevAuthError: any other failure; see `errors`.
        """
        await self._run(_operations.revoke_own_auth_tokens(token_type), timeout, total_timeout)

    async def revoke_own_auth_tokens_detailed(
        self,
        token_type: TokenType | str | None,
        *,
        timeout: float | httpx.Timeout | NotGiven | None = NOT_GIVEN,
        total_timeout: float | NotGiven | None = NOT_GIVEN,
    ) -> Response[None]:
        """Like `revoke_own_auth_tokens`, but return the whole response: status, headers and content.

        Args:
            token_type: a `TokenType`, a string that begins with `urn:`, or `None`.
                `None` sends no type and leaves the choice to the server.
            timeout: seconds for one attempt, instead of the client's.
            total_timeout: seconds for the whole call, instead of the client's.

        Raises:
            ConfigurationError: an argument is wrong; nothing was sent.
            RevocationUnconfirmedError: the revocation may or may not have happened.
            DevRevAuthError: any other failure; see `errors`.
        """
        return await self._run(_operations.revoke_own_auth_tokens(token_type), timeout, total_timeout)

    async def call(self, endpoint: Endpoint[ParsedT], /, *, safe_to_repeat: bool = False, **arguments: Any) -> ParsedT:
        """Call any generated endpoint module and return the parsed response. Retries and rate limits apply as usual.

        Args:
            endpoint: a module below `generated.api`, such as `auth_tokens_get`.
            safe_to_repeat: whether to retry even if the server may have processed the request. GET and HEAD always are.
                Otherwise a request is retried only if the server surely did not process it. The two operations of this
                client have their own rules.
            arguments: the arguments of the module's functions, without `client`.

        Raises:
            ConfigurationError: `endpoint` is not an endpoint module, or an argument is wrong; nothing was sent.
            DevRevAuthError: any other failure; see `errors`.
        """
        operation = _operations.operation(endpoint, arguments, safe_to_repeat=safe_to_repeat)
        response: Response[ParsedT] = await self._run(operation)
        return _operations.parsed_of(response)

    def _run(
        self,
        operation: Operation,
        timeout: float | httpx.Timeout | NotGiven | None = NOT_GIVEN,
        total_timeout: float | NotGiven | None = NOT_GIVEN,
    ) -> Coroutine[Any, Any, Response[Any]]:
        return run(self._begin(operation, current_runtime(), timeout, total_timeout))
