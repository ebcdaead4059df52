"""One open WebSocket connection, of a client or a server.

It does the closing handshake (RFC 6455 section 7) around the messages.

Bytes in by `receive_data` and `receive_eof`, events out by `next_events`, bytes out by `data_to_send`.
It begins when the opening handshake has ended; see `client_handshake.py` and `server_handshake.py`.
"""

from __future__ import annotations

import os
from enum import Enum, auto
from typing import TYPE_CHECKING

from wsclient.protocol.close_code import CloseCode, fit_reason, is_valid_close_code
from wsclient.protocol.errors import ProtocolViolation
from wsclient.protocol.events import CloseReceived, Ended, Failure, FailureKind, Messages, PingReceived, PongReceived
from wsclient.protocol.events import Stage as FailureStage
from wsclient.protocol.frames import FrameDecoder, Opcode
from wsclient.protocol.messages import MAX_FRAGMENTS, MessageAssembler
from wsclient.protocol.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.deflate import Agreement
    from wsclient.protocol.events import Event
    from wsclient.protocol.frames import DataReceiver

__all__ = [
    "TRANSITIONS",
    "Connection",
    "Role",
    "State",
    "Step",
]

_READ_SIZE = 64 * 1024
_LARGE_READ_SIZE = 257 * 1024  # four messages of 64 KiB, with their headers

# Enough for everything that one read brings uncompressed, and for 16 MiB when inflated. About 30 ms, once.
_STEPS_AT_THE_END = 64


class Role(Enum):
    """The side of a connection, which decides who masks.

    See RFC 6455 section 5.1.
    """

    CLIENT = auto()
    SERVER = auto()


class State(Enum):
    """The state of the closing handshake (RFC 6455 section 7.1)."""

    OPEN = auto()
    LOCAL_CLOSING = auto()  # we sent Close, or queued it; the peer has not answered
    BOTH_CLOSING = auto()  # the peer's Close has arrived; ours may still have to be sent
    FAILING = auto()  # the peer broke the protocol, or is gone; a Close with the reason has to be sent
    CLOSED = auto()


class Step(Enum):
    """The steps that change the state."""

    SEND_CLOSE = auto()
    RECEIVE_CLOSE = auto()
    FAIL = auto()
    ALL_LEFT = auto()  # everything queued was sent
    END = auto()  # TCP has ended, or this side gave up


# RFC 6455 section 7.1. A missing pair is a mistake of this program, never a no-op.
TRANSITIONS = {
    (State.OPEN, Step.SEND_CLOSE): State.LOCAL_CLOSING,
    (State.OPEN, Step.RECEIVE_CLOSE): State.BOTH_CLOSING,
    (State.LOCAL_CLOSING, Step.RECEIVE_CLOSE): State.BOTH_CLOSING,
    (State.OPEN, Step.FAIL): State.FAILING,
    (State.LOCAL_CLOSING, Step.FAIL): State.FAILING,
    (State.BOTH_CLOSING, Step.ALL_LEFT): State.CLOSED,
    (State.FAILING, Step.ALL_LEFT): State.CLOSED,
    (State.OPEN, Step.END): State.CLOSED,
    (State.LOCAL_CLOSING, Step.END): State.CLOSED,
    (State.BOTH_CLOSING, Step.END): State.CLOSED,
    (State.FAILING, Step.END): State.CLOSED,
}

# In these states received bytes still count. After a Close, and after a violation, they are ignored
# (RFC 6455 sections 5.5.1 and 7.1.7).
_RECEIVING = (State.OPEN, State.LOCAL_CLOSING)  # not a set: members are compared fast, but hashed in Python

# Looked up once: in Python 3.11, access through the class takes longer than the other work for a message.
_OPEN = State.OPEN
_LOCAL_CLOSING = State.LOCAL_CLOSING
_BOTH_CLOSING = State.BOTH_CLOSING
_CLOSED = State.CLOSED


class Connection:
    """The protocol of one open connection, without I/O.

    Data from a peer never raises an exception, but becomes events. The last event is `Ended`, after everything that was
    completely received.

    Args:
        role: the role of this side.
        max_message_size: the largest message in bytes, at least 125; a larger one ends the connection
            (MESSAGE_TOO_BIG).
        max_fragments: the most frames of one message; more end the connection (MESSAGE_TOO_BIG).
        random_bytes: returns random bytes for masking keys.
        deflate: the agreed compression; None if messages are not compressed.

    Attributes:
        state: the state of the closing handshake; only to be read.
    """

    def __init__(
        self,
        role: Role,
        *,
        max_message_size: int = 16 * 1024 * 1024,
        max_fragments: int = MAX_FRAGMENTS,
        random_bytes: Callable[[int], bytes] = os.urandom,
        deflate: Agreement | None = None,
    ) -> None:
        self.state: State = _OPEN
        self._events: list[Event] = []
        assembler = MessageAssembler(self._deliver, max_message_size=max_message_size, max_fragments=max_fragments)
        receiver: DataReceiver = assembler
        take_compressed, deflater = None, None
        if deflate is not None:
            from wsclient.protocol import compression  # noqa: PLC0415 - zlib is only loaded if it is used

            ours, theirs = deflate.of_client, deflate.of_server
            if role is Role.SERVER:
                ours, theirs = theirs, ours
            inflating = compression.InflatingReceiver(assembler, theirs, max_message_size=max_message_size)
            receiver, take_compressed = inflating, inflating.take_run
            deflater = compression.Deflater(ours) if compression.Deflater.can_deflate(ours) else None
        self._decoder = FrameDecoder(
            receiver,
            self._control_frame,
            expects_masked=role is Role.SERVER,
            max_message_size=max_message_size,
            take_compressed=take_compressed,
        )
        self._outbox = Outbox(is_masked=role is Role.CLIENT, random_bytes=random_bytes, deflater=deflater)
        self._is_sending = False  # a message in fragments
        self._has_answered = False  # a ping, since the last step began
        self._is_express_allowed = True
        self._peer = "the server" if role is Role.CLIENT else "the client"
        # The peer's error. The events before it are returned first, and may be answered while that is possible.
        self._violation: ProtocolViolation | None = None
        self._failure: Failure | None = None

    # Receiving

    def receive_data(self, data: bytes) -> None:
        """Takes data that was read, in order."""
        if self.state in _RECEIVING:
            self._decoder.receive_data(data)

    def receive_eof(self, cause: BaseException | None = None) -> None:
        """Called when nothing more can be read or written.

        Args:
            cause: the error that showed it; None for an orderly end of TCP.
        """
        self.decode_rest()
        if self.state is _BOTH_CLOSING and not self._outbox:
            self._end(was_clean=True)
            return
        words = (isinstance(cause, OSError) and cause.strerror) or cause  # without the number
        detail = f"the TCP connection broke: {words}" if cause else f"{self._peer} ended TCP without a Close frame"
        failure = Failure(stage=self._stage, kind=FailureKind.LOST, detail=detail, cause=cause)
        self._end(was_clean=False, failure=self._failure or failure)

    def next_events(self) -> list[Event]:
        """Returns the events since the last call.

        It decodes a limited amount of data first; see `has_undecoded`.
        """
        if self.state in _RECEIVING:
            if self._has_answered:
                self._outbox.keep_newest_pong()  # the network has had time to take the others
                self._has_answered = False
            self._decode()
        if not self._events:
            return []
        events, self._events = self._events, []
        return events

    def decode_rest(self) -> None:
        """Decodes what was read, because nothing more will arrive.

        Data that is no frame is a violation then, even if more data might explain it.
        """
        # This is the data of at most one read, which may inflate to a thousand times its size.
        self._decoder.is_over = True
        if self.state in _RECEIVING:
            self._decode()
        for _ in range(_STEPS_AT_THE_END):
            if not self.has_undecoded:
                return
            self._decode()

    @property
    def has_undecoded(self) -> bool:
        """Returns True if `next_events` would return more without more data."""
        return (self._decoder.has_undecoded or self._violation is not None) and self.state in _RECEIVING

    @property
    def read_size(self) -> int:
        """Returns the best number of bytes to read next.

        It is larger if frames are large, and reaches to the end of a frame if possible.

        More frames of the same size usually follow a large one. So each of them is in one piece, and is not joined from
        parts.
        """
        size = self._decoder.large_size
        if not size:
            return _READ_SIZE
        missing = min(self._decoder.missing, _LARGE_READ_SIZE)
        return missing + (_LARGE_READ_SIZE - missing) // size * size or _LARGE_READ_SIZE

    # Sending

    def send_message(self, payload: bytes, *, is_text: bool) -> None:
        """Queues a message.

        Text has to be UTF-8. No message may be queued after `send_close`.

        Raises:
            RuntimeError: the connection is closing or closed, or a message in fragments has not ended.
        """
        if self.state is not _OPEN or self._is_sending:
            raise RuntimeError(f"a message cannot be sent while {self.state.name}")
        self._outbox.add_message(payload, is_text=is_text)

    def send_fragment(self, payload: bytes, *, is_text: bool, is_final: bool) -> None:
        """Queues a fragment of a message, which is not compressed.

        No other message may be sent until the final fragment.

        Args:
            payload: its bytes. Text may be cut anywhere, even within a character.
            is_text: True if the message is text; only the first fragment decides.
            is_final: True if it is the last fragment.

        Raises:
            RuntimeError: the connection is closing or closed.
        """
        if self.state is not _OPEN:
            raise RuntimeError(f"a fragment cannot be sent while {self.state.name}")
        opcode = Opcode.CONTINUATION if self._is_sending else Opcode.TEXT if is_text else Opcode.BINARY
        self._is_sending = not is_final
        self._outbox.add_fragment(payload, opcode, is_final=is_final)
        self._outbox.allow_express(is_final and self._is_express_allowed)

    @property
    def is_sending_fragments(self) -> bool:
        """Returns True between the first fragment of a message and its last."""
        return self._is_sending

    def limit_frames(self, size: int) -> None:
        """Limits the payload of one frame, in bytes; 0 for no limit.

        This applies to messages that are sent from then on.
        """
        self._outbox.limit_frames(size)

    @property
    def express(self) -> Callable[[bytes, bool], bool]:
        """Returns a function that queues a short message, text or binary.

        The function returns False if the message must go through `send_message`.

        The function may be kept: it returns False as soon as closing begins.
        """
        return self._outbox.express

    @property
    def express_frame(self) -> Callable[[bytes, bool], bytes]:
        """Returns a function that makes the frame `express` would queue.

        The frame must be written at once. The function returns b"" if other data waits before it.

        The function may be kept, as in `express`.
        """
        return self._outbox.express_frame

    @property
    def queue_frame(self) -> Callable[[bytes, int], bool]:
        """Queues a short message by its frame, which was made once for many.

        See `Outbox.add_frame` and `express`.

        Returns False if it must go through `send_message`.
        """
        return self._outbox.add_frame

    @property
    def plain_end(self) -> int:
        """The size from which on `queue_frame` takes no message."""
        return self._outbox.plain_end

    def allow_express(self, allowed: bool) -> None:
        """Allows the functions of `express` and `express_frame` to take messages.

        If not allowed, they refuse every message.
        """
        self._is_express_allowed = allowed
        self._outbox.allow_express(allowed and self.state is _OPEN and not self._is_sending)

    @property
    def waiting(self) -> list[bytes]:
        """Returns the queue of `express`, which is always the same list.

        Only check if it is empty.
        """
        return self._outbox.waiting

    def send_ping(self, payload: bytes) -> None:
        """Queues a ping of at most 125 bytes.

        Does nothing if closing has begun.
        """
        if self.state is _OPEN:
            self._outbox.add_ping(payload)

    def send_close(self, code: int, reason: str = "") -> None:
        """Starts the closing handshake, after queued messages.

        Does nothing if it has already begun.

        Args:
            code: one that `is_valid_close_code` allows, or 0 for a Close without a code.
            reason: at most 123 bytes of UTF-8; not sent with code 0.
        """
        if self.state is _OPEN:
            self._advance(Step.SEND_CLOSE)
            self._outbox.add_close(_close_payload(code, reason))

    def fail(self, code: int, failure: Failure) -> None:
        """Ends the connection from this side (RFC 6455 section 7.1.7).

        When the Close has been sent, `Ended` follows.

        Messages that have not begun to be sent are dropped. Does nothing if the end has already begun.
        """
        if self.state not in _RECEIVING:
            return
        close_is_out = self.state is _LOCAL_CLOSING
        self._failure = failure
        self._advance(Step.FAIL)
        self._decoder.stop()  # undecoded data has no meaning now, and takes memory
        self._outbox.drop_messages()
        if not close_is_out:
            self._outbox.add_close(_close_payload(code, failure.detail))

    def give_up(self, failure: Failure) -> None:
        """Ends immediately, without waiting for the peer.

        Complete messages are still returned before `Ended`.
        """
        self.decode_rest()
        self._end(was_clean=False, failure=self._failure or failure)

    @property
    def data_to_send(self) -> Callable[[], bytes | memoryview]:
        """Returns a function that returns the next piece to write, masked.

        A piece has about 64 KiB; b"" means that there is none. The function may be kept.
        """
        return self._outbox.next_piece

    @property
    def is_drained(self) -> bool:
        """Returns True if the last piece left nothing to send for certain.

        There is no need to ask for another one then.
        """
        return self._outbox.is_drained

    @property
    def last_cost(self) -> int:
        """Returns the cost of compressing the last piece.

        It is counted in bytes that could have been written in that time.
        """
        return self._outbox.last_cost

    def data_sent(self) -> None:
        """Called when all that `data_to_send` returned has been sent.

        This is only needed when closing.
        """
        if not self._outbox and self.state in (_BOTH_CLOSING, State.FAILING):
            self._end(was_clean=self.state is _BOTH_CLOSING, failure=self._failure, step=Step.ALL_LEFT)

    @property
    def has_data_to_send(self) -> bool:
        """Returns True if there is data to send."""
        return bool(self._outbox)

    @property
    def buffered_amount(self) -> int:
        """Returns how many bytes of payload wait to be sent."""
        return self._outbox.buffered_amount

    @property
    def buffered_messages(self) -> int:
        """Returns how many messages are not completely sent."""
        return self._outbox.buffered_messages

    # State

    @property
    def is_closing(self) -> bool:
        """Returns True if the end has begun but is not reached yet."""
        return self.state not in (_OPEN, _CLOSED)

    @property
    def is_closed(self) -> bool:
        """Returns True if `Ended` was returned, or is among the next events."""
        return self.state is _CLOSED

    def _advance(self, step: Step) -> None:
        try:
            self.state = TRANSITIONS[self.state, step]
        except KeyError:
            raise RuntimeError(f"{step.name} is not allowed while {self.state.name}") from None
        self._outbox.allow_express(False)  # because every step leads away from OPEN

    def _end(self, *, was_clean: bool, failure: Failure | None = None, step: Step = Step.END) -> None:
        if self.state is _CLOSED:
            return
        self._advance(step)
        self._events.append(Ended(was_clean, failure))

    @property
    def _stage(self) -> FailureStage:
        return FailureStage.OPEN if self.state is _OPEN else FailureStage.CLOSE

    # Called by the decoder

    def _decode(self) -> None:
        if self._violation is not None:
            self._fail_for(self._violation)
            return
        try:
            self._decoder.decode()
        except ProtocolViolation as violation:
            if self._events:
                self._violation = violation
            else:
                self._fail_for(violation)
        except MemoryError as error:
            self._decoder.stop()  # first, because received data takes memory too
            detail = "this machine has no memory for what arrives"
            failure = Failure(stage=self._stage, kind=FailureKind.SYSTEM, detail=detail, cause=error)
            self.fail(CloseCode.INTERNAL_ERROR, failure)

    def _fail_for(self, violation: ProtocolViolation) -> None:
        kind = FailureKind.TOO_BIG if violation.code is CloseCode.MESSAGE_TOO_BIG else FailureKind.VIOLATION
        failure = Failure(stage=self._stage, kind=kind, detail=violation.reason, cause=violation, hint=violation.hint)
        self.fail(violation.code, failure)

    def _deliver(self, messages: Messages) -> None:
        last = self._events[-1] if self._events else None
        if last is not None and isinstance(last, Messages):
            last.extend(messages)
        else:
            self._events.append(messages)

    def _control_frame(self, opcode: Opcode, payload: bytes) -> None:
        if opcode is Opcode.PING:
            if self.state is _OPEN:
                self._outbox.add_pong(payload)  # RFC 6455 section 5.5.2: as soon as practical
                self._has_answered = True
            self._events.append(PingReceived(payload))
        elif opcode is Opcode.PONG:
            self._events.append(PongReceived(payload))
        else:
            self._receive_close(payload)

    def _receive_close(self, payload: bytes) -> None:
        code, reason = _parse_close(payload)
        self._decoder.stop()  # RFC 6455 section 5.5.1: nothing after a Close has a meaning
        is_answer = self.state is _LOCAL_CLOSING
        self._advance(Step.RECEIVE_CLOSE)
        if not is_answer:  # RFC 6455 section 5.5.1
            self._outbox.add_close(_close_payload(0 if code == CloseCode.NO_STATUS else code, reason))
        self._events.append(CloseReceived(code, reason, is_answer))


def _close_payload(code: int, reason: str) -> bytes:
    """Returns the body of a Close frame (RFC 6455 section 5.5.1).

    A reason that is too long loses its end.
    """
    if not code:
        return b""
    return code.to_bytes(2, "big") + fit_reason(reason)


def _parse_close(payload: bytes) -> tuple[int, str]:
    """Returns code and reason of a Close frame (RFC 6455 sections 5.5.1 and 7.4).

    Raises:
        ProtocolViolation: the body is not valid.
    """
    if not payload:
        return CloseCode.NO_STATUS.value, ""
    if len(payload) == 1:
        raise ProtocolViolation(CloseCode.PROTOCOL_ERROR, "Close frame of one byte")
    code = int.from_bytes(payload[:2], "big")
    if not is_valid_close_code(code):
        raise ProtocolViolation(CloseCode.PROTOCOL_ERROR, f"close code {code}")
    try:
        reason = payload[2:].decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProtocolViolation(CloseCode.INVALID_DATA, "close reason that is not UTF-8") from error
    return code, reason.removesuffix("\0")  # Godot 3 ends its reasons with a NUL
