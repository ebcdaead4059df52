"""Tests compression against the real `websockets` server.

Messages arrive whole, whatever the two agree on.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager, suppress
from random import Random
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.sync.server import serve

from tests.support.driving import RecordingClient, drive
from wsclient import Error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from websockets.sync.server import ServerConnection

MIB = 1024 * 1024


class EchoServer:
    """In a thread of its own.

    Attributes:
        url: its URL.
        agreed: what the last connection agreed on; None for no compression.
    """

    def __init__(self, port: int) -> None:
        self.url = f"ws://127.0.0.1:{port}"
        self.agreed: PerMessageDeflate | None = None


@contextmanager
def echoing(**parameters: object) -> Iterator[EchoServer]:
    """Has a server run that compresses so; without parameters it does not compress."""

    def echo(connection: ServerConnection) -> None:
        running.agreed = next(iter(connection.protocol.extensions), None)
        with suppress(ConnectionClosed):
            for message in connection:
                connection.send(message)

    extensions = [ServerPerMessageDeflateFactory(**parameters)] if parameters else []
    with serve(echo, "127.0.0.1", 0, compression=None, extensions=extensions, max_size=None) as server:
        running = EchoServer(server.socket.getsockname()[1])
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def client() -> Iterator[RecordingClient]:
    with RecordingClient() as client:
        client.compression = True
        yield client


def opened(client: RecordingClient, server: EchoServer) -> None:
    assert client.connect_to_url(server.url) == Error.OK
    client.drive_until_open()


def state(number: int) -> str:
    """Returns messages as a game sends them, which are similar each time."""
    ships = [{"id": ship, "x": number + ship / 8, "y": 100.5, "name": f"player {ship}"} for ship in range(12)]
    return json.dumps({"tick": number, "ships": ships})


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({"server_max_window_bits": None}, id="as-offered"),
        pytest.param({"server_no_context_takeover": True}, id="server-no-context-takeover"),
        pytest.param({"client_no_context_takeover": True}, id="client-no-context-takeover"),
        pytest.param({"server_max_window_bits": 9, "client_max_window_bits": 9}, id="small-windows"),
        pytest.param(
            {
                "server_no_context_takeover": True,
                "client_no_context_takeover": True,
                "server_max_window_bits": 10,
                "client_max_window_bits": 12,
            },
            id="everything",
        ),
    ],
)
def test_messages_come_back_as_they_were_sent(parameters: dict[str, object], client: RecordingClient) -> None:
    messages = [
        "",
        "short",
        *(state(number) for number in range(20)),
        "Grüße, 世界 🎮 " * 5000,
        Random(1).randbytes(3000),
        bytes(MIB),
        Random(2).randbytes(300_000),
        "the end",
    ]
    with echoing(**parameters) as server:
        opened(client, server)
        for message in messages:
            mode = client.WRITE_MODE_TEXT if isinstance(message, str) else client.WRITE_MODE_BINARY
            assert client.send(message, mode) == Error.OK
        drive(client, lambda: len(client.data) == len(messages))
        assert isinstance(server.agreed, PerMessageDeflate)

        client.disconnect_from_host()
        client.drive_to_the_end()

    assert client.data == messages
    assert client.told[-1] == ("closed", True)


def test_a_server_that_does_not_compress_is_fine(client: RecordingClient) -> None:
    with echoing() as server:
        opened(client, server)
        client.send_text(state(1))
        drive(client, lambda: client.data)
        assert server.agreed is None
        client.disconnect_from_host()
        client.drive_to_the_end()

    assert client.data == [state(1)]


def test_nothing_is_offered_by_default(client: RecordingClient) -> None:
    client.compression = False
    with echoing(server_max_window_bits=None) as server:
        opened(client, server)
        client.send_text(state(1))
        drive(client, lambda: client.data)
        assert server.agreed is None
        client.disconnect_from_host()
        client.drive_to_the_end()


def test_16_mib_go_both_ways_while_the_game_goes_on(client: RecordingClient) -> None:
    """Sends 16 MiB in one call, without blocking the game.

    The message is sent in parts, so no poll() compresses all of it.
    """
    message = b"".join(Random(seed % 7).randbytes(1024) for seed in range(16 * 1024))
    with echoing(server_max_window_bits=None) as server:
        opened(client, server)
        polls_before = client.get_statistics().polls
        assert client.send(message, client.WRITE_MODE_BINARY) == Error.OK
        assert client.get_peer(1).get_current_outbound_buffered_amount() > 15 * MIB
        drive(client, lambda: client.data, seconds=40)
        client.disconnect_from_host()
        client.drive_to_the_end()

    assert client.data == [message]
    assert client.get_statistics().polls > polls_before + 16


def test_a_message_over_the_limit_ends_it_however_small_it_travels(client: RecordingClient) -> None:
    with echoing(server_max_window_bits=None) as server:
        client.set_buffers(64, 100, 2048, 100)
        opened(client, server)
        client.send(bytes(MIB), client.WRITE_MODE_BINARY)
        client.drive_to_the_end()

    assert client.data == []
    assert client.told[-1] == ("closed", False)
    assert client.last_error is not None
    assert client.last_error.error is Error.ERR_OUT_OF_MEMORY
