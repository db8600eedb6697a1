"""Read and revoke DevRev auth tokens, async and sync.

    from devrev_auth_client import AsyncDevRevAuthClient, TokenType

    async with AsyncDevRevAuthClient() as client:  # the token comes from DEVREV_TOKEN
        token = await client.get_auth_token("don:identity:dvrv-us-1:devo/1:token/1")
        await client.revoke_own_auth_tokens(TokenType.SESSION)

Layers, each importing only from those above it:

    leaves       errors, token_types, _version, _json     names and errors
                 generated                                what the generator wrote; of ours it uses TokenType alone
    policy       retry                                    RetryPolicy, the retry budget
                 _credentials, _rate_headers              the token; what an answer says about time
                 token_claims                             what a token says of itself
                 _outcomes                                what an attempt can end with
                 _rate_gate                               the shared cool-down
                 _attempt_loop                            what follows from what an attempt met
    operations   _refusals, _requests, _operations        requests and the meaning of answers
                 _own_token                               which token is the one in use
    connections  _fork, _wire                             what a fork starts over; bodies and broken transports
                 _signal, _deadline, _readable            waiting; when an attempt is over; what an idle socket has
                 _lane_book, _route, _http11              who has which lane; the way to the server; the protocol
                 _asyncio_network, _async_network         sockets
                 _async_lane                              one connection over them
                 _sync_network, _sync_lane                the same for threads
                 _async_connections, _sync_connections    lanes, or the transport handed in
    clients      _urls, _settings                         what a client is made with
                 _call, _base_client                      what both clients have in common
                 _async_driver, _async_client             asyncio and trio
                 _sync_driver, _sync_client               threads

Beside the client: testing, pytest_plugin (a DevRev for tests), cli, _cli (the command line), vendor, _vendoring
(copies of the package).

One call, step by step: `_async_client` (the public method) -> `_operations` (arguments checked, request made) ->
`_async_driver.run` (token, gate, lane, send) -> `_attempt_loop` (again, or over) -> `Operation.interpret` (the result).
"""

from __future__ import annotations

import sys
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

    def __getattr__(name):
        """Import a public name when it is first asked for: models and clients take as long as all of httpx."""
        if name in __all__:
            for module in _homes():
                if module.__name__ == f"{__name__}.{name}":
                    return module
                if hasattr(module, name):
                    return globals().setdefault(name, getattr(module, name))
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__])

    def _homes():
        """Yield the modules that the public names are in, those that take long to import last."""
        # `from . import errors` would ask __getattr__ for it; this makes it an attribute of the package too.
        from .errors import DevRevAuthError  # noqa: F401  # imported for what importing does

        yield globals()["errors"]
        from . import token_types

        yield token_types
        from . import retry

        yield retry
        from . import token_claims

        yield token_claims
        from . import _operations

        yield _operations
        from . import _sync_client

        yield _sync_client
        from . import _async_client

        yield _async_client


__all__ = [
    "UNSET",
    "APIError",
    "AsyncDevRevAuthClient",
    "Attempt",
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
