"""Each operation: its request, what its responses mean, and when it may be retried.

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
from traceback import walk_tb
from typing import Any, Protocol, TypeVar, cast

import attrs

from ._credentials import Secret, TokenSource, begins_like_token
from ._decision import Outcome, Repeatable
from ._error_responses import api_error
from ._failures import Failure, FailureKind
from ._httpx import httpx
from ._json import is_json_object
from ._requests import request_of
from ._response import ReceivedResponse
from .errors import (
    AttemptTimeoutError,
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
from .token_claims import claims_of
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
    "get_own_auth_token",
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


# A new operation that may be sent twice without harm goes in here. Any other is retried only where the server surely
# did not act on it; GET and HEAD always.
_REPEATABLE = {
    auth_tokens_get.__name__: Repeatable.ALWAYS,
    auth_tokens_self_delete.__name__: Repeatable.REVOCATION,
}
# The parsers read one setting of a client: whether to raise for a status that the description lacks.
_STRICT = Client("https://unused.invalid", raise_on_unexpected_status=True)
_URN = re.compile(r"urn:[\x21-\x7e]+")
# What the generated parsers raise for unexpected data. Nothing wider, so that a signal handler's exception passes.
_UNEXPECTED_SHAPE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@attrs.define
class Operation:
    """One call's request and how to read its responses."""

    name: str
    repeatable: Repeatable
    method: str
    target: str
    """Path and query, below the base URL."""
    headers: tuple[tuple[str, str], ...]
    body: bytes
    parser: Callable[..., Any]
    """The generated `_parse_response`."""
    body_for: Callable[[Secret], bytes | ConfigurationError] | None = None
    """Makes the body of each attempt's token, in place of `body`, or says why there is none."""
    token_id: str | None = None
    """The id of the token it is about, for errors."""

    def interpret(self, outcome: Outcome) -> Response[Any] | DevRevAuthError:
        """Return the response of a success, or the error that anything else amounts to."""
        if isinstance(outcome, Failure):
            return self._failure(outcome)
        if 200 <= outcome.status_code < 300:
            return self._success(outcome)
        if outcome.status_code < 400:
            return self._invalid(outcome, "not from this API (redirects are not followed); check base_url")
        # Where other statuses leave a doubt, a decision deals with it; these it does not retry.
        is_doubtful = outcome.status_code >= 500 and outcome.status_code != HTTPStatus.SERVICE_UNAVAILABLE
        return api_error(self.name, outcome, self._error_model(outcome), self._doubt if is_doubtful else "")

    def _success(self, response: ReceivedResponse) -> Response[Any] | DevRevAuthError:
        if response.unreadable is not None:
            return self._invalid(response, response.unreadable)
        if self.repeatable is Repeatable.REVOCATION and response.status_code == HTTPStatus.NO_CONTENT:
            return self._response(response, None)
        problem = None
        parsed = None
        try:
            parsed = self._parse(response)
        except generated_errors.UnexpectedStatus:
            problem = "of a status that the API's description does not have"
        except _UNEXPECTED_SHAPE as error:
            problem = f"unreadable ({type(error).__name__}{_place_of(error)})"
        if problem is None and parsed is None and b"".join(response.content.split()) not in (b"", b"{}"):
            problem = "not empty, although the API's description has no body for it"
        # A model without fields does not look at what it is made from.
        if problem is None and hasattr(parsed, "to_dict") and not is_json_object(response.body):
            problem = "not a JSON object"
        return self._response(response, parsed) if problem is None else self._invalid(response, problem)

    def _parse(self, response: ReceivedResponse) -> Any:
        # A ReceivedResponse has what the parsers read of a response: status_code, content, text and json().
        return self.parser(client=_STRICT, response=response)

    def _response(self, response: ReceivedResponse, parsed: Any) -> Response[Any]:
        return Response(HTTPStatus(response.status_code), response.content, response.headers, parsed)

    def _invalid(self, response: ReceivedResponse, problem: str) -> InvalidResponseError:
        return InvalidResponseError(
            f"{self.name}: the {response.status_code} response is {problem}{self._doubt}",
            status_code=response.status_code,
        )

    @property
    def _doubt(self) -> str:
        return "; whether the revocation happened is unknown" if self.repeatable is Repeatable.REVOCATION else ""

    def _error_model(self, response: ReceivedResponse) -> Error | None:
        try:
            if not is_json_object(response.body):
                return None
            return cast(Error, self._parse(response))
        except generated_errors.UnexpectedStatus:
            pass
        except _UNEXPECTED_SHAPE:  # the status and the headers say enough
            return None
        return Error.from_dict(response.body)

    def _failure(self, failure: Failure) -> DevRevAuthError:
        text = f"{self.name}: {failure.text}"
        if failure.kind is FailureKind.OUT_OF_TIME:
            return TotalTimeoutError(text)
        if failure.sent and self.repeatable is Repeatable.IF_UNPROCESSED:
            text += "; the server may have acted on the request"
        return AttemptTimeoutError(text) if failure.kind is FailureKind.TIMED_OUT else TransportError(text)


def _place_of(error: Exception) -> str:
    """Say which field a generated parser was reading: a missing one, or the one that it had taken out last."""
    frames = [frame for frame, _ in walk_tb(error.__traceback__) if frame.f_code.co_name == "from_dict"]
    taken = [name for frame in frames for name in frame.f_locals if name.startswith("_")]
    name = error.args[0] if isinstance(error, KeyError) else taken[-1].strip("_") if taken else None
    return f" at {name!r}" if name else ""


def get_auth_token(token_id: object) -> Operation:
    """Return the operation that reads one token's metadata."""
    if not isinstance(token_id, str) or not token_id.strip():
        raise ConfigurationError("token_id must be a non-empty string, such as 'don:identity:dvrv-us-1:devo/1:token/1'")
    if not token_id.isprintable():
        raise ConfigurationError("token_id contains a control character; pass the id alone")
    if begins_like_token(token_id):
        raise ConfigurationError("token_id looks like a token, not like its id; nothing was sent")
    made = operation(auth_tokens_get, {"body": AuthTokensGetRequest(token_id=token_id)})
    made.token_id = token_id
    return made


def revoke_own_auth_tokens(token_type: object) -> Operation:
    """Return the operation that revokes the user's own tokens of one type; `None` leaves the choice to the server."""
    requested = UNSET if token_type is None else _checked_token_type(token_type)
    return operation(auth_tokens_self_delete, {"body": AuthTokensSelfDeleteRequest(requested_token_type=requested)})


def get_own_auth_token(source: TokenSource) -> Operation:
    """Return the operation that reads the metadata of the token it is sent with.

    Where a callable gives the token, each attempt may have another, and asks for that one's.
    """
    if not isinstance(source, Secret):
        return attrs.evolve(get_auth_token("the one in use"), token_id=None, body_for=_body_for)
    operation = _operation_for(source)
    if isinstance(operation, ConfigurationError):
        raise operation
    return operation


def operation(endpoint: object, arguments: dict[str, Any], *, safe_to_repeat: bool = False) -> Operation:
    """Return the operation of any generated endpoint module; `arguments` are its functions', without `client`."""
    module = str(getattr(endpoint, "__name__", ""))
    name = module.rpartition(".")[2]
    get_kwargs = getattr(endpoint, "_get_kwargs", None)
    parser = getattr(endpoint, "_parse_response", None)
    if not callable(get_kwargs) or not callable(parser):
        raise ConfigurationError(
            "endpoint must be a generated endpoint module, such as generated.api.auth_tokens.auth_tokens_get"
        )
    try:
        method, target, headers, content = request_of(get_kwargs(**arguments))
    except (*_UNEXPECTED_SHAPE, httpx.InvalidURL) as error:
        problem = type(error).__name__  # the text is left out: it may hold what was passed
    else:
        is_safe = safe_to_repeat or method in ("GET", "HEAD")  # RFC 9110 section 9.2.1
        repeatable = _REPEATABLE.get(module, Repeatable.ALWAYS if is_safe else Repeatable.IF_UNPROCESSED)
        return Operation(name, repeatable, method, target, headers, content, parser)
    try:
        takes = str(inspect.signature(get_kwargs))
    except (TypeError, ValueError):  # no plain function
        takes = "other ones"
    raise ConfigurationError(f"{name} cannot make a request from these arguments ({problem}); it takes {takes}")


def parsed_of(response: Response[ParsedT]) -> ParsedT:
    """Return what a success was parsed into; `None` is the parse of a response that the description says is empty."""
    return cast(ParsedT, response.parsed)


def _checked_token_type(value: object) -> TokenType:
    given = value if isinstance(value, str) else ""
    if _URN.fullmatch(given):
        return TokenType(given)
    text = "token_type must be a TokenType, a string that begins with 'urn:', or None to leave the choice to the server"
    # The message never includes the value: it may be a token passed in the wrong place.
    nearest = difflib.get_close_matches(re.sub("[-:]", "_", given.upper()), TokenType.__members__, n=1)
    raise ConfigurationError(f"{text}; did you mean TokenType.{nearest[0]}?" if nearest else text)


def _body_for(token: Secret) -> bytes | ConfigurationError:
    operation = _operation_for(token)
    return operation if isinstance(operation, ConfigurationError) else operation.body


def _operation_for(token: Secret) -> Operation | ConfigurationError:
    """Return the operation, or the error that the token does not say which one it is."""
    claims = claims_of(token)
    if isinstance(claims, ConfigurationError):
        return claims
    if claims.token_id is None:
        return ConfigurationError("the token does not include its id (claim jti); pass the id to get_auth_token")
    try:
        return get_auth_token(claims.token_id)
    except ConfigurationError:
        pass
    return ConfigurationError("the token's claim jti is not a valid id; pass the id to get_auth_token")
