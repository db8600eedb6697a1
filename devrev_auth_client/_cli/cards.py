"""Tokens, claims and token types as lines: what they are shown as on a terminal, and plain everywhere else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from rich.text import Text

from .._operations import AuthToken, TokenStatus, UserSummary
from ..errors import ConfigurationError
from ..token_claims import TOKEN_TYPE_CLAIM, TokenClaims
from ..token_types import TokenType
from . import words
from .screen import plain

_STATUS_STYLES = {TokenStatus.ACTIVE: "green", TokenStatus.EXPIRED: "yellow", TokenStatus.REVOKED: "red"}
_LABEL_WIDTH = 10
_SHOWN_CLAIMS = {"jti", "sub", "iss", "iat", "exp", TOKEN_TYPE_CLAIM}


def token_card(token: AuthToken, now: datetime | None = None) -> list[Text]:
    """Return a token's metadata as lines; what DevRev did not tell is left out."""
    now = now or datetime.now(UTC)
    status = Text(plain(token.status), _STATUS_STYLES.get(token.status, "")) if token.status else None
    return _lines(
        ("token", Text(plain(token.display_id or token.id), "bold")),
        ("status", status),
        ("expires", token.expires_at and words.instant(token.expires_at, now)),
        ("type", token.requested_token_type and _type_in_words(token.requested_token_type)),
        ("owner", token.created_by and _user_in_words(token.created_by)),
        ("id", token.id),
        ("subject", token.subject),
        ("client", token.client_id),
        ("scopes", token.scopes and ", ".join(map(str, token.scopes))),
        ("hint", token.token_hint),
        ("issued", token.issued_at and words.instant(token.issued_at, now)),
        ("created", token.created_date and words.instant(token.created_date, now)),
        ("modified", token.modified_date and words.instant(token.modified_date, now)),
    )


def claims_card(claims: TokenClaims, now: datetime | None = None) -> list[Text]:
    """Return what a token says of itself as lines, the first of which says that nobody verified it."""
    now = now or datetime.now(UTC)
    others = sorted(claims.claims.keys() - _SHOWN_CLAIMS)
    warning = Text("UNVERIFIED: this is what the token says of itself; nobody was asked.", "bold yellow")
    return [
        warning,
        *_lines(
            ("id", claims.token_id),
            ("expires", claims.expires_at and words.instant(claims.expires_at, now)),
            ("type", claims.token_type and _type_in_words(claims.token_type)),
            ("subject", claims.subject),
            ("issuer", claims.issuer),
            ("issued", claims.issued_at and words.instant(claims.issued_at, now)),
            # By name alone: nobody knows what their values are.
            ("more", others and ", ".join(others)),
        ),
    ]


def type_lines() -> list[Text]:
    """Return the token types as lines: how each is typed, its URN, what it is."""
    known = words.meanings()
    names = {member: words.option_name(member) for member in TokenType}
    width = max(map(len, names.values()))
    lines: list[Text] = []
    for member, name in names.items():
        line = Text.assemble((name.ljust(width), "bold"), "  ", (str(member), "dim"))
        if member in known:
            line.append(f"\n{' ' * width}  {known[member]}")
        lines.append(line)
    return lines


def json_text(value: object) -> str:
    """Return a value as JSON, in ASCII so that it arrives as it is whatever reads it.

    :raises ConfigurationError: it is nested too deeply.
    """
    try:
        # Python reads and writes NaN, which JSON does not have.
        numbers = json.loads(json.dumps(value), parse_constant=lambda _: None)
        return json.dumps(numbers, indent=2)
    except RecursionError:
        pass
    raise ConfigurationError("it is nested too deeply to be written as JSON; leave --json out")


def _lines(*rows: tuple[str, Any]) -> list[Text]:
    texts = [(label, value if isinstance(value, Text) else Text(plain(value))) for label, value in rows if value]
    return [Text.assemble((label.ljust(_LABEL_WIDTH), "dim"), text) for label, text in texts]


def _type_in_words(token_type: TokenType) -> str:
    return f"{words.option_name(token_type)} ({token_type})" if token_type.is_known else str(token_type)


def _user_in_words(user: UserSummary) -> str:
    name = user.display_name or user.full_name or user.display_id or user.id
    email = f" <{user.email}>" if user.email else ""
    state = f", {user.state}" if user.state else ""
    return f"{name}{email} ({user.type_}{state})"
