"""Every kind of fault that the server has, by name: what a read of a token must survive, and what it then says."""

from dataclasses import dataclass

from devrev_auth_client import DevRevAuthError, TransportError, errors
from tests.faults.actions import (
    CHUNKED,
    DRIPPING_BODY,
    DRIPPING_HEADERS,
    ENDLESS_HEADERS,
    Action,
    Close,
    Hang,
    Raw,
    Reset,
    Respond,
    When,
    after_interim,
    chunk,
    half_headers,
    half_response,
    head,
    html_page,
    too_large,
)
from tests.faults.backends import TOKEN_JSON, TOKEN_RESPONSE
from tests.faults.connection import End
from tests.faults.server import ScriptSource

ERROR = {"type": "?", "message": "no"}


@dataclass(frozen=True)
class Fault:
    """One fault and what `get_auth_token` makes of it."""

    action: Action
    error: type[DevRevAuthError] | None
    """What is raised where it is met every time; None where it is no failure at all."""
    repeated: bool = False
    """Whether the call goes on after it."""


def again(action: Action, error: type[DevRevAuthError] = TransportError) -> Fault:
    """A fault after which the call is repeated."""
    return Fault(action, error, repeated=True)


HARMLESS = {
    "response byte by byte": Fault(Respond(200, json={"token": {"id": "x"}}, byte_interval=0.0001), None),
    "response after 100 and 103": Fault(after_interim(TOKEN_RESPONSE, 100, 103), None),
    "response after sixteen 100s": Fault(after_interim(TOKEN_RESPONSE, *[100] * 16), None),
    "response and Connection: close": Fault(Respond(200, json=TOKEN_JSON, close=True), None),
    "response and FIN": Fault(Raw(TOKEN_RESPONSE.encode()), None),
    "response ended by FIN": Fault(Raw(b'HTTP/1.1 200 OK\r\n\r\n{"token": {"id": "x"}}'), None),
    "response of HTTP/1.0": Fault(Raw(b'HTTP/1.0 200 OK\r\n\r\n{"token": {"id": "x"}}'), None),
}

BROKEN_OFF = {
    f"{kind.__name__.lower()} {when.name.lower().replace('_', ' ')}": again(kind(when=when))
    for kind in (Reset, Close)
    for when in (When.ON_CONNECT, When.BEFORE_READING, When.AFTER_HEADERS, When.AFTER_REQUEST)
} | {
    "half the headers": again(half_headers()),
    "half the headers, reset": again(half_headers(end=End.RESET)),
    "half a response": again(half_response()),
    "half a response, reset": again(half_response(end=End.RESET)),
    "response after seventeen 100s": again(after_interim(TOKEN_RESPONSE, *[100] * 17)),
    "a million one-byte chunks": again(Raw(head(200, CHUNKED) + chunk(b"x") * 1_000_000 + chunk(b""), End.KEEP)),
    "half a response in chunks": again(half_response(chunked=True)),
    "half a response in chunks, reset": again(half_response(chunked=True, end=End.RESET)),
    "half of a 404": again(half_response(404)),
    "chunked garbage": again(Raw(head(200, CHUNKED) + chunk(b'{"token"') + b"not a size\r\n", End.KEEP)),
}

SILENT = {
    "hang on connect": again(Hang(when=When.ON_CONNECT)),
    "hang before reading": again(Hang(when=When.BEFORE_READING)),
    "hang after the headers": again(Hang(when=When.AFTER_HEADERS)),
    "hang after the request": again(Hang()),
    "half the headers, then silence": again(half_headers(end=End.HANG)),
    "half a response, then silence": again(half_response(end=End.HANG)),
    "half a response in chunks, then silence": again(half_response(chunked=True, end=End.HANG)),
    "100 and then silence": again(Raw(head(100), End.HANG)),
    "dripping headers": again(DRIPPING_HEADERS),
    "dripping body": again(DRIPPING_BODY),
    "response too slow": again(Respond(200, json=TOKEN_JSON, byte_interval=0.01)),
    "response too late": again(Respond(200, json=TOKEN_JSON, delay=30)),
}

NO_HTTP = {
    "garbage": again(Raw(b"\x00\xff junk \r\n\r\n")),
    "another protocol": again(Raw(b"SSH-2.0-OpenSSH_9.6\r\n")),
    "a TLS alert": again(Raw(b"\x15\x03\x01\x00\x02\x02\x28")),
    "endless headers": again(ENDLESS_HEADERS),
    "status of a thousand": again(Raw(b"HTTP/1.1 1000 Much\r\n\r\n")),
    "101": again(Raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n")),
    "length of words": again(Raw(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")),
    "two lengths": again(Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx")),
    "header without a colon": again(Raw(b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n")),
    "unknown transfer coding": again(Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: rot13\r\n\r\n")),
}

UNREADABLE = {
    name: Fault(action, errors.InvalidResponseError)
    for name, action in {
        "redirect": Respond(307, {"Location": "https://elsewhere.invalid/"}),
        "redirect to itself": Respond(302, {"Location": "/auth-tokens.get"}),
        "304": Respond(304),
        "200 of the future": Raw(b"HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n"),
        "204": Respond(204),
        "200 without a body": Respond(200),
        "200 without a token": Respond(200, json={}),
        "200 in an unknown encoding": Respond(200, {"Content-Encoding": "br"}, b"\x8b\x00\x80{}\x03"),
        "200 too large": too_large(),
        "200 too large in chunks": too_large(chunked=True),
        "200 too large, compressed": too_large(compressed=True),
    }.items()
}

REFUSALS = {
    "401": Fault(Respond(401, json=ERROR), errors.UnauthenticatedError),
    "403 as a page": Fault(html_page(403), errors.ForbiddenError),
    "404": Fault(Respond(404, json=ERROR), errors.NotFoundError),
    "999": Fault(Respond(999), errors.UnexpectedStatusError),
    "503 for an hour": Fault(Respond(503, {"Retry-After": "3600"}), errors.ServiceUnavailableError),
}

TRANSIENT = {
    "408": again(Respond(408, close=True), errors.UnexpectedStatusError),
    "429 without a time": again(Respond(429, json=ERROR), errors.TooManyRequestsError),
    "429 with a zero": again(Respond(429, {"Retry-After": "0"}), errors.TooManyRequestsError),
    "500": again(Respond(500, json=ERROR), errors.InternalServerError),
    "500 too large": again(too_large(status=500), errors.InternalServerError),
    "502 as a page": again(html_page(502), errors.UnexpectedStatusError),
    "503": again(Respond(503), errors.ServiceUnavailableError),
}

FAULTS = HARMLESS | BROKEN_OFF | SILENT | NO_HTTP | UNREADABLE | REFUSALS | TRANSIENT

ENDLESS: dict[str, tuple[ScriptSource, bool]] = {
    "ClientHello never read": (Hang(when=When.ON_CONNECT), True),
    "ClientHello never answered": (Hang(when=When.IN_HANDSHAKE), True),
    "no response": (Hang(), False),
    "no response, TLS": (Hang(), True),
    "request never read": (Hang(when=When.BEFORE_READING), False),
    "half a body": (half_response(end=End.HANG), False),
    "dripping headers": (DRIPPING_HEADERS, False),
    "dripping body": (DRIPPING_BODY, False),
    "dripping body, TLS": (DRIPPING_BODY, True),
}
"""States in which a call goes on until it is cut, and whether the server speaks TLS."""
