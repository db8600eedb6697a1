"""The group of commands: it says what is wrong with a command line without repeating any of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from .arguments import RefusedArgument
from .endings import Ending
from .screen import Screen

# click's UsageError, which typer has a copy of from 0.26 on, without a public name.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]


class CommandLine(TyperGroup):
    """Ends the process with our exit statuses. What click says of a wrong argument would repeat it, token or not."""

    def main(self, *arguments: Any, **options: Any) -> NoReturn:
        """Run one command line and end the process."""
        options["standalone_mode"] = False
        try:
            status = super().main(*arguments, **options)
        except typer.Abort:
            status = Ending.STOPPED
        except _UsageError as error:
            Screen().say(_in_words(error), "red")
            status = Ending.WRONG_USE
        sys.exit(status or 0)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that the first argument names."""
        # What typer raises for a name that is none differs from that for no name in its text alone.
        if not ctx.resilient_parsing and self.get_command(ctx, args[0]) is None:
            raise RefusedArgument(f"There is no command of that name. {_choice(self.commands)}", ctx=ctx)
        return super().resolve_command(ctx, args)


def _in_words(error: Exception) -> str:
    context: Any = getattr(error, "ctx", None)
    lines = [context.get_usage(), f"Try '{context.command_path} --help' for help."] if context else []
    return "\n".join([*lines, f"Error: {_problem(error, context)}"])


def _problem(error: Exception, context: Any) -> str:
    parameter: Any = getattr(error, "param", None)
    if isinstance(error, RefusedArgument):
        return str(error.message) if parameter is None else f"{parameter.opts[0]}: {error.message}"
    if parameter is not None:
        name = parameter.opts[0]
        if not name.startswith("-"):
            name = parameter.metavar or name.upper()
        return f"{name} is missing." if hasattr(error, "param_type") else f"{name} has a value that it cannot have."
    if hasattr(error, "possibilities"):
        known: list[str] = [name for item in context.command.params for name in item.opts] if context else []
        near = sorted(set(known).intersection(getattr(error, "possibilities", None) or ()))
        return "There is no such option." + (f" Did you mean {' or '.join(near)}?" if near else "")
    if hasattr(error, "option_name"):
        return "An option is without its value, or has one that it does not take."
    commands: Any = getattr(getattr(context, "command", None), "commands", None)
    return _choice(commands) if commands else "There are more arguments than this command takes."


def _choice(commands: Iterable[str]) -> str:
    return f"Give one of the commands: {', '.join(commands)}."
