"""Many calls of one client at once, and what holds for them whatever they met."""

import itertools
import random
import ssl
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from devrev_auth_client import (
    Attempt,
    AuthToken,
    ConfigurationError,
    DevRevAuthError,
    RetryPolicy,
    RevocationUnconfirmedError,
    TokenType,
)
from tests.behaviour.backends import Backend
from tests.peers.upstream import SECRET, TOKENS, token_id

TOTAL_TIMEOUT = 20.0


@dataclass(frozen=True)
class Call:
    """One call and how it ended."""

    name: str
    """What its requests carry as `X-Call`."""
    asked: str | None
    """The id of the token to read; `None` for a revocation."""
    outcome: AuthToken | Exception | None
    seconds: float


@dataclass
class Load:
    """Workers that each read and revoke in turn, over one client.

    :param calls_each: how many calls a worker makes; more while `meanwhile` lasts, and one after it.
    :param pause: the seconds that a worker waits after each call, from and to.
    :param meanwhile: what happens beside them, in a thread.
    """

    backend: Backend
    url: str
    trusted: ssl.SSLContext
    workers: int = 8
    calls_each: int = 25
    pause: tuple[float, float] = (0.0, 0.0)
    meanwhile: Callable[[], None] = lambda: None
    proxy: str | None = None
    calls: list[Call] = field(default_factory=list)
    last: list[Call] = field(default_factory=list)
    """The last call of each worker."""
    repeated: Counter[str] = field(default_factory=Counter)
    """How many attempts were repeated, by what they met."""
    compressed: int = 0
    """How many responses were."""

    def run(self) -> None:
        self._beside = threading.Thread(target=self.meanwhile, daemon=True)
        self._beside.start()
        self.backend.run(self._run)
        assert len(self.last) == self.workers

    async def _run(self) -> None:
        def count(attempt: Attempt, wait: float) -> None:
            self.repeated[str(attempt.status_code or attempt.failure)] += 1

        client = self.backend.client(
            token=SECRET,
            base_url=self.url,
            verify=self.trusted,
            proxy=self.proxy,
            total_timeout=TOTAL_TIMEOUT,
            retry=RetryPolicy(base_delay=0.1, on_retry=count),
        )
        async with client:
            await self.backend.together(*[lambda n=number: self._work(client, n) for number in range(self.workers)])

    async def _work(self, client: Any, worker: int) -> None:
        for number in itertools.count(1):
            name, began = uuid.uuid4().hex, time.monotonic()
            is_last = number >= self.calls_each and not self._beside.is_alive()
            asked = token_id((worker + number) % TOKENS + 1) if number % 2 else None
            try:
                outcome = await self._call(client.with_options(headers={"X-Call": name}), asked)
            except Exception as error:
                outcome = error
            call = Call(name, asked, outcome, time.monotonic() - began)
            self.calls.append(call)
            if is_last:
                self.last.append(call)
                return
            await self.backend.sleep(random.uniform(*self.pause))

    async def _call(self, client: Any, asked: str | None) -> Any:
        if asked is None:
            return await client.revoke_own_auth_tokens(TokenType.SESSION)
        response = await client.get_auth_token_detailed(asked)
        self.compressed += "Content-Encoding" in response.headers
        return response.parsed.token

    @property
    def errors(self) -> list[Exception]:
        return [call.outcome for call in self.calls if isinstance(call.outcome, Exception)]

    def check(self, processed: set[str]) -> None:
        """Check each call, knowing the names of those that the fake carried out."""
        for call in self.calls:
            outcome = call.outcome
            assert call.seconds < TOTAL_TIMEOUT + 2
            if isinstance(outcome, Exception) and (
                not isinstance(outcome, DevRevAuthError) or isinstance(outcome, ConfigurationError)
            ):
                raise AssertionError(f"a foreign {type(outcome).__name__}") from outcome
            if isinstance(outcome, AuthToken):
                assert outcome.id == call.asked
            if isinstance(outcome, RevocationUnconfirmedError):
                assert not outcome.likely_revoked
            elif call.asked is None:
                assert (outcome is None) == (call.name in processed)
