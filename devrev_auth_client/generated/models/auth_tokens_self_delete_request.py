# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.token_type import TokenType
from ..types import UNSET, Unset
from ..types import check_assigned as _check_assigned
from ..types import model_repr as _model_repr

T = TypeVar("T", bound="AuthTokensSelfDeleteRequest")


@_attrs_define(on_setattr=_check_assigned)
class AuthTokensSelfDeleteRequest:
    """Names the type of one's own tokens to revoke; left empty, the server chooses."""

    requested_token_type: TokenType | Unset = UNSET
    """ The type of the requested token. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    """ Fields that the description does not know, by name. `model[name]` and `name in model` look here alone. """

    __repr__ = _model_repr

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: wire names, dates as strings, and no field that is `UNSET`."""
        requested_token_type: str | Unset = UNSET
        if not isinstance(self.requested_token_type, Unset):
            requested_token_type = self.requested_token_type.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if requested_token_type is not UNSET:
            field_dict["requested_token_type"] = requested_token_type

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        """Make one from a JSON object. What the description does not know goes into `additional_properties`."""
        d = {**src_dict}
        _requested_token_type = d.pop("requested_token_type", UNSET)
        requested_token_type: TokenType | Unset
        if isinstance(_requested_token_type, Unset):
            requested_token_type = UNSET
        else:
            requested_token_type = TokenType(_requested_token_type)

        auth_tokens_self_delete_request = cls(
            requested_token_type=requested_token_type,
        )

        if d:
            auth_tokens_self_delete_request.additional_properties = d
        return auth_tokens_self_delete_request

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
