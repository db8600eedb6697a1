"""One way of running a test on asyncio, on trio and without either.

A test takes the fixture ``backend`` (``conftest.py``) and is written once, without ``await``:

    def test_reset_is_repeated(backend: Backend) -> None:
        with FaultServer([Reset(), TOKEN_RESPONSE]) as server, backend.client(server.url) as client:
            client.get()

or, shorter, ``with backend.served([Reset(), TOKEN_RESPONSE]) as (server, client)``.

On asyncio and trio the client lives in an event loop in a thread of its own; a call blocks the test, or is begun with
``begin_...`` and runs beside it.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from anyio.from_thread import start_blocking_portal

from devrev_auth_client import AsyncDevRevAuthClient, AuthToken, DevRevAuthClient, DevRevAuthError, RetryPolicy
from tests.faults.server import FaultServer, Respond, ScriptSource, tls_pair

BACKENDS = ("asyncio", "trio", "sync")
ASYNC_BACKENDS = ("asyncio", "trio")
UVLOOP = "asyncio on uvloop"
EAGER = "asyncio, eager tasks"

TOKEN = "the-token-in-use"
TOKEN_ID = "don:identity:dvrv-us-1:devo/1:token/1"
TOKEN_JSON = {
    "token": {
        "id": TOKEN_ID,
        "created_by": {"type": "dev_user", "id": "don:identity:dvrv-us-1:devo/1:devu/1", "display_id": "DEVU-1"},
        "created_date": "2026-01-01T12:00:00Z",
        "expires_at": "2027-01-01T12:00:00Z",
        "requested_token_type": "urn:devrev:params:oauth:token-type:pat",
        "scopes": ["read"],
        "status": "active",
        "subject": "don:identity:dvrv-us-1:devo/1:devu/1",
    }
}
TOKEN_RESPONSE = Respond(200, json=TOKEN_JSON)
REVOKED = Respond(204)
PATIENCE = 60.0
"""Seconds after which a call that does not end is taken to hang."""
AT_ONCE = RetryPolicy(base_delay=0)
"""Retries without waiting."""
ONCE = RetryPolicy(max_attempts=1)
SERVER, CLIENT = tls_pair()
"""TLS contexts of a server and of a client that trusts it."""

AnyClient = AsyncDevRevAuthClient | DevRevAuthClient


class Caller:
    """A client as a test sees it, whatever its colour."""

    def __init__(self, client: AnyClient, begin: Callable[..., Future[Any]]) -> None:
        self.client = client
        self._begin = begin

    def get(self, **options: Any) -> AuthToken:
        token: AuthToken = self.begin_get(**options).result(PATIENCE)
        return token

    def revoke(self, **options: Any) -> None:
        self.begin_revoke(**options).result(PATIENCE)

    def begin_get(self, token_id: str = TOKEN_ID, **options: Any) -> "Future[AuthToken]":
        return self.begin(self.client.get_auth_token, token_id, **options)

    def begin_revoke(self, **options: Any) -> "Future[None]":
        return self.begin(self.client.revoke_own_auth_tokens, None, **options)

    def begin(self, function: Callable[..., Any], *args: Any, **options: Any) -> "Future[Any]":
        """Run the function, awaited where it is async, in the background."""
        return self._begin(lambda: function(*args, **options))

    def begin_close(self) -> "Future[None]":
        client = self.client
        return self.begin(client.aclose if isinstance(client, AsyncDevRevAuthClient) else client.close)

    def outcomes(self, calls: "list[Future[Any]]") -> "list[Any]":
        """What each call returned, or its error where that is one of ours. Any other is raised."""
        wait(calls, PATIENCE)
        return [error if isinstance(error := call.exception(0), DevRevAuthError) else call.result() for call in calls]

    def copy(self, **options: Any) -> "Caller":
        """The same for a ``with_options`` copy."""
        return Caller(self.client.with_options(**options), self._begin)


@dataclass(frozen=True)
class Backend:
    """Where a test's clients live: ``asyncio`` (as it is, on uvloop, or with eager tasks), ``trio`` or ``sync``."""

    name: str

    @property
    def is_async(self) -> bool:
        return self.name != "sync"

    @property
    def loop(self) -> tuple[str, dict[str, Any]]:
        """What anyio calls it, and the options for it."""
        if self.name == UVLOOP:
            return "asyncio", {"use_uvloop": True}
        if self.name == EAGER:
            return "asyncio", {"loop_factory": _eager_loop}
        return self.name, {}

    @contextmanager
    def client(self, url: str, **options: Any) -> Iterator[Caller]:
        """A client, closed at the end. It retries without waiting unless the options say otherwise."""
        defaults: dict[str, Any] = {
            "token": TOKEN,
            "verify": CLIENT,
            "retry": AT_ONCE,
            "timeout": 5,
            "total_timeout": 10,
        }
        options = defaults | options | {"base_url": url}
        if self.is_async:
            with start_blocking_portal(*self.loop) as portal:
                client = AsyncDevRevAuthClient(**options)
                try:
                    yield Caller(client, portal.start_task_soon)
                finally:
                    portal.call(client.aclose)
        else:
            with ThreadPoolExecutor(512) as threads, DevRevAuthClient(**options) as sync_client:
                yield Caller(sync_client, threads.submit)

    @contextmanager
    def served(
        self, script: ScriptSource, *, tls: bool = False, receive_buffer: int | None = None, **options: Any
    ) -> Iterator[tuple[FaultServer, Caller]]:
        """A server with this script, and a client of it."""
        with (
            FaultServer(script, tls=SERVER if tls else None, receive_buffer=receive_buffer) as server,
            self.client(server.url, **options) as client,
        ):
            yield server, client


def _eager_loop() -> asyncio.AbstractEventLoop:
    """A loop whose tasks begin to run where they are made (Python 3.12)."""
    if sys.version_info >= (3, 12):
        loop = asyncio.new_event_loop()
        loop.set_task_factory(asyncio.eager_task_factory)
        return loop
    raise NotImplementedError
