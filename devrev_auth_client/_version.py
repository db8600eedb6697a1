"""The version, a literal: a vendored copy has no installed distribution to ask."""

__version__ = "0.1.0"
