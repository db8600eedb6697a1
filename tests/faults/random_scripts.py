"""Random faults, random calls, random cancellations: whatever comes of a call is what was asked for, or our error.

Each call names itself in a header, and the server notes what it sent to whom: a revocation that returned is compared
with what the server really said, and a token with the one that was asked for.
"""

import random
import threading
import time
from concurrent.futures import CancelledError, Future, wait
from dataclasses import dataclass, field, replace
from typing import Any

from devrev_auth_client import DevRevAuthError, RetryPolicy
from tests.faults.backends import Backend, Caller, eventually
from tests.faults.catalogue import FAULTS, HARMLESS, SILENT, Fault
from tests.faults.server import Action, FaultServer, Raw, Respond, When, after_interim, half_response

BATCH = 50
"""Calls of one client against one script."""
CONNECTIONS = 8
PATIENCE = 10.0
"""Seconds after which a call hangs; it has two."""
OPTIONS: dict[str, Any] = {"timeout": 0.15, "total_timeout": 2, "retry": RetryPolicy(base_delay=0.005, max_delay=0.02)}

OWN = {
    "429 for a moment": Fault(Respond(429, {"Retry-After": "0.01"}), None, repeated=True),
    "503 for a moment": Fault(Respond(503, {"Retry-After": "0.01"}), None, repeated=True),
    "429 for an hour": Fault(Respond(429, {"Retry-After": "3600"}), None),
    "200 with a word for a revocation": Fault(Respond(200, json={"revoked": True}), None),
    "half of a 200 without a body": Fault(half_response(200, b"{}"), None, repeated=True),
    "quota used up for a moment": Fault(Respond(404, {"X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": "1"}), None),
}
AFTER_REQUEST = {
    name: fault
    for name, fault in (FAULTS | OWN).items()
    if fault.action.when is When.AFTER_REQUEST and name not in HARMLESS  # those send another token
}
RARE = {*SILENT, "429 for an hour", "503 for an hour", "a million one-byte chunks"}
PROOFS = {"success", "204", "200 without a body", "200 without a token", "200 of the future"}
"""What says that a revocation happened: of the catalogue's, those that have no body, or an empty object."""


@dataclass
class Tally:
    """What came of the calls."""

    calls: int = 0
    succeeded: int = 0
    failed: int = 0
    """With an error of ours."""
    cancelled: int = 0
    foreign: list[str] = field(default_factory=list)
    """Exceptions that are none of ours."""
    hangs: int = 0
    unproven: list[str] = field(default_factory=list)
    """Revocations that returned although the server had not said so, and tokens that were not asked for."""
    leaked: int = 0
    """Connections open after closing, or beyond the limit."""
    kinds: set[str] = field(default_factory=set)

    @property
    def is_clean(self) -> bool:
        """Whether nothing happened that must not."""
        return not (self.foreign or self.hangs or self.unproven or self.leaked)


class Chance:
    """A script that responds by chance, and notes what it sent to whom."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._lock = threading.Lock()
        self.kinds: set[str] = set()
        self.last: dict[str, str] = {}
        """What each call was sent last."""

    def __call__(self, request: Any) -> Action:
        with self._lock:
            kind, action = self._choose(request)
            self.last[request.headers["x-call"]] = kind
            self.kinds.add(kind)
            return action

    def _choose(self, request: Any) -> tuple[str, Action]:
        rng = self._rng
        if rng.random() < 0.3:
            good = Respond(rng.choice([200, 204]))
            if request.path == "/auth-tokens.get":
                good = Respond(200, json={"token": {"id": request.json()["token_id"]}})
            late, closing = replace(good, delay=rng.uniform(0, 0.02)), replace(good, close=True)
            return "success", rng.choice([good, late, closing, Raw(good.encode()), after_interim(good, 100, 103)])
        # Seldom one of those that take long.
        while (kind := rng.choice(list(AFTER_REQUEST))) in RARE and rng.random() < 0.9:
            pass
        return kind, AFTER_REQUEST[kind].action


def run(backend: Backend, calls: int, seed: int) -> Tally:
    """Make so many calls, batch by batch, each batch with a client and a server of its own."""
    rng = random.Random(f"{seed}-{backend.name}")
    tally = Tally()
    while tally.calls < calls:
        _play(tally, backend, rng, min(BATCH, calls - tally.calls))
    return tally


def _play(tally: Tally, backend: Backend, rng: random.Random, size: int) -> None:
    """Any fault that a request which was read can meet, on several connections, some calls cancelled."""
    chance = Chance(random.Random(rng.random()))
    with FaultServer(chance, keep_requests=1) as server:
        with backend.client(server.url, max_connections=CONNECTIONS, **OPTIONS) as client:
            calls = []
            for number in range(size):
                calls.append(_begin(client, rng, f"call-{number}"))
                if rng.random() < 0.3:
                    time.sleep(rng.uniform(0, 0.01))
                if backend.is_async and rng.random() < 0.2:
                    rng.choice(calls)[2].cancel()
            _count(tally, calls)
        for name, revokes, call in calls:
            if revokes and _returned(call) and chance.last.get(name) not in PROOFS:
                tally.unproven.append(f"{name} returned after {chance.last.get(name)}")
            if not revokes and _returned(call) and call.result().id != name:
                tally.unproven.append(f"{name} got {call.result().id}")
        eventually(lambda: server.connections_open_now == 0)
        tally.leaked += server.connections_open_now + max(0, server.peak_connections - CONNECTIONS)
    tally.kinds |= chance.kinds


Begun = tuple[str, bool, "Future[Any]"]


def _begin(client: Caller, rng: random.Random, name: str) -> Begun:
    """Begin a call that names itself to the server; whether it is a revocation, and its future."""
    copy = client.copy(headers={"X-Call": name})
    # Threads cannot be cancelled: there the time runs out now and then.
    options: dict[str, Any] = {"total_timeout": rng.uniform(0.001, 0.05)} if rng.random() < 0.1 else {}
    if rng.random() < 0.5:
        return name, True, copy.begin_revoke(**options)
    return name, False, copy.begin(copy.client.get_auth_token, name, **options)


def _count(tally: Tally, calls: list[Begun]) -> None:
    futures = [call for _, _, call in calls]
    tally.calls += len(futures)
    # A future that was cancelled is over for whoever holds it; its task is waited for when the client is closed.
    tally.hangs += len(wait([call for call in futures if not call.cancelled()], PATIENCE).not_done)
    for call in futures:
        try:
            call.result(0)
            tally.succeeded += 1
        except DevRevAuthError as error:
            tally.failed += 1
            if error.__cause__ is not None or error.__context__ is not None:
                tally.foreign.append(f"{error!r} drags {error.__cause__ or error.__context__!r} along")
        except CancelledError:
            tally.cancelled += 1
        except BaseException as error:
            tally.foreign.append(repr(error))


def _returned(call: "Future[Any]") -> bool:
    return call.done() and not call.cancelled() and call.exception() is None
