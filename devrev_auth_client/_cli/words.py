"""Dates, durations and token types in words."""

from __future__ import annotations

import ast
import inspect
import itertools
from datetime import UTC, datetime

from .. import token_types
from ..token_types import TokenType

_UNITS = [("year", 365 * 86_400), ("day", 86_400), ("hour", 3_600), ("minute", 60)]


def duration(seconds: float) -> str:
    """Return a duration in the largest unit of which it has two or more, rounded: "3 days", "90 minutes"."""
    for unit, length in _UNITS:
        if seconds >= 2 * length:
            return f"{round(seconds / length)} {unit}s"
    return "1 second" if round(seconds) == 1 else f"{round(seconds)} seconds"


def instant(when: datetime, now: datetime) -> str:
    """Return a date and how far away it is: "2026-01-04 12:00 UTC, in 3 days"."""
    ahead = (when - now).total_seconds()
    distance = "now" if abs(ahead) < 1 else f"in {duration(ahead)}" if ahead > 0 else f"{duration(-ahead)} ago"
    try:
        date = f"{when.astimezone(UTC).replace(tzinfo=None).isoformat(' ', 'minutes')} UTC"
    except OverflowError:  # within hours of either end of the calendar
        date = when.isoformat(" ", "minutes")
    return f"{date}, {distance}"


def option_name(token_type: TokenType) -> str:
    """Return how a type is typed on the command line: "pat-act-as"; a URN that the enum does not know is itself."""
    return token_type.name.lower().replace("_", "-") if token_type.is_known else str(token_type)


def meanings() -> dict[TokenType, str]:
    """Return what each token type is: the docstrings of the members, which stand in the source alone.

    Empty where the package has no source with it, as in a frozen program.
    """
    try:
        source = inspect.getsource(token_types)
    except OSError:
        return {}
    statements = next(
        node.body for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == "TokenType"
    )
    return {
        TokenType[assigned.targets[0].id]: str(after.value.value)
        for assigned, after in itertools.pairwise(statements)
        if isinstance(assigned, ast.Assign)
        and isinstance(assigned.targets[0], ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    }
