"""A client on a network in memory.

A file that needs another client defines its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.client_states import URL
from tests.support.fake_transport import FakeNetwork, FakeTransport
from wsclient.websocket.client import WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wsclient.websocket.peer import WebSocketPeer


@pytest.fixture
def network() -> FakeNetwork:
    return FakeNetwork()


@pytest.fixture
def client(network: FakeNetwork) -> Iterator[WebSocketClient]:
    with WebSocketClient(transport=network) as client:
        yield client


@pytest.fixture
def transport(client: WebSocketClient, network: FakeNetwork) -> FakeTransport:
    """Of a connection that is open."""
    client.connect_to_url(URL)
    network.latest.open_now()
    client.poll()
    return network.latest


@pytest.fixture
def peer(client: WebSocketClient, transport: FakeTransport) -> WebSocketPeer:
    """Of a connection that is open."""
    peer = client.get_peer(1)
    assert peer is not None
    return peer
