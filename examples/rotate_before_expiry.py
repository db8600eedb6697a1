"""A service that replaces its own token before it expires, without a break.

    python examples/rotate_before_expiry.py TOKEN_FILE

The token file holds one token. Whatever issues your tokens replaces the file by renaming a new one, so that nobody
reads half of it. When the token in use is about to expire, the service checks the new token and switches to it. If your
tokens come from an API, replace `next_token` with a function that calls it.

Clients send one token id per line. The service responds with the token's status. It logs to standard error, without
secrets.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from devrev_auth_client import (
    AsyncDevRevAuthClient,
    AuthToken,
    ConfigurationError,
    DevRevAuthError,
    UnauthenticatedError,
)

logger = logging.getLogger("rotate_before_expiry")

LONGEST_SLEEP = 600.0  # seconds; then it looks again: tokens are revoked, computers suspended

Rotate = Callable[[], Awaitable[str]]  # returns the next token, or the one in use if there is no next one


class TokenInUse:
    """The client's token callable, called before each attempt."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def __call__(self) -> str:
        """Return the token from memory, because this must not block."""
        return self._secret

    def replace(self, secret: str) -> None:
        """Use another token from the next attempt on."""
        self._secret = secret


def seconds_until_rotation(token: AuthToken, margin: float) -> float | None:
    """Return how long to use this token: until `margin` seconds, or half of its life if that is less, are left."""
    if not token.expires_at:
        return None  # it never expires
    if token.issued_at:
        margin = min(margin, (token.expires_at - token.issued_at).total_seconds() / 2)
    return (token.expires_at - datetime.now(UTC)).total_seconds() - margin


async def keep_fresh(
    client: AsyncDevRevAuthClient, in_use: TokenInUse, rotate: Rotate, *, margin: float, pause: float
) -> None:
    """Replace the token in use each time before it expires. If that fails, try again after `pause` seconds."""
    while True:
        try:
            token = await client.get_own_auth_token()
            left = seconds_until_rotation(token, margin)
        except ConfigurationError:
            raise  # the token does not include its id
        except UnauthenticatedError:
            logger.warning("the token in use is expired or revoked")
            left = 0.0
        except DevRevAuthError as error:
            logger.warning("cannot read when the token in use expires: %s", error)
            await asyncio.sleep(pause)
            continue
        if left is None or left > 0:
            await asyncio.sleep(LONGEST_SLEEP if left is None else min(left, LONGEST_SLEEP))
        elif not await replaced(in_use, rotate):
            await asyncio.sleep(pause)


async def replaced(in_use: TokenInUse, rotate: Rotate) -> bool:
    """Switch to the next token, if there is one and it works. Return whether it was replaced."""
    try:
        secret = await rotate()
    except OSError as error:
        logger.warning("there is no next token: %s", error.strerror)
        return False
    if not secret or secret == in_use():
        logger.warning("there is no next token yet")
        return False
    try:
        async with AsyncDevRevAuthClient(secret) as trial:
            token = await trial.get_own_auth_token()
    except DevRevAuthError as error:
        logger.warning("the next token does not work: %s", error)
        return False
    in_use.replace(secret)
    logger.info("now using %s, which expires %s", token.id, token.expires_at or "never")
    return True


async def answer(client: AsyncDevRevAuthClient, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Respond to the lines of one connection."""
    with contextlib.suppress(ConnectionError, ValueError), contextlib.closing(writer):  # ValueError: an endless line
        while line := await reader.readline():
            try:
                token = await client.get_auth_token(line.decode(errors="replace").strip())
                status = str(token.status or "unknown")
            except DevRevAuthError as error:
                status = type(error).__name__
            writer.write(f"{status}\n".encode())
            await writer.drain()


async def main(path: Path, *, port: int, margin: float, pause: float) -> None:
    """Serve and rotate. An unexpected error in the rotation stops the service, so that you notice it."""

    async def next_token() -> str:
        return (await asyncio.to_thread(path.read_text, "utf-8", "replace")).strip()

    in_use = TokenInUse(await next_token())
    async with AsyncDevRevAuthClient(in_use) as client, asyncio.TaskGroup() as connections:
        server = await asyncio.start_server(
            lambda reader, writer: connections.create_task(answer(client, reader, writer)), "127.0.0.1", port
        )
        with contextlib.closing(server):
            logger.info("serving on port %d", server.sockets[0].getsockname()[1])
            await keep_fresh(client, in_use, next_token, margin=margin, pause=pause)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A service that replaces its token before it expires.")
    parser.add_argument("token_file", type=Path)
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1 (default: a free one)")
    parser.add_argument(
        "--margin", type=float, default=3600, help="seconds before expiry to replace the token (default: 3600)"
    )
    parser.add_argument("--pause", type=float, default=60, help="seconds between tries (default: 60)")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    try:
        asyncio.run(main(given.token_file, port=given.port, margin=given.margin, pause=given.pause))
    except KeyboardInterrupt:
        pass
    except OSError as error:  # its name is not repeated: it may be a token in the wrong place
        sys.exit(f"cannot read the token file: {error.strerror}")
