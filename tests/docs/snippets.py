"""Finds the Python snippets of the documentation.

It knows their place, what they print, and how to run each.
"""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from tests.support.source import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["NAMED_SERVER", "Snippet", "read_snippets", "run"]

NAMED_SERVER = "ws://127.0.0.1:9080"

# A fenced block of Python, and the text after it that it prints. Included files have their own tests.
_BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```$(\n+```text\n(?P<output>.*?)^```$)?", re.DOTALL | re.MULTILINE)

# What every snippet may use, see docs/index.md; and a stand-in for Blender.
_BEFORE = """
import sys, time, types
from wsclient import Error, WebSocketClient

class Running:
    frames = 150  # not a time: on a busy machine each takes longer, and so does the answer
    def __bool__(self):
        wait(0.002)
        self.frames -= 1
        return self.frames > 0

class Timers:
    def register(self, function, persistent):
        while running:
            function()

wait, time.sleep = time.sleep, lambda seconds: wait(min(seconds, 0.01))
client, running = WebSocketClient(), Running()
bpy = sys.modules["bpy"] = types.ModuleType("bpy")
bpy.app = types.SimpleNamespace(timers=Timers())
"""

_AFTER = """
client.disconnect_from_host()
client.poll()
"""


class Snippet(NamedTuple):
    """One fenced block."""

    page: str
    line: int
    code: str
    output: str  # "" if the page does not say

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def read_snippets(page: str, text: str) -> Iterator[Snippet]:
    """Finds the snippets of a page."""
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Snippet(page, line, found["code"], found["output"] or "")


def run(snippet: Snippet, url: str) -> subprocess.CompletedProcess[str]:
    """Runs a snippet in a separate process.

    The snippet is a part of a program that has a client and a loop.

    Args:
        snippet: what to run.
        url: of the server that it finds in the place of the one that the pages name.
    """
    code = _BEFORE + snippet.code.replace(NAMED_SERVER.removeprefix("ws://"), url.removeprefix("ws://")) + _AFTER
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
