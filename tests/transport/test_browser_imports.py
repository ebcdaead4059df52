"""Tests what is loaded in a page.

There, each module takes milliseconds, and many are useless.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

IMPORTED = """
import logging, pyee, sys
sys.platform = "emscripten"
before = set(sys.modules)
import wsclient
print(*sorted(set(sys.modules) - before))
"""


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """Returns the modules that `import wsclient` loads in a page.

    Those that pyee and logging load are left out.
    """
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, timeout=30, check=True)
    return set(done.stdout.split())


def test_a_page_loads_the_transport_of_a_browser(imported: set[str]) -> None:
    assert "wsclient.transport.browser" in imported


@pytest.mark.parametrize("name", ["_socket", "_ssl", "certifi", "select", "selectors", "socket", "ssl"])
def test_a_page_loads_nothing_of_the_world_of_sockets(imported: set[str], name: str) -> None:
    assert name not in imported


@pytest.mark.parametrize(
    "room",
    [
        "wsclient.protocol.connection",
        "wsclient.protocol.deflate",
        "wsclient.protocol.frames",
        "wsclient.protocol.handshake",
        "wsclient.protocol.http11",
        "wsclient.scene",
        "wsclient.transport.native",
        "wsclient.transport.opening",
        "wsclient.transport.stream",
        "wsclient.variant",
    ],
)
def test_a_page_loads_no_room_that_it_has_no_use_for(imported: set[str], room: str) -> None:
    assert not {name for name in imported if name == room or name.startswith(f"{room}.")}
