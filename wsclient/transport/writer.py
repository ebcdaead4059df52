"""Writes outgoing bytes from the protocol to the stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wsclient.ground.stored_error import detached

if TYPE_CHECKING:
    from wsclient.protocol.connection import Connection
    from wsclient.transport.polled_time import PolledClock
    from wsclient.transport.stream.stream import Stream
    from wsclient.transport.traffic import Traffic
    from wsclient.transport.unsent_log import UnsentLog

__all__ = ["Writer"]

_MAX_WRITE: Final = 256 * 1024  # bytes in one step; arbitrary: about 0.2 ms of system calls


class Writer:
    """Writes as much as the stream takes, up to a limit each time.

    It never waits and never raises.

    Attributes:
        is_all_out: True if the system has taken all data of the protocol. Code that queues a message must set it to
            False; `write` updates it.
        has_room: True if the last write stopped with more to write, although the stream had taken everything.
        broken: the reason why nothing can be written; received data still counts.
        unmade: the final reason why the protocol could not make a frame.
        unsent_log: remembers unsent messages; None if they will not be needed.
    """

    __slots__ = (
        "_connection",
        "_data_to_send",
        "_express_frame",
        "_piece",
        "_queue",
        "_stream",
        "_time",
        "_took_at",
        "_traffic",
        "broken",
        "has_room",
        "is_all_out",
        "unmade",
        "unsent_log",
    )

    def __init__(self, stream: Stream, connection: Connection, polled: PolledClock, traffic: Traffic) -> None:
        """Writes nothing yet."""
        self._stream = stream
        self._traffic = traffic
        self._connection = connection
        self._data_to_send = connection.data_to_send
        self._express_frame = connection.express_frame
        self._queue = connection.express
        self._time = polled
        self._piece: bytes | memoryview = b""  # returned by the protocol, but not taken by the stream yet
        self._took_at = 0.0  # the time when the stream last took a byte while some waited
        self.is_all_out: bool = True
        self.has_room: bool = False
        self.broken: Exception | None = None
        self.unmade: MemoryError | OSError | NotImplementedError | None = None
        self.unsent_log: UnsentLog | None = None

    @property
    def unsent(self) -> int:
        """Returns how many bytes of the protocol the system has not taken."""
        return len(self._piece) + self._stream.held

    @property
    def is_waiting(self) -> bool:
        """Returns True if there was no room for bytes to send."""
        return bool(self._piece) or self._stream.held > 0

    @property
    def stalled_since(self) -> float | None:
        """Returns when the system last took a byte, if some wait for room.

        The time is one of the system's clock. Returns None if no bytes wait.
        """
        return self._took_at if self.is_waiting else None

    def express(self, payload: bytes, is_text: bool) -> bool:
        """Writes a short message if nothing waits before it.

        Returns False if the message must be queued like any other.

        It does the same as `write`, in half the calls. If the stream is full, the message is queued: trying again with
        each message would take ten times as long, and the next step tries anyway.
        """
        if not self.is_all_out or self.broken is not None:
            return bool(self._piece) and self._queue(payload, is_text)
        try:
            frame = self._express_frame(payload, is_text)
        except (MemoryError, OSError, NotImplementedError):
            return False  # `send` reports the reason if it fails too
        if not frame:
            return False
        try:
            sent = self._stream.send(frame)
            self._traffic.sent += sent
            if sent < len(frame):
                self._keep(memoryview(frame)[sent:])
            elif not self._stream.flush():
                self._keep(b"")
        except (OSError, MemoryError) as error:
            self.broken = detached(error)
            self.is_all_out = False
        return True

    def write(self) -> bool:
        """Writes as much as one step may.

        Returns True if bytes were taken that had waited for room.
        """
        if self.broken is not None:
            return False
        had_waited, held = (False, 0) if self.is_all_out else (self.is_waiting, self._stream.held)
        try:
            taken = self._write_pieces()
        except (OSError, MemoryError) as error:
            self.broken = detached(error)
            return False
        has_moved = had_waited and (taken > 0 or self._stream.held < held)
        if has_moved or not had_waited:
            self._took_at = self._time.last
        return has_moved

    def unsent_messages(self) -> list[tuple[bytes, bool]]:
        """Returns the messages that are not completely sent.

        See `Transport.unsent_messages`.
        """
        return [] if self.unsent_log is None else self.unsent_log.unsent(self._stream.undelivered)

    def has_begun(self, frame: bytes, sent: int) -> None:
        """Called when another object has written the first bytes of a frame.

        The rest waits for room.
        """
        self._keep(memoryview(frame)[sent:])

    def _keep(self, piece: bytes | memoryview) -> None:
        self._piece = piece
        self._took_at = self._time.last
        self.is_all_out = False

    def _write_pieces(self) -> int:
        """Returns how many bytes the stream took."""
        self.has_room = self.is_all_out = False
        # Every message that is written immediately gets here, so bound methods are stored, and nothing is asked twice.
        connection, stream, data_to_send = self._connection, self._stream, self._data_to_send
        log = self.unsent_log
        room, taken = _MAX_WRITE, 0
        while room > 0:
            piece, is_last = self._piece, False  # more may have been queued since a piece was kept
            if not piece:
                try:
                    piece = data_to_send()
                except (MemoryError, OSError, NotImplementedError) as error:
                    self.unmade = error
                if not piece:
                    self.is_all_out = stream.flush()
                    return taken
                is_last = connection.is_drained
                if log is not None:
                    log.made(piece)
            sent = stream.send(piece)
            taken += sent
            self._traffic.sent += sent
            if log is not None:
                log.taken(sent, stream.undelivered)
            if sent < len(piece):
                self._piece = memoryview(piece)[sent:]
                return taken
            self._piece = b""
            if is_last:
                self.is_all_out = stream.flush()
                return taken
            room -= max(sent, connection.last_cost)
        self.has_room = True
        return taken
