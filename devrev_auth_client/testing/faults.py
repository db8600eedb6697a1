"""The faults of `FakeDevRev`: what happens to one request. `core` decides when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from http.client import responses
from json import dumps, loads
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack, cast

import httpx

from .answers import Answer, AnswerOptions, LostConnection, Reply, make_answer, with_length

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_USUAL_RETRY_AFTER = 30  # the example of DevRev's documentation

# None of them is what a confirmed revocation looks like (nothing, white space or {}), nor a token's metadata.
_WRONG_BODIES = (
    b'{"token": {"id":',
    b'{"token": {"id": "don:\xff"}}',
    b"null",
    b"[]",
    b'"active"',
    b'{"token": []}',
    b'{"token": {"status": "active"}}',
    b'{"token": {"id": "don:identity:dvrv-us-1:devo/1:token/1", "created_date": "yesterday"}}',
)
_NEW_FIELD = {"later_addition": {"since": "2030-01-01", "values": [1, None]}}


class Occasion(NamedTuple):
    """What a fault may depend on: the chance of this request, and the seconds that the fault will still last."""

    random: Random
    seconds_left: float = math.inf


@dataclass(frozen=True)
class Play:
    """What happens to one request: `outcome` makes it of the API's answer, which is empty unless `processed`."""

    name: str
    outcome: Callable[[Answer], Reply | LostConnection]
    processed: bool = False
    never_sent: bool = False


class Fault:
    """What goes wrong with a request, for `FakeDevRev.play_next` and `FakeDevRev.inject`.

    Make one with a class method. A fault has no state: you can use one any number of times, with several fakes. With
    `after_processing=True` the request is processed first. Otherwise it has no effect.
    """

    name: str
    """A short description, as the journal shows it."""

    def __init__(self, name: str, _choose: Callable[[Occasion], Play]) -> None:
        self.name = name
        self._choose = _choose

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.name}>"

    def __call__(self, occasion: Occasion) -> Play:
        """Give what happens to one request; for the fake itself."""
        return self._choose(occasion)

    @classmethod
    def answer(cls, status: int = 200, **options: Unpack[AnswerOptions]) -> Fault:
        """Send this response.

        If you give no body, an error status gets the API's usual body, and any other status gets none. The only headers
        that are added are Content-Type, Content-Length and Retry-After. The options, all by name:

        - `json`, `html` (a string) or `content` (bytes): the body;
        - `details`: fields of an error's body, added to the usual ones or replacing them, such as
          `{"type": "dev_org_deactivated"}` for a 401 or `{"object_ids": ["..."]}` for a 403;
        - `headers`: added to the response, or replacing those of the same name;
        - `retry_after`: the header, in seconds or as a date string; a 429 with whole seconds has it in the body too;
        - `after_processing`: process the request first. Otherwise it has no effect, and its token is not checked.

        :param status: the HTTP status.
        :param options: as listed.
        :raises ValueError: two bodies are given, or `details` without an error.
        """
        return cls._answering(
            f"answer {status}", make_answer(status, **options), options.get("after_processing", False)
        )

    @classmethod
    def too_many_requests(cls, retry_after: float | str | None = None) -> Fault:
        """Respond with 429.

        :param retry_after: seconds, or a date as a string.
            Left out, it is the time until the fault ends (see `lasting` of `FakeDevRev.inject`), rounded up to whole
            seconds, or 30 if the fault does not end.
        """

        def choose(occasion: Occasion) -> Play:
            left = occasion.seconds_left
            rest = max(1, math.ceil(left)) if left < math.inf else _USUAL_RETRY_AFTER
            refusal = make_answer(429, retry_after=rest if retry_after is None else retry_after)
            return Play("answer 429", lambda _: Reply(refusal))

        return cls("answer 429", choose)

    @classmethod
    def proxy_page(cls, status: int = 502, *, after_processing: bool = False) -> Fault:
        """Respond with the HTML page of a proxy in front of the API.

        :param status: 502, 503 or 504 for a gateway; 200 for the login page of a network.
        :param after_processing: process the request first.
        """
        said = f"{status} {responses.get(status, 'Unknown')}"
        page = f"<html><head><title>{said}</title></head>\r\n<body><center><h1>{said}</h1></center></body></html>\r\n"
        return cls._answering(f"proxy page {status}", make_answer(status, html=page), after_processing)

    @classmethod
    def lost_connection(
        cls, *, after_processing: bool = False, error: type[httpx.TransportError] | None = None
    ) -> Fault:
        """Close the connection without a response.

        :param after_processing: process the request and lose the response. Otherwise it has no effect.
        :param error: the exception for a client in memory.
            The default is ReadError after processing, else ConnectError, for which the body is not read. Over HTTP the
            connection is closed in any case.
        :raises ValueError: an `error` before sending together with `after_processing`.
        """
        lost = LostConnection(error or (httpx.ReadError if after_processing else httpx.ConnectError))
        if after_processing and lost.never_sent:
            raise ValueError(f"{lost.error.__name__} means that the request was never sent: it cannot be carried out")
        name = f"lost connection ({lost.error.__name__}){_when(after_processing)}"
        return cls._always(Play(name, lambda _: lost, after_processing, lost.never_sent))

    @classmethod
    def reset(cls, *, after_processing: bool = False) -> Fault:
        """Reset the connection after the whole request has arrived: a TCP RST, or `httpx.ReadError` in memory.

        :param after_processing: process the request first.
        """
        lost = LostConnection(httpx.ReadError, is_reset=True)
        return cls._always(Play(f"reset{_when(after_processing)}", lambda _: lost, after_processing))

    @classmethod
    def slow(cls, *, before: float = 0.0, between: float = 0.0, chunk_size: int = 1) -> Fault:
        """Send the API's response, but slowly. The waits are real, because the client's timeouts are real too.

        In memory, a wait that is longer than the request's read timeout raises `httpx.ReadTimeout`.

        :param before: seconds before the first byte of the response.
        :param between: seconds between the chunks of its content.
        :param chunk_size: bytes in each chunk.
        :raises ValueError: a time is negative or not finite, or `chunk_size` is below 1.
        """
        if not (0 <= before < math.inf and 0 <= between < math.inf):
            raise ValueError("before and between must be numbers of seconds, 0 or more")
        if chunk_size < 1:
            raise ValueError("chunk_size must be at least 1")
        return cls._always(Play("slow", lambda api: Reply(api, before, between, chunk_size), processed=True))

    @classmethod
    def truncated(cls, keep: int | None = None) -> Fault:
        """Send the API's response, and lose the connection in the middle of the content.

        A response without content, such as that of a revocation, is lost as a whole.

        :param keep: how many bytes of the content arrive. At least one is missing. Left out, half arrive.
        :raises ValueError: `keep` is negative.
        """
        if keep is not None and keep < 0:
            raise ValueError("keep must be at least 0")

        def outcome(api: Answer) -> Reply | LostConnection:
            size = len(api.content)
            if not size:
                return LostConnection(httpx.RemoteProtocolError)
            return Reply(api, keep=min(size // 2 if keep is None else keep, size - 1))

        return cls._always(Play("truncated", outcome, processed=True))

    @classmethod
    def wrong_json(cls, content: str | bytes | None = None) -> Fault:
        """Process the request and respond 200 with a body that breaks the API's description.

        :param content: the body. Left out, a random one: broken JSON, or JSON of the wrong shape.
        """
        given = content.encode() if isinstance(content, str) else content

        def choose(occasion: Occasion) -> Play:
            wrong = make_answer(200, content=occasion.random.choice(_WRONG_BODIES) if given is None else given)
            return Play("wrong JSON", lambda _: Reply(wrong), processed=True)

        return cls("wrong JSON", choose)

    @classmethod
    def new_values(cls) -> Fault:
        """Respond as a later version of the API may: with new enum values and new fields.

        A response without content stays as it is.
        """
        return cls._always(Play("new values", lambda api: Reply(_newer(api)), processed=True))

    @classmethod
    def any_of(cls, *faults: Fault) -> Fault:
        """Pick one of these at random.

        :param faults: the faults; one that is listed twice is twice as likely.
        :raises ValueError: none is given.
        """
        if not faults:
            raise ValueError("give at least one fault")
        name = " or ".join(fault.name for fault in faults)
        return cls(name, lambda occasion: occasion.random.choice(faults)(occasion))

    @classmethod
    def _answering(cls, name: str, answer: Answer, after_processing: bool) -> Fault:
        return cls._always(Play(f"{name}{_when(after_processing)}", lambda _: Reply(answer), after_processing))

    @classmethod
    def _always(cls, play: Play) -> Fault:
        return cls(play.name, lambda _: play)


def _when(after_processing: bool) -> str:
    return " after processing" if after_processing else ""


def _newer(answer: Answer) -> Answer:
    """Put values and fields into an answer of the API that no description has."""
    if not answer.content:
        return answer
    body = cast("dict[str, Any]", loads(answer.content)) | _NEW_FIELD
    if "type" in body:
        body["type"] = "later_error"
    if "token" in body:
        token: dict[str, Any] = body["token"]
        token |= _NEW_FIELD
        token |= {"status": "dormant", "requested_token_type": "urn:devrev:params:oauth:token-type:later"}
        for user in (token["created_by"], token["modified_by"]):
            user |= _NEW_FIELD | {"type": "later_user", "state": "later_state"}
    fields = [(name, value) for name, value in answer.headers if name != "Content-Length"]
    return with_length(Answer(answer.status, fields, dumps(body).encode()))
