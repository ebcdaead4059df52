"""Tests name lookups in real subinterpreters.

They allow no daemon threads, or no threads at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.websockets_server import running

if TYPE_CHECKING:
    from collections.abc import Iterator

interpreters: Any = pytest.importorskip("_interpreters", reason="subinterpreters need Python 3.13 or newer")

pytestmark = [pytest.mark.faults("B17"), pytest.mark.untraced]

CODE = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
import logging
import time
from wsclient import WebSocketClient

logging.disable(logging.CRITICAL)
said = []
client = WebSocketClient()
client.connection_established.connect(lambda _: client.disconnect_from_host())
client.connection_closed.connect(lambda was_clean: said.append("clean" if was_clean else "unclean"))
client.connection_error.connect(lambda: said.append(client.last_error.details()))
client.connect_to_url({url!r})
end = time.monotonic() + 20.0
while not said and time.monotonic() < end:
    client.poll()
Path({result!r}).write_text(*said)
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with running() as port:
        yield port


def said_inside(url: str, folder: Path, **settings: bool) -> str:
    """Connects in an interpreter with these settings. Returns how that ended."""
    config = interpreters.new_config("isolated")
    for name, value in settings.items():
        setattr(config, name, value)
    interpreter = interpreters.create(config)
    result = folder / "said"
    try:
        root = str(Path(__file__).resolve().parents[3])
        assert interpreters.exec(interpreter, CODE.format(root=root, url=url, result=str(result))) is None
    finally:
        interpreters.destroy(interpreter)
    return result.read_text()


def test_without_daemon_threads_a_name_is_looked_up(port: int, tmp_path: Path) -> None:
    assert said_inside(f"ws://localhost:{port}", tmp_path) == "clean"


def test_without_threads_a_number_needs_no_lookup(port: int, tmp_path: Path) -> None:
    assert said_inside(f"ws://127.0.0.1:{port}", tmp_path, allow_threads=False) == "clean"


def test_without_threads_a_name_is_refused_with_the_way_out(port: int, tmp_path: Path) -> None:
    said = said_inside(f"ws://localhost:{port}", tmp_path, allow_threads=False)

    assert "forbids threads" in said
    assert "a numeric address" in said
    assert "firewall" not in said
