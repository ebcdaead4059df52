"""Tests the formula of docs/promises.md for the memory of one client.

It holds however much the server sends, and whether or not it is read.
"""

from __future__ import annotations

import contextlib
import gc
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from tests.support.paired_network import PairedNetwork, agree
from wsclient import Error, WebSocketClient
from wsclient.protocol.kept_memory import keep_memory
from wsclient.testing import FakeClock
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    import socket

pytestmark = pytest.mark.untraced

KIB = 1024
INCOMING, OUTGOING = 2048 * KIB, 1024 * KIB
INCOMING_PACKETS, OUTGOING_PACKETS = 40_000, 4096

AT_MOST = 2 * INCOMING + INCOMING // 8 + OUTGOING + 48 * (INCOMING_PACKETS + OUTGOING_PACKETS) + 512 * KIB


def message(size: int, *, fragments: int = 1) -> bytes:
    """One binary message, as a server sends it."""
    size //= fragments
    head = b"\x7f" + size.to_bytes(8, "big")
    parts = [bytes((0x80 * (index == fragments - 1) | 2 * (index == 0),)) + head for index in range(fragments)]
    return b"".join(part + bytes(size) for part in parts)


class Server:
    """Sends as much as there is room for, and reads nothing."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._unsent = memoryview(b"")

    def send(self, data: bytes) -> None:
        self._unsent = memoryview(data)

    def step(self) -> int:
        sent = 0
        with contextlib.suppress(BlockingIOError):
            while self._unsent:
                count = self._end.send(self._unsent[: 64 * KIB])
                self._unsent, sent = self._unsent[count:], sent + count
        return sent


@pytest.mark.hostile("C07", "C08")
@pytest.mark.parametrize(
    ("stream", "at_least"),
    [
        pytest.param(message(INCOMING - 1) * 2, 2 * INCOMING, id="two of the largest, one still in the making"),
        pytest.param(message(INCOMING - 1) * 4, 2 * INCOMING, id="more of them than there is room for"),
        pytest.param(message(INCOMING - 64 * KIB, fragments=8) * 3, 2 * INCOMING - 200 * KIB, id="fragments"),
        pytest.param(message(KIB * 128) * 40, INCOMING, id="many large ones"),
        pytest.param(b"\x82\x02hi" * 200_000, 35 * INCOMING_PACKETS, id="many small ones"),
    ],
)
def test_a_client_holds_no_more_than_the_formula_says(stream: bytes, at_least: int) -> None:
    network, clock = PairedNetwork(), FakeClock()
    client = WebSocketClient(transport=lambda settings: NativeTransport(settings, clock=clock, outside=network.outside))
    client.set_buffers(INCOMING // KIB, INCOMING_PACKETS, OUTGOING // KIB, OUTGOING_PACKETS)
    packet = bytes(100 * KIB)  # shared by all that are queued, as a game may do
    keep_memory(INCOMING)  # once in a process, and never touched
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        client.connect_to_url("ws://game.example")
        client.poll()
        client.poll()
        with network.accepted.popleft() as end:
            agree(end)
            server = Server(end)
            server.send(stream)
            client.poll()
            while client.put_packet(bytes(packet) + b"!") == Error.OK:
                pass
            idle = 0
            while idle < 20:
                idle = 0 if server.step() else idle + 1
                client.poll()
            peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()

    assert client.get_connection_status() == client.CONNECTION_CONNECTED
    assert at_least + OUTGOING - len(packet) < peak < AT_MOST
    with client:
        pass
