"""How much of a response is read: 1 MiB after decompression, to its end or not at all, and it is closed in any case."""

import gzip
import itertools
import tracemalloc
import zlib
from collections.abc import Iterator

import httpx
import pytest

from devrev_auth_client import APIError, InvalidResponseError, RetryPolicy, RevocationUnconfirmedError, TransportError
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.backends import sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get, revoke
from tests.behaviour.transports import Answering, Chunks

MIB = 1024 * 1024
TOO_LARGE = "larger than 1048576 bytes"
BROKEN = "compressed, and cannot be decompressed"
NOT_ASKED_FOR = "in an unexpected content encoding"
PLAIN = b'{"token": {"id": "x"}}'


def token_of_size(size: int) -> bytes:
    """Give a response with a token `x` that is so many bytes long."""
    head, tail = b'{"token": {"id": "x"}, "pad": "', b'"}'
    return head + b" " * (size - len(head) - len(tail)) + tail


async def test_one_mib_is_read_and_one_byte_more_is_not(make_client: MakeClient, fake: FakeDevRev) -> None:
    fake.respond_next(200, content=token_of_size(MIB))
    assert (await get(make_client())).id == "x"
    for operation in (get, revoke):
        fake.requests.clear()
        fake.respond_next(200, content=token_of_size(MIB + 1))
        with pytest.raises(InvalidResponseError, match=TOO_LARGE):
            await operation(make_client())
        assert len(fake.requests) == 1


async def test_the_bound_can_be_another(make_client: MakeClient, fake: FakeDevRev) -> None:
    """For operations with longer responses; it bounds the client's own connections and transports handed in."""
    with fake.serve() as base_url:
        for options in ({"base_url": base_url, "transport": None, "real_time": True}, {}):
            for size in (100, 2 * MIB):
                client = make_client(max_response_size=size, **options)
                fake.respond_next(200, content=token_of_size(size))
                assert (await get(client)).id == "x"
                fake.respond_next(200, content=token_of_size(size + 1))
                with pytest.raises(InvalidResponseError, match=f"larger than {size} bytes"):
                    await get(client)
                await client.aclose()


@pytest.mark.parametrize("status", [404, 429, 502, 503])
@both_operations
async def test_an_error_whose_body_cannot_be_read_keeps_its_status_and_headers(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation, status: int
) -> None:
    """A proxy's long or broken page must not hide a Retry-After; the page itself is not read."""
    for content, encoding in ((token_of_size(MIB + 1), "identity"), (b"not gzip", "gzip")):
        fake.respond_next(status, content=content, headers={"Retry-After": "7", "Content-Encoding": encoding})
        with pytest.raises((APIError, RevocationUnconfirmedError)) as caught:
            await operation(make_client(retry=RetryPolicy(max_attempts=1)))
        assert caught.value.attempts[0].status_code == status
        if isinstance(caught.value, APIError):
            assert (caught.value.error, caught.value.headers["Retry-After"]) == (None, "7")


async def test_an_endless_response_is_left_and_closed_at_the_bound(make_client: MakeClient) -> None:
    """No more than needed is read, and the response is closed so that its connection does not leak."""
    stream = Chunks(itertools.repeat(b" " * 65_536))
    with pytest.raises(InvalidResponseError):
        await get(make_client(transport=Answering(200, stream)))
    assert stream.taken in (17, 18)  # one more may be asked for, after closing
    assert stream.closed


async def test_a_response_read_to_its_end_is_closed(make_client: MakeClient) -> None:
    stream = Chunks(itertools.chain.from_iterable((bytes([byte]), b"") for byte in PLAIN))
    assert (await get(make_client(transport=Answering(200, stream)))).id == "x"
    assert (stream.taken, stream.closed) == (2 * len(PLAIN), True)


def half_and(error: BaseException) -> Iterator[bytes]:
    yield b"half"
    raise error


class Breaking(Chunks):
    """Half a body, then an exception; closing it may raise too."""

    def __init__(self, error: BaseException, close_raises: Exception | None) -> None:
        super().__init__(half_and(error))
        self._close_raises = close_raises

    def close(self) -> None:
        super().close()
        if self._close_raises is not None:
            raise self._close_raises


@pytest.mark.parametrize("close_raises", [None, RuntimeError("already closed")])
async def test_a_body_that_breaks_off_is_closed_and_its_error_counts(
    make_client: MakeClient, close_raises: Exception | None
) -> None:
    for error in (httpx.ReadError("reset"), OSError("reset")):
        stream = Breaking(error, close_raises)
        with pytest.raises(TransportError, match=r"the connection was lost \(reset\)"):
            await get(make_client(transport=Answering(200, stream), total_timeout=0.1))
        assert stream.closed
    for passing in (KeyError("x"), KeyboardInterrupt()):
        stream = Breaking(passing, close_raises)
        with pytest.raises(type(passing)) as caught:
            await get(make_client(transport=Answering(200, stream)))
        assert caught.value is passing
        assert stream.closed


PACKED: dict[str, tuple[str, bytes]] = {
    "identity": ("Identity ", PLAIN),
    "gzip": ("gzip", gzip.compress(PLAIN)),
    "in capitals": (" GZIP", gzip.compress(PLAIN)),
    "x-gzip": ("x-gzip", gzip.compress(PLAIN)),
    "deflate": ("deflate", zlib.compress(PLAIN)),
    "all there may be": ("gzip", gzip.compress(token_of_size(MIB))),
    "all there may be, deflated": ("deflate", zlib.compress(token_of_size(MIB))),
}


@sync_only
@pytest.mark.parametrize(("encoding", "content"), PACKED.values(), ids=PACKED)
async def test_a_compressed_response_that_was_not_asked_for_is_read(
    make_client: MakeClient, fake: FakeDevRev, encoding: str, content: bytes
) -> None:
    """`Accept-Encoding: identity` is sent; a proxy may compress all the same."""
    fake.respond_next(200, content=content, headers={"Content-Encoding": encoding})
    assert (await get(make_client())).id == "x"


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "one byte more": ("gzip", gzip.compress(token_of_size(MIB + 1)), TOO_LARGE),
    "one byte more, deflated": ("deflate", zlib.compress(token_of_size(MIB + 1)), TOO_LARGE),
    "no gzip at all": ("gzip", PLAIN, BROKEN),
    "cut": ("gzip", gzip.compress(PLAIN)[:-1], BROKEN),
    "its header alone": ("gzip", gzip.compress(PLAIN)[:12], BROKEN),
    "a wrong sum": ("gzip", gzip.compress(PLAIN)[:-8] + bytes(8), BROKEN),
    "with a rest": ("gzip", gzip.compress(PLAIN) + b"rest", BROKEN),
    "twice in a row": ("gzip", gzip.compress(b"") + gzip.compress(PLAIN), BROKEN),
    "deflate cut": ("deflate", zlib.compress(PLAIN)[:-1], BROKEN),
    "deflate without header": ("deflate", zlib.compress(PLAIN)[2:-4], BROKEN),
    "br": ("br", PLAIN, NOT_ASKED_FOR),
    "zstd": ("zstd", PLAIN, NOT_ASKED_FOR),
    "gzip in gzip": ("gzip, gzip", gzip.compress(gzip.compress(PLAIN)), NOT_ASKED_FOR),
    "no name": ("", PLAIN, NOT_ASKED_FOR),
}


@sync_only
@pytest.mark.parametrize(("encoding", "content", "problem"), REFUSED.values(), ids=REFUSED)
@both_operations
async def test_an_encoding_that_is_broken_too_large_or_unknown_is_refused(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation, encoding: str, content: bytes, problem: str
) -> None:
    """Never a zlib error, never garbage taken for a response; half a stream is none."""
    fake.respond_next(200, content=content, headers={"Content-Encoding": encoding})
    with pytest.raises(InvalidResponseError, match=problem):
        await operation(make_client())
    assert len(fake.requests) == 1


@sync_only
async def test_nothing_may_claim_any_encoding(make_client: MakeClient, fake: FakeDevRev) -> None:
    """There is nothing to unpack in the empty 200 of a revocation; what unpacks to nothing is one too."""
    for encoding, content in (("gzip", b""), ("br", b""), ("gzip", gzip.compress(b""))):
        fake.respond_next(200, content=content, headers={"Content-Encoding": encoding})
        await revoke(make_client())


@sync_only
async def test_a_bomb_is_not_unpacked_beyond_the_bound(make_client: MakeClient) -> None:
    """A kilobyte may claim to be a gigabyte; no more than two of the bound are ever in memory."""
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(bytes(MIB)) for _ in range(64)) + packer.flush()
    client = make_client(transport=Answering(200, Chunks([bomb]), [(b"Content-Encoding", b"gzip")]))
    tracemalloc.start()
    try:
        with pytest.raises(InvalidResponseError, match=TOO_LARGE):
            await get(client)
        assert tracemalloc.get_traced_memory()[1] < 3 * MIB
    finally:
        tracemalloc.stop()
