"""Revokes a token that was found in a log or a commit, and reports the outcome.

    python examples/revoke_on_leak.py --file FOUND --yes
    some-scanner | python examples/revoke_on_leak.py --yes

The token comes from a file or standard input. It is never an argument: other users can read the command line, and
your shell's history keeps it. The token revokes itself, and with it ALL tokens of its type that the same user created.
Without --yes, the program only says what it would do. Running it twice does no harm.

If the leaked token may already be revoked, set DEVREV_TOKEN to another token that can read it. The status of the leaked
token is then proof.

REVOKED: there is proof. NOT REVOKED: nothing was revoked. UNCONFIRMED: the outcome is unknown. Exit codes, as of
devrev-auth: 0 revoked; 1 rejected by DevRev, retrying will not help; 2 wrong arguments or token, or no --yes, and
nothing was sent; 3 unconfirmed; 4 no usable response, or rate limited, try again later.
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
    """A parser whose errors do not repeat the arguments, because one may be a token."""

    def error(self, message: str) -> NoReturn:  # noqa: ARG002  # that is what it is for
        """Show only the usage, and exit."""
        self.exit(2, f"{self.format_usage()}NOT REVOKED: the command line is wrong. Nothing was sent.\n")


def named_type(text: str) -> TokenType:
    """Return the type of a name, such as pat, or of a URN."""
    known = TokenType.__members__.get(text.upper().replace("-", "_"))
    if known is None and not text.startswith("urn:"):
        raise ValueError
    return known or TokenType(text)


def leaked_token(path: Path | None) -> str:
    """Return the token from a file or standard input."""
    with open(0, "rb", closefd=False) if path is None else path.open("rb") as file:
        return file.read(LONGEST).decode(errors="replace")


def claims_of(token: str) -> TokenClaims | None:
    """Return a token's unverified claims, or `None` if it is not a JWT."""
    try:
        return TokenClaims.from_token(token)
    except errors.ConfigurationError:
        return None


def status_by_witness(claims: TokenClaims | None) -> str | None:
    """Return the leaked token's status, read with the token in DEVREV_TOKEN, or `None` if it cannot be read."""
    if claims is None or claims.token_id is None or "DEVREV_TOKEN" not in os.environ:
        return None
    try:
        with DevRevAuthClient(total_timeout=PATIENCE) as witness:
            return witness.get_auth_token(claims.token_id).status or None
    except errors.DevRevAuthError as error:
        print(f"the token in DEVREV_TOKEN cannot read the leaked token: {type(error).__name__}")
        return None


def verdict(error: errors.DevRevAuthError) -> tuple[int, str]:
    """Return the exit code and what to do next."""
    match error:
        case errors.ConfigurationError():
            return 2, "Nothing was sent."
        case errors.RevocationUnconfirmedError(likely_revoked=True):
            return 3, "It is probably revoked. For proof, set DEVREV_TOKEN to another token and run this again."
        case errors.RevocationUnconfirmedError() | errors.InvalidResponseError():
            return 3, "Run this again."
        case errors.TooManyRequestsError(retry_after=seconds):
            return 4, f"Run this again in {math.ceil(seconds or 60)} seconds."
        case errors.ServiceUnavailableError():
            return 4, "Run this again later."
        case errors.UnauthenticatedError():
            return 1, "It may be revoked, expired or incomplete. To find out, set DEVREV_TOKEN to another token."
        case errors.APIError(status_code=status) if status < 500:
            return 1, "Use another token of the same user: DEVREV_TOKEN=... devrev-auth revoke TYPE."
        case errors.APIError():
            return 3, "Run this again."
        case _:
            return 4, "Check the network and DEVREV_BASE_URL, and run this again."


def revoke(token: str, claims: TokenClaims | None, token_type: TokenType) -> int:
    """Revoke, report the outcome, and return the exit code."""
    try:
        with DevRevAuthClient(token, total_timeout=PATIENCE) as client:
            client.revoke_own_auth_tokens(token_type)
    except errors.DevRevAuthError as error:
        status, advice = verdict(error)
        known = status_by_witness(claims) if status in {1, 3} else None
        if known == "revoked":
            print("REVOKED. DevRev says that the token with that id is revoked.")
            return 0
        print(f"{'UNCONFIRMED' if status == 3 else 'NOT REVOKED'}: {error}")
        print(f"DevRev says that the token is {known}. {advice}" if known else advice)
        return status
    except KeyboardInterrupt:
        print("UNCONFIRMED: stopped while the revocation was in progress. Run this again.")
        return 3
    print("REVOKED. DevRev confirmed it.")
    return 0


def main() -> int:
    """Run the command line; return the exit code."""
    parser = CommandLine(description="Revoke a leaked token.", allow_abbrev=False)
    parser.add_argument("--file", type=Path, help="a file with the token (default: standard input)")
    parser.add_argument(
        "--type", type=named_type, help="the token type, such as pat, or a URN; needed if the token does not name it"
    )
    parser.add_argument("--yes", action="store_true", help="revoke; without it, only show what would be revoked")
    options = parser.parse_args()
    if options.file is None and sys.stdin.isatty():
        print("NOT REVOKED: a terminal would show the token. Use --file, or pipe the token in.")
        return 2
    try:
        token = leaked_token(options.file)
    except OSError as error:  # its name is not repeated: it may be a token in the wrong place
        print(f"NOT REVOKED: cannot read the file: {error.strerror}.")
        return 2
    claims = claims_of(token)
    token_type = options.type or (claims and claims.token_type)
    if not token_type:
        print("NOT REVOKED: the token does not name its type. Add --type. Nothing was sent.")
        return 2
    if claims:
        print(f"The token's claims, unverified: id {claims.token_id!r}, expires {claims.expires_at or 'never'}.")
    print(f"This revokes all tokens of type {str(token_type)!r} that the same user created. It cannot be undone.")
    if not options.yes:
        print("NOT REVOKED: add --yes to revoke. Nothing was sent.")
        return 2
    return revoke(token, claims, token_type)


if __name__ == "__main__":
    sys.exit(main())
