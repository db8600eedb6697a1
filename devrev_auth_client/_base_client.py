"""What both clients have in common: how they are made, their options and copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn, Self

from ._call import Call
from ._credentials import TokenSource
from ._httpx import httpx
from ._location import ProxyArgument, Verify, checked_base_url, checked_route
from ._operations import Operation
from ._options import (
    NOT_GIVEN,
    NotGiven,
    Options,
    checked_count,
    checked_retry,
    merged_headers,
)
from ._runtime.interface import Runtime
from ._sending import Sender
from ._state import ClientState, Clock
from ._transport.transport import AsyncPoolTransport, PoolTransport
from .errors import ConfigurationError, RateLimit
from .retry import RetryPolicy


class BaseClient:
    """What `AsyncDevRevAuthClient` and `DevRevAuthClient` have in common."""

    _clock: ClassVar[Clock] = Clock()
    _state: ClientState
    _options: Options
    _is_copy = False

    def _open(
        self,
        source: TokenSource | ConfigurationError,
        options: Options,
        *,
        base_url: object,
        max_connections: object,
        max_response_size: object,
        proxy: ProxyArgument,
        verify: Verify,
        transport: object,
        kind: type[httpx.AsyncBaseTransport] | type[httpx.BaseTransport],
        own_kind: type[AsyncPoolTransport] | type[PoolTransport],
    ) -> None:
        """Check what is left to check and put the parts together. Nothing is sent yet."""
        url = checked_base_url(base_url)
        size = checked_count(max_connections, "max_connections")
        largest = checked_count(max_response_size, "max_response_size")
        sent_over: Any = transport
        if transport is None:
            sent_over = own_kind(checked_route(url, proxy, verify), largest)
        elif not isinstance(transport, kind):
            raise ConfigurationError(f"transport must be an httpx.{kind.__name__}")
        if isinstance(source, ConfigurationError):
            raise source
        sender = Sender(sent_over, is_own=transport is None, largest=largest)
        self._options = options
        self._state = ClientState(source, url, sender, size, self._clock)

    def __repr__(self) -> str:
        state = getattr(self, "_state", None)  # missing where __init__ raised, and a traceback shows its locals
        return f"<{type(self).__name__} {state.base_url if state else 'without options'}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds connections and a secret: it cannot be pickled or copied")

    @property
    def rate_limit(self) -> RateLimit | None:
        """The quota from the most recent response with rate-limit headers, or `None`. Copies share it."""
        return self._state.rate_limit

    def with_options(
        self,
        *,
        timeout: float | httpx.Timeout | NotGiven | None = NOT_GIVEN,
        total_timeout: float | NotGiven | None = NOT_GIVEN,
        retry: RetryPolicy | NotGiven = NOT_GIVEN,
        api_version: str | NotGiven = NOT_GIVEN,
        headers: Mapping[str, str] | NotGiven = NOT_GIVEN,
    ) -> Self:
        """Return a copy with other options. It shares the connections, the rate limit and the retry budget.

        What you leave out stays the same. The original client does not change. Closing it closes its copies; closing a
        copy, or leaving its `with` block, does nothing.

        Args:
            timeout: the most seconds for one attempt, or an `httpx.Timeout` for its phases; `None` for no limit.
            total_timeout: the most seconds for a whole call, including waits; `None` for no limit.
            retry: how often and how soon failures are retried.
            api_version: sent as `X-Devrev-Version`.
            headers: added to the client's headers; cannot set `Authorization`.

        Raises:
            ConfigurationError: an argument is wrong. The message never includes the value.
        """
        present = self._options
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._is_copy = True
        twin._options = Options(
            *present.timeouts(timeout, total_timeout),
            present.retry if retry is NOT_GIVEN else checked_retry(retry),
            merged_headers(
                present.headers,
                None if isinstance(api_version, NotGiven) else api_version,
                None if isinstance(headers, NotGiven) else headers,
            ),
        )
        return twin

    def _begin(
        self,
        operation: Operation,
        runtime: Runtime,
        timeout: float | httpx.Timeout | NotGiven | None,
        total_timeout: float | NotGiven | None,
    ) -> Call:
        state, options = self._state, self._options
        if state.is_closed:
            raise state.closed_error()
        return Call(operation, runtime, state, options, *options.timeouts(timeout, total_timeout))
