"""What FakeDevRev holds and answers, whatever it is reached by. Its answers to bad bodies are in tests/contract."""

from __future__ import annotations

from itertools import product
from json import dumps, loads

import pytest

from devrev_auth_client.testing import FakeDevRev
from devrev_auth_client.token_types import TokenType
from tests.unit.fake_helpers import DELETE, GET, NOON, Clock, ask, metadata


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fake(clock: Clock) -> FakeDevRev:
    return FakeDevRev(clock=clock)


def test_metadata_has_exact_values(fake: FakeDevRev, clock: Clock) -> None:
    """Each field of the reference page, for a token that was revoked a while after it was issued."""
    user = fake.add_user(display_name="ada", full_name="Ada Lovelace", email="ada@example.com", state="locked")
    reader = fake.issue_token(user)
    token = fake.issue_token(user, TokenType.SESSION, expires_in=90.5, scopes=["read", "write"], secret="sesame-1234")
    clock.now += 1.25
    fake.revoke_token(token.id)
    ada = {
        "type": "dev_user",
        "display_id": "DEVU-1",
        "id": "don:identity:dvrv-us-1:devo/1:devu/1",
        "display_name": "ada",
        "display_picture": {
            "display_id": "ARTIFACT-1",
            "id": "don:core:dvrv-us-1:devo/1:artifact/1",
            "file": {"type": "image/png", "name": "devu-1.png", "size": 1024},
        },
        "email": "ada@example.com",
        "full_name": "Ada Lovelace",
        "state": "locked",
    }
    assert metadata(fake, reader, token.id) == {
        "created_by": ada,
        "created_date": "2026-01-01T12:00:00.000Z",
        "display_id": "TOKEN-2",
        "id": "don:identity:dvrv-us-1:devo/1:token/2",
        "modified_by": ada,
        "modified_date": "2026-01-01T12:00:01.250Z",
        "client_id": "fake-devrev",
        "expires_at": "2026-01-01T12:01:30.500Z",
        "issued_at": "2026-01-01T12:00:00.000Z",
        "requested_token_type": "urn:devrev:params:oauth:token-type:session",
        "scopes": ["read", "write"],
        "status": "revoked",
        "subject": user.id,
        "token_hint": "1234",
    }


def test_a_token_without_an_end_has_no_expires_at(fake: FakeDevRev, clock: Clock) -> None:
    """And never expires."""
    token = fake.issue_token(fake.add_user(), expires_in=None)
    clock.now += 1e9
    assert "expires_at" not in metadata(fake, token, token.id)


def test_a_token_expires_by_the_clock_and_its_bearer_with_it(fake: FakeDevRev, clock: Clock) -> None:
    """To the instant of expires_at."""
    user = fake.add_user()
    reader, token = fake.issue_token(user), fake.issue_token(user, expires_in=10)
    clock.now += 9.999
    assert metadata(fake, token, token.id)["status"] == "active"
    clock.now = NOON + 10
    assert metadata(fake, reader, token.id)["status"] == "expired"
    answer = ask(fake, token, GET, {"token_id": token.id})
    assert (answer.status, loads(answer.content)["message"]) == (
        401,
        "the Authorization header has a token that is expired",
    )


def test_expire_and_revoke_end_a_token_and_an_ended_one_keeps_its_status(fake: FakeDevRev, clock: Clock) -> None:
    """`modified_date` moves with a change and stays without one."""
    user = fake.add_user()
    reader, expired, revoked = (fake.issue_token(user) for _ in range(3))
    clock.now += 1
    fake.expire_token(expired.id)
    fake.revoke_token(revoked.id)
    clock.now += 1
    fake.revoke_token(expired.id)
    fake.revoke_token(revoked.id)
    assert [fake.token_status(token.id) for token in (reader, expired, revoked)] == ["active", "expired", "revoked"]
    assert metadata(fake, reader, expired.id)["expires_at"] == "2026-01-01T12:00:01.000Z"
    assert metadata(fake, reader, expired.id)["modified_date"] == "2026-01-01T12:00:01.000Z"
    assert metadata(fake, reader, revoked.id)["modified_date"] == "2026-01-01T12:00:01.000Z"
    fake.expire_token(revoked.id)
    assert fake.token_status(revoked.id) == "revoked"
    for bearer in (expired, revoked):
        assert ask(fake, bearer, DELETE, {}).status == 401


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic {}", "{}", "Bearer {}x", "Bearer x{}"])
@pytest.mark.parametrize(("path", "body"), [(GET, {"token_id": "x"}), (DELETE, {}), (DELETE, b"nope")])
def test_401_without_an_active_bearer(fake: FakeDevRev, path: str, body: object, authorization: str | None) -> None:
    """Before the body is looked at."""
    token = fake.issue_token(fake.add_user())
    headers = [] if authorization is None else [("Authorization", authorization.format(token.secret))]
    answer = fake.handle("POST", path, headers, body if isinstance(body, bytes) else dumps(body).encode())
    assert answer.status == 401
    assert loads(answer.content) == {
        "type": "unauthenticated",
        "message": "the Authorization header has no token, or an unknown one",
    }
    assert fake.token_status(token.id) == "active"
    assert fake.requests[-1].token_id is None


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_the_scheme_is_read_without_regard_to_case(fake: FakeDevRev, scheme: str) -> None:
    """RFC 9110 section 11.1."""
    token = fake.issue_token(fake.add_user())
    headers = [("authorization", f"{scheme} {token.secret}"), ("CONTENT-TYPE", "Application/JSON")]
    assert fake.handle("POST", DELETE, headers, b"{}").status == 200


def test_404_for_an_unknown_id_and_for_one_of_another_dev_org(fake: FakeDevRev) -> None:
    """One's own dev organization is all that one sees; in it, the tokens of others too."""
    mine, colleague = fake.issue_token(fake.add_user()), fake.issue_token(fake.add_user())
    foreign = fake.issue_token(fake.add_user(dev_org=2))
    assert metadata(fake, mine, colleague.id)["id"] == colleague.id
    assert foreign.id == "don:identity:dvrv-us-1:devo/2:token/3"
    for token_id in (foreign.id, "don:identity:dvrv-us-1:devo/1:token/9", "\ud800"):
        answer = ask(fake, mine, GET, {"token_id": token_id})
        assert (answer.status, loads(answer.content)["type"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", GET), ("POST", "/"), ("POST", "/auth-tokens.delete"), ("POST", GET + "/")]
)
def test_a_wrong_path_or_method_is_404_without_a_type(fake: FakeDevRev, method: str, path: str) -> None:
    """Whoever asks."""
    token = fake.issue_token(fake.add_user())
    for bearer in (token, "unknown"):
        answer = ask(fake, bearer, path, {}, method)
        assert (answer.status, loads(answer.content)) == (404, {"message": "route not found"})


def test_a_body_nested_too_deeply_is_a_parse_error(fake: FakeDevRev) -> None:
    """And is recorded as the bytes that it is."""
    answer = ask(fake, fake.issue_token(fake.add_user()), GET, b"[" * 100_000)
    assert (answer.status, loads(answer.content)["type"]) == (400, "parse_error")
    assert fake.requests[0].body == b"[" * 100_000


def test_every_answer_has_its_length_and_the_date_of_the_clock(fake: FakeDevRev) -> None:
    """Which the reader of X-Ratelimit-Reset needs, whose own clock may be another."""
    token = fake.issue_token(fake.add_user())
    for answer in (
        ask(fake, token, GET, {"token_id": token.id}),
        ask(fake, token, DELETE, {}),
        ask(fake, token, DELETE, {}),
        ask(fake, token, "/", {}),
    ):
        headers = dict(answer.headers)
        assert headers["Date"] == "Thu, 01 Jan 2026 12:00:00 GMT"
        assert headers["Content-Length"] == str(len(answer.content))
        assert headers.get("Content-Type") == ("application/json" if answer.content else None)


@pytest.mark.parametrize("token_type", TokenType)
def test_revocation_takes_the_callers_tokens_of_that_type_only(fake: FakeDevRev, token_type: TokenType) -> None:
    """Of three users with a token of each type, the caller loses one token."""
    users = [fake.add_user(), fake.add_user(), fake.add_user(dev_org=2)]
    issued = {(user.id, kind): fake.issue_token(user, kind) for user, kind in product(users, TokenType)}
    caller = fake.issue_token(users[0], "urn:other")
    answer = ask(fake, caller, DELETE, {"requested_token_type": token_type})
    assert (answer.status, answer.content) == (200, b"")
    over = [key for key, token in issued.items() if fake.token_status(token.id) == "revoked"]
    assert over == [(users[0].id, token_type)]


def test_revocation_without_a_type_takes_every_token_of_the_caller(fake: FakeDevRev) -> None:
    """The one in use included."""
    user, other = fake.add_user(), fake.add_user()
    tokens = [fake.issue_token(user, kind) for kind in (TokenType.PAT, TokenType.AAT, TokenType.JWT, "urn:new")]
    foreign = fake.issue_token(other)
    assert ask(fake, tokens[0], DELETE, {}).status == 200
    assert {fake.token_status(token.id) for token in tokens} == {"revoked"}
    assert fake.token_status(foreign.id) == "active"
    assert ask(fake, tokens[0], DELETE, {}).status == 401


def test_a_token_of_a_type_that_is_not_known_can_be_read_but_not_asked_for(fake: FakeDevRev) -> None:
    """For tests of what DevRev may add."""
    token = fake.issue_token(fake.add_user(), "urn:new")
    assert token.type == "urn:new"
    assert metadata(fake, token, token.id)["requested_token_type"] == "urn:new"
    assert ask(fake, token, DELETE, {"requested_token_type": "urn:new"}).status == 400
