"""What an editor of the description might add: operations under another tag, with all that the generator handles."""

from pathlib import Path

_FOLDER = Path(__file__).parent

_PARAMETERS = """\
  parameters:
    WorkId:
      name: work_id
      in: path
      required: true
      description: Which work.
      schema:
        type: string

"""


def add_operations(description: str) -> str:
    """Return the description with further paths and schemas."""
    paths = (_FOLDER / "more_paths.yaml").read_text("utf-8")
    schemas = (_FOLDER / "more_schemas.yaml").read_text("utf-8")
    before_components, components, rest = description.partition("\ncomponents:\n")
    before_schemas, heading, rest = rest.partition("\n  schemas:\n")
    assert components
    assert heading
    return f"{before_components}\n{paths}{components}{_PARAMETERS}{before_schemas}{heading}{schemas}\n{rest}"
