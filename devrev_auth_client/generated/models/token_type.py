# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
"""The kinds of token: the hand-written `TokenType`, handed on."""

from ...token_types import TokenType

__all__ = ["TokenType"]
