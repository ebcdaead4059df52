"""Tests the end of the program.

It is quiet (faults A9), but reports what is lost (faults A8).
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from websockets.sync.server import serve

from tests.support.client_states import URL, reach
from tests.support.fake_transport import FakeNetwork
from tests.support.source import ROOT
from wsclient.websocket.client import WebSocketClient
from wsclient.websocket.fork_guard import warn_at_exit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from websockets.sync.server import ServerConnection

OPEN = """
import sys, time
from wsclient import WebSocketClient

client = WebSocketClient()
client.connect_to_url(sys.argv[1])
deadline = time.monotonic() + 30.0
while client.get_connection_status() is not client.CONNECTION_CONNECTED and time.monotonic() < deadline:
    client.poll()
"""


def listen(connection: ServerConnection) -> None:
    for _message in connection:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve(listen, "127.0.0.1", 0, max_size=None) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()


def run(program: str, url: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", OPEN + program, url], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("holder", ["os", "codecs", "io", "abc", "stat", "sys", "builtins", "wsclient"])
def test_a9_the_end_of_the_program_is_quiet_whatever_keeps_the_client(holder: str, url: str) -> None:
    assert run(f"import {holder}\n{holder}.keep = client\ndel client", url) == (0, "")


def test_a9_a_client_of_the_program_itself_ends_quietly(url: str) -> None:
    assert run("", url) == (0, "")


def test_a8_data_that_is_lost_at_exit_is_logged_once(url: str) -> None:
    code, told = run("client.put_packet(bytes(15_000_000))\nclient.disconnect_from_host()", url)

    assert (code, len(told.splitlines())) == (0, 1), told
    assert "the program ended with " in told
    assert " bytes in 1 messages unsent: they are lost" in told


def blocked(network: FakeNetwork) -> WebSocketClient:
    """Makes a client with five bytes that the network does not take."""
    client = WebSocketClient(transport=network)
    reach("open", client, network)
    network.latest.is_blocked = True
    client.put_packet(b"hello")
    return client


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


def test_a8_leaving_a_with_block_logs_lost_data(network: FakeNetwork, caplog: pytest.LogCaptureFixture) -> None:
    with blocked(network):
        pass

    assert warnings_of(caplog) == ["host:80: a with block ended with 5 bytes in 1 messages unsent: they are lost"]


def test_a8_nothing_is_logged_if_nothing_is_lost(network: FakeNetwork, caplog: pytest.LogCaptureFixture) -> None:
    with WebSocketClient(transport=network) as client:
        reach("open", client, network)
        client.put_packet(b"hello")

    assert warnings_of(caplog) == []


def test_a8_each_connection_that_loses_data_at_exit_is_logged(
    network: FakeNetwork, caplog: pytest.LogCaptureFixture
) -> None:
    client = blocked(network)
    client.disconnect_from_host()

    warn_at_exit()

    assert "host:80: the program ended with 5 bytes in 1 messages unsent: they are lost" in warnings_of(caplog)
    client.__exit__(None, None, None)


def test_a8_an_ended_connection_loses_nothing_more(caplog: pytest.LogCaptureFixture) -> None:
    network = FakeNetwork()
    client = blocked(network)
    client.__exit__(None, None, None)
    caplog.clear()

    warn_at_exit()

    assert warnings_of(caplog) == []
    assert client.connect_to_url(URL) == 0
    client.disconnect_from_host()
