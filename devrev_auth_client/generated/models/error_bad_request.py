# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import check_assigned as _check_assigned
from ..types import model_repr as _model_repr

T = TypeVar("T", bound="ErrorBadRequest")


@_attrs_define(on_setattr=_check_assigned)
class ErrorBadRequest:
    """The request was invalid. Which fields are there depends on `type`."""

    type_: str | Unset = UNSET
    """ How the request was invalid, as a word for programs. Known are `artifact_already_attached_to_a_parent`,
    `bad_request`, `customization_validation_error`, `invalid_api_version`, `invalid_enum_value`, `invalid_field`,
    `invalid_id`, `merge_works_error`, `missing_dependency`, `missing_required_field`, `parse_error`,
    `stale_schema_fragments`, `unexpected_id_type`, `unexpected_json_type`, `value_not_permitted` and
    `workflow_component_validation_errors`. Kept as a plain string, so that nothing unknown is lost. """
    message: str | Unset = UNSET
    """ What went wrong, as a sentence for people. """
    detail: str | Unset = UNSET
    """ More about what went wrong. """
    field_name: str | Unset = UNSET
    """ The field that was invalid (`invalid_field`, `invalid_id`, `missing_required_field`, `unexpected_id_type`,
    `invalid_enum_value`, `unexpected_json_type`, `value_not_permitted`). """
    value: str | Unset = UNSET
    """ The value that was received (`invalid_api_version`, `invalid_enum_value`). """
    allowed_values: list[str] | Unset = UNSET
    """ The values that would have been taken (`invalid_enum_value`, `value_not_permitted`). """
    reason: str | Unset = UNSET
    """ Why the value is not permitted (`value_not_permitted`). """
    actual: str | Unset = UNSET
    """ The JSON type that was received (`unexpected_json_type`). """
    expected: str | Unset = UNSET
    """ The JSON type that was expected (`unexpected_json_type`). """
    existing_parent: str | Unset = UNSET
    """ Identifier of the object that the artifact already belongs to (`artifact_already_attached_to_a_parent`). """
    is_same: bool | Unset = UNSET
    """ Whether that object is the one the request named (`artifact_already_attached_to_a_parent`). """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    """ Fields that the description does not know, by name. `model[name]` and `name in model` look here alone. """

    __repr__ = _model_repr

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: wire names, dates as strings, and no field that is `UNSET`."""
        type_ = self.type_

        message = self.message

        detail = self.detail

        field_name = self.field_name

        value = self.value

        allowed_values: list[str] | Unset = UNSET
        if not isinstance(self.allowed_values, Unset):
            allowed_values = self.allowed_values

        reason = self.reason

        actual = self.actual

        expected = self.expected

        existing_parent = self.existing_parent

        is_same = self.is_same

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if type_ is not UNSET:
            field_dict["type"] = type_
        if message is not UNSET:
            field_dict["message"] = message
        if detail is not UNSET:
            field_dict["detail"] = detail
        if field_name is not UNSET:
            field_dict["field_name"] = field_name
        if value is not UNSET:
            field_dict["value"] = value
        if allowed_values is not UNSET:
            field_dict["allowed_values"] = allowed_values
        if reason is not UNSET:
            field_dict["reason"] = reason
        if actual is not UNSET:
            field_dict["actual"] = actual
        if expected is not UNSET:
            field_dict["expected"] = expected
        if existing_parent is not UNSET:
            field_dict["existing_parent"] = existing_parent
        if is_same is not UNSET:
            field_dict["is_same"] = is_same

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        """Make one from a JSON object. What the description does not know goes into `additional_properties`."""
        d = {**src_dict}
        type_ = d.pop("type", UNSET)

        message = d.pop("message", UNSET)

        detail = d.pop("detail", UNSET)

        field_name = d.pop("field_name", UNSET)

        value = d.pop("value", UNSET)

        allowed_values = cast(list[str], d.pop("allowed_values", UNSET))

        reason = d.pop("reason", UNSET)

        actual = d.pop("actual", UNSET)

        expected = d.pop("expected", UNSET)

        existing_parent = d.pop("existing_parent", UNSET)

        is_same = d.pop("is_same", UNSET)

        error_bad_request = cls(
            type_=type_,
            message=message,
            detail=detail,
            field_name=field_name,
            value=value,
            allowed_values=allowed_values,
            reason=reason,
            actual=actual,
            expected=expected,
            existing_parent=existing_parent,
            is_same=is_same,
        )

        if d:
            error_bad_request.additional_properties = d
        return error_bad_request

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
