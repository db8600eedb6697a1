"""The four commands of `devrev-auth`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.prompt import Confirm
from rich.text import Text

from .._version import __version__
from ..errors import ConfigurationError, DevRevAuthError
from ..token_claims import TokenClaims, claims_of
from . import cards, words
from .arguments import (
    EXPOSED,
    RefusedArgument,
    checked_seconds,
    checked_token_id,
    checked_token_type,
    complete_token_type,
)
from .calling import Calling, Options
from .command_line import CommandLine
from .endings import EXIT_STATUSES, Ending
from .screen import Screen
from .token_in_hand import stdin_is_terminal, token_in_hand

# DevRev's window of rate limits is five minutes: who looks on can sit it out, or stop it.
_TOTAL_TIMEOUT = 330.0
_TIMEOUT = 30.0

_TokenId = Annotated[str, typer.Argument(metavar="TOKEN_ID", help="The id of a token, never the token itself.")]
_TypeName = Annotated[
    str,
    typer.Argument(
        metavar="TYPE",
        help="A token type, such as pat or session, or its URN.",
        autocompletion=complete_token_type,
    ),
]
_Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]
_TokenFile = Annotated[
    str | None,
    typer.Option(
        metavar="PATH", help="A file that holds the token; - is standard input. Without it: DEVREV_TOKEN, or a prompt."
    ),
]
_BaseUrl = Annotated[str | None, typer.Option(metavar="URL", help="In place of DEVREV_BASE_URL or DevRev's own.")]
_Timeout = Annotated[float, typer.Option(parser=checked_seconds, metavar="SECONDS", help="For one attempt.")]
_TotalTimeout = Annotated[
    float, typer.Option(parser=checked_seconds, metavar="SECONDS", help="For the whole call, every wait included.")
]
_Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Tell of each attempt and of the quota.")]

app = typer.Typer(
    name="devrev-auth",
    cls=CommandLine,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        _show(Screen(), [__version__])
        raise typer.Exit


@app.callback(epilog=EXIT_STATUSES)
def devrev_auth(
    version: Annotated[  # its callback does it
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Look at DevRev auth tokens and revoke your own."""


@app.command(epilog=EXIT_STATUSES)
def inspect(
    fetch: Annotated[bool, typer.Option("--fetch", help="Also ask DevRev, with this token, about this token.")] = False,
    as_json: _Json = False,
    token_file: _TokenFile = None,
    base_url: _BaseUrl = None,
    timeout: _Timeout = _TIMEOUT,
    total_timeout: _TotalTimeout = _TOTAL_TIMEOUT,
    verbose: _Verbose = False,
) -> None:
    """Show what the token in hand says of itself, unverified. Nothing is sent without --fetch."""
    screen = Screen()
    calling = Calling(screen, Options(base_url, timeout, total_timeout, verbose))
    with calling.told():
        secret = token_in_hand(token_file)
        claims = claims_of(secret)
        if isinstance(claims, ConfigurationError):
            raise claims
        result: dict[str, object] = {"unverified_claims": claims.claims}
        lines = cards.claims_card(claims)

        def shown() -> list[str] | list[Text]:
            return [cards.json_text(result)] if as_json else lines

        known_offline = shown()
        if fetch:
            try:
                with calling.client(secret) as client:
                    token = client.get_own_auth_token()
            except DevRevAuthError:
                screen.show(*known_offline)
                raise
            result["token"] = token.to_dict()
            lines += [Text("VERIFIED: this is what DevRev says of it.", "bold"), *cards.token_card(token)]
        _show(screen, shown())


@app.command(epilog=EXIT_STATUSES)
def get(
    token_id: _TokenId,
    as_json: _Json = False,
    token_file: _TokenFile = None,
    base_url: _BaseUrl = None,
    timeout: _Timeout = _TIMEOUT,
    total_timeout: _TotalTimeout = _TOTAL_TIMEOUT,
    verbose: _Verbose = False,
) -> None:
    """Show what DevRev knows of a token of your Dev organization: status, expiry, owner."""
    checked_token_id(token_id)
    screen = Screen()
    calling = Calling(screen, Options(base_url, timeout, total_timeout, verbose))
    with calling.told():
        secret = token_in_hand(token_file)
        if secret.scrub_text(token_id) != token_id:
            raise RefusedArgument(f"TOKEN_ID holds the token in use itself, {EXPOSED} Give its id. Nothing was sent.")
        with calling.client(secret) as client:
            token = client.get_auth_token(token_id)
        _show(screen, [cards.json_text(token.to_dict())] if as_json else cards.token_card(token))


@app.command(epilog=EXIT_STATUSES)
def revoke(
    type_name: _TypeName,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    token_file: _TokenFile = None,
    base_url: _BaseUrl = None,
    timeout: _Timeout = _TIMEOUT,
    total_timeout: _TotalTimeout = _TOTAL_TIMEOUT,
    verbose: _Verbose = False,
) -> None:
    """Revoke all tokens of one type that you created: the owner of the token in use. It cannot be undone."""
    token_type = checked_token_type(type_name)
    name = words.option_name(token_type)
    screen = Screen()
    calling = Calling(screen, Options(base_url, timeout, total_timeout, verbose))
    with calling.told(revocation=True):
        secret = token_in_hand(token_file)
        if secret.scrub_text(token_type) != token_type:
            raise RefusedArgument(f"TYPE holds the token in use itself, {EXPOSED} Give a type. Nothing was sent.")
        with calling.client(secret) as client:
            screen.say(f"This revokes all tokens of type {name} that you created, for good.")
            if not token_type.is_known:
                screen.say("No type that this version knows has this URN.", "yellow")
            claims = claims_of(secret)
            if isinstance(claims, TokenClaims) and claims.token_type == token_type:
                screen.say("By what it says of itself, the token in use is one of them.", "yellow")
            if not yes:
                _ask(screen)
            calling.under_way = True
            client.revoke_own_auth_tokens(token_type)
    screen.show(Text(f"Revoked: all tokens of type {name} that you created.", "green"))


@app.command()
def types() -> None:
    """List the token types, and what is known of each."""
    _show(Screen(), list(cards.type_lines()))


class _Consent(Confirm):
    """Takes any answer but yes for no, and so asks once."""

    def process_response(self, value: str) -> bool:
        return value.strip().lower() in {"y", "yes"}


def _ask(screen: Screen) -> None:
    if not stdin_is_terminal():
        raise ConfigurationError("nobody can be asked, because standard input is no terminal; add --yes to revoke")
    try:
        # typer.confirm would write a part of its question to standard output.
        agreed = _Consent.ask("Revoke them?", console=screen.messages, default=False)
    except EOFError:
        agreed = False
    if not agreed:
        raise typer.Abort


def _show(screen: Screen, lines: list[str] | list[Text]) -> None:
    if not screen.show(*lines):
        raise typer.Exit(Ending.NO_ANSWER)
