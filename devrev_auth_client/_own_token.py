"""Reading the metadata of the token in use: which one that is, the token says itself."""

from __future__ import annotations

from ._credentials import Secret
from ._operations import Operation, get_auth_token
from .errors import ConfigurationError
from .token_claims import claims_of


def get_own_auth_token(fixed: Secret | None) -> Operation:
    """Return the operation that reads the metadata of the token it is sent with.

    `fixed` is that token; where it is `None`, each attempt may have another, and asks for that one's.
    """
    body = b"" if fixed is None else _body_for(fixed)
    if isinstance(body, ConfigurationError):
        raise body
    operation = get_auth_token("-")  # whose body is made for each attempt's token
    operation.body = body
    operation.body_for = _body_for if fixed is None else None
    return operation


def _body_for(token: Secret) -> bytes | ConfigurationError:
    """Return the request's body, or the error that the token does not say which one it is."""
    claims = claims_of(token)
    if isinstance(claims, ConfigurationError):
        return claims
    if claims.token_id is None:
        return ConfigurationError(
            "the token does not say which one it is (no claim jti); pass its id to get_auth_token"
        )
    try:
        return get_auth_token(claims.token_id).body
    except ConfigurationError:
        pass
    return ConfigurationError("the token's id (its claim jti) is not usable; pass the right one to get_auth_token")
