"""The kinds of DevRev token, and the open string enum that they and the generated enums are made of.

Imports nothing of the package; generated code takes `TokenType` from here.
"""

from enum import EnumMeta, StrEnum
from typing import Self

__all__ = ["OpenStrEnum", "TokenType"]


class _OpenEnumMeta(EnumMeta):
    """Gives `in` one meaning on every Python: whether a string is one that the enum lists.

    The standard library differs: 3.11 refuses plain strings, and from 3.12 on every instance of the class counts.
    """

    def __contains__(cls, value: object) -> bool:
        return isinstance(value, str) and value in cls._value2member_map_


class OpenStrEnum(StrEnum, metaclass=_OpenEnumMeta):
    """A string enum that accepts unknown strings, so that a new value from the server breaks nothing.

    `TokenType("urn:new")` is a `TokenType` that equals `"urn:new"`. You can pickle and copy it and write it as JSON. It
    is not a member: iteration and `in` leave it out, `is_known` is false, and `name` is the string itself. Compare with
    `==`, not with `is`.

    :raises ValueError: the value is not a string.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None  # Enum turns this into its usual ValueError
        text = str.__str__(value)  # the exact string, also of a subclass whose own __str__ says something else
        unknown = str.__new__(cls, text)
        unknown._name_ = text
        unknown._value_ = text
        return unknown

    @property
    def is_known(self) -> bool:
        """Whether the enum lists this value."""
        return self in type(self)

    def __repr__(self) -> str:
        if self.is_known:
            return f"<{type(self).__name__}.{self._name_}: {self._value_!r}>"
        return f"<{type(self).__name__} (unknown): {self._value_!r}>"

    def __reduce_ex__(self, proto: object) -> tuple[type[Self], tuple[str]]:
        # By value: early releases of 3.11 pickle by name, which an unknown value does not have.
        return type(self), (self._value_,)


class TokenType(OpenStrEnum):
    """The kind of a DevRev token, `requested_token_type` in the API: 17 known URNs, open to more.

    Each member is named after the end of its URN. DevRev's reference pages explain few of the URNs. Where a description
    comes from the URN alone, it says so.

    `TokenType["PAT"]` looks a member up by name. `TokenType("pat")` does not fail, because the enum is open; the client
    refuses it before anything is sent, and its error names the nearest member.
    """

    AAT = "urn:devrev:params:oauth:token-type:aat"
    """Application access token: for a program that acts as itself; its subject is a service account."""

    AAT_ACT_AS = "urn:devrev:params:oauth:token-type:aat:act-as"
    """Not described in the reference; by its URN, an application access token that acts as somebody else."""

    AAT_PUBLIC = "urn:devrev:params:oauth:token-type:aat:public"
    """Not described in the reference; by its URN, an application access token for public use."""

    DEV = "urn:devrev:params:oauth:token-type:dev"
    """Not described in the reference; by its URN, a token of a dev user (someone who works in the organization)."""

    DEV_CONNECT = "urn:devrev:params:oauth:token-type:dev:connect"
    """Not described in the reference; by its URN, a dev user's token for a connection."""

    GAT = "urn:devrev:params:oauth:token-type:gat"
    """Not described in the reference, and the URN does not say what the letters stand for."""

    PAT = "urn:devrev:params:oauth:token-type:pat"
    """Personal access token: a JWT of a dev user that lives for days. One that was revoked cannot be restored."""

    PAT_ACT_AS = "urn:devrev:params:oauth:token-type:pat:act-as"
    """Not described in the reference; by its URN, a personal access token that acts as somebody else."""

    RAT = "urn:devrev:params:oauth:token-type:rat"
    """Not described in the reference, and the URN does not say what the letters stand for."""

    REV = "urn:devrev:params:oauth:token-type:rev"
    """Not described in the reference; by its URN, a token of a rev user (a customer)."""

    SESSION = "urn:devrev:params:oauth:token-type:session"
    """Session token: of a customer, lives for minutes."""

    SESSION_DEV0 = "urn:devrev:params:oauth:token-type:session:dev0"
    """Not described in the reference; by its URN, a kind of session token named `dev0`."""

    SESSION_ONETIME = "urn:devrev:params:oauth:token-type:session:onetime"
    """Not described in the reference; by its URN, a session token that works once."""

    SESSION_REV_ACT_AS = "urn:devrev:params:oauth:token-type:session:rev:act-as"
    """Not described in the reference; by its URN, a session token that acts as a rev user (a customer)."""

    SUPER = "urn:devrev:params:oauth:token-type:super"
    """Not described in the reference; the URN says no more than `super`."""

    SYS = "urn:devrev:params:oauth:token-type:sys"
    """System user token: of a `sys_user`, a user that the system itself acts as."""

    JWT = "urn:ietf:params:oauth:token-type:jwt"
    """Any JSON Web Token: the one URN that is not DevRev's own but registered by RFC 8693, section 3."""
