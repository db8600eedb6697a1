"""Reads what the documents of this repository say, with markdown-it."""

import re
from dataclasses import dataclass
from itertools import zip_longest

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.programs import ROOT


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
        fences = [token for token in self._tokens if token.type == "fence"]
        return [
            Block(language, fence.content, (fence.map or [0])[0] + 2, _title(fence), _output(following))
            for fence, following in zip_longest(fences, fences[1:])
            if fence.info.partition(" ")[0] == language
        ]

    def run(self, block: Block) -> None:
        """Run a Python block in this process; a traceback names the document's line."""
        code = compile("\n" * (block.line - 1) + block.code, str(ROOT / self.name), "exec", dont_inherit=True)
        exec(code, {"__name__": "__main__"})  # noqa: S102  # our own document

    def anchors(self) -> set[str]:
        """What a link can name after `#`, as GitHub makes it."""
        opened = [place for place, token in enumerate(self._tokens) if token.type == "heading_open"]
        headings = [self._tokens[place + 1].content for place in opened]
        return {re.sub(r"[^\w\- ]", "", text).lower().replace(" ", "-") for text in headings}

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
        return [str(token.attrs["href"]) for token in self._inline() if token.type == "link_open"]

    def commands(self) -> list[str]:
        """The commands of shell blocks (of language `console`, the lines after a prompt), and `make` in the text."""
        plain = [line for block in self.blocks("sh") for line in block.code.replace("\\\n", " ").splitlines()]
        typed = [line for block in self.blocks("console") for line in block.code.replace("\\\n", " ").splitlines()]
        named = [token.content for token in self._inline() if token.type == "code_inline"]
        made = [text for text in named if re.match("make( |$)", text)]
        return [*plain, *made, *(line.removeprefix("$ ") for line in typed if line.startswith("$ "))]

    def _inline(self) -> list[Token]:
        return [child for token in self._tokens for child in token.children or ()]


def _title(fence: Token) -> str:
    found = re.search(r'title="([^"]*)"', fence.info)
    return found[1] if found else ""


def _output(following: Token | None) -> str | None:
    return following.content if following is not None and _title(following) == "Output" else None
