"""Tests a client in PyScript's own tag, in Chromium.

PyScript and Pyodide are served from npm's packages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from demos.web.npm import PYODIDE
from tests.browser.environments import installed, open_in_chromium, served_from
from tests.browser.server import Page

if TYPE_CHECKING:
    from pathlib import Path

PYSCRIPT = "@pyscript/core@0.7.31"


@pytest.mark.timeout(300)
def test_a_client_talks_in_pyscript(tmp_path: Path) -> None:
    modules = installed(PYODIDE, PYSCRIPT)
    pages = served_from(modules)
    for file in (modules / "@pyscript" / "core" / "dist").glob("*.js"):
        pages[f"/core/{file.name}"] = Page("text/javascript", file.read_bytes())

    posted, trouble = open_in_chromium(pages, "pyscript.html", tmp_path)

    assert trouble == ""
    assert [each["seen"] for each in posted] == [["hello", True]]
