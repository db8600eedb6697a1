"""Reading the metadata of the token in use: which one that is, the token says itself."""

from __future__ import annotations

import attrs

from ._credentials import Secret
from ._operations import Operation, get_auth_token
from .errors import ConfigurationError
from .token_claims import claims_of

_ANY_TOKEN = get_auth_token("the one in use")


def get_own_auth_token(fixed: Secret | None) -> Operation:
    """Return the operation that reads the metadata of the token it is sent with.

    `fixed` is that token; where it is `None`, each attempt may have another, and asks for that one's.
    """
    if fixed is None:
        return attrs.evolve(_ANY_TOKEN, body_for=_body_for)
    operation = _operation_for(fixed)
    if isinstance(operation, ConfigurationError):
        raise operation
    return operation


def _body_for(token: Secret) -> bytes | ConfigurationError:
    operation = _operation_for(token)
    return operation if isinstance(operation, ConfigurationError) else operation.body


def _operation_for(token: Secret) -> Operation | ConfigurationError:
    """Return the operation, or the error that the token does not say which one it is."""
    claims = claims_of(token)
    if isinstance(claims, ConfigurationError):
        return claims
    if claims.token_id is None:
        return ConfigurationError(
            "the token does not say which one it is (no claim jti); pass its id to get_auth_token"
        )
    try:
        return get_auth_token(claims.token_id)
    except ConfigurationError:
        pass
    return ConfigurationError("the token's id (its claim jti) is not usable; pass the right one to get_auth_token")
