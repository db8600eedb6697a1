"""The two operations as functions of a client, for tests that run both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from devrev_auth_client import AsyncDevRevAuthClient, AuthToken, TokenType

Operation = Callable[[AsyncDevRevAuthClient], Awaitable[AuthToken | None]]

TOKEN_ID = "don:identity:dvrv-us-1:devo/1:token/1"
"""The id of the fake's first token, which is the one that clients use."""


async def get(client: AsyncDevRevAuthClient) -> AuthToken:
    return await client.get_auth_token(TOKEN_ID)


async def revoke(client: AsyncDevRevAuthClient) -> None:
    """Revoke a type of which the fake has none, so that the token in use stays."""
    return await client.revoke_own_auth_tokens(TokenType.SESSION)


async def result_of(call: Awaitable[object]) -> object:
    """Give what a call returns, for tests that look at it where it is typed as nothing."""
    return await call


both_operations = pytest.mark.parametrize("operation", [get, revoke])
