"""The command line `devrev-auth`, which reads a token's metadata and revokes tokens.

`python -m devrev_auth_client.cli` runs it too, in a copy of the package under the copy's name. It needs the extra
`devrev-auth-client[cli]`, and nothing of the package imports it.

How it is made, from the outside in:

    _cli.app                       the four commands
    _cli.command_line              what is said of a wrong command line, without repeating it
    _cli.calling                   the client of one call, and how the command ends
    _cli.endings                   exit statuses, and errors in words
    _cli.waits                     the countdown
    _cli.cards                     tokens, claims and token types as lines
    _cli.token_in_hand             where the token comes from
    _cli.arguments                 ids and types as they are typed
    _cli.words, _cli.screen        dates and meanings in words; standard output and standard error
"""

from __future__ import annotations

import sys

__all__ = ["main"]

_NEEDED = {"typer", "rich"}


def main() -> None:
    """Run the command line with the arguments of the process, and end the process with its exit status."""
    try:
        from ._cli.app import app
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in _NEEDED:
            raise
        sys.stderr.write(
            "devrev-auth needs the packages typer and rich: install devrev-auth-client with its extra, [cli]\n"
        )
        sys.exit(2)
    app()


if __name__ == "__main__":
    main()
