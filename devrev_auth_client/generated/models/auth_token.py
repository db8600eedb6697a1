# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import models as _Models
from ..models.token_status import TokenStatus
from ..models.token_type import TokenType
from ..types import UNSET, Unset
from ..types import check_assigned as _check_assigned
from ..types import model_repr as _model_repr

if TYPE_CHECKING:
    from ..models.user_summary import UserSummary


T = TypeVar("T", bound="AuthToken")


@_attrs_define(on_setattr=_check_assigned)
class AuthToken:
    """The metadata of an auth token; never the token itself."""

    id: str
    """ Globally unique identifier of the token. """
    display_id: str | Unset = UNSET
    """ Human-readable identifier of the token, unique within the Dev organization. """
    created_by: UserSummary | Unset = UNSET
    """ A user in short. Which kind of user decides which fields are there. """
    created_date: datetime.datetime | Unset = UNSET
    """ When the token's record was created. """
    modified_by: UserSummary | Unset = UNSET
    """ A user in short. Which kind of user decides which fields are there. """
    modified_date: datetime.datetime | Unset = UNSET
    """ When the token's record was last modified. """
    client_id: str | Unset = UNSET
    """ Identifier of the application that the token was issued to. """
    expires_at: datetime.datetime | Unset = UNSET
    """ When the token expires. """
    issued_at: datetime.datetime | Unset = UNSET
    """ When the token was issued. """
    requested_token_type: TokenType | Unset = UNSET
    """ The type of the requested token. """
    scopes: list[str] | Unset = UNSET
    """ What the token permits. """
    status: TokenStatus | Unset = UNSET
    """ Whether the token still authenticates. """
    subject: str | Unset = UNSET
    """ Identifier of whom the token speaks for; for an application access token a service account. """
    token_hint: str | Unset = UNSET
    """ A hint that helps its owner to recognize the token without showing it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    """ Fields that the description does not know, by name. `model[name]` and `name in model` look here alone. """

    __repr__ = _model_repr

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: wire names, dates as strings, and no field that is `UNSET`."""
        id = self.id

        display_id = self.display_id

        created_by: dict[str, Any] | Unset = UNSET
        if not isinstance(self.created_by, Unset):
            created_by = self.created_by.to_dict()

        created_date: str | Unset = UNSET
        if not isinstance(self.created_date, Unset):
            created_date = self.created_date.isoformat()

        modified_by: dict[str, Any] | Unset = UNSET
        if not isinstance(self.modified_by, Unset):
            modified_by = self.modified_by.to_dict()

        modified_date: str | Unset = UNSET
        if not isinstance(self.modified_date, Unset):
            modified_date = self.modified_date.isoformat()

        client_id = self.client_id

        expires_at: str | Unset = UNSET
        if not isinstance(self.expires_at, Unset):
            expires_at = self.expires_at.isoformat()

        issued_at: str | Unset = UNSET
        if not isinstance(self.issued_at, Unset):
            issued_at = self.issued_at.isoformat()

        requested_token_type: str | Unset = UNSET
        if not isinstance(self.requested_token_type, Unset):
            requested_token_type = self.requested_token_type.value

        scopes: list[str] | Unset = UNSET
        if not isinstance(self.scopes, Unset):
            scopes = self.scopes

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

        subject = self.subject

        token_hint = self.token_hint

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
            }
        )
        if display_id is not UNSET:
            field_dict["display_id"] = display_id
        if created_by is not UNSET:
            field_dict["created_by"] = created_by
        if created_date is not UNSET:
            field_dict["created_date"] = created_date
        if modified_by is not UNSET:
            field_dict["modified_by"] = modified_by
        if modified_date is not UNSET:
            field_dict["modified_date"] = modified_date
        if client_id is not UNSET:
            field_dict["client_id"] = client_id
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at
        if issued_at is not UNSET:
            field_dict["issued_at"] = issued_at
        if requested_token_type is not UNSET:
            field_dict["requested_token_type"] = requested_token_type
        if scopes is not UNSET:
            field_dict["scopes"] = scopes
        if status is not UNSET:
            field_dict["status"] = status
        if subject is not UNSET:
            field_dict["subject"] = subject
        if token_hint is not UNSET:
            field_dict["token_hint"] = token_hint

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        """Make one from a JSON object. What the description does not know goes into `additional_properties`."""
        if not TYPE_CHECKING:
            UserSummary = _Models.UserSummary
        d = {**src_dict}
        id = d.pop("id")

        display_id = d.pop("display_id", UNSET)

        _created_by = d.pop("created_by", UNSET)
        created_by: UserSummary | Unset
        if isinstance(_created_by, Unset):
            created_by = UNSET
        else:
            created_by = UserSummary.from_dict(_created_by)

        _created_date = d.pop("created_date", UNSET)
        created_date: datetime.datetime | Unset
        if isinstance(_created_date, Unset):
            created_date = UNSET
        else:
            created_date = datetime.datetime.fromisoformat(_created_date)

        _modified_by = d.pop("modified_by", UNSET)
        modified_by: UserSummary | Unset
        if isinstance(_modified_by, Unset):
            modified_by = UNSET
        else:
            modified_by = UserSummary.from_dict(_modified_by)

        _modified_date = d.pop("modified_date", UNSET)
        modified_date: datetime.datetime | Unset
        if isinstance(_modified_date, Unset):
            modified_date = UNSET
        else:
            modified_date = datetime.datetime.fromisoformat(_modified_date)

        client_id = d.pop("client_id", UNSET)

        _expires_at = d.pop("expires_at", UNSET)
        expires_at: datetime.datetime | Unset
        if isinstance(_expires_at, Unset):
            expires_at = UNSET
        else:
            expires_at = datetime.datetime.fromisoformat(_expires_at)

        _issued_at = d.pop("issued_at", UNSET)
        issued_at: datetime.datetime | Unset
        if isinstance(_issued_at, Unset):
            issued_at = UNSET
        else:
            issued_at = datetime.datetime.fromisoformat(_issued_at)

        _requested_token_type = d.pop("requested_token_type", UNSET)
        requested_token_type: TokenType | Unset
        if isinstance(_requested_token_type, Unset):
            requested_token_type = UNSET
        else:
            requested_token_type = TokenType(_requested_token_type)

        scopes = cast(list[str], d.pop("scopes", UNSET))

        _status = d.pop("status", UNSET)
        status: TokenStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = TokenStatus(_status)

        subject = d.pop("subject", UNSET)

        token_hint = d.pop("token_hint", UNSET)

        auth_token = cls(
            id=id,
            display_id=display_id,
            created_by=created_by,
            created_date=created_date,
            modified_by=modified_by,
            modified_date=modified_date,
            client_id=client_id,
            expires_at=expires_at,
            issued_at=issued_at,
            requested_token_type=requested_token_type,
            scopes=scopes,
            status=status,
            subject=subject,
            token_hint=token_hint,
        )

        if d:
            auth_token.additional_properties = d
        return auth_token

    @property
    def additional_keys(self) -> list[str]:
        """The names in `additional_properties`."""
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
