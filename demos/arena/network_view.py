"""Shows the network statistics of `wsclient.netgraph`. F3 shows and hides them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from wsclient.netgraph import NetGraph

if TYPE_CHECKING:
    from demos.arena.game import Game
    from wsclient import WebSocketClient

__all__ = ["NetworkView"]

AREA = pygame.Rect(20, 110, 330, 230)


class NetworkView:
    """Records each frame, even while hidden.

    A recent problem can therefore still be seen.
    """

    def __init__(self, client: WebSocketClient, *, is_shown: bool = False) -> None:
        self.is_shown = is_shown
        self._graph = NetGraph(client)
        self._font: pygame.Font | None = None

    def toggle(self) -> None:
        self.is_shown = not self.is_shown

    def update(self, game: Game) -> None:
        """Records the last frame: its `poll()`, and the game's echo."""
        if game.polls.recent:
            self._graph.note(game.polls.recent[-1], -1.0 if game.round_trip is None else game.round_trip)

    def draw(self, screen: pygame.Surface) -> None:
        if self.is_shown:
            self._font = self._font or pygame.Font(None, 17)  # after pygame.font is initialized
            self._graph.draw(screen, AREA, self._font)
