"""Queues frames to send, and masks them as the network takes them.

See RFC 6455 section 5.2.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from wsclient.protocol.frames import Opcode
from wsclient.protocol.masking import KEY_SIZE, LongMask, MaskingKeys, mask_frame, mask_frames
from wsclient.protocol.outgoing import (
    DEFLATED_A_PIECE,
    FIN,
    MASKED,
    NO_KEY,
    PIECE,
    RSV1,
    SHORT,
    SMALL,
    Deflating,
    LargeFrame,
    Split,
    header,
    heads,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.compression import Deflater

__all__ = ["MAX_PONGS", "SHORTEST_DEFLATED", "SHORTEST_WITH_CONTEXT", "Outbox"]

MAX_PONGS = 16
"""The most waiting pongs. Arbitrary: more than any useful number of pings, and cheap to store."""

SHORTEST_DEFLATED = 128
"""Messages of this size or more are compressed, if that was agreed on, each by itself. A shorter one saves next to
nothing, for the packet around it has 40 bytes and more."""

SHORTEST_WITH_CONTEXT = 32
"""The same if a message may refer to those before it. Measured: 200 moves of 49 to 53 bytes in JSON become 44 % as
long, for 5 us each. Shorter ones shrink too, but by less than the headers of the packet around them."""

_COST_OF_DEFLATING = 4  # compared to writing
_FRAMES_A_PIECE = 1024
_FEW = 8  # waiting frames, which are counted each time: a single one may leave without a word, see `frame_path`
_FIRST_OF_DEFLATED = (FIN | RSV1 | Opcode.TEXT, FIN | RSV1 | Opcode.BINARY)
_HEAD, _MORE_HEAD = 2, 2  # the bytes of a small frame's header without the key, and how many more it has above `SHORT`
_GROWTH = 64  # bytes; more than compression adds to noise, in each part

_Queued = list[bytes] | LargeFrame | Deflating | Split

_NOTHING: Final[deque[_Queued]] = deque()  # for all outboxes that never queued a large frame, and never added to


class Outbox:
    """Messages and control frames that are not sent yet, in order.

    Control frames overtake waiting messages, but never interrupt a frame that has begun. A Close is always the last.

    Args:
        is_masked: True if this side is the client (RFC 6455 section 5.1).
        random_bytes: returns random bytes for masking keys. `next_piece` raises its errors; nothing is returned without
            a mask, and the outbox must not be used after that.
        deflater: compresses messages that are not too short; None to leave them uncompressed.

    Attributes:
        waiting: the small frames at the end of the queue, not masked yet. It is always the same list, so that a caller
            can keep it and check at no cost if any wait.
        last_cost: the cost of compressing the last piece, in bytes that could have been written instead.
        is_drained: True if the last piece is known to have left nothing to send.
    """

    def __init__(
        self, *, is_masked: bool, random_bytes: Callable[[int], bytes], deflater: Deflater | None = None
    ) -> None:
        self._deflater = deflater
        self._keys = MaskingKeys(random_bytes) if is_masked else None
        self._masked = MASKED if is_masked else 0
        self._no_key = NO_KEY if is_masked else b""
        self._frame_limit = 0
        self._most_small = SMALL
        self._text_heads = self._heads_of(FIN | Opcode.TEXT)
        self._binary_heads = self._heads_of(FIN | Opcode.BINARY)
        # Of each small frame: the header, if messages are compressed, so that 64 messages of 1 KiB make one piece.
        self._uncounted = 0 if deflater is None else _HEAD + _MORE_HEAD + len(self._no_key)
        self._express_end = SMALL + 1  # payloads of this size or more cannot use `express`
        self._plain_end = self._end_of_plain()  # and those not by `add_frame`
        self.waiting: list[bytes] = []
        # Before those, in order: large frames, messages to be compressed, and runs of small frames.
        self._queue: deque[_Queued] = _NOTHING
        self._queued_amount = self._queued_messages = 0  # what is left of these
        self._counted = self._counted_amount = 0  # of `waiting`, which is counted only on request
        self._pings: list[bytes] = []
        self._pongs: list[bytes] = []
        self._is_flooded = False
        self._close: bytes | None = None
        self.last_cost: int = 0
        self.is_drained: bool = False

    def __bool__(self) -> bool:
        """Returns True if `next_piece` has something to return."""
        return bool(self.waiting or self._queue or self._pings or self._pongs or self._close is not None)

    @property
    def buffered_amount(self) -> int:
        """Returns how many bytes of payload wait to be sent."""
        waiting = self.waiting
        if len(waiting) <= _FEW:
            return self._queued_amount + self._payload_of(waiting)
        if self._counted < len(waiting):
            new = waiting[self._counted :]
            self._counted_amount += self._payload_of(new)
            self._counted += len(new)
        return self._queued_amount + self._counted_amount

    @property
    def buffered_messages(self) -> int:
        """Returns how many messages are not completely sent."""
        return self._queued_messages + len(self.waiting)

    def express(self, payload: bytes, is_text: bool) -> bool:
        """Queues a short message.

        Returns False if the message must go through `add_message`.

        It is called for each message of a game, so it makes the frame, and leaves masking and counting for later.
        """
        size = len(payload)
        if size >= self._express_end:
            return False
        self.waiting.append((self._text_heads if is_text else self._binary_heads)[size] + payload)
        return True

    def express_frame(self, payload: bytes, is_text: bool) -> bytes:
        """Returns the frame of a short message, to be written at once.

        Returns b"", and queues nothing, if other data waits before it.

        It does the work of `express` and `next_piece` in one call.
        """
        size = len(payload)
        if size >= self._express_end or self.waiting or self._queue or self._pings or self._pongs:
            return b""
        if self._deflater is not None:
            return b""
        frame = (self._text_heads if is_text else self._binary_heads)[size] + payload
        return frame if self._keys is None else mask_frame(frame, self._keys)

    def add_frame(self, frame: bytes, size: int) -> bool:
        """Queues a short message by its frame, which was made once for many.

        See `outgoing.plain_frame`.

        Args:
            frame: the bytes to send.
            size: the size of its payload.

        Returns:
            False if it must go through `add_message`, because it needs a different frame here.
        """
        if size >= self._plain_end:
            return False
        self.waiting.append(frame)
        return True

    @property
    def plain_end(self) -> int:
        """The size from which on `add_frame` takes no message."""
        return self._plain_end

    def add_message(self, payload: bytes, *, is_text: bool) -> None:
        """Queues one message.

        It becomes one frame, or several if it is large and will be compressed.
        """
        size = len(payload)
        if size <= self._most_small:
            self.waiting.append((self._text_heads if is_text else self._binary_heads)[size] + payload)
            return
        opcode = Opcode.TEXT if is_text else Opcode.BINARY
        if self._deflater is not None and self._fits_deflated(size):
            self._enqueue(Deflating(opcode, payload), size)
        else:
            self._enqueue_frames(FIN | opcode, payload)

    def add_fragment(self, payload: bytes, opcode: Opcode, *, is_final: bool) -> None:
        """Queues a fragment of a message, which is not compressed.

        Args:
            payload: its bytes.
            opcode: that of the message for its first fragment, CONTINUATION for the others.
            is_final: True if it is the last fragment.
        """
        first = FIN | opcode if is_final else int(opcode)
        if len(payload) <= self._most_small:
            self.waiting.append(header(first, len(payload), self._masked) + self._no_key + payload)
        else:
            self._enqueue_frames(first, payload)

    def limit_frames(self, size: int) -> None:
        """Limits the payload of one frame, in bytes; 0 for no limit.

        This applies to messages that are added from then on.

        A message that might get longer than this by compression is not compressed.
        """
        if size == self._frame_limit:  # usually: then no tables are made
            return
        was_allowed = self._express_end > 0
        self._frame_limit = size
        self._most_small = min(SMALL, size) if size else SMALL
        self._text_heads, self._binary_heads = (self._heads_of(FIN | one) for one in (Opcode.TEXT, Opcode.BINARY))
        self.allow_express(was_allowed)

    def allow_express(self, allowed: bool) -> None:
        """Allows `express` and `express_frame` to take short messages.

        If not allowed, they refuse every message.
        """
        self._express_end = self._most_small + 1 if allowed else 0
        self._plain_end = self._end_of_plain()

    def add_ping(self, payload: bytes) -> None:
        """Queues a ping before the waiting messages."""
        self._pings.append(self._control(Opcode.PING, payload))

    def add_pong(self, payload: bytes) -> None:
        """Queues a pong before the messages that wait.

        If more than `MAX_PONGS` wait, only the newest is kept.

        RFC 6455 section 5.5.3 allows answers to the latest ping only. But a peer that sends a few pings waits for each
        answer.
        """
        if self._is_flooded or len(self._pongs) == MAX_PONGS:
            self._is_flooded = True
            self._pongs.clear()
        self._pongs.append(self._control(Opcode.PONG, payload))

    def keep_newest_pong(self) -> None:
        """Drops all waiting pongs except the newest (RFC 6455 section 5.5.3)."""
        del self._pongs[:-1]

    def add_close(self, payload: bytes) -> None:
        """Queues the Close frame after all messages.

        Nothing may be added after it (RFC 6455 section 5.5.1).
        """
        self._close = self._control(Opcode.CLOSE, payload)

    def drop_messages(self) -> None:
        """Drops all messages except a frame that has begun."""
        first = self._queue[0] if self._queue else None
        self._queue.clear()
        self.waiting.clear()
        self._queued_amount = self._queued_messages = self._counted = self._counted_amount = 0
        if isinstance(first, LargeFrame) and first.has_begun:
            self._queue.append(first)
            self._queued_amount = first.remaining
            self._queued_messages = 1

    def next_piece(self) -> bytes | memoryview:
        """Returns the next piece to write, masked; b"" if none is left.

        It has about `PIECE` bytes, or about `LARGE_PIECE`.
        """
        self.last_cost = 0
        self.is_drained = False
        has_controls = self._pings or self._pongs
        if not (self._queue or has_controls or self._close is not None):  # usually
            waiting = self.waiting
            if not waiting:
                return b""
            if len(waiting) > 1 or self._keys is None or self._deflater is not None:
                frames = self._take_small(waiting)
                self.is_drained = not waiting
                return self._mask_all(frames)
            # If each message is written at once, only one waits, which is half the work of many.
            self._counted = self._counted_amount = 0
            self.is_drained = True
            return mask_frame(waiting.pop(), self._keys)
        first = self._queue[0] if self._queue else self.waiting
        if isinstance(first, LargeFrame) and (first.has_begun or not has_controls):
            return self._large_piece(first)
        batch = self._take_controls() if has_controls else []
        if isinstance(first, list):
            batch += self._take_small(first)
        elif isinstance(first, Deflating) and self._deflater is not None:
            return self._deflated_piece(self._deflater, batch)
        elif isinstance(first, Split) and not batch:
            return self._split_piece(first)
        if not self._queue and not self.waiting and self._close is not None:
            batch.append(self._close)
            self._close = None
        return self._mask_all(batch)

    def _heads_of(self, first: int) -> list[bytes]:
        """Returns the heads of messages as they are queued.

        RSV1 marks those that will be compressed.
        """
        plain = heads(first, self._masked)
        if self._deflater is None:
            return plain
        shortest = SHORTEST_WITH_CONTEXT if self._deflater.takes_context_over else SHORTEST_DEFLATED
        deflated = heads(first | RSV1, self._masked)
        end = min(SMALL, self._frame_limit - _GROWTH) + 1 if self._frame_limit else SMALL + 1
        end = max(shortest, end)
        return plain[:shortest] + deflated[shortest:end] + plain[end:]

    def _end_of_plain(self) -> int:
        """Returns the smallest size of a message that needs a frame of its own here.

        Returns 0 if each does.
        """
        if self._keys is not None:
            return 0
        if self._deflater is None:
            return self._express_end
        shortest = SHORTEST_WITH_CONTEXT if self._deflater.takes_context_over else SHORTEST_DEFLATED
        return min(self._express_end, shortest)

    def _fits_deflated(self, size: int) -> bool:
        return not self._frame_limit or size + _GROWTH <= self._frame_limit

    def _enqueue_frames(self, first: int, payload: bytes) -> None:
        size = len(payload)
        if self._frame_limit and size > self._frame_limit:
            self._enqueue(Split(first, payload, self._frame_limit), size)
        else:
            self._enqueue(LargeFrame(header(first, size, self._masked), payload), size)

    def _enqueue(self, message: _Queued, size: int) -> None:
        """Adds a message of that many bytes to the waiting small frames."""
        self._close_run()
        self._put(message)
        self._queued_amount += size
        self._queued_messages += 1

    def _put(self, queued: _Queued) -> None:
        if self._queue is _NOTHING:
            self._queue = deque()
        self._queue.append(queued)

    def _mask_all(self, frames: list[bytes]) -> bytes:
        if self._keys is None or not frames:
            return b"".join(frames)
        return mask_frames(frames, self._keys)

    def _mask_large(self, header: bytes, payload: bytes) -> bytes | memoryview:
        if self._keys is None:
            return header + payload
        key = self._keys.take_one().to_bytes(KEY_SIZE)
        return LongMask(key).over(payload, header + key)

    def _control(self, opcode: Opcode, payload: bytes) -> bytes:
        return header(FIN | opcode, len(payload), self._masked) + self._no_key + payload

    def _payload_of(self, frames: list[bytes]) -> int:
        """Returns the bytes of payload in small frames."""
        sizes = list(map(len, frames))
        head = _HEAD + len(self._no_key)
        return sum(sizes) - head * len(sizes) - _MORE_HEAD * sum(map((head + SHORT).__lt__, sizes))

    def _close_run(self) -> None:
        """Moves the waiting small frames into the queue.

        This is done when something else is queued after them.
        """
        if self.waiting:
            run = self.waiting[:]
            self._put(run)
            self._queued_amount = self.buffered_amount
            self._queued_messages += len(run)
            self._counted = self._counted_amount = 0
            del self.waiting[: len(run)]

    def _take_controls(self) -> list[bytes]:
        batch = self._pings + self._pongs
        self._pings, self._pongs = [], []
        self._is_flooded = False
        return batch

    def _take_small(self, run: list[bytes]) -> list[bytes]:
        """Takes small frames from the front, about one piece."""
        batch = run[:_FRAMES_A_PIECE]
        size = sum(map(len, batch)) - self._uncounted * len(batch)
        if size > PIECE:
            batch = batch[: max(1, len(batch) * PIECE // size)]
        del run[: len(batch)]
        if run is not self.waiting:
            self._queued_messages -= len(batch)
            self._queued_amount -= self._payload_of(batch)
            if not run:
                self._queue.popleft()
        elif len(batch) < self._counted:
            self._counted -= len(batch)
            self._counted_amount -= self._payload_of(batch)
        else:  # usually, and then nothing has to be counted
            self._counted = self._counted_amount = 0
        return batch if self._deflater is None else self._deflated(self._deflater, batch)

    def _deflated(self, deflater: Deflater, frames: list[bytes]) -> list[bytes]:
        """Compresses the small frames that are marked, and returns all."""
        short, long = (_HEAD + more + len(self._no_key) for more in (0, _MORE_HEAD))
        last_short = short + SHORT
        whole = [frame[short if len(frame) <= last_short else long :] for frame in frames if frame[0] & RSV1]
        self.last_cost += sum(map(len, whole)) * _COST_OF_DEFLATING
        payloads = iter(deflater.deflate_each(whole))
        head_of = {first: heads(first, self._masked) for first in _FIRST_OF_DEFLATED}
        made: list[bytes] = []
        for frame in frames:
            first = frame[0]
            if first & RSV1:
                payload = next(payloads)
                size = len(payload)
                made.append(head_of[first][size] + payload if size <= SMALL else self._deflated_frame(first, payload))
            else:
                made.append(frame)
        return made

    def _deflated_frame(self, first: int, payload: bytes) -> bytes:
        size = len(payload)
        if size <= SMALL:
            return heads(first, self._masked)[size] + payload
        return header(first, size, self._masked) + self._no_key + payload  # noise gets longer by compression

    def _large_piece(self, frame: LargeFrame) -> bytes | memoryview:
        before = frame.remaining
        piece = frame.next_piece(self._keys)
        self._queued_amount -= before - frame.remaining
        if not frame.remaining:
            self._queue.popleft()
            self._queued_messages -= 1
        return piece

    def _split_piece(self, message: Split) -> bytes | memoryview:
        """Takes some of its frames, about one piece.

        A frame that is not small is sent in parts.
        """
        frames: list[bytes] = []
        size, is_last = 0, False
        while size < PIECE and not is_last:
            first, payload, is_last = message.next_frame()
            if is_last:
                self._queue.popleft()
                self._queued_messages -= 1
            if len(payload) > SMALL:
                frame = LargeFrame(header(first, len(payload), self._masked), payload)
                self._queue.appendleft(frame)
                self._queued_messages += 1
                return self._mask_all(frames) if frames else self._large_piece(frame)
            frames.append(header(first, len(payload), self._masked) + self._no_key + payload)
            size += len(payload)
            self._queued_amount -= len(payload)
        return self._mask_all(frames)

    def _deflated_piece(self, deflater: Deflater, batch: list[bytes]) -> bytes:
        """Compresses the next messages, or the next part of a large message.

        The small frames between them are included.
        """
        pieces: list[bytes | memoryview] = []
        most = DEFLATED_A_PIECE * _COST_OF_DEFLATING
        while self.last_cost < most and self._queue:
            message = self._queue[0]
            if isinstance(message, LargeFrame | Split):
                break
            if isinstance(message, list):
                batch += self._take_small(message)
                continue
            first, payload, taken, rest = message.next_fragment(deflater)
            self.last_cost += taken * _COST_OF_DEFLATING
            self._queued_amount -= taken
            if not rest:
                self._queue.popleft()
                self._queued_messages -= 1
            if len(payload) <= SMALL:
                batch.append(self._deflated_frame(first, payload))
            else:
                pieces += [self._mask_all(batch), self._mask_large(header(first, len(payload), self._masked), payload)]
                batch = []
        if not self._queue and self.last_cost < most:
            batch += self._take_small(self.waiting)
        return b"".join([*pieces, self._mask_all(batch)])
