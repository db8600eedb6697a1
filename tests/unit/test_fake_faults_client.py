"""The SDK's own clients meet every fault of FakeDevRev, by chance: what they raise is theirs, what they say is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest

from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient, DevRevAuthError, RetryPolicy, TokenType
from devrev_auth_client.testing import FakeDevRev, Fault
from tests.unit.fake_clients import COLOURS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devrev_auth_client.testing import IssuedToken

EVERY = Fault.any_of(
    Fault.too_many_requests(0.001),
    Fault.answer(500),
    Fault.answer(503, retry_after=0.001),
    Fault.answer(502, after_processing=True),
    Fault.proxy_page(),
    Fault.proxy_page(200, after_processing=True),
    Fault.lost_connection(),
    Fault.lost_connection(after_processing=True),
    Fault.reset(),
    Fault.reset(after_processing=True),
    Fault.slow(before=0.0005, between=0.0001, chunk_size=500),
    Fault.truncated(),
    Fault.wrong_json(),
    Fault.new_values(),
)
QUICK = RetryPolicy(base_delay=0, max_attempts=10)
CALLS = 40


@pytest.fixture(params=range(3))
def fake(request: pytest.FixtureRequest) -> FakeDevRev:
    """A fake that misbehaves in another way for each seed."""
    fake = FakeDevRev(seed=request.param)
    fake.inject(EVERY, probability=0.6)
    return fake


def reads_and_revokes(colour: str, fake: FakeDevRev, base_url: str | None = None) -> Iterator[tuple[IssuedToken, bool]]:
    """Let a client read and revoke for one user after another; gives which it was told were revoked."""
    for _ in range(CALLS):
        token = fake.issue_token(fake.add_user())
        transport = fake.transport() if base_url is None else None
        confirmed = False
        if colour == "sync":
            with DevRevAuthClient(token.secret, base_url=base_url, transport=transport, retry=QUICK) as client:
                try:
                    assert client.get_auth_token(token.id).id == token.id
                    client.revoke_own_auth_tokens(TokenType.PAT)
                    confirmed = True
                except DevRevAuthError:
                    pass
        else:
            confirmed = anyio.run(awaited, token, base_url, transport, backend=colour)
        yield token, confirmed


async def awaited(token: IssuedToken, base_url: str | None, transport: object) -> bool:
    async with AsyncDevRevAuthClient(
        token.secret,
        base_url=base_url,
        transport=transport,  # type: ignore[arg-type]
        retry=QUICK,
    ) as client:
        try:
            assert (await client.get_auth_token(token.id)).id == token.id
            await client.revoke_own_auth_tokens(TokenType.PAT)
        except DevRevAuthError:
            return False
        return True


@pytest.mark.parametrize("colour", COLOURS)
def test_what_is_confirmed_is_revoked(fake: FakeDevRev, colour: str) -> None:
    """In memory."""
    confirmed = [token for token, said in reads_and_revokes(colour, fake) if said]
    assert len(confirmed) > 3, fake.journal()
    assert [token for token in confirmed if fake.token_status(token.id) != "revoked"] == [], fake.journal()


@pytest.mark.parametrize("colour", COLOURS)
def test_over_http_too(colour: str) -> None:
    fake = FakeDevRev(seed=4)
    fake.inject(EVERY, probability=0.6)
    with fake.serve() as base_url:
        confirmed = [token for token, said in reads_and_revokes(colour, fake, base_url) if said]
    assert len(confirmed) > 3, fake.journal()
    assert [token for token in confirmed if fake.token_status(token.id) != "revoked"] == [], fake.journal()
