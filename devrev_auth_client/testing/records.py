"""What `FakeDevRev` holds and records: users, tokens, requests. Field names are the wire's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from ..token_types import TokenType

Json = dict[str, Any]
"""A JSON object."""

# How an id names the kind of user: don:identity:dvrv-us-1:devo/1:devu/7.
_KIND_IN_ID = {"dev_user": "devu", "rev_user": "revu", "service_account": "svcacc", "sys_user": "sysu"}


def instant(epoch: float) -> datetime:
    """Give epoch seconds as an aware datetime in UTC."""
    return datetime.fromtimestamp(epoch, UTC)


def _wire_date(epoch: float) -> str:
    """Give epoch seconds as the API writes a date: RFC 3339, milliseconds, Z."""
    return instant(epoch).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, kw_only=True, repr=False)
class FakeUser:
    """A user of the fake, made by `FakeDevRev.add_user`. The fields are those of the API, unless they say otherwise."""

    number: int
    """The number of the user within one fake; part of `id` and `display_id`."""
    type: str
    """The kind of user: "dev_user", "rev_user", "service_account" or "sys_user"."""
    dev_org: int
    """The number of the dev organization that the user belongs to."""
    display_name: str
    """The name that is shown; not unique."""
    full_name: str
    """The full name."""
    email: str
    """The address of the user's email."""
    state: str
    """Whether the account is in use, such as "active"."""
    external_ref: str | None = None
    """Your own id for a customer; for a `rev_user` only."""

    def __repr__(self) -> str:
        # Short: it is shown with each of the user's tokens wherever a test compares those.
        return f"<{type(self).__name__} {self.display_id}, {self.type}, devo/{self.dev_org}>"

    @property
    def id(self) -> str:
        """The user's DON, as it stands in `created_by.id` and `subject`."""
        return self._don("identity", f"{self._kind}/{self.number}")

    @property
    def display_id(self) -> str:
        """The short id, for example "DEVU-1"."""
        return f"{self._kind.upper()}-{self.number}"

    @property
    def _kind(self) -> str:
        return _KIND_IN_ID.get(self.type, "user")

    def _don(self, service: str, what: str) -> str:
        return f"don:{service}:dvrv-us-1:devo/{self.dev_org}:{what}"

    def summary(self) -> Json:
        """Give the user as the API shows one inside a token."""
        summary: Json = {
            "type": self.type,
            "display_id": self.display_id,
            "id": self.id,
            "display_name": self.display_name,
            "display_picture": {
                "display_id": f"ARTIFACT-{self.number}",
                "id": self._don("core", f"artifact/{self.number}"),
                "file": {"type": "image/png", "name": f"{self.display_id.lower()}.png", "size": 1024},
            },
            "email": self.email,
            "full_name": self.full_name,
            "state": self.state,
        }
        if self.type == "rev_user":
            summary["external_ref"] = self.external_ref
            summary["rev_org"] = {
                "type": "rev_org",
                "id": self._don("identity", f"revo/{self.number}"),
                "display_id": f"REVO-{self.number}",
                "display_name": f"Customer {self.number}",
            }
        return summary


@dataclass(frozen=True, kw_only=True)
class IssuedToken:
    """An issued token, with its secret. `FakeDevRev.issue_token` returns it."""

    id: str
    """The token's id, for `get_auth_token`."""
    secret: str = field(repr=False)
    """The bearer token, for a client. No `repr` shows it."""
    type: TokenType
    """The kind of token."""
    user: FakeUser
    """The user that the token acts as."""


@dataclass
class HeldToken:
    """A token as the fake keeps it. Times are epoch seconds."""

    issued: IssuedToken
    display_id: str
    scopes: Sequence[str]
    issued_at: float
    expires_at: float | None
    modified_at: float
    is_revoked: bool = False

    def status(self, now: float) -> str:
        """Give "active", "expired" or "revoked"; a token that was revoked stays so after its expiry."""
        if self.is_revoked:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"

    def revoke(self, now: float) -> bool:
        """Revoke for good, unless it is over already; tells whether this did it."""
        if self.status(now) != "active":
            return False
        self.is_revoked, self.modified_at = True, now
        return True

    def metadata(self, now: float) -> Json:
        """Give the `token` object of an answer to auth-tokens.get: every field of the reference page."""
        user = self.issued.user
        metadata: Json = {
            "created_by": user.summary(),
            "created_date": _wire_date(self.issued_at),
            "display_id": self.display_id,
            "id": self.issued.id,
            "modified_by": user.summary(),
            "modified_date": _wire_date(self.modified_at),
            "client_id": "fake-devrev",
            "issued_at": _wire_date(self.issued_at),
            "requested_token_type": str(self.issued.type),
            "scopes": list(self.scopes),
            "status": self.status(now),
            "subject": user.id,
            "token_hint": self.issued.secret[-4:],
        }
        if self.expires_at is not None:
            metadata["expires_at"] = _wire_date(self.expires_at)
        return metadata


@dataclass(frozen=True, kw_only=True)
class RecordedRequest:
    """One request as the fake received it."""

    method: str
    """The method, such as "POST"."""
    path: str
    """The path, such as "/auth-tokens.get", without a query."""
    headers: httpx.Headers
    """As sent, except that the credential in `Authorization` is replaced by "[hidden]"."""
    body: Any
    """The JSON body; raw bytes if it was not JSON; `None` if there was no body.

    Also `None` if the connection was lost before the body was read.
    """
    token_id: str | None
    """The id of the token that was used; `None` for a missing or unknown one."""
    status: int | None
    """The HTTP status of the response; `None` if the connection was lost."""
    received_at: datetime
    """The time on the fake's clock: an aware datetime in UTC."""
