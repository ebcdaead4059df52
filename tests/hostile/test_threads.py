"""Tests clients in separate threads, with and without the GIL.

They share nothing that one could spoil for another.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import pytest

from tests.support.paired_network import PairedNetwork, agree
from wsclient import WebSocketClient
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wsclient.transport.base import Settings

MESSAGES = 400
CONNECTIONS = 5
CLOSE = bytes.fromhex("8802 03e8")


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    """With the GIL, threads take turns, usually rarely."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


class Player:
    """A client and its server in one thread.

    It plays some connections one after the other, with messages both ways.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.received: list[object] = []
        self.arrived: list[bytes] = []
        self.told: list[object] = []
        self.error: BaseException | None = None
        self._network = PairedNetwork()

    def run(self) -> None:
        try:
            client = WebSocketClient(transport=self._transport)
            client.data_received.connect(lambda: self.received.append(client.get_message()))
            client.connection_closed.connect(self.told.append)
            for _ in range(CONNECTIONS):
                self._play(client)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    def _transport(self, settings: Settings) -> NativeTransport:
        return NativeTransport(settings, outside=self._network.outside)

    def _play(self, client: WebSocketClient) -> None:
        client.connect_to_url("ws://game.example")
        client.poll()
        client.poll()
        with self._network.accepted.popleft() as server:
            agree(server)
            while client.get_connection_status() != client.CONNECTION_CONNECTED:
                client.poll()
            for number in range(MESSAGES):
                text = f"{self.name} {number}".encode()
                server.sendall(b"\x81" + bytes((len(text),)) + text)
                client.put_packet(text)
                client.poll()
                self.arrived.append(server.recv(1000))
            server.sendall(CLOSE)
            while client.get_connection_status() != client.CONNECTION_DISCONNECTED:
                client.poll()


@pytest.mark.hostile("H13")
@pytest.mark.untraced
def test_clients_in_threads_of_their_own_are_independent() -> None:
    players = [Player(name) for name in ("Ada", "Grace", "Barbara", "Radia")]
    threads = [threading.Thread(target=player.run) for player in players]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for player in players:
        assert player.error is None
        assert player.received == [f"{player.name} {number}" for number in range(MESSAGES)] * CONNECTIONS
        assert player.told == [True] * CONNECTIONS
        assert [unmasked(frame) for frame in player.arrived] == [str(text).encode() for text in player.received]


def unmasked(frame: bytes) -> bytes:
    """The payload of one short frame of a client's."""
    key, payload = frame[2:6], frame[6:]
    return bytes(byte ^ key[at % 4] for at, byte in enumerate(payload))
