# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import models as _Models
from ..types import UNSET, Unset
from ..types import check_assigned as _check_assigned
from ..types import model_repr as _model_repr

if TYPE_CHECKING:
    from ..models.artifact_file import ArtifactFile


T = TypeVar("T", bound="ArtifactSummary")


@_attrs_define(on_setattr=_check_assigned)
class ArtifactSummary:
    """An artifact in short, such as a user's display picture."""

    id: str
    """ Globally unique identifier of the artifact. """
    display_id: str | Unset = UNSET
    """ Human-readable identifier of the artifact, unique within the Dev organization. """
    file: ArtifactFile | Unset = UNSET
    """ The file of an artifact. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    """ Fields that the description does not know, by name. `model[name]` and `name in model` look here alone. """

    __repr__ = _model_repr

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: wire names, dates as strings, and no field that is `UNSET`."""
        id = self.id

        display_id = self.display_id

        file: dict[str, Any] | Unset = UNSET
        if not isinstance(self.file, Unset):
            file = self.file.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
            }
        )
        if display_id is not UNSET:
            field_dict["display_id"] = display_id
        if file is not UNSET:
            field_dict["file"] = file

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        """Make one from a JSON object. What the description does not know goes into `additional_properties`."""
        if not TYPE_CHECKING:
            ArtifactFile = _Models.ArtifactFile
        d = {**src_dict}
        id = d.pop("id")

        display_id = d.pop("display_id", UNSET)

        _file = d.pop("file", UNSET)
        file: ArtifactFile | Unset
        if isinstance(_file, Unset):
            file = UNSET
        else:
            file = ArtifactFile.from_dict(_file)

        artifact_summary = cls(
            id=id,
            display_id=display_id,
            file=file,
        )

        if d:
            artifact_summary.additional_properties = d
        return artifact_summary

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
