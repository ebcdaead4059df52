"""The fixtures that pytest finds by itself."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from wsclient.testing import FakeClock, ScriptedServer

TEST = """
from wsclient import WebSocketClient

def test_it_connects(wsclient_server, wsclient_clock):
    assert wsclient_server.clock is wsclient_clock
    with WebSocketClient(transport=wsclient_server) as client:
        client.connect_to_url("ws://game.example")
        wsclient_server.accept()
        client.poll()
        assert client.get_connection_status() == client.CONNECTION_CONNECTED
"""


def test_both_share_a_clock(wsclient_server: ScriptedServer, wsclient_clock: FakeClock) -> None:
    assert wsclient_server.clock is wsclient_clock


def test_an_installed_package_brings_them_along() -> None:
    (found,) = entry_points(group="pytest11", name="wsclient")

    assert found.value == "wsclient.testing.pytest_plugin"


def test_a_test_of_a_user_needs_nothing_but_their_names(tmp_path: Path) -> None:
    (tmp_path / "test_game.py").write_text(TEST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:wsclient"]
    command += ["-p", "wsclient.testing.pytest_plugin", str(tmp_path)]  # as its entry point does

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert "1 passed" in done.stdout, done.stdout
