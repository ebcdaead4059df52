"""Tests that nothing is imported in a frame (faults A6).

Neither `poll()` nor the calls that send and read import anything.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from websockets.sync.server import serve

from tests.support.source import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from websockets.sync.server import ServerConnection

PROGRAM = """
import sys, time
from wsclient import WebSocketClient

client = WebSocketClient()
client.compression = sys.argv[2] == "compressed"
client.connect_to_url(sys.argv[1])
deadline = time.monotonic() + 30.0
while client.get_connection_status() is not client.CONNECTION_CONNECTED and time.monotonic() < deadline:
    client.poll()
before = {*sys.modules}

for value in ({"name": [1, 2.5, None, True]}, "text" * 100, b"bytes"):
    client.put_var(value)
client.put_packet(b"binary" * 100)
client.send_text("text" * 100)
while client.get_available_packet_count() < 5 and time.monotonic() < deadline:
    client.poll()
read = [client.get_var(), client.get_var(), client.get_var(), client.get_packet(), client.get_message()]
client.disconnect_from_host()
while client.get_connection_status() is not client.CONNECTION_DISCONNECTED and time.monotonic() < deadline:
    client.poll()

assert read[0] == {"name": [1, 2.5, None, True]}, read
assert read[3:] == [b"binary" * 100, "text" * 100], read
print(*sorted({*sys.modules} - before))
"""


def echo(connection: ServerConnection) -> None:
    for message in connection:
        connection.send(message)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve(echo, "127.0.0.1", 0, compression="deflate") as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("kind", ["plain", "compressed"])
def test_a6_no_module_is_loaded_once_connected(kind: str, url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, url, kind], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.stderr, done.stdout.split()) == ("", [])
