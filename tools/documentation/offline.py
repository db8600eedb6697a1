"""Sees that the built pages load nothing from elsewhere; a hook of mkdocs, which mkdocs.yml names.

What is found is a warning, and `make docs` fails on warnings.
"""

from __future__ import annotations

import logging
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

logger = logging.getLogger("mkdocs.hooks.offline")

# A link that a reader follows, <a>, may lead anywhere.
_LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}


class _Loaded(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value for name, value in attrs if value is not None and _LOADING.get(tag) == name]


def on_post_build(config: MkDocsConfig) -> None:
    """Warn of each address elsewhere that a page loads."""
    for path in sorted(Path(config.site_dir).rglob("*.html")):
        page = _Loaded()
        page.feed(path.read_text(encoding="utf-8"))
        for address in page.addresses:
            if "//" in address.partition("?")[0]:
                logger.warning("%s loads %s", path.relative_to(config.site_dir), address)
