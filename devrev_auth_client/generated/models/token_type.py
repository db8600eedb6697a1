# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
"""The kinds of token: the hand-written `TokenType`, handed on."""

from ...token_types import TokenType

__all__ = ["TokenType"]
