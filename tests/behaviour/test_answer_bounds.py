"""How much of an answer is read: 1 MiB after decompression."""

from __future__ import annotations

import functools
import gzip
import itertools
import json
import zlib
from collections.abc import Callable

import pytest

from devrev_auth_client import APIError, InvalidResponseError, RevocationUnconfirmedError
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get, revoke
from tests.behaviour.transports import Answering, Chunks

MIB = 1024 * 1024
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
}
encodings = pytest.mark.parametrize("encoding", ENCODINGS)


def token_of_size(size: int) -> bytes:
    """Give an answer with a token `x` that is so many bytes long."""
    head, tail = b'{"token": {"id": "x"}, "pad": "', b'"}'
    return head + b" " * (size - len(head) - len(tail)) + tail


async def test_an_answer_of_one_mib_is_read(make_client: MakeClient, fake: FakeDevRev) -> None:
    """The bound itself is within bounds."""
    fake.respond_next(200, content=token_of_size(MIB))
    assert (await get(make_client())).id == "x"


@both_operations
async def test_an_answer_of_one_byte_more_is_refused(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation
) -> None:
    """It is not asked for again."""
    fake.respond_next(200, content=token_of_size(MIB + 1))
    with pytest.raises(InvalidResponseError, match="larger than 1048576 bytes"):
        await operation(make_client())
    assert len(fake.requests) == 1


@pytest.mark.parametrize("status", [404, 429, 502])
@both_operations
async def test_an_error_whose_body_is_too_large_keeps_its_status_and_headers(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation, status: int
) -> None:
    """A proxy's long page must not hide a Retry-After; the page itself is not read."""
    fake.respond_next(status, content=token_of_size(MIB + 1), headers={"Retry-After": "7"}, times=4)
    with pytest.raises((APIError, RevocationUnconfirmedError)) as caught:
        await operation(make_client(total_timeout=1))
    assert caught.value.attempts[0].status_code == status
    if isinstance(caught.value, APIError):
        assert (caught.value.error, caught.value.headers["Retry-After"]) == (None, "7")


async def test_an_endless_answer_is_left_and_closed_at_the_bound(make_client: MakeClient) -> None:
    """No more than needed is read, and the response is closed so that its connection does not leak."""
    stream = Chunks(itertools.repeat(b" " * 65_536))
    with pytest.raises(InvalidResponseError):
        await get(make_client(transport=Answering(200, stream)))
    assert stream.taken in (17, 18)  # one more may be asked for, after closing
    assert stream.closed


async def test_an_answer_read_to_its_end_is_closed(make_client: MakeClient) -> None:
    """In chunks of one byte, to its last."""
    content = json.dumps({"token": {"id": "x"}}).encode()
    stream = Chunks(bytes([byte]) for byte in content)
    assert (await get(make_client(transport=Answering(200, stream)))).id == "x"
    assert (stream.taken, stream.closed) == (len(content), True)


@encodings
async def test_a_compressed_answer_that_was_not_asked_for_is_read(
    make_client: MakeClient, fake: FakeDevRev, encoding: str
) -> None:
    """`Accept-Encoding: identity` is sent; a proxy may compress all the same."""
    packed = ENCODINGS[encoding](token_of_size(50_000))
    fake.respond_next(200, content=packed, headers={"Content-Encoding": f" {encoding.upper()}"})
    assert (await get(make_client())).id == "x"


@encodings
async def test_a_compressed_answer_of_one_mib_is_read(make_client: MakeClient, fake: FakeDevRev, encoding: str) -> None:
    """The bound counts what comes out."""
    fake.respond_next(200, content=ENCODINGS[encoding](token_of_size(MIB)), headers={"Content-Encoding": encoding})
    assert (await get(make_client())).id == "x"


@encodings
@pytest.mark.parametrize("size", [MIB + 1, 16 * MIB])
async def test_a_compression_bomb_is_refused(
    make_client: MakeClient, fake: FakeDevRev, encoding: str, size: int
) -> None:
    """A few kilobytes do not become a gigabyte: unpacking stops at the bound."""
    fake.respond_next(200, content=packed_zeros(encoding, size), headers={"Content-Encoding": encoding})
    with pytest.raises(InvalidResponseError, match="larger than"):
        await get(make_client())
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", b"not gzip"),
        ("gzip", gzip.compress(token_of_size(5_000))[:-12]),
        ("deflate", b"\x00"),
        ("br", b"x"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"{}"))),
        ("zstd", b"x"),
    ],
    ids=["no-gzip", "cut", "no-deflate", "brotli", "twice", "zstandard"],
)
async def test_an_encoding_that_is_broken_or_unknown_is_refused(
    make_client: MakeClient, fake: FakeDevRev, encoding: str, content: bytes
) -> None:
    """Never a zlib error, never garbage taken for an answer."""
    fake.respond_next(200, content=content, headers={"Content-Encoding": encoding})
    with pytest.raises(InvalidResponseError):
        await revoke(make_client())
    assert len(fake.requests) == 1


async def test_an_error_whose_compression_is_broken_keeps_its_status_and_headers(
    make_client: MakeClient, fake: FakeDevRev
) -> None:
    """The body alone is lost."""
    fake.respond_next(503, content=b"not gzip", headers={"Content-Encoding": "gzip"}, retry_after=300)
    with pytest.raises(APIError) as caught:
        await get(make_client())
    assert (caught.value.status_code, caught.value.error) == (503, None)
    assert caught.value.headers["Retry-After"] == "300"


async def test_an_empty_answer_may_claim_any_encoding(make_client: MakeClient, fake: FakeDevRev) -> None:
    """There is nothing to unpack in the empty 200 of a revocation."""
    fake.respond_next(200, headers={"Content-Encoding": "gzip"})
    await revoke(make_client())


@functools.cache
def packed_zeros(encoding: str, size: int) -> bytes:
    """Compress so many zeros without having them all at once."""
    packer = zlib.compressobj(wbits=15 if encoding == "deflate" else 31)
    return b"".join(packer.compress(bytes(min(MIB, size - start))) for start in range(0, size, MIB)) + packer.flush()
