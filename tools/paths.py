"""Where generation reads and writes."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "devrev_auth_client"


class GenerationError(Exception):
    """Nothing was written. The text has a line or more for each problem."""


@dataclass(frozen=True, kw_only=True)
class Paths:
    """What is read and what is written; the defaults are this repository's."""

    description: Path = ROOT / "openapi" / "auth-tokens.yaml"
    templates: Path = ROOT / "openapi" / "templates"
    config: Path = ROOT / "generator-config.yaml"
    target: Path = ROOT / PACKAGE / "generated"
    token_types: Path = ROOT / PACKAGE / "token_types.py"
    pins: Path = ROOT / "requirements" / "dev.txt"

    @property
    def package(self) -> Path:
        """The package that the generated folder is part of."""
        return self.target.parent
