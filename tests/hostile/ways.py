"""A client, and servers in memory that answer by a script.

They are proxies, redirecting servers, and the servers behind them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.fake_network import FakeNetwork
from tests.support.threads import finish_lookups
from wsclient import Error, WebSocketClient
from wsclient.protocol.handshake import accept_key
from wsclient.testing import FakeClock, SignalLog
from wsclient.transport.native import NativeTransport
from wsclient.transport.opening.environment import ProxyEnvironment
from wsclient.transport.opening.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.support.memory_stream import MemoryStream

__all__ = ["END", "OPEN", "URL", "Way", "redirect"]

URL = "ws://192.0.2.9:8080/room"
OPEN = b"open"  # stands for a reply that opens the connection
END = b""  # stands for the end of the connection
TIMEOUT = 10.0  # seconds, the default


def redirect(target: str, *lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 302 Found", f"Location: {target}", *lines, "", ""]).encode()


class Way:
    """A client, and servers that answer by a script.

    Each connection has its replies, one for each message.
    """

    def __init__(self, scripts: Sequence[Sequence[bytes]], variables: Mapping[str, str] | None = None) -> None:
        self.network = FakeNetwork()
        self.network.listen("192.0.2.1", "192.0.2.9", "192.0.2.10")
        self.clock = FakeClock()
        environment = ProxyEnvironment(
            lambda: {name.removesuffix("_proxy"): value for name, value in (variables or {}).items()},
            variables=variables or {},
            has_system_settings=False,
        )
        outside = self.network.outside(Resolver()).replace(environment=environment)
        self.client = WebSocketClient(
            transport=lambda settings: NativeTransport(settings, clock=self.clock, outside=outside)
        )
        self.told = SignalLog(self.client)
        self.requests: list[bytes] = []
        self._scripts = [list(script) for script in scripts]

    def run(self) -> None:
        """Goes on until nothing happens any more, and then until the time is over."""
        finish_lookups()
        for _ in range(60):
            self.client.poll()
            for stream, script in zip(self.network.accepted, self._scripts, strict=False):
                self._serve(stream, script)
        for _ in range(50 if self.client.get_connection_status() == WebSocketClient.CONNECTION_CONNECTING else 0):
            self.clock.advance(TIMEOUT / 40)
            self.client.poll()

    def _serve(self, stream: MemoryStream, script: list[bytes]) -> None:
        if not (stream.inbox and script) or stream.is_closed:
            return
        request = bytes(stream.inbox)
        stream.inbox.clear()
        self.requests.append(request)
        reply = script.pop(0)
        if reply == END:
            stream.end()
        else:
            stream.send(agreement(request) if reply == OPEN else reply)

    def opens_now(self) -> bool:
        """Returns True if the same object opens a direct connection to a good server."""
        self.client.proxy = ""
        self.client.max_redirects = 0
        self._scripts += [[] for _ in range(len(self.network.accepted) - len(self._scripts))] + [[OPEN]]
        with self.client:
            assert self.client.connect_to_url(URL) == Error.OK
            self.run()
            return self.client.get_connection_status() == WebSocketClient.CONNECTION_CONNECTED


def agreement(request: bytes) -> bytes:
    lines = request.decode().split("\r\n")
    key = next(line.partition(": ")[2] for line in lines if line.startswith("Sec-WebSocket-Key"))
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept_key(key)}\r\n\r\n"
    ).encode()
