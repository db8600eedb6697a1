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

T = TypeVar("T", bound="ArtifactFile")


@_attrs_define(on_setattr=_check_assigned)
class ArtifactFile:
    """The file of an artifact."""

    type_: str | Unset = UNSET
    """ Media type of the file. """
    name: str | Unset = UNSET
    """ Name of the file. """
    size: int | Unset = UNSET
    """ Size of the file in bytes. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    """ Fields that the description does not know, by name. `model[name]` and `name in model` look here alone. """

    __repr__ = _model_repr

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: wire names, dates as strings, and no field that is `UNSET`."""
        type_ = self.type_

        name = self.name

        size = self.size

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if type_ is not UNSET:
            field_dict["type"] = type_
        if name is not UNSET:
            field_dict["name"] = name
        if size is not UNSET:
            field_dict["size"] = size

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        """Make one from a JSON object. What the description does not know goes into `additional_properties`."""
        d = {**src_dict}
        type_ = d.pop("type", UNSET)

        name = d.pop("name", UNSET)

        size = d.pop("size", UNSET)

        artifact_file = cls(
            type_=type_,
            name=name,
            size=size,
        )

        if d:
            artifact_file.additional_properties = d
        return artifact_file

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
