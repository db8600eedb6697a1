"""The two operations as functions of a client, for tests that run both."""

from collections.abc import Awaitable, Callable, Mapping
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from devrev_auth_client import AsyncDevRevAuthClient, AuthToken, TokenType
from devrev_auth_client.testing import FakeDevRev

Operation = Callable[[AsyncDevRevAuthClient], Awaitable[AuthToken | None]]

TOKEN_ID = "don:identity:dvrv-us-1:devo/1:token/1"
"""The id of the fake's first token, which is the one that clients use."""


async def get(client: AsyncDevRevAuthClient) -> AuthToken:
    return await client.get_auth_token(TOKEN_ID)


async def revoke(client: AsyncDevRevAuthClient) -> None:
    """Revoke a type of which the fake has none, so that the token in use stays."""
    return await client.revoke_own_auth_tokens(TokenType.SESSION)


def endpoint(parse: Callable[..., Any], **kwargs: Any) -> Any:
    """Give a module such as the generator writes for an operation that this package does not know."""
    request = {"method": "post", "url": "/things.update", **kwargs}
    return SimpleNamespace(
        __name__="api.things.things_update", _get_kwargs=lambda: dict(request), _parse_response=parse
    )


Step = int | tuple[int, float] | type[httpx.TransportError] | Mapping[str, Any]
"""A status, one with its `Retry-After`, what is raised in place of a response, or arguments of `respond_next`."""


def play(fake: FakeDevRev, script: list[Any]) -> None:
    """Have the fake do one thing after another, each of them a `Step`; then it answers by itself again."""
    for step in script:
        if isinstance(step, type):
            fake.lose_connection(error=step)
        elif isinstance(step, Mapping):
            fake.respond_next(**step)
        else:
            status, seconds = step if isinstance(step, tuple) else (step, None)
            fake.respond_next(status, retry_after=seconds)


both_operations = pytest.mark.parametrize("operation", [get, revoke])
