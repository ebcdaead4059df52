"""ServedClient: one client of a server, from the moment that it connects to its end."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from wsclient.ground.error import Error
from wsclient.protocol.events import Messages
from wsclient.transport.descriptor import NOTHING, Descriptor
from wsclient.websocket.link import Link
from wsclient.websocket.peer import WebSocketPeer

if TYPE_CHECKING:
    from collections.abc import Collection

    from wsclient.multiplayer.godot3.host import RelayHost
    from wsclient.transport.listener import Listener
    from wsclient.transport.served import ServedTransport
    from wsclient.transport.watchlist import Entry
    from wsclient.websocket.client_request import ClientRequest
    from wsclient.websocket.link import Limits

__all__ = ["ServedClient", "ServedLink", "Totals"]


class Totals:
    """The memory that all clients of a server share.

    Counting the waiting bytes for each message would cost as much as sending it. So room is only used up, and all are
    counted when none seems to be left.

    Attributes:
        limit: bytes that may wait to be read or sent.
        clients: the clients to count.
        is_over: True if more than that had to wait at the last count.
    """

    __slots__ = ("_room", "clients", "is_over", "limit")

    def __init__(self, limit: int) -> None:
        self.limit: int = limit
        self.clients: Collection[ServedClient] = ()
        self.is_over: bool = False
        self._room = 0

    def use(self, size: int) -> bool:
        """Counts bytes that may have to wait. Returns True if there is room for them."""
        self._room -= size
        if self._room < 0 and not self.is_over:
            self.count(size)
        return not self.is_over

    def count(self, more: int = 0) -> None:
        """Checks if there is room for the waiting bytes, and for so many more."""
        self._room = self.limit - more - sum(client.held_bytes() for client in self.clients)
        self.is_over = self._room < 0


class ServedLink(Link):
    """A link that refuses to queue more when all clients together hold too much."""

    __slots__ = ("_totals",)

    def __init__(self, totals: Totals, incoming: Limits, outgoing: Limits) -> None:
        super().__init__(incoming, outgoing)
        self._totals = totals

    def send(self, payload: bytes, is_text: bool) -> Error:
        """Sends one message, or refuses all of it."""
        return super().send(payload, is_text) if self._totals.use(len(payload)) else self._refuse_for_memory()

    def queue(self, payload: bytes, *, is_text: bool) -> Error:
        """Queues one message for the next `poll()`, or refuses all of it."""
        if not self._totals.use(len(payload)):
            return self._refuse_for_memory()
        return super().queue(payload, is_text=is_text)

    def queue_surely(self, payload: bytes) -> None:
        """Queues a binary message regardless of the limits, unless the connection closes.

        The next `poll()` sends it. For messages that a session needs: a peer that missed who joined and left would be
        wrong from then on.
        """
        if self.transport is not None and self.transport.can_send:
            self._totals.use(len(payload))
            self._queue(payload, is_text=False)

    def has_room(self, size: int) -> bool:
        """Returns True if a message of that size can be queued."""
        return not self._totals.is_over and super().has_room(size)

    def _refuse_for_memory(self) -> Error:
        return self.refuse(Error.ERR_OUT_OF_MEMORY, "all clients together hold more than memory_limit")


class ServedClient:
    """One client.

    Attributes:
        client_id: 0 until it has joined.
        link: its connection.
        peer: its public object.
        address: numeric address and port.
        request: its request; None before that.
        protocol: the chosen subprotocol.
        host: the session that it is in; None in normal mode.
        entry: its place in the server's watchlist.
    """

    __slots__ = (
        "address",
        "client_id",
        "entry",
        "host",
        "link",
        "peer",
        "protocol",
        "request",
        "transport",
    )

    entry: Entry[ServedClient | Listener]

    def __init__(self, link: ServedLink, transport: ServedTransport, address: tuple[str, int]) -> None:
        self.client_id: int = 0
        self.link: ServedLink = link
        self.transport: ServedTransport = transport
        self.peer: WebSocketPeer = WebSocketPeer(link)
        self.address: tuple[str, int] = address
        self.request: ClientRequest | None = None
        self.protocol: str = ""
        self.host: RelayHost | None = None
        link.carry(transport)

    def held_bytes(self) -> int:
        """Returns the bytes that wait to be emitted, read or sent."""
        link = self.link
        untold = sum(event.size for event in link.events if isinstance(event, Messages))
        return untold + link.inbox.size + link.buffered_amount

    def resting_place(self) -> tuple[Descriptor | None, float]:
        """Returns the descriptor that wakes it and the time until which it rests; -inf if there is work."""
        link, transport = self.link, self.link.transport
        if transport is None:
            return NOTHING, inf
        has_work = link.events or transport.has_more or link.inbox.is_full
        return transport.descriptor, -inf if has_work else transport.rests_until
