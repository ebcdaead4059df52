"""Players of the arena for Locust.

Each flies a ship, and measures an echo from time to time.

python -m demos.arena.server --port 8765
locust -f demos/loadtest/locustfile.py -H ws://127.0.0.1:8765
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from random import Random
from uuid import uuid4

from locust import constant, task
from locust.exception import StopUser

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # Locust searches only this folder

from demos.arena.autopilot import steer
from demos.arena.messages import Echo, Scene, encode
from demos.arena.model import HEIGHT, STARS, WIDTH, Ship, catch, fly
from wsclient.locust import WebSocketUser

UPDATES_A_SECOND = 10


class Player(WebSocketUser):
    """A player that flies by itself.

    Scenes arrive unrequested, and are counted only on the server.
    """

    wait_time = constant(1 / UPDATES_A_SECOND)

    def on_start(self) -> None:
        lot = Random()
        self.ship = Ship(uuid4().hex[:12], lot.randrange(360), x=lot.uniform(0, WIDTH), y=lot.uniform(0, HEIGHT))
        self.stars = [0] * STARS
        if not self.connect():
            raise StopUser

    def on_message(self, message: str | bytes) -> None:
        """Drops the scenes.

        Reading them would measure this program instead of the server.
        """

    @task(UPDATES_A_SECOND)
    def fly(self) -> None:
        """Moves the ship, and sends its position."""
        steering = steer(self.ship, self.stars)
        self.ship, self.stars = catch(fly(self.ship, steering, 1 / UPDATES_A_SECOND), self.stars)
        self.send(encode(Scene([self.ship], self.stars)))

    @task(1)
    def echo(self) -> None:
        """Measures the server's response time while it sends scenes."""
        self.request(encode(Echo(time.monotonic())), name="echo", answers=is_echo)


def is_echo(message: str | bytes) -> bool:
    """Returns whether this is the answer to an echo."""
    return message.startswith(b'{"echo"' if isinstance(message, bytes) else '{"echo"')
