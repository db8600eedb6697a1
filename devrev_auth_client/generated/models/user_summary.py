# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import models as _Models
from ..models.user_state import UserState
from ..models.user_type import UserType
from ..types import UNSET, Unset
from ..types import check_assigned as _check_assigned
from ..types import model_repr as _model_repr

if TYPE_CHECKING:
    from ..models.artifact_summary import ArtifactSummary
    from ..models.org_summary import OrgSummary


T = TypeVar("T", bound="UserSummary")


@_attrs_define(on_setattr=_check_assigned)
class UserSummary:
    """A user in short. Which kind of user decides which fields are there."""

    type_: UserType
    """ The kind of user. """
    id: str
    """ Globally unique identifier of the user. """
    display_id: str | Unset = UNSET
    """ Human-readable identifier of the user, unique within the Dev organization. """
    display_name: str | Unset = UNSET
    """ The user's display name; neither unique nor fixed. """
    display_picture: ArtifactSummary | Unset = UNSET
    """ An artifact in short, such as a user's display picture. """
    email: str | Unset = UNSET
    """ Email address of the user. """
    full_name: str | Unset = UNSET
    """ Full name of the user. """
    state: UserState | Unset = UNSET
    """ The state of the user. """
    external_ref: str | Unset = UNSET
    """ The user's identifier in another system; a `rev_user` may have it. """
    rev_org: OrgSummary | Unset = UNSET
    """ A customer's organization in short; a `rev_user` may have it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    """ Fields that the description does not know, by name. `model[name]` and `name in model` look here alone. """

    __repr__ = _model_repr

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: wire names, dates as strings, and no field that is `UNSET`."""
        type_ = self.type_.value

        id = self.id

        display_id = self.display_id

        display_name = self.display_name

        display_picture: dict[str, Any] | Unset = UNSET
        if not isinstance(self.display_picture, Unset):
            display_picture = self.display_picture.to_dict()

        email = self.email

        full_name = self.full_name

        state: str | Unset = UNSET
        if not isinstance(self.state, Unset):
            state = self.state.value

        external_ref = self.external_ref

        rev_org: dict[str, Any] | Unset = UNSET
        if not isinstance(self.rev_org, Unset):
            rev_org = self.rev_org.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "type": type_,
                "id": id,
            }
        )
        if display_id is not UNSET:
            field_dict["display_id"] = display_id
        if display_name is not UNSET:
            field_dict["display_name"] = display_name
        if display_picture is not UNSET:
            field_dict["display_picture"] = display_picture
        if email is not UNSET:
            field_dict["email"] = email
        if full_name is not UNSET:
            field_dict["full_name"] = full_name
        if state is not UNSET:
            field_dict["state"] = state
        if external_ref is not UNSET:
            field_dict["external_ref"] = external_ref
        if rev_org is not UNSET:
            field_dict["rev_org"] = rev_org

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        """Make one from a JSON object. What the description does not know goes into `additional_properties`."""
        if not TYPE_CHECKING:
            ArtifactSummary = _Models.ArtifactSummary
        if not TYPE_CHECKING:
            OrgSummary = _Models.OrgSummary
        d = {**src_dict}
        type_ = UserType(d.pop("type"))

        id = d.pop("id")

        display_id = d.pop("display_id", UNSET)

        display_name = d.pop("display_name", UNSET)

        _display_picture = d.pop("display_picture", UNSET)
        display_picture: ArtifactSummary | Unset
        if isinstance(_display_picture, Unset):
            display_picture = UNSET
        else:
            display_picture = ArtifactSummary.from_dict(_display_picture)

        email = d.pop("email", UNSET)

        full_name = d.pop("full_name", UNSET)

        _state = d.pop("state", UNSET)
        state: UserState | Unset
        if isinstance(_state, Unset):
            state = UNSET
        else:
            state = UserState(_state)

        external_ref = d.pop("external_ref", UNSET)

        _rev_org = d.pop("rev_org", UNSET)
        rev_org: OrgSummary | Unset
        if isinstance(_rev_org, Unset):
            rev_org = UNSET
        else:
            rev_org = OrgSummary.from_dict(_rev_org)

        user_summary = cls(
            type_=type_,
            id=id,
            display_id=display_id,
            display_name=display_name,
            display_picture=display_picture,
            email=email,
            full_name=full_name,
            state=state,
            external_ref=external_ref,
            rev_org=rev_org,
        )

        if d:
            user_summary.additional_properties = d
        return user_summary

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
