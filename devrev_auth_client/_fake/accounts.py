"""The part of `FakeDevRev` that has to do with users and their tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..token_types import TokenType
from . import telling
from .records import FakeUser, IssuedToken, RecordedRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .core import FakeCore

_THIRTY_DAYS = 30 * 86_400.0


class Accounts:
    """Users and tokens: made, ended and asked about."""

    _core: FakeCore

    def add_user(
        self,
        *,
        type: str = "dev_user",  # noqa: A002  # the wire name
        display_name: str | None = None,
        full_name: str | None = None,
        email: str | None = None,
        state: str = "active",
        external_ref: str | None = None,
        dev_org: int = 1,
    ) -> FakeUser:
        """Add a user, as which tokens act; what is left out gets a value of its own.

        :param type: dev_user, rev_user, service_account or sys_user; other strings are shown as they are.
        :param display_name: the name that is shown.
        :param full_name: the full name.
        :param email: the address of the user's email.
        :param state: shown in metadata; the fake lets users of any state in.
        :param external_ref: your id of a customer; shown for a rev_user only.
        :param dev_org: the number of the dev organization; users see the tokens of their own only.
        """
        with self._core.lock:
            number = self._core.api.next_user_number()
        return FakeUser(
            number=number,
            type=type,
            dev_org=dev_org,
            display_name=display_name or f"user-{number}",
            full_name=full_name or f"User Number {number}",
            email=email or f"user-{number}@example.com",
            state=state,
            external_ref=external_ref or f"customer-{number}",
        )

    def issue_token(
        self,
        user: FakeUser,
        type: TokenType | str = TokenType.PAT,  # noqa: A002  # the wire name
        *,
        expires_in: float | None = _THIRTY_DAYS,
        scopes: Sequence[str] = ("all",),
        secret: str | None = None,
    ) -> IssuedToken:
        """Issue an active token of this user.

        :param user: as whom it acts.
        :param type: any `TokenType`; also a URN that is in none of its members, to test for what DevRev may add.
        :param expires_in: seconds from now, by the fake's clock; `None` for a token without an end.
        :param scopes: shown in metadata; the fake lets tokens of any scope do all.
        :param secret: the bearer; left out, a JWT with the claims of a PAT and a random signature.
            Its `jti` is the token's id; `exp` is missing from a token without an end.
        :raises ValueError: the secret is empty or that of another token of this fake.
        """
        core = self._core
        with core.lock:
            held = core.api.issue(user, TokenType(type), secret, expires_in=expires_in, scopes=scopes)
            core.note(telling.issued(held))
        return held.issued

    def expire_token(self, token_id: str) -> None:
        """Let a token expire now.

        :param token_id: the `id` of what was issued.
        :raises KeyError: there is no such token.
        """
        with self._core.lock:
            self._core.api.token(token_id).expire(self._core.clock())
            self._note_end(token_id)

    def revoke_token(self, token_id: str) -> None:
        """Revoke a token, unless it is over already.

        :param token_id: the `id` of what was issued.
        :raises KeyError: there is no such token.
        """
        with self._core.lock:
            self._core.api.token(token_id).revoke(self._core.clock())
            self._note_end(token_id)

    def token_status(self, token_id: str) -> str:
        """Give "active", "expired" or "revoked".

        :param token_id: the `id` of what was issued.
        :raises KeyError: there is no such token.
        """
        with self._core.lock:
            return self._core.api.token(token_id).status(self._core.clock())

    def revoked(self, user: FakeUser | None = None) -> list[IssuedToken]:
        """List the revoked tokens of a user, or of all users, in the order in which they were issued.

        It does not matter who revoked them. A token that expired first is not among them.

        :param user: whose; left out, those of all.
        """
        with self._core.lock:
            now = self._core.clock()
            return [
                held.issued
                for held in self._core.api.tokens.values()
                if held.status(now) == "revoked" and user in {None, held.issued.user}
            ]

    def requests_for(self, who: IssuedToken | FakeUser) -> list[RecordedRequest]:
        """List the requests that were made with a token, or with any token of a user, oldest first.

        :param who: the token or the user.
        """
        with self._core.lock:
            held = [held.issued for held in self._core.api.tokens.values()]
            ids = {issued.id for issued in held if who in (issued, issued.user)}
            return [request for request in self._core.requests if request.token_id in ids]

    def _note_end(self, token_id: str) -> None:
        held = self._core.api.token(token_id)
        self._core.note(f"{held.display_id} ended by the test: {held.status(self._core.clock())}")
