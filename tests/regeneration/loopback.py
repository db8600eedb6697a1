"""A real HTTP server on the loopback that answers what it is told and keeps what it was asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.faults.server import FaultServer, Request, Respond


@dataclass(frozen=True)
class Asked:
    """One request that arrived."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: httpx.Headers
    body: bytes


@dataclass
class Loopback:
    """Where the server is, its answers in order (the last one stays), and what it was asked."""

    url: str = ""
    answers: list[Respond] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Add an answer; underscores in the names of headers stand for hyphens."""
        self.answers.append(Respond(status, {name.replace("_", "-"): value for name, value in headers.items()}, body))

    def respond(self, request: Request) -> Respond:
        place = urlsplit(request.path)
        query = parse_qsl(place.query, keep_blank_values=True)
        self.asked.append(Asked(request.method, place.path, query, httpx.Headers(request.headers), request.body))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def loopback() -> Iterator[Loopback]:
    told = Loopback()
    with FaultServer(told.respond) as server:
        told.url = server.url
        yield told
