"""What happened to a fake, as a timeline that people read. It is given names and numbers, never a secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass
class Exchange:
    """A request and what became of it.

    :ivar caller: the user and the token, by their display ids.
    :ivar status: of HTTP, or what became of the connection.
    :ivar how: what was played, what it did, how it ended; in this order.
    """

    number: int
    caller: str
    operation: str
    status: str
    how: list[str]
    is_over: bool = False

    def ended(self, how: str) -> None:
        """Add how it ended, which is known only later where an answer is slow; what is said first counts."""
        if not self.is_over:
            self.is_over = True
            self.how.append(how)


class Journal:
    """Keeps what happened, in order. Not thread-safe: its owner holds a lock.

    :param seed: of the fake's chance.
    :param began_at: epoch seconds.
    """

    def __init__(self, seed: int, began_at: float) -> None:
        self._seed = seed
        self._began_at = began_at
        self._entries: list[tuple[float, Exchange | str]] = []
        self._requests = 0

    def note(self, now: float, what: str) -> None:
        """Keep something that was no request."""
        self._entries.append((now - self._began_at, what))

    def jumped(self, seconds: float) -> None:
        """Leave a jump of the clock to another date out of the time that has passed."""
        self._began_at += seconds

    def exchange(self, now: float, *, caller: str, operation: str, status: str, how: Sequence[str]) -> Exchange:
        """Keep a request; the result can be told how it ended."""
        self._requests += 1
        entry = Exchange(self._requests, caller, operation, status, list(how))
        self._entries.append((now - self._began_at, entry))
        return entry

    def text(self, last: int | None, unplayed: int) -> str:
        """Write the timeline.

        :param last: how many entries, the latest ones; `None` for all.
        :param unplayed: how many steps of the script are left.
        """
        kept = self._entries if last is None else self._entries[max(0, len(self._entries) - last) :]
        left_out = len(self._entries) - len(kept)
        exchanges = [entry for _, entry in kept if isinstance(entry, Exchange)]
        widths = (
            max((len(entry.caller) for entry in exchanges), default=0),
            max((len(entry.operation) for entry in exchanges), default=0),
        )
        lines = [
            f"{_counted(self._requests, 'request')}, seed {self._seed}; seconds by the fake's clock since it was made",
            *([f"({_counted(left_out, 'earlier line')} left out)"] if left_out else []),
            *(f"{passed:10.3f}  {_line(entry, widths)}" for passed, entry in kept),
            *([f"not played: {_counted(unplayed, 'step')} of the script"] if unplayed else []),
        ]
        return "\n".join(lines)


def _line(entry: Exchange | str, widths: tuple[int, int]) -> str:
    if isinstance(entry, str):
        return f"{'':5}  {entry}"
    caller, operation = widths
    number, how = f"#{entry.number}", "; ".join(entry.how)
    return f"{number:>5}  {entry.caller:{caller}}  {entry.operation:{operation}}  {entry.status:5}  {how}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
