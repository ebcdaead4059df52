"""PacketQueue: holds received packets within limits, and reads them."""

from __future__ import annotations

from _thread import _local, get_ident
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol, cast

from wsclient.core.ownership import refuse_thread
from wsclient.ground.compiler_options import mypyc_attr
from wsclient.ground.error import Error
from wsclient.protocol.events import BINARY, TEXT

if TYPE_CHECKING:
    from wsclient.protocol.events import Messages

__all__ = ["PacketQueue", "PacketReader"]

# Looked up once: in Python 3.11, access through the class takes as long as the rest of `get_packet`.
_OK = Error.OK

# What taking a message raises if there is none, or if the calling thread may not take it.
_NOT_TAKEN: Final = (AttributeError, IndexError)


class _Owned(Protocol):
    """The packets of a queue, for the threads that may read them."""

    packets: deque[bytes]


class _Shared:
    """The packets of a queue that any thread may read."""

    __slots__ = ("packets",)

    def __init__(self, packets: deque[bytes]) -> None:
        self.packets: deque[bytes] = packets


# In place of the packets that one thread alone may read, until it first takes one: no thread finds any here.
_HIDDEN: Final[_Owned] = cast("_Owned", _local())


class PacketQueue:
    """Whole messages in order of arrival, text as UTF-8.

    Taking one is a single call into C, because nothing else is stored for each message. The kinds of messages, and the
    number of waiting bytes, are computed on request.

    Args:
        max_bytes: the most bytes of payload that may wait. A single larger message is taken if nothing else waits.
        max_packets: the most messages that may wait; at least 1.
        when_empty: the result of `get_packet_error()` after reading from an empty queue.

    Attributes:
        packets: the messages; a reader may take them from the left.
        owned: has `packets` too, but only for the thread that may take messages, and only after the first was taken. A
            reader that uses `owned.packets` needs no other check of the thread, which would cost as much as the rest.
        when_empty: as above.
        thread: the thread that may take messages; None if any may.
        received: the number of messages ever put in.
        put_bytes: the bytes of these; of announced ones, only after `settle`.
        told: how many of these `messages_available` was emitted for, or would have been emitted for.
        handed: the number of messages passed to handlers of `message_received` instead.
        handed_bytes: the bytes of these.
        kinds: the kinds of messages, as in `Messages`. It begins at the last message taken, or before it.
        kinds_from: the number of the first of these messages. Messages are numbered from 1; 0 stands for no message,
            which is not text.
        only_kind: the kind of all waiting messages: 1 if all are text, 0 if none is, None if that is uncertain.
    """

    __slots__ = (
        "_announced",
        "_announced_at",
        "_error",
        "_failed_at",
        "_gone_bytes",
        "handed",
        "handed_bytes",
        "kinds",
        "kinds_from",
        "max_bytes",
        "max_packets",
        "only_kind",
        "owned",
        "packets",
        "put_bytes",
        "received",
        "thread",
        "told",
        "when_empty",
    )

    def __init__(self, max_bytes: int, max_packets: int, *, when_empty: Error = Error.FAILED) -> None:
        self.packets: deque[bytes] = deque()
        self.owned: _Owned = _Shared(self.packets)
        self._error: Error = _OK
        self._failed_at = 0  # the number of messages taken when the error was set
        self.when_empty: Error = when_empty
        self.max_bytes: int = max_bytes
        self.max_packets: int = max_packets
        self.thread: int | None = None
        self.received: int = 0
        self.told: int = 0
        self.handed: int = 0
        self.handed_bytes: int = 0
        self.only_kind: int | None = 0
        self.put_bytes: int = 0
        self._gone_bytes = 0  # bytes of taken messages that were counted so far, not always of all
        self.kinds: bytes = BINARY
        self.kinds_from: int = 0
        self._announced: Messages | None = None
        self._announced_at = 0

    def claim(self, thread: int | None) -> None:
        """Lets only this thread take messages; None for any thread."""
        if thread != self.thread:
            self.thread = thread
            self.owned = _Shared(self.packets) if thread is None else _HIDDEN

    def check_thread(self) -> None:
        """Raises RuntimeError if another thread owns the messages."""
        if self.thread not in (None, thread := get_ident()):
            refuse_thread(
                "this connection", self.thread, thread, "may not read its messages: read them where it is polled"
            )

    @property
    def error(self) -> Error:
        """Returns the result of `get_packet_error()`.

        Taking a message makes it `OK` at no cost, because the number of taken messages has changed then.
        """
        return self._error if self._failed_at == self.received - len(self.packets) else _OK

    @error.setter
    def error(self, error: Error) -> None:
        self._error, self._failed_at = error, self.received - len(self.packets)

    def take_asking(self) -> bytes | None:
        """Takes the oldest message if `owned` has not led to one.

        Returns None if there is none.

        Raises:
            RuntimeError: another thread owns the messages.
        """
        self.check_thread()
        if not self.packets:
            self.error = self.when_empty
            return None
        if self.owned is _HIDDEN:  # here and not in `claim`, because it takes 500 bytes, which idle clients do not need
            self.owned = cast("_Owned", _local())
            self.owned.packets = self.packets
        return self.packets.popleft()

    def room_for(self, messages: Messages) -> int:
        """Returns how many of these messages fit now, from the first on."""
        packets, payloads = self.packets, messages.payloads
        count, size = len(payloads), messages.size
        if count > self.max_packets - len(packets):
            count = self.max_packets - len(packets)
            if count <= 0:
                return 0
            size = sum(map(len, payloads[:count]))
        # This repeats the first check of `_fits`, which saves three calls for each message that arrives alone.
        if self.put_bytes - self._gone_bytes + size <= self.max_bytes or self._fits(size):
            return count
        room = self.max_bytes - self.size_at_most
        fitting = 0
        while (room := room - len(payloads[fitting])) >= 0:  # ends before the list does: not all of them fit
            fitting += 1
        return fitting or (0 if packets else 1)

    def extend(self, messages: Messages) -> None:
        """Puts messages in; `room_for` returns how many fit."""
        self._add_kinds(messages.kinds)
        count, packets = len(messages.payloads), self.packets
        packets += messages.payloads  # no call from here on, so Ctrl+C cannot separate the packets from their number
        self.received += count
        self.put_bytes += messages.size

    def announce(self, messages: Messages) -> None:
        """Begins to put messages in one by one.

        The caller counts each of them in `received`, then adds it to `packets`. Nothing else may be put in before
        `settle`.
        """
        self._add_kinds(messages.kinds)
        self._announced, self._announced_at = messages, self.received

    def settle(self) -> int:
        """Ends what `announce` began. Returns how many messages were put in."""
        self.put_bytes, self._announced = self.received_bytes, None
        return self.received - self._announced_at

    @property
    def received_bytes(self) -> int:
        """Returns the bytes of all messages that were ever put in."""
        announced = self._announced
        if announced is None:
            return self.put_bytes
        count = self.received - self._announced_at
        if count == len(announced.payloads):
            return self.put_bytes + announced.size
        return self.put_bytes + sum(map(len, announced.payloads[:count]))

    @property
    def is_full(self) -> bool:
        """Returns True if there is no room for another packet or byte."""
        if not self.packets:  # usually; one message is taken, whatever its size
            return False
        return len(self.packets) >= self.max_packets or not self._fits(1)

    @property
    def last_was_text(self) -> bool:
        """Returns True if the last message taken was text; False before the first."""
        return bool(self.kinds[self.received - len(self.packets) - self.kinds_from])

    @property
    def waiting_kinds(self) -> bytes:
        """Returns the kinds of the waiting messages, in order.

        Those of announced messages follow.
        """
        return self.kinds[self.received - len(self.packets) + 1 - self.kinds_from :]

    @property
    def size(self) -> int:
        """Returns the bytes of waiting payload.

        Any thread may read it, because a copy is made immediately.
        """
        return sum(map(len, self.packets.copy()))

    @property
    def size_at_most(self) -> int:
        """Returns the bytes of waiting payload, or a little more.

        Some may have been read since they were counted.
        """
        return self.received_bytes - self._gone_bytes

    def _fits(self, more: int) -> bool:
        # Count again only if the old count, which may be too high, leaves no room.
        if self.size_at_most + more <= self.max_bytes:
            return True
        waiting = self.size
        self._gone_bytes = self.received_bytes - waiting
        return waiting + more <= self.max_bytes

    def _add_kinds(self, kinds: bytes) -> None:
        taken, start = self.received - len(self.packets), self.kinds_from
        # From the last message taken to the last one put in, without announced ones that did not arrive.
        self.kinds, self.kinds_from = self.kinds[taken - start : self.received - start + 1] + kinds, taken
        only = 0 if TEXT not in kinds else None if BINARY in kinds else 1
        if only != self.only_kind:
            self.only_kind = None if self.packets else only


@mypyc_attr(allow_interpreted_subclasses=True)
class PacketReader:
    """The methods that read a `PacketQueue`, of a peer and of its client.

    It has to precede `PacketPeer` in the bases of a class.
    """

    _inbox: PacketQueue

    def get_available_packet_count(self) -> int:
        """Returns how many packets can be read."""
        return len(self._inbox.packets)

    def get_packet(self) -> bytes:
        """Takes the oldest packet; a text message is returned as UTF-8.

        Returns:
            The packet, or b"" if there is none. Then `get_packet_error()` returns `ERR_UNAVAILABLE`, or `FAILED` if not
            open.
        """
        # A game calls this for each packet: nothing is stored when it succeeds, see `PacketQueue.error`, and the thread
        # is not looked up, see `PacketQueue.owned`.
        inbox = self._inbox
        try:
            return inbox.owned.packets.popleft()
        except _NOT_TAKEN:
            return inbox.take_asking() or b""

    def get_packets(self) -> list[bytes]:
        """Takes all packets at once; an empty list if there are none.

        This is the cheapest way to read many.
        """
        inbox = self._inbox
        inbox.check_thread()
        packets = list(inbox.packets)
        inbox.packets.clear()
        inbox.error = _OK
        return packets

    def get_message(self) -> str | bytes | None:
        """Takes the oldest packet; None if there is none.

        A text message is a `str`, a binary one is `bytes`.
        """
        inbox = self._inbox
        try:
            packet = inbox.owned.packets.popleft()
        except _NOT_TAKEN:
            taken = inbox.take_asking()
            if taken is None:
                return None
            packet = taken
        kind = inbox.only_kind
        if kind is None:  # as in `last_was_text`
            kind = inbox.kinds[inbox.received - len(inbox.packets) - inbox.kinds_from]
        return packet.decode() if kind else packet

    def get_messages(self) -> list[str | bytes]:
        """Takes all packets at once, as `get_message()` would. Not in Godot."""
        inbox = self._inbox
        kind, kinds = inbox.only_kind, inbox.waiting_kinds
        packets = self.get_packets()
        if kind is None:
            return [packet.decode() if is_text else packet for packet, is_text in zip(packets, kinds, strict=False)]
        return list(map(bytes.decode, packets)) if kind else [*packets]

    def get_packet_error(self) -> Error:
        """Returns the result of the last read; `OK` before the first."""
        return self._inbox.error

    def was_string_packet(self) -> bool:
        """Returns True if the last packet read was text; False before the first."""
        return self._inbox.last_was_text

    def _set_packet_error(self, error: Error) -> None:
        self._inbox.error = error

    def _unget_packet(self, packet: bytes) -> None:
        self._inbox.packets.appendleft(packet)
