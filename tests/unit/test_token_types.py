"""TokenType: 17 members, each explained, and open to URNs that only the server knows."""

import inspect
import json
import re
from enum import StrEnum

import pytest

from devrev_auth_client.token_types import OpenStrEnum, TokenType
from tests.behaviour.copies import copies_of

NEW = "urn:devrev:params:oauth:token-type:new"


class Colour(OpenStrEnum):
    RED = "red"


class Shout(str):
    __slots__ = ()

    def __str__(self) -> str:
        return self.upper()


def test_members_are_named_after_the_tail_of_their_urn_and_have_a_docstring() -> None:
    tails = [member.value.rpartition("token-type:")[2] for member in TokenType]
    assert list(TokenType.__members__) == [re.sub("[:-]", "_", tail).upper() for tail in tails]
    explained = re.findall(r'^    (\w+) = "urn:\S+"\n    """\w', inspect.getsource(TokenType), re.MULTILINE)
    assert explained == list(TokenType.__members__)
    assert len(TokenType) == 17


@pytest.mark.parametrize("member", TokenType, ids=lambda member: member.name)
def test_a_known_urn_is_its_member(member: TokenType) -> None:
    assert TokenType(member.value) is member
    assert member.is_known
    assert member in TokenType
    assert member.value in TokenType
    assert repr(member) == f"<TokenType.{member.name}: '{member.value}'>"
    assert all(twin is member for twin in copies_of(member))


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
    assert repr(unknown) == f"<TokenType (unknown): {text!r}>"
    assert {unknown: 1}[TokenType(text)] == len({TokenType(text), text}) == 1
    assert json.loads(json.dumps({"type": unknown, unknown: 1})) == {"type": text, text: 1}
    for twin in [*copies_of(unknown), TokenType(unknown)]:
        assert type(twin) is TokenType
        assert (twin, twin.name, twin.value, twin.is_known) == (text, text, text, False)


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
    assert not isinstance(Colour("blue"), TokenType)
