"""A server that does what a test tells it, step by step.

It works over any stream, in the thread of the test.
"""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, Self

from wsclient.protocol.connection import Connection, Role
from wsclient.protocol.events import Failure, Messages
from wsclient.protocol.server_handshake import Request, ServerHandshake
from wsclient.transport.readiness import Readiness
from wsclient.transport.stream.tcp_stream import TcpStream

if TYPE_CHECKING:
    from wsclient.protocol.events import Event
    from wsclient.transport.stream.stream import Stream

__all__ = ["LoopbackListener", "ScriptedServer"]


class ScriptedServer:
    """The server's side of one connection.

    It only acts in `step`, and in the calls that say so.

    Attributes:
        stream: its end; for sending what no decent server sends.
        request: the client's, as soon as it is whole.
        connection: the protocol, from `accept` on.
        events: what the client did since then.
        refuses_to_read: leaves in the network what the client sends.
    """

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.request: Request | None = None
        self.connection: Connection | None = None
        self.events: list[Event] = []
        self.refuses_to_read = False
        self._handshake = ServerHandshake()
        self._unsent = b""

    def accept(self, subprotocol: str = "", behind: bytes = b"") -> None:
        """Accepts the request, which must have arrived.

        Args:
            subprotocol: one of those asked for.
            behind: bytes to send together with the reply.
        """
        assert self.request is not None, "there is no request yet: step()"
        self._unsent += self._handshake.accept(subprotocol) + behind
        self.connection = Connection(Role.SERVER)
        self.connection.receive_data(self._handshake.trailing_data)
        self.step()

    def send(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self._unsent += data
        self.step()

    def send_message(self, payload: bytes, *, is_text: bool = True) -> None:
        """Sends one message."""
        assert self.connection is not None
        self.connection.send_message(payload, is_text=is_text)
        self.step()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Starts the closing handshake."""
        assert self.connection is not None
        self.connection.send_close(code, reason)
        self.step()

    def step(self) -> None:
        """Reads and writes what goes at once."""
        self._write()
        if not self.refuses_to_read:
            self._read()
        self._write()

    @property
    def messages(self) -> list[bytes]:
        """The payloads of all messages received."""
        return [payload for event in self.events if isinstance(event, Messages) for payload in event.payloads]

    def _read(self) -> None:
        while (data := self.stream.receive(65536)) is not None:
            if self.connection is None:
                outcome = self._handshake.receive_data(data) if data else None
                assert not isinstance(outcome, Failure), outcome
                self.request = outcome or self.request
            elif data:
                self.connection.receive_data(data)
            else:
                self.connection.receive_eof()
            if self.connection is not None:
                self.events += self.connection.next_events()
            if not data:
                return

    def _write(self) -> None:
        while piece := self._unsent or (self.connection.data_to_send() if self.connection else b""):
            sent = self.stream.send(piece)
            self._unsent = piece[sent:]
            if self._unsent:
                return
        self.stream.flush()
        if self.connection is not None and self.connection.is_closing:
            self.connection.data_sent()
            self.events += self.connection.next_events()


class LoopbackListener:
    """A real listening socket on 127.0.0.1, driven without waiting.

    Use it in a `with` statement.
    """

    def __init__(self, backlog: int = 16) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(backlog)
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self.accepted: list[TcpStream] = []

    def accept(self) -> TcpStream | None:
        """Returns the next connection; None if there is none now."""
        with contextlib.suppress(BlockingIOError):
            connected, _ = self._socket.accept()
            connected.setblocking(False)
            self.accepted.append(TcpStream(connected, Readiness()))
            return self.accepted[-1]
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        for stream in self.accepted:
            stream.close()
