"""The programs that people put in front of servers, real ones, and what the client makes of their habits.

Nothing foreign is raised, no call is lost, and no revocation is called done that was not.
"""

import faulthandler
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devrev_auth_client import RevocationUnconfirmedError, TooManyRequestsError, TransportError
from tests.behaviour.backends import ALL
from tests.faults.measuring import errors_logged, eventually
from tests.peers.load import Load
from tests.peers.programs import HOST, Peers, Program

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/net/tcp")]
nginx_and_haproxy = pytest.mark.parametrize("name", ["nginx", "haproxy"])

HANGS = 100.0
"""Seconds after which a test is taken to hang: where each thread stands is written, and the process ends."""
STEADY: dict[str, Any] = {"calls_each": 40, "pause": (0.03, 0.05)}
"""A load that lasts for some two seconds."""

Play = Callable[..., Load]


@pytest.fixture
def peers(tmp_path: Path) -> Iterator[Peers]:
    faulthandler.dump_traceback_later(HANGS, exit=True, file=sys.__stderr__ or sys.stderr)
    peers = Peers(tmp_path)
    try:
        with errors_logged() as errors:
            yield peers
        assert errors == []
    finally:
        peers.stop()
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture(params=ALL, ids=lambda backend: backend.name)
def play(request: pytest.FixtureRequest, peers: Peers) -> Play:
    """Give a function that plays a load against a peer and checks what holds in every scenario."""

    def play(peer: Program, **options: Any) -> Load:
        load = Load(request.param, f"https://{HOST}:{peer.port}", peers.trusted, **options)
        load.run()
        load.check({name for _, name, status in peers.upstream.calls if status in ("200", "204")})
        assert eventually(lambda: peer.left_open == 0)  # behind a proxy, it closes them
        return load

    return play


def test_three_requests_a_connection(peers: Peers, play: Play) -> None:
    nginx = peers.start("nginx", server="keepalive_requests 3;")
    load = play(nginx)
    assert not load.errors
    assert not load.repeated  # nginx announces it
    assert nginx.connections <= len(load.calls) / 3 + load.workers


@nginx_and_haproxy
def test_idle_for_a_second(peers: Peers, play: Play, name: str) -> None:
    peer = peers.start(name, server="keepalive_timeout 1s;", frontend="timeout http-keep-alive 1s")
    load = play(peer, workers=25, calls_each=5, pause=(0.9, 1.1))
    assert not load.errors
    assert load.repeated.total() < len(load.calls) / 10  # an end that has arrived is seen before a call
    assert load.calls_each < peer.connections < len(load.calls)


@nginx_and_haproxy
def test_reload_under_load(peers: Peers, play: Play, name: str) -> None:
    peer = peers.start(name)
    load = play(peer, meanwhile=peer.reload, **STEADY)
    assert not load.errors
    assert load.workers < peer.connections < len(load.calls) / 3


@nginx_and_haproxy
def test_upstream_killed(peers: Peers, play: Play, name: str) -> None:
    peer = peers.start(name)
    load = play(peer, meanwhile=peers.upstream.kill_and_restart, **STEADY)
    assert load.repeated["502"] or load.repeated["503"]
    assert any(isinstance(error, RevocationUnconfirmedError) for error in load.errors)
    assert not [call for call in load.last if isinstance(call.outcome, Exception)]


def test_429_that_names_no_time(peers: Peers, play: Play) -> None:
    nginx = peers.start("nginx", location="limit_req zone=calls burst=5 nodelay;")
    load = play(nginx, pause=(0.1, 0.2))
    assert load.repeated["429"]
    assert all(isinstance(error, TooManyRequestsError) and error.retry_after is None for error in load.errors)
    assert len(load.errors) < len(load.calls) / 2
    assert nginx.connections <= load.workers


def test_408_to_one_in_five(peers: Peers, play: Play) -> None:
    load = play(peers.start("haproxy", frontend="http-request deny deny_status 408 if { rand(5) eq 0 }"))
    assert set(load.repeated) == {"408"}
    assert len(load.errors) < len(load.calls) / 10


def test_gzip_that_was_not_asked_for(peers: Peers, play: Play) -> None:
    # nginx compresses for whoever accepts it: here, for itself, on the way to another server of its own.
    nginx = peers.start(
        "nginx",
        to="unix:second",
        location="proxy_set_header Accept-Encoding gzip;",
        http="gzip on; gzip_proxied any; gzip_types application/json; gzip_min_length 1;"
        f"server {{ listen unix:second; location / {{ proxy_pass http://{HOST}:{peers.upstream.port}; }} }}",
    )
    load = play(nginx)
    assert not load.errors
    assert load.compressed == sum(call.asked is not None for call in load.calls)


@pytest.mark.parametrize("user", ["", "me:secret@"], ids=["open", "with a password"])
def test_connect_through_tinyproxy(peers: Peers, play: Play, user: str) -> None:
    nginx, tinyproxy = peers.start("nginx"), peers.start("tinyproxy", more="BasicAuth me secret" if user else "")
    load = play(nginx, proxy=f"http://{user}{HOST}:{tinyproxy.port}")
    assert not load.errors
    assert not load.repeated
    assert nginx.connections <= load.workers
    assert tinyproxy.left_open == 0


def test_wrong_password_for_tinyproxy(peers: Peers, play: Play) -> None:
    nginx, tinyproxy = peers.start("nginx"), peers.start("tinyproxy", more="BasicAuth me secret")
    load = play(nginx, proxy=f"http://me:wrong@{HOST}:{tinyproxy.port}", calls_each=4)
    assert [type(error) for error in load.errors] == [TransportError] * len(load.calls)
    assert nginx.connections == 0
    assert tinyproxy.left_open == 0
