"""The heart of `FakeDevRev`: a request in, an answer out, under one lock. No I/O; shells put it on a transport."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

import httpx

from . import telling
from .api import parse_json
from .delivery import LostConnection, Reply
from .faults import Occasion
from .injection import Rule
from .journal import Journal
from .records import RecordedRequest, instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .answers import Answer
    from .api import FakeApi
    from .clock import Clock
    from .faults import Fault, Play
    from .injection import Schedule


@dataclass(frozen=True)
class Arrival:
    """A request that begins to arrive.

    :ivar fields: its headers in order, names in lower case; `headers` is the same by name.
    :ivar play: what happens to it; `None` where the API answers.
    :ivar source: who said so, for the journal.
    """

    method: str
    path: str
    fields: list[tuple[str, str]]
    headers: dict[str, str]
    play: Play | None
    source: str

    @property
    def never_sent(self) -> bool:
        """Whether the caller in memory fails before its body is read."""
        return self.play is not None and self.play.never_sent


class FakeCore:
    """Plays what it is told to, else lets the API answer, and records; thread-safe.

    :ivar api: users, tokens and operations; to be used under `lock` only, as all that follows.
    :ivar clock: epoch seconds.
    :ivar requests: what was received, oldest first.
    :ivar journal: the same and all else that happened.
    :ivar script: what the next requests meet, one after the other.
    :ivar rules: the faults that were injected, oldest first.
    """

    def __init__(self, api: FakeApi, clock: Clock, seed: int) -> None:
        self.api = api
        self.clock = clock
        self.seed = seed
        self.lock = threading.Lock()
        self.requests: list[RecordedRequest] = []
        self.journal = Journal(seed, clock())
        self.script: deque[Fault] = deque()
        self.rules: list[Rule] = []
        self._arrived = 0

    def note(self, what: str) -> None:
        """Write into the journal; under the lock."""
        self.journal.note(self.clock(), what)

    def add_rule(self, fault: Fault, schedule: Schedule) -> Rule:
        """Let a fault happen from now on; under the lock."""
        rule = Rule(fault, schedule, len(self.rules) + 1, self.seed)
        self.rules.append(rule)
        self.note(f"{rule} injected")
        return rule

    def arrives(self, method: str, path: str, headers: Iterable[tuple[str, str]]) -> Arrival:
        """Settle what happens to a request; a shell does so when it begins to arrive."""
        fields = [(name.lower(), value) for name, value in headers]
        by_name = dict(fields)
        with self.lock:
            play, source = self._chosen(path, by_name)
        return Arrival(method, path, fields, by_name, play, source)

    def _chosen(self, path: str, headers: dict[str, str]) -> tuple[Play | None, str]:
        self._arrived += 1
        held = self.api.bearer_of(headers)
        user = held.issued.user if held else None
        now = self.clock()
        # Each rule sees each request, so that its count is that of the requests whatever else is played.
        met = [(rule, occasion) for rule in self.rules if (occasion := rule.meets(user, path, now)) is not None]
        if self.script:
            chance = Random(f"{self.seed} {self._arrived}")  # noqa: S311  # to be repeatable is its purpose
            play = self.script.popleft()(Occasion(chance))
            return play, f"script: {play.name}"
        if met:
            rule, occasion = met[0]
            play = rule.play(occasion)
            return play, f"rule {rule.number}: {play.name}"
        return None, "API"

    def exchange(self, arrival: Arrival, body: bytes) -> Reply | LostConnection:
        """Answer a request, or lose its connection."""
        parsed = _readable(body)
        with self.lock:
            now = self.clock()
            held = self.api.bearer_of(arrival.headers)
            caller = telling.caller(held, arrival.headers, now)
            result = self._result(arrival, body)
            revoked, self.api.just_revoked = self.api.just_revoked, []
            request = RecordedRequest(
                method=arrival.method,
                path=arrival.path,
                headers=httpx.Headers([(name, _without_credential(name, value)) for name, value in arrival.fields]),
                body=parsed,
                token_id=held.issued.id if held else None,
                status=None if isinstance(result, LostConnection) else result.answer.status,
                received_at=instant(now),
            )
            self.requests.append(request)
            entry = self.journal.exchange(
                now,
                caller=caller,
                operation=telling.operation(arrival.method, arrival.path, parsed, self.api.tokens),
                status=telling.status(result),
                how=[arrival.source, *telling.effects(result, revoked)],
            )
        return result if isinstance(result, LostConnection) else replace(result, ended=entry.ended)

    def _result(self, arrival: Arrival, body: bytes) -> Reply | LostConnection:
        def api() -> Answer:
            return self.api.answer(arrival.method, arrival.path, arrival.headers, body)

        play = arrival.play
        if play is None:
            return Reply(api())
        return play.outcome(api() if play.processed else None)


def _without_credential(name: str, value: str) -> str:
    if name != "authorization":
        return value
    scheme, space, _ = value.partition(" ")
    return f"{scheme} [hidden]" if space else "[hidden]"


def _readable(body: bytes) -> Any:
    try:
        return parse_json(body) if body else None
    except ValueError:
        return body
