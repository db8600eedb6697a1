"""The token in use, and ids and types as they are typed. No message repeats a wrong value: it may be a token."""

from __future__ import annotations

import difflib
import getpass
import os
import re
import sys
import warnings

import typer

from .. import ConfigurationError, TokenClaims, TokenType

_EXPOSED = (
    "Nothing was sent. Do not put tokens on a command line: other users can read it, and your shell's history "
    "keeps it. Consider this token leaked, and revoke it."
)

_LONGEST = 65_536
"""Bytes; a token is shorter by far, and a file without end must not be read to its end."""

_MEANINGS = {
    TokenType.AAT: "Application access token: for a program that acts as itself, a service account.",
    TokenType.AAT_ACT_AS: "By its URN, an application access token that acts as somebody else.",
    TokenType.AAT_PUBLIC: "By its URN, an application access token for public use.",
    TokenType.DEV: "By its URN, a token of a dev user (someone who works in the organization).",
    TokenType.DEV_CONNECT: "By its URN, a dev user's token for a connection.",
    TokenType.PAT: "Personal access token: a JWT of a dev user that lives for days.",
    TokenType.PAT_ACT_AS: "By its URN, a personal access token that acts as somebody else.",
    TokenType.REV: "By its URN, a token of a rev user (a customer).",
    TokenType.SESSION: "Session token: of a customer, lives for minutes.",
    TokenType.SESSION_DEV0: "By its URN, a kind of session token named dev0.",
    TokenType.SESSION_ONETIME: "By its URN, a session token that works once.",
    TokenType.SESSION_REV_ACT_AS: "By its URN, a session token that acts as a rev user (a customer).",
    TokenType.SYS: "System user token: of a user that the system itself acts as.",
    TokenType.JWT: "Any JSON Web Token (RFC 8693).",
}


class RefusedArgumentError(typer.BadParameter):
    """An argument that is wrong; the text repeats nothing of it."""


class Token:
    """The token in use. No repr shows it; `reveal()` is for arguments alone, never for a variable.

    :param origin: where it came from, for the error.
    :raises ConfigurationError: it cannot be a token (RFC 6750 section 2.1).
    """

    def __init__(self, text: str, origin: str) -> None:
        self._text, text = text.strip(), ""
        if not self._text:
            raise ConfigurationError(f"{origin} is empty; put a token there")
        if re.match(r"bearer\b", self._text, re.IGNORECASE):
            raise ConfigurationError(f"{origin} begins with 'Bearer'; give the token alone")
        if not re.fullmatch(f"[\x21-\x7e]{{1,{_LONGEST}}}", self._text):
            raise ConfigurationError(
                f"{origin} is too long for a token, or has white space or another character that no token has"
            )

    def __repr__(self) -> str:
        return "<token, hidden>"

    def reveal(self) -> str:
        """Return the token itself."""
        return self._text

    @property
    def claims(self) -> TokenClaims | None:
        """What the token says of itself, unverified; `None` where it is no JWT."""
        try:
            return TokenClaims.from_token(self._text)
        except ConfigurationError:
            return None

    def refuse_in(self, argument: str, name: str) -> None:
        """Raise `RefusedArgumentError` where an argument holds the token."""
        if len(self._text) >= 8 and self._text in argument:  # a made-up "x" is part of many words
            raise RefusedArgumentError(f"{name} contains your token. {_EXPOSED}")


def token_in_use(token_file: str | None) -> Token:
    """Return the token: of the file, else of `DEVREV_TOKEN`, else typed where there is a terminal.

    :param token_file: a path, or "-" for standard input.
    :raises ConfigurationError: there is none, or it cannot be one; the text repeats neither it nor a path.
    """
    if token_file is not None:
        return Token(_content(token_file), "the file of --token-file")
    if "DEVREV_TOKEN" in os.environ:
        return Token(os.environ["DEVREV_TOKEN"], "the environment variable DEVREV_TOKEN")
    if stdin_is_terminal():
        return Token(_typed(), "the token you typed")
    raise ConfigurationError(
        "no token: set DEVREV_TOKEN, or use --token-file PATH; --token-file - reads standard input"
    )


def stdin_is_terminal() -> bool:
    """Whether somebody can answer."""
    # None where it was closed before the start.
    return sys.stdin is not None and sys.stdin.isatty()


def _content(path: str) -> str:
    if path == "-" and stdin_is_terminal():
        raise ConfigurationError(
            "--token-file - would show the token as you type it; leave the option out for a prompt that hides it"
        )
    reason = None
    content = b""
    try:
        if path != "-":
            with open(path, "rb") as file:  # noqa: PTH123  # a Path would drop a trailing slash
                content = file.read(_LONGEST + 1)
        elif sys.stdin is not None:
            content = sys.stdin.buffer.read(_LONGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "not a path")
    if reason is not None:
        # The path is not repeated, nor kept as the error's context: somebody may have put the token in its place.
        raise ConfigurationError(f"cannot read the file of --token-file: {reason}")
    # What is no UTF-8 becomes characters that no token has.
    return content.decode("utf-8-sig", errors="surrogateescape")


def _typed() -> str:
    try:
        with warnings.catch_warnings():
            # What getpass warns of is that it is about to show what is typed.
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass("DevRev token (not shown): ", stream=sys.stderr if os.name == "nt" else None)
    except (EOFError, OSError, getpass.GetPassWarning):
        raise ConfigurationError("no token was typed, or the prompt could not hide it; set DEVREV_TOKEN") from None


def looks_like_token(text: str) -> bool:
    """Whether a text may be a token: it begins like one, or is long and has no colon, as ids and URNs have."""
    text = text.strip()
    return re.match(r"bearer\b|eyj[\w-]*\.", text, re.IGNORECASE) is not None or (len(text) >= 24 and ":" not in text)


def check_token_id(text: str) -> None:
    """Raise `RefusedArgumentError` for what cannot be the id of a token."""
    if looks_like_token(text):
        raise RefusedArgumentError(
            f"TOKEN_ID looks like a token, not like its id. {_EXPOSED} `devrev-auth inspect` shows the id of a token."
        )
    if not text.strip() or not text.isprintable():
        raise RefusedArgumentError("TOKEN_ID must be an id, such as don:identity:dvrv-us-1:devo/1:token/1.")


def checked_token_type(text: str) -> TokenType:
    """Return the type that a member's name or a URN stands for; raises `RefusedArgumentError`."""
    text = text.strip()
    name = re.sub("[-:.]", "_", text.upper()).removeprefix("TOKENTYPE_")
    if name in TokenType.__members__:
        return TokenType[name]
    if looks_like_token(text.rpartition(":")[2]):
        raise RefusedArgumentError(f"TYPE looks like a token. {_EXPOSED}")
    if re.fullmatch(r"urn:[\x21-\x7e]+", text):
        return TokenType(text)
    near = difflib.get_close_matches(name, TokenType.__members__, n=3)
    suggested = f" Did you mean {', '.join(option_name(TokenType[name]) for name in near)}?" if near else ""
    raise RefusedArgumentError(
        f"TYPE is not one of the {len(TokenType)} token types.{suggested} `devrev-auth types` lists them."
    )


def option_name(token_type: TokenType) -> str:
    """Return how a type is typed on the command line: "pat-act-as"; a URN that the enum does not know is itself."""
    return token_type.name.lower().replace("_", "-") if token_type.is_known else str(token_type)


def type_table() -> list[dict[str, str]]:
    """Return the token types: the name that is typed, the URN, and what it is for, as far as that is known."""
    return [
        {"name": option_name(member), "urn": str(member), "meaning": _MEANINGS.get(member, "Not described by DevRev.")}
        for member in TokenType
    ]


def complete_token_type(incomplete: str) -> list[tuple[str, str]]:
    """Return the types that a half-typed one may become, each with what it is for: for the shell's completion."""
    # A shell replaces what was typed, so the names come in the case and with the dashes that it began with.
    return [
        (incomplete + row["name"][len(incomplete) :], row["meaning"])
        for row in type_table()
        if row["name"].startswith(re.sub("[_:]", "-", incomplete.lower()))
    ]
