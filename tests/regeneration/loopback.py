"""A real HTTP server on the loopback that answers what it is told and keeps what it was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import httpx


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

    url: str
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Add an answer; underscores in the names of headers stand for hyphens."""
        self.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}, body))

    def next_answer(self) -> tuple[int, dict[str, str], bytes]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def loopback() -> Iterator[Loopback]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            place = urlsplit(self.path)
            query = parse_qsl(place.query, keep_blank_values=True)
            told.asked.append(Asked(self.command, place.path, query, httpx.Headers(self.headers.items()), body))
            status, headers, content = told.next_answer()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = respond  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True  # an idle connection that a client keeps must not keep the test

    with Server(("127.0.0.1", 0), Handler) as listener:
        told = Loopback(f"http://127.0.0.1:{listener.server_port}")
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield told
        finally:
            listener.shutdown()
            thread.join()
