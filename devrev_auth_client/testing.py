"""A DevRev in memory, for tests of programs that read and revoke auth tokens.

    from devrev_auth_client import AsyncDevRevAuthClient, TokenType
    from devrev_auth_client.testing import FakeDevRev

    fake = FakeDevRev()
    pat = fake.issue_token(fake.add_user(), TokenType.PAT)
    async with AsyncDevRevAuthClient(pat.secret, transport=fake.transport()) as client:
        token = await client.get_auth_token(pat.id)

It misbehaves on command (`Fault`), its clock is yours to move, and it keeps a journal:

    fake.inject(Fault.reset(after_processing=True), probability=0.2)
    fake.advance(3600)
    print(fake.journal())

It needs nothing but httpx, opens no connection and reads no file. `python -m devrev_auth_client.testing`
serves it over real HTTP on a loopback port, which needs the extra `devrev-auth-client[testing]`. The fixtures of
`pytest_plugin` bring it into tests.

How it is made, from the outside in:

    _fake.devrev                         FakeDevRev, the object that tests hold
    _fake.accounts, _fake.misbehaviour   its methods for users and tokens, and for faults
    _fake.transport                      the fake as an httpx transport
    _fake.slow_stream                    an answer in memory that is slow, or breaks off
    _fake.server                         the fake as an ASGI app, and served by uvicorn
    _fake.core                           one exchange: faults first, then the API; recording; the lock
    _fake.api, _fake.quota               what DevRev does: who asks, is the body right, the operations; the rate limit
    _fake.telling                        how the journal names a request and what became of it
    _fake.journal                        the timeline
    _fake.injection                      when an injected fault happens
    _fake.faults                         what happens to one request
    _fake.delivery, _fake.foreign        how an answer goes out, or that none does; what the API never sends
    _fake.answers                        status, headers and content; the bodies of errors
    _fake.records                        users, tokens, recorded requests
    _fake.bearer, _fake.clock            secrets in the form of a JWT; time that can be moved
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

from ._fake.answers import Answer
from ._fake.devrev import FakeDevRev
from ._fake.faults import Fault
from ._fake.injection import Injection
from ._fake.records import FakeUser, IssuedToken, RecordedRequest
from ._fake.transport import FakeTransport
from .token_types import TokenType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

__all__ = ["Answer", "FakeDevRev", "FakeTransport", "FakeUser", "Fault", "Injection", "IssuedToken", "RecordedRequest"]


_FAULTS = {
    "429": Fault.too_many_requests(1),
    "500": Fault.answer(500),
    "503": Fault.answer(503, retry_after=1),
    "lost": Fault.lost_connection(),
    "lost-after": Fault.lost_connection(after_processing=True),
    "reset": Fault.reset(),
    "reset-after": Fault.reset(after_processing=True),
    "slow": Fault.slow(before=0.5, between=0.05, chunk_size=64),
    "truncated": Fault.truncated(),
    "proxy-page": Fault.proxy_page(),
    "wrong-json": Fault.wrong_json(),
    "new-values": Fault.new_values(),
}
"""What the command can inject; `-after` means after processing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve a fake that has one user with a token of each type, until SIGINT or SIGTERM comes.

    Prints one line of JSON as soon as connections are accepted: `base_url`; `seed`; `user`, as on the wire; and
    `tokens`, which maps the name of each `TokenType` ("PAT") to an object with `id`, `secret` and
    `requested_token_type`. On a terminal two lines for a shell follow, on stderr.

    :param arguments: those of the command line, if left out.
    :returns: the exit status: 0, or 1 where the fake cannot be served.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        fake = FakeDevRev(rate_limit=options.rate_limit, rate_window=options.rate_window, seed=options.seed)
        if options.fault:
            fault = Fault.any_of(*(_FAULTS[name] for name in options.fault))
            fake.inject(fault, probability=options.probability)
    except ValueError as error:
        parser.error(str(error))
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    try:
        with fake.serve(port=options.port) as base_url:
            served = _introduction(fake, base_url)
            sys.stdout.write(json.dumps(served) + "\n")
            sys.stdout.flush()
            if sys.stdout.isatty():
                sys.stderr.write(_for_a_person(served))
            while not stop.is_set():
                # A wait that ends now and then lets Windows deliver Ctrl-C.
                stop.wait(1.0)
    except (ModuleNotFoundError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if options.journal:
        sys.stderr.write(f"{fake.journal()}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m devrev_auth_client.testing",
        description="Serve a fake DevRev on 127.0.0.1. Prints its base URL, a user and tokens as one line of JSON.",
    )
    parser.add_argument("--port", type=_port, default=0, help="0 for a free one (default)")
    parser.add_argument("--rate-limit", type=int, metavar="N", help="requests per user and window (default: no limit)")
    parser.add_argument("--rate-window", type=float, default=300.0, metavar="S", help="seconds (default: 300)")
    parser.add_argument(
        "--fault", action="append", choices=_FAULTS, help="let this happen to requests; of several, one by chance"
    )
    parser.add_argument("--probability", type=float, default=1.0, metavar="P", help="of --fault, 0 to 1 (default: 1)")
    parser.add_argument("--seed", type=int, metavar="N", help="repeats what happened by chance (default: another one)")
    parser.add_argument("--journal", action="store_true", help="at the end, write what happened to stderr")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError("must be a number from 0 to 65535")
    return int(text)


def _introduction(fake: FakeDevRev, base_url: str) -> dict[str, Any]:
    user = fake.add_user()
    issued = {member.name: fake.issue_token(user, member) for member in TokenType}
    tokens = {
        name: {"id": token.id, "secret": token.secret, "requested_token_type": str(token.type)}
        for name, token in issued.items()
    }
    return {"base_url": base_url, "seed": fake.seed, "user": user.summary(), "tokens": tokens}


def _for_a_person(served: dict[str, Any]) -> str:
    token = served["tokens"]["PAT"]["secret"]
    return f"""
In another shell, for devrev-auth or a program of yours (no token of this server is real):

    export DEVREV_BASE_URL={served["base_url"]}
    export DEVREV_TOKEN={token}

Ctrl-C ends it.
"""


if __name__ == "__main__":
    sys.exit(main())
