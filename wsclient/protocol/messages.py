"""Assembles messages from frames (RFC 6455 section 5.4), within limits.

It checks UTF-8 as it arrives (section 8.1).
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from io import BytesIO
from typing import TYPE_CHECKING

from wsclient.protocol.close_code import CloseCode
from wsclient.protocol.errors import ProtocolViolation
from wsclient.protocol.events import BINARY, TEXT, Messages
from wsclient.protocol.frames import Opcode
from wsclient.protocol.kept_memory import keep_memory

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MAX_EMPTY_FRAGMENTS", "MAX_FRAGMENTS", "MessageAssembler", "Utf8Validator"]

MAX_FRAGMENTS = 262_144
"""The most frames of one message: 16 MiB in fragments of 64 bytes, as AutobahnPython sends them in its tests."""

MAX_EMPTY_FRAGMENTS = 65_536
"""The most consecutive frames without payload in one message. They take time and carry nothing."""

_INVALID_UTF8 = "text that is not UTF-8"
# Looked up once: access through the class is slow in Python 3.11, and there may be many fragments.
_CONTINUATION = Opcode.CONTINUATION
_TEXT_FRAME = Opcode.TEXT

_INSIDE = "a new message inside a fragmented one"

# Bytes. Room is made for a large frame at once, but at most this much, and at most this many times what has arrived.
# The rest grows with the data. Arbitrary: the buffer grows once less for each 64 KiB, and a header alone cannot ask for
# memory.
_WORTH_ROOM = 16 * 1024
_LONGEST_AHEAD = 1024 * 1024
_MOST_AHEAD = 16

# Bytes. The room for a compressed message if the limit is larger, because some systems count untouched memory.
_MOST_ROOM = 64 * 1024 * 1024

_new_utf8_decoder = getincrementaldecoder("utf-8")


class Utf8Validator:
    """Checks a text that arrives in parts.

    It fails at the first byte that cannot be right.
    """

    __slots__ = ("_decoder", "_inside_character")

    def __init__(self) -> None:
        self._decoder = _new_utf8_decoder()
        self._inside_character = False

    def check(self, part: bytes) -> None:
        """Checks the next part.

        Raises:
            ProtocolViolation: it cannot be UTF-8 (1007).
        """
        if not self._inside_character and part.isascii():  # ten times faster, and most text is ASCII
            return
        self._decode(part, is_last=False)
        begun = self._decoder.getstate()[0]
        if begun[:1] == b"\xed" and begun[1:] >= b"\xa0":  # half a surrogate, which the decoder does not refuse yet
            raise ProtocolViolation(CloseCode.INVALID_DATA, _INVALID_UTF8)
        self._inside_character = bool(begun)

    def finish(self) -> None:
        """Checks the end of the text.

        Raises:
            ProtocolViolation: the text ends inside a character (1007).
        """
        self._decode(b"", is_last=True)

    def _decode(self, part: bytes, *, is_last: bool) -> None:
        try:
            self._decoder.decode(part, is_last)
        except UnicodeDecodeError as error:
            raise ProtocolViolation(CloseCode.INVALID_DATA, _INVALID_UTF8) from error


class _Inflated:
    """A payload that inflates into room for the largest message allowed.

    A zip bomb takes all the memory that the limit allows; BytesIO would take an eighth more. At the end nothing is left
    to do, while joining parts would take milliseconds. The room only costs what is written to it, because systems
    provide memory when it is touched.

    Args:
        most: the most bytes that it may hold.
    """

    __slots__ = ("_most", "_small", "_whole")

    def __init__(self, most: int) -> None:
        self._most = min(most, _MOST_ROOM)
        self._small = bytearray()  # most messages are small
        self._whole: BytesIO | None = None

    def write(self, part: bytes | memoryview) -> None:
        if self._whole is None:
            if len(self._small) + len(part) < _WORTH_ROOM:
                self._small += part
                return
            self._whole = BytesIO(bytes(self._most))
            self._whole.write(self._small)
            self._small.clear()
        self._whole.write(part)

    def getvalue(self) -> bytes:
        if self._whole is None:
            return bytes(self._small)
        self._whole.truncate()  # at the last write
        return self._whole.getvalue()


class MessageAssembler:
    """Assembles the messages of one peer.

    Args:
        deliver: receives each run of whole messages, in order.
        max_message_size: the limit in bytes; a longer message is refused (1009) as soon as the headers of its frames
            show it.
        max_fragments: the most frames of one message; one more is refused (1009).
        max_empty_fragments: the most consecutive fragments without payload; one more is refused (1009).
    """

    def __init__(
        self,
        deliver: Callable[[Messages], None],
        *,
        max_message_size: int,
        max_fragments: int = MAX_FRAGMENTS,
        max_empty_fragments: int = MAX_EMPTY_FRAGMENTS,
    ) -> None:
        self.is_busy: bool = False  # always; each message asks for it
        self._deliver = deliver
        self._max_message_size = max_message_size
        self._max_fragments = max_fragments
        self._max_empty_fragments = max_empty_fragments
        # About the message that has begun but is not complete.
        self._is_inside = False
        self._payload: BytesIO | _Inflated = BytesIO()
        self._text: Utf8Validator | None = None
        self._size = 0
        self._fragments = 0
        self._empty_fragments = 0  # consecutive ones
        self._expected = 0  # bytes of a large first frame, until a part of it has arrived
        self._is_last_frame = False

    def resume(self) -> None:
        """Does nothing, because no work is ever postponed."""

    def expect_start(self) -> None:
        """Makes sure that a message may begin.

        Raises:
            ProtocolViolation: the previous message is not complete (1002).
        """
        if self._is_inside:
            raise ProtocolViolation(CloseCode.PROTOCOL_ERROR, _INSIDE)

    def whole_messages(self, messages: Messages) -> None:
        """Takes a run of unfragmented messages; see `DataReceiver.whole_messages`."""
        if self._is_inside:
            self.expect_start()
        # ASCII text is UTF-8, and is checked without a loop in Python.
        if TEXT in messages.kinds and not all(map(bytes.isascii, messages.texts())):
            self._check_texts(messages)
        self._deliver(messages)

    def frame_begins(self, opcode: Opcode, length: int, *, is_final: bool, is_compressed: bool) -> None:
        """Takes the header of a data frame.

        Args:
            opcode: the opcode of the frame.
            length: the length of its payload.
            is_final: True if the message ends with it.
            is_compressed: True if the message is compressed; `grow` is then called as it is inflated.

        Raises:
            ProtocolViolation: a fragment is out of order (1002), or a limit is exceeded (1009).
        """
        if (opcode is _CONTINUATION) != self._is_inside:
            # RFC 6455 section 5.4
            fault = _INSIDE if self._is_inside else "continuation without a start"
            raise ProtocolViolation(CloseCode.PROTOCOL_ERROR, fault)
        if not self._is_inside:
            self._begin(opcode, is_compressed=is_compressed)
        self._fragments += 1
        if self._fragments > self._max_fragments:
            raise _too_many(f"too many fragments: over {self._max_fragments}")
        self._empty_fragments = 0 if length else self._empty_fragments + 1
        if self._empty_fragments > self._max_empty_fragments:
            raise _too_many(f"too many empty fragments in a row: over {self._max_empty_fragments}")
        self._is_last_frame = is_final
        if is_compressed:
            return
        if length > self._max_message_size:
            fault = f"frame of {length} bytes, limit {self._max_message_size}"
            raise ProtocolViolation(CloseCode.MESSAGE_TOO_BIG, fault)
        self.grow(length)
        if self._fragments == 1 and length >= _WORTH_ROOM:
            self._expected = length

    @property
    def room(self) -> int:
        """Returns by how many bytes the current message may still grow."""
        return self._max_message_size - self._size

    def grow(self, length: int) -> None:
        """Called before the message gets longer.

        Raises:
            ProtocolViolation: the message would exceed the limit (1009).
        """
        self._size += length
        if self._size > self._max_message_size:
            raise ProtocolViolation(CloseCode.MESSAGE_TOO_BIG, f"message over {self._max_message_size} bytes")

    def frame_continues(self, part: bytes | memoryview) -> None:
        """Takes the next part of the frame's payload."""
        if self._text is not None:
            self._text.check(bytes(part))
        if self._expected:
            self._make_room(len(part))
        self._payload.write(part)

    def frame_ends(self) -> None:
        """Delivers the message if this was its last frame."""
        if not self._is_last_frame:
            return
        if self._text is not None:
            self._text.finish()
        self._is_inside = False
        payload = self._payload.getvalue()  # CPython's BytesIO returns its own buffer here, without a copy
        self._payload = BytesIO()
        if self._size >= _WORTH_ROOM:
            keep_memory(self._size)
        self._deliver(Messages([payload], BINARY if self._text is None else TEXT, len(payload)))

    def _make_room(self, arrived: int) -> None:
        """Allocates room ahead, so that the buffer grows less often.

        A length that a peer only declares costs nothing.
        """
        ahead = min(self._expected, arrived * _MOST_AHEAD, _LONGEST_AHEAD)
        self._expected = 0
        if ahead > arrived:
            self._payload = BytesIO(bytes(ahead))  # overwritten before it is read

    def _begin(self, opcode: Opcode, *, is_compressed: bool) -> None:
        self._is_inside = True
        self._payload = _Inflated(self._max_message_size) if is_compressed else BytesIO()
        self._text = Utf8Validator() if opcode is _TEXT_FRAME else None
        self._size = self._fragments = self._empty_fragments = self._expected = 0

    def _check_texts(self, messages: Messages) -> None:
        """Delivers messages up to the first invalid text, then refuses that."""
        for index, (payload, is_text) in enumerate(messages.each()):
            if not is_text:
                continue
            try:
                payload.decode()  # not str(): PyPy's takes surrogates
            except UnicodeDecodeError as error:
                if index:
                    self._deliver(messages.take(index))
                raise ProtocolViolation(CloseCode.INVALID_DATA, _INVALID_UTF8) from error


def _too_many(fault: str) -> ProtocolViolation:
    hint = "The other side has to send its messages in fewer, larger frames: set_buffers() does not change this limit."
    return ProtocolViolation(CloseCode.MESSAGE_TOO_BIG, fault, hint)
