"""Ids and types as they are typed. Nothing here repeats what it refuses: it may be a token in the wrong place."""

from __future__ import annotations

import difflib
import math
import re

import typer

from .._credentials import begins_like_token
from ..token_types import TokenType
from . import words

EXPOSED = (
    "which has no place on a command line: other users and your shell's history can read it there. Consider it leaked: "
    "revoke it."
)
"""What is said of a token among the arguments."""

_SHORTEST_TOKEN = 24
"""Characters. DevRev's tokens are hundreds long, and the names of types are shorter."""


class RefusedArgument(typer.BadParameter):
    """An argument that is wrong; the text may be shown."""


def looks_like_token(text: str) -> bool:
    """Whether a text may be a bearer token: it begins like one, or is long and has no colon, as ids and URNs have."""
    text = text.strip()
    return begins_like_token(text) or (len(text) >= _SHORTEST_TOKEN and ":" not in text)


def checked_token_id(text: str | None) -> str:
    """Return the id of a token; raises `RefusedArgument`."""
    if not text:
        raise RefusedArgument("TOKEN_ID is missing: the id of a token, such as don:identity:dvrv-us-1:devo/1:token/1.")
    if looks_like_token(text):
        raise RefusedArgument(
            f"TOKEN_ID looks like a token itself, {EXPOSED} Give its id, such as "
            "don:identity:dvrv-us-1:devo/1:token/1; `devrev-auth inspect` reads the id from a token. Nothing was sent."
        )
    return text


def checked_seconds(text: str | float) -> float:
    """Return a length of time, above zero and with an end; raises `RefusedArgument`."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < math.inf:
        raise RefusedArgument("SECONDS must be a finite number above 0, such as 30 or 0.5.")
    return seconds


def checked_token_type(text: str | None) -> TokenType:
    """Return the type that a member's name or a URN stands for; raises `RefusedArgument`."""
    given = (text or "").strip()
    name = re.sub("[-:.]", "_", given.upper()).removeprefix("TOKENTYPE_")
    if name in TokenType.__members__:
        return TokenType[name]
    if given.startswith("urn:") and not looks_like_token(given.rpartition(":")[2]):
        return TokenType(given)
    if not given:
        problem = "TYPE is missing."
    elif looks_like_token(given.rpartition(":")[2]):
        problem = f"TYPE looks like a token itself, {EXPOSED} Nothing was sent."
    else:
        near = difflib.get_close_matches(name, TokenType.__members__, n=3)
        suggested = ", ".join(words.option_name(TokenType[name]) for name in near)
        problem = "TYPE is none of the 17 token types." + (f" Did you mean {suggested}?" if near else "")
    raise RefusedArgument(f"{problem} `devrev-auth types` lists the types.")


def complete_token_type(incomplete: str) -> list[tuple[str, str]]:
    """Return the types that a half-typed one may become, each with what it is, for the shell's completion."""
    known = words.meanings()
    names = {words.option_name(member): known.get(member, "") for member in TokenType}
    # A shell replaces what was typed, so the names come in the case and with the dashes that it began with.
    return [
        (incomplete + name[len(incomplete) :], meaning)
        for name, meaning in names.items()
        if name.startswith(re.sub("[_:]", "-", incomplete.lower()))
    ]
