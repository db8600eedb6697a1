"""A callable in place of the token: asked before every attempt, and once more after a 401."""

from __future__ import annotations

from typing import Any

import pytest

from devrev_auth_client import (
    ConfigurationError,
    RetryPolicy,
    RevocationUnconfirmedError,
    UnauthenticatedError,
)
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.conftest import MakeClient
from tests.behaviour.ids import short
from tests.behaviour.operations import Operation, both_operations, get, revoke
from tests.behaviour.virtual_time import VirtualTime


class Tokens:
    """A token callable that gives one after another, and the last for ever.

    :ivar asked: how often it was asked.
    """

    def __init__(self, *tokens: object) -> None:
        self._tokens = tokens
        self.asked = 0

    def __call__(self) -> Any:
        self.asked += 1
        token = self._tokens[min(self.asked, len(self._tokens)) - 1]
        if isinstance(token, Exception):
            raise token
        return token


async def test_it_is_asked_before_every_attempt(make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken) -> None:
    """Not at the constructor, and not once for all: it may know of a newer token by then."""
    other = fake.issue_token(pat.user)
    tokens = Tokens(pat.secret, other.secret, pat.secret)
    client = make_client(token=tokens)
    assert tokens.asked == 0
    fake.respond_next(502, times=2)
    await get(client)
    await get(client)
    assert tokens.asked == 4
    assert [request.token_id for request in fake.requests] == [pat.id, other.id, pat.id, pat.id]


@both_operations
async def test_a_token_that_changed_is_tried_once_more_without_a_wait(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, time: VirtualTime, operation: Operation
) -> None:
    """The old one expired between two calls."""
    tokens = Tokens("expired", pat.secret)
    await operation(make_client(token=tokens))
    assert [request.status for request in fake.requests] == [401, 200]
    assert tokens.asked == 2
    assert time.waits == []


async def test_it_is_tried_once_more_whatever_max_attempts_says(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken
) -> None:
    """A new token is not a repetition of what failed."""
    await get(make_client(token=Tokens("expired", pat.secret), retry=RetryPolicy(max_attempts=1)))
    assert len(fake.requests) == 2


@both_operations
async def test_a_token_that_did_not_change_is_not_tried_again(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation
) -> None:
    """The 401 is raised, and nothing more was sent."""
    tokens = Tokens("expired", "expired\n")
    with pytest.raises(UnauthenticatedError) as caught:
        await operation(make_client(token=tokens))
    assert tokens.asked == 2
    assert len(fake.requests) == len(caught.value.attempts) == 1


async def test_a_second_401_is_raised(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Once per call: a callable that always has another token does not loop."""
    tokens = Tokens("a", "b", "c", "d")
    with pytest.raises(UnauthenticatedError) as caught:
        await get(make_client(token=tokens))
    assert tokens.asked == len(fake.requests) == len(caught.value.attempts) == 2


async def test_once_per_call_holds_across_other_failures(make_client: MakeClient, fake: FakeDevRev) -> None:
    """401, a new token, 502, 401: no third token."""
    fake.respond_next(401)
    fake.respond_next(502)
    fake.respond_next(401)
    tokens = Tokens("a", "b", "c", "d")
    with pytest.raises(UnauthenticatedError):
        await get(make_client(token=tokens))
    assert [request.status for request in fake.requests] == [401, 502, 401]
    assert tokens.asked == 3


async def test_a_new_call_may_try_once_more_again(make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken) -> None:
    """What one call used up is not the client's."""
    client = make_client(token=Tokens("a", pat.secret, "b", pat.secret))
    await get(client)
    await get(client)
    assert [request.status for request in fake.requests] == [401, 200, 401, 200]


async def test_a_fixed_token_is_not_tried_again(make_client: MakeClient, fake: FakeDevRev) -> None:
    """There is nobody to ask."""
    with pytest.raises(UnauthenticatedError):
        await get(make_client(token="expired"))
    assert len(fake.requests) == 1


async def test_no_new_token_is_asked_for_after_an_ambiguous_revocation(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken
) -> None:
    """The 401 may be the trace of the first try; a new token would blur it, or be revoked as well."""
    tokens = Tokens(pat.secret, pat.secret, "new")
    fake.respond_next(500)
    fake.respond_next(401)
    with pytest.raises(RevocationUnconfirmedError) as caught:
        await revoke(make_client(token=tokens))
    assert caught.value.likely_revoked is True
    assert tokens.asked == len(fake.requests) == 2


@pytest.mark.parametrize("error", [RuntimeError("hush"), KeyError("hush"), ConfigurationError("hush")], ids=short)
async def test_what_it_raises_is_named_by_type_and_its_text_withheld(
    make_client: MakeClient, fake: FakeDevRev, error: Exception
) -> None:
    """The text of a secret store's error may quote the secret."""
    with pytest.raises(ConfigurationError, match=f"the token callable raised {type(error).__name__}") as caught:
        await get(make_client(token=Tokens(error)))
    assert "hush" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert fake.requests == []


@pytest.mark.parametrize(
    "rubbish",
    [None, "", "  ", 5, b"hush", "hush hush", "hush\nhush", "hush\u00fc", "Bearer hush", ["hush"]],
    ids=short,
)
async def test_rubbish_it_returns_is_refused_and_not_repeated(
    make_client: MakeClient, fake: FakeDevRev, rubbish: object
) -> None:
    """The text says where it came from."""
    with pytest.raises(ConfigurationError, match="what the token callable returned ") as caught:
        await get(make_client(token=Tokens(rubbish)))
    assert "hush" not in str(caught.value)
    assert fake.requests == []


async def test_what_it_returns_is_trimmed(make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken) -> None:
    """As a fixed token is."""
    await get(make_client(token=lambda: f" {pat.secret}\n"))
    assert fake.requests[0].token_id == pat.id


async def test_a_failure_when_asked_again_is_raised_with_the_attempt_before(
    make_client: MakeClient, fake: FakeDevRev
) -> None:
    """The 401 that led to asking is in `attempts`."""
    with pytest.raises(ConfigurationError) as caught:
        await get(make_client(token=Tokens("expired", RuntimeError("hush"))))
    assert [attempt.status_code for attempt in caught.value.attempts] == [401]


async def test_the_next_call_works_after_a_failure(make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken) -> None:
    """A secret store that was away for a moment does not spoil the client."""
    client = make_client(token=Tokens(RuntimeError("away"), pat.secret))
    with pytest.raises(ConfigurationError):
        await get(client)
    await get(client)
    assert len(fake.requests) == 1


@both_operations
async def test_a_failure_is_no_attempt(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, operation: Operation
) -> None:
    """Nothing was sent: even a revocation is in no doubt."""
    with pytest.raises(ConfigurationError) as caught:
        await operation(make_client(token=Tokens(RuntimeError())))
    assert caught.value.attempts == ()
