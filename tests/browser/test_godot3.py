"""A page joins a game on a real Godot 3 server: RPC and Variants, in Pyodide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.environments import ENVIRONMENTS, run_in
from tests.support.godot3 import Godot, drive
from tests.support.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["node", "chromium-page"])
def test_a_page_joins_a_godot_3_server(name: str, tmp_path: Path) -> None:
    port = free_port()
    with Godot("server", str(port), home=tmp_path) as server:
        drive(lambda: server.told("listening"), server)

        posted, trouble = run_in(ENVIRONMENTS[name], tmp_path / "profile", f"godot={port}")

        drive(lambda: server.told("disconnected"), server)
    assert (trouble, [each["error"] for each in posted if "error" in each]) == ("", [])
    assert [each["name"] for each in posted if "name" in each] == ["joins_a_godot_3_server"]
