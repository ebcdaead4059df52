"""Tests how many calls of Python functions a single message costs.

The number does not depend on how busy the machine is.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.collector import collector_off
from tests.support.paired_network import PairedNetwork, agree
from wsclient import WebSocketClient
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

MOST = 30
"""From `poll()` to the handler, both counted."""

MOST_TO_CONNECT = 178
"""Of this library's functions, from `connect_to_url` to `connection_established`."""


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    with collector_off():
        yield


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


@pytest.mark.untraced
def test_a_connection_opens_in_few_calls() -> None:
    """The second one: the first compiles the constructors of value classes."""
    network = PairedNetwork()
    calls: list[str] = []

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_globals.get("__name__", "").startswith("wsclient."):
            calls.append(frame.f_code.co_qualname)

    client = WebSocketClient(transport=lambda settings: NativeTransport(settings, outside=network.outside))
    before = sys.getprofile()
    try:
        for _ in range(2):
            calls.clear()
            sys.setprofile(count)
            client.connect_to_url("ws://192.0.2.7/")
            client.poll()
            sys.setprofile(before)
            agree(network.accepted[-1])
            sys.setprofile(count)
            client.poll()
            sys.setprofile(before)
            assert client.get_connection_status() == client.CONNECTION_CONNECTED
            client.disconnect_from_host()
            network.accepted[-1].close()
            while client.get_connection_status() != client.CONNECTION_DISCONNECTED:
                client.poll()
    finally:
        sys.setprofile(before)

    assert len(calls) <= MOST_TO_CONNECT, "\n".join(calls)
