"""The part of `FakeDevRev` that has to do with faults: what happens to the next request, and to some of all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .answers import NOTHING
from .faults import Fault
from .injection import Injection, Schedule

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    import httpx

    from .core import FakeCore
    from .records import FakeUser


class Misbehaviour:
    """Faults: one after the other, by chance, and by schedule."""

    _core: FakeCore

    def respond_next(
        self,
        status: int = 200,
        *,
        json: object = NOTHING,
        html: str | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        retry_after: float | str | None = None,
        after_processing: bool = False,
        times: int = 1,
    ) -> None:
        """Answer the next request like this; further calls queue up, and what is queued is played in order.

        Without `json`, `html` or `content`, an error has the API's body for its status and anything else has none.
        No header is added but Content-Type, Content-Length and Retry-After, and `headers` go before them.

        :param status: the HTTP status.
        :param json: the body, as a JSON value.
        :param html: the body, as HTML.
        :param content: the body, as bytes.
        :param headers: added to the answer, or in the place of those of the same name.
        :param retry_after: seconds, or a date as a string; sent as the header.
            On a 429 and as a whole number, in the body too.
        :param after_processing: carry the request out before; otherwise it has no effect, whatever its bearer is.
        :param times: for how many requests.
        :raises ValueError: two bodies are given, or `times` is less than 1.
        """
        fault = Fault.answer(
            status,
            json=json,
            html=html,
            content=content,
            headers=headers,
            retry_after=retry_after,
            after_processing=after_processing,
        )
        self.play_next(fault, times=times)

    def lose_connection(
        self,
        *,
        after_processing: bool = False,
        error: type[httpx.TransportError] | None = None,
        times: int = 1,
    ) -> None:
        """Lose the connection of the next request; queues up with `respond_next`.

        :param after_processing: carry the request out and lose the answer; otherwise it has no effect.
        :param error: what a caller in memory gets.
            The default is ReadError after processing, else ConnectError, for which the body is not read. Over real HTTP
            the connection is closed without an answer, whatever this says.
        :param times: for how many requests.
        :raises ValueError: an `error` before sending together with `after_processing`, or `times` is less than 1.
        """
        self.play_next(Fault.lost_connection(after_processing=after_processing, error=error), times=times)

    def play_next(self, fault: Fault, *, times: int = 1) -> None:
        """Let a fault happen to the next request; queues up with `respond_next`.

        :param fault: what happens.
        :param times: to how many requests.
        :raises ValueError: `times` is less than 1.
        """
        if times < 1:
            raise ValueError("times must be at least 1")
        with self._core.lock:
            self._core.script.extend([fault] * times)

    @property
    def unplayed(self) -> int:
        """How many steps of the script no request has met yet; 0 says that all that was scripted took place."""
        return len(self._core.script)

    def inject(
        self,
        fault: Fault,
        *,
        probability: float = 1.0,
        requests: int | Container[int] | None = None,
        after: float = 0.0,
        lasting: float = math.inf,
        times: int | None = None,
        user: FakeUser | None = None,
        operation: str | None = None,
    ) -> Injection:
        """Let a fault happen to some of the requests that come from now on, as long as the conditions hold.

        What is queued for the next request goes first; of several injected faults, the one that was injected first.

        :param fault: what happens.
        :param probability: from 0 to 1. Chance is drawn from the fake's `seed` and the number of the request.
        :param requests: which ones, as a number or a collection of numbers.
            1 is the first request from now on that `user` and `operation` let in.
        :param after: seconds from now, by the fake's clock, when it begins.
        :param lasting: seconds from its beginning, by the fake's clock, when it ends.
        :param times: to how many requests at most.
        :param user: only to requests with a token of this user.
        :param operation: only to "auth-tokens.get" or to "auth-tokens.self.delete".
        :returns: tells how often it happened, and stops it; as a context manager, it stops at the end of the block.
        :raises ValueError: an argument is out of its range, or there is no such operation.
        """
        core = self._core
        path = None if operation is None else f"/{operation.removeprefix('/')}"
        if path is not None and path not in core.api.paths:
            known = " or ".join(known.removeprefix("/") for known in core.api.paths)
            raise ValueError(f"operation must be {known}")
        with core.lock:
            schedule = Schedule(
                now=core.clock(),
                probability=probability,
                requests=requests,
                after=after,
                lasting=lasting,
                times=times,
                user=user,
                path=path,
            )
            return Injection(core.add_rule(fault, schedule))
