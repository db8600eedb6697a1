"""What becomes of a value that is copied and pickled."""

import copy
import pickle
from typing import TypeVar

ValueT = TypeVar("ValueT")


def copies_of(value: ValueT) -> list[ValueT]:
    """Give a copy, a deep copy, and what each pickle protocol makes of it."""
    protocols = range(pickle.HIGHEST_PROTOCOL + 1)
    pickled = [pickle.loads(pickle.dumps(value, protocol)) for protocol in protocols]  # noqa: S301  # our own pickle
    return [copy.copy(value), copy.deepcopy(value), *pickled]
