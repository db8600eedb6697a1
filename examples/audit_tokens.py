"""Read the metadata of thousands of tokens into a CSV file: status, owner, expiry, or why it could not be read.

    python examples/audit_tokens.py IDS OUT.csv          IDS has one token id per line; - is standard input

The token comes from DEVREV_TOKEN. Each row is written as soon as its response arrives. If a run was stopped, run it
again: ids that have a row are skipped. With --retry-failed, ids whose row has an error are read again; the last row of
an id counts. The client waits for DevRev's rate limit as often and as long as needed.

Exit code: 0 all ids were read, now or before; 1 some failed, see the column `error`; 2 the token, a file or an option
cannot be used; 130 you stopped it.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from devrev_auth_client import AsyncDevRevAuthClient, TokenClaims, errors

COLUMNS = ["id", "status", "owner", "expires_at", "error"]
WORKERS = 50  # more would be no faster: the rate limit decides


def ids_in(content: str) -> Iterator[str]:
    """Yield each id once. A token among them is refused, because it would be sent and written to the output."""
    for number, token_id in enumerate(dict.fromkeys(content.split()), 1):
        try:
            TokenClaims.from_token(token_id)
        except errors.ConfigurationError:
            yield token_id  # it is no token, as it should be
        else:
            raise errors.ConfigurationError(f"id {number} is a token, not an id; nothing was sent")


def rows_before(out: Path) -> dict[str, bool]:
    """Return the ids that have a row, each with whether it failed. Remove an incomplete last row, left by a crash."""
    failed: dict[str, bool] = {}
    with out.open("a+b") as file:
        size = file.tell()
        file.seek(0)
        if size and file.readline().decode(errors="replace").rstrip().split(",") != COLUMNS:
            raise errors.ConfigurationError("the output file was not written by this program; it was left unchanged")
        whole = file.tell()
        while (line := file.readline()).endswith(b"\n"):
            [row] = csv.reader([line.decode()])
            failed[row[0]] = bool(row[-1])
            whole = file.tell()
        file.truncate(whole)
        if not size:
            file.write(f"{','.join(COLUMNS)}\n".encode())
    return failed


def cell(text: str) -> str:
    """Put a text on one line, and keep a spreadsheet from reading it as a formula."""
    line = " ".join(text.split())
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line


async def row_of(client: AsyncDevRevAuthClient, token_id: str) -> list[str]:
    """Read one token's metadata. Only a 401 is raised, because it would fail all other ids too."""
    try:
        token = await client.get_auth_token(token_id)
    except errors.UnauthenticatedError:
        raise
    except errors.DevRevAuthError as error:
        return [token_id, "", "", "", cell(f"{type(error).__name__}: {error}")]
    user = token.created_by
    owner = (user.email or user.display_name or user.id) if user else ""
    return [token_id, cell(token.status or ""), cell(owner), str(token.expires_at or ""), ""]


async def audit(todo: Iterator[str], out: TextIO, failed: dict[str, bool], show: Callable[[int, str], None]) -> None:
    """Write a row for each id, in the order of the responses."""
    rows = csv.writer(out, lineterminator="\n")

    async def work() -> None:
        for token_id in todo:  # shared by all workers: a free one takes the next
            row = await row_of(client, token_id)
            rows.writerow(row)
            failed[token_id] = bool(row[-1])

    async def report() -> None:
        while True:
            quota = client.rate_limit
            show(len(failed), f"{quota.remaining} of {quota.limit} requests left" if quota else "")
            await asyncio.sleep(0.2 if sys.stderr.isatty() else 10)

    async with AsyncDevRevAuthClient(total_timeout=None) as client:
        reporter = asyncio.create_task(report())
        async with asyncio.TaskGroup() as workers:
            for _ in range(WORKERS):
                workers.create_task(work())
        reporter.cancel()
    show(len(failed), "")


@contextmanager
def progress(total: int) -> Generator[Callable[[int, str], None]]:
    """Show progress on standard error: a bar on a terminal, lines elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, quota: print(f"{done} of {total}; {quota}".rstrip("; "), file=sys.stderr)
        return
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ModuleNotFoundError:
        raise errors.ConfigurationError("a progress bar needs rich: pip install rich, or add 2>progress.txt") from None
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total)
        yield lambda done, quota: bar.update(task, completed=done, description=f"{done} of {total} {quota}")


def main() -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description="Read the metadata of many tokens into a CSV file.")
    parser.add_argument("ids", metavar="IDS", help="a file with one token id per line; - for standard input")
    parser.add_argument("out", metavar="OUT.csv", type=Path, help="the file to write or to continue")
    parser.add_argument("--retry-failed", action="store_true", help="read ids again that failed before")
    options = parser.parse_args()
    status = 2
    try:
        content = sys.stdin.buffer.read() if options.ids == "-" else Path(options.ids).read_bytes()
        ids = list(ids_in(content.decode(errors="replace")))
        failed = {each: bad for each, bad in rows_before(options.out).items() if not (bad and options.retry_failed)}
        todo = [each for each in ids if each not in failed]
        total = len(failed) + len(todo)
        with options.out.open("a", 1, "utf-8", "replace") as out, progress(total) as show:  # 1: each row at once
            asyncio.run(audit(iter(todo), out, failed, show))
        status = 1 if any(failed.values()) else 0
    except* KeyboardInterrupt:
        print("stopped; run it again to continue", file=sys.stderr)
        status = 130
    except* (errors.DevRevAuthError, OSError) as group:
        error = group.exceptions[0]  # of a file not the name, which may be a token in the wrong place
        print(error.strerror if isinstance(error, OSError) else error, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
