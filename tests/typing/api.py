"""What users write, for type checkers alone: `make types` runs mypy --strict and pyright strict over it.

Nothing here is ever run. What type a public name has is in `tests/contract/public_surface.txt`. A line that must be
refused carries the two checkers' ignores and the reason; both checkers report an ignore that nothing needs, so that
such a line, once accepted, is an error.
"""

import ssl
from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_type

import httpx

from devrev_auth_client import (
    AsyncDevRevAuthClient,
    Attempt,
    AuthToken,
    DevRevAuthClient,
    RetryPolicy,
    TokenType,
    errors,
)
from devrev_auth_client.generated.api.auth_tokens import auth_tokens_get, auth_tokens_self_delete
from devrev_auth_client.generated.models import AuthTokensGetRequest, AuthTokensGetResponse, AuthTokensSelfDeleteRequest
from devrev_auth_client.testing import Answer, FakeDevRev, FakeUser, Fault, Injection

ID = "don:identity:dvrv-us-1:devo/1:token/1"


async def calls_awaited(client: AsyncDevRevAuthClient) -> None:
    token = await client.get_auth_token(ID)
    assert_type(token, AuthToken)
    await client.revoke_own_auth_tokens("urn:devrev:params:oauth:token-type:new")
    await client.revoke_own_auth_tokens(None)
    await client.get_auth_token(ID, timeout=None, total_timeout=None)
    await client.get_auth_token(ID, timeout=httpx.Timeout(5, connect=1), total_timeout=2.5)
    assert_type(await client.get_own_auth_token(timeout=5), AuthToken)

    assert_type((await client.get_auth_token_detailed(ID)).parsed, AuthTokensGetResponse | None)
    assert_type((await client.revoke_own_auth_tokens_detailed(TokenType.PAT)).parsed, None)

    # Nobody revokes by leaving the type out.
    await client.revoke_own_auth_tokens()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    # The options are keyword-only.
    await client.get_auth_token(ID, 5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    # A token id is one string, and one's own token has no need of it.
    await client.get_own_auth_token(ID)  # type: ignore[arg-type, call-arg]  # pyright: ignore[reportCallIssue]
    await client.get_auth_token(b"id")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    # A forgotten `await`.
    client.get_auth_token(ID).status  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    # The async client is closed with `await`, and has no `with`.
    with client:  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass


def calls_in_sync(client: DevRevAuthClient) -> None:
    assert_type(client.get_auth_token(ID), AuthToken)
    with client as same:
        assert_type(same, DevRevAuthClient)

    # A revocation has no result to use.
    done = client.revoke_own_auth_tokens(None)  # type: ignore[func-returns-value]
    assert_type(done, None)
    client.revoke_own_auth_tokens(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def any_endpoint(client: AsyncDevRevAuthClient, sync: DevRevAuthClient) -> None:
    get = AuthTokensGetRequest(token_id=ID)
    assert_type(await client.call(auth_tokens_get, body=get), AuthTokensGetResponse)
    assert_type(sync.call(auth_tokens_get, safe_to_repeat=True, body=get).token, AuthToken)
    delete = AuthTokensSelfDeleteRequest(requested_token_type=TokenType.PAT)
    assert_type(await client.call(auth_tokens_self_delete, body=delete), Any)

    # A module that is no endpoint, and a function of one.
    sync.call(errors)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    sync.call(auth_tokens_get.sync, body=get)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def tokens() -> None:
    async def awaited() -> str:
        return "token"

    class Vault:
        async def __call__(self) -> str:
            return "token"

    AsyncDevRevAuthClient()
    AsyncDevRevAuthClient(token=lambda: "token")
    AsyncDevRevAuthClient(awaited)
    AsyncDevRevAuthClient(Vault())
    DevRevAuthClient(lambda: "token")
    DevRevAuthClient(None)

    # The sync client awaits nothing.
    DevRevAuthClient(awaited)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    # A callable that may return nothing.
    AsyncDevRevAuthClient(dict[str, str]().popitem)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    DevRevAuthClient(b"token")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    # Everything but the token is named.
    DevRevAuthClient("token", "https://api.devrev.ai")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def options(client: AsyncDevRevAuthClient, headers: Mapping[str, str], fake: FakeDevRev) -> None:
    DevRevAuthClient(base_url=httpx.URL("https://api.devrev.ai"), timeout=httpx.Timeout(5), headers=headers)
    DevRevAuthClient(proxy=httpx.Proxy("http://127.0.0.1:3128"), verify=ssl.create_default_context())
    AsyncDevRevAuthClient(transport=fake.transport(), proxy="http://127.0.0.1:3128", verify="ca.pem")

    copy = client.with_options(timeout=5, total_timeout=None, retry=RetryPolicy(), api_version="1", headers=headers)
    assert_type(copy, AsyncDevRevAuthClient)

    # A transport of the other colour.
    DevRevAuthClient(transport=httpx.AsyncHTTPTransport())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    # Connections and token are the client's own.
    client.with_options(token="other")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    # A number of attempts is no policy.
    client.with_options(retry=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    # Both are read-only.
    client.rate_limit = None  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    RetryPolicy().max_attempts = 2  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    # A policy's fields are named.
    RetryPolicy(4)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def observed(met: Attempt, seconds: float) -> None:
    RetryPolicy(on_retry=observed)
    RetryPolicy(on_retry=lambda attempt, wait: print(attempt.waited, wait))
    # It is handed two things.
    RetryPolicy(on_retry=lambda attempt: None)  # type: ignore[arg-type, misc]  # pyright: ignore[reportArgumentType]


def quota(client: DevRevAuthClient) -> None:
    # No answer has told a quota yet, perhaps.
    client.rate_limit.remaining  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]


def users_and_tokens_of_a_fake() -> None:
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
    with fake.serve() as base_url:
        assert_type(base_url, str)
        DevRevAuthClient(base_url=base_url)

    # Serving lasts as long as its `with`.
    DevRevAuthClient(base_url=fake.serve())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def faults_of_the_fake(fake: FakeDevRev, user: FakeUser) -> None:
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


def the_fakes_time(fake: FakeDevRev, when: datetime) -> None:
    fake.advance(60)
    fake.stop_clock()
    fake.stop_clock(when)
    # A number of seconds, as all times.
    fake.advance("60")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
