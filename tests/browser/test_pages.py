"""Tests the behaviours in Pyodide.

It runs under Node.js, and in a page and a worker of each browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.behaviours import BEHAVIOURS
from tests.browser.environments import ENVIRONMENTS, play_in

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_behaviour(name: str, tmp_path: Path, closed_port: int) -> None:
    failed, passed, trouble = play_in(ENVIRONMENTS[name], tmp_path, closed_port)

    assert trouble == ""
    assert not failed, "\n".join(f"{name}:\n{why}" for name, why in failed.items())
    assert passed == list(BEHAVIOURS)
