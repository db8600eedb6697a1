"""The commands of `devrev-auth`, and the messages for a wrong command line."""

from __future__ import annotations

import difflib
import math
import sys
from typing import Annotated, Any, NoReturn

import typer
from rich.text import Text
from typer.core import TyperGroup

from .. import AuthToken, DevRevAuthError, TokenClaims, __version__
from . import show, tokens
from .run import EXIT_CODES, ExitCode, Run, confirm

_EXAMPLES = f"""\
Examples:

\b
  devrev-auth whoami
  devrev-auth inspect --token-file leaked.txt
  devrev-auth revoke pat --token-file leaked.txt
  devrev-auth get don:identity:dvrv-us-1:devo/1:token/1

{EXIT_CODES}"""

# click's UsageError, which typer has a copy of from 0.26 on, without a public name.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]


def _seconds(text: str | float) -> float:
    seconds = float(text)
    if not 0 < seconds < math.inf:
        raise ValueError
    return seconds


_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_TokenFile = Annotated[
    str | None,
    typer.Option(
        metavar="PATH",
        help="Read the token from this file; - for standard input. Default: DEVREV_TOKEN, then a prompt.",
    ),
]
_BaseUrl = Annotated[str | None, typer.Option(metavar="URL", help="Default: DEVREV_BASE_URL, then DevRev's own API.")]
# DevRev's window of rate limits is five minutes: 330 seconds are enough to sit it out, and Ctrl-C stops it.
_Timeout = Annotated[float, typer.Option(parser=_seconds, metavar="SECONDS", help="The limit for one attempt.")]
_TotalTimeout = Annotated[
    float, typer.Option(parser=_seconds, metavar="SECONDS", help="The limit for the whole call, including waits.")
]
_Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print each attempt and the remaining quota.")]


class CommandLine(TyperGroup):
    """Ends the process with our exit codes. What click says of a wrong argument would repeat it, token or not."""

    def main(self, *arguments: Any, **options: Any) -> NoReturn:
        """Run one command line and end the process."""
        show.prepare()
        options["standalone_mode"] = False
        try:
            status = super().main(*arguments, **options)
        except typer.Abort:
            status = ExitCode.STOPPED
        except _UsageError as error:
            context: Any = getattr(error, "ctx", None)
            hint = f"{context.get_usage()}\nTry '{context.command_path} --help' for help.\n" if context else ""
            show.say(f"{hint}Error: {_usage_problem(error)}", "red")
            status = ExitCode.WRONG_USE
        sys.exit(status or 0)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that the first argument names."""
        if not ctx.resilient_parsing and self.get_command(ctx, args[0]) is None:
            near = difflib.get_close_matches(args[0].lower(), self.commands)
            hint = f"Did you mean {near[0]}?" if near else f"The commands are {', '.join(self.commands)}."
            raise tokens.RefusedArgumentError(f"Unknown command. {hint}", ctx=ctx)
        return super().resolve_command(ctx, args)


def _usage_problem(error: Exception) -> str:
    parameter: Any = getattr(error, "param", None)
    if isinstance(error, tokens.RefusedArgumentError):
        return error.message
    if parameter is not None and hasattr(error, "param_type"):
        return f"{parameter.metavar} is missing."
    if parameter is not None:
        return f"{parameter.opts[0]} needs a number of seconds above 0, such as 30 or 0.5."
    if hasattr(error, "possibilities"):
        near = sorted(getattr(error, "possibilities", None) or ())  # of the options that there are
        return "Unknown option." + (f" Did you mean {' or '.join(near)}?" if near else "")
    if hasattr(error, "option_name"):
        return "An option needs a value, or has one that it does not take."
    return "Too many arguments."


app = typer.Typer(
    name="devrev-auth",
    cls=CommandLine,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,  # plain help, whose examples can be copied
    pretty_exceptions_enable=False,  # a plain traceback shows no local variables
)


def _write(*lines: str | Text) -> None:
    if not show.write(*lines):
        raise typer.Exit(ExitCode.NO_ANSWER)


def _write_token(heading: str, token: AuthToken, *, as_json: bool) -> None:
    card = [Text(heading, "bold"), *show.token_card(token)]
    _write(*([show.as_json(token.to_dict())] if as_json else card))


def _show_version(wanted: bool) -> None:
    if wanted:
        _write(__version__)
        raise typer.Exit


@app.callback(invoke_without_command=True, epilog=_EXAMPLES)
def devrev_auth(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  # its callback does it
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Read DevRev auth tokens and revoke your own."""
    if context.invoked_subcommand is None:
        _write(context.get_help())


@app.command(epilog=EXIT_CODES)
def whoami(
    as_json: _Json = False,
    token_file: _TokenFile = None,
    base_url: _BaseUrl = None,
    timeout: _Timeout = 30.0,
    total_timeout: _TotalTimeout = 330.0,
    verbose: _Verbose = False,
) -> None:
    """Check your token with DevRev: status, expiry, owner."""
    run = Run(base_url, timeout, total_timeout, verbose)
    with run.verdict():
        found = run.own_token(tokens.token_in_use(token_file))
        _write_token(f"{run.host} accepts this token:", found, as_json=as_json)


@app.command(epilog=EXIT_CODES)
def inspect(
    fetch: Annotated[bool, typer.Option("--fetch", help="Also check it with DevRev, as whoami does.")] = False,
    as_json: _Json = False,
    token_file: _TokenFile = None,
    base_url: _BaseUrl = None,
    timeout: _Timeout = 30.0,
    total_timeout: _TotalTimeout = 330.0,
    verbose: _Verbose = False,
) -> None:
    """Show the claims inside your token. Nothing is sent unless you add --fetch."""
    run = Run(base_url, timeout, total_timeout, verbose)
    with run.verdict():
        token = tokens.token_in_use(token_file)
        claims = TokenClaims.from_token(token.reveal())
        lines = [show.as_json({"unverified_claims": claims.claims})] if as_json else show.claims_card(claims)
        if fetch:
            try:
                found = run.own_token(token)
            except DevRevAuthError:
                show.write(*lines)
                raise
            heading = Text(f"VERIFIED: {run.host} accepts this token.", "bold")
            both = {"unverified_claims": claims.claims, "token": found.to_dict()}
            lines = [show.as_json(both)] if as_json else [*lines, heading, *show.token_card(found)]
        _write(*lines)


@app.command(epilog=EXIT_CODES)
def get(
    token_id: Annotated[str, typer.Argument(metavar="TOKEN_ID", help="The id of a token, not the token itself.")],
    as_json: _Json = False,
    token_file: _TokenFile = None,
    base_url: _BaseUrl = None,
    timeout: _Timeout = 30.0,
    total_timeout: _TotalTimeout = 330.0,
    verbose: _Verbose = False,
) -> None:
    """Show any token of your Dev organization: status, expiry, owner."""
    tokens.check_token_id(token_id)
    run = Run(base_url, timeout, total_timeout, verbose)
    with run.verdict():
        token = tokens.token_in_use(token_file)
        token.refuse_in(token_id, "TOKEN_ID")
        with run.client(token) as client:
            found = client.get_auth_token(token_id)
        _write_token(f"{run.host} says:", found, as_json=as_json)


@app.command(epilog=EXIT_CODES)
def revoke(
    type_name: Annotated[
        str,
        typer.Argument(
            metavar="TYPE",
            help="A token type, such as pat or session, or its URN.",
            autocompletion=tokens.complete_token_type,
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    as_json: _Json = False,
    token_file: _TokenFile = None,
    base_url: _BaseUrl = None,
    timeout: _Timeout = 30.0,
    total_timeout: _TotalTimeout = 330.0,
    verbose: _Verbose = False,
) -> None:
    """Revoke all tokens of one type that you created. This cannot be undone."""
    token_type = tokens.checked_token_type(type_name)
    run = Run(base_url, timeout, total_timeout, verbose, revoking=token_type, as_json=as_json)
    with run.verdict():
        token = tokens.token_in_use(token_file)
        token.refuse_in(token_type, "TYPE")
        what = f"all tokens of type {tokens.option_name(token_type)} that you created"
        with run.client(token) as client:
            show.say(f"This revokes {what}. It cannot be undone.\n{run.target}")
            if not token_type.is_known:
                show.say("This version does not know this URN. Check the spelling.", "yellow")
            if token.claims is not None and token.claims.token_type == token_type:
                show.say("The token you are using is one of them, according to its claims.", "yellow")
            if not yes:
                confirm()
            run.under_way = True
            client.revoke_own_auth_tokens(token_type)
    if as_json:
        run.show_revocation("revoked")
    else:
        show.write(Text(f"Revoked: {what}.", "green"), Text(show.plain(run.target)))


@app.command()
def types(as_json: _Json = False) -> None:
    """List the token types and what each is for."""
    _write(*([show.as_json(tokens.type_table())] if as_json else show.type_lines()))
