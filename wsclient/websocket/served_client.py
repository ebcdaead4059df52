"""ServedClient: one client of a server, from its connection to its end."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

from wsclient.ground.error import Error
from wsclient.protocol.events import Messages
from wsclient.transport.base import needs_nobody
from wsclient.transport.descriptor import NOTHING, SOON, Descriptor
from wsclient.websocket.link import HINT_OF_ROOM, Link, is_utf8
from wsclient.websocket.peer import WebSocketPeer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from wsclient.multiplayer.godot3.host import RelayHost
    from wsclient.transport.listener import Listener
    from wsclient.transport.served import ServedTransport
    from wsclient.transport.watchlist import Entry
    from wsclient.websocket.client_request import ClientRequest
    from wsclient.websocket.link import Limits

__all__ = ["ServedClient", "ServedLink", "Totals"]

_NOTHING: Final[list[bytes]] = []
_GRANT: Final = 16 * 1024  # bytes of the shared memory that a client may use without asking again; arbitrary


class Totals:
    """The memory that all clients of a server share.

    Counting the waiting bytes for each message would take as long as sending it. So room is only used up, and all bytes
    are counted again when none seems to be left.

    Attributes:
        limit: the most bytes that may wait to be read or sent.
        clients: the clients to count.
        is_over: True if more than that waited at the last count.
        wake: called when more than that waits, because only `poll()` counts again.
    """

    __slots__ = ("_room", "clients", "is_over", "limit", "wake")

    def __init__(self, limit: int) -> None:
        self.limit: int = limit
        self.clients: Collection[ServedClient] = ()
        self.is_over: bool = False
        self.wake: Callable[[], object] = needs_nobody
        self._room = limit  # nothing waits yet

    def use(self, size: int) -> bool:
        """Counts bytes that may have to wait. Returns True if they have room."""
        self._room -= size
        if self._room < 0 and not self.is_over:
            self.count(size)
        return not self.is_over

    def spend(self, size: int) -> bool:
        """Uses up bytes that are known to be free.

        Returns False, and uses none, if the bytes have to be counted first.
        """
        if self.is_over or size > self._room:
            return False
        self._room -= size
        return True

    def count(self, more: int = 0) -> None:
        """Checks if there is room for the waiting bytes and some more."""
        self._room = self.limit - more
        for client in self.clients:
            self._room -= client.held_bytes()
            client.link.take_back()
        self.is_over = self._room < 0
        if self.is_over:
            self.wake()


class ServedLink(Link):
    """A link that refuses to queue when all clients together hold too much.

    It asks the totals for more than one message needs, so that most messages need no question.
    """

    __slots__ = ("_totals",)

    # Declared again for pyright, because methods here change them too.
    sent_messages: int
    sent_bytes: int

    def __init__(self, totals: Totals, incoming: Limits, outgoing: Limits) -> None:
        super().__init__(incoming, outgoing)
        self._totals = totals

    def queue(self, payload: bytes, is_text: bool) -> Error:
        """Queues one message for the next `poll()`, or refuses all of it.

        It makes no system call.
        """
        transport = self.transport
        if transport is None or not transport.can_send or not self.is_open:
            return self.refuse(Error.FAILED, f"nothing can be sent while {self._state}", hint=self._way_out)
        if not self._has_sure_room(len(payload)) and (refusal := self._look_for_room(len(payload))):
            return self.refuse(Error.ERR_OUT_OF_MEMORY, refusal, hint=HINT_OF_ROOM)
        if is_text and not is_utf8(payload):
            return self.refuse_text()
        self._queue(payload, is_text=is_text)
        return Error.OK

    def queue_frame(self, frame: bytes, size: int) -> bool:
        """Queues one message by its frame, which was made once for many.

        Returns False if `queue` has to do it. It does not wake the client.

        Args:
            frame: see `protocol.outgoing.plain_frame`.
            size: of its payload.
        """
        # Once for each client of a message to all, so it repeats the question of `_has_sure_room`.
        sent_bytes = self.sent_bytes + size
        if self.sent_messages >= self._sure_messages or sent_bytes > self._sure_bytes or self.transport is None:
            return False
        if not self.transport.queue_frame(frame, size):
            return False
        self.sent_messages += 1
        self.sent_bytes = sent_bytes
        return True

    def queue_surely(self, payload: bytes, is_text: bool = False) -> Error:
        """Queues a message regardless of the limits.

        Does nothing if the connection is closing.

        The next `poll()` sends it. This is for messages that a session needs: a peer that missed who joined or left
        would be wrong from then on.
        """
        if self.transport is not None and self.transport.can_send:
            self._totals.use(len(payload))
            self._queue(payload, is_text=is_text)
        return Error.OK

    def has_room(self, size: int) -> bool:
        """Returns True if a message of that size can be queued."""
        return self.transport is not None and (self._has_sure_room(size) or not self._look_for_room(size))

    def take_back(self) -> None:
        """Makes the next message ask for room again."""
        self._sure_messages = self._sure_bytes = 0

    def _has_sure_room(self, size: int) -> bool:
        return self.sent_messages < self._sure_messages and self.sent_bytes + size <= self._sure_bytes

    def _look_for_room(self, size: int) -> str:
        if refusal := super()._look_for_room(size):
            return refusal
        sure_messages, free = self._sure_messages, self._sure_bytes - self.sent_bytes
        granted = min(free, max(size, _GRANT))
        if not self._totals.spend(granted):
            granted = size
            if not self._totals.use(size):
                self.take_back()
                return "all clients together hold more than memory_limit"
        self._sure_messages, self._sure_bytes = sure_messages, self.sent_bytes + granted
        return ""

    def _queue(self, payload: bytes, *, is_text: bool) -> None:
        if self.transport is not None:
            self.transport.send(payload, is_text=is_text)
            self.sent_messages += 1
            self.sent_bytes += len(payload)


class ServedClient:
    """One client.

    Attributes:
        client_id: its id; 0 until it has joined.
        link: its connection.
        peer: its public object.
        address: its numeric address and port.
        request: its request; None until it has arrived.
        protocol: the chosen subprotocol.
        host: the session that it is in; None in normal mode.
        entry: its place in the server's watchlist.
        waiting: as the next two of its `FramePath`; empty, and never used, if it has none.
        send: see `waiting`.
        plain_end: the `end` of that; 0 if it has none.
    """

    __slots__ = (
        "address",
        "client_id",
        "entry",
        "host",
        "link",
        "peer",
        "plain_end",
        "protocol",
        "request",
        "send",
        "transport",
        "waiting",
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
        self.waiting: list[bytes] = _NOTHING
        self.send: Callable[[bytes], int] = len
        self.plain_end: int = 0
        link.carry(transport)

    @property
    def place(self) -> str:
        """Returns the address and port, for log lines."""
        host, port = self.address
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def open(self) -> None:
        """Called when the opening handshake has succeeded."""
        self.link.open()
        if path := self.transport.frame_path():
            self.waiting, self.send, self.plain_end = path.waiting, path.send, path.end

    def has_written_frame(self) -> bool:
        """Writes the only waiting frame.

        Returns False if that needs an ordinary turn.
        """
        frame = self.waiting[0]
        try:
            sent = self.send(frame)
        except (OSError, MemoryError):
            return False  # an ordinary turn fails again, and reports it
        self.link.traffic.sent += sent
        if sent < len(frame):
            self.transport.frame_has_begun(sent)
            return False
        del self.waiting[0]
        return True

    def held_bytes(self) -> int:
        """Returns the bytes that wait to be emitted, read or sent."""
        link = self.link
        untold = sum(event.size for event in link.events if isinstance(event, Messages))
        return untold + link.inbox.size + link.buffered_amount

    def resting_place(self) -> tuple[Descriptor | None, float]:
        """Returns the descriptor that wakes it, and the end of its rest.

        The end is -inf if there is work, and `SOON` if there may be.
        """
        link = self.link
        transport, inbox = link.transport, link.inbox
        if transport is None:
            return NOTHING, -inf if link.events else inf
        if inbox.packets and inbox.is_full:
            return transport.descriptor, SOON  # until the program reads packets
        has_work = link.events or transport.has_more
        return transport.descriptor, -inf if has_work else transport.rests_until
