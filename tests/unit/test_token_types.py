"""TokenType: 17 members, each explained, and open to URNs that only the server knows."""

import ast
import copy
import inspect
import itertools
import json
import pickle
from enum import StrEnum

import pytest

from devrev_auth_client import token_types
from devrev_auth_client.token_types import OpenStrEnum, TokenType

NEW = "urn:devrev:params:oauth:token-type:new"


class Colour(OpenStrEnum):
    RED = "red"


class Shout(str):
    __slots__ = ()

    def __str__(self) -> str:
        return self.upper()


def through_pickle(value: object) -> list[object]:
    """The value after each of the pickle protocols."""
    protocols = range(pickle.HIGHEST_PROTOCOL + 1)
    return [pickle.loads(pickle.dumps(value, protocol)) for protocol in protocols]  # noqa: S301 - our own pickle


def test_members_are_named_after_the_tail_of_their_urn() -> None:
    assert {member.name: member.value.rpartition("token-type:")[2] for member in TokenType} == {
        "AAT": "aat",
        "AAT_ACT_AS": "aat:act-as",
        "AAT_PUBLIC": "aat:public",
        "DEV": "dev",
        "DEV_CONNECT": "dev:connect",
        "GAT": "gat",
        "PAT": "pat",
        "PAT_ACT_AS": "pat:act-as",
        "RAT": "rat",
        "REV": "rev",
        "SESSION": "session",
        "SESSION_DEV0": "session:dev0",
        "SESSION_ONETIME": "session:onetime",
        "SESSION_REV_ACT_AS": "session:rev:act-as",
        "SUPER": "super",
        "SYS": "sys",
        "JWT": "jwt",
    }
    assert {member for member in TokenType if member.startswith("urn:ietf:")} == {TokenType.JWT}


def test_every_member_has_a_docstring() -> None:
    tree = ast.parse(inspect.getsource(token_types))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "TokenType")
    explained = {
        line.targets[0].id
        for line, after in itertools.pairwise(body)
        if isinstance(line, ast.Assign)
        and isinstance(line.targets[0], ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
        and isinstance(after.value.value, str)
    }
    assert explained == set(TokenType.__members__)


@pytest.mark.parametrize("member", TokenType, ids=lambda member: member.name)
def test_a_known_urn_is_its_member(member: TokenType) -> None:
    assert TokenType(member.value) is member
    assert member.is_known
    assert member in TokenType
    assert member.value in TokenType
    assert repr(member) == f"<TokenType.{member.name}: '{member.value}'>"
    assert all(twin is member for twin in [*through_pickle(member), copy.copy(member), copy.deepcopy(member)])


@pytest.mark.parametrize("text", [NEW, "", "PAT", "red", "grün", "a\nb", "x" * 10_000])
def test_an_unknown_string_is_of_the_enum_but_no_member(text: str) -> None:
    unknown = TokenType(text)
    assert isinstance(unknown, TokenType)
    assert unknown == text == unknown.value == unknown.name == str(unknown) == f"{unknown}"
    assert type(str(unknown)) is type(unknown.value) is str
    assert not unknown.is_known
    assert unknown not in TokenType
    assert text not in TokenType
    assert unknown not in list(TokenType)
    assert len(TokenType) == len(TokenType.__members__) == 17
    assert repr(unknown) == f"<TokenType (unknown): {text!r}>"
    assert {unknown: 1}[TokenType(text)] == len({TokenType(text), text}) == 1


def test_an_unknown_string_stays_what_it_is_through_json_pickle_and_copy() -> None:
    unknown = TokenType(NEW)
    for twin in [*through_pickle(unknown), copy.copy(unknown), copy.deepcopy(unknown), TokenType(unknown)]:
        assert type(twin) is TokenType
        assert twin == unknown == NEW
        assert (twin.name, twin.value, twin.is_known) == (NEW, NEW, False)
    assert json.loads(json.dumps({"type": unknown, unknown: 1})) == {"type": NEW, NEW: 1}


@pytest.mark.parametrize("value", [None, 5, 1.5, b"red", True, [], {}, object()])
def test_what_is_no_string_is_refused_as_by_any_enum(value: object) -> None:
    with pytest.raises(ValueError, match="is not a valid TokenType"):
        TokenType(value)  # type: ignore[arg-type]
    assert value not in TokenType


def test_another_string_class_is_taken_by_its_characters() -> None:
    class Other(StrEnum):
        BLUE = "blue"

    assert Colour(Shout("red")) is Colour.RED
    assert str(Colour(Shout("blue"))) == "blue" == str(Colour(Other.BLUE))
    assert type(Colour(Other.BLUE).value) is str


def test_enums_are_open_each_for_itself() -> None:
    assert str(Colour("blue")) == "blue"
    assert Colour("blue") not in Colour
    assert list(Colour) == [Colour.RED]
    assert isinstance(Colour("blue"), Colour)
    assert not isinstance(Colour("blue"), TokenType)
    with pytest.raises(KeyError):
        Colour["blue"]
