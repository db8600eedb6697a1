"""What the SDK does, in a minute: against a fake DevRev of its own, or reading one token of yours.

    python examples/demo.py              everything, against a fake on this machine; no account needed
    python examples/demo.py TOKEN_ID     read that token's metadata from DevRev, with the token in DEVREV_TOKEN

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
    """Print what a token's metadata says; a field that the server left out is false."""
    print(f"   id       {token.id}")
    print(f"   type     {token.requested_token_type or 'not told'}")
    print(f"   status   {token.status or 'not told'}")
    print(f"   expires  {f'{token.expires_at:%Y-%m-%d %H:%M %Z}' if token.expires_at else 'not told'}")
    if token.created_by:
        print(f"   made by  {token.created_by.display_name or token.created_by.id} ({token.created_by.type_})")


def tell(met: Attempt, seconds: float) -> None:
    """Print what an attempt met; the client calls this before it tries again."""
    print(f"   met {met.status_code or met.failure}; the next attempt follows in {seconds:.1f} s", flush=True)


async def against_the_fake() -> None:
    """Show the main job from a first look to the last 401."""
    fake = FakeDevRev()
    user = fake.add_user(display_name="ada")
    pat, session = fake.issue_token(user, TokenType.PAT), fake.issue_token(user, TokenType.SESSION)

    with fake.serve() as base_url:
        print(f"A fake DevRev listens at {base_url}. Its user has a personal access token and a session token.\n")
        async with AsyncDevRevAuthClient(pat.secret, base_url=base_url, retry=RetryPolicy(on_retry=tell)) as client:
            print("1. Read the metadata of the token in use.")
            show(await client.get_auth_token(pat.id))

            print("\n2. Read again, over the rate limit: the answer asks to wait 2 s, and the client does.")
            fake.respond_next(429, retry_after=2)
            token = await client.get_auth_token(pat.id)
            print(f"   then it got its answer: {token.status}")

            print("\n3. Revoke the user's session tokens. No error means that the server confirmed it.")
            await client.revoke_own_auth_tokens(TokenType.SESSION)
            print(f"   the session token is now {(await client.get_auth_token(session.id)).status}")

            print("\n4. Revoke the personal access tokens: the one in use is among them.")
            await client.revoke_own_auth_tokens(TokenType.PAT)
            try:
                await client.get_auth_token(pat.id)
            except UnauthenticatedError as error:
                print(f"   the next call raised {type(error).__name__}: {error.status_code} {error.type}")


async def against_devrev(token_id: str) -> None:
    """Read one token's metadata; nothing is changed."""
    async with AsyncDevRevAuthClient(retry=RetryPolicy(on_retry=tell)) as client:
        print("The token's metadata, read with the token in DEVREV_TOKEN:")
        show(await client.get_auth_token(token_id))


def main(arguments: list[str]) -> int:
    """Run the demo; the exit status is 1 where DevRev refused, and 2 for a wrong command line."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    if arguments and not os.environ.get("DEVREV_TOKEN"):
        print("Set DEVREV_TOKEN to a token of yours, or leave the token id out to see the fake.", file=sys.stderr)
        return 2
    try:
        asyncio.run(against_devrev(arguments[0]) if arguments else against_the_fake())
    except DevRevAuthError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
