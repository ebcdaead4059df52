"""The arena's server inside a player's process, with `WebSocketServer`.

The game and the server run in one loop. It does the same as `demos.arena.server` without a separate process. The host
starts first, and the others join with `--join`. The host's own ship connects like all others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from demos.arena.messages import BadMessage, Echo, Scene, decode, encode
from demos.arena.model import STARS, Ship, later_stars
from demos.arena.server import BAD_MESSAGE, NAME_TAKEN
from wsclient import WebSocketServer

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["Host"]


class Host:
    """Sends all ships to every player once per frame.

    Args:
        port: the port to listen on, on this machine only; 0 for a free one.

    Attributes:
        server: the server of the players.

    Raises:
        RuntimeError: the server cannot listen on the port.
    """

    def __init__(self, port: int = 0) -> None:
        self._ships: dict[int, Ship] = {}
        self._stars = [0] * STARS
        self.server = WebSocketServer()
        self.server.bind_ip = "127.0.0.1"
        self.server.data_received.connect(self._on_data)
        self.server.client_disconnected.connect(self._on_disconnected)
        if self.server.listen(port):
            raise RuntimeError(f"{self.server.last_error}")

    @property
    def url(self) -> str:
        """The URL to join."""
        return f"ws://127.0.0.1:{self.server.get_local_port()}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.__exit__(kind, error, trace)

    def update(self) -> None:
        """Serves all players; never blocks. Call it once per frame."""
        self.server.poll()
        self.server.put_packet(encode(Scene(list(self._ships.values()), self._stars)))
        self.server.flush()

    def _on_data(self, player: int) -> None:
        peer = self.server.get_peer(player)
        if peer is None:
            return
        packet = peer.get_packet()
        try:
            match decode(packet):
                case Echo():
                    peer.put_packet(packet)
                case Scene(ships=[ship], stars=stars):
                    self._take(player, ship, stars)
                case _:
                    peer.close(BAD_MESSAGE, "a player has one ship")
        except BadMessage as error:
            peer.close(BAD_MESSAGE, str(error)[:100])

    def _take(self, player: int, ship: Ship, stars: list[int]) -> None:
        if any(each.name == ship.name and of != player for of, each in self._ships.items()):
            self.server.disconnect_peer(player, NAME_TAKEN, f"The name {ship.name} is taken.")
            return
        self._ships[player] = ship
        self._stars = later_stars(self._stars, stars)

    def _on_disconnected(self, player: int, _was_clean: bool) -> None:
        self._ships.pop(player, None)
