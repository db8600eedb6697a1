"""Read and revoke DevRev auth tokens, async and sync.

    from devrev_auth_client import AsyncDevRevAuthClient, TokenType

    async with AsyncDevRevAuthClient() as client:  # the token comes from DEVREV_TOKEN
        token = await client.get_auth_token("don:identity:dvrv-us-1:devo/1:token/1")
        await client.revoke_own_auth_tokens(TokenType.SESSION)

The modules, lowest first. Each imports only from those above it:

    _httpx, _json   where httpx comes from; what decoded JSON is made of
    errors, token_types     public names
    generated/      models and endpoints, written by `make generate`
    _runtime/       what differs between asyncio, trio and threads
    _transport/     HTTP/1.1 connections as an httpx transport; knows nothing of DevRev
    retry, _credentials, token_claims     when to retry; the token, and what it says of itself
    _options, _location     arguments and environment, checked
    _admission      which call may send now: connections and rate limit, in one queue
    _sending, _response, _rate_headers, _failures     one request, and the response or failure
    _decision       the next step: return, raise or retry
    _requests, _error_responses, _operations     requests, and what their responses mean
    _state, _call   what the calls of a client share; one call
    _base_client, _async_client, _sync_client     the clients

The client does not import these: testing/ (a fake DevRev) and pytest_plugin, cli/ (the command line), vendor/ (the
command that copies the package into other repositories).

One call: `_async_client` or `_sync_client` (the method) -> `_operations` (arguments checked, request made) -> `_call`
(token, admission, send) -> `_transport`, by way of httpx's transport class (connection) -> `_decision` (return, raise
or retry).
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from ._version import __version__

if TYPE_CHECKING:
    from . import errors
    from ._async_client import AsyncDevRevAuthClient
    from ._operations import UNSET, AuthToken, TokenStatus, Unset, UserState, UserSummary, UserType
    from ._sync_client import DevRevAuthClient
    from .errors import (
        APIError,
        Attempt,
        AttemptTimeoutError,
        BadRequestError,
        ConfigurationError,
        DevRevAuthError,
        ForbiddenError,
        InternalServerError,
        InvalidResponseError,
        NotFoundError,
        RateLimit,
        RevocationUnconfirmedError,
        ServiceUnavailableError,
        TooManyRequestsError,
        TotalTimeoutError,
        TransportError,
        UnauthenticatedError,
        UnexpectedStatusError,
    )
    from .retry import RetryPolicy
    from .token_claims import TokenClaims
    from .token_types import TokenType
else:
    _HOMES = {
        "_operations": ("UNSET", "AuthToken", "TokenStatus", "Unset", "UserState", "UserSummary", "UserType"),
        "_async_client": ("AsyncDevRevAuthClient",),
        "_sync_client": ("DevRevAuthClient",),
        "retry": ("RetryPolicy",),
        "token_claims": ("TokenClaims",),
        "token_types": ("TokenType",),
    }

    def __getattr__(name):
        """Import a public name when it is first used: models and clients take as long to import as httpx."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__])
        home = next((home for home, names in _HOMES.items() if name in names), "errors")
        module = import_module(f".{home}", __name__)
        return globals().setdefault(name, module if name == home else getattr(module, name))


__all__ = [
    "UNSET",
    "APIError",
    "AsyncDevRevAuthClient",
    "Attempt",
    "AttemptTimeoutError",
    "AuthToken",
    "BadRequestError",
    "ConfigurationError",
    "DevRevAuthClient",
    "DevRevAuthError",
    "ForbiddenError",
    "InternalServerError",
    "InvalidResponseError",
    "NotFoundError",
    "RateLimit",
    "RetryPolicy",
    "RevocationUnconfirmedError",
    "ServiceUnavailableError",
    "TokenClaims",
    "TokenStatus",
    "TokenType",
    "TooManyRequestsError",
    "TotalTimeoutError",
    "TransportError",
    "UnauthenticatedError",
    "UnexpectedStatusError",
    "Unset",
    "UserState",
    "UserSummary",
    "UserType",
    "__version__",
    "errors",
]


def __dir__() -> list[str]:
    return __all__
