"""Writes the programs of the documentation into its pages.

`python -m tests.docs.programs` copies them from their files again.

A page shows a program in a fence that names its file: ```py title="demos/minimal/client.py". So the page reads well
wherever Markdown is shown, and a test holds both equal.
"""

from __future__ import annotations

import re

from tests.support.source import ROOT

__all__ = ["PAGES", "renewed"]

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

_FENCE = re.compile(
    r'^```py title="(?P<path>[^"\n]+)"(?P<more>[^\n]*)\n(?P<program>.*?)^```$', re.DOTALL | re.MULTILINE
)


def renewed(page: str) -> str:
    """Returns the page with each program as its file has it."""
    return _FENCE.sub(lambda fence: f'```py title="{fence["path"]}"{fence["more"]}\n{_read(fence["path"])}```', page)


def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8").rstrip("\n") + "\n"


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
