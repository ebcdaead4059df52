"""A server on a real port, with clients of each kind and one clock."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from wsclient import WebSocketClient, WebSocketServer
from wsclient.testing import FakeClock, SignalLog
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Hosting", "echo_to_sender", "request"]

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # RFC 6455 section 1.3


def request(*lines: str, start: str = "GET / HTTP/1.1", without: str = "", host: str = "x") -> bytes:
    """Returns a valid request, with more lines or without one line.

    The missing line begins with a word.
    """
    good = [
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {KEY}",
        "Sec-WebSocket-Version: 13",
    ]
    kept = [line for line in good if not without or not line.startswith(without)]
    return "\r\n".join([start, *kept, *lines, "", ""]).encode()


class Hosting:
    """A server and its clients.

    Loopback delivers at once, so a few polls settle everything, and nothing waits.

    Attributes:
        server: listens on a free port.
        told: the signals that it has emitted.
    """

    def __init__(
        self,
        *,
        listens: bool = True,
        gd_mp_api: bool = False,
        protocols: tuple[str, ...] = (),
        clock: FakeClock | None = None,
    ) -> None:
        self.clock = clock or FakeClock()
        self.server = WebSocketServer(clock=self.clock)
        self.told = SignalLog(self.server, but={"client_request"})
        self._clients: list[WebSocketClient] = []
        self._raw: list[socket.socket] = []
        if listens:
            self.listen(gd_mp_api=gd_mp_api, protocols=protocols)

    def listen(self, *, gd_mp_api: bool = False, protocols: tuple[str, ...] = ()) -> None:
        self.server.bind_ip = "127.0.0.1"
        assert not self.server.listen(0, protocols, gd_mp_api)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.server.get_local_port()}"

    def client(self, path: str = "/", **options: object) -> WebSocketClient:
        """A client that connects."""
        made = WebSocketClient(transport=lambda settings: NativeTransport(settings, clock=self.clock))
        self._clients.append(made)
        assert not made.connect_to_url(self.url + path, **options)  # type: ignore[arg-type]  # as its caller wrote them
        return made

    def opened(self, path: str = "/", **options: object) -> WebSocketClient:
        """A client that is in."""
        made = self.client(path, **options)
        self.settle()
        assert made.get_connection_status() == made.CONNECTION_CONNECTED, made.last_error
        return made

    def raw(self, data: bytes = b"") -> socket.socket:
        """A bare connection, which has sent this."""
        made = socket.create_connection(("127.0.0.1", self.server.get_local_port()), timeout=20)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or a second send would wait for an answer
        self._raw.append(made)
        made.sendall(data)
        return made

    def settle(self, rounds: int = 12, seconds: float = 0.016) -> None:
        """Some frames, in which all do all that they can do at once."""
        for _ in range(rounds):
            self.clock.advance(seconds)
            self.server.poll()
            for client in self._clients:
                client.poll()

    def wait(self, seconds: float) -> None:
        """Lets time go by, frame after frame."""
        self.settle(int(seconds / 0.1) + 1, 0.1)

    def reply(self, made: socket.socket) -> bytes:
        """Returns what a bare connection has received.

        It reads until the server ends it or nothing more arrives.
        """
        self.settle()
        made.setblocking(False)
        received = b""
        for _ in range(50):
            try:
                data = made.recv(65536)
            except BlockingIOError:
                break
            if not data:
                return received
            received += data
        return received

    def close(self) -> None:
        for client in self._clients:
            client.disconnect_from_host()
        self.settle()
        for client in self._clients:
            with client:
                pass
        with self.server:
            pass
        for made in self._raw:
            made.close()

    def until(self, condition: Callable[[], object], frames: int = 500) -> None:
        """Polls until something is so."""
        for _ in range(frames):
            if condition():
                return
            self.settle(1)
        raise AssertionError("it never came")


def echo_to_sender(server: WebSocketServer) -> None:
    """Makes a server send each message back to its sender, in its kind."""

    def echo(client_id: int) -> None:
        peer = server.get_peer(client_id)
        message = None if peer is None else peer.get_message()
        if peer is None or message is None:
            return
        if isinstance(message, str):
            peer.send_text(message)
        else:
            peer.put_packet(message)

    server.data_received.connect(echo)
