"""What users write in tests, with `devrev_auth_client.testing`. For type checkers alone; see `api.py`."""

from datetime import datetime
from typing import assert_type

import httpx

from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient, TokenType
from devrev_auth_client.testing import (
    Answer,
    FakeDevRev,
    FakeUser,
    Fault,
    Injection,
)


def users_and_tokens() -> None:
    fake = FakeDevRev(rate_limit=100, rate_window=300, seed=7)
    user = fake.add_user(type="rev_user", display_name="ada")
    pat = fake.issue_token(user)
    fake.issue_token(user, TokenType.SESSION, expires_in=None, scopes=["all"])
    assert_type(fake.issue_token(user, "urn:new", secret="secret").type, TokenType)
    assert_type(fake.requests_for(pat)[-1].status, int | None)
    assert_type(fake.handle("POST", "/auth-tokens.get", [("Authorization", "Bearer")], b"{}"), Answer)

    # The type of a token stands first, all else is named.
    fake.issue_token(user, TokenType.PAT, 60)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    # A token belongs to a user, not to a user's id.
    fake.issue_token(user.id)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    # What was issued stays as it is.
    pat.secret = "other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def clients_of_it(fake: FakeDevRev) -> None:
    DevRevAuthClient("token", transport=fake.transport())
    AsyncDevRevAuthClient("token", transport=fake.transport())
    with fake.serve() as base_url:
        assert_type(base_url, str)
        DevRevAuthClient(base_url=base_url)

    # Serving lasts as long as its `with`.
    DevRevAuthClient(base_url=fake.serve())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def faults(fake: FakeDevRev, user: FakeUser) -> None:
    fake.respond_next(429, retry_after=30)
    fake.respond_next(json={"token": {"id": "1"}}, headers={"X-Ratelimit-Remaining": "0"}, times=2)
    fake.lose_connection(after_processing=True, error=httpx.ReadTimeout)
    fake.play_next(Fault.any_of(Fault.reset(), Fault.proxy_page(502), Fault.truncated(), Fault.wrong_json()))
    injected = fake.inject(Fault.too_many_requests(), lasting=300, user=user, operation="auth-tokens.get")
    assert_type(injected, Injection)
    with fake.inject(Fault.slow(before=1, between=0.1), requests={2, 3}, probability=0.5) as injection:
        assert_type(injection, Injection)
    fake.inject(Fault.new_values(), requests=range(1, 10)).stop()

    # A status is no fault.
    fake.play_next(503)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    # Nothing but what a transport raises can be lost.
    fake.lose_connection(error=ValueError)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def time(fake: FakeDevRev, when: datetime) -> None:
    fake.advance(60)
    fake.stop_clock()
    fake.stop_clock(when)
    # A number of seconds, as all times.
    fake.advance("60")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
