"""Shows the SDK in a minute, against a fake DevRev or with one of your tokens.

    python examples/demo.py              all of it, against a fake on this machine; you need no account
    python examples/demo.py TOKEN_ID     read the metadata of that token from DevRev, with the token in DEVREV_TOKEN

It prints no secret.
"""

from __future__ import annotations

import asyncio
import os
import sys

from devrev_auth_client import (
    AsyncDevRevAuthClient,
    Attempt,
    AuthToken,
    DevRevAuthError,
    RetryPolicy,
    TokenType,
    UnauthenticatedError,
)
from devrev_auth_client.testing import FakeDevRev


def show(token: AuthToken) -> None:
    """Print a token's metadata. A field that the server left out is false."""
    print(f"   id       {token.id}")
    print(f"   type     {token.requested_token_type or 'unknown'}")
    print(f"   status   {token.status or 'unknown'}")
    print(f"   expires  {f'{token.expires_at:%Y-%m-%d %H:%M %Z}' if token.expires_at else 'unknown'}")
    if token.created_by:
        print(f"   made by  {token.created_by.display_name or token.created_by.id} ({token.created_by.type_})")


def show_retry(attempt: Attempt, seconds: float) -> None:
    """Print why an attempt failed. The client calls this before it retries."""
    print(f"   {attempt.status_code or attempt.failure}; retrying in {seconds:.1f} s", flush=True)


async def against_the_fake() -> None:
    """Show the main job from a first look to the last 401."""
    fake = FakeDevRev()
    user = fake.add_user(display_name="ada")
    pat, session = fake.issue_token(user, TokenType.PAT), fake.issue_token(user, TokenType.SESSION)

    with fake.serve() as base_url:
        print(f"A fake DevRev is running at {base_url}. Its user has a personal access token and a session token.\n")
        async with AsyncDevRevAuthClient(
            pat.secret, base_url=base_url, retry=RetryPolicy(on_retry=show_retry)
        ) as client:
            print("1. Read the metadata of the token in use.")
            show(await client.get_auth_token(pat.id))

            print("\n2. Read again, over the rate limit. The 429 asks for 2 s, and the client waits.")
            fake.respond_next(429, retry_after=2)
            token = await client.get_auth_token(pat.id)
            print(f"   then it succeeded: status {token.status}")

            print("\n3. Revoke the user's session tokens. No error: the server confirmed it.")
            await client.revoke_own_auth_tokens(TokenType.SESSION)
            print(f"   the session token is now {(await client.get_auth_token(session.id)).status}")

            print("\n4. Revoke the personal access tokens, including the one in use.")
            await client.revoke_own_auth_tokens(TokenType.PAT)
            try:
                await client.get_auth_token(pat.id)
            except UnauthenticatedError as error:
                print(f"   the next call raised {type(error).__name__}: {error.status_code} {error.type}")


async def against_devrev(token_id: str) -> None:
    """Read one token's metadata. Nothing is changed."""
    async with AsyncDevRevAuthClient(retry=RetryPolicy(on_retry=show_retry)) as client:
        print("The token's metadata, read with the token in DEVREV_TOKEN:")
        show(await client.get_auth_token(token_id))


def main(arguments: list[str]) -> int:
    """Run the demo. The exit code is 1 for an error, and 2 for a wrong command line."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    if arguments and not os.environ.get("DEVREV_TOKEN"):
        print("Set DEVREV_TOKEN to your token, or leave out the token id to use the fake.", file=sys.stderr)
        return 2
    try:
        asyncio.run(against_devrev(arguments[0]) if arguments else against_the_fake())
    except DevRevAuthError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
