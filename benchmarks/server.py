"""The server all rivals meet: a raw asyncio protocol in a process of its own, always with the same answer.

    python -m benchmarks.server FOLDER

It writes the certificate of its authority to FOLDER/ca.pem and a line of JSON with its ports to standard output. Each
line on its standard input is answered with the number of connections opened since the last one, by port. It ends with
its standard input.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import ssl
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import trustme

from benchmarks.answer import on_the_wire

DELAY = 0.02
"""Seconds that the delayed ports take for an answer."""

_ADDRESS = "127.0.0.1"
_BACKLOG = 4096
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_LAST_CHUNK = b"0\r\n\r\n"

# Name of each port: whether it speaks TLS, and seconds until the answer; None never answers.
_PORTS: dict[str, tuple[bool, float | None]] = {
    "plain": (False, 0.0),
    "tls": (True, 0.0),
    "plain delayed": (False, DELAY),
    "tls delayed": (True, DELAY),
    "silent": (False, None),
}


class Server:
    """The server process, from the side of those who measure."""

    def __init__(self, folder: Path) -> None:
        self.authority = folder / "ca.pem"
        command = [sys.executable, "-m", "benchmarks.server", str(folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._ports: dict[str, int] = self._line()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.communicate()

    def url(self, port: str) -> str:
        """Return the base URL of the port of that name."""
        return f"{'https' if _PORTS[port][0] else 'http'}://{_ADDRESS}:{self._ports[port]}"

    def opened(self, port: str) -> int:
        """Return how many connections were opened at that port since the last question, whichever port it was for."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return int(self._line()[port])

    def _line(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


class _Connection(asyncio.Protocol):
    """One connection; answers each request that has arrived whole."""

    def __init__(self, opened: dict[str, int], port: str, answer: bytes) -> None:
        self._opened = opened
        self._port = port
        self._delay = _PORTS[port][1]
        self._answer = answer
        self._received = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._opened[self._port] += 1
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (size := _request_size(self._received)) is not None:
            self._received = self._received[size:]
            if self._delay == 0:
                self._write()
            elif self._delay is not None:
                asyncio.get_running_loop().call_later(self._delay, self._write)

    def _write(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(self._answer)


def _request_size(received: bytes) -> int | None:
    """Return the bytes of the first request, or `None` while it is not whole."""
    end = received.find(b"\r\n\r\n") + 4
    if end == 3:
        return None
    length = _LENGTH.search(received, 0, end)
    if length is None:  # chunked: all rivals send a body
        end = received.find(_LAST_CHUNK, end) + len(_LAST_CHUNK)
        return None if end < len(_LAST_CHUNK) else end
    size = end + int(length[1])
    return size if size <= len(received) else None


async def _serve(folder: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(_ADDRESS).configure_cert(context)
    loop = asyncio.get_running_loop()
    opened = dict.fromkeys(_PORTS, 0)
    answer = on_the_wire()
    ports: dict[str, int] = {}
    for port, (tls, _) in _PORTS.items():
        listening = await loop.create_server(
            lambda port=port: _Connection(opened, port, answer),
            _ADDRESS,
            0,
            ssl=context if tls else None,
            backlog=_BACKLOG,
        )
        ports[port] = listening.sockets[0].getsockname()[1]
    print(json.dumps(ports), flush=True)
    over = loop.create_future()

    def asked() -> None:
        lines = os.read(sys.stdin.fileno(), 4096)
        if not lines:
            over.set_result(None)
            loop.remove_reader(sys.stdin.fileno())
            return
        print(json.dumps(opened), flush=True)
        opened.update(dict.fromkeys(_PORTS, 0))

    loop.add_reader(sys.stdin.fileno(), asked)
    await over


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
