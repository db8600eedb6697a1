"""Names for parameters of tests."""

import re


def short(value: object) -> str:
    """Name a parameter by its repr: short, and the same in every process, as pytest-xdist asks."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))[:40]
