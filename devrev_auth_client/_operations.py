"""Each operation: its request, what its answers mean, and whether repeating it is safe.

The only module that imports generated code; the others take those names from here. Of a generated endpoint module it
uses the two pure halves, `_get_kwargs` and `_parse_response`; sending is the clients' part, because the generated
functions raise `ValueError` on a status that is in no registry and lose `Retry-After` on an error that is not JSON.
"""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol, TypeVar, cast

import attrs

from ._attempt_loop import Effect
from ._credentials import Secret, begins_like_token
from ._json import is_json_object
from ._outcomes import Answer, Cause, Failure, Outcome
from ._refusals import api_error
from ._requests import request_of
from .errors import (
    ConfigurationError,
    DevRevAuthError,
    InvalidResponseError,
    TotalTimeoutError,
    TransportError,
)
from .generated import errors as generated_errors
from .generated.api.auth_tokens import auth_tokens_get, auth_tokens_self_delete
from .generated.client import Client
from .generated.models import (
    AuthToken,
    AuthTokensGetRequest,
    AuthTokensGetResponse,
    AuthTokensSelfDeleteRequest,
    Error,
    TokenStatus,
    UserState,
    UserSummary,
    UserType,
)
from .generated.types import UNSET, Response, Unset
from .token_types import TokenType

__all__ = [
    "UNSET",
    "AuthToken",
    "AuthTokensGetResponse",
    "Endpoint",
    "Operation",
    "Response",
    "TokenStatus",
    "Unset",
    "UserState",
    "UserSummary",
    "UserType",
    "get_auth_token",
    "operation",
    "revoke_own_auth_tokens",
]

ParsedT = TypeVar("ParsedT")
CoParsedT = TypeVar("CoParsedT", covariant=True)


class Endpoint(Protocol[CoParsedT]):
    """A generated endpoint module, as far as the facade uses it. `CoParsedT` is what its success is parsed into."""

    @property
    def __name__(self) -> str: ...

    @property
    def _get_kwargs(self) -> Callable[..., dict[str, Any]]: ...

    @property
    def _parse_response(
        self,
    ) -> Callable[..., CoParsedT | generated_errors.ErrorModel | None]: ...


_EFFECTS = {auth_tokens_get.__name__: Effect.READ, auth_tokens_self_delete.__name__: Effect.REVOKE}
# All that the parsers ask of a client is whether a status that the description lacks is an error: here it is.
_STRICT = Client("https://unused.invalid", raise_on_unexpected_status=True)
_URN = re.compile(r"urn:[\x21-\x7e]+")


@attrs.define
class Operation:
    """One call's request and how to read its answers."""

    name: str
    effect: Effect
    method: str
    target: str
    """Path and query, below the base URL."""
    headers: tuple[tuple[str, str], ...]
    body: bytes
    parser: Callable[..., Any]
    """The generated `_parse_response`."""
    body_for: Callable[[Secret], bytes | ConfigurationError] | None = None
    """Makes the body of each attempt's token, in place of `body`, or says why there is none."""

    def interpret(self, outcome: Outcome) -> Response[Any] | DevRevAuthError:
        """Return the response of a success, or the error that anything else amounts to."""
        if isinstance(outcome, Failure):
            return self._failure(outcome)
        if 200 <= outcome.status_code < 300:
            return self._success(outcome)
        if outcome.status_code < 400:
            return self._invalid(outcome, "no answer of this API (redirects are never followed); check base_url")
        # The attempt loop takes up the doubt that other statuses leave; these it does not repeat.
        is_doubtful = outcome.status_code >= 500 and outcome.status_code != HTTPStatus.SERVICE_UNAVAILABLE
        return api_error(self.name, outcome, self._error_model(outcome), self._doubt if is_doubtful else "")

    def _success(self, answer: Answer) -> Response[Any] | DevRevAuthError:
        if answer.unreadable is not None:
            return self._invalid(answer, answer.unreadable)
        if self.effect is Effect.REVOKE and answer.status_code == HTTPStatus.NO_CONTENT:
            return self._response(answer, None)
        problem = None
        parsed = None
        try:
            parsed = self._parse(answer)
        except generated_errors.UnexpectedStatus:
            problem = "a status that the API's description does not have"
        except Exception as error:  # noqa: BLE001  # whatever a parser chokes on, the answer is at fault
            problem = f"a body that cannot be read ({type(error).__name__})"
        if problem is None and parsed is None and b"".join(answer.content.split()) not in (b"", b"{}"):
            problem = "a body where the API's description has none"
        # dict([["token", {}]]) works in Python, so the models accept such a list.
        if problem is None and hasattr(parsed, "to_dict") and not is_json_object(answer.body):
            problem = "a body that is not a JSON object"
        return self._response(answer, parsed) if problem is None else self._invalid(answer, problem)

    def _parse(self, answer: Answer) -> Any:
        # An Answer has what the parsers read of a response: status_code, content, text and json().
        return self.parser(client=_STRICT, response=answer)

    def _response(self, answer: Answer, parsed: Any) -> Response[Any]:
        return Response(HTTPStatus(answer.status_code), answer.content, answer.headers, parsed)

    def _invalid(self, answer: Answer, problem: str) -> InvalidResponseError:
        return InvalidResponseError(
            f"{self.name}: the {answer.status_code} answer is {problem}{self._doubt}", status_code=answer.status_code
        )

    @property
    def _doubt(self) -> str:
        return "; whether the revocation happened is unknown" if self.effect is Effect.REVOKE else ""

    def _error_model(self, answer: Answer) -> Error | None:
        try:
            if not is_json_object(answer.body):
                return None
            return cast(Error, self._parse(answer))
        except generated_errors.UnexpectedStatus:
            pass
        except Exception:  # noqa: BLE001  # the status and the headers say enough
            return None
        return Error.from_dict(answer.body)

    def _failure(self, failure: Failure) -> DevRevAuthError:
        text = f"{self.name}: {failure.text}"
        if failure.error is not None:
            return failure.error
        if failure.cause is Cause.OUT_OF_TIME:
            return TotalTimeoutError(text)
        if failure.sent and self.effect is Effect.WRITE:
            text += "; the server may have acted on the request"
        return TransportError(text)


def get_auth_token(token_id: object) -> Operation:
    """Return the operation that reads one token's metadata."""
    if not isinstance(token_id, str) or not token_id.strip():
        raise ConfigurationError("token_id must be a non-empty string, such as 'don:identity:dvrv-us-1:devo/1:token/1'")
    if not token_id.isprintable():
        raise ConfigurationError("token_id contains a control character; pass the id alone")
    if begins_like_token(token_id):
        raise ConfigurationError("token_id looks like a token itself, not like the id of one; nothing was sent")
    return operation(auth_tokens_get, {"body": AuthTokensGetRequest(token_id=token_id)})


def revoke_own_auth_tokens(token_type: object) -> Operation:
    """Return the operation that revokes the user's own tokens of one type; `None` leaves the choice to the server."""
    requested = UNSET if token_type is None else _checked_token_type(token_type)
    return operation(auth_tokens_self_delete, {"body": AuthTokensSelfDeleteRequest(requested_token_type=requested)})


def operation(endpoint: object, arguments: dict[str, Any], *, safe_to_repeat: bool = False) -> Operation:
    """Return the operation of any generated endpoint module; `arguments` are its functions', without `client`."""
    module = str(getattr(endpoint, "__name__", ""))
    name = module.rpartition(".")[2]
    get_kwargs = getattr(endpoint, "_get_kwargs", None)
    parser = getattr(endpoint, "_parse_response", None)
    if not callable(get_kwargs) or not callable(parser):
        raise ConfigurationError("call() takes a generated endpoint module, such as generated.api.auth_tokens.*")
    try:
        method, target, headers, content = request_of(get_kwargs(**arguments))
    except Exception as error:  # noqa: BLE001  # generated code meets arguments of any kind
        problem = type(error).__name__  # the text is left out: it may hold what was passed
    else:
        effect = _EFFECTS.get(module, Effect.READ if safe_to_repeat else Effect.WRITE)
        return Operation(name, effect, method, target, headers, content, parser)
    try:
        takes = str(inspect.signature(get_kwargs))
    except (TypeError, ValueError):  # no plain function
        takes = "other ones"
    raise ConfigurationError(f"{name} cannot make a request of these arguments ({problem}); it takes {takes}")


def parsed_of(response: Response[ParsedT]) -> ParsedT:
    """Return what a success was parsed into; `None` is the parse of an answer that the description says is empty."""
    return cast(ParsedT, response.parsed)


def _checked_token_type(value: object) -> TokenType:
    given = value if isinstance(value, str) else ""
    if _URN.fullmatch(given):
        return TokenType(given)
    text = "token_type must be a TokenType, a string that begins with 'urn:', or None to leave the choice to the server"
    # The value itself is not repeated: it may be a token passed in the wrong place.
    nearest = difflib.get_close_matches(re.sub("[-:]", "_", given.upper()), TokenType.__members__, n=1)
    raise ConfigurationError(f"{text}; did you mean TokenType.{nearest[0]}?" if nearest else text)
