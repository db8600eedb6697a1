"""What is told while a call waits: a countdown on a terminal, else a line for each wait."""

from __future__ import annotations

import math
import time
from types import TracebackType
from typing import Self

from rich.live import Live
from rich.text import Text

from ..errors import Attempt
from .screen import Screen, plain

_MOMENT = 1.0
"""Seconds."""

_UNPROCESSED = {429, 503}  # what DevRev answers without doing what it was asked


class Waits:
    """Tells of the waits of one call; `tell` is the retry policy's `on_retry`.

    :param is_live: whether a countdown may be shown, in place of lines.
    """

    def __init__(self, screen: Screen, *, is_live: bool) -> None:
        self._screen = screen
        self._is_live = is_live
        self._live: Live | None = None
        self._reason = ""
        self._until = -math.inf
        self._only_refused = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    @property
    def surely_unprocessed(self) -> bool:
        """Whether nothing can have happened yet: all that was sent was refused, and the next is not sent yet."""
        # The client began to count a moment before it told.
        return self._only_refused and time.monotonic() < self._until - _MOMENT

    def tell(self, met: Attempt, seconds: float) -> None:
        """Say what an attempt met and that the next follows in so many seconds."""
        self._reason = f"DevRev answered {met.status_code}" if met.status_code else plain(met.failure)
        self._until = time.monotonic() + seconds
        self._only_refused = self._only_refused and met.status_code in _UNPROCESSED
        if not self._is_live:
            when = f" in {seconds:.1f} s" if round(seconds, 1) else ""
            self._screen.say(f"{self._reason}; trying again{when}.")
        elif self._live is None:
            self._live = Live(
                get_renderable=self._countdown,
                console=self._screen.messages,
                refresh_per_second=4,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()

    def _countdown(self) -> Text:
        left = math.ceil(self._until - time.monotonic())
        if left <= 0:
            return Text(f"{self._reason}; trying again ...")
        return Text(f"{self._reason}; trying again in {left // 60}:{left % 60:02} (Ctrl-C stops)")
