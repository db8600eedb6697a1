"""Why an attempt got no response: what went wrong on the way, as a value that holds no secret."""

from __future__ import annotations

import ssl
from enum import Enum, auto

import attrs

from ._credentials import Secret


class FailureKind(Enum):
    """Why no response arrived."""

    UNREACHABLE = auto()
    """No connection came about: nothing was sent."""
    REFUSED = auto()
    """TLS or the protocol was refused; trying again would change nothing."""
    TIMED_OUT = auto()
    """One attempt's `timeout` ran out."""
    LOST = auto()
    """The connection broke."""
    OUT_OF_TIME = auto()
    """`total_timeout` ran out."""


@attrs.define
class Failure:
    """An attempt that got no response."""

    kind: FailureKind
    text: str
    """What happened, without any secret."""
    sent: bool = False
    """Whether the request's body had begun to be sent: the server may have acted on it."""
    waited: float = 0.0
    """Seconds the attempt waited before it was sent or given up."""


_UNREACHABLE = {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError"}
_TIMED_OUT = {"TimeoutException", "TimeoutError"}
_LOST = {"NetworkError", "RemoteProtocolError", "OSError", "BrokenResourceError", "ClosedResourceError", "EndOfStream"}


def failure_of(error: Exception, token: Secret) -> Failure:
    """Return what a transport's exception amounts to; nothing of the exception is kept but its text."""
    said = " ".join(token.scrub_text(str(error)).split())[:200]
    name = type(error).__name__
    names = {one.__name__ for one in type(error).__mro__}  # httpx's and httpcore's are called the same
    if _is_tls_refusal(error, is_connecting=bool(names & _UNREACHABLE)):
        return Failure(FailureKind.REFUSED, f"TLS was refused ({said})")
    if names & _UNREACHABLE:
        return Failure(FailureKind.UNREACHABLE, f"could not connect ({said or name})")
    if names & _TIMED_OUT:
        return Failure(FailureKind.TIMED_OUT, f"timed out ({name})")
    if names & _LOST:
        return Failure(FailureKind.LOST, f"the connection was lost ({said or name})")
    # Anything else is a fault on this side, such as a header that cannot be sent: its text may quote what was sent.
    return Failure(FailureKind.REFUSED, f"the request could not be sent ({name})")


def _is_tls_refusal(error: BaseException, *, is_connecting: bool) -> bool:
    """Whether the peer or its certificate was refused, by us or by the peer.

    A connection that was cut during the handshake is something else, and so is a record that arrives broken after it.
    Under TLS 1.3 a refused client certificate is reported after the handshake, by an alert.
    """
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    # Want: the handshake waited for the peer when the connection broke.
    want = ssl.SSLWantReadError | ssl.SSLWantWriteError
    cut = ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError | want
    if cause is None or isinstance(cause, cut):
        return False
    text = str(cause).upper()
    return is_connecting or ("ALERT" in text and "RECORD" not in text and "DECRYPT" not in text)
