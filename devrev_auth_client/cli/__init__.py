"""The command line `devrev-auth`: reads a token's metadata and revokes tokens.

`python -m devrev_auth_client.cli` runs it too, in a copy of the package under the copy's name. It needs the extra
`devrev-auth-client[cli]`. Nothing else of the package imports it, so it can be deleted.

    commands    the five commands and their options
    run         one command's call: the client, its waits, the verdict, the exit code
    show        tokens, dates and JSON on standard output; messages on standard error
    tokens      the token in use; ids and types as they are typed
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line with the arguments of the process, and end the process with its exit code."""
    try:
        from .commands import app
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in {"typer", "rich"}:
            raise
        sys.stderr.write("devrev-auth needs the packages typer and rich: pip install 'devrev-auth-client[cli]'\n")
        sys.exit(2)
    app()
