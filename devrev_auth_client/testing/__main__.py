"""`python -m devrev_auth_client.testing`: a fake with one user and a token of each type, over HTTP."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import textwrap
import time
from typing import TYPE_CHECKING, Any

from ..token_types import TokenType
from .devrev import FakeDevRev
from .faults import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

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
"""The faults of `--fault`; `-after` means after the request was processed."""

_DESCRIPTION = """\
Serve a fake DevRev on 127.0.0.1. On a terminal, print the variables to export.
Otherwise, print JSON with the base URL and a token of each type.
"""

_FOR_A_PERSON = """\
A fake DevRev is running at {base_url}. To use it, run this in another shell:

    export DEVREV_BASE_URL={base_url}
    export DEVREV_TOKEN={token}

The token is not real. --json prints a token of each type. Press Ctrl-C to stop.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the fake until SIGINT or SIGTERM; print how to reach it as soon as it accepts connections.

    On a terminal, print two `export` lines for a shell. Otherwise, and with `--json`, print one line of JSON:
    `base_url`; `seed`; `user`, as on the wire; and `tokens`, which maps the name of each `TokenType` ("PAT") to an
    object with `id`, `secret` and `requested_token_type`.

    :param arguments: the arguments; left out, those of the command line.
    :returns: the exit code: 0, or 1 if the fake cannot be served.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if not 0 <= options.port <= 65_535:
        parser.error("--port must be a number from 0 to 65535")
    try:
        fake = FakeDevRev(rate_limit=options.rate_limit, rate_window=options.rate_window, seed=options.seed)
        if options.fault:
            fault = Fault.any_of(*(_FAULTS[name] for name in options.fault))
            fake.inject(fault, probability=options.probability)
    except ValueError as error:
        parser.error(str(error))
    # Not an event of threading's: its lock may be held by the line that a signal interrupts.
    signals: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: signals.append(received))
    try:
        with fake.serve(port=options.port) as base_url:
            served = _introduction(fake, base_url)
            if options.json or not sys.stdout.isatty():
                sys.stdout.write(f"{json.dumps(served)}\n")
            else:
                token = served["tokens"]["PAT"]["secret"]
                sys.stdout.write(_FOR_A_PERSON.format(base_url=base_url, token=token))
            sys.stdout.flush()
            while not signals:
                time.sleep(0.1)
    except (ModuleNotFoundError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if options.journal:
        sys.stderr.write(f"{fake.journal()}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m devrev_auth_client.testing",
        description=_DESCRIPTION,
        epilog=textwrap.fill(f"faults: {', '.join(_FAULTS)}", 78, break_on_hyphens=False),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--json", action="store_true", help="print JSON on a terminal too")
    add("--port", type=int, default=0, metavar="N", help="the port to listen on (default: a free one)")
    add("--rate-limit", type=int, metavar="N", help="requests that a user may make per window (default: no limit)")
    add("--rate-window", type=float, default=300.0, metavar="S", help="seconds that a window lasts (default: 300)")
    faults = "a fault for all requests; repeat the option to have one picked at random"
    add("--fault", action="append", choices=_FAULTS, metavar="NAME", help=faults)
    add(
        "--probability",
        type=float,
        default=1.0,
        metavar="P",
        help="the share of requests that meet --fault, 0 to 1 (default: 1)",
    )
    add("--seed", type=int, metavar="N", help="the seed of an earlier run, to repeat its random choices")
    add("--journal", action="store_true", help="at the end, print what happened to stderr")
    return parser


def _introduction(fake: FakeDevRev, base_url: str) -> dict[str, Any]:
    user = fake.add_user()
    tokens: dict[str, dict[str, str]] = {}
    for member in TokenType:
        token = fake.issue_token(user, member)
        tokens[member.name] = {"id": token.id, "secret": token.secret, "requested_token_type": str(token.type)}
    return {"base_url": base_url, "seed": fake.seed, "user": user.summary(), "tokens": tokens}


if __name__ == "__main__":
    sys.exit(main())
