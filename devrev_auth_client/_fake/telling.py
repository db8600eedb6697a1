"""How the journal names a request: who asked for what. Whatever could be a secret is named, not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..token_types import TokenType
from .delivery import LostConnection, Reply

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .records import HeldToken

_TYPE_NAMES = {str(member): member.name for member in TokenType}
_LONGEST = 60  # characters of a path that is none of the API's


def caller(held: HeldToken | None, headers: Mapping[str, str], now: float) -> str:
    """Name the user and the token of a request (header names in lower case); `now` is epoch seconds."""
    if held is None:
        return "unknown token" if headers.get("authorization") else "no token"
    status = held.status(now)
    return f"{held.issued.user.display_id} {held.display_id}{'' if status == 'active' else f' ({status})'}"


def issued(held: HeldToken) -> str:
    """Tell that a token was issued."""
    # Rounded: the difference of two times since 1970 is a little off.
    lasts = None if held.expires_at is None else round(held.expires_at - held.issued_at, 3)
    end = "without an end" if lasts is None else f"for {lasts:.12g} s"
    return f"{held.display_id} issued to {held.issued.user.display_id}: {type_name(held.issued.type)}, {end}"


def type_name(token_type: str) -> str:
    """Name a token type as `TokenType` does; one that it does not know is itself."""
    return _TYPE_NAMES.get(str(token_type), str(token_type))


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


def status(result: Reply | LostConnection) -> str:
    """Give the HTTP status, or what became of the connection."""
    if isinstance(result, LostConnection):
        return "reset" if result.is_reset else "lost"
    return str(result.answer.status)


def effects(result: Reply | LostConnection, revoked: Iterable[HeldToken]) -> Iterator[str]:
    """Tell what a request came to besides: how long its sender is to wait, and which tokens it revoked."""
    if isinstance(result, Reply):
        waits = [value for name, value in result.answer.headers if name.lower() == "retry-after"]
        yield from (f"Retry-After: {wait}" for wait in waits)
    names = [held.display_id for held in revoked]
    if names:
        yield f"revoked {', '.join(names)}"
