"""One player's game over any peer, for example a `WebSocketClient`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from demos.arena.messages import BadMessage, Echo, Scene, decode, encode
from demos.arena.meters import PollTimes, Rate
from demos.arena.model import STARS, Ship, Steering, catch, fly, later_stars

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient import NetworkedMultiplayerPeer

__all__ = ["Game", "Sighting"]

SECONDS_BETWEEN_ECHOES = 0.25
FORGOTTEN_AFTER = 6.0  # seconds without messages from a ship


class Sighting(NamedTuple):
    """The last known state of a ship."""

    ship: Ship
    seen_at: float


class Game:
    """Flies one ship and exchanges positions with the others.

    Call `frame()` once per frame. The game also runs without a connection.

    Args:
        peer: sends and receives the packets.
        ship: the player's own ship.
        clock: returns the time in seconds, from any starting point.

    Attributes:
        ship: the player's own ship, now.
        others: the other ships, by name.
        stars: how often each star was caught.
        round_trip: seconds until a frame read the last echo, or None if unknown.
        polls: the durations of `peer.poll()`.
        received, sent: the rates of messages.
    """

    def __init__(
        self, peer: NetworkedMultiplayerPeer, ship: Ship, *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.ship = ship
        self.others: dict[str, Sighting] = {}
        self.stars = [0] * STARS
        self.round_trip: float | None = None
        self.polls = PollTimes()
        self.received = Rate()
        self.sent = Rate()
        self.peer = peer
        self._clock = clock
        self._echo_due_at = clock()

    def frame(self, seconds: float, steering: Steering) -> None:
        """Receives messages, moves the ship by `seconds`, and sends its state."""
        self._poll()
        self.ship, self.stars = catch(fly(self.ship, steering, seconds), self.stars)
        if self.peer.get_connection_status() == self.peer.CONNECTION_CONNECTED:
            self._send(Scene([self.ship], self.stars))
            if (now := self._clock()) >= self._echo_due_at:
                self._echo_due_at = now + SECONDS_BETWEEN_ECHOES
                self._send(Echo(now))
        else:
            self.round_trip = None

    def _poll(self) -> None:
        work_before, before = time.thread_time(), self._clock()
        self.peer.poll()
        now = self._clock()
        self.polls.add(now - before, time.thread_time() - work_before)
        while self.peer.get_available_packet_count() > 0:
            self.received.count(now)
            self._take(self.peer.get_packet(), now)
        self.others = {name: each for name, each in self.others.items() if now - each.seen_at < FORGOTTEN_AFTER}

    def _take(self, packet: bytes, now: float) -> None:
        try:
            message = decode(packet)
        except BadMessage as error:
            print(f"ignored: {error}")
            return
        if isinstance(message, Echo):
            self.round_trip = now - message.sent_at
            return
        self.stars = later_stars(self.stars, message.stars)
        self.others |= {ship.name: Sighting(ship, now) for ship in message.ships if ship.name != self.ship.name}

    def _send(self, message: Scene | Echo) -> None:
        self.sent.count(self._clock())
        self.peer.put_packet(encode(message))
