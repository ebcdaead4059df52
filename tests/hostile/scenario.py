"""Plays one row of the hostile suite.

It has a client, a server that may do anything, a clock, and the required end.

The requirements of `rows.py` for every row are asserted here: see `Scene.poll` and `Scene.ends`.
"""

from __future__ import annotations

import os
import socket
import sys
import time
import tracemalloc
from abc import ABC, abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from tests.hostile.raw_server import MemoryEnd, RawServer, SocketEnd, TlsEnd
from tests.hostile.wire import TEXT, close, frame
from tests.support.collector import collector_off
from tests.support.fake_network import FakeNetwork, FakeResolver, addresses
from tests.support.tls import client_context, server_context
from wsclient import Error, WebSocketClient
from wsclient.testing import FakeClock
from wsclient.transport.native import NativeTransport
from wsclient.transport.opening.resolver import Resolved
from wsclient.transport.stream.tls_stream import TlsStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

    from tests.hostile.raw_server import ServerEnd
    from wsclient.transport.base import Settings
    from wsclient.transport.opening.attempt import Outside

__all__ = [
    "LoopbackWorld",
    "MemoryWorld",
    "Peak",
    "Scene",
    "SecureWorld",
    "TickingClock",
    "World",
    "executed_lines",
    "peak_memory",
]

A_LOOK = 10e-6  # seconds that pass with each look at the clock, so that no budget lasts for ever
WALL_LIMIT = 20.0  # seconds; a test that needs more has found a hang
IDLE_ROUNDS = 8
NO_CODE = 1005  # RFC 6455 section 7.1.5
A_CHUNK = 64  # looks at the clock that one chunk may take beyond the budget


class TickingClock(FakeClock):
    """Stands still but for a moment with each look.

    Attributes:
        cost: seconds that a look takes; 0 for none.
        looks: how often it was looked at.
    """

    def __init__(self, cost: float = A_LOOK) -> None:
        super().__init__()
        self.cost = cost
        self.looks = 0

    def __call__(self) -> float:
        self.looks += 1
        self.seconds += self.cost
        return self.seconds


class World(ABC):
    """Where client and server meet."""

    url: str

    @property
    @abstractmethod
    def outside(self) -> Outside | None:
        """Returns what the client's transport uses of the system; None for the real one."""

    @abstractmethod
    def accept(self) -> ServerEnd | None:
        """Returns the server's end of the next connection; None if there is none."""

    @property
    def unread(self) -> int:
        """Returns how many bytes of the latest server the client has not read.

        This is not known in every world.
        """
        return 0

    @abstractmethod
    def close(self) -> None:
        """Lets go of everything."""


class MemoryWorld(World):
    """Sockets in memory that fail on whatever would wait. The same in every run.

    Attributes:
        network: for faults, refusals and counted calls.
    """

    url = "ws://game.example"

    def __init__(self, *, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self.network = FakeNetwork()
        self.network.listen("192.0.2.1")
        self._outside = self.network.outside(random_bytes=random_bytes)
        self._accepted = 0

    @property
    def outside(self) -> Outside:
        return self._outside

    def accept(self) -> ServerEnd | None:
        if self._accepted == len(self.network.accepted):
            return None
        self._accepted += 1
        return MemoryEnd(self.network.accepted[self._accepted - 1])

    @property
    def unread(self) -> int:
        return len(self.network.accepted[-1]._peer.inbox) if self.network.accepted else 0

    def close(self) -> None:
        assert not self.network.open_sockets, "the client left sockets open"


class SecureWorld(MemoryWorld):
    """The same under TLS; the client trusts the server's certificate."""

    url = "wss://game.example"

    def __init__(self) -> None:
        super().__init__()
        context = client_context()
        found = Resolved(addresses("192.0.2.1", port=443), lambda stream, name: TlsStream(stream, context, name))
        resolver = FakeResolver(found)
        self._outside = self.network.outside(resolver)
        self._context = server_context("game.example")

    def accept(self) -> ServerEnd | None:
        end = super().accept()
        return TlsEnd(end.stream, self._context) if isinstance(end, MemoryEnd) else None


class LoopbackWorld(World):
    """Real sockets on 127.0.0.1."""

    outside = None

    def __init__(self) -> None:
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(16)
        self._listener.setblocking(False)
        self.url = f"ws://127.0.0.1:{self._listener.getsockname()[1]}"

    def accept(self) -> ServerEnd | None:
        try:
            return SocketEnd(self._listener.accept()[0])
        except BlockingIOError:
            return None

    def close(self) -> None:
        self._listener.close()


class Scene:
    """A client, and the servers that it meets. For use in a `with` statement.

    Attributes:
        world: the world in which they meet.
        clock: the client's.
        client: polled by `poll`, `run` and `wait` only.
        servers: one for each connection, in order.
        told: the signals, in order: ("established", protocol), ("data", message), ("close_request", code, reason),
            ("closed", was_clean), ("error",). A message is read when it is reported, unless `reads` is off.
        reads: True if the game reads each message when it is reported.
        polls: how often it was polled.
        new_transport: what makes its transports.
    """

    def __init__(
        self, world: World, *, clock: TickingClock | None = None, kind: type[WebSocketClient] = WebSocketClient
    ) -> None:
        self.world = world
        self.clock = clock or TickingClock()
        self.new_transport = NativeTransport
        self.client = kind(transport=self._new_transport)
        self.servers: list[RawServer] = []
        self.told: list[tuple[object, ...]] = []
        self.reads = True
        self.polls = 0
        self._is_polling = False
        client = self.client
        client.connection_established.connect(lambda protocol: self._tell("established", protocol))
        client.data_received.connect(self._tell_data)
        client.server_close_request.connect(lambda code, reason: self._tell("close_request", code, reason))
        client.connection_closed.connect(lambda was_clean: self._tell("closed", was_clean))
        client.connection_error.connect(lambda: self._tell("error"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        with self.client:  # its goodbye
            pass
        for server in self.servers:
            server.close()
        if error is None:
            self.world.close()

    # Going on

    @property
    def server(self) -> RawServer:
        """The latest connection's."""
        return self.servers[-1]

    def connect(self, path: str = "", *, protocols: Sequence[str] = (), headers: Sequence[str] = ()) -> RawServer:
        """Has the client connect, until the server has its whole request."""
        count = len(self.servers)
        assert self.client.connect_to_url(self.world.url + path, protocols, custom_headers=headers) == Error.OK
        self.run(lambda: len(self.servers) > count and self.server.request)
        return self.server

    def open(self, *lines: str, behind: bytes = b"", protocols: Sequence[str] = ()) -> RawServer:
        """Has them connect and agree.

        Args:
            lines: more of the server's reply.
            behind: frames that arrive together with it.
            protocols: what to ask for.
        """
        self.connect(protocols=protocols)
        self.server.send(self.server.agreement(*lines), behind)
        before = len(self.told)
        self.run(lambda: len(self.told) > before)
        assert self.told[before][0] == "established", f"{self.told}: {self.client.last_error}"
        return self.server

    def poll(self) -> None:
        """Plays one frame of the game.

        It must not raise, and must end when its budget is spent and one chunk is done.
        """
        looks = self.clock.looks
        self.polls += 1
        self._is_polling = True
        try:
            self.client.poll()
        finally:
            self._is_polling = False
        if self.clock.cost:
            most = self.client.poll_budget / self.clock.cost + A_CHUNK
            assert self.clock.looks - looks <= most, "one poll() worked for longer than its budget"

    def step(self) -> None:
        """One frame of the game, one step of each server."""
        self.poll()
        self.serve()

    def serve(self) -> None:
        """One step of each server."""
        while (end := self.world.accept()) is not None:
            self.servers.append(RawServer(end))
        for server in self.servers:
            if not server.has_ended:
                server.step()

    def run(self, until: Callable[[], object] | None = None) -> None:
        """Goes on until something is so; or, in memory, until nothing happens any more."""
        assert until is not None or isinstance(self.world, MemoryWorld), "say what to wait for"
        limit = time.monotonic() + WALL_LIMIT
        idle, before = 0, self._progress()
        while not until() if until else idle < IDLE_ROUNDS:
            assert time.monotonic() < limit, f"nothing comes of it: {self.told}, {self.client.last_error}"
            self.step()
            if isinstance(self.world, LoopbackWorld):
                os.sched_yield()
            idle = idle + 1 if before == self._progress() else 0
            before = self._progress()
            assert idle <= IDLE_ROUNDS or isinstance(self.world, LoopbackWorld), (
                f"nothing comes of it: {self.told}, {self.client.last_error}"
            )

    def wait(self, seconds: float, *, tick: float = 0.1) -> None:
        """Lets time pass, with polls as in a game.

        Time without polls would not count.
        """
        end = self.clock.seconds + seconds
        while self.clock.seconds < end:
            self.clock.advance(tick)
            self.step()

    @property
    def read_bytes(self) -> int:
        """How much the client has read of what the server sent. In memory only."""
        assert isinstance(self.world, MemoryWorld)
        return self.server.sent - self.world.unread

    # How it ends

    @property
    def is_over(self) -> bool:
        """Returns True if the signal of the end was emitted."""
        return bool(self.told) and self.told[-1][0] in ("closed", "error")

    @property
    def messages(self) -> list[object]:
        """Returns the messages that were read when they were reported."""
        return [told[1] for told in self.told if told[0] == "data" and len(told) > 1]

    def fails(self, says: str = "", *, stage: str = "handshake", status: int | None = None) -> None:
        """Checks that the attempt fails with E.

        Everything that holds for each row must hold.
        """
        self.run(lambda: self.is_over)
        assert self.told == [("error",)]
        failure = self.client.last_error
        assert failure is not None
        assert failure.http_status == status, failure
        assert len(failure.http_body) <= 4096
        self._always(stage, says)

    def closes(
        self,
        code: int | None = None,
        says: str = "",
        *,
        stage: str = "open",
        is_clean: bool = False,
        before: Sequence[tuple[object, ...]] | None = None,
    ) -> None:
        """-> C(code): the connection ends, and everything that holds for each row holds.

        Args:
            code: of the one Close frame that the server gets, 1005 for one without a code; None for no such frame.
            says: what `last_error` says, or a part of it, in any case.
            stage: the stage of `last_error`, which must be set unless the end is clean.
            is_clean: the argument of `connection_closed`.
            before: the signals between `established` and `closed`; None for any.
        """
        self.run(lambda: self.is_over)
        self.run_for_the_server()
        assert self.told[0][0] == "established"
        assert self.told[-1] == ("closed", is_clean), f"{self.told}: {self.client.last_error}"
        if before is not None:
            assert self.told[1:-1] == list(before)
        assert self.server.close_codes == ([] if code is None else [None if code == NO_CODE else code])
        assert self.server.frames[-1:] == [] or code is None or self.server.frames[-1].opcode == 8
        self._always("" if is_clean else stage, says)

    def refuses(self, says: str, url: str, **options: Any) -> None:
        """Checks that the call is refused with ERR_INVALID_PARAMETER.

        Nothing is started, no signal is emitted, and everything that holds for each row must hold.

        Args:
            says: what `last_error` says, or a part of it, in any case.
            url: what to connect to.
            options: the other arguments of `connect_to_url`.
        """
        assert self.client.connect_to_url(url, **options) == Error.ERR_INVALID_PARAMETER
        assert self.world.accept() is None
        assert self.told == []
        self._always("arguments", says)

    def ends_silently(self) -> None:
        """Checks that `disconnect_from_host()` while connecting emits nothing.

        Everything that holds for each row must hold.
        """
        assert self.told == []
        self._always("", "")

    def run_for_the_server(self) -> None:
        """Lets the server receive the last data of the client.

        Does nothing if the server is deaf or has reset the connection.
        """
        server = self.server
        self.run(lambda: server.has_ended or server.is_deaf or server.is_gone)

    def _always(self, stage: str, says: str) -> None:
        """Asserts what holds at the end of every row."""
        client, told = self.client, list(self.told)
        assert [each for each in told if each[0] in ("closed", "error")] == told[-1:]
        self._is_disconnected()
        failure = client.last_error
        if stage:
            assert failure is not None
            assert failure.stage == stage, failure
            assert failure.error != Error.OK
            assert says.lower() in failure.details().lower(), failure
            assert failure.details().isprintable()
        else:
            is_explained = client.close_code not in (-1, 1000, 1001, 1005, 1006)  # by the server, whose code it is
            assert failure is None or (is_explained and failure.stage == "close"), failure
        self.wait(60.0, tick=1.0)
        assert self.told == told, "something was told behind the end"
        self._is_disconnected()
        self._connects_again()

    def _is_disconnected(self) -> None:
        assert self.client.get_connection_status() == WebSocketClient.CONNECTION_DISCONNECTED
        if isinstance(self.world, MemoryWorld):
            assert not self.world.network.open_sockets, "the client left sockets open"

    def _connects_again(self) -> None:
        """The same object, to a server that behaves."""
        self.told.clear()
        self.reads = True
        self.open(behind=frame(TEXT, b"again"))
        self.run(lambda: self.messages)
        assert self.client.send_text("and back") == Error.OK
        self.run(lambda: self.server.messages)
        self.server.send(close(1000))
        self.run(lambda: self.is_over)
        assert self.told == [("established", ""), ("data", "again"), ("close_request", 1000, ""), ("closed", True)]
        assert self.server.messages == [b"and back"]

    # The client's side

    def _new_transport(self, settings: Settings) -> NativeTransport:
        return self.new_transport(settings, clock=self.clock, outside=self.world.outside)

    def _tell(self, *what: object) -> None:
        assert self._is_polling, f"{what} was told outside of poll()"
        self.told.append(what)

    def _tell_data(self) -> None:
        if self.reads:
            self._tell("data", self.client.get_message())
        else:
            self._tell("data")

    def _progress(self) -> object:
        if not self.servers:
            return len(self.told)
        server = self.server
        return len(self.told), len(self.servers), server.sent, server.received, server.has_ended, self.world.unread


class Peak:
    """How much memory more than before was held at some moment; see `peak_memory`."""

    extra = 0


@contextmanager
def peak_memory() -> Iterator[Peak]:
    """Measures what Python allocates inside, in bytes."""
    peak = Peak()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        yield peak
        peak.extra = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


@contextmanager
def executed_lines() -> Iterator[list[int]]:
    """Counts the lines of Python that run inside."""
    count = [0]

    def trace(_frame: FrameType, event: str, _argument: object) -> Any:
        count[0] += event == "line"
        return trace

    before = sys.gettrace()
    with collector_off():
        sys.settrace(trace)
        try:
            yield count
        finally:
            sys.settrace(before)
