"""The heart of `FakeDevRev`: a request in, an answer out, under one lock. No I/O; shells put it on a transport."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any

import httpx

from .api import parse_json
from .records import RecordedRequest, instant
from .script import LostConnection, ScriptedAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .answers import Answer
    from .api import FakeApi
    from .script import Step


class FakeCore:
    """Plays the script, else lets the API answer, and records; thread-safe.

    :ivar api: users, tokens and operations; to be used under `lock` only.
    :ivar requests: what was received, oldest first.
    """

    def __init__(self, api: FakeApi) -> None:
        self.api = api
        self.lock = threading.Lock()
        self.requests: list[RecordedRequest] = []
        self._script: deque[Step] = deque()

    def add_steps(self, step: Step, times: int) -> None:
        """Append a step to the script `times` times; raises ValueError where that is less than once."""
        if times < 1:
            raise ValueError("times must be at least 1")
        with self.lock:
            self._script.extend([step] * times)

    def next_step(self) -> Step | None:
        """Take the next step of the script; a shell does so when a request begins to arrive."""
        with self.lock:
            return self._script.popleft() if self._script else None

    def exchange(
        self, method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes, step: Step | None
    ) -> Answer | LostConnection:
        """Answer a request by this step of the script, or, without one, as the API does."""
        fields = [(name.lower(), value) for name, value in headers]
        by_name = dict(fields)
        with self.lock:
            result: Answer | LostConnection
            if step is None:
                result = self.api.answer(method, path, by_name, body)
            else:
                if step.after_processing:
                    self.api.answer(method, path, by_name, body)
                result = step.answer if isinstance(step, ScriptedAnswer) else step
            self.requests.append(
                RecordedRequest(
                    method=method,
                    path=path,
                    headers=httpx.Headers([(name, _without_credential(name, value)) for name, value in fields]),
                    body=_readable(body),
                    token_id=self.api.token_id_of(by_name),
                    status=None if isinstance(result, LostConnection) else result.status,
                    received_at=instant(self.api.clock()),
                )
            )
        return result


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
