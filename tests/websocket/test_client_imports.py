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


NEEDS = """
import sys
from wsclient import ReconnectPolicy, WebSocketClient, WebSocketServer

client = WebSocketClient()
server = WebSocketServer()
{setting}
client.connect_to_url("{scheme}://127.0.0.1:1", gd_mp_api={is_multiplayer})
while client.get_connection_status() is not client.CONNECTION_DISCONNECTED and not {is_at_once}:
    client.poll()
print(*sorted(sys.modules))
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


def test_a_client_made_in_a_frame_loads_nothing_but_variants() -> None:
    program = """
import sys
from wsclient import WebSocketClient

before = {*sys.modules}
client = WebSocketClient()
client.connect_to_url("ws://127.0.0.1:1")
print(*sorted({*sys.modules} - before))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )

    assert done.stderr == ""
    others = {name for name in done.stdout.split() if not name.startswith("wsclient.variant")}
    assert others <= {"array"}, "in some builds of Python, this is a file of its own, which variants need"


@pytest.mark.parametrize("kind", ["plain", "compressed"])
def test_a6_no_module_is_loaded_while_connected(kind: str, url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, url, kind], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.stderr, done.stdout.split()) == ("", [])


@pytest.mark.parametrize(
    ("setting", "scheme", "needed"),
    [
        pytest.param("client.proxy = 'http://127.0.0.1:2'", "ws", "transport.opening.tunnelling", id="proxy"),
        pytest.param("client.compression = True", "ws", "protocol.compression", id="compression"),
        pytest.param("client.max_redirects = 3", "ws", "protocol.redirect", id="redirects"),
        pytest.param(
            "client.reconnect_policy = ReconnectPolicy(keep_unsent=True)", "ws", "transport.unsent_log", id="kept"
        ),
        pytest.param("server.listen(0)", "ws", "transport.opening.answering", id="server"),
        pytest.param("multiplayer = True", "ws", "multiplayer.godot3.session", id="session"),
        pytest.param("", "wss", "transport.opening.securing", id="tls"),
    ],
)
def test_what_a_setting_needs_is_loaded_before_the_frame_that_needs_it(setting: str, scheme: str, needed: str) -> None:
    """The modules of a setting are loaded before a frame needs them.

    The lookup loads those of TLS in its thread, so that test waits for the end: the port is closed.
    """
    program = NEEDS.format(
        setting=setting, scheme=scheme, is_multiplayer="multiplayer" in setting, is_at_once=scheme == "ws"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )

    assert f"wsclient.{needed}" in done.stdout.split(), done.stderr
