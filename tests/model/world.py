"""One client, one server and the network between them.

It has each step that any of the three can take next.

The client is the real one over fake sockets; the server writes its frames by hand, so that it shares no code with the
client. After each step the laws of the signals are checked (`Laws`).
"""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import re
from typing import TYPE_CHECKING, Final

from tests.support.fake_network import FakeNetwork
from wsclient import Error, ReconnectPolicy, WebSocketClient
from wsclient.testing import FakeClock
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.fake_network import FakeSocket
    from tests.support.memory_stream import MemoryStream
    from wsclient.transport.base import Settings

__all__ = ["GAMES", "STEPS", "Broken", "World"]

HOST: Final = "192.0.2.1"
URL: Final = f"ws://{HOST}"
FRAME: Final = 1 / 60
HANDSHAKE_TIMEOUT, CLOSE_TIMEOUT, HEARTBEAT = 3.0, 2.0, 4.0
LONG: Final = 10.0  # seconds; longer than each of them

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3

CONNECTED, DISCONNECTED = WebSocketClient.CONNECTION_CONNECTED, WebSocketClient.CONNECTION_DISCONNECTED

# One letter a signal, and what the letters of one attempt may be.
LETTERS: Final = {
    "connection_established": "e",
    "data_received": "d",
    "server_close_request": "q",
    "connection_closed": "c",
    "connection_error": "x",
    "reconnecting": "r",
    "reconnection_failed": "f",
}
LEGAL: Final = re.compile("(?:(?:x|ed*q?c)[rf]?)*(?:ed*q?)?")


class Broken(AssertionError):
    """A law does not hold."""


class Server:
    """The other end of one TCP connection, written by hand.

    Attributes:
        sent: the numbers of the messages that were sent whole while the connection could take them.
        received: the payloads of the messages that came.
        close_came: whether the client's Close frame came.
        close_sent: whether ours was sent.
    """

    def __init__(self, stream: MemoryStream) -> None:
        self.stream = stream
        self.is_accepted = self.is_over = False
        self.sent: list[bytes] = []
        self.received: list[bytes] = []
        self.close_came = self.close_sent = False
        self._head = b""
        self._frames = bytearray()

    @property
    def has_request(self) -> bool:
        """Whether the request is there, and not answered."""
        self._read_head()
        return not self.is_accepted and self._head.endswith(b"\r\n\r\n")

    def _read_head(self) -> None:
        if not self.is_accepted and not self.stream.is_closed:
            self._head += self.stream.receive(65536) or b""

    def accept(self) -> None:
        self._read_head()
        key = self._head.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
        reply = base64.b64encode(hashlib.sha1(key + _GUID).digest())
        self._send(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + reply + b"\r\n\r\n"
        )
        self.is_accepted = True

    def refuse(self) -> None:
        self._send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        self.end()

    def say(self) -> None:
        payload = b"%d" % len(self.sent)
        self._send(bytes([0x82, len(payload)]) + payload)
        self.sent.append(payload)

    def close(self) -> None:
        self._send(b"\x88\x05\x03\xe9bye")  # 1001
        self.close_sent = True

    def break_a_rule(self) -> None:
        self._send(b"\x83\x00")  # a reserved opcode
        self.is_over = True  # nothing after it counts

    def end(self) -> None:
        """Ends TCP, in order."""
        self.stream.end()
        self.is_over = True

    def read(self) -> None:
        """Takes in what the client sent, and answers its pings."""
        if not self.is_accepted or self.stream.is_closed:
            return
        while data := self.stream.receive(65536):
            self._frames += data
        while (frame := self._next_frame()) is not None:
            opcode, payload = frame
            if opcode == 8:
                self.close_came = True
            elif opcode == 9 and not self.is_over:
                self._send(bytes([0x8A, len(payload)]) + payload)
            elif opcode in {1, 2}:
                self.received.append(payload)

    def _next_frame(self) -> tuple[int, bytes] | None:
        if len(self._frames) < 6 or len(self._frames) < 6 + self._frames[1] % 128:
            return None
        size, key = self._frames[1] % 128, self._frames[2:6]
        payload = bytes(byte ^ key[at % 4] for at, byte in enumerate(self._frames[6 : 6 + size]))
        opcode = self._frames[0] & 15
        del self._frames[: 6 + size]
        return opcode, payload

    def _send(self, data: bytes) -> None:
        if not self.stream.is_closed:
            self.stream.send(data)


class World:
    """A client in the middle of its life.

    Args:
        game: what the handlers do; one of `GAMES`.
        transport: the class that carries the connections; one with a bug shows that the laws find it.
    """

    def __init__(self, game: str = "only looks", transport: type[NativeTransport] = NativeTransport) -> None:
        self.clock = FakeClock()
        self.network = FakeNetwork()
        self.client = WebSocketClient(transport=self._begin_attempt)
        if game in COMES_BACK:
            self.client.reconnect_policy = ReconnectPolicy(1.0, jitter=0.0)
        self._transport = transport
        self.client.handshake_timeout = HANDSHAKE_TIMEOUT
        self.client.close_timeout = CLOSE_TIMEOUT
        self.client.heartbeat_interval = HEARTBEAT
        self.told = ""
        self.started = self.silent_ends = 0
        self.put: list[bytes] = []  # in this connection, answered with OK
        self.read: list[bytes] = []  # in this connection
        self.is_polling = self.has_faults = self.has_asked_to_close = self.owes_end = False
        self.owes_outlook = (
            False  # whether the last end is to be followed by one of the two signals that say how it goes on
        )
        self._handle = GAMES[game]
        self._has_reacted = False
        for name in LETTERS:
            self.client.connect(name, lambda *args, name=name: self._tell(name, *args))

    # The client's side

    def _begin_attempt(self, settings: Settings) -> NativeTransport:
        self.started += 1
        self.put, self.read = [], []
        self.has_faults = False
        return self._transport(settings, clock=self.clock, outside=self.network.outside())

    def connect(self) -> None:
        is_there = self.client.get_connection_status() != DISCONNECTED
        is_owned = is_there and not self.has_asked_to_close
        answer = self.client.connect_to_url(URL)
        if answer != (Error.ERR_ALREADY_IN_USE if is_owned else Error.OK):
            raise Broken(f"connect_to_url() answered {answer!r}")
        if answer == Error.OK:
            self.owes_end |= is_there  # that of the connection whose close was pending
            self.has_asked_to_close = self.owes_outlook = False

    def disconnect(self) -> None:
        before = self.client.get_connection_status()
        self.client.disconnect_from_host()
        self.has_asked_to_close = True
        self.owes_outlook = False
        if before == WebSocketClient.CONNECTION_CONNECTING:
            self.silent_ends += 1

    def send(self) -> None:
        payload = b"%d" % len(self.put)
        is_open = self.client.get_connection_status() == CONNECTED
        if self.client.put_packet(payload) == Error.OK:
            if not is_open or self.has_asked_to_close:
                raise Broken("put_packet() took a packet while nothing could be sent")
            self.put.append(payload)

    def poll(self, seconds: float = FRAME) -> None:
        self.clock.advance(seconds)
        self.is_polling = True
        try:
            self.client.poll()
        finally:
            self.is_polling = False
        for server in self.servers:
            server.read()

    def wait(self) -> None:
        """Time goes by, frame after frame."""
        for _ in range(20):
            self.poll(LONG / 20)

    def sleep(self) -> None:
        """Lets time pass without polls."""
        self.clock.advance(60.0)

    # The network's side

    @property
    def servers(self) -> list[Server]:
        known = self.__dict__.setdefault("_servers", [])
        known += [Server(stream) for stream in self.network.accepted[len(known) :]]
        return known

    @property
    def server(self) -> Server | None:
        """The server's end of the attempt that goes on; None before TCP."""
        servers = self.servers
        return servers[-1] if servers and not servers[-1].is_over and not servers[-1].stream.is_closed else None

    @property
    def pending(self) -> FakeSocket | None:
        """The socket that waits for TCP."""
        waiting = [made for made in self.network.open_sockets if "connect_ex" in made.calls]
        return waiting[-1] if waiting and self.network.answer(HOST) is None else None

    def fault(self, call: str, number: int) -> None:
        """Lets the next call of that name fail."""
        self.network.faults[call] = [OSError(number, os.strerror(number))]
        self.has_faults = True

    # Laws

    def _tell(self, name: str, *args: object) -> None:
        if not self.is_polling:
            raise Broken(f"{name} was told outside of poll()")
        self.told += LETTERS[name]
        if name == "data_received":
            self.read.append(self.client.get_packet())
        elif name == "connection_closed" and not self.owes_end:
            self._check_end(was_clean=bool(args[0]))
        elif name == "connection_error" and self.client.last_error is None:
            raise Broken("an attempt failed without a reason")
        self._check_outlook(name)
        is_end = LETTERS[name] in "cxrf"
        if self.owes_end:
            if (name, *args) != ("connection_closed", False):
                raise Broken(f"{name} came before the end of the connection before")
            self.owes_end = False
        elif is_end != (self.client.get_connection_status() == DISCONNECTED):
            raise Broken(f"{name} was told while {self.client.get_connection_status()!r}")
        if not self._has_reacted:
            self._has_reacted = self._handle(self, name)

    def _check_outlook(self, name: str) -> None:
        is_outlook, was_owed = LETTERS[name] in "rf", self.owes_outlook
        is_last = self.owes_end or self.has_asked_to_close or self.client.reconnect_policy is None
        self.owes_outlook = LETTERS[name] in "cx" and not is_last
        if is_outlook != was_owed:
            raise Broken(f"{name} came {'before' if was_owed else 'without an end that needs'} what follows an end")
        if is_outlook and (self.client.time_to_reconnect >= 0.0) != (name == "reconnecting"):
            raise Broken(f"{name} came with {self.client.time_to_reconnect} s to the next attempt")

    def _check_end(self, *, was_clean: bool) -> None:
        server = self.servers[-1] if self.servers else None
        if server is None:
            raise Broken("closed, and never connected")
        server.read()
        if was_clean and not (server.close_came and server.close_sent):
            raise Broken("said to be clean without both Close frames")
        if was_clean and not self.has_faults and server.received != self.put:
            raise Broken(f"a clean end lost what was sent: {self.put} put, {server.received} came")

    def check(self) -> None:
        """Checks what holds after every step.

        Raises:
            Broken: it does not.
        """
        if self.owes_outlook:
            raise Broken(f"nothing says what follows the last end: {self.told}")
        if not LEGAL.fullmatch(self.told):
            raise Broken(f"signals in an order that is none: {self.told}")
        ends = self.told.count("x") + self.told.count("c") + self.silent_ends
        is_under_way = self.client.get_connection_status() != DISCONNECTED
        if self.started - ends not in {is_under_way, is_under_way + 1}:  # a pending close may be owed
            raise Broken(f"{self.started} attempts, {ends} ends, {self.client.get_connection_status()!r}")
        sent = self.servers[-1].sent if self.servers else []
        if self.read != sent[: len(self.read)]:
            raise Broken(f"received {self.read} of {sent}")

    def finish(self) -> None:
        """Plays everything to its end, and checks that nothing is left.

        Raises:
            Broken: something is left, or the client cannot connect again.
        """
        self.network.faults.clear()
        self._has_reacted = True
        self.client.reconnect_policy = None
        server, was_open = self.server, self.client.get_connection_status() == CONNECTED
        can_read = was_open and server is not None and not self.has_faults
        if server is not None:
            server.end()
        self.wait()
        self.check()
        if can_read and server is not None and not server.close_sent and self.read != server.sent:
            raise Broken(f"lost what had come before the end: {self.read} of {server.sent}")
        if self.client.get_connection_status() != DISCONNECTED:
            raise Broken(f"still {self.client.get_connection_status()!r} when all deadlines were over")
        if self.network.open_sockets:
            raise Broken("a socket was left open")
        if self.started != self.told.count("x") + self.told.count("c") + self.silent_ends:
            raise Broken(f"{self.started} attempts, {self.told} told, {self.silent_ends} ended in silence")
        self._connect_again()

    def _connect_again(self) -> None:
        self.network.listen(HOST)
        self.connect()
        for _ in range(8):
            self.poll()
            if self.server is not None and self.server.has_request:
                self.server.accept()
        if self.client.get_connection_status() != CONNECTED:
            raise Broken(f"cannot connect again: {self.client.last_error}")

    def leave(self) -> None:
        """Drops the connection, so that the garbage collector has nothing to end."""
        with self.client:
            pass

    def fingerprint(self) -> tuple[object, ...]:
        """Returns the visible state of the world, to count the states."""
        server = self.server
        return (
            self.client.get_connection_status(),
            self.client.close_code,
            self.client.last_error and self.client.last_error.error,
            self.told[-6:],
            len(self.put),
            len(self.read),
            self.pending is not None,
            server and (server.has_request, server.is_accepted, server.close_came, server.close_sent, len(server.sent)),
            tuple(sorted(self.network.faults)),
            self.has_asked_to_close,
        )


def _is_under_way(world: World) -> bool:
    return bool(world.client.get_connection_status()) or world.client.time_to_reconnect >= 0.0


def _is_accepted(world: World) -> bool:
    return world.server is not None and world.server.is_accepted


def _may_speak(world: World) -> bool:
    return _is_accepted(world) and not world.server.close_sent  # type: ignore[union-attr]  # it is accepted


def _has_request(world: World) -> bool:
    return world.server is not None and world.server.has_request


# A step: when it is possible, and what it does.
Step = tuple["Callable[[World], object]", "Callable[[World], object]"]
STEPS: Final[dict[str, Step]] = {
    "connect": (lambda _: True, World.connect),
    "disconnect": (_is_under_way, World.disconnect),
    "send": (lambda world: world.client.get_connection_status() == CONNECTED, World.send),
    "poll": (lambda _: True, World.poll),
    "wait": (_is_under_way, World.wait),
    "sleep": (_is_under_way, World.sleep),
    "TCP accepts": (lambda world: world.pending, lambda world: world.network.listen(HOST)),
    "TCP refuses": (lambda world: world.pending, lambda world: world.network.fail(HOST)),
    "server accepts": (_has_request, lambda world: world.server.accept()),
    "server refuses": (_has_request, lambda world: world.server.refuse()),
    "server says": (_may_speak, lambda world: world.server.say()),
    "server closes": (_may_speak, lambda world: world.server.close()),
    "server breaks a rule": (_may_speak, lambda world: world.server.break_a_rule()),
    "server ends": (lambda world: world.server, lambda world: world.server.end()),
    "recv is reset": (lambda world: world.server, lambda world: world.fault("recv", errno.ECONNRESET)),
    "send is broken": (lambda world: world.server, lambda world: world.fault("send", errno.EPIPE)),
    "send is full": (lambda world: world.server, lambda world: world.fault("send", errno.EAGAIN)),
}


def _looks(_world: World, _name: str) -> bool:
    return False


def _reconnects(world: World, name: str) -> bool:
    if LETTERS[name] not in "cx":
        return False
    world.connect()
    return True


def _leaves(world: World, name: str) -> bool:
    if name not in {"connection_established", "server_close_request"}:
        return False
    world.disconnect()
    return True


def _answers(world: World, name: str) -> bool:
    if name in {"connection_established", "data_received"}:
        world.send()
    return False


def _stays_away(world: World, name: str) -> bool:
    if name != "reconnecting":
        return False
    world.disconnect()
    return True


def _hurries(world: World, name: str) -> bool:
    if name == "reconnecting":
        world.client.reconnect_now()
    return False


# What handlers do: returns whether that was all for this world.
GAMES: Final[dict[str, Callable[[World, str], bool]]] = {
    "only looks": _looks,
    "reconnects": _reconnects,
    "leaves": _leaves,
    "answers": _answers,
    "comes back": _looks,
    "comes back at once": _hurries,
    "comes back elsewhere": _reconnects,
    "does not come back": _stays_away,
}

# Those of a client that has a policy.
COMES_BACK: Final = {"comes back", "comes back at once", "comes back elsewhere", "does not come back"}
