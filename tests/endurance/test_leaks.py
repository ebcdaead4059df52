"""Tests that ten thousand connections and clients leave nothing behind.

This means descriptors, threads and memory.

Over socket pairs, so that the descriptors are real.
"""

from __future__ import annotations

import gc
import logging
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from tests.support.paired_network import PairedNetwork, agree, read_request
from tests.support.resources import holding
from wsclient import WebSocketClient
from wsclient.testing import FakeClock
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from wsclient.transport.base import Settings

pytestmark = pytest.mark.untraced

COUNT = 10_000
FEW = 500  # until every cache is filled

TEXT = bytes.fromhex("8105 48656c6c6f")
CLOSE = bytes.fromhex("8802 03e8")
GOODBYE = bytes.fromhex("8882")  # a masked Close with a code
MASKED = bytes.fromhex("8181 00000000 61")

# No object of a client may remain, not even of every tenth client.
MOST_BLOCKS = COUNT // 10
MOST_TRACED = 4096
MOST_RESIDENT = 4 * 1024 * 1024


class Shop:
    """Makes clients, and serves them."""

    def __init__(self) -> None:
        self.network = PairedNetwork()
        self.clock = FakeClock()
        self.ends = 0

    def client(self) -> WebSocketClient:
        client = WebSocketClient(transport=self._transport)
        client.connection_closed.connect(self._note)
        client.connection_error.connect(self._note)
        return client

    def _transport(self, settings: Settings) -> NativeTransport:
        return NativeTransport(settings, clock=self.clock, outside=self.network.outside)

    def _note(self, _was_clean: bool = False) -> None:
        self.ends += 1

    def connect(self, client: WebSocketClient) -> socket.socket:
        """Starts an attempt, as far as the request."""
        client.connect_to_url("ws://game.example")
        client.poll()
        client.poll()
        return self.network.accepted.popleft()

    def let_end(self, client: WebSocketClient) -> None:
        for _ in range(4):
            client.poll()
        assert client.get_connection_status() == client.CONNECTION_DISCONNECTED


def server_closes(shop: Shop, client: WebSocketClient) -> None:
    with shop.connect(client) as server:
        agree(server, TEXT + CLOSE)
        client.poll()
        shop.let_end(client)
        assert client.get_packet() == b"Hello"


def client_closes(shop: Shop, client: WebSocketClient) -> None:
    with shop.connect(client) as server:
        agree(server)
        client.poll()
        client.send_text("bye")
        client.disconnect_from_host()
        server.send(CLOSE)
        shop.let_end(client)


def server_vanishes(shop: Shop, client: WebSocketClient) -> None:
    with shop.connect(client) as server:
        agree(server, TEXT)
    shop.let_end(client)


def server_breaks_the_rules(shop: Shop, client: WebSocketClient) -> None:
    with shop.connect(client) as server:
        agree(server, MASKED)
        shop.let_end(client)


def server_refuses(shop: Shop, client: WebSocketClient) -> None:
    with shop.connect(client) as server:
        read_request(server)
        server.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        shop.let_end(client)


def client_gives_up(shop: Shop, client: WebSocketClient) -> None:
    with shop.connect(client):
        client.disconnect_from_host()
        shop.let_end(client)
    shop.ends += 1  # which no signal reports


def client_reconnects_while_closing(shop: Shop, client: WebSocketClient) -> None:
    with shop.connect(client) as server:
        agree(server)
        client.poll()
        client.disconnect_from_host()
        client_closes(shop, client)
    shop.ends -= 1  # two ends of one turn


TURNS: list[Callable[[Shop, WebSocketClient], None]] = [
    server_closes,
    client_closes,
    server_vanishes,
    server_breaks_the_rules,
    server_refuses,
    client_gives_up,
    client_reconnects_while_closing,
]


@pytest.fixture(autouse=True)
def _without_log() -> Iterator[None]:
    logging.disable(logging.CRITICAL)  # pytest keeps every line
    yield
    logging.disable(logging.NOTSET)


def leaves_nothing(turn: Callable[[int], None], count: int = COUNT) -> None:
    """Takes so many turns, and then holds what it held after a few."""
    for number in range(FEW):
        turn(number)
    before = holding()
    for number in range(count):
        turn(number)
    after = holding()
    assert after.descriptors == before.descriptors
    assert after.threads == before.threads
    assert after.blocks - before.blocks < MOST_BLOCKS
    assert after.resident - before.resident < MOST_RESIDENT


@pytest.mark.hostile("C10")
def test_ten_thousand_connections_of_one_client_leave_nothing_behind() -> None:
    shop = Shop()
    client = shop.client()

    leaves_nothing(lambda number: TURNS[number % len(TURNS)](shop, client))

    assert shop.ends == FEW + COUNT


@pytest.mark.hostile("C10")
def test_ten_thousand_clients_leave_nothing_behind() -> None:
    shop = Shop()

    leaves_nothing(lambda number: TURNS[number % len(TURNS)](shop, shop.client()))

    assert shop.ends == FEW + COUNT


@pytest.mark.hostile("C10")
@pytest.mark.parametrize("turn", TURNS)
def test_no_byte_stays_of_any_kind_of_end(turn: Callable[[Shop, WebSocketClient], None]) -> None:
    shop = Shop()
    tracemalloc.start()
    try:
        for _ in range(50):
            turn(shop, shop.client())
        grown = []
        # What leaks grows each time. What a thread of pytest-xdist takes meanwhile, for a list of tests, does not.
        while len(grown) < 3 and not (grown and min(grown) < MOST_TRACED):
            before = holding().traced
            for _ in range(200):
                turn(shop, shop.client())
            grown.append(holding().traced - before)
        assert min(grown) < MOST_TRACED
    finally:
        tracemalloc.stop()


@pytest.mark.hostile("C10", "H09")
def test_clients_dropped_while_open_leave_nothing_behind() -> None:
    shop = Shop()

    def drop(_number: int) -> None:
        client = shop.client()
        with shop.connect(client) as server:
            agree(server)
            client.poll()
            with pytest.warns(ResourceWarning, match="dropped while open"):
                del client
            assert server.recv(100)[:2] == GOODBYE
            assert server.recv(100) == b"", "the end"

    leaves_nothing(drop, FEW)


@pytest.mark.hostile("H09")
def test_a_circle_around_an_open_client_is_collected_with_its_socket() -> None:
    shop = Shop()

    class Game:
        def __init__(self) -> None:
            self.client = shop.client()
            self.client.data_received.connect(self.on_data)

        def on_data(self) -> None: ...

    game = Game()
    with shop.connect(game.client) as server:
        agree(server)
        game.client.poll()
        del game
        with pytest.warns(ResourceWarning, match="dropped while open"):
            gc.collect()
        assert server.recv(100)[:2] == GOODBYE
        assert server.recv(100) == b"", "the end"


def test_a_leak_would_be_found() -> None:
    kept: list[bytes] = []

    with pytest.raises(AssertionError):
        leaves_nothing(lambda number: kept.append(number * b"."), 2 * MOST_BLOCKS)
