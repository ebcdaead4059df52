"""Tests that a server and its clients go on with all they have begun, whatever was called where.

The clock stands still, no pings are sent, and no time is limited: nothing can go on because a time has come.
"""

from __future__ import annotations

import socket
from collections import defaultdict, deque
from functools import partial
from typing import TYPE_CHECKING, Final

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.tls import client_context, server_context
from wsclient import Error, PollGroup, WebSocketClient, WebSocketServer
from wsclient.testing import FakeClock
from wsclient.transport.native import NativeTransport
from wsclient.transport.opening.attempt import Outside

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.websocket.client_request import ClientRequest
    from wsclient.websocket.peer import WebSocketPeer

FRAMES: Final = 400
"""More than any plan needs: a turn for each piece of what the system takes at once, and for each message."""

LARGE: Final = 300_000  # bytes: more than one turn writes
MANY: Final = 12  # of them: more than the system takes
CLIENTS: Final = 3
SECURE: Final = server_context()
TRUST: Final = client_context()


def _narrow_socket(family: int, kind: int) -> socket.socket:
    """Returns a socket that holds so little that a large message has to wait for room."""
    made = socket.socket(family, kind)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        made.setsockopt(socket.SOL_SOCKET, option, 262_144)
    return made


NARROW: Final = Outside(socket_factory=_narrow_socket)


class Ledger:
    """The messages of one direction of one connection.

    Attributes:
        accepted: those for which sending returned `OK`.
        doubtful: those that may arrive.
        arrived: those that were read.
        is_over: True if what is sent from then on may be lost, because the connection is being closed.
    """

    def __init__(self) -> None:
        self.accepted: list[bytes] = []
        self.doubtful: set[bytes] = set()
        self.arrived: list[bytes] = []
        self.is_over = False

    def send(self, payload: bytes, *, is_certain: bool = True) -> None:
        self.accepted.append(payload)
        if self.is_over or not is_certain:
            self.doubtful.add(payload)

    def end(self) -> None:
        """Notes that what has not arrived may be lost."""
        self.doubtful.update(self.accepted)

    @property
    def is_settled(self) -> bool:
        """True if all has arrived that must, in order, and nothing else."""
        left = deque(self.accepted)
        for payload in self.arrived:
            while left and left[0] != payload:
                if left.popleft() not in self.doubtful:
                    return False
            if not left:
                return False
            left.popleft()
        return self.doubtful.issuperset(left)


class World:
    """A server and its clients in a group, and the calls that are planned for their handlers."""

    def __init__(self, *, is_secure: bool, compression: bool) -> None:
        self.clock = FakeClock()
        self.group = PollGroup(clock=self.clock)
        self.server = WebSocketServer(clock=self.clock)
        self.clients: list[WebSocketClient] = []
        self.ids: dict[int, int] = {}  # of the clients that are in, by their place in the list
        self.down: dict[int, Ledger] = defaultdict(Ledger)  # to each client
        self.up: dict[int, Ledger] = defaultdict(Ledger)
        self.plans: dict[str, deque[Callable[[], None]]] = defaultdict(deque)
        self.deferred: list[ClientRequest] = []
        self.pongs = [0] * CLIENTS
        self.ended: list[int] = []
        self.reads_at_once = True
        self.count = 0
        server = self.server
        server.bind_ip, server.compression = "127.0.0.1", compression
        server.heartbeat_interval = server.close_timeout = server.handshake_timeout = server.stall_timeout = 0.0
        server.set_buffers(1024, 4, 1_000_000, 4096)
        if is_secure:
            server.ssl_certificate = SECURE
        server.client_request.connect(self._asked)
        server.client_connected.connect(self._came)
        server.client_disconnected.connect(self._left)
        server.data_received.connect(self._heard)
        assert not server.listen(0)
        self.group.add(server)
        self.url = f"{'wss' if is_secure else 'ws'}://127.0.0.1:{server.get_local_port()}"
        for number in range(CLIENTS):
            self._connect(number, compression=compression)

    def _connect(self, number: int, *, compression: bool) -> None:
        client = WebSocketClient(transport=lambda settings: NativeTransport(settings, clock=self.clock, outside=NARROW))
        client.heartbeat_interval = client.close_timeout = client.handshake_timeout = 0.0
        client.trusted_ssl_certificate, client.compression = TRUST, compression
        client.set_buffers(1024, 4096, 1_000_000, 4096)
        client.data_received.connect(partial(self._received, number))
        client.pong_received.connect(partial(self._ponged, number))
        self.clients.append(client)
        self.group.add(client)
        assert not client.connect_to_url(f"{self.url}/{number}")

    # Handlers

    def _run(self, place: str) -> None:
        if self.plans[place]:
            self.plans[place].popleft()()

    def _asked(self, request: ClientRequest) -> None:
        if self.plans["asked"]:
            self.plans["asked"].popleft()
            request.defer()
            self.deferred.append(request)

    def _came(self, client_id: int, _protocol: str) -> None:
        request = self.server.get_request(client_id)
        assert request is not None
        self.ids[int(request.path[1:])] = client_id
        self._run("came")

    def _left(self, client_id: int, _was_clean: bool) -> None:
        self.ended.append(self._number(client_id))
        self._read(client_id)
        self._run("left")

    def _heard(self, client_id: int) -> None:
        if self.reads_at_once:
            self._read(client_id)
        self._run("heard")

    def _received(self, number: int) -> None:
        self.down[number].arrived += self.clients[number].get_packets()
        self._run("received")

    def _ponged(self, number: int, _payload: bytes, _seconds: float) -> None:
        self.pongs[number] -= 1

    # Calls

    def _number(self, client_id: int) -> int:
        return next(number for number, known in self.ids.items() if known == client_id)

    def _peer(self, number: int) -> WebSocketPeer | None:
        is_in = number in self.ids and self.server.has_peer(self.ids[number])
        return self.server.get_peer(self.ids[number]) if is_in else None

    def _payloads(self, *, are_large: bool) -> list[bytes]:
        first, size, count = self.count, *((LARGE, MANY) if are_large else (3, 1))
        self.count += count
        return [b"%d " % number + bytes(size) for number in range(first, first + count)]

    def _read(self, client_id: int) -> None:
        peer = self.server.get_peer(client_id)
        assert peer is not None
        self.up[self._number(client_id)].arrived += peer.get_packets()

    def frame(self, _number: int, _is_large: bool) -> None:
        self.group.poll()

    def send(self, number: int, is_large: bool) -> None:
        peer = self._peer(number)
        for payload in self._payloads(are_large=is_large):
            if peer is not None and peer.put_packet(payload) is Error.OK:
                self.down[number].send(payload)

    def send_to_all(self, _number: int, is_large: bool) -> None:
        for payload in self._payloads(are_large=is_large):
            is_certain = self.server.put_packet(payload) is Error.OK
            for number in range(CLIENTS):
                if self._peer(number) is not None:
                    self.down[number].send(payload, is_certain=is_certain)

    def flush(self, _number: int, _is_large: bool) -> None:
        self.server.flush()

    def keep_back(self, _number: int, is_kept: bool) -> None:
        self.server.auto_flush = not is_kept

    def answer(self, number: int, is_large: bool) -> None:
        for payload in self._payloads(are_large=is_large):
            if self.clients[number].put_packet(payload) is Error.OK:
                self.up[number].send(payload)

    def answer_in_pieces(self, number: int, is_large: bool) -> None:
        client = self.clients[number]
        for payload in self._payloads(are_large=is_large):
            if client.send_fragment(payload[:5], False) is Error.OK:
                assert client.send_fragment(payload[5:], True) is Error.OK
                self.up[number].send(payload)

    def ping(self, number: int, _is_large: bool) -> None:
        self.pongs[number] += self.clients[number].ping(b"") is Error.OK

    def kick(self, number: int, _is_large: bool) -> None:
        if self._peer(number) is not None:
            self.server.disconnect_peer(self.ids[number], 4000)
            self.up[number].is_over = self.down[number].is_over = True

    def leave(self, number: int, _is_large: bool) -> None:
        if self.clients[number].get_connection_status() == WebSocketClient.CONNECTION_CONNECTED:
            self.clients[number].disconnect_from_host()
            self.down[number].end()
            self.up[number].is_over = self.down[number].is_over = True

    def take_out(self, number: int, _is_large: bool) -> None:
        self.group.discard(self.clients[number])

    def take_out_server(self, _number: int, _is_large: bool) -> None:
        self.group.discard(self.server)

    def put_in(self, _number: int, _is_large: bool) -> None:
        for member in [self.server, *self.clients]:
            self.group.add(member)

    def read_later(self, _number: int, is_later: bool) -> None:
        self.reads_at_once = not is_later

    def limit_memory(self, _number: int, is_tight: bool) -> None:
        self.server.memory_limit = LARGE + 1000 if is_tight else 2**28

    def limit_budget(self, _number: int, is_tight: bool) -> None:
        self.server.poll_budget = self.group.poll_budget = 0.0 if is_tight else 0.004

    def limit_pending(self, _number: int, is_tight: bool) -> None:
        self.server.max_pending = 1 if is_tight else 128

    def decide(self, _number: int, _is_large: bool) -> None:
        while self.deferred:
            self.deferred.pop().accept()

    # The end

    def settle(self) -> bool:
        """Takes back what holds things up, and polls. Returns True if all is done then."""
        self.plans.clear()
        self.put_in(0, False)
        self.limit_memory(0, False)
        self.limit_pending(0, False)
        self.reads_at_once = True
        for _ in range(FRAMES):
            self.decide(0, False)
            self.group.poll()
            for client_id in self.server.get_peers():
                self._read(client_id)
            if self._is_settled():
                return True
        return False

    def _is_settled(self) -> bool:
        for number, client in enumerate(self.clients):
            is_over = self.up[number].is_over
            if is_over != (number in self.ended) or (not is_over and self._peer(number) is None):
                return False
            if is_over != (client.get_connection_status() == WebSocketClient.CONNECTION_DISCONNECTED):
                return False
            if not (self.up[number].is_settled and self.down[number].is_settled):
                return False
            if self.pongs[number] and not is_over:
                return False
        return True

    def close(self) -> None:
        self.group.close()
        for member in [self.server, *self.clients]:
            with member:
                pass


CALLS: Final[tuple[Callable[[World, int, bool], None], ...]] = (
    World.frame,
    World.send,
    World.send_to_all,
    World.flush,
    World.keep_back,
    World.answer,
    World.answer_in_pieces,
    World.ping,
    World.kick,
    World.leave,
    World.take_out,
    World.take_out_server,
    World.put_in,
    World.read_later,
    World.limit_memory,
    World.limit_budget,
    World.limit_pending,
    World.decide,
)
NOW: Final = "now"
CAUSES: Final[dict[str, Callable[[World, int, bool], None]]] = {
    "heard": World.answer,
    "received": World.send,
    "left": World.leave,
}
PLACES: Final = (NOW, NOW, "asked", "came", "heard", "received", "left")
STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from(PLACES), st.sampled_from(CALLS), st.integers(min_value=0, max_value=CLIENTS - 1), st.booleans()
    ),
    min_size=5,
    max_size=20,
)


def play(steps: list[tuple[str, Callable[[World, int, bool], None], int, bool]], world: World) -> None:
    """Makes the calls, here or in a handler of a signal that is caused for that."""
    for place, call, number, flag in steps:
        if place == NOW:
            call(world, number, flag)
            continue
        world.plans[place].append(partial(call, world, number, flag))
        if place in CAUSES:
            CAUSES[place](world, number, False)
            world.group.poll()


@settings(max_examples=80, phases=(Phase.generate,))  # a smaller example would take minutes to find
@given(before=STEPS, after=STEPS, is_secure=st.booleans(), compression=st.booleans())
def test_all_that_was_begun_is_finished(before, after, is_secure: bool, compression: bool) -> None:
    world = World(is_secure=is_secure, compression=compression)
    try:
        play(before[:8], world)  # while they connect
        for _ in range(8):
            world.group.poll()
        play(after, world)
        assert world.settle()
    finally:
        world.close()
