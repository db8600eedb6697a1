"""A language server, asked as an editor asks it: pyright's, over its standard input and output."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SERVER = Path(sys.executable).with_name("pyright-langserver")

_CAPABILITIES = {
    "workspace": {"configuration": True},
    "textDocument": {
        "hover": {"contentFormat": ["plaintext"]},
        "signatureHelp": {"signatureInformation": {"documentationFormat": ["plaintext"]}},
    },
}


class LanguageServer:
    """Speaks the Language Server Protocol 3.17 (its base protocol is JSON-RPC behind a Content-Length)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._process = subprocess.Popen(  # noqa: S603  # of our own environment
            [SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def __enter__(self) -> Self:
        root = {"uri": self._folder.as_uri(), "name": self._folder.name}
        self._ask("initialize", {"processId": None, "capabilities": _CAPABILITIES, "workspaceFolders": [root]})
        self._tell("initialized", {})
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if exc_type is None:
                self._ask("shutdown", None)
                self._tell("exit", None)
                self._process.wait(30)
        finally:
            self._process.kill()
            self._process.communicate()

    def hover(self, code: str) -> str:
        """Give what is shown where the code has a `|`."""
        shown = self._at("hover", code)
        return shown["contents"]["value"] if shown else ""

    def completions(self, code: str) -> list[str]:
        """Give the names that are offered where the code has a `|`."""
        offered = self._at("completion", code)
        return [item["label"] for item in offered["items"]]

    def argument(self, code: str) -> str:
        """Give what is said of the argument that is being typed where the code has a `|`."""
        help_ = self._at("signatureHelp", code)
        said: str = help_["signatures"][0]["parameters"][help_["activeParameter"]]["documentation"]["value"]
        return said

    def _at(self, what: str, code: str) -> Any:
        before, _, after = code.partition("|")
        uri = (self._folder / f"typed_{next(self._numbers)}.py").as_uri()
        document = {"uri": uri, "languageId": "python", "version": 1, "text": before + after}
        self._tell("textDocument/didOpen", {"textDocument": document})
        position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        return self._ask(f"textDocument/{what}", {"textDocument": {"uri": uri}, "position": position})

    def _ask(self, method: str, params: object) -> Any:
        number = next(self._numbers)
        self._send({"id": number, "method": method, "params": params})
        while (received := self._receive()).get("id") != number or "method" in received:
            if "id" in received:  # a question of the server's; what it asks for is the configuration
                items = received.get("params", {}).get("items", [])
                self._send({"id": received["id"], "result": [{"pythonPath": sys.executable} for _ in items]})
        return received["result"]

    def _tell(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, object]) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(content), content))
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        headers: dict[bytes, bytes] = {}
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            headers[name.lower()] = value
        assert headers, "the language server has ended"
        message: dict[str, Any] = json.loads(self._process.stdout.read(int(headers[b"content-length"])))
        return message
