"""The ways in which `FakeDevRev` can misbehave: what happens to one request. When it happens is said elsewhere."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import httpx

from .answers import NOTHING, Answer, scripted_answer, with_content
from .delivery import LostConnection, Pace, Reply
from .foreign import newer_content, proxy_page, unreadable_content

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

# The example of DevRev's documentation.
_USUAL_RETRY_AFTER = 30


class Occasion(NamedTuple):
    """What a fault may depend on: the chance of this request, and the seconds that the fault will still last."""

    random: Random
    seconds_left: float = math.inf


@dataclass(frozen=True)
class Play:
    """What happens to one request.

    :ivar name: for the journal.
    :ivar outcome: makes of the API's answer, or of `None` where the request was not carried out, what happens instead.
    :ivar processed: whether the request is carried out.
    :ivar never_sent: whether the caller in memory fails before its body is read.
    """

    name: str
    outcome: Callable[[Answer | None], Reply | LostConnection]
    processed: bool = False
    never_sent: bool = False


class Fault:
    """One way to misbehave, for `FakeDevRev.play_next` and `FakeDevRev.inject`.

    Its class methods make them. A fault holds no state: one can be played any number of times, by several fakes. Where
    a method takes `after_processing`, the request is carried out before; otherwise it has no effect.
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
    def answer(
        cls,
        status: int = 200,
        *,
        json: object = NOTHING,
        html: str | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        retry_after: float | str | None = None,
        after_processing: bool = False,
    ) -> Fault:
        """Answer like this; `FakeDevRev.respond_next` says more of the arguments.

        :param status: the HTTP status.
        :param json: the body, as a JSON value.
        :param html: the body, as HTML.
        :param content: the body, as bytes.
        :param headers: added to the answer, or in the place of those of the same name.
        :param retry_after: seconds, or a date as a string.
        :param after_processing: carry the request out before.
        :raises ValueError: two bodies are given.
        """
        scripted = scripted_answer(
            status, json=json, html=html, content=content, headers=headers, retry_after=retry_after
        )
        name = f"answer {status}{_when(after_processing)}"
        return cls._always(Play(name, lambda _: Reply(scripted), processed=after_processing))

    @classmethod
    def too_many_requests(cls, retry_after: float | str | None = None) -> Fault:
        """Answer 429.

        :param retry_after: seconds, or a date as a string.
            Left out, it is what remains of the `lasting` that `FakeDevRev.inject` was given, in whole seconds, rounded
            up; 30 where that has no end.
        """

        def choose(occasion: Occasion) -> Play:
            wait = retry_after
            if wait is None:
                left = occasion.seconds_left
                wait = max(1, math.ceil(left)) if left < math.inf else _USUAL_RETRY_AFTER
            refusal = scripted_answer(429, retry_after=wait)
            return Play("answer 429", lambda _: Reply(refusal))

        return cls("answer 429", choose)

    @classmethod
    def proxy_page(cls, status: int = 502, *, after_processing: bool = False) -> Fault:
        """Answer with the HTML page of a proxy that stands before the API.

        :param status: 502, 503 and 504 are what gateways say; 200 is what a login page of a network says.
        :param after_processing: carry the request out before.
        """
        name = f"proxy page {status}{_when(after_processing)}"
        page = scripted_answer(status, html=proxy_page(status))
        return cls._always(Play(name, lambda _: Reply(page), processed=after_processing))

    @classmethod
    def lost_connection(
        cls, *, after_processing: bool = False, error: type[httpx.TransportError] | None = None
    ) -> Fault:
        """Close the connection without an answer; `FakeDevRev.lose_connection` says more of the arguments.

        :param after_processing: carry the request out before.
        :param error: what a caller in memory gets.
        :raises ValueError: an `error` before sending together with `after_processing`.
        """
        lost = LostConnection(error or (httpx.ReadError if after_processing else httpx.ConnectError))
        if after_processing and lost.never_sent:
            raise ValueError(f"{lost.error.__name__} means that the request was never sent: it cannot be carried out")
        name = f"lost connection ({lost.error.__name__}){_when(after_processing)}"
        return cls._always(Play(name, lambda _: lost, processed=after_processing, never_sent=lost.never_sent))

    @classmethod
    def reset(cls, *, after_processing: bool = False) -> Fault:
        """Reset the connection once the whole request is there.

        A caller in memory gets `httpx.ReadError`; over HTTP, TCP's RST is sent.

        :param after_processing: carry the request out before.
        """
        lost = LostConnection(httpx.ReadError, is_reset=True)
        return cls._always(Play(f"reset{_when(after_processing)}", lambda _: lost, processed=after_processing))

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
        pace = Pace(before, between, chunk_size)
        return cls._always(Play("slow", lambda api: Reply(_of(api), pace), processed=True))

    @classmethod
    def truncated(cls, keep: int | None = None) -> Fault:
        """Answer as the API does, and lose the connection in the middle of the content.

        An answer without content, such as that to a revocation, is lost as a whole.

        :param keep: how many bytes of the content arrive; at least one is missing. Left out, half of them.
        :raises ValueError: `keep` is negative.
        """
        if keep is not None and keep < 0:
            raise ValueError("keep must be at least 0")

        def outcome(api: Answer | None) -> Reply | LostConnection:
            whole = _of(api)
            size = len(whole.content)
            if not size:
                return LostConnection(httpx.RemoteProtocolError)
            return Reply(whole, kept=min(size // 2 if keep is None else keep, size - 1))

        return cls._always(Play("truncated", outcome, processed=True))

    @classmethod
    def wrong_json(cls, content: str | bytes | None = None) -> Fault:
        """Carry the request out and answer 200 with a body that breaks the API's description.

        :param content: the body. Left out, one of several by chance: broken JSON, or JSON of a wrong shape.
        """
        given = content.encode() if isinstance(content, str) else content

        def choose(occasion: Occasion) -> Play:
            body = unreadable_content(occasion.random) if given is None else given
            wrong = scripted_answer(200, content=body)
            return Play("wrong JSON", lambda _: Reply(wrong), processed=True)

        return cls("wrong JSON", choose)

    @classmethod
    def new_values(cls) -> Fault:
        """Answer as a later version of the API may: with enum values and fields that are in no description yet.

        An answer without content stays as it is.
        """

        def outcome(api: Answer | None) -> Reply:
            whole = _of(api)
            return Reply(with_content(whole, newer_content(whole.content)) if whole.content else whole)

        return cls._always(Play("new values", outcome, processed=True))

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
    def _always(cls, play: Play) -> Fault:
        return cls(play.name, lambda _: play)


def _when(after_processing: bool) -> str:
    return " after processing" if after_processing else ""


def _of(api: Answer | None) -> Answer:
    # Plays that need the API's answer are those that have the request carried out.
    assert api is not None  # noqa: S101  # tells type checkers
    return api
