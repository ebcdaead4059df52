"""A game on a real Godot 3 server, with real and Python clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from tests.support.godot3 import Godot, drive, var_to_str
from tests.support.godot3_player import PythonPlayer
from tests.support.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from tests.support.godot3 import Pollable

__all__ = ["GodotSession"]


class GodotSession:
    """A game on a Godot 3 server, and whoever has joined it.

    Attributes:
        server: the engine that serves.
        players: those that `drive` polls.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self.port = free_port()
        self.server = Godot("server", str(self.port), home=home)
        self.players: list[Pollable | Godot] = [self.server]
        self.drive(lambda: self.server.told("listening"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._dismiss()
        self.server.__exit__(kind, error, trace)

    def drive(self, until: Callable[[], object]) -> None:
        """Polls all until `until` says so."""
        drive(until, *self.players)

    def join(self) -> PythonPlayer:
        """Adds a Python client; returns when it has joined."""
        known = len(self.server.events)
        player = PythonPlayer(self.port)
        self.players.append(player)
        self.drive(lambda: player.is_joined and self.server.told("connected", since=known))
        return player

    def join_godot(self, *steps: object) -> tuple[Godot, int]:
        """Adds a real client that takes these steps.

        Returns the client and its id when it has joined.
        """
        known = len(self.server.events)
        client = Godot("client", str(self.port), var_to_str(steps), home=self._home)
        self.players.append(client)
        self.drive(lambda: self.server.told("connected", since=known) and client.told("connected_to_server"))
        (peer_id,) = client.told("connected_to_server")[0].arguments
        assert isinstance(peer_id, int)
        return client, peer_id

    def dismiss(self) -> None:
        """Lets all go but the server, and waits until it knows."""
        self._dismiss()
        self.drive(lambda: len(self.server.told("connected")) == len(self.server.told("disconnected")))

    def _dismiss(self) -> None:
        for player in self.players:
            if isinstance(player, PythonPlayer):
                player.leave()
            elif isinstance(player, Godot) and player is not self.server:
                player.__exit__(None, None, None)
        self.players = [self.server]
