"""Plays the arena without its window, on a clock that takes no time.

It has one player's messages, frame by frame.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Self

from demos.arena.messages import Echo, Scene, encode
from demos.arena.model import STARS, Ship
from tests.support.paired_network import PairedNetwork, agree
from wsclient import WebSocketClient
from wsclient.testing import FakeClock
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    from wsclient.transport.base import Settings

__all__ = ["FRAMES_A_SECOND", "ArenaPlay"]

FRAMES_A_SECOND = 60
_ECHO_EACH = 15  # frames
_PING_EACH = 20 * FRAMES_A_SECOND  # as the server of the `websockets` package does
_PING = bytes.fromhex("8904 70696e67")
_VARIETY = 256  # different messages of each kind; then they come again


class ArenaPlay:
    """A client and its server, connected over a real socket pair.

    Use it in a `with` statement.

    Attributes:
        client: the player's.
        received: the messages that it got.
        sent_bytes: what reached the server, frames with their headers.
    """

    def __init__(self) -> None:
        self._network = PairedNetwork()
        self._clock = FakeClock()
        self.client = WebSocketClient(transport=self._transport)
        self.client.heartbeat_interval = 0.0  # the server here reads nothing, so it answers no ping
        self.client.data_received.connect(self._take)
        self.client.connect_to_url("ws://game.example")
        self.client.poll()
        self.client.poll()
        self._server = self._network.accepted.popleft()
        agree(self._server)
        self.client.poll()
        self._frames = 0
        self.received = 0
        self.sent_bytes = 0
        self._scenes = [_framed(encode(Scene(_ships(4, number), [number] * STARS))) for number in range(_VARIETY)]
        self._own = [encode(Scene(_ships(1, number), [number] * STARS)) for number in range(_VARIETY)]
        self._echoes = [encode(Echo(number + 0.25)) for number in range(_VARIETY)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect_from_host()
        self._server.close()
        self.client.poll()

    def play(self, frames: int) -> None:
        """Goes on for that many frames of the game."""
        for _ in range(frames):
            self._frame()

    def _frame(self) -> None:
        client, number = self.client, self._frames
        self._frames += 1
        self._clock.advance(1 / FRAMES_A_SECOND)
        client.poll()
        client.put_packet(self._own[number % _VARIETY])
        behind = b""
        if number % _ECHO_EACH == 0:
            echo = self._echoes[number % _VARIETY]
            client.put_packet(echo)
            behind = _framed(echo)
        if number % _PING_EACH == 0:
            behind += _PING
        self.sent_bytes += len(self._server.recv(65536))
        self._server.send(self._scenes[number % _VARIETY] + behind)

    def _take(self) -> None:
        self.client.get_packet()
        self.received += 1

    def _transport(self, settings: Settings) -> NativeTransport:
        return NativeTransport(settings, clock=self._clock, outside=self._network.outside)


def _ships(count: int, number: int) -> list[Ship]:
    turns = [number / 7 + each for each in range(count)]
    return [
        Ship(f"Player {each}", 90 * each, 640 + 300 * math.sin(turn), 360.5, turn, -turn, turn, number % 2 == 0, number)
        for each, turn in enumerate(turns)
    ]


def _framed(payload: bytes) -> bytes:
    size = len(payload)
    return b"\x82" + (bytes((size,)) if size < 126 else b"\x7e" + size.to_bytes(2, "big")) + payload
