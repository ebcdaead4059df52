"""The place where a behaviour plays.

It may be on sockets, in a page, in a worker, in Node.js or on pygbag's bridge.

Runs in all of them, so that it imports nothing but the library and what each Python has.
"""

from __future__ import annotations

import json
import time
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from wsclient import WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Player", "Scene"]

PATIENCE = 15.0  # seconds; what takes longer will never come


class Player(WebSocketClient):
    """A client that records its signals.

    Attributes:
        told: the signals, as (name, *arguments), without `data_received`.
        messages: what came, if `keeps` is set; else it stays in the queue.
    """

    def __init__(self, transport: Callable[..., Any] | None = None, *, keeps: bool = True) -> None:
        super().__init__(transport=transport)
        self.told: list[tuple[object, ...]] = []
        self.messages: list[str | bytes | None] = []
        told = self.told
        for name in ("connection_established", "connection_error", "connection_closed", "server_close_request"):
            self.connect(name, partial(_write_down, told, name))
        self.keeps = keeps

    def _on_peer_packet(self) -> None:  # a hook: a handler would keep the client alive
        if self.keeps:
            self.messages.append(self.get_message())

    def names(self) -> list[object]:
        """The signals without their arguments."""
        return [name for name, *_ in self.told]


class Scene:
    """The place where a behaviour plays.

    Args:
        port: of the behaviour server.
        closed_port: a port without a listener.
        frame: lets the place live for one frame.
        is_page: whether a browser, or what is like one, owns the connection.
        transport: for the clients; None for the default.
    """

    _ids = count(1)

    def __init__(
        self,
        port: int,
        closed_port: int,
        *,
        frame: Callable[[], Awaitable[None]],
        is_page: bool,
        transport: Callable[..., Any] | None = None,
    ) -> None:
        self.port = port
        self.closed_port = closed_port
        self.is_page = is_page
        self.frame = frame
        self._transport = transport
        self._players: list[Player] = []

    def url(self, script: str, **query: object) -> str:
        """The URL of a script of the server's."""
        marks = f"?{urlencode(query, quote_via=quote)}" if query else ""
        return f"ws://127.0.0.1:{self.port}/{script}{marks}"

    def new_id(self) -> str:
        """A name for a connection that the server is to remember."""
        return f"{time.time_ns()}-{next(self._ids)}"

    def player(self, *, keeps: bool = True) -> Player:
        """A client that is closed at the end of the behaviour."""
        self._players.append(Player(self._transport, keeps=keeps))
        return self._players[-1]

    def stray_player(self) -> Player:
        """Makes a client that is not closed automatically."""
        return Player(self._transport)

    async def connected(
        self, script: str, *, keeps: bool = True, protocols: tuple[str, ...] = (), **query: object
    ) -> Player:
        """A client whose connection is open."""
        player = self.player(keeps=keeps)
        assert not player.connect_to_url(self.url(script, **query), protocols), player.last_error
        await self.until(player, lambda: player.told)
        assert player.names()[0] == "connection_established", (player.told, player.last_error)
        return player

    async def until(self, player: Player, is_so: Callable[[], object]) -> None:
        """Polls once a frame until it is so."""
        deadline = time.monotonic() + PATIENCE
        player.poll()
        while not is_so():
            assert time.monotonic() < deadline, f"it did not come about: {player.told}, {player.last_error}"
            await self.frame()
            player.poll()

    async def ended(self, player: Player) -> None:
        """Polls until the connection or the attempt is over, and a little longer."""
        await self.until(player, lambda: {"connection_closed", "connection_error"} & set(player.names()))
        await self.frames(player, 3)

    async def frames(self, player: Player, number: int) -> None:
        """Polls for so many frames."""
        for _ in range(number):
            await self.frame()
            player.poll()

    async def server_saw(self, connection_id: str) -> dict[str, Any]:
        """Returns the server's report of a connection that has ended there."""
        asking = await self.connected("record", id=connection_id)
        await self.until(asking, lambda: asking.messages)
        seen: dict[str, Any] = json.loads(asking.messages[0] or "")
        return seen

    async def clean_up(self) -> None:
        """Closes what the behaviour has left."""
        for player in self._players:
            player.close_timeout = 0.2
            player.disconnect_from_host()
            deadline = time.monotonic() + 1.0
            while player.get_connection_status() != player.CONNECTION_DISCONNECTED and time.monotonic() < deadline:
                player.poll()
                await self.frame()


def _write_down(told: list[tuple[object, ...]], name: str, *args: object) -> None:
    told.append((name, *args))
