"""Tests the server for Autobahn's fuzzing client.

`make autobahn` runs it.
"""

from __future__ import annotations

import gc

from tests.interop.autobahn_server import echoing
from wsclient import WebSocketClient


def test_it_echoes_each_message_with_its_kind() -> None:
    with echoing(0) as server, WebSocketClient() as client:
        client.compression = True
        client.connect_to_url(f"ws://127.0.0.1:{server.get_local_port()}")
        client.connection_established.connect(lambda _protocol: (client.send_text("text"), client.put_packet(b"\xff")))
        heard: list[str | bytes] = []
        for _ in range(5000):
            server.poll()
            client.poll()
            heard += client.get_messages()
            if len(heard) == 2:
                break

    assert heard == ["text", b"\xff"]
    gc.collect()  # its handler keeps the server
