"""Compresses messages, and inflates them in bounded steps (RFC 7692 section 7.2).

A few bytes may inflate to many. So each call of zlib returns a bounded amount, which counts against the message limit
before the next call. When a step has done enough, the rest of the payload waits. Payload counts as work too, because
some of it takes time and inflates to nothing.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from wsclient.protocol.close_code import CloseCode
from wsclient.protocol.errors import ProtocolViolation
from wsclient.protocol.events import BINARY, TEXT, Messages
from wsclient.protocol.frames import Opcode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wsclient.protocol.deflate import Direction
    from wsclient.protocol.messages import MessageAssembler

__all__ = ["Deflater", "InflatingReceiver"]

# zlib cannot make a raw stream with a window of 8 bits. The output of zlib 1.2.13 for 9 bits could be inflated with 8
# in all of 300 trials, but no version promises that.
_SMALLEST_WINDOW_BITS = 9

# RFC 7692 section 7.2.1: the bytes at the end of a sync flush, which the sender leaves out.
_TAIL = b"\x00\x00\xff\xff"

# zlib does not report if it is between two blocks. If the stream ends with the message, a final block shows it. If it
# goes on, an additional empty block nearly always does: between two blocks it inflates to nothing, inside a block to
# bytes or an error. Only a message that is cut off in its initial tables looks like an empty one.
_TAIL_AND_FINAL_BLOCK = _TAIL + b"\x03\x00"
_TAIL_AND_EMPTY_BLOCK = _TAIL + b"\x00" + _TAIL

# Level 1: about ten microseconds for a kilobyte of JSON. Level 6 takes 25 to make it a fifth smaller. Memory level 5:
# with the largest window, 144 KiB for a connection instead of 256, and no slower.
_LEVEL = 1
_MEMORY_LEVEL = 5

# The work of a step, in units of one inflated byte, which takes about 2 ns. A byte of payload counts as 16, because
# empty blocks with their own code tables take up to 70 ns a byte.
_WORK_A_STEP = 256 * 1024
_WORK_A_BYTE_IN = 16
_WORK_A_MESSAGE = 512  # a microsecond
_WORK_A_RESTART = 2048

# The payload that is passed to zlib at a time, so small that zlib returns little; and the most that zlib may return,
# which is its initial allocation, so that it does not have to join pieces.
_PIECE_IN = 4096
_PIECE_OUT = 16 * 1024

_NOTHING = memoryview(b"")


class Deflater:
    """Compresses the messages of one direction.

    Args:
        direction: how to compress; see `can_deflate`.

    Attributes:
        takes_context_over: True if a message may refer to earlier ones.
    """

    def __init__(self, direction: Direction) -> None:
        self._window_bits = direction.window_bits
        self.takes_context_over: bool = direction.takes_context_over
        self._stream = _new_deflate(direction.window_bits) if direction.takes_context_over else None

    @staticmethod
    def can_deflate(direction: Direction) -> bool:
        """Returns True if zlib can use such a window.

        If not, messages are sent uncompressed, which is always allowed.
        """
        return direction.window_bits >= _SMALLEST_WINDOW_BITS

    def deflate(self, part: bytes | memoryview, *, rest: int) -> bytes:
        """Compresses the next part of a message.

        Args:
            part: the bytes of this part.
            rest: how many bytes of the message follow; 0 at its end.

        Returns:
            The payload of a frame; never empty.
        """
        stream = self._stream
        if stream is None:  # no larger window than the message needs, because clearing it takes time
            fitting = max(_SMALLEST_WINDOW_BITS, (len(part) + rest).bit_length())
            stream = self._stream = _new_deflate(min(fitting, self._window_bits))
        payload = stream.compress(part) + stream.flush(zlib.Z_SYNC_FLUSH)
        if rest:
            return payload
        if not self.takes_context_over:
            self._stream = None
        return payload[: -len(_TAIL)]

    def deflate_each(self, messages: list[bytes]) -> list[bytes]:
        """Compresses whole messages one by one, as `deflate` does.

        It calls only zlib for each of them.
        """
        if self._stream is None or not self.takes_context_over:
            return [self.deflate(message, rest=0) for message in messages]
        compress, flush, end = self._stream.compress, self._stream.flush, -len(_TAIL)
        return [(compress(message) + flush(zlib.Z_SYNC_FLUSH))[:end] for message in messages]


class InflatingReceiver:
    """Inflates compressed messages for a `MessageAssembler`; a `DataReceiver`.

    Args:
        assembler: takes the inflated messages.
        direction: how the peer compresses.
        max_message_size: the limit of the assembler, in bytes.
    """

    def __init__(self, assembler: MessageAssembler, direction: Direction, *, max_message_size: int) -> None:
        self._assembler = assembler
        self._window_bits = max(direction.window_bits, _SMALLEST_WINDOW_BITS)  # a larger one reads the same
        self._takes_context_over = direction.takes_context_over
        self._end = _TAIL_AND_EMPTY_BLOCK if direction.takes_context_over else _TAIL_AND_FINAL_BLOCK
        # Some messages get longer when they are compressed, but none doubles. This limits empty blocks.
        self._max_payload_size = 2 * max_message_size + _PIECE_IN
        self._short = min(_PIECE_OUT, max_message_size + 1)
        self._room = 0
        self.is_busy: bool = False
        # About the message that has begun but is not complete.
        self._is_compressed = False
        self._is_last_frame = False
        self._payload_size = 0
        self._ending = b""  # its last bytes
        # About the current frame: the data not inflated yet, and whether it is the rest of the frame.
        self._waiting = _NOTHING
        self._is_frame_complete = False
        # About the stream: whether it still needs the end of the message, and the result of the last piece.
        self._stream = self._new_stream()
        self._is_inside = False
        self._taken = 0
        self._may_have_more = False

    def resume(self) -> None:
        """Begins a step with the work that the previous step left."""
        self._room = _WORK_A_STEP
        if self.is_busy:
            self.is_busy = False
            self._inflate_waiting()

    def whole_messages(self, messages: Messages) -> None:
        """Passes on messages that are not compressed."""
        self._assembler.whole_messages(messages)

    def take_run(self, payloads: Iterable[bytes], is_text: bool) -> None:  # noqa: C901  (one loop on purpose, see below)
        """Takes compressed messages of one kind, each in one frame.

        It takes as many as a step allows, not always all.

        Raises:
            ProtocolViolation: see `frame_begins` and `frame_continues`.
        """
        # Each compressed message runs through this loop, so it uses local names and calls only zlib. A message leaves
        # the loop if it is not short, or if it inflates to more than zlib returns at a time.
        self._assembler.expect_start()
        messages: list[bytes] = []
        left: tuple[bytes, bytes | None] | None = None
        payload = b""
        is_broken = False
        cause: zlib.error | None = None
        stream, room, short = self._stream, self._room, self._short
        try:
            for payload in payloads:
                if not 0 < len(payload) <= _PIECE_IN:
                    left = payload, None
                    break
                message = stream.decompress(payload, short)
                if len(message) == short or stream.eof:
                    left = payload, message
                    break
                # bool(): type checkers do not know that decompress() can change the attribute that was False above
                if stream.decompress(self._end, 1) or bool(stream.eof) is self._takes_context_over:
                    is_broken = True
                    break
                messages.append(message)
                if not self._takes_context_over:
                    stream = self._stream = self._new_stream()
                room -= _WORK_A_MESSAGE + len(message) + len(payload) * _WORK_A_BYTE_IN
                if room <= 0:
                    break
        except zlib.error as error:
            is_broken, cause = True, error
        self._room = room
        self.is_busy = room <= 0
        if messages:
            self._assembler.whole_messages(Messages(messages, (TEXT if is_text else BINARY) * len(messages)))
        if is_broken:
            raise _corrupt(payload, cause)
        if left is not None:
            self._take_left(*left, opcode=Opcode.TEXT if is_text else Opcode.BINARY)

    def _take_left(self, payload: bytes, message: bytes | None, *, opcode: Opcode) -> None:
        """Takes a message of one frame, of which a part may be inflated already.

        That part is None if inflating has not started.
        """
        self.frame_begins(opcode, len(payload), is_final=True, is_compressed=True)
        self._waiting = memoryview(payload)
        self._ending = payload[-len(_TAIL) :]
        if message is not None:
            self._account(payload, message, self._short)
            self._waiting = self._waiting[self._taken :]
            self._keep(message)
        self._is_frame_complete = True
        self._inflate_waiting()

    def frame_begins(self, opcode: Opcode, length: int, *, is_final: bool, is_compressed: bool) -> None:
        """Takes the header of a data frame.

        Raises:
            ProtocolViolation: as in the assembler, or if the payload is too long for any message (1009).
        """
        if opcode is not Opcode.CONTINUATION:  # RFC 7692 section 6: the first frame counts for all
            self._is_compressed = is_compressed
            self._payload_size = 0
            self._ending = b""
        if not self._is_compressed:
            self._assembler.frame_begins(opcode, length, is_final=is_final, is_compressed=False)
            return
        self._assembler.frame_begins(opcode, length, is_final=is_final, is_compressed=True)
        self._is_last_frame = is_final
        self._payload_size += length
        if self._payload_size > self._max_payload_size:
            limit = self._max_payload_size
            raise ProtocolViolation(CloseCode.MESSAGE_TOO_BIG, f"compressed message over {limit} bytes")

    def frame_continues(self, part: bytes | memoryview) -> None:
        """Takes the next part of the payload.

        Raises:
            ProtocolViolation: as in the assembler, or if it is not a DEFLATE stream (1007) or inflates to more than a
                message may have (1009).
        """
        if not self._is_compressed:
            self._assembler.frame_continues(part)
            return
        self._waiting = memoryview(part)
        self._ending = (self._ending + self._waiting[-len(_TAIL) :].tobytes())[-len(_TAIL) :]
        self._inflate_waiting()

    def frame_ends(self) -> None:
        """Called when the payload is complete.

        A part of it may still wait, and is inflated later.
        """
        if not self._is_compressed:
            self._assembler.frame_ends()
            return
        self._is_frame_complete = True
        if not self.is_busy:
            self._end_frame()

    def _inflate_waiting(self) -> None:
        """Inflates waiting data until the step has done enough."""
        while self._waiting or self._may_have_more:
            if self._room <= 0:
                self.is_busy = True
                return
            part = self._decompress(self._waiting[:_PIECE_IN], min(_PIECE_OUT, self._assembler.room + 1))
            self._waiting = self._waiting[self._taken :]
            self._keep(part)
            del part  # before the next one is made
        if self._is_frame_complete:
            self._end_frame()

    def _keep(self, part: bytes) -> None:
        if part:
            self._assembler.grow(len(part))
            self._assembler.frame_continues(part)

    def _end_frame(self) -> None:
        self._is_frame_complete = False
        if self._is_last_frame:
            self._end_stream()
        self._assembler.frame_ends()

    def _decompress(self, payload: memoryview, limit: int) -> bytes:
        """Inflates a payload. Returns at most `limit` bytes of the message.

        Afterwards, `_taken` has how much of the payload was used.
        """
        try:
            part = self._stream.decompress(payload, limit)
        except zlib.error as error:
            raise _corrupt(self._ending, error) from error
        self._account(payload, part, limit)
        return part

    def _account(self, payload: bytes | memoryview, part: bytes, limit: int) -> None:
        """Records what the stream did with a payload."""
        stream = self._stream
        self._is_inside = True
        self._may_have_more = len(part) == limit  # of what it has taken, too
        self._taken = len(payload) - len(stream.unconsumed_tail)
        if stream.eof:
            # RFC 7692 section 7.2.3.5: more blocks may follow a block that is marked as the last. A sender that makes
            # one with zlib begins a new stream after it, and so does this side.
            self._taken = len(payload) - len(stream.unused_data)
            self._stream = self._new_stream()
            self._is_inside = self._may_have_more = False
            self._room -= _WORK_A_RESTART
        self._room -= len(part) + self._taken * _WORK_A_BYTE_IN

    def _end_stream(self) -> None:
        """Brings the stream to the end of the message (RFC 7692 section 7.2.2).

        Does nothing after a block that is marked as the last, or for an empty payload. Strictly speaking, that is not a
        DEFLATE stream, but others take it for an empty message too.
        """
        if not self._is_inside:
            return
        self._is_inside = False
        try:
            is_inside_block = bool(self._stream.decompress(self._end, 1))
        except zlib.error as error:
            raise _corrupt(self._ending, error) from error
        if is_inside_block or self._stream.eof is self._takes_context_over:
            raise _corrupt(self._ending, None)
        if not self._takes_context_over:
            self._stream = self._new_stream()

    def _new_stream(self) -> zlib._Decompress:
        return zlib.decompressobj(-self._window_bits)


def _new_deflate(window_bits: int) -> zlib._Compress:
    return zlib.compressobj(_LEVEL, zlib.DEFLATED, -window_bits, _MEMORY_LEVEL)


def _corrupt(ending: bytes, error: zlib.error | None) -> ProtocolViolation:
    """Returns the violation of a message that cannot be inflated.

    Args:
        ending: the last bytes of the message that have arrived.
        error: zlib's message; None if the message is cut off.
    """
    if ending.endswith(_TAIL):
        fault = "the message still has the 00 00 ff ff at its end that its sender has to remove (RFC 7692)"
    elif error is None:
        fault = "the message ends inside a block"
    elif "too far back" in str(error):
        fault = "the message refers to data beyond the window that was agreed on"
    else:
        fault = "the message is no DEFLATE stream"
    return ProtocolViolation(CloseCode.INVALID_DATA, f"corrupt compressed data: {fault}")
