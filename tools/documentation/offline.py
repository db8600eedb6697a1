"""Checks that the built pages load nothing from elsewhere, and that their links work from disk; a hook of mkdocs.

mkdocs.yml names it. What is found is a warning, and `make docs` fails on warnings.
"""

from __future__ import annotations

import logging
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

logger = logging.getLogger("mkdocs.hooks.offline")

_LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}


class _Loaded(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if value and (tag, name) == ("a", "href")]
        self.addresses += [value for name, value in attrs if value is not None and _LOADING.get(tag) == name]


def on_post_build(config: MkDocsConfig) -> None:
    """Warn of each address elsewhere that a page loads, and of each link within the site that is no file."""
    for path in sorted(Path(config.site_dir).rglob("*.html")):
        if path.name == "404.html":
            continue  # a server shows it, for any address
        page = _Loaded()
        page.feed(path.read_text(encoding="utf-8"))
        for address in page.addresses:
            if "//" in address.partition("?")[0]:
                logger.warning("%s loads %s", path.relative_to(config.site_dir), address)
        for link in page.links:
            parts = urlsplit(link)
            if not parts.scheme and not path.parent.joinpath(unquote(parts.path)).is_file() and parts.path:
                logger.warning("%s links to %s, which is no file", path.relative_to(config.site_dir), link)
