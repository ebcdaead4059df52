"""Tests how many calls of Python functions a single message costs.

The number does not depend on how busy the machine is.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.paired_network import PairedNetwork, agree
from wsclient import WebSocketClient
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    from types import FrameType

MOST = 35
"""From `poll()` to the handler, both counted."""


@pytest.mark.untraced
def test_one_message_reaches_its_handler_in_few_calls() -> None:
    network = PairedNetwork()
    calls: list[str] = []
    until_handler: list[int] = []

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            calls.append(frame.f_code.co_qualname)

    with WebSocketClient(transport=lambda settings: NativeTransport(settings, outside=network.outside)) as client:
        client.data_received.connect(lambda: until_handler.append(len(calls)))
        client.connect_to_url("ws://game.example/")
        client.poll()
        server = network.accepted[0]
        agree(server)
        while client.get_connection_status() != client.CONNECTION_CONNECTED:
            client.poll()
        before = sys.getprofile()
        try:
            for _ in range(3):
                server.send(b"\x82\x05hello")
                calls.clear()
                sys.setprofile(count)
                client.poll()
                sys.setprofile(before)
                client.get_packet()
        finally:
            sys.setprofile(before)
            server.close()

    assert until_handler[-1] <= MOST, "\n".join(calls[: until_handler[-1]])
