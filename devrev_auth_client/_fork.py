"""What a forked child must not inherit: connections, callers that wait, and locks that no thread of it will free."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Forkable(Protocol):
    """State that starts over in a forked child."""

    def after_fork(self) -> None:
        """Start over. No other thread runs yet."""
        ...


_known: weakref.WeakSet[Forkable] = weakref.WeakSet()


def watch(state: Forkable) -> None:
    """Have `state.after_fork()` called in every child that this process forks, for as long as `state` lives."""
    _known.add(state)


def _start_over() -> None:
    for state in list(_known):
        state.after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_start_over)
