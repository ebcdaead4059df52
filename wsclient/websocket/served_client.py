"""ServedClient: one client of a server, from the moment that it connects to its end."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from wsclient.ground.error import Error
from wsclient.transport.descriptor import NOTHING, Descriptor
from wsclient.websocket.link import Link
from wsclient.websocket.peer import WebSocketPeer

if TYPE_CHECKING:
    from wsclient.transport.listener import Listener
    from wsclient.transport.native import NativeTransport
    from wsclient.transport.watchlist import Entry
    from wsclient.websocket.client_request import ClientRequest
    from wsclient.websocket.link import Limits

__all__ = ["ServedClient", "ServedLink", "Totals"]


class Totals:
    """What all clients of a server hold together.

    Attributes:
        queued: bytes that wait to be read or to leave, as they were when each client last had its turn.
        is_over: whether that is more than the server may hold.
    """

    __slots__ = ("is_over", "queued")

    def __init__(self) -> None:
        self.queued: int = 0
        self.is_over: bool = False


class ServedLink(Link):
    """A link that refuses to queue more while all clients together hold too much."""

    def __init__(self, totals: Totals, incoming: Limits, outgoing: Limits) -> None:
        super().__init__(incoming, outgoing)
        self._totals = totals

    def send(self, payload: bytes, is_text: bool) -> Error:
        """Sends one message, or refuses it whole."""
        if self._totals.is_over:
            return self.refuse(Error.ERR_OUT_OF_MEMORY, "all clients together hold more than memory_limit")
        return super().send(payload, is_text)


class ServedClient:
    """One client.

    Attributes:
        client_id: 0 until it is in.
        link: its connection.
        peer: what users of the server know it by.
        address: numeric address and port.
        request: what it asked for; None before that.
        protocol: that was agreed on.
        was_told: whether the server has emitted that it came.
        entry: its place in the server's watchlist.
        queued: bytes that it held at its last turn.
    """

    __slots__ = (
        "address",
        "client_id",
        "entry",
        "link",
        "peer",
        "protocol",
        "queued",
        "request",
        "transport",
        "was_told",
    )

    entry: Entry[ServedClient | Listener]

    def __init__(self, link: ServedLink, transport: NativeTransport, address: tuple[str, int]) -> None:
        self.client_id: int = 0
        self.link: ServedLink = link
        self.transport: NativeTransport = transport
        self.peer: WebSocketPeer = WebSocketPeer(link)
        self.address: tuple[str, int] = address
        self.request: ClientRequest | None = None
        self.protocol: str = ""
        self.was_told: bool = False
        self.queued: int = 0
        link.carry(transport)

    @property
    def is_pending(self) -> bool:
        """True until the handshake is over."""
        return not self.link.is_open and not self.was_told

    def held_bytes(self) -> int:
        """Returns how many bytes wait to be read or to leave."""
        return self.link.inbox.size_at_most + self.link.buffered_amount

    def resting_place(self) -> tuple[Descriptor | None, float]:
        """Returns what wakes it and until when it rests; -inf if there is something to do."""
        link, transport = self.link, self.link.transport
        if transport is None:
            return NOTHING, inf
        has_work = link.events or transport.has_more or link.inbox.is_full
        return transport.descriptor, -inf if has_work else transport.rests_until
