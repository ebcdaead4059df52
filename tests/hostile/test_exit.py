"""Tests the end of the interpreter with connections in any state.

It ends at once, and prints nothing on the terminal.
"""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.support.source import ROOT

SETTING = """
import gc, socket, sys, threading, time
from tests.support.paired_network import PairedNetwork, agree
from wsclient import WebSocketClient
from wsclient.transport.native import NativeTransport

network = PairedNetwork()

def start(url="ws://game.example"):
    client = WebSocketClient(transport=lambda settings: NativeTransport(settings, outside=network.outside))
    client.connect_to_url(url)
    client.poll()
    client.poll()
    return client

def opened():
    client = start()
    agree(network.accepted[-1])
    client.poll()
    assert client.get_connection_status() == client.CONNECTION_CONNECTED
    return client

class Game:
    def __init__(self):
        self.client = opened()
        self.client.data_received.connect(self.on_data)
    def on_data(self): ...
"""

HANGING_LOOKUP = """
import socket, threading
socket.getaddrinfo = lambda *_, **__: threading.Event().wait(3600)
from wsclient import WebSocketClient
client = WebSocketClient()
client.connect_to_url("{scheme}://game.example")
client.poll()
assert any(thread.name.startswith("wsclient lookup") for thread in threading.enumerate())
"""


def run(program: str, *options: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """Runs a program to its end. Returns its result and the seconds that it took."""
    before = time.monotonic()
    done = subprocess.run(
        [sys.executable, *options, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=50
    )
    return done, time.monotonic() - before


def ends_quietly(done: subprocess.CompletedProcess[str]) -> None:
    assert "Exception ignored" not in done.stderr
    assert "Traceback" not in done.stderr
    assert "Error" not in done.stderr
    assert done.returncode == 0


@pytest.mark.hostile("H10")
@pytest.mark.parametrize(
    "ending",
    [
        pytest.param("client = opened()", id="open"),
        pytest.param("client = start()", id="connecting"),
        pytest.param("client = opened(); client.disconnect_from_host()", id="closing"),
        pytest.param("game = Game()", id="open in a circle"),
        pytest.param("game = Game(); client = opened(); gc.disable()", id="without a collector"),
        pytest.param("import builtins; builtins.client = opened()", id="kept to the very end"),
        pytest.param("sys.client = opened(); sys.peer = sys.client.get_peer(1)", id="kept by the interpreter"),
        pytest.param("client = opened(); signal = client.data_received", id="with its signal"),
        pytest.param("client = opened(); client.connection_closed.connect(print); sys.exit(0)", id="sys.exit"),
        pytest.param(
            "client = opened(); threading.Thread(target=lambda: time.sleep(3600), daemon=True).start()", id="a thread"
        ),
    ],
)
@pytest.mark.parametrize("options", [(), ("-X", "dev")], ids=["plain", "dev"])
def test_a_program_that_just_ends_ends_quietly(ending: str, options: tuple[str, ...]) -> None:
    done, _ = run(f"{SETTING}\n{ending}", *options)

    ends_quietly(done)


@pytest.mark.hostile("H10")
def test_a_program_that_ends_for_another_reason_reports_only_that() -> None:
    done, _ = run(f"{SETTING}\nclient = opened()\nraise SystemExit('no more lives')")

    assert (done.returncode, done.stderr.strip()) == (1, "no more lives")


@pytest.mark.hostile("G03")
@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_a_program_ends_at_once_while_a_name_server_is_silent(scheme: str) -> None:
    done, seconds = run(HANGING_LOOKUP.format(scheme=scheme))

    ends_quietly(done)
    assert seconds < 40  # of an hour that the lookup takes; starting Python is most of it
