"""Frames on their way out (RFC 6455 section 5.2): queued as they are, masked in pieces as the network takes them."""

from __future__ import annotations

from collections import deque
from struct import pack
from typing import TYPE_CHECKING

from wsclient.protocol.frames import Opcode
from wsclient.protocol.masking import KEY_SIZE, MaskingKeys, mask, mask_frame, mask_frames

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.compression import Deflater

__all__ = ["MAX_PONGS", "PIECE", "SHORTEST_DEFLATED", "Outbox"]

# How much is given out at a time: few enough system calls, and never more than a fraction of a millisecond of masking.
PIECE = 64 * 1024

#: Pongs that wait. Arbitrary: more than anybody sends who wants to know something, and no burden.
MAX_PONGS = 16

#: Messages from this size on are compressed, where that was agreed on. Arbitrary: a shorter one saves next to nothing,
#: for the packet around it has 40 bytes and more.
SHORTEST_DEFLATED = 128

# How much of a message is compressed at a time: a quarter of a millisecond. And what that costs, against writing.
_DEFLATED_A_PIECE = 16 * 1024
_COST_OF_DEFLATING = 4

# Payloads up to this size are queued as whole frames and masked together; see masking.LARGEST_WHOLE.
_SMALL = 1024
_FRAMES_A_PIECE = 1024
_NO_KEY = bytes(KEY_SIZE)
_FIN = 0x80
_RSV1 = 0x40
_MASKED = 0x80
_FIN_TEXT = _FIN | Opcode.TEXT
_FIN_BINARY = _FIN | Opcode.BINARY
_SHORTEST = 2 + 125  # the largest frame, key apart, whose header takes two bytes


def _header(first: int, length: int, masked: int) -> bytes:
    """The bytes before the masking key, with the payload length in its shortest form (RFC 6455 section 5.2)."""
    if length < 126:
        return bytes((first, masked | length))
    if length < 65536:
        return pack(">BBH", first, masked | 126, length)
    return pack(">BBQ", first, masked | 127, length)


# A client's header of each short message, ready: most frames that a game sends take theirs from here.
_SHORT_TEXT, _SHORT_BINARY = (
    [_header(first, length, _MASKED) + _NO_KEY for length in range(126)] for first in (_FIN_TEXT, _FIN_BINARY)
)


class _LargeFrame:
    """A frame that is masked piece by piece, so that no message, however large, costs one long moment."""

    __slots__ = ("_head", "_key", "_offset", "_payload")

    def __init__(self, head: bytes, payload: bytes) -> None:
        self._head = head
        self._payload = memoryview(payload)
        self._key: bytes | None = None
        self._offset = 0

    @property
    def remaining(self) -> int:
        return len(self._payload) - self._offset

    @property
    def has_begun(self) -> bool:
        return self._offset > 0

    def next_piece(self, keys: MaskingKeys | None) -> bytes:
        """At most PIECE bytes of payload, the header before the first. Only the last piece is no multiple of four."""
        piece = self._payload[self._offset : self._offset + PIECE]
        head = b""
        if keys is not None and self._key is None:
            self._key = keys.take_one().to_bytes(KEY_SIZE, "little")
        if self._offset == 0:
            head = self._head + (self._key or b"")
        self._offset += len(piece)
        return head + (mask(piece, self._key) if self._key else piece)


class _Deflating:
    """A message that is compressed when its turn comes, in order with the others, a large one part by part."""

    __slots__ = ("_first", "_offset", "_payload")

    def __init__(self, first: int, payload: bytes) -> None:
        self._first = first
        self._payload = payload
        self._offset = 0

    def next_fragment(self, deflater: Deflater) -> tuple[int, bytes, int, int]:
        """Gives a frame's first byte and payload; how many bytes of the message it has, and how many are left."""
        size, offset = len(self._payload), self._offset
        # RFC 7692 section 6.1: RSV1 on the first fragment only.
        first = Opcode.CONTINUATION if offset else self._first | _RSV1
        if size <= _DEFLATED_A_PIECE:
            return _FIN | first, deflater.deflate(self._payload, rest=0), size, 0
        end = min(offset + _DEFLATED_A_PIECE, size)
        self._offset = end
        payload = deflater.deflate(memoryview(self._payload)[offset:end], rest=size - end)
        return first if end < size else _FIN | first, payload, end - offset, size - end


class Outbox:
    """What was accepted and has not left, in order.

    Control frames pass what waits, but never cut into a frame that has begun. Close comes last and ends it all.

    Args:
        is_masked: whether this side is the client (RFC 6455 section 5.1).
        random_bytes: the source of masking keys. What it raises leaves `next_piece`; nothing unmasked is ever given,
            and the outbox is of no use after that.
        deflater: compresses messages of `SHORTEST_DEFLATED` bytes and more; None: they leave as they are.
    """

    def __init__(
        self, *, is_masked: bool, random_bytes: Callable[[int], bytes], deflater: Deflater | None = None
    ) -> None:
        self._deflater = deflater
        self._keys = MaskingKeys(random_bytes) if is_masked else None
        self._masked = _MASKED if is_masked else 0
        self._no_key = _NO_KEY if is_masked else b""
        # In order: large frames; messages to be compressed; and runs of small frames, which are masked many at a time.
        self._queue: deque[list[bytes] | _LargeFrame | _Deflating] = deque()
        self._last_run: list[bytes] | None = None  # the run at the end of the queue, where one stands there
        self._pings: list[bytes] = []
        self._pongs: list[bytes] = []
        self._is_flooded = False
        self._close: bytes | None = None
        self.buffered_amount = 0  #: bytes of payload that `next_piece` has not given yet
        self.buffered_messages = 0  #: messages that `next_piece` has not wholly given yet
        self.last_cost = 0  #: what the last piece cost to compress, in bytes that might have been written instead

    def __bool__(self) -> bool:
        """Whether `next_piece` has something to give."""
        return bool(self._queue or self._has_controls or self._close is not None)

    def add_message(self, payload: bytes, *, is_text: bool) -> None:
        """Queues one message. It will be one frame, or several if it is large and to be compressed."""
        size = len(payload)
        self.buffered_amount += size
        self.buffered_messages += 1
        if self._deflater is not None and size >= SHORTEST_DEFLATED:
            self._queue.append(_Deflating(Opcode.TEXT if is_text else Opcode.BINARY, payload))
            self._last_run = None
            return
        first = _FIN_TEXT if is_text else _FIN_BINARY
        if size > _SMALL:
            self._queue.append(_LargeFrame(_header(first, size, self._masked), payload))
            self._last_run = None
            return
        if size < 126 and self._masked:
            frame = (_SHORT_TEXT if is_text else _SHORT_BINARY)[size] + payload
        else:
            frame = _header(first, size, self._masked) + self._no_key + payload
        if self._last_run is None:
            self._last_run = []
            self._queue.append(self._last_run)
        self._last_run.append(frame)

    def add_ping(self, payload: bytes) -> None:
        """Queues a ping before the messages that wait."""
        self._pings.append(self._control(Opcode.PING, payload))

    def add_pong(self, payload: bytes) -> None:
        """Queues a pong before the messages that wait. Of more than `MAX_PONGS` that wait, the newest alone is kept.

        RFC 6455 section 5.5.3 allows to answer the latest ping only. But most who send a few wait for each answer.
        """
        if self._is_flooded or len(self._pongs) == MAX_PONGS:
            self._is_flooded = True
            self._pongs.clear()
        self._pongs.append(self._control(Opcode.PONG, payload))

    def keep_newest_pong(self) -> None:
        """Forgets all pongs that wait but the newest (RFC 6455 section 5.5.3)."""
        del self._pongs[:-1]

    def add_close(self, payload: bytes) -> None:
        """Queues the Close frame behind all messages. Nothing may be added after it (RFC 6455 section 5.5.1)."""
        self._close = self._control(Opcode.CLOSE, payload)

    def drop_messages(self) -> None:
        """Forgets all messages, but for a frame that has begun."""
        first = self._queue[0] if self._queue else None
        self._queue.clear()
        self._last_run = None
        self.buffered_amount = self.buffered_messages = 0
        if isinstance(first, _LargeFrame) and first.has_begun:
            self._queue.append(first)
            self.buffered_amount = first.remaining
            self.buffered_messages = 1

    def next_piece(self) -> bytes:
        """Gives about `PIECE` bytes to write, ready and masked; b"" when nothing is left."""
        self.last_cost = 0
        if not self._queue and self._close is None and not self._has_controls:
            return b""  # as after each piece that was the last
        if self._last_run is not None and len(self._last_run) == 1 == len(self._queue) and not self._has_controls:
            return self._only_small(self._last_run[0])
        first = self._queue[0] if self._queue else None
        if isinstance(first, _LargeFrame) and (first.has_begun or not self._has_controls):
            return self._large_piece(first)
        batch = self._take_controls() if self._has_controls else []
        if isinstance(first, list):
            batch += self._take_small(first)
        elif isinstance(first, _Deflating) and self._deflater is not None:
            return self._deflated_piece(self._deflater, batch)
        if not self._queue and self._close is not None:
            batch.append(self._close)
            self._close = None
        return self._mask_all(batch)

    def _only_small(self, frame: bytes) -> bytes:
        """The one message that waits, as where each is written at once: half the way of many."""
        self._queue.clear()
        self._last_run = None
        self.buffered_amount = self.buffered_messages = 0
        if self._close is not None:
            close, self._close = self._close, None
            return self._mask_all([frame, close])
        return frame if self._keys is None else mask_frame(frame, self._keys.take_one())

    def _mask_all(self, frames: list[bytes]) -> bytes:
        if self._keys is None or not frames:
            return b"".join(frames)
        return b"".join(mask_frames(frames, self._keys.take(len(frames))))

    def _mask_large(self, header: bytes, payload: bytes) -> bytes:
        if self._keys is None:
            return header + payload
        key = self._keys.take_one().to_bytes(KEY_SIZE, "little")
        return header + key + mask(payload, key)

    def _control(self, opcode: Opcode, payload: bytes) -> bytes:
        return _header(_FIN | opcode, len(payload), self._masked) + self._no_key + payload

    @property
    def _has_controls(self) -> bool:
        return bool(self._pongs or self._pings)

    def _take_controls(self) -> list[bytes]:
        batch = self._pings + self._pongs
        self._pings, self._pongs = [], []
        self._is_flooded = False
        return batch

    def _take_small(self, run: list[bytes]) -> list[bytes]:
        """The small frames at the front, as many as make about one piece."""
        batch = run[:_FRAMES_A_PIECE]
        size = sum(map(len, batch))
        if size > PIECE:
            batch = batch[: max(1, len(batch) * PIECE // size)]
            size = sum(map(len, batch))
        del run[: len(batch)]
        if not run:
            self._queue.popleft()
            if self._last_run is run:
                self._last_run = None
            if not self._queue:  # as a rule: then nothing has to be counted
                self.buffered_amount = self.buffered_messages = 0
                return batch
        self.buffered_messages -= len(batch)
        heads = sum(2 if len(frame) <= _SHORTEST + len(self._no_key) else 4 for frame in batch)
        self.buffered_amount -= size - heads - len(self._no_key) * len(batch)
        return batch

    def _large_piece(self, frame: _LargeFrame) -> bytes:
        before = frame.remaining
        piece = frame.next_piece(self._keys)
        self.buffered_amount -= before - frame.remaining
        if not frame.remaining:
            self._queue.popleft()
            self.buffered_messages -= 1
        return piece

    def _deflated_piece(self, deflater: Deflater, batch: list[bytes]) -> bytes:
        """Compresses what is next, whole messages or a part of a large one, and takes what is small between them."""
        pieces: list[bytes] = []
        work = 0
        # Where messages are compressed, none is so large that it waits as a frame of its own.
        while work < _DEFLATED_A_PIECE and self._queue and not isinstance(message := self._queue[0], _LargeFrame):
            if isinstance(message, list):
                batch += self._take_small(message)
                continue
            first, payload, taken, rest = message.next_fragment(deflater)
            work += taken
            self.buffered_amount -= taken
            if not rest:
                self._queue.popleft()
                self.buffered_messages -= 1
            header = _header(first, len(payload), self._masked)
            if len(payload) <= _SMALL:
                batch.append(header + self._no_key + payload)
            else:
                pieces += [self._mask_all(batch), self._mask_large(header, payload)]
                batch = []
        self.last_cost = work * _COST_OF_DEFLATING
        return b"".join([*pieces, self._mask_all(batch)])
