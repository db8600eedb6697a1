"""Random faults, random calls, random cancellations: whatever comes of a call is what was asked for, or our error.

Each call names itself in a header, and the server notes what it sent to whom: a revocation that returned is compared
with what the server really said, and a token with the one that was asked for.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, wait
from dataclasses import replace
from typing import Any

from devrev_auth_client import DevRevAuthError, RetryPolicy
from tests.faults.backends import Backend, Caller
from tests.faults.catalogue import FAULTS, HARMLESS, SILENT, Fault
from tests.faults.measuring import complaints, eventually
from tests.faults.server import Action, FaultServer, Raw, Request, Respond, When, after_interim, half_response

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


class Chance:
    """A script that responds by chance, and notes what it sent to whom."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.kinds: set[str] = set()
        self.last: dict[str, str] = {}
        """What each call was sent last."""

    def __call__(self, request: Request) -> Action:
        kind, action = self._choose(request)
        self.last[request.headers["x-call"]] = kind
        self.kinds.add(kind)
        return action

    def _choose(self, request: Request) -> tuple[str, Action]:
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


def run(backend: Backend, calls: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Make so many calls, in batches that have a client and a server of their own.

    Returns how often what came of them, and what must not have happened.
    """
    rng = random.Random(f"{seed}-{backend.name}")
    tally: Counter[str] = Counter()
    kinds: set[str] = set()
    with complaints() as problems:
        for done in range(0, calls, BATCH):
            chance = Chance(random.Random(rng.random()))
            problems += _play(backend, rng, chance, min(BATCH, calls - done), tally)
            kinds |= chance.kinds
    tally["kinds of fault"] = len(kinds)
    return tally, problems


def _play(backend: Backend, rng: random.Random, chance: Chance, size: int, tally: Counter[str]) -> Iterator[str]:
    """Any fault that a request which was read can meet, on several connections, some calls cancelled."""
    with FaultServer(chance, keep_requests=1) as server:
        with backend.client(server.url, max_connections=CONNECTIONS, **OPTIONS) as client:
            calls = []
            for number in range(size):
                calls.append(_begin(client, rng, f"call-{number}"))
                if rng.random() < 0.3:
                    time.sleep(rng.uniform(0, 0.01))
                if backend.is_async and rng.random() < 0.2:
                    rng.choice(calls)[2].cancel()
            # A future that was cancelled is over for whoever holds it; its task ends before the client is closed.
            wait([call for _, _, call in calls if not call.cancelled()], PATIENCE)
            yield from [f"{name} hangs" for name, _, call in calls if not call.done()]
        for name, revokes, call in calls:
            last = chance.last.get(name)
            if call.cancelled():
                tally["cancelled"] += 1
            elif (error := call.exception()) is None:
                tally["succeeded"] += 1
                if revokes and last not in PROOFS:
                    yield f"{name} returned after {last}"
                if not revokes and call.result().id != name:
                    yield f"{name} got {call.result().id}"
            else:
                tally["failed"] += 1
                if not isinstance(error, DevRevAuthError):
                    yield f"{name} raised {error!r}"
        if not eventually(lambda: server.connections_open_now == 0):
            yield "connections were left open"
        if server.peak_connections > CONNECTIONS:
            yield f"{server.peak_connections} connections were open at once"


def _begin(client: Caller, rng: random.Random, name: str) -> "tuple[str, bool, Future[Any]]":
    """Begin a call that names itself to the server; whether it is a revocation, and its future."""
    copy = client.copy(headers={"X-Call": name})
    # Threads cannot be cancelled: there the time runs out now and then.
    options: dict[str, Any] = {"total_timeout": rng.uniform(0.001, 0.05)} if rng.random() < 0.1 else {}
    if rng.random() < 0.5:
        return name, True, copy.begin_revoke(**options)
    return name, False, copy.begin_get(name, **options)
