"""All that can be seen of an error, and that a token is not in it."""

import copy
import pickle
import traceback


def shown(error: BaseException) -> str:
    """Write down all that can be seen of an error, local variables of the package's frames included."""
    parts = [repr(error), str(error), repr(error.args), repr(vars(error)), repr(getattr(error, "__notes__", ()))]
    seen = traceback.TracebackException.from_exception(error, capture_locals=True)
    for frame in seen.stack:
        if "/devrev_auth_client/" in frame.filename:
            parts += [f"{frame.name} {name}={value}" for name, value in (frame.locals or {}).items()]
    return "\n".join([*parts, "".join(traceback.format_exception(error))])


def assert_hides(error: BaseException, secret: str) -> None:
    """Look through an error, its pickle and its copy."""
    assert secret not in shown(error)
    assert secret.encode() not in pickle.dumps(error)
    assert secret not in repr(copy.deepcopy(error))
    assert (error.__cause__, error.__context__) == (None, None)
