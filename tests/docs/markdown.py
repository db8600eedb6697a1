"""Reads what the documents of this repository say, with markdown-it."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Block:
    """A fenced block; `line` is that of its first line of code."""

    language: str
    code: str
    line: int
    title: str = ""
    output: str | None = None
    """What the block titled "Output" right after it shows."""


class Document:
    """One Markdown file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = (ROOT / name).read_text("utf-8")
        self._tokens = MarkdownIt("commonmark").enable("table").parse(self.text)

    def blocks(self, language: str) -> list[Block]:
        """The fenced blocks of a language."""
        fences = [token for token in self._tokens if token.type == "fence"]
        return [
            Block(language, fence.content, (fence.map or [0])[0] + 2, _title(fence), _output(following))
            for fence, following in zip_longest(fences, fences[1:])
            if fence.info.partition(" ")[0] == language
        ]

    def headings(self) -> list[str]:
        """The headings below the title, in order."""
        return [text for tag, text in self._headings() if tag == "h2"]

    def anchors(self) -> set[str]:
        """What a link can name after `#`, as GitHub makes it."""
        return {re.sub(r"[^\w\- ]", "", text).lower().replace(" ", "-") for _, text in self._headings()}

    def tables(self, heading: str) -> list[list[list[str]]]:
        """The tables below a heading; each row a list of cells, the header row first."""
        tables: list[list[list[str]]] = []
        inside = False
        for place, token in enumerate(self._tokens):
            if token.type == "heading_open":
                inside = self._tokens[place + 1].content == heading
            elif inside and token.type == "table_open":
                tables.append([])
            elif inside and token.type == "tr_open":
                tables[-1].append([])
            elif inside and token.type in {"th_open", "td_open"}:
                tables[-1][-1].append(self._tokens[place + 1].content)
        return tables

    def links(self) -> list[str]:
        """Where the links lead."""
        return [str(token.attrs["href"]) for token in self._inline() if token.type == "link_open"]

    def code(self) -> list[str]:
        """All that is set as code: spans, and the commands of shell blocks."""
        return [token.content for token in self._inline() if token.type == "code_inline"] + self.commands()

    def commands(self) -> list[str]:
        """The commands of shell blocks; of a block of language `console`, the lines after a prompt."""
        plain = [line for block in self.blocks("sh") for line in block.code.replace("\\\n", " ").splitlines()]
        typed = [line for block in self.blocks("console") for line in block.code.replace("\\\n", " ").splitlines()]
        return plain + [line.removeprefix("$ ") for line in typed if line.startswith("$ ")]

    def make_targets(self) -> set[str]:
        """The targets of `make` that it names."""
        commands = [shlex.split(code) for code in self.code() if re.match(r"make( |$)", code)]
        return {word for words in commands for word in words[1:] if "=" not in word}

    def _inline(self) -> list[Token]:
        return [child for token in self._tokens for child in token.children or ()]

    def _headings(self) -> list[tuple[str, str]]:
        opened = [place for place, token in enumerate(self._tokens) if token.type == "heading_open"]
        return [(self._tokens[place].tag, self._tokens[place + 1].content) for place in opened]


def _title(fence: Token) -> str:
    found = re.search(r'title="([^"]*)"', fence.info)
    return found[1] if found else ""


def _output(following: Token | None) -> str | None:
    return following.content if following is not None and _title(following) == "Output" else None
