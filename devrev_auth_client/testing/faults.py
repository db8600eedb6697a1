"""The ways in which `FakeDevRev` can misbehave: what happens to one request. When it happens is said in `core`."""

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
    """One way to misbehave, for `FakeDevRev.play_next` and `FakeDevRev.inject`.

    Its class methods make them. A fault holds no state: one can be played any number of times, by several fakes. With
    `after_processing=True` the request is carried out before; otherwise it has no effect.
    """

    name: str
    """What it is, in a few words; the journal shows it."""

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
        """Answer like this.

        Without a body, an error has the one that the API has for its status, and anything else has none. No header is
        added but Content-Type, Content-Length and Retry-After. The options, each given by its name:

        - `json`, `html` (a string) or `content` (bytes): the body;
        - `details`: members of an error's body, besides the usual ones or in their place, such as
          `{"type": "dev_org_deactivated"}` for a 401 or `{"object_ids": ["..."]}` for a 403;
        - `headers`: added to the answer, or in the place of those of the same name;
        - `retry_after`: seconds, or a date as a string: the header; on a 429 and as a whole number, in the body too;
        - `after_processing`: carry the request out before; otherwise it has no effect, whatever its bearer is.

        :param status: the HTTP status.
        :param options: as listed.
        :raises ValueError: two bodies are given, or `details` without an error.
        """
        return cls._answering(
            f"answer {status}", make_answer(status, **options), options.get("after_processing", False)
        )

    @classmethod
    def too_many_requests(cls, retry_after: float | str | None = None) -> Fault:
        """Answer 429.

        :param retry_after: seconds, or a date as a string.
            Left out, it is what remains of the `lasting` that `FakeDevRev.inject` was given, in whole seconds, rounded
            up; 30 where that has no end.
        """

        def choose(occasion: Occasion) -> Play:
            left = occasion.seconds_left
            rest = max(1, math.ceil(left)) if left < math.inf else _USUAL_RETRY_AFTER
            refusal = make_answer(429, retry_after=rest if retry_after is None else retry_after)
            return Play("answer 429", lambda _: Reply(refusal))

        return cls("answer 429", choose)

    @classmethod
    def proxy_page(cls, status: int = 502, *, after_processing: bool = False) -> Fault:
        """Answer with the HTML page of a proxy that stands before the API.

        :param status: 502, 503 and 504 are what gateways say; 200 is what a login page of a network says.
        :param after_processing: carry the request out before.
        """
        said = f"{status} {responses.get(status, 'Unknown')}"
        page = f"<html><head><title>{said}</title></head>\r\n<body><center><h1>{said}</h1></center></body></html>\r\n"
        return cls._answering(f"proxy page {status}", make_answer(status, html=page), after_processing)

    @classmethod
    def lost_connection(
        cls, *, after_processing: bool = False, error: type[httpx.TransportError] | None = None
    ) -> Fault:
        """Close the connection without an answer.

        :param after_processing: carry the request out and lose the answer; otherwise it has no effect.
        :param error: what a caller in memory gets.
            The default is ReadError after processing, else ConnectError, for which the body is not read. Over real HTTP
            the connection is closed without an answer, whatever this says.
        :raises ValueError: an `error` before sending together with `after_processing`.
        """
        lost = LostConnection(error or (httpx.ReadError if after_processing else httpx.ConnectError))
        if after_processing and lost.never_sent:
            raise ValueError(f"{lost.error.__name__} means that the request was never sent: it cannot be carried out")
        name = f"lost connection ({lost.error.__name__}){_when(after_processing)}"
        return cls._always(Play(name, lambda _: lost, after_processing, lost.never_sent))

    @classmethod
    def reset(cls, *, after_processing: bool = False) -> Fault:
        """Reset the connection once the whole request is there: TCP's RST; in memory, `httpx.ReadError`.

        :param after_processing: carry the request out before.
        """
        lost = LostConnection(httpx.ReadError, is_reset=True)
        return cls._always(Play(f"reset{_when(after_processing)}", lambda _: lost, after_processing))

    @classmethod
    def slow(cls, *, before: float = 0.0, between: float = 0.0, chunk_size: int = 1) -> Fault:
        """Answer as the API does, but slowly. These seconds really pass: the caller's timeouts are real, too.

        In memory, a wait that is longer than the request's read timeout ends with it, in `httpx.ReadTimeout`.

        :param before: seconds before the first byte of the answer.
        :param between: seconds between the chunks of its content.
        :param chunk_size: bytes in each chunk.
        :raises ValueError: a time is negative or without an end, or a chunk has no byte.
        """
        if not (0 <= before < math.inf and 0 <= between < math.inf):
            raise ValueError("before and between must be numbers of seconds, 0 or more")
        if chunk_size < 1:
            raise ValueError("chunk_size must be at least 1")
        return cls._always(Play("slow", lambda api: Reply(api, before, between, chunk_size), processed=True))

    @classmethod
    def truncated(cls, keep: int | None = None) -> Fault:
        """Answer as the API does, and lose the connection in the middle of the content.

        An answer without content, such as that to a revocation, is lost as a whole.

        :param keep: how many bytes of the content arrive; at least one is missing. Left out, half of them.
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
        """Carry the request out and answer 200 with a body that breaks the API's description.

        :param content: the body. Left out, one of several by chance: broken JSON, or JSON of a wrong shape.
        """
        given = content.encode() if isinstance(content, str) else content

        def choose(occasion: Occasion) -> Play:
            wrong = make_answer(200, content=occasion.random.choice(_WRONG_BODIES) if given is None else given)
            return Play("wrong JSON", lambda _: Reply(wrong), processed=True)

        return cls("wrong JSON", choose)

    @classmethod
    def new_values(cls) -> Fault:
        """Answer as a later version of the API may: with enum values and fields that are in no description yet.

        An answer without content stays as it is.
        """
        return cls._always(Play("new values", lambda api: Reply(_newer(api)), processed=True))

    @classmethod
    def any_of(cls, *faults: Fault) -> Fault:
        """Do one of these, by chance.

        :param faults: which ones; the same one twice is twice as likely.
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
