"""Answers that break the API's description: InvalidResponseError, and no second try."""

from __future__ import annotations

import pytest

from devrev_auth_client import Attempt, InvalidResponseError
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get

BODIES = {
    "empty": b"",
    "html": b"<html>Sign in</html>",
    "cut": b'{"token": {"id": "x"',
    "array": b"[]",
    "pairs": b'[["token", {"id": "x"}]]',
    "null": b"null",
    "number": b"7",
    "object": b"{}",
    "token-null": b'{"token": null}',
    "token-string": b'{"token": "x"}',
    "token-array": b'{"token": []}',
    "token-empty": b'{"token": {}}',
    "id-null": b'{"token": {"id": null}}',
    "user-string": b'{"token": {"id": "x", "created_by": "x"}}',
    "user-without-type": b'{"token": {"id": "x", "created_by": {"id": "u"}}}',
    "date-word": b'{"token": {"id": "x", "expires_at": "soon"}}',
    "date-number": b'{"token": {"id": "x", "expires_at": 5}}',
    "status-number": b'{"token": {"id": "x", "status": 5}}',
    "bad-utf8": b'{"token": {"id": "\xff"}}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("content", BODIES.values(), ids=BODIES.keys())
async def test_a_200_that_cannot_be_read_is_refused_and_not_repeated(
    make_client: MakeClient, fake: FakeDevRev, content: bytes
) -> None:
    """Never a foreign exception, never half an object."""
    fake.respond_next(200, content=content)
    with pytest.raises(InvalidResponseError, match=r"^auth_tokens_get: the 200 response is ") as caught:
        await get(make_client())
    assert caught.value.status_code == 200
    assert caught.value.attempts == (Attempt(200, None, 0.0),)
    assert len(fake.requests) == 1


@pytest.mark.parametrize("status", [201, 202, 204, 206])
async def test_another_success_than_200_is_refused_for_reading(
    make_client: MakeClient, fake: FakeDevRev, status: int
) -> None:
    """The description has 200 alone."""
    fake.respond_next(status, content=b"" if status == 204 else b'{"token": {"id": "x"}}')
    with pytest.raises(InvalidResponseError) as caught:
        await get(make_client())
    assert caught.value.status_code == status
    assert len(fake.requests) == 1


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
@both_operations
async def test_a_redirect_is_never_followed(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation, status: int
) -> None:
    """Following one could hand the token to another host, or turn the POST into a GET."""
    fake.respond_next(status, headers={"Location": "https://elsewhere.example/auth-tokens.get"})
    with pytest.raises(InvalidResponseError, match="redirect") as caught:
        await operation(make_client())
    assert caught.value.status_code == status
    assert len(fake.requests) == 1


@pytest.mark.parametrize("status", [200, 302])
async def test_what_an_invalid_answer_holds_is_not_in_the_error(
    make_client: MakeClient, fake: FakeDevRev, status: int
) -> None:
    """A sign-in page or a Location may carry secrets."""
    headers = {"Location": "https://elsewhere.example/?code=hush"}
    fake.respond_next(status, content=b'{"token": "hush"}', headers=headers)
    with pytest.raises(InvalidResponseError) as caught:
        await get(make_client())
    assert "hush" not in repr(caught.value) + repr(vars(caught.value))
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
