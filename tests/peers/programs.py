"""nginx, haproxy and tinyproxy as child processes on loopback, and the fake DevRev behind them."""

import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

HOST = "127.0.0.1"
UPSTREAM = Path(__file__).with_name("upstream.py")

# What is in <> is filled in. The logs have a line a request: the port it came from, its X-Call or a dash, the status.
NGINX = """
daemon off;
worker_processes 2;
pid nginx.pid;
events { worker_connections 512; }
http {
  log_format calls '$remote_port $http_x_call $status';
  access_log calls.log calls;
  client_body_temp_path 1; proxy_temp_path 2; fastcgi_temp_path 3; uwsgi_temp_path 4; scgi_temp_path 5;
  limit_req_zone $server_port zone=calls:1m rate=40r/s;
  limit_req_status 429;
  proxy_http_version 1.1;
  server {
    listen <host>:<port> ssl;
    ssl_certificate ../certificate.pem;
    ssl_certificate_key ../certificate.pem;
    location / { proxy_pass http://<to>; <location> }
    <server>
  }
  <http>
}
"""
HAPROXY = """
global
  log stdout format raw local0
  stats socket unix@stats expose-fd listeners
  hard-stop-after 5s
defaults
  mode http
  log global
  log-format "%cp %[capture.req.hdr(0)] %ST"
  timeout connect 1s
  timeout client 10s
  timeout server 10s
  retries 0
frontend tls
  bind <host>:<port> ssl crt ../certificate.pem alpn http/1.1
  http-request capture req.hdr(X-Call) len 64
  <frontend>
  default_backend fake
backend fake
  server fake <to>
"""
TINYPROXY = """
Listen <host>
Port <port>
Timeout 20
LogFile "proxy.log"
MaxClients 50
<more>
"""
PROGRAMS = {
    "nginx": (NGINX, ["-p", ".", "-e", "error.log", "-c"]),
    "haproxy": (HAPROXY, ["-W", "-db", "-f"]),
    "tinyproxy": (TINYPROXY, ["-d", "-c"]),
}


@dataclass
class Program:
    """A program that serves on a port; its configuration and logs are in its folder."""

    name: str
    port: int
    command: list[str]
    folder: Path

    def start(self) -> None:
        with (self.folder / "calls.log").open("ab") as log, (self.folder / "stderr.log").open("ab") as errors:
            self._process = subprocess.Popen(self.command, cwd=self.folder, stdout=log, stderr=errors)  # noqa: S603 - ours
        until = time.monotonic() + 20
        while self._process.poll() is None and time.monotonic() < until:
            with suppress(OSError), socket.create_connection((HOST, self.port), 1):
                return
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} does not serve: {(self.folder / 'stderr.log').read_text()}")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill_and_restart(self) -> None:
        """Have the upstream killed at its next revocation, and start it again when calls have given up on it."""
        time.sleep(0.5)
        (self.folder / "kill").touch()
        assert self._process.wait(30) == -signal.SIGKILL
        (self.folder / "kill").unlink()
        time.sleep(1)
        self.start()

    def reload(self) -> None:
        """Have it read its configuration again, and again."""
        for _ in range(4):
            time.sleep(0.3)
            self._process.send_signal(signal.SIGHUP if self.name == "nginx" else signal.SIGUSR2)

    @property
    def calls(self) -> list[list[str]]:
        """What it logged of each request that was a call's."""
        rows = [line.split() for line in (self.folder / "calls.log").read_text().splitlines()]
        return [row for row in rows if len(row) == 3 and row[1] != "-"]

    @property
    def connections(self) -> int:
        """How many connections brought calls."""
        return len({port for port, _, _ in self.calls})

    @property
    def left_open(self) -> int:
        """How many connections to it the client has not closed (Linux; TCP states ESTABLISHED and CLOSE_WAIT)."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return sum(row[2].endswith(f":{self.port:04X}") and row[3] in ("01", "08") for row in rows)


class Peers:
    """Starts the fake DevRev and what is to stand in front of it; stops them all in the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[Program] = []
        authority = trustme.CA()
        authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(folder / "certificate.pem"))
        self.trusted = ssl.create_default_context()
        authority.configure_trust(self.trusted)
        self.upstream = self._start("upstream", [sys.executable, str(UPSTREAM)], "<port>", {})

    def start(self, name: str, **parts: str) -> Program:
        """Start one of `PROGRAMS` with these parts of its configuration; skip the test where it is not installed."""
        template, arguments = PROGRAMS[name]
        path = shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin")
        if path is None:
            pytest.skip(f"{name} is not installed")
        return self._start(name, [path, *arguments], template, {"to": f"{HOST}:{self.upstream.port}", **parts})

    def stop(self) -> None:
        for program in reversed(self._started):
            program.stop()

    def _start(self, name: str, command: list[str], template: str, parts: dict[str, str]) -> Program:
        folder = self._folder / name
        folder.mkdir()
        with socket.create_server((HOST, 0)) as listener:
            port: int = listener.getsockname()[1]  # free, and most probably still so in a moment
        values = {"host": HOST, "port": str(port), **parts}
        configuration = folder / "configuration"
        configuration.write_text(re.sub("<([a-z]+)>", lambda found: values.get(found[1], ""), template))
        program = Program(name, port, [*command, configuration.name], folder)
        self._started.append(program)
        program.start()
        return program
