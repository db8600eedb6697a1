"""The fake DevRev in a process of its own, which can be killed. Run with a file that holds its port.

It prints a line a response before that is sent: a dash, the request's `X-Call`, and the status. Where there is a file
named kill, it is killed in that moment: a revocation was carried out and is not answered.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import uvicorn

from devrev_auth_client.testing import FakeDevRev

SECRET = "the-token-in-use"
TOKENS = 20
"""How many tokens there are to read; the first one is in use."""


def token_id(number: int) -> str:
    """Return the id of one of the tokens, counted from 1."""
    return f"don:identity:dvrv-us-1:devo/1:token/{number}"


def log(scope: Any, status: int) -> None:
    print("-", dict(scope["headers"])[b"x-call"].decode(), status, flush=True)  # noqa: T201 - the log
    if scope["path"] == "/auth-tokens.self.delete" and Path("kill").exists():
        os.kill(os.getpid(), signal.SIGKILL)


def main(port: int) -> None:
    fake = FakeDevRev()
    user = fake.add_user()
    for number in range(1, TOKENS + 1):
        issued = fake.issue_token(user, secret=SECRET if number == 1 else f"{SECRET}-{number}")
        assert issued.id == token_id(number)
    app: Any = fake.asgi_app()

    async def logging_app(scope: Any, receive: Any, send: Any) -> None:
        async def log_and_send(message: Any) -> None:
            if message["type"] == "http.response.start":
                log(scope, message["status"])
            await send(message)

        await app(scope, receive, log_and_send)

    uvicorn.run(logging_app, port=port, http="h11", lifespan="off", log_level="critical", timeout_keep_alive=60)


if __name__ == "__main__":
    main(int(Path(sys.argv[1]).read_text()))
