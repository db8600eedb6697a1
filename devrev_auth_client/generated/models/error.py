# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import check_assigned as _check_assigned
from ..types import model_repr as _model_repr

T = TypeVar("T", bound="Error")


@_attrs_define(on_setattr=_check_assigned)
class Error:
    """What every error answer may carry. None of it is certain, as a wrong path has a `message` alone."""

    type_: str | Unset = UNSET
    """ Which error, as a word for programs. Known are `unauthenticated` (401), `dev_org_deactivated` (401),
    `forbidden` (403), `not_found` (404), `request_entity_too_large` (413), `too_many_requests` (429),
    `internal_error` (500) and `service_unavailable` (503); for 400 see there. Kept as a plain string, so that
    nothing unknown is lost. """
    message: str | Unset = UNSET
    """ What went wrong, as a sentence for people. """
    detail: str | Unset = UNSET
    """ More about what went wrong. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    """ Fields that the description does not know, by name. `model[name]` and `name in model` look here alone. """

    __repr__ = _model_repr

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: wire names, dates as strings, and no field that is `UNSET`."""
        type_ = self.type_

        message = self.message

        detail = self.detail

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if type_ is not UNSET:
            field_dict["type"] = type_
        if message is not UNSET:
            field_dict["message"] = message
        if detail is not UNSET:
            field_dict["detail"] = detail

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        """Make one from a JSON object. What the description does not know goes into `additional_properties`."""
        d = {**src_dict}
        type_ = d.pop("type", UNSET)

        message = d.pop("message", UNSET)

        detail = d.pop("detail", UNSET)

        error = cls(
            type_=type_,
            message=message,
            detail=detail,
        )

        if d:
            error.additional_properties = d
        return error

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
