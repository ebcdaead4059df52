"""Decodes frames (RFC 6455 section 5.2), before they are complete.

There are two paths. Whole messages, each in one plain frame, are nearly all that a game receives. One tight loop takes
many of them at a time. Everything else (control frames, fragments, masked or compressed frames, and frames that are
incomplete) is decoded frame by frame, and its payload is passed on as it arrives.
"""

from __future__ import annotations

from enum import IntEnum
from struct import Struct
from typing import TYPE_CHECKING, Final, Protocol

from wsclient.protocol.close_code import CloseCode
from wsclient.protocol.equal_frames import take_equal_frames
from wsclient.protocol.errors import ProtocolViolation
from wsclient.protocol.events import BINARY, TEXT, Messages
from wsclient.protocol.kept_memory import keep_memory
from wsclient.protocol.masking import mask
from wsclient.protocol.stray_text import explain_stray_text, may_become_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["DataReceiver", "FrameDecoder", "Opcode"]


class Opcode(IntEnum):
    """The opcodes of frames (RFC 6455 section 5.2)."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


class DataReceiver(Protocol):
    """Receives the data frames that a decoder finds, in order.

    Each method may raise `ProtocolViolation`.

    Attributes:
        is_busy: True if it has enough to do for now. It receives nothing more until `resume` sets it to False.
    """

    is_busy: bool

    def resume(self) -> None:
        """Continues with postponed work.

        It is called before each step, because each may have some.
        """

    def whole_messages(self, messages: Messages) -> None:
        """Takes a run of messages, each in one uncompressed frame."""

    def frame_begins(self, opcode: Opcode, length: int, *, is_final: bool, is_compressed: bool) -> None:
        """Takes the header of a data frame of any length.

        The payload follows in parts, then `frame_ends`.
        """

    def frame_continues(self, part: bytes | memoryview) -> None:
        """Takes the next part of the payload, which is never empty.

        A view is only valid until the call returns.
        """

    def frame_ends(self) -> None:
        """Called when the payload is complete."""


_OPCODES = {int(opcode): opcode for opcode in Opcode}
_CLOSE: Final = int(Opcode.CLOSE)
_STARTS = (Opcode.TEXT, Opcode.BINARY)

# RFC 6455 section 5.2: the first bytes of whole messages. Plain numbers, because a hot loop compares them.
_RSV1: Final = 0x40
_FIN_TEXT: Final = 0x81
_FIN_BINARY: Final = 0x82
_FIN_COMPRESSED_TEXT: Final = 0xC1
_FIN_COMPRESSED_BINARY: Final = 0xC2
_KINDS: Final = {_FIN_TEXT: TEXT, _FIN_BINARY: BINARY}

# The work of one step, limited so that no flood makes it long. Arbitrary: less than half a millisecond each.
_MESSAGES_A_STEP: Final = 2048
_FRAMES_A_STEP: Final = 128

# How many frames are taken one by one before the next ones are checked for being equal; twice as many each time that
# they are not. And the largest frames that are checked. Arbitrary: above that size, a frame takes longer than the loop.
_MESSAGES_A_LOOK: Final = 64
_WORTH_A_LOOK: Final = 128  # bytes
_LONGEST_EQUAL: Final = 1024

# From this size, avoiding a copy of a frame pays; arbitrary.
_LARGE: Final = 16 * 1024

# RFC 6455 section 5.2: the header of a frame with 65,536 bytes or more and without a mask.
_LARGE_HEAD: Final = Struct(">BBQ")
_LARGE_HEAD_SIZE: Final = 10
_LENGTH_OF_64_BITS: Final = b"\x7f"


class FrameDecoder:
    """Decodes the data that one peer sends.

    Args:
        receiver: receives the data frames.
        control: receives complete control frames; may raise `ProtocolViolation`.
        expects_masked: True if this side is the server (RFC 6455 section 5.1).
        max_message_size: the limit in bytes. A longer frame is never taken whole: the receiver is passed its length
            first.
        take_compressed: receives the payloads of a run of compressed messages of one kind, in one short frame each, and
            True if they are text. It does not have to take all of them. Other compressed messages are decoded frame by
            frame. If None, nothing may be compressed, and RSV1 is refused (RFC 7692 section 6).
    """

    def __init__(
        self,
        receiver: DataReceiver,
        control: Callable[[Opcode, bytes], None],
        *,
        expects_masked: bool,
        max_message_size: int,
        take_compressed: Callable[[Iterator[bytes], bool], None] | None = None,
    ) -> None:
        self._receiver = receiver
        self._control = control
        self._expects_masked = expects_masked
        self._max_message_size = max_message_size
        self._take_compressed = take_compressed
        self._data = b""
        self._position = 0
        # About the current, incomplete data frame: the number of missing bytes, and the mask.
        self._missing = 0
        self._key = b""
        #: True if `decode` stopped because it had done enough for one call
        self.has_undecoded: bool = False
        #: True if no more data can arrive
        self.is_over: bool = False
        #: the size of the last data frame, with its header, if it was large and not compressed; 0 if not
        self.large_size: int = 0

    @property
    def missing(self) -> int:
        """Returns how many bytes complete the current frame; 0 between frames."""
        return self._missing

    def receive_data(self, data: bytes) -> None:
        """Takes more bytes, in order. Does not decode them yet."""
        rest = self._data[self._position :]
        self._data = rest + data if rest else data
        self._position = 0

    def stop(self) -> None:
        """Drops data that is not decoded. The receiver may call it too."""
        self._data = b""
        self._position = self._missing = 0

    def decode(self) -> None:
        """Takes one limited step, and passes frames to the receiver.

        See `has_undecoded`.

        Raises:
            ProtocolViolation: the peer broke the protocol. Do not decode anything after that.
        """
        self.has_undecoded = False
        if self._take_alone():
            return
        self._receiver.resume()
        try:
            self.has_undecoded = self._take_some() or self._receiver.is_busy
        except _Undecided:
            self.has_undecoded = False

    def _take_alone(self) -> bool:
        """Takes a single short, plain message.

        Returns False if there is anything else.
        """
        # Most reads of a game bring such a message. This takes less than half of the time.
        data = self._data
        if self._position or self._missing or self._expects_masked or self._receiver.is_busy or len(data) < 2:
            return False
        first, length, body = data[0], data[1], 2
        if length == 126:
            length, body = int.from_bytes(data[2:4], "big"), 4
            if not 126 <= length <= self._max_message_size:
                return False
        elif length > 125:
            return False
        if len(data) != body + length or first not in _KINDS:
            return False
        self._position = len(data)
        self.large_size = 0
        self._receiver.whole_messages(Messages([data[body:]], _KINDS[first], length))
        return True

    def _take_some(self) -> bool:
        """Takes the next messages or frames.

        Returns True if it stopped early because it had done enough.
        """
        receiver = self._receiver
        room = _MESSAGES_A_STEP
        for _ in range(_FRAMES_A_STEP):
            if receiver.is_busy or room <= 0:
                break
            if self._missing:
                if not self._take_part():
                    return False
                continue
            if not self._expects_masked:
                room -= self._take_run(room)
                if self._position >= len(self._data):
                    return False
                if self._take_compressed is not None:
                    first = self._data[self._position]
                    if first in (_FIN_COMPRESSED_TEXT, _FIN_COMPRESSED_BINARY):
                        self._take_compressed(self._compressed_run(first), first == _FIN_COMPRESSED_TEXT)
            if room > 0 and not receiver.is_busy and not self._take_frame():
                return False
        return self._position < len(self._data)

    def _take_run(self, room: int) -> int:
        """Takes up to `room` whole, plain messages. Returns how many."""
        data, start = self._data, self._position
        if start >= len(data) or data[start] not in _KINDS:
            return 0
        if data[start + 1 : start + 2] == _LENGTH_OF_64_BITS:
            return self._take_large(data[start])
        run, look = _Run(), _MESSAGES_A_LOOK
        # Frames of one size are taken together, without a loop. If there are none, skip the check for each frame.
        while (count := len(run.payloads)) < room:
            if len(data) - start >= _WORTH_A_LOOK:
                start = self._take_equal(start, room - count, run)
            look = 2 * look if len(run.payloads) == count else _MESSAGES_A_LOOK
            most = min(room - len(run.payloads), look)
            count = len(run.payloads) + most
            start = self._take_some_whole(start, most, run)
            if len(run.payloads) < count:
                break
        self._position = start
        if run.payloads:
            self.large_size = 0
            self._receiver.whole_messages(Messages(run.payloads, run.kinds, run.size))
        return len(run.payloads)

    def _take_large(self, first: int) -> int:
        """Takes whole, plain messages of one kind and over 64 KiB.

        Returns how many.
        """
        # Cut out once; `_take_frame` would join their parts.
        data, body = self._data, self._position + _LARGE_HEAD_SIZE
        run = _Run()
        while body <= len(data):
            kind, form, length = _LARGE_HEAD.unpack_from(data, self._position)
            end = body + length
            if kind != first or form != 127 or not 65536 <= length <= self._max_message_size or end > len(data):
                break
            run.payloads.append(data[body:end])
            run.size += length
            self.large_size = end - self._position
            self._position = end
            body = end + _LARGE_HEAD_SIZE
        count = len(run.payloads)
        if count:
            keep_memory(self.large_size)
            self._receiver.whole_messages(Messages(run.payloads, _KINDS[first] * count, run.size))
        return count

    def _take_equal(self, start: int, most: int, run: _Run) -> int:
        """Takes frames of one kind and size, none if only few follow.

        Returns the index of the next frame.
        """
        data, before = self._data, len(run.payloads)
        head = data[start : start + 4]
        if len(head) < 4 or head[0] not in _KINDS:
            return start
        length, body = head[1], 2
        if length > 125:
            length, body = head[2] << 8 | head[3], 4
            if head[1] != 126 or not 126 <= length <= min(_LONGEST_EQUAL, self._max_message_size):
                return start
        start = take_equal_frames(data, start, body, length, most, run.payloads)
        count = len(run.payloads) - before
        run.kinds += _KINDS[head[0]] * count
        run.size += length * count
        return start

    def _take_some_whole(self, start: int, most: int, run: _Run) -> int:
        """Takes up to `most` whole frames of any size.

        Returns the index of the next frame.

        Returns the index of the next frame, and the kind of the last one.
        """
        # Each message runs through this loop. So it uses local names, calls only the two lists, and checks no length
        # before an access: the end of the data shows as IndexError, or as a last payload that is too short.
        data, payloads, longest = self._data, run.payloads, self._max_message_size
        kinds: list[int] = []
        end, length, size = start, 0, 0
        try:
            for _ in range(most):
                first = data[end]
                length = data[end + 1]
                body = end + 2
                if length > 125:
                    if length != 126:  # 64 bits, or a mask that a server must not use
                        break
                    length = data[body] << 8 | data[end + 3]
                    if length < 126 or length > longest:
                        break
                    body = end + 4
                if first == _FIN_BINARY:
                    kinds.append(0)
                elif first == _FIN_TEXT:
                    kinds.append(1)
                else:
                    break
                start = end
                end = body + length
                payloads.append(data[body:end])
                size += length
        except IndexError:
            pass
        if end > len(data):  # the last one is incomplete
            payloads.pop()
            kinds.pop()
            size -= length
            end = start
        run.kinds += bytes(kinds)
        run.size += size
        return end

    def _compressed_run(self, first: int) -> Iterator[bytes]:
        """Takes whole, short frames that begin with that byte.

        Each step of the iterator takes one.
        """
        data, size = self._data, len(self._data)
        start = self._position
        while start + 4 <= size and data[start] == first:
            body, length = start + 2, data[start + 1]
            if length > 125:
                if length != 126:
                    return
                length = data[start + 2] << 8 | data[start + 3]
                if length < 126:
                    return
                body = start + 4
            start = body + length
            if start > size:
                return
            self._position = start
            yield data[body:start]

    def _take_frame(self) -> bool:
        """Takes the next frame, or its beginning.

        Returns False if more bytes are needed.
        """
        data, start = self._data, self._position
        available = len(data) - start
        if available < 2:
            return False
        first, second = data[start], data[start + 1]
        opcode = self._check_first_byte(first)
        is_final = bool(first & 0x80)
        is_masked = bool(second & 0x80)
        length = second & 0x7F
        if is_masked != self._expects_masked:
            # RFC 6455 section 5.1
            raise self._broken("a client's frame without a mask" if self._expects_masked else "masked frame")
        if opcode >= _CLOSE and (length > 125 or not is_final):
            # RFC 6455 section 5.5
            raise self._broken("control frame over 125 bytes" if is_final else "fragmented control frame")
        head_size = 2 + (2 if length == 126 else 8 if length == 127 else 0)
        if available < head_size:
            return False
        if length > 125:
            length = _extended_length(data[start + 2 : start + head_size])
        key_end = head_size + (4 if is_masked else 0)
        if available < key_end:
            return False
        key = data[start + head_size : start + key_end]
        if opcode < _CLOSE:
            is_compressed = bool(first & _RSV1)
            self.large_size = key_end + length if length >= _LARGE and not is_compressed else 0
            self._position = start + key_end
            self._missing, self._key = length, key
            self._receiver.frame_begins(opcode, length, is_final=is_final, is_compressed=is_compressed)
            return self._take_part()
        end = key_end + length
        if available < end:
            return False
        payload = data[start + key_end : start + end]
        self._position = start + end
        self._control(opcode, mask(payload, key) if key else payload)
        return True

    def _check_first_byte(self, first: int) -> Opcode:
        # RFC 6455 section 5.2: reserved opcodes, and bits that no extension uses.
        opcode = _OPCODES.get(first & 0x0F)
        if opcode is None:
            raise self._broken(f"reserved opcode {first & 0x0F}")
        # RFC 7692 section 6: only the first frame of a message may have RSV1 set.
        may_be_compressed = self._take_compressed is not None and opcode in _STARTS
        if first & (0x30 if may_be_compressed else 0x70):
            raise self._broken("reserved bit set")
        return opcode

    def _broken(self, fault: str) -> ProtocolViolation:
        """Returns the violation of a frame with a wrong header.

        If the data is text instead of a frame, the text is quoted.

        Raises:
            _Undecided: more data may show that it is text.
        """
        if not self.is_over and may_become_text(self._data[self._position :]):
            raise _Undecided
        peer = "the client" if self._expects_masked else "the server"
        text = explain_stray_text(self._data[self._position :], peer)
        return ProtocolViolation(CloseCode.PROTOCOL_ERROR, text or fault)

    def _take_part(self) -> bool:
        """Passes on the received part of the current frame.

        Returns False if more bytes are needed.
        """
        start = self._position
        data: bytes | memoryview = self._data
        if start and self._missing >= _LARGE and not self._key:
            data = memoryview(data)  # avoids a copy, if that pays for the view
        part = data[start : start + self._missing]
        if part:
            self._position += len(part)
            self._missing -= len(part)
            if self._key:
                plain = mask(part, self._key)
                turn = len(part) % len(self._key)  # the key continues at the end of this part
                self._key = self._key[turn:] + self._key[:turn]
                part = plain
            self._receiver.frame_continues(part)
        if self._missing:
            return False
        self._receiver.frame_ends()
        return True


class _Undecided(Exception):
    """Raised for a wrong header that may be the beginning of a text."""


class _Run:
    """Whole messages that are being taken; see `Messages`."""

    __slots__ = ("kinds", "payloads", "size")

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        self.kinds: bytes = b""
        self.size: int = 0


def _extended_length(digits: bytes) -> int:
    # RFC 6455 section 5.2: the shortest form, and no highest bit.
    length = int.from_bytes(digits, "big")
    if length < (126 if len(digits) == 2 else 65536):
        raise ProtocolViolation(CloseCode.PROTOCOL_ERROR, "payload length not in its shortest form")
    if length >> 63:
        raise ProtocolViolation(CloseCode.PROTOCOL_ERROR, "payload length with its highest bit set")
    return length
