"""When a fault happens that was injected: for whose requests, which of them, how long and how likely."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Self

from .faults import Fault, Occasion

if TYPE_CHECKING:
    from collections.abc import Container
    from types import TracebackType

    from .faults import Play
    from .records import FakeUser


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When a fault happens; all but two of the words are those of `FakeDevRev.inject`.

    :ivar now: when it was injected, epoch seconds; `after` counts from there, and `lasting` from the end of that.
    :ivar path: "/auth-tokens.get".
    :raises ValueError: an argument is out of its range.
    """

    now: float
    probability: float
    requests: int | Container[int] | None
    after: float
    lasting: float
    times: int | None
    user: FakeUser | None
    path: str | None

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError("probability must be a number from 0 to 1")
        if not 0 <= self.after < math.inf:
            raise ValueError("after must be a number of seconds, 0 or more")
        if not self.lasting > 0:
            raise ValueError("lasting must be a number of seconds above 0")
        if self.times is not None and self.times < 1:
            raise ValueError("times must be at least 1")

    def concerns(self, user: FakeUser | None, path: str) -> bool:
        """Whether a request counts at all."""
        return self.user in {None, user} and self.path in {None, path}

    def is_due(self, number: int, now: float) -> bool:
        """Whether it may happen to the request of this number, at `now`."""
        wanted = self.requests
        numbered = wanted is None or (number == wanted if isinstance(wanted, int) else number in wanted)
        return numbered and self.now + self.after <= now < self.ends_at

    @property
    def ends_at(self) -> float:
        """When it ends, epoch seconds."""
        return self.now + self.after + self.lasting

    def __str__(self) -> str:
        words = [
            f"probability {self.probability:g}" if self.probability < 1 else "",
            f"requests {self.requests}" if self.requests is not None else "",
            f"after {self.after:.12g} s" if self.after else "",
            f"lasting {self.lasting:.12g} s" if self.lasting < math.inf else "",
            f"at most {self.times} times" if self.times is not None else "",
            f"for {self.user.display_id}" if self.user else "",
            f"in {self.path.removeprefix('/')}" if self.path else "",
        ]
        return ", ".join(filter(None, words)) or "always"


class Rule:
    """A fault, its schedule and its chance. Not thread-safe: its owner holds a lock.

    :ivar number: 1 for the first one of a fake.
    :ivar played: to how many requests it happened.
    :ivar stopped: whether it happens no more.
    """

    def __init__(self, fault: Fault, schedule: Schedule, number: int, seed: int) -> None:
        self.fault = fault
        self.number = number
        self.played = 0
        self.stopped = False
        self._schedule = schedule
        self._seed = seed
        self._seen = 0

    def __str__(self) -> str:
        return f"rule {self.number}: {self.fault.name} ({self._schedule})"

    def meets(self, user: FakeUser | None, path: str, now: float) -> Occasion | None:
        """Count a request, and tell whether the fault is to happen to it.

        Chance depends on the seed and on the request's number among those that it counts, and on nothing else: what
        other faults do changes nothing.
        """
        schedule = self._schedule
        if self.stopped or not schedule.concerns(user, path):
            return None
        self._seen += 1
        used_up = schedule.times is not None and self.played >= schedule.times
        # A string, because Random takes no tuple; it hashes one in the same way everywhere.
        random = Random(f"{self._seed} {self.number} {self._seen}")  # noqa: S311  # to be repeatable is its purpose
        due = schedule.is_due(self._seen, now) and not used_up and random.random() < schedule.probability
        return Occasion(random, schedule.ends_at - now) if due else None

    def play(self, occasion: Occasion) -> Play:
        """Let it happen."""
        self.played += 1
        return self.fault(occasion)


class Injection:
    """A fault that `FakeDevRev.inject` lets happen, until `stop` or the end of its `with` block."""

    def __init__(self, _rule: Rule) -> None:
        self._rule = _rule

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._rule}, played {self.played} times>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def played(self) -> int:
        """To how many requests it has happened."""
        return self._rule.played

    def stop(self) -> None:
        """Let it happen no more; again is no error."""
        self._rule.stopped = True
