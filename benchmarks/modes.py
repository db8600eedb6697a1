"""The modes: how many tasks call at once, how often, cold or warm, and at which port."""

from __future__ import annotations

from dataclasses import dataclass

TIME_LIMIT = 40.0
"""Seconds for one round. What has no answer by then is counted as unanswered, and the cost is that of the rest."""


@dataclass(frozen=True, kw_only=True)
class Mode:
    """One way of calling."""

    name: str
    tasks: int
    """How many tasks call at once."""
    each: int = 1
    """How many calls each task makes in a burst, one after the other."""
    bursts: int = 1
    """How many bursts a round has."""
    rounds: int
    """How many rounds each rival has."""
    port: str = "plain"
    cold: bool = False
    """Whether each round has a client of its own, without a connection."""
    sync: bool = False

    @property
    def calls(self) -> int:
        """How many calls a round has."""
        return self.tasks * self.each * self.bursts


FULL = (
    Mode(name="serial", tasks=1, each=300, rounds=21),
    Mode(name="serial sync", tasks=1, each=300, rounds=21, sync=True),
    Mode(name="10 tasks", tasks=10, each=20, rounds=9),
    Mode(name="100 tasks", tasks=100, each=5, rounds=7),
    Mode(name="1,000 tasks", tasks=1_000, rounds=3),
    Mode(name="10,000 tasks", tasks=10_000, rounds=3),
    Mode(name="cold burst of 1,000", tasks=1_000, rounds=2, port="plain delayed", cold=True),
    Mode(name="cold burst of 10,000", tasks=10_000, rounds=1, port="plain delayed", cold=True),
    Mode(name="cold burst of 1,000, TLS", tasks=1_000, rounds=1, port="tls delayed", cold=True),
    Mode(name="cold burst of 10,000, TLS", tasks=10_000, rounds=1, port="tls delayed", cold=True),
)

QUICK = (
    Mode(name="serial", tasks=1, each=200, rounds=7),
    Mode(name="serial sync", tasks=1, each=200, rounds=7, sync=True),
    Mode(name="10 tasks", tasks=10, each=20, rounds=3),
    Mode(name="100 tasks", tasks=100, each=3, rounds=3),
    Mode(name="1,000 tasks", tasks=1_000, rounds=3),
    Mode(name="cold burst of 1,000", tasks=1_000, rounds=1, port="plain delayed", cold=True),
    Mode(name="cold burst of 1,000, TLS", tasks=1_000, rounds=1, port="tls delayed", cold=True),
)

TINY = (
    Mode(name="serial", tasks=1, each=3, rounds=2),
    Mode(name="serial sync", tasks=1, each=3, rounds=2, sync=True),
    Mode(name="cold burst of 20, TLS", tasks=20, rounds=1, port="tls delayed", cold=True),
)
"""For the test that this still runs."""
