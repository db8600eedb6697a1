"""The journal of a fake: a timeline for people. It never shows a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..token_types import TokenType
from .answers import LostConnection, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .records import HeldToken

_TYPE_NAMES = {str(member): member.name for member in TokenType}
_LONGEST = 60  # characters of a path that is none of the API's


class _Exchange(NamedTuple):
    """A request and what became of it; `remarks` may grow until a slow answer has ended."""

    number: int
    caller: str
    operation: str
    status: str
    remarks: list[str]


class Journal:
    """Keeps what happened, in order. Not thread-safe: its owner holds a lock.

    :param clock: the fake's, epoch seconds.
    """

    def __init__(self, seed: int, clock: Callable[[], float]) -> None:
        self._seed = seed
        self._clock = clock
        self._began_at = clock()
        self._entries: list[tuple[float, _Exchange | str]] = []
        self._requests = 0

    def note(self, what: _Exchange | str) -> None:
        """Keep something that happened now."""
        self._entries.append((self._clock() - self._began_at, what))

    def issued(self, held: HeldToken) -> None:
        """Keep that a token was issued."""
        # Rounded: the difference of two times since 1970 is a little off.
        lasts = None if held.expires_at is None else round(held.expires_at - held.issued_at, 3)
        end = "never expires" if lasts is None else f"expires in {lasts:.12g} s"
        type_ = str(held.issued.type)
        name = _TYPE_NAMES.get(type_, type_)
        self.note(f"{held.display_id} issued to {held.issued.user.display_id}: {name}, {end}")

    def jumped(self, seconds: float) -> None:
        """Leave a jump of the clock to another date out of the time that has passed."""
        self._began_at += seconds

    def exchange(
        self, caller: str, operation: str, source: str, result: Reply | LostConnection, revoked: Sequence[HeldToken]
    ) -> None:
        """Keep a request, what was played (`source`), and which tokens it revoked."""
        self._requests += 1
        remarks = [source]
        if isinstance(result, Reply):
            status, result.remarks = str(result.answer.status), remarks
            remarks += [
                f"Retry-After: {value}" for name, value in result.answer.headers if name.lower() == "retry-after"
            ]
        else:
            status = "reset" if result.is_reset else "lost"
        if revoked:
            remarks.append(f"revoked {', '.join(held.display_id for held in revoked)}")
        self.note(_Exchange(self._requests, caller, operation, status, remarks))

    def text(self, last: int | None, unplayed: int) -> str:
        """Write the timeline, or its `last` entries; `unplayed` steps of the script are left."""
        kept = self._entries if last is None else self._entries[max(0, len(self._entries) - last) :]
        left_out = len(self._entries) - len(kept)
        exchanges = [entry for _, entry in kept if isinstance(entry, _Exchange)]
        caller = max((len(entry.caller) for entry in exchanges), default=0)
        operation = max((len(entry.operation) for entry in exchanges), default=0)
        lines = [
            f"{_counted(self._requests, 'request')}, seed {self._seed}; times are seconds on the fake's clock",
            *([f"({_counted(left_out, 'earlier line')} left out)"] if left_out else []),
            *(f"{passed:10.3f}  {_line(entry, caller, operation)}" for passed, entry in kept),
            *([f"not played: {_counted(unplayed, 'scripted step')}"] if unplayed else []),
        ]
        return "\n".join(lines)


def _line(entry: _Exchange | str, caller: int, operation: int) -> str:
    if isinstance(entry, str):
        return f"{'':5}  {entry}"
    number, remarks = f"#{entry.number}", "; ".join(entry.remarks)
    return f"{number:>5}  {entry.caller:{caller}}  {entry.operation:{operation}}  {entry.status:5}  {remarks}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def caller(held: HeldToken | None, headers: Mapping[str, str], now: float) -> str:
    """Name the user and the token of a request (header names in lower case); `now` is epoch seconds."""
    if held is None:
        return "unknown token" if headers.get("authorization") else "no token"
    status = held.status(now)
    return f"{held.issued.user.display_id} {held.display_id}{'' if status == 'active' else f' ({status})'}"


def operation(method: str, path: str, body: Any, tokens: Mapping[str, HeldToken]) -> str:
    """Name an operation and what it was asked for.

    :param body: the JSON that was sent, or anything else.
    :param tokens: all of the fake, by id: an id in a body is shown only where it is that of one of them.
    """
    members = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    if (method, path) == ("POST", "/auth-tokens.get"):
        wanted = tokens.get(str(members.get("token_id")))
        return f"{path[1:]} {wanted.display_id if wanted else '?'}"
    if (method, path) == ("POST", "/auth-tokens.self.delete"):
        wanted_type = str(members.get("requested_token_type"))
        return f"{path[1:]} {'any type' if body == {} else _TYPE_NAMES.get(wanted_type, '?')}"
    text = f"{method} {path}"
    for held in tokens.values():
        text = text.replace(held.issued.secret, "[hidden]")
    shown = "".join(character if character.isprintable() else "?" for character in text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."
