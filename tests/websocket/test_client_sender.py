"""What only a client sends by. Other threads: test_client_threads.py."""

from __future__ import annotations

from wsclient import WebSocketClient


def test_each_packet_leaves_at_once_unless_that_is_changed() -> None:
    client = WebSocketClient()
    before = client.auto_flush

    client.auto_flush = False

    assert (before, client.auto_flush) == (True, False)
