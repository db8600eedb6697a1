# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
"""A client library for accessing DevRev auth tokens"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
