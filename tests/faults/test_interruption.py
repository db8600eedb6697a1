"""A call that is interrupted: by Ctrl-C, by a signal handler that raises, as task queues have, or by a timeout.

The exception comes out as it is, shows no token to who records the local variables of its traceback, and costs a
connection at most: the next call on the same client works at once.
"""

import ast
import asyncio
import itertools
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import anyio
import httpx
import pytest
import trio

import devrev_auth_client
from devrev_auth_client import AsyncDevRevAuthClient, AuthToken, DevRevAuthClient
from tests.faults.backends import AT_ONCE, CLIENT, REVOKED, SERVER, TOKEN_ID, TOKEN_RESPONSE
from tests.faults.measuring import eventually
from tests.faults.server import FaultServer, Hang, Request, Respond, backlog_full_url

SECRET = "-".join(["bearer", "that", "nobody", "may", "see"])
pytestmark = pytest.mark.skipif(
    sys.version_info[:2] == (3, 12), reason="warning of a coroutine that never ran fails under a trace function there"
)

PACKAGE = str(Path(devrev_auth_client.__file__).parent)
REFUSED = Respond(429, {"Retry-After": "0.005"})


def shows_token(error: BaseException) -> bool:
    """Whether the token is in the frames of an error or of its context, their local variables included."""
    seen: traceback.TracebackException | None = traceback.TracebackException.from_exception(error, capture_locals=True)
    while seen is not None:
        if any(SECRET in f"{frame.name} {frame.locals}" for frame in seen.stack):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


class TimeLimitExceeded(Exception):  # noqa: N818  # as the libraries call theirs
    """What a task queue's signal handler raises."""


@contextmanager
def at_line(number: int, act: Callable[[], object]) -> Iterator[list[tuple[str, int]]]:
    """Do something before the n-th line that is executed inside the package; gives the lines so far."""
    lines: list[tuple[str, int]] = []

    def trace(frame: FrameType, event: str, _: object) -> Any:
        name = frame.f_code.co_filename
        if not name.startswith(PACKAGE) or "generated" in name or is_finalizer(frame):
            return None
        if event == "line" and frame.f_lineno not in with_lines(name):
            lines.append((name, frame.f_lineno))
            if len(lines) == number:
                act()
        return trace

    before = sys.gettrace()  # that of a measurement of coverage
    sys.settrace(trace)
    try:
        yield lines
    finally:
        sys.settrace(before)


def is_finalizer(frame: FrameType | None) -> bool:
    """Whether `__del__` is under way: what is raised there is written to stderr and goes nowhere."""
    while frame is not None and frame.f_code.co_name != "__del__":
        frame = frame.f_back
    return frame is not None


@cache
def with_lines(name: str) -> set[int]:
    """The lines at which a `with` block begins and ends: raised at its end, a lock would stay locked.

    No signal handler runs at that point.
    """
    tree = ast.parse(Path(name).read_text("utf-8"))
    return {node.lineno for node in ast.walk(tree) if isinstance(node, ast.With | ast.AsyncWith)}


@contextmanager
def client_of(url: str) -> Iterator[DevRevAuthClient]:
    options: dict[str, Any] = {"verify": CLIENT, "retry": AT_ONCE, "max_connections": 1, "total_timeout": 2}
    with DevRevAuthClient(SECRET, base_url=url, **options) as client:
        yield client


def interrupt(
    client: DevRevAuthClient, call: Callable[[], object], number: int, error: type[BaseException]
) -> list[tuple[str, int]]:
    """Interrupt the call before its n-th line, if it has so many, and return the lines that it had.

    The error comes out, without a token, and nobody is kept waiting: neither a call that was queued then, nor the next.
    """

    def act() -> None:
        queued.append(threads.submit(client.get_auth_token, TOKEN_ID))
        time.sleep(0.001)  # until it waits for the connection
        raise error

    queued: list[Future[AuthToken]] = []
    raised: BaseException | None = None
    # In another thread: a lock that this one still held would not stop it.
    with ThreadPoolExecutor(1) as threads:
        try:
            with at_line(number, act) as lines:
                call()
        except error as caught:
            raised = caught
        queued.append(threads.submit(client.get_auth_token, TOKEN_ID))
        assert [each.result(5).id for each in queued] == [TOKEN_ID] * len(queued)
    assert (raised is not None) == (len(queued) == 2)
    assert raised is None or not shows_token(raised)
    return lines


ERRORS = [TimeLimitExceeded, KeyboardInterrupt]
ERRORS_OF_LONG_CALLS = [TimeLimitExceeded, pytest.param(KeyboardInterrupt, marks=pytest.mark.slow)]
SCRIPTS = {"cold, TLS": [TOKEN_RESPONSE], "429": [REFUSED, TOKEN_RESPONSE]}
no_warning_of_what_was_interrupted = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


@no_warning_of_what_was_interrupted
@pytest.mark.parametrize("error", ERRORS)
def test_every_line_of_a_warm_call(error: type[BaseException]) -> None:
    """Over an idle connection; the next call sends its own request, whatever had been prepared there."""

    def respond(request: Request) -> Respond:
        return TOKEN_RESPONSE if request.path == "/auth-tokens.get" else REVOKED

    with FaultServer(respond) as server, client_of(server.url) as client:
        client.get_auth_token(TOKEN_ID)
        number = 1
        while len(interrupt(client, lambda: client.revoke_own_auth_tokens(None), number, error)) >= number:
            number += 1
        assert number > 300
        client.close()
        assert eventually(lambda: server.connections_open_now == 0)


@no_warning_of_what_was_interrupted
@pytest.mark.parametrize("error", ERRORS_OF_LONG_CALLS)
@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_every_line_of_a_first_call(script: list[Respond], error: type[BaseException]) -> None:
    """While connecting and in the TLS handshake; while waiting for the time that a 429 names.

    Each line when it is executed for the last time: what comes before is as in a warm call.
    """
    with FaultServer(script, tls=SERVER if script == [TOKEN_RESPONSE] else None) as server:

        def call(number: int) -> list[tuple[str, int]]:
            server.play(script)
            with client_of(server.url) as client:
                return interrupt(client, lambda: client.get_auth_token(TOKEN_ID), number, error)

        last = {line: number for number, line in enumerate(call(0), 1)}
        assert len(last) > 300
        for number in last.values():
            call(number)


async def by_asyncio(call: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(0.1):
        await call()


async def by_anyio(call: Callable[[], Awaitable[object]]) -> None:
    with anyio.fail_after(0.1):
        await call()


@pytest.mark.parametrize(("loop", "cut"), [("asyncio", by_asyncio), ("asyncio", by_anyio), ("trio", by_anyio)])
def test_a_cancelled_call_shows_no_token(loop: str, cut: Callable[..., Awaitable[None]]) -> None:
    """The everyday way to meet it: a timeout around a call."""

    with FaultServer(Hang()) as server:
        client = AsyncDevRevAuthClient(SECRET, base_url=server.url)
        with pytest.raises(TimeoutError) as caught:
            anyio.run(cut, lambda: client.get_auth_token(TOKEN_ID), backend=loop)
    assert not shows_token(caught.value)


def test_ctrl_c_shows_no_token() -> None:
    """In the main thread of a sync program."""
    with FaultServer(Hang()) as server, DevRevAuthClient(SECRET, base_url=server.url) as client:
        threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt) as caught:
            client.get_auth_token(TOKEN_ID)
        assert not shows_token(caught.value)


def test_ctrl_c_while_connecting_is_no_group_under_trio() -> None:
    """As `except KeyboardInterrupt` expects it."""

    with backlog_full_url() as url:
        client = AsyncDevRevAuthClient(SECRET, base_url=url)
        threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            trio.run(client.get_auth_token, TOKEN_ID)


def test_a_signal_handler_may_make_a_call() -> None:
    """As one for SIGTERM that revokes: wherever it strikes, no lock of its own thread stops it."""
    ids: list[str] = []

    def call_at_each_line(client: DevRevAuthClient) -> None:
        client.get_auth_token(TOKEN_ID)
        for number in itertools.count(1):
            with at_line(number, lambda: ids.append(client.get_auth_token(TOKEN_ID).id)) as lines:
                client.get_auth_token(TOKEN_ID)
            if len(lines) < number:
                break

    with FaultServer(TOKEN_RESPONSE) as server, DevRevAuthClient(SECRET, base_url=server.url) as client:
        thread = threading.Thread(target=call_at_each_line, args=(client,), daemon=True)
        thread.start()
        thread.join(30)
        assert not thread.is_alive()
    assert len(ids) > 300


class Interrupted(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Is interrupted while it handles an error; its frames have the header in a local variable."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = request.headers["Authorization"]
        try:
            raise OSError(f"{len(sent)} characters were not sent")
        except OSError:
            raise KeyboardInterrupt  # noqa: B904  # as the interpreter raises it, with the error as its context

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


INTERRUPTED: dict[str, Callable[[], object]] = {
    "sync": lambda: DevRevAuthClient(SECRET, transport=Interrupted()).get_auth_token(TOKEN_ID),
    "asyncio": lambda: asyncio.run(AsyncDevRevAuthClient(SECRET, transport=Interrupted()).get_auth_token(TOKEN_ID)),
}


@pytest.mark.parametrize("call", INTERRUPTED.values(), ids=INTERRUPTED)
def test_ctrl_c_while_an_error_is_handled_shows_no_token(call: Callable[[], object]) -> None:
    """What it interrupts is its context, whose frames go as deep."""
    with pytest.raises(KeyboardInterrupt) as caught:
        call()
    assert not shows_token(caught.value)
