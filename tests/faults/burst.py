"""A hundred calls at once against a server that allows fewer: how many 429s they earn, and how long they take."""

import itertools
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from devrev_auth_client import DevRevAuthError
from tests.faults.backends import TOKEN_ANSWER, Backend
from tests.faults.server import Action, FaultServer, RateLimiter, Request

CALLS = 100
LIMIT = 25
UNAVOIDABLE = CALLS - LIMIT


@dataclass(frozen=True)
class Burst:
    """What came of it."""

    failures: Sequence[DevRevAuthError]
    refusals: int
    """Answers of 429."""
    seconds: float
    best: float
    """Seconds that a client would need that knew the server's windows, and waited as long as the first 429 asks."""


def burst(backend: Backend, window: float = 1.0, phase: float = 0.0, latency: float = 0.3) -> Burst:
    """Let them loose on a window that is ``phase`` seconds old; each 429 asks to wait for a whole one.

    The first hundred answers take ``latency`` seconds, so that all calls are under way before the first 429 comes.
    """
    limiter = RateLimiter(LIMIT, window, phase, retry_after=f"{window:g}", answer=TOKEN_ANSWER)
    arrived = itertools.count()

    def decide(request: Request) -> Action:
        return replace(limiter(request), delay=latency if next(arrived) < CALLS else 0)

    with (
        FaultServer(decide, keep_requests=1) as server,
        backend.client(server.url, total_timeout=60, max_connections=CALLS) as client,
    ):
        begin = time.monotonic()
        outcomes = client.outcomes([client.begin_get() for _ in range(CALLS)])
        seconds = time.monotonic() - begin
    failures = [outcome for outcome in outcomes if isinstance(outcome, DevRevAuthError)]
    best = max((math.ceil(CALLS / LIMIT) - 1) * window - phase, latency + window)
    return Burst(failures, limiter.counts[429], seconds, best)
