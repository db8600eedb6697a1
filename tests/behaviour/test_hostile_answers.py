"""Two hundred answers that no server should give: each is our error or a value, and none is taken for a revocation."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devrev_auth_client import AuthToken, DevRevAuthClient, DevRevAuthError, RetryPolicy, TokenType
from tests.behaviour.bodies import TOKEN
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import get, revoke
from tests.behaviour.transports import Answering, Chunks

ONCE = RetryPolicy(max_attempts=1)
BEARER = "a-bearer-token-of-the-tests"
MIB = 1024 * 1024

WRONG: list[Any] = [None, 5, -1.5, True, "words", "", [], ["x"], {}, {"x": 1}, [["id", "x"]], 10**400]


def _replaced(value: Any, path: tuple[str | int, ...], wrong: Any) -> Any:
    if not path:
        return wrong
    changed = copy.copy(value)
    changed[path[0]] = _replaced(value[path[0]], path[1:], wrong)
    return changed


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield from _paths(item, (*path, name))


def _wrong_types() -> Iterator[bytes]:
    for path in _paths({"token": TOKEN}):
        for wrong in WRONG:
            yield json.dumps(_replaced({"token": TOKEN}, path, wrong)).encode()


def _missing_fields() -> Iterator[bytes]:
    for name in TOKEN:
        yield json.dumps({"token": {key: value for key, value in TOKEN.items() if key != name}}).encode()


WHOLE = json.dumps({"token": TOKEN}).encode()
TRUNCATED = [WHOLE[:length] for length in range(1, len(WHOLE), 40)]
BODIES: dict[str, bytes] = {
    "page": b"<html><body>502 Bad Gateway</body></html>",
    "words": b"OK",
    "null": b"null",
    "true": b"true",
    "number": b"1",
    "string": b'"revoked"',
    "array": b"[]",
    "pairs": b'[["token", {"id": "x"}]]',
    "pairs of pairs": b'[["token", [["id", "x"]]]]',
    "two documents": b"{}{}",
    "object and garbage": b"{} x",
    "other object": b'{"error": "no"}',
    "object with nothing said": b'{"token": null}',
    "deep arrays": b"[" * 100_000,
    "deep arrays, closed": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "deep within bounds": b'{"token": {"id": "x", "a": ' + b"[" * 400 + b"]" * 400 + b"}}",
    "huge integer": b'{"token": {"id": ' + b"9" * 10_000 + b"}}",
    "huge exponent": b'{"token": {"id": "x", "created_by": 1e999999}}',
    "NaN": b'{"token": NaN}',
    "Infinity": b'{"token": {"id": "x", "scopes": [Infinity, -Infinity]}}',
    "duplicate names": b'{"token": {"id": "a"}, "token": {"id": "b"}}',
    "bad UTF-8": b'{"token": {"id": "\xff\xfe"}}',
    "bad UTF-8 alone": b"\xff\xff\xff",
    "UTF-16": json.dumps({"token": {"id": "x"}}).encode("utf-16"),
    "UTF-32": json.dumps({"token": {"id": "x"}}).encode("utf-32"),
    "byte order mark": b"\xef\xbb\xbf" + WHOLE,
    "lone surrogate": b'{"token": {"id": "\\ud800"}}',
    "control characters": b'{"token": {"id": "\x00\x01"}}',
    "escaped NUL": b'{"token": {"id": "\\u0000"}}',
    "2 MB of spaces": b" " * (2 * MIB),
    "2 MB of JSON": b'{"token": {"id": "' + b"x" * (2 * MIB) + b'"}}',
    "a year that is none": b'{"token": {"id": "x", "created_date": "0000-00-00T00:00:00Z"}}',
    "a far year": b'{"token": {"id": "x", "created_date": "99999-01-01T00:00:00Z"}}',
    "a date with an odd offset": b'{"token": {"id": "x", "created_date": "2023-01-01T00:00:00+99:99"}}',
    "methods for fields": b'{"token": {"id": "x", "__class__": "y", "to_dict": 1, "from_dict": {}}}',
    "nothing": b"",
    "only white space": b" \r\n\t ",
    "empty object": b"{}",
}
HEADERS: dict[str, list[tuple[bytes, bytes]]] = {
    "unknown encoding": [(b"Content-Encoding", b"zstd, br")],
    "gzip that is none": [(b"Content-Encoding", b"gzip")],
    "deflate that is none": [(b"Content-Encoding", b"deflate")],
    "rubbish about the quota": [(b"X-Ratelimit-Remaining", b"0"), (b"X-Ratelimit-Reset", b"9" * 18)],
    "rubbish about dates": [(b"Date", b"\xff\xfe"), (b"Retry-After", b"Fri, 99 Foo 20256 99:99:99 GMT")],
    "ten thousand headers": [(b"X-%d" % number, b"y") for number in range(10_000)],
}
BOMB = gzip.compress(b" " * (64 * MIB))
STATUSES = [
    100,
    199,
    200,
    201,
    204,
    206,
    299,
    300,
    301,
    304,
    400,
    401,
    418,
    429,
    451,
    499,
    500,
    503,
    520,
    599,
    600,
    999,
]
SAYS_REVOKED = {b"", b" \r\n\t ", b"{}"}


async def met(make_client: MakeClient, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    """Let both operations meet the answer."""
    client = make_client(token=BEARER, transport=Answering(status, Chunks([body]), headers), retry=ONCE)
    try:
        token = await get(client)
    except DevRevAuthError:
        pass
    else:
        assert isinstance(token, AuthToken)
        assert status == 200
    client = make_client(token=BEARER, transport=Answering(status, Chunks([body]), headers), retry=ONCE)
    try:
        await revoke(client)
    except DevRevAuthError:
        pass
    else:
        assert status == 204 or (status == 200 and body in SAYS_REVOKED)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_a_hostile_body(make_client: MakeClient, body: bytes) -> None:
    """With the status of a success, of a refusal and of a failure."""
    for status in (200, 404, 500):
        await met(make_client, status, body, [])


@pytest.mark.parametrize("status", STATUSES)
async def test_a_hostile_status(make_client: MakeClient, status: int) -> None:
    """With the bodies that would say "here is the token" and "revoked" under the right one."""
    for body in (WHOLE, b"", b"{}"):
        await met(make_client, status, body, [])


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
async def test_hostile_headers(make_client: MakeClient, headers: list[tuple[bytes, bytes]]) -> None:
    """On a success and on what is repeated later."""
    for status in (200, 429, 503):
        await met(make_client, status, WHOLE, headers)


async def test_a_compression_bomb(make_client: MakeClient) -> None:
    """Sixty-four MiB in sixty-four KiB."""
    for status in (200, 500):
        await met(make_client, status, BOMB, [(b"Content-Encoding", b"gzip")])


async def test_every_field_of_every_wrong_type(make_client: MakeClient) -> None:
    """Each place of the reference example holds, in turn, everything that JSON has."""
    bodies = [*_wrong_types(), *_missing_fields(), *TRUNCATED]
    assert len(bodies) > 400
    for body in bodies:
        await met(make_client, 200, body, [])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*TOKEN, "token", "x"]), inner, max_size=5)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    status=st.sampled_from(STATUSES) | st.integers(100, 999),
    body=JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=200),
    headers=st.lists(
        st.tuples(
            st.sampled_from(
                [b"Retry-After", b"Date", b"Content-Encoding", b"X-Ratelimit-Reset", b"X-Ratelimit-Remaining"]
            ),
            st.binary(max_size=20),
        ),
        max_size=3,
    ),
)
def test_anything(status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    """Whatever comes, a program that catches `DevRevAuthError` has caught it all."""
    operations: tuple[Callable[[DevRevAuthClient], object], ...] = (
        lambda client: client.get_auth_token("x"),
        lambda client: client.revoke_own_auth_tokens(TokenType.PAT),
    )
    for ask in operations:
        transport = Answering(status, Chunks([body]), headers)
        with DevRevAuthClient(BEARER, transport=transport, retry=ONCE, total_timeout=5) as client:
            try:
                value = ask(client)
            except DevRevAuthError:
                continue
            proof = status == 204 or b"".join(body.split()) in (b"", b"{}")
            assert isinstance(value, AuthToken) or (value is None and proof)
