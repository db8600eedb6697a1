"""Each template of ours replaces one of upstream's, and says which version, why, and until when."""

import re
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "openapi" / "templates"
TEMPLATES = sorted(FOLDER.glob("*.jinja"))
ROOT = FOLDER.parents[1]


def test_only_templates_that_must_differ_are_here_and_each_is_in_the_table() -> None:
    names = [template.name for template in TEMPLATES]
    own = ["joined_array_property.py.jinja"]
    assert [path.name for path in (FOLDER / "property_templates").iterdir()] == own
    table = re.findall(r"^\| `(\S+)` \|", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(table) == sorted([*names, *own])


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_a_template_opens_with_its_reason(template: Path) -> None:
    comment = template.read_text("utf-8").partition("-#}")[0]
    lines = re.findall(r"^(?:\{# )?(Replaces|Why|Fails without it|Can go):? (.+)", comment, re.MULTILINE)
    assert [name for name, _ in lines] == ["Replaces", "Why", "Fails without it", "Can go"]
    told = dict(lines)
    generator = version("openapi-python-client")
    assert told["Replaces"] == f"{template.name} of openapi-python-client {generator}."
    assert (files("openapi_python_client") / "templates" / template.name).is_file()
    path, _, test = told["Fails without it"].partition("::")
    assert f"def {test}(" in (ROOT / path).read_text("utf-8")
    readme = (FOLDER / "README.md").read_text("utf-8")
    assert f"`{test}`" in readme
    assert f"openapi-python-client {generator} " in readme
