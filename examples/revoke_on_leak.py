"""A token was found in a log or a commit: revoke it, and say what came of it.

    python examples/revoke_on_leak.py --file FOUND --yes
    some-scanner | python examples/revoke_on_leak.py --yes

The token comes from a file or standard input, never as an argument: other users and your shell's history read those. It
revokes itself, and with it ALL tokens of its type that the same user created; without --yes this only says so. What it
says of itself, such as its type, is read without sending anything. Run it as often as you like: twice does no harm.

Where DEVREV_TOKEN holds another token that may look at the leaked one, DevRev's word on that is proof too: set it where
the leaked token may be revoked already.

REVOKED means that there is proof, NOT REVOKED that nothing has happened, UNCONFIRMED that nobody knows. Exit status, as
of the command devrev-auth: 0 revoked; 1 DevRev refused, and would again; 2 not usable, or no --yes, and nothing was
sent; 3 unconfirmed; 4 no usable answer, try again later.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from pathlib import Path
from typing import NoReturn

from devrev_auth_client import DevRevAuthClient, TokenClaims, TokenType, errors

LONGEST = 65_536  # bytes; no token is that long, and not every file has an end
PATIENCE = 330.0  # seconds: enough to sit out DevRev's rate limit of five minutes


class CommandLine(argparse.ArgumentParser):
    """One that does not repeat what is wrong with it, since that may be a token in the wrong place."""

    def error(self, message: str) -> NoReturn:  # noqa: ARG002  # that is what it is for
        """End with the usage alone."""
        self.exit(2, f"{self.format_usage()}NOT REVOKED: the command line is wrong. Nothing was sent.\n")


def named_type(text: str) -> TokenType:
    """Return the type of a name, such as pat, or of a URN."""
    known = TokenType.__members__.get(text.upper().replace("-", "_"))
    if known is None and not text.startswith("urn:"):
        raise ValueError
    return known or TokenType(text)


def leaked_token(path: Path | None) -> str:
    """Return what was found: in a file, or on standard input."""
    with open(0, "rb", closefd=False) if path is None else path.open("rb") as file:
        return file.read(LONGEST).decode(errors="replace")


def claims_of(token: str) -> TokenClaims | None:
    """Return what a token says of itself, unverified; nothing where it is no JWT."""
    try:
        return TokenClaims.from_token(token)
    except errors.ConfigurationError:
        return None


def status_by_witness(claims: TokenClaims | None) -> str | None:
    """Return what DevRev says of the leaked token, asked with the one in DEVREV_TOKEN; `None` where it says nothing."""
    if claims is None or claims.token_id is None or "DEVREV_TOKEN" not in os.environ:
        return None
    try:
        with DevRevAuthClient(total_timeout=PATIENCE) as witness:
            return witness.get_auth_token(claims.token_id).status or None
    except errors.DevRevAuthError as error:
        print(f"the token in DEVREV_TOKEN cannot tell: {type(error).__name__}")
        return None


def ending(error: errors.DevRevAuthError) -> tuple[int, str]:
    """Return the exit status and what to do next."""
    match error:
        case errors.ConfigurationError():
            return 2, "Nothing was sent."
        case errors.RevocationUnconfirmedError(likely_revoked=True):
            return 3, "It is probably done. Set DEVREV_TOKEN to another token and run this again for proof."
        case errors.RevocationUnconfirmedError() | errors.InvalidResponseError():
            return 3, "Run this again."
        case errors.TooManyRequestsError(retry_after=seconds):
            return 4, f"Run this again in {math.ceil(seconds or 60)} seconds."
        case errors.ServiceUnavailableError():
            return 4, "Run this again later."
        case errors.UnauthenticatedError():
            return 1, "It was revoked before, is expired, or not whole. Another token in DEVREV_TOKEN would tell which."
        case errors.APIError(status_code=status) if status < 500:
            return 1, "Use another token of the same user: DEVREV_TOKEN=... devrev-auth revoke TYPE."
        case errors.APIError():
            return 3, "Run this again."
        case _:
            return 4, "See whether network and DEVREV_BASE_URL are right, and run this again."


def revoke(token: str, claims: TokenClaims | None, token_type: TokenType) -> int:
    """Revoke, say what came of it, and return the exit status."""
    try:
        with DevRevAuthClient(token, total_timeout=PATIENCE) as client:
            client.revoke_own_auth_tokens(token_type)
    except errors.DevRevAuthError as error:
        status, advice = ending(error)
        known = status_by_witness(claims) if status in {1, 3} else None
        if known == "revoked":
            print("REVOKED. DevRev says that the token with that id is revoked.")
            return 0
        print(f"{'UNCONFIRMED' if status == 3 else 'NOT REVOKED'}: {error}")
        print(f"DevRev says that the token is {known}. {advice}" if known else advice)
        return status
    except KeyboardInterrupt:
        print("UNCONFIRMED: stopped while under way. Run this again.")
        return 3
    print("REVOKED. DevRev confirmed it.")
    return 0


def main() -> int:
    """Do what the command line says; return the exit status."""
    parser = CommandLine(description="Revoke a token that was found where it should not be.", allow_abbrev=False)
    parser.add_argument("--file", type=Path, help="what was found; without it, standard input")
    parser.add_argument("--type", type=named_type, help="where the token does not say it: such as pat, or a URN")
    parser.add_argument("--yes", action="store_true", help="do it")
    options = parser.parse_args()
    if options.file is None and sys.stdin.isatty():
        print("NOT REVOKED: a terminal would show the token; give --file, or pipe it in.")
        return 2
    try:
        token = leaked_token(options.file)
    except OSError as error:  # its name is not repeated: it may be a token in the wrong place
        print(f"NOT REVOKED: what was found cannot be read: {error.strerror}.")
        return 2
    claims = claims_of(token)
    token_type = options.type or (claims and claims.token_type)
    if not token_type:
        print("NOT REVOKED: the token does not say of what type it is; give --type. Nothing was sent.")
        return 2
    if claims:
        print(f"The token says of itself: id {claims.token_id!r}, expires {claims.expires_at or 'never'}.")
    print(f"All tokens of type {str(token_type)!r} that the same user created are to be revoked, for good.")
    if not options.yes:
        print("NOT REVOKED: add --yes to do it. Nothing was sent.")
        return 2
    return revoke(token, claims, token_type)


if __name__ == "__main__":
    sys.exit(main())
