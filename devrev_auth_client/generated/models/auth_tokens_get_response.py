# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import models as _Models
from ..types import check_assigned as _check_assigned
from ..types import model_repr as _model_repr

if TYPE_CHECKING:
    from ..models.auth_token import AuthToken


T = TypeVar("T", bound="AuthTokensGetResponse")


@_attrs_define(on_setattr=_check_assigned)
class AuthTokensGetResponse:
    """Carries the metadata of one token."""

    token: AuthToken
    """ The metadata of an auth token; never the token itself. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    """ Fields that the description does not know, by name. `model[name]` and `name in model` look here alone. """

    __repr__ = _model_repr

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: wire names, dates as strings, and no field that is `UNSET`."""
        token = self.token.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "token": token,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        """Make one from a JSON object. What the description does not know goes into `additional_properties`."""
        if not TYPE_CHECKING:
            AuthToken = _Models.AuthToken
        d = {**src_dict}
        token = AuthToken.from_dict(d.pop("token"))

        auth_tokens_get_response = cls(
            token=token,
        )

        if d:
            auth_tokens_get_response.additional_properties = d
        return auth_tokens_get_response

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
