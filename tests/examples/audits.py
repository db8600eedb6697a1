"""What the tests of examples/audit_tokens.py have in common."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable
from pathlib import Path

from devrev_auth_client.testing import FakeDevRev, FakeUser

SECRET = "a-token-that-nobody-may-see"

Audit = Callable[..., subprocess.CompletedProcess[str]]


def issued(fake: FakeDevRev, user: FakeUser, count: int) -> list[str]:
    """The ids of so many new tokens."""
    return [fake.issue_token(user, secret=f"fake-{number}").id for number in range(count)]


def rows_in(out: Path) -> list[dict[str, str]]:
    """The rows of the output."""
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
