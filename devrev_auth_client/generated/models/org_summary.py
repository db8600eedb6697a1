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

T = TypeVar("T", bound="OrgSummary")


@_attrs_define(on_setattr=_check_assigned)
class OrgSummary:
    """A customer's organization in short; a `rev_user` may have it."""

    type_: str | Unset = UNSET
    """ The kind of organization; `rev_org` is the one known. """
    id: str | Unset = UNSET
    """ Globally unique identifier of the organization. """
    display_id: str | Unset = UNSET
    """ Human-readable identifier of the organization, unique within the Dev organization. """
    display_name: str | Unset = UNSET
    """ Name of the organization. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    """ Fields that the description does not know, by name. `model[name]` and `name in model` look here alone. """

    __repr__ = _model_repr

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: wire names, dates as strings, and no field that is `UNSET`."""
        type_ = self.type_

        id = self.id

        display_id = self.display_id

        display_name = self.display_name

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if type_ is not UNSET:
            field_dict["type"] = type_
        if id is not UNSET:
            field_dict["id"] = id
        if display_id is not UNSET:
            field_dict["display_id"] = display_id
        if display_name is not UNSET:
            field_dict["display_name"] = display_name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        """Make one from a JSON object. What the description does not know goes into `additional_properties`."""
        d = {**src_dict}
        type_ = d.pop("type", UNSET)

        id = d.pop("id", UNSET)

        display_id = d.pop("display_id", UNSET)

        display_name = d.pop("display_name", UNSET)

        org_summary = cls(
            type_=type_,
            id=id,
            display_id=display_id,
            display_name=display_name,
        )

        if d:
            org_summary.additional_properties = d
        return org_summary

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
