"""Random faults, random calls, random cancellations: whatever comes of a call must be its answer or an error of ours.

Each call says who it is in a header, and the server notes what it answered to whom: a revocation that returned is
compared with what the server really said, and a token with the one that was asked for.
"""

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, wait
from dataclasses import dataclass, field, fields, replace
from typing import Any

from devrev_auth_client import DevRevAuthError, RetryPolicy
from tests.faults.backends import TOKEN_ANSWER, Backend, Caller, eventually
from tests.faults.catalogue import BROKEN_OFF, FAULTS, HARMLESS, SILENT, Fault
from tests.faults.server import (
    Action,
    CloseAfterAnswer,
    FaultServer,
    HalfAnswer,
    Informational,
    Respond,
    ScriptSource,
    When,
)

BATCH = 50
"""Calls of one client against one script."""
LANES = 8
PATIENCE = 10.0
"""Seconds after which a call hangs; it has two."""
OPTIONS: dict[str, Any] = {
    "max_connections": LANES,
    "timeout": 0.15,
    "total_timeout": 2,
    "retry": RetryPolicy(base_delay=0.005, max_delay=0.02),
}

OWN = {
    "429 for a moment": Fault(Respond(429, {"Retry-After": "0.01"}), None, repeated=True),
    "503 for a moment": Fault(Respond(503, {"Retry-After": "0.01"}), None, repeated=True),
    "429 for an hour": Fault(Respond(429, {"Retry-After": "3600"}), None),
    "200 with a word for a revocation": Fault(Respond(200, json={"revoked": True}), None),
    "half of a 200 without a body": Fault(HalfAnswer(200, b"{}"), None, repeated=True),
    "quota used up for a moment": Fault(Respond(404, {"X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": "1"}), None),
}
AFTER_REQUEST = {name: fault for name, fault in (FAULTS | OWN).items() if fault.action.when is When.AFTER_REQUEST}
RARE = {*SILENT, "429 for an hour", "503 for an hour", "answer byte by byte"}
# One after another on one lane, each ends its connection, so that the next may begin with a new one.
ENDING = {name: fault for name, fault in (BROKEN_OFF | SILENT).items() if name != "chunked garbage"}
PROOFS = {"success", "204", "200 without a body", "200 without a token", "200 of the future"}
"""What says that a revocation happened: of the catalogue's, those that have no body, or an empty object."""


@dataclass
class Tally:
    """What came of the calls. All that must not be is zero in a client that keeps its word."""

    calls: int = 0
    answered: int = 0
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

    def __iadd__(self, other: "Tally") -> "Tally":
        for each in fields(self):
            value = getattr(other, each.name)
            mine = getattr(self, each.name)
            setattr(self, each.name, mine | value if isinstance(mine, set) else mine + value)
        return self

    @property
    def is_clean(self) -> bool:
        """Whether nothing happened that must not."""
        return not (self.foreign or self.hangs or self.unproven or self.leaked)


class Teller:
    """A script that answers by chance, and notes what it said to whom."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._lock = threading.Lock()
        self.kinds: set[str] = set()
        self.last: dict[str, str] = {}
        """What each call was answered last."""

    def __call__(self, request: Any) -> Action:
        with self._lock:
            kind, action = self._choose(request)
            self.last[request.headers["x-call"]] = kind
            self.kinds.add(kind)
            return action

    def _choose(self, request: Any) -> tuple[str, Action]:
        rng = self._rng
        if rng.random() < 0.3:
            answer = Respond(rng.choice([200, 204]))
            if request.path == "/auth-tokens.get":
                answer = Respond(200, json={"token": {"id": request.json()["token_id"]}})
            wrapped = [
                answer,
                replace(answer, delay=rng.uniform(0, 0.02)),
                replace(answer, close=True),
                CloseAfterAnswer(answer),
                Informational(answer),
            ]
            return "success", rng.choice(wrapped)
        while True:
            kind = rng.choice(list(AFTER_REQUEST))
            # The catalogue's harmless answers are of the wrong token.
            if kind not in HARMLESS and (kind not in RARE or rng.random() < 0.1):
                return kind, AFTER_REQUEST[kind].action


def run(backend: Backend, calls: int, seed: int) -> Tally:
    """Make so many calls, batch by batch, each batch with a client and a server of its own."""
    rng = random.Random(f"{seed}-{backend.name}")
    tally = Tally()
    number = 0
    while tally.calls < calls:
        size = min(BATCH, calls - tally.calls)
        tally += _one_by_one(backend, rng, size) if number % 5 == 4 else _all_at_once(backend, rng, size)
        number += 1
    return tally


def _all_at_once(backend: Backend, rng: random.Random, size: int) -> Tally:
    """Any fault that an answered request can meet, on several lanes, some calls cancelled."""
    tally, teller = Tally(), Teller(random.Random(rng.random()))
    with FaultServer(teller, keep_requests=1) as server:
        with backend.client(server.url, **OPTIONS) as client:
            calls = []
            for number in range(size):
                calls.append(_begin(client, rng, f"call-{number}"))
                if rng.random() < 0.3:
                    time.sleep(rng.uniform(0, 0.01))
                if backend.is_async and rng.random() < 0.2:
                    rng.choice(calls)[2].cancel()
            _count(tally, calls)
        for name, revokes, call in calls:
            if revokes and _returned(call) and teller.last.get(name) not in PROOFS:
                tally.unproven.append(f"{name} returned after {teller.last.get(name)}")
            if not revokes and _returned(call) and call.result().id != name:
                tally.unproven.append(f"{name} got {call.result().id}")
        _close(tally, server, LANES)
    tally.kinds |= teller.kinds
    return tally


def _one_by_one(backend: Backend, rng: random.Random, size: int) -> Tally:
    """Faults that end their connection, down to those that come before any request, on a single lane.

    There is no proof of a revocation among them.
    """
    tally = Tally()
    met: Counter[str] = Counter()

    def script() -> Iterator[Action]:
        while True:
            kind = rng.choice(list(ENDING))
            if kind in RARE and rng.random() < 0.9:
                continue
            met[kind] += 1
            yield ENDING[kind].action
            if rng.random() < 0.3:
                yield CloseAfterAnswer(TOKEN_ANSWER)

    source: ScriptSource = script()
    with FaultServer(source, keep_requests=1) as server:
        with backend.client(server.url, **{**OPTIONS, "max_connections": 1}) as client:
            for number in range(size):
                call = _begin(client, rng, f"call-{number}")
                _count(tally, [call])
                if call[1] and _returned(call[2]):
                    tally.unproven.append("returned although the server never said so")
        _close(tally, server, 1)
    tally.kinds |= {*met}
    return tally


Begun = tuple[str, bool, "Future[Any]"]


def _begin(client: Caller, rng: random.Random, name: str) -> Begun:
    """Begin a call that tells the server its name; whether it is a revocation, and its future."""
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
    endings: dict[str, int] = defaultdict(int)
    for call in futures:
        try:
            call.result(0)
            endings["answered"] += 1
        except DevRevAuthError as error:
            endings["failed"] += 1
            if error.__cause__ is not None or error.__context__ is not None:
                tally.foreign.append(f"{error!r} drags {error.__cause__ or error.__context__!r} along")
        except CancelledError:
            endings["cancelled"] += 1
        except BaseException as error:
            tally.foreign.append(repr(error))
    for name, count in endings.items():
        setattr(tally, name, getattr(tally, name) + count)


def _returned(call: "Future[Any]") -> bool:
    return call.done() and not call.cancelled() and call.exception() is None


def _close(tally: Tally, server: FaultServer, limit: int) -> None:
    eventually(lambda: server.connections_open_now == 0)
    tally.leaked += server.connections_open_now + max(0, server.peak_connections - limit)
