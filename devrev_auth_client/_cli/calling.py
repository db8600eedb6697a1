"""One call of a command: the client that makes it, and what is said of how it ends."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import cast

import attrs
import typer

from .._credentials import Secret
from .._location import BASE_URL_VARIABLE
from .._sync_client import DevRevAuthClient
from ..errors import DevRevAuthError
from ..retry import RetryPolicy
from . import words
from .endings import UNDER_WAY, Ending, ending_of, in_words
from .screen import Screen
from .waits import Waits

_PACKAGE = __name__.rpartition("._cli")[0]


@attrs.frozen
class Options:
    """What the options of a command say of its call. Times are seconds."""

    base_url: str | None
    timeout: float
    total_timeout: float
    verbose: bool

    @property
    def base_url_name(self) -> str:
        """What a shell knows the base URL by: the option or the variable, whichever gave it."""
        if self.base_url is not None:
            return "--base-url"
        return BASE_URL_VARIABLE if os.environ.get(BASE_URL_VARIABLE) else "the base URL"


class Calling:
    """What one command does for its call.

    :ivar under_way: whether a revocation has begun; it stays so, since stopping the command must not call it undone.
    """

    def __init__(self, screen: Screen, options: Options) -> None:
        self._screen = screen
        self._options = options
        self._waits = Waits(screen, is_live=screen.is_live and not options.verbose)
        self.under_way = False

    @contextmanager
    def told(self, *, revocation: bool = False) -> Generator[None]:
        """Say how what is raised inside ends the command, and end it with that exit status."""
        try:
            yield
        except DevRevAuthError as error:
            ending = ending_of(error, revocation=revocation)
            text = in_words(error, revocation=revocation, base_url_name=self._options.base_url_name)
        except (KeyboardInterrupt, typer.Abort):
            if self.under_way and not self._waits.surely_unprocessed:
                ending, text = Ending.UNCONFIRMED, UNDER_WAY
            else:
                ending, text = Ending.STOPPED, "Not revoked: stopped." if revocation else "Stopped."
        else:
            return
        self._screen.say(text, "red")
        raise typer.Exit(ending)

    @contextmanager
    def client(self, secret: Secret) -> Generator[DevRevAuthClient]:
        """Give a client that tells of its waits."""
        options = self._options
        client = DevRevAuthClient(
            cast("str", secret),  # which it takes as it is; a plain string could show up in somebody's traceback
            base_url=options.base_url,
            timeout=options.timeout,
            total_timeout=options.total_timeout,
            retry=RetryPolicy(on_retry=self._waits.tell),
        )
        with client, self._waits, _logged(options.verbose):
            yield client
        quota = client.rate_limit
        if options.verbose and quota is not None and quota.remaining is not None:
            renewed = words.instant(quota.reset_at, datetime.now(UTC)) if quota.reset_at else "at a time not told"
            self._screen.say(f"quota: {quota.remaining} of {quota.limit} left, renewed {renewed}")


@contextmanager
def _logged(verbose: bool) -> Generator[None]:
    """Write what this package logs to standard error; of no other, since httpcore logs headers."""
    if not verbose:
        yield
        return
    logger = logging.getLogger(_PACKAGE)
    handler = logging.StreamHandler(sys.stderr)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
