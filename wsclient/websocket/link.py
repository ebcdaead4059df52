"""Link: one connection, for the client that polls it and for its peer."""

from __future__ import annotations

import logging
from _thread import get_ident
from typing import TYPE_CHECKING, Final

from wsclient.core.ownership import refuse_thread
from wsclient.ground.error import Error
from wsclient.ground.named_int import NamedInt
from wsclient.ground.value import Value
from wsclient.protocol.close_code import MAX_REASON_SIZE, CloseCode, is_valid_close_code
from wsclient.protocol.events import Messages
from wsclient.transport.base import needs_nobody, no_express
from wsclient.transport.traffic import Traffic
from wsclient.websocket.failure_record import FailureRecord
from wsclient.websocket.packet_queue import PacketQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.events import Event
    from wsclient.protocol.fields import Headers
    from wsclient.transport.base import Transport
    from wsclient.websocket.connection_failure import ConnectionFailure
    from wsclient.websocket.kept_messages import KeptMessages

__all__ = ["DEFAULT_LIMITS", "HINT_OF_ROOM", "Limits", "Link", "WriteMode", "check_close", "is_utf8"]

logger: Final = logging.getLogger("wsclient.link")


class WriteMode(NamedInt):
    """The kind of message to send. Godot: WebSocketPeer.WriteMode.

    It applies to `put_packet` and `put_var`.
    """

    WRITE_MODE_TEXT = 0
    WRITE_MODE_BINARY = 1


# Looked up once: in Python 3.11, access through the class takes a fifth of the time of sending a small message.
_TEXT = WriteMode.WRITE_MODE_TEXT
_OK = Error.OK

HINT_OF_ROOM: Final = "Call poll(), send less, or see set_buffers()"
_HINT_OF_FRAGMENTS: Final = "Send its last one with send_fragment(data, True) first"
_MAX_PINGS: Final = 64  # to remember; arbitrary
_SHORT: Final = 1024  # bytes; a longer message never takes the express path, and is checked later


class Limits(Value):
    """The limits that `set_buffers` sets, for one direction."""

    max_bytes: int = 16 * 1024 * 1024  # of one message, and of all that wait
    max_packets: int = 4096  # that wait


DEFAULT_LIMITS: Final = Limits()
"""Those of a connection that `set_buffers` did not change."""


class Link:
    """One connection, from the attempt to its end.

    Args:
        incoming: the limits of unread data.
        outgoing: the limits of unsent data.
        write_mode: the kind of message that `put_packet` sends.
        auto_flush: True to write each message immediately.
        error_while_closed: the result of `get_packet_error()` if nothing was read because the connection is not open.

    Attributes:
        transport: its transport; None before the attempt, and when its end has been applied.
        events: the events that have not been applied yet.
        inbox: received and unread messages, which can still be read after the end.
        is_open: True from the opening handshake to the end, even while closing.
        is_closing_here: True if this side started the closing.
        opened_at: the time when it opened, on the client's clock.
        kept: messages for the next connection, which were sent while not open, or were unsent at the end of the
            previous one; None if nothing is kept.
        has_received_close: True if the server's Close frame was applied.
        close_code: the received code of the last close; -1 before any.
        close_reason: the reason received with it.
        response_headers: the headers of the server's 101, which are kept after the end.
        has_warned_of_pause: True if the log says that the packets are not being read.
        has_warned_of_backlog: True if the log says that messages arrive faster than they are handled.
        place: the host and port of the server, for the start of log lines.
        failures: records why calls were refused, and why the connection failed.
        fragmented: the kind of the message whose fragments are being sent; None if there is none.
        own_code: the code of the Close sent from here; -1 if none was.
        thread: the thread that may use the connection; None if any may.
        sent_messages: the number of messages passed to the transport.
        sent_bytes: the bytes of their payloads.
        traffic: the bytes of frames, read and written.
        wake: called when there is work that no descriptor and no time will announce; see `let_rest`.
    """

    # With a dict of so many names, each connection would take 1.3 KiB more.
    __slots__ = (
        "__weakref__",
        "_auto_flush",
        "_error_while_closed",
        "_express",
        "_latency",
        "_outgoing",
        "_pings",
        "_sure_bytes",
        "_sure_messages",
        "close_code",
        "close_reason",
        "events",
        "failures",
        "fragmented",
        "has_received_close",
        "has_warned_of_backlog",
        "has_warned_of_pause",
        "inbox",
        "is_closing_here",
        "is_open",
        "kept",
        "opened_at",
        "own_code",
        "place",
        "response_headers",
        "sent_bytes",
        "sent_messages",
        "thread",
        "traffic",
        "transport",
        "wake",
        "write_mode",
    )

    def __init__(
        self,
        incoming: Limits = DEFAULT_LIMITS,
        outgoing: Limits = DEFAULT_LIMITS,
        *,
        write_mode: WriteMode = WriteMode.WRITE_MODE_BINARY,
        auto_flush: bool = True,
        error_while_closed: Error = Error.FAILED,
    ) -> None:
        self.thread: int | None = None
        self.write_mode: WriteMode = write_mode
        self._auto_flush = auto_flush
        self.failures: FailureRecord = FailureRecord()
        self.own_code: int = -1
        self.fragmented: type[str | bytes] | None = None
        self._pings: list[tuple[bytes, float]] = []
        self.inbox: PacketQueue = PacketQueue(incoming.max_bytes, incoming.max_packets, when_empty=error_while_closed)
        self.events: list[Event] = []  # few, so no deque, which would take 700 bytes for each client
        self.transport: Transport | None = None
        self.is_open: bool = False
        self.is_closing_here: bool = False
        self.opened_at: float = 0.0
        self.kept: KeptMessages | None = None
        self.has_received_close: bool = False
        self.close_code: int = -1
        self.close_reason: str = ""
        self.has_warned_of_pause: bool = False
        self.has_warned_of_backlog: bool = False
        self.place: str = "a client without a connection"
        self.sent_messages: int = 0
        self.sent_bytes: int = 0
        self.traffic: Traffic = Traffic()
        self._outgoing = outgoing
        self._sure_messages = self._sure_bytes = 0  # the counts up to which room is certain
        self._express: Callable[[bytes, bool], bool] = no_express  # the transport's
        self._error_while_closed = error_while_closed
        self.wake: Callable[[], object] = needs_nobody
        self._latency = -1.0
        self.response_headers: Headers = ()

    @property
    def auto_flush(self) -> bool:
        """Returns True if each message is written immediately."""
        return self._auto_flush

    @auto_flush.setter
    def auto_flush(self, enabled: bool) -> None:
        self._auto_flush = enabled
        self._express = no_express  # the next message asks the transport again

    @property
    def is_text_mode(self) -> bool:
        """Returns True if `put` sends text."""
        return self.write_mode is _TEXT

    @property
    def buffered_amount(self) -> int:
        """Returns how many bytes of packets wait to be sent, kept ones included."""
        transport, kept = self.transport, self.kept  # looked up once, because another thread may call this
        waiting = 0 if transport is None else transport.buffered_amount
        return waiting if kept is None else waiting + kept.size

    @property
    def buffered_messages(self) -> int:
        """Returns how many packets wait to be sent, kept ones included."""
        transport, kept = self.transport, self.kept
        waiting = 0 if transport is None else transport.buffered_messages
        return waiting if kept is None else waiting + len(kept)

    @property
    def backlog(self) -> int:
        """Returns how many messages wait for their signal to be emitted.

        Any thread may ask.
        """
        return sum(len(event.payloads) for event in [*self.events] if isinstance(event, Messages))

    @property
    def latency(self) -> float:
        """Returns the round trip of the last ping, in seconds; -1.0 before the first.

        It is kept after the end.
        """
        transport = self.transport
        latency = -1.0 if transport is None else transport.latency
        return self._latency if latency < 0.0 else latency

    @property
    def remote_address(self) -> tuple[str, int]:
        """Returns the server's numeric address and port; ("", 0) if not open."""
        transport = self.transport
        return ("", 0) if transport is None else transport.remote_address

    def claim(self, thread: int | None) -> None:
        """Lets only this thread send, take, flush and close; None for any thread."""
        self.thread = thread
        self.inbox.claim(thread)

    def check_thread(self) -> None:
        """Raises RuntimeError if another thread than the calling one owns the connection."""
        if self.thread not in (None, thread := get_ident()):
            advice = "may not use it: call send_from_thread() there, and leave the rest to the owner"
            refuse_thread("this connection", self.thread, thread, advice)

    def carry(self, transport: Transport) -> None:
        """Begins an attempt over a transport."""
        self.transport = transport
        transport.wake = self.wake
        transport.remembers = self.kept is not None
        transport.traffic = self.traffic

    def take_over(self, before: Link, incoming: Limits) -> None:
        """Takes the readable messages, kept messages and counters of an ended link."""
        self.inbox = before.inbox
        self.inbox.max_bytes, self.inbox.max_packets = incoming.max_bytes, incoming.max_packets
        self.kept, before.kept = before.kept, None
        self.sent_messages, self.sent_bytes = before.sent_messages, before.sent_bytes
        self.traffic = before.traffic
        self.failures = before.failures
        self._latency = before.latency

    def let_rest(self, wake: Callable[[], object]) -> None:
        """Sets the callable for work that comes up while polling has paused."""
        self.wake = wake
        self._express = no_express  # the next message asks the transport again
        if self.transport is not None:
            self.transport.wake = wake

    def open(self) -> None:
        """Called when the opening handshake has succeeded."""
        self.is_open = True
        if self.transport is not None:
            self.response_headers = self.transport.response_headers
        self.inbox.when_empty = Error.ERR_UNAVAILABLE

    def ping(self, payload: bytes, now: float) -> Error:
        """Sends a ping, or refuses it."""
        self.check_thread()
        transport = self.transport
        if transport is None or not transport.can_send or not self.is_open:
            return self.refuse(Error.FAILED, f"no ping can be sent while {self._state}", hint=self._way_out)
        if not transport.has_frames:
            return self.refuse(Error.ERR_UNAVAILABLE, "a browser does not let pages send pings")
        transport.send_ping(payload)
        self._pings.append((payload, now))
        del self._pings[:-_MAX_PINGS]
        transport.flush()
        return _OK

    def pong(self, payload: bytes) -> float | None:
        """Returns when the ping was sent that this pong answers, and all before it.

        Returns None if it answers none of ours.
        """
        for index, (sent, at) in enumerate(self._pings):
            if sent == payload:
                del self._pings[: index + 1]
                return at
        return None

    def send_fragment(self, payload: bytes, kind: type[str | bytes], *, is_final: bool) -> Error:
        """Sends a fragment of a message, or refuses it."""
        transport = self.transport
        if transport is None or not transport.can_send or not self.is_open:
            return self.refuse(Error.FAILED, f"nothing can be sent while {self._state}", hint=self._way_out)
        if not transport.has_frames:
            return self.refuse(Error.ERR_UNAVAILABLE, "a browser does not let pages send a message in fragments")
        if refusal := self._look_for_room(len(payload)):
            return self.refuse(Error.ERR_OUT_OF_MEMORY, refusal, hint=HINT_OF_ROOM)
        transport.send_fragment(payload, is_text=kind is str, is_final=is_final)
        self.fragmented = None if is_final else kind
        self.sent_messages += is_final
        self.sent_bytes += len(payload)
        if is_final and self.kept:
            self.send_kept()
        if self._auto_flush:
            transport.flush()
        return _OK

    def put(self, packet: bytes) -> Error:
        """Sends a packet in the current write mode."""
        return self.send(packet, self.write_mode is _TEXT)

    def send(self, payload: bytes, is_text: bool) -> Error:
        """Sends one message, or refuses all of it; see `WebSocketPeer.put_packet`."""
        if get_ident() != self.thread:
            self.check_thread()
        sent_bytes = self.sent_bytes + len(payload)
        # Skip the check while the message is sure to fit, because the queue grows only by messages sent here. The
        # transport's `express` knows if the connection is open.
        if (
            self.sent_messages < self._sure_messages
            and sent_bytes <= self._sure_bytes
            and (not is_text or payload.isascii() or (len(payload) <= _SHORT and is_utf8(payload)))
            and self._express(payload, is_text)
        ):
            self.sent_messages += 1
            self.sent_bytes = sent_bytes
            return _OK
        return self._send_asking(payload, is_text=is_text)

    def _send_asking(self, payload: bytes, *, is_text: bool) -> Error:
        """Sends one message, or finds out why it cannot be sent."""
        transport = self.transport
        can_send = transport is not None and transport.can_send and self.is_open
        if not can_send and (self.kept is None or self.is_closing_here):
            return self.refuse(Error.FAILED, f"nothing can be sent while {self._state}", hint=self._way_out)
        if self.fragmented is not None:
            return self.refuse(Error.ERR_BUSY, "a message in fragments has not ended", hint=_HINT_OF_FRAGMENTS)
        size = len(payload)
        if not can_send or self.sent_messages >= self._sure_messages or self.sent_bytes + size > self._sure_bytes:
            refusal = self._look_for_room(size)
            if refusal and self._auto_flush:
                self.flush()  # earlier messages may have left this to poll() when the network was full
                refusal = self._look_for_room(size)
            if refusal:
                return self.refuse(Error.ERR_OUT_OF_MEMORY, refusal, hint=HINT_OF_ROOM)
        if is_text and not payload.isascii() and not is_utf8(payload):
            return self.refuse_text()
        if transport is None or not can_send:
            if self.kept is not None:
                self.kept.add(payload, is_text=is_text)
                self._sure_messages = 0  # it takes room that was counted for others
            return _OK
        transport.send(payload, is_text=is_text)
        self.sent_messages += 1
        self.sent_bytes += size
        transport.auto_flush = self._auto_flush
        self._express = transport.express
        if self._auto_flush:
            transport.flush()
        return _OK

    def is_full_for(self, size: int) -> bool:
        """Returns True if a message of that size has to wait, for room or for the last fragment of another one.

        Returns False if none can be sent.
        """
        if not self.is_open and self.kept is None:
            return False
        return self.fragmented is not None or bool(self._look_for_room(size))

    def _look_for_room(self, size: int) -> str:
        """Finds out how much room there is for messages.

        Returns why a message of that size does not fit; "" if it does.
        """
        max_bytes, max_packets = self._outgoing.max_bytes, self._outgoing.max_packets
        packets, waiting = self.buffered_messages, self.buffered_amount
        if waiting + size > max_bytes:
            return f"{size} bytes do not fit the outgoing buffer: {waiting} of its {max_bytes} wait to leave"
        if packets >= max_packets:
            return f"{max_packets} packets wait to leave, as many as may"
        self._sure_bytes = self.sent_bytes + max_bytes - waiting
        self._sure_messages = self.sent_messages + max_packets - packets
        return ""

    def send_kept(self) -> None:
        """Sends the kept messages, or waits with them for the last fragment of another one.

        They fit, because everything sent since then has been counted together with them.
        """
        transport = self.transport
        if self.kept is None or transport is None or not transport.can_send or self.fragmented is not None:
            return
        for payload, is_text in self.kept.take():
            transport.send(payload, is_text=is_text)
            self.sent_messages += 1
            self.sent_bytes += len(payload)
        if self._auto_flush:
            transport.flush()

    def keep_unsent(self) -> None:
        """Keeps the messages that an ended transport has not sent completely."""
        if self.kept is None or self.transport is None:
            return
        unsent = self.transport.unsent_messages()
        self.kept.add_first(unsent)
        self.sent_messages -= len(unsent)
        self.sent_bytes -= sum(len(payload) for payload, _ in unsent)

    def keep(self, kept: KeptMessages) -> None:
        """Keeps messages from then on."""
        self.kept = kept
        self._express = no_express  # the next message asks the transport again
        if self.transport is not None:
            self.transport.remembers = True

    def stop_keeping(self, why: str) -> None:
        """Drops kept messages, and keeps no more.

        If there were any, logs that.
        """
        kept, self.kept = self.kept, None
        if kept is not None:
            kept.let_go(self.place, why)

    def flush(self) -> None:
        """Writes waiting data, as much as the system takes now."""
        self.check_thread()
        if self.transport is not None:
            self.transport.flush()

    def close(self, code: int, reason: str) -> None:
        """Closes an open connection, or ends an attempt at once.

        An attempt ends without a signal. If there is neither, nothing happens.

        Raises:
            ValueError: the code must not be sent, or the reason has more than 123 bytes; nothing changes.
            TypeError: `code` is not an int, or `reason` is not a str.
        """
        self.check_thread()
        check_close(code, reason)
        self.say_goodbye(code, reason)

    def say_goodbye(self, code: int = CloseCode.NORMAL_CLOSURE, reason: str = "") -> None:
        """Closes as `close` does, but from any thread.

        An object may be released in any thread.
        """
        if self.transport is None or self.is_closing_here:
            return
        if self.is_open:
            self.transport.close(code, reason)  # first, because it may refuse the code
            self.is_closing_here, self.own_code = True, code
        else:
            self.let_go()

    def keep_latency(self) -> None:
        """Called before the transport is dropped."""
        self._latency = self.latency

    def let_go(self) -> None:
        """Ends immediately, without an event. Received messages stay readable."""
        self.keep_latency()
        transport, self.transport = self.transport, None
        self.is_open = False
        self.fragmented = None  # its rest cannot be sent
        self._express = no_express
        self.events.clear()
        self.inbox.when_empty = self._error_while_closed
        if transport is not None:
            transport.abort()
        self.wake()

    def warn_of_unsent(self, when: str) -> None:
        """Logs how much data had not been sent when the connection was dropped."""
        if unsent := self.buffered_amount:
            words = "%s: %s with %d bytes in %d messages unsent: they are lost"
            logger.warning(words, self.place, when, unsent, self.buffered_messages)

    def disown(self, owner: int) -> None:
        """Records that the connection belongs to the parent of this forked child.

        It cannot be used here.

        Args:
            owner: the parent process.
        """
        if self.transport is None:
            return
        from wsclient.transport.forked import ForkedTransport  # noqa: PLC0415 - for the few programs that fork

        self._express = no_express
        transport, self.transport = self.transport, ForkedTransport(owner)
        self.is_open = self.is_closing_here = False  # not in this process, so that dropping it needs no goodbye
        self.events.clear()  # the parent logs them
        transport.abort()  # closes this process's copies of the descriptors, without effect on the connection

    @property
    def last_error(self) -> ConnectionFailure | None:
        """Returns why the connection failed, or why a call was refused."""
        return self.failures.last_error

    def refuse(self, error: Error, message: str, cause: BaseException | None = None, *, hint: str = "") -> Error:
        """Records why a call is refused.

        It logs that, since the caller may ignore the error.
        """
        self.check_thread()
        return self.failures.refuse(self.place, error, message, cause, hint=hint)

    def refuse_text(self) -> Error:
        """Records that a text message is not UTF-8."""
        return self.refuse(Error.ERR_INVALID_DATA, "a text message must be UTF-8", hint="See set_write_mode()")

    @property
    def _state(self) -> str:
        if self.transport is None:
            return "not connected"
        return "closing" if self.is_open else "still connecting"

    @property
    def _way_out(self) -> str:
        if self.transport is None:
            return "See connect_to_url()"
        return "" if self.is_open else "Wait for connection_established"


def check_close(code: int, reason: str) -> None:
    """Refuses codes and reasons that a Close frame must not have.

    See RFC 6455 sections 5.5 and 7.4.
    """
    if not isinstance(code, int) or not isinstance(reason, str):
        raise TypeError(f"a close code is an int, and its reason a str, not {code!r} and {reason!r}")
    if code != 0 and not is_valid_close_code(code):
        raise ValueError(f"close code {code} must not be sent: use 1000, 1001, 3000-4999, or 0 for none")
    size = len(reason.encode("utf-8"))
    if size > MAX_REASON_SIZE:
        raise ValueError(f"a close reason has at most {MAX_REASON_SIZE} bytes of UTF-8, this one has {size}")


def is_utf8(payload: bytes) -> bool:
    """Returns True if this can be sent as text."""
    try:
        payload.decode()  # not str(): PyPy's takes surrogates
    except UnicodeDecodeError:
        return False
    return True
