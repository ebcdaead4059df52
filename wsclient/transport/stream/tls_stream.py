"""Speaks TLS over any stream.

OpenSSL works in memory, so that it never touches a socket and never waits. Imported in the lookup thread only, since
importing `ssl` takes long.
"""

from __future__ import annotations

import contextlib
import ssl
from math import ceil
from typing import TYPE_CHECKING, Final

from wsclient.protocol.events import FailureKind
from wsclient.transport.stream.stream import Stream, StreamError
from wsclient.transport.stream.tls_words import explain

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.transport.descriptor import Descriptor

__all__ = ["TlsStream"]

_CIPHERTEXT_SIZE: Final = 65536
_RECORD_SIZE: Final = 16384  # RFC 8446 section 5.1: the maximum size of one record
_MAX_RECORDS: Final = 256  # in one read; arbitrary: about 0.3 ms, however small they are
_MAX_ROUNDS: Final = 16  # reads in one step of the handshake; a server's part arrives in one or two


class TlsStream(Stream):
    """Encrypts sent data and decrypts received data.

    Call `handshake` first, until it returns True.
    """

    __slots__ = (
        "_added",
        "_ciphertext",
        "_error",
        "_first_bytes",
        "_has_more",
        "_has_partial",
        "_incoming",
        "_inner",
        "_is_starved",
        "_outgoing",
        "_tls",
        "_unflushed",
        "context",
        "on_end",
    )

    def __init__(self, inner: Stream, context: ssl.SSLContext, host: str | None) -> None:
        """Takes over the stream.

        Args:
            inner: connected.
            context: the certificates to trust; on the side of a server, its own.
            host: the name or numeric address that the certificate must have. None on the side of a server.

        Raises:
            StreamError: no certificate can name this host.
        """
        self._inner = inner
        #: the certificates to trust
        self.context: ssl.SSLContext = context
        #: called once, when the stream is finished or closed
        self.on_end: Callable[[TlsStream], None] | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._ciphertext = memoryview(b"")  # encrypted, but not taken by the inner stream yet
        self._unflushed = 0  # bytes that `send` has taken since everything was last passed on
        self._added = 0.0  # bytes that TLS adds to a record
        self._first_bytes = b""
        self._has_more = False
        self._has_partial = False
        self._is_starved = False  # True if the handshake cannot go on before more bytes arrive
        self._error: StreamError | None = None  # final; raised after the data before it
        # A certificate contains neither the final dot of a full name nor the zone of an address.
        name = None if host is None else host.rstrip(".").partition("%")[0]
        try:
            self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=name is None, server_hostname=name)
        except (ValueError, ssl.SSLError) as error:
            raise StreamError(FailureKind.TLS, f"TLS cannot be spoken: {error}") from error

    def handshake(self) -> bool:
        """Continues the handshake as far as the received data allows.

        Returns:
            True if it is complete.

        Raises:
            StreamError: it failed; the alert for the server, if any, has been sent.
            OSError: the connection broke.
        """
        for _ in range(_MAX_ROUNDS):
            if self._is_starved:
                self.flush()
                # Most steps end here, because the server's answer is still on its way. OpenSSL would need 8 us to say
                # so.
                if not (self._inner.may_receive() and self._feed()):
                    return False
                self._is_starved = False
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._is_starved = True
            except ssl.SSLError as error:
                with contextlib.suppress(OSError):
                    self.flush()  # the alert with the reason
                raise explain(error, self._first_bytes) from error
            else:
                self.flush()
                self._has_more = self._holds_data
                return True
        self.flush()
        return False

    @property
    def is_starved(self) -> bool:
        """Returns True if the handshake waits for bytes from the other side.

        This side has sent all of its own.
        """
        has_unsent = self._ciphertext or self._outgoing.pending
        return self._is_starved and not has_unsent and not self._inner.has_more

    def resume(self, session: ssl.SSLSession) -> None:
        """Offers the server a session, in place of a full handshake.

        The session must be of the same context. Call this before the handshake.
        """
        self._tls.session = session

    @property
    def is_unanswered(self) -> bool:
        """True if the other side has sent nothing at all."""
        return not self._first_bytes

    @property
    def is_resumed(self) -> bool:
        """Returns True if the server accepted the offered session."""
        return bool(self._tls.session_reused)

    @property
    def session(self) -> ssl.SSLSession | None:
        """Returns the session that the server offers to resume; None if it offers none.

        In TLS 1.3, the server sends it after the handshake.
        """
        session = self._tls.session
        is_usable = session is not None and (session.has_ticket or (self.version == "TLSv1.2" and bool(session.id)))
        return session if is_usable else None

    @property
    def version(self) -> str:
        """Returns the version that was agreed on, such as "TLSv1.3"; "" before that."""
        return self._tls.version() or ""

    @property
    def is_readable(self) -> Callable[[], object]:
        """Returns the inner stream's callable.

        Decrypted data that is held in here is shown by `has_more` instead.
        """
        return self._inner.is_readable

    @property
    def descriptor(self) -> Descriptor | None:
        """The inner stream's."""
        return self._inner.descriptor

    @property
    def has_more(self) -> bool:
        """Returns True if decrypted data or unread records may be left.

        They may be held in here or in the inner stream.
        """
        return self._has_more or self._inner.has_more

    @property
    def has_partial(self) -> bool:
        """Returns True if the last `receive` took ciphertext, but no whole record."""
        return self._has_partial

    @property
    def remote_address(self) -> tuple[str, int]:
        """The inner stream's."""
        return self._inner.remote_address

    def receive(self, max_bytes: int) -> bytes | None:
        """Decrypts received data; see `Stream.receive`.

        An end of TLS and a bare end of TCP look alike.
        """
        if self._error is not None:
            self._has_more = False
            raise self._error
        # Held data is returned first. If none is held, one piece of ciphertext is read.
        self._has_partial = False
        if not self._has_more and not self._feed():
            return None
        pieces: list[bytes] = []
        room = max_bytes
        self._has_more = False
        while (
            room
            and len(pieces) < _MAX_RECORDS
            and (piece := self._read(min(room, _RECORD_SIZE), is_first=not pieces)) is not None
        ):
            pieces.append(piece)
            room -= len(piece)
            if not piece:
                self._has_more = len(pieces) > 1  # an end after data is returned next time
                return b"".join(pieces)
            if not self._holds_data:
                break
        else:
            self._has_more = self._holds_data
        if self._outgoing.pending:  # RFC 8446 section 4.6.3: a key update is answered
            self.flush()
        self._has_partial = not pieces
        return b"".join(pieces) or None

    def send(self, data: bytes | memoryview) -> int:
        """Encrypts all of the data, or none of it. Returns how much.

        It returns 0 if earlier ciphertext still waits, or if the server renegotiates.
        """
        if self._ciphertext and not self.flush():
            return 0
        try:
            sent = self._tls.write(data)  # into memory, so that this side cannot block
        except ssl.SSLWantReadError:
            sent = 0  # RFC 5246 section 7.4.1.1: in TLS 1.2, a server may repeat the handshake, which has to end first
        except ssl.SSLError as error:
            raise explain(error, self._first_bytes) from error
        self._unflushed += sent
        self._added = (self._outgoing.pending - sent) / max(_records(sent), 1)
        self.flush()
        return sent

    @property
    def held(self) -> int:
        """Returns how many bytes taken by `send` are still held in here.

        Alerts and other ciphertext of TLS itself do not count.
        """
        return min(self._unflushed, len(self._ciphertext) + self._outgoing.pending)

    @property
    def undelivered(self) -> int:
        """Returns the bytes in records that are not completely sent.

        See `Stream.undelivered`.
        """
        if not self.held:
            return 0
        # The last record is the shortest. Those before it are full.
        last = self._unflushed - (_records(self._unflushed) - 1) * _RECORD_SIZE
        before = len(self._ciphertext) + self._outgoing.pending - last - self._added
        full = max(0, ceil(before / (_RECORD_SIZE + self._added)))
        return min(self._unflushed, last + full * _RECORD_SIZE)

    def flush(self) -> bool:
        """Passes ciphertext on; see `Stream.flush`."""
        while True:
            if not self._ciphertext:
                if not self._outgoing.pending:
                    self._unflushed = 0
                    return True
                self._ciphertext = memoryview(self._outgoing.read())
            sent = self._inner.send(self._ciphertext)
            if not sent:
                return False
            self._ciphertext = self._ciphertext[sent:]

    def finish(self) -> None:
        """Sends close_notify if possible, and finishes the inner stream.

        See RFC 8446 section 6.1.
        """
        self._end()
        with contextlib.suppress(OSError, MemoryError):
            # Do not wait for the answer: the Close frames have already ended the connection.
            with contextlib.suppress(ssl.SSLError):
                self._tls.unwrap()
            self.flush()
        self._inner.finish()

    def close(self) -> None:
        """Closes the inner stream without close_notify."""
        self._end()
        self._inner.close()

    def set_user_timeout(self, seconds: float) -> None:
        """Sets it on the inner stream."""
        self._inner.set_user_timeout(seconds)

    def set_no_delay(self, enabled: bool) -> None:
        """Sets it on the inner stream."""
        self._inner.set_no_delay(enabled)

    def _end(self) -> None:
        on_end, self.on_end = self.on_end, None
        if on_end is not None:
            on_end(self)

    @property
    def _holds_data(self) -> bool:
        return self._incoming.pending > 0 or self._tls.pending() > 0

    def _read(self, max_bytes: int, *, is_first: bool) -> bytes | None:
        """Returns the data of one record; None if none is complete, b"" at the end.

        An error is returned as an end if data came before it, and is raised by the next call.
        """
        try:
            return self._tls.read(max_bytes)
        except ssl.SSLWantReadError:
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""
        except ssl.SSLError as error:
            self._error = explain(error, self._first_bytes)
            if is_first:
                raise self._error from error
            return b""

    def _feed(self) -> bool:
        """Reads ciphertext once. Returns False if there is none."""
        data = self._inner.receive(_CIPHERTEXT_SIZE)
        if data is None:
            return False
        if len(self._first_bytes) < 2:
            self._first_bytes = (self._first_bytes + data[:2])[:2]
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        return True


def _records(size: int) -> int:
    """Returns how many records are needed for that many bytes."""
    return ceil(size / _RECORD_SIZE)
