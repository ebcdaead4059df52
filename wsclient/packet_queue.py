"""PacketQueue: what was received and not read, bounded by packets and bytes; and the calls that read it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from wsclient.error import Error

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PacketQueue", "PacketReader"]

# Looked up once: through the class, a member costs Python 3.11 as much as the rest of `get_packet`.
_OK = Error.OK


class PacketQueue:
    """Whole messages in order of arrival, text as UTF-8.

    Nothing is kept beside each message, so that taking one is a single call into C: whether it was text, and how
    many bytes wait, is worked out when somebody asks.

    Args:
        max_bytes: of payload that it takes. A message that is larger by itself is taken when nothing else waits.
        max_packets: messages that it takes; at least 1.
        when_empty: what `get_packet_error()` tells after reading where nothing is.

    Attributes:
        packets: the messages; whoever reads may take from the left.
        error: what `get_packet_error()` tells.
        when_empty: as above.
        received: how many messages were ever put in.
        received_bytes: of all those.
        changes: the numbers of the messages at which text and binary take turns; some may be behind us.
        taken_was_text: whether the message before the first of `changes` was text.
    """

    __slots__ = (
        "_gone_bytes",
        "_last_kind",
        "changes",
        "error",
        "max_bytes",
        "max_packets",
        "packets",
        "received",
        "received_bytes",
        "taken_was_text",
        "when_empty",
    )

    def __init__(self, max_bytes: int, max_packets: int, *, when_empty: Error = Error.FAILED) -> None:
        self.packets: deque[bytes] = deque()
        self.error = Error.OK
        self.when_empty = when_empty
        self.max_bytes = max_bytes
        self.max_packets = max_packets
        self.received = 0
        self.received_bytes = 0
        self._gone_bytes = 0  # of messages that were taken: those that were counted so far, not always all
        self.changes: deque[int] = deque()  # so that a run of one kind costs nothing
        self._last_kind = False
        self.taken_was_text = False

    def room_for(self, payloads: list[bytes]) -> int:
        """How many of these messages, from the first on, it takes now."""
        packets = self.packets
        count = min(len(payloads), self.max_packets - len(packets))
        if count <= 0:
            return 0
        taken = payloads if count == len(payloads) else payloads[:count]
        if self._fits(sum(map(len, taken))):
            return count
        room = self.max_bytes - self._waiting_at_most
        fitting = 0
        while (room := room - len(taken[fitting])) >= 0:  # ends before the list does: together they do not fit
            fitting += 1
        return fitting or (0 if packets else 1)

    def extend(self, payloads: list[bytes], *, is_text: bool, changes: Sequence[int] = ()) -> None:
        """Puts messages in; how many it takes, `room_for` tells.

        Args:
            payloads: theirs.
            is_text: whether the first is text.
            changes: where in the list text and binary take turns; see `protocol.events.Messages`.
        """
        if is_text is not self._last_kind:
            self._change_kind(is_text)
        if changes:
            received = self.received
            self.changes.extend([received + change for change in changes])
            self._last_kind ^= bool(len(changes) % 2)
        self.received += len(payloads)
        self.received_bytes += sum(map(len, payloads))
        self.packets.extend(payloads)

    def append(self, payload: bytes, is_text: bool) -> None:
        """Puts one message in."""
        if is_text is not self._last_kind:
            self._change_kind(is_text)
        self.received += 1
        self.received_bytes += len(payload)
        self.packets.append(payload)

    @property
    def is_full(self) -> bool:
        """Whether another packet, or another byte, finds no room."""
        return len(self.packets) >= self.max_packets or not self._fits(1)

    @property
    def last_was_text(self) -> bool:
        """Whether the message that was taken last was text; False before the first."""
        taken = self.received - len(self.packets)
        kinds = self.changes
        while kinds and kinds[0] < taken:
            kinds.popleft()
            self.taken_was_text = not self.taken_was_text
        return self.taken_was_text

    @property
    def size(self) -> int:
        """How many bytes of payload wait."""
        waiting = sum(map(len, self.packets))
        self._gone_bytes = self.received_bytes - waiting
        return waiting

    @property
    def _waiting_at_most(self) -> int:
        return self.received_bytes - self._gone_bytes

    def _fits(self, more: int) -> bool:
        # Counted anew only where the old count, which may be too high, says no.
        return self._waiting_at_most + more <= self.max_bytes or self.size + more <= self.max_bytes

    def _change_kind(self, is_text: bool) -> None:
        _ = self.last_was_text  # forgets the changes behind us: where nobody asks, they would pile up
        self.changes.append(self.received)
        self._last_kind = is_text


class PacketReader:
    """The calls that read a `PacketQueue`: the same on a peer and on the client that speaks for it.

    Comes before `PacketPeer` in a class's bases.
    """

    _inbox: PacketQueue

    def get_available_packet_count(self) -> int:
        """Tells how many packets can be read."""
        return len(self._inbox.packets)

    def get_packet(self) -> bytes:
        """Takes the oldest packet; of a text message its UTF-8.

        Returns:
            b"" where there is none: then `get_packet_error()` tells `ERR_UNAVAILABLE`, or `FAILED` while not open.
        """
        inbox = self._inbox
        try:
            packet = inbox.packets.popleft()
        except IndexError:
            inbox.error = inbox.when_empty
            return b""
        inbox.error = _OK
        return packet

    def get_packets(self) -> list[bytes]:
        """Takes all packets at once, none where there are none: the cheapest way to read many."""
        inbox = self._inbox
        packets = list(inbox.packets)
        inbox.packets.clear()
        inbox.error = _OK
        return packets

    def get_message(self) -> str | bytes | None:
        """Takes the oldest packet: a text message as `str`, a binary one as `bytes`; None where there is none."""
        inbox = self._inbox
        try:
            packet = inbox.packets.popleft()
        except IndexError:
            inbox.error = inbox.when_empty
            return None
        inbox.error = _OK
        # What `last_was_text` says, which is asked only where the kind may have changed.
        changes = inbox.changes
        has_changed = changes and changes[0] < inbox.received - len(inbox.packets)
        is_text = inbox.last_was_text if has_changed else inbox.taken_was_text
        return packet.decode("utf-8") if is_text else packet

    def get_packet_error(self) -> Error:
        """Tells how the last read went: `OK` before the first."""
        return self._inbox.error

    def was_string_packet(self) -> bool:
        """Tells whether the packet that was read last was a text message; False before the first."""
        return self._inbox.last_was_text

    def _set_packet_error(self, error: Error) -> None:
        self._inbox.error = error
