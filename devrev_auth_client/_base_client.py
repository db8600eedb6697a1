"""What both clients have in common: options and copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, NoReturn, Self

import httpx

from ._call import Call, ConnectionsT, Shared, closed_client
from ._operations import Operation
from ._rate_gate import EventT
from ._settings import (
    NOT_GIVEN,
    NotGiven,
    Options,
    checked_retry,
    checked_timeout,
    checked_total_timeout,
    merged_headers,
)
from .errors import RateLimit
from .retry import RetryPolicy


class BaseClient(Generic[ConnectionsT, EventT]):
    """What `AsyncDevRevAuthClient` and `DevRevAuthClient` have in common."""

    _shared: Shared[ConnectionsT, EventT]
    _options: Options

    def __repr__(self) -> str:
        shared = getattr(self, "_shared", None)  # missing where __init__ raised, and a traceback shows its locals
        return f"<{type(self).__name__} {shared.base_url if shared else 'without options'}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds connections and a secret: it cannot be pickled or copied")

    @property
    def rate_limit(self) -> RateLimit | None:
        """The quota as the last answer told it that did, or `None`; shared with `with_options` copies."""
        return self._shared.rate_limit

    def with_options(
        self,
        *,
        timeout: float | httpx.Timeout | NotGiven = NOT_GIVEN,
        total_timeout: float | NotGiven | None = NOT_GIVEN,
        retry: RetryPolicy | NotGiven = NOT_GIVEN,
        api_version: str | NotGiven = NOT_GIVEN,
        headers: Mapping[str, str] | NotGiven = NOT_GIVEN,
    ) -> Self:
        """Return a copy with other options that shares connections, rate-limit gate and retry budget.

        Neither changes the other; closing either closes both. What is left out stays as it is.

        Args:
            timeout: seconds for one attempt once it has a connection lane, or an `httpx.Timeout` for its phases.
            total_timeout: seconds for a whole call, every wait included; `None` for no bound.
            retry: how often and how soon failures are repeated.
            api_version: sent as `X-Devrev-Version`.
            headers: added to those there are; may not set `Authorization`.

        Raises:
            ConfigurationError: where an argument is wrong; no value is repeated in it.
        """
        present = self._options
        options = Options(
            present.timeout if timeout is NOT_GIVEN else checked_timeout(timeout),
            present.total_timeout if total_timeout is NOT_GIVEN else checked_total_timeout(total_timeout),
            present.retry if retry is NOT_GIVEN else checked_retry(retry),
            merged_headers(
                present.headers,
                None if isinstance(api_version, NotGiven) else api_version,
                None if isinstance(headers, NotGiven) else headers,
            ),
        )
        twin = object.__new__(type(self))
        twin._shared, twin._options = self._shared, options
        return twin

    def _begin(
        self,
        operation: Operation,
        timeout: float | httpx.Timeout | NotGiven,
        total_timeout: float | NotGiven | None,
    ) -> Call:
        shared, options = self._shared, self._options
        if shared.closed:
            raise closed_client()
        return Call(
            operation,
            options,
            shared,
            options.timeout if timeout is NOT_GIVEN else checked_timeout(timeout),
            options.total_timeout if total_timeout is NOT_GIVEN else checked_total_timeout(total_timeout),
        )
