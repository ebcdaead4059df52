"""The players of a soak, which check what comes back over failing connections."""

from __future__ import annotations

from collections import deque
from random import Random
from typing import TYPE_CHECKING

from demos.arena.autopilot import steer
from demos.arena.bots import new_bot_ship
from demos.arena.game import Game
from demos.arena.meters import PollTimes
from wsclient import Error, MultiplayerAPI, Node, ReconnectPolicy, WebSocketClient, WebSocketServer
from wsclient.rpc import remote
from wsclient.variant import Vector2

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

__all__ = ["ArenaPlayer", "Caller", "Echoer", "Hall", "Passer", "Player", "StateEchoer"]

FRAME = 1 / 60  # seconds
HEARTBEAT = 5.0  # seconds, so that a mute line ends within two of them
MOST_UNDERWAY = 64  # messages; a slow line gets no more than that
RENEWED = 600  # frames
AWAY = 1.0  # seconds until a player that gave up tries again


class Player:
    """Plays one frame at a time, and counts what it has seen.

    Attributes:
        name: for the report.
        client: the connection, if it is to be polled with those of others; None if `frame` polls it.
        answered: messages that came back as they were sent.
        wrong: messages that came back changed, or out of order.
        ends: connections that ended.
    """

    def __init__(self, name: str, client: WebSocketClient | None = None) -> None:
        self.name = name
        self.client = client
        self.answered = self.wrong = self.ends = 0
        self._frames = 0

    def frame(self, now: float) -> None:
        """Plays one frame."""
        self._frames += 1


def new_client(url: str, trust: SSLContext, *, compression: bool = False) -> WebSocketClient:
    """Returns a client that connects again for ever, and is connecting."""
    client = WebSocketClient()
    client.heartbeat_interval = HEARTBEAT
    client.trusted_ssl_certificate = trust
    client.compression = compression
    client.reconnect_policy = ReconnectPolicy(first_delay=0.25, max_delay=2.0)
    assert client.connect_to_url(url) is Error.OK
    return client


class Echoer(Player):
    """Sends text and binary messages of many sizes, and expects each back, in order."""

    def __init__(
        self,
        name: str,
        client: WebSocketClient,
        clock: Callable[[], float],
        *,
        each: int = 3,
        largest: int = 4000,
        latency: Callable[[float], None] | None = None,
    ) -> None:
        """Plays with a client that is connecting.

        Args:
            name: for the report.
            client: its connection.
            clock: monotonic, in seconds.
            each: frames between two messages.
            largest: bytes of the largest message.
            latency: called with the seconds that each message took.
        """
        super().__init__(name, client)
        self._client = client
        self._clock = clock
        self._each = each
        self._latency = latency
        self._underway: deque[tuple[float, object]] = deque()
        lot = Random(name)
        sizes = [min(largest, int(2 ** lot.uniform(2, 16))) for _ in range(40)]
        self._messages: list[str | bytes] = [
            lot.randbytes(size) if number % 2 else "".join(lot.choices("abc äß 世界 😀", k=size))
            for number, size in enumerate(sizes)
        ]
        client.data_received.connect(self._on_data)
        client.connection_closed.connect(self._on_end)

    def frame(self, now: float) -> None:
        """Sends a message each few frames, if not too many are under way."""
        super().frame(now)
        if self._frames % self._each or len(self._underway) >= MOST_UNDERWAY:
            return
        if self._client.get_connection_status() == self._client.CONNECTION_CONNECTED:
            value = self._next_value(self._frames // self._each)
            if self._send(value) is Error.OK:
                self._underway.append((now, value))

    def _next_value(self, number: int) -> object:
        return self._messages[number % len(self._messages)]

    def _send(self, value: object) -> Error:
        client = self._client
        return client.send_text(value) if isinstance(value, str) else client.put_packet(value)  # type: ignore[arg-type]

    def _receive(self) -> object:
        return self._client.get_message()

    def _on_data(self) -> None:
        received = self._receive()
        if not self._underway:
            self.wrong += 1
            return
        sent_at, value = self._underway.popleft()
        if received != value:
            self.wrong += 1
            return
        self.answered += 1
        if self._latency is not None:
            self._latency(self._clock() - sent_at)

    def _on_end(self, _was_clean: bool) -> None:
        self.ends += 1
        self._underway.clear()  # lost with the connection


class StateEchoer(Echoer):
    """The same with the state of a game, as Variants."""

    def _next_value(self, number: int) -> object:
        place = Vector2(number % 640, number % 360)
        return {"id": number, "position": place, "name": f"player {number % 7}", "items": ["sword", number, 0.5]}

    def _send(self, value: object) -> Error:
        return self._client.put_var(value)

    def _receive(self) -> object:
        return self._client.get_var()


class Passer(Player):
    """Comes, says one word, hears it, and leaves: each time with another client."""

    def __init__(self, name: str, connect: Callable[[int], WebSocketClient], *, each: int = 30) -> None:
        super().__init__(name)
        self._connect = connect
        self._each = each
        self._visits = 0
        self._guest: WebSocketClient | None = None

    def frame(self, now: float) -> None:
        """Polls the guest, and sends the next one when its time has come."""
        super().frame(now)
        guest = self._guest
        if guest is not None:
            guest.poll()
        elif self._frames % self._each == 0:
            self._visits += 1
            guest = self._guest = self._connect(self._visits)
            guest.reconnect_policy = None
            guest.connection_established.connect(lambda _: guest.send_text("hello"))
            guest.data_received.connect(self._on_data)
            guest.connection_closed.connect(self._on_end)
            guest.connection_error.connect(self._on_end)

    def _on_data(self) -> None:
        assert self._guest is not None
        self.answered += 1
        self.wrong += self._guest.get_message() != "hello"
        self._guest.disconnect_from_host()

    def _on_end(self, _was_clean: bool = False) -> None:
        self.ends += 1
        self._guest = None


class ArenaPlayer(Player):
    """Flies a ship of the arena demo."""

    def __init__(self, number: int, client: WebSocketClient, url: str) -> None:
        super().__init__(f"arena {number}")
        self._connection = client
        self._url = url
        self._game = Game(client, new_bot_ship(number))
        self._comes_back_at: float | None = None
        self._now = 0.0
        self._received = 0
        client.connection_closed.connect(self._on_end)
        client.reconnection_failed.connect(self._on_failed)

    def frame(self, now: float) -> None:
        """Plays a frame. Comes back later if its old self still had the name."""
        self._now = now
        super().frame(now)
        if self._frames % RENEWED == 0:
            self._game.polls = PollTimes()  # which keeps every poll of ten minutes
        self._game.frame(FRAME, steer(self._game.ship, self._game.stars))
        received = self._connection.get_statistics().messages_received
        is_same = received >= self._received  # `connect_to_url` counts from 0 again
        self.answered += received - self._received if is_same else received
        self._received = received
        if self._comes_back_at is not None and now >= self._comes_back_at:
            self._comes_back_at = None
            self._connection.connect_to_url(self._url)

    def _on_end(self, _was_clean: bool) -> None:
        self.ends += 1

    def _on_failed(self) -> None:
        self._comes_back_at = self._now + AWAY


class Desk(Node):
    """Answers calls at the server; at a client it hears the answers."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.heard: list[tuple[int, object]] = []

    @remote
    def ask(self, number: int, value: object) -> None:
        """Answers the caller."""
        assert self.multiplayer is not None
        self.rpc_id(self.multiplayer.get_rpc_sender_id(), "answer", number, value)

    @remote
    def answer(self, number: int, value: object) -> None:
        """Hears an answer."""
        self.heard.append((number, value))


def new_stage(peer: WebSocketClient | WebSocketServer) -> tuple[MultiplayerAPI, Desk]:
    """Returns a multiplayer API on the peer, with a desk."""
    api = MultiplayerAPI()
    api.root_node = Node("root")
    desk = Desk("Desk")
    api.root_node.add_child(desk)
    api.network_peer = peer
    return api, desk


class Hall:
    """Hosts a session of Godot 3 whose desk answers."""

    def __init__(self) -> None:
        self.server = WebSocketServer()
        self.server.bind_ip = "127.0.0.1"
        self.server.heartbeat_interval = HEARTBEAT
        assert self.server.listen(0, gd_mp_api=True) is Error.OK
        self._api, self._desk = new_stage(self.server)

    def frame(self) -> None:
        """Serves the session."""
        self._api.poll()


class Caller(Player):
    """Calls the desk of a hall, and compares the answers."""

    def __init__(self, name: str, url: str, *, each: int = 4) -> None:
        super().__init__(name)
        self._peer = WebSocketClient()
        self._peer.heartbeat_interval = HEARTBEAT
        self._peer.reconnect_policy = ReconnectPolicy(first_delay=0.25, max_delay=2.0)
        assert self._peer.connect_to_url(url, gd_mp_api=True) is Error.OK
        self._api, self._desk = new_stage(self._peer)
        self._each = each
        self._underway: deque[tuple[int, object]] = deque()
        self._peer.server_disconnected.connect(self._on_end)

    def frame(self, now: float) -> None:
        """Polls, takes the answers, and calls each few frames."""
        super().frame(now)
        self._api.poll()
        for heard in self._desk.heard:
            known = self._underway.popleft() if self._underway else None
            self.answered += heard == known
            self.wrong += heard != known
        self._desk.heard.clear()
        is_in = self._peer.get_connection_status() == self._peer.CONNECTION_CONNECTED
        if is_in and self._frames % self._each == 0 and len(self._underway) < MOST_UNDERWAY:
            call = (self._frames, {"at": Vector2(self._frames, 2), "words": ["go", 1.5, True]})
            if self._desk.rpc_id(1, "ask", *call) is Error.OK:
                self._underway.append(call)

    def _on_end(self) -> None:
        self.ends += 1
        self._underway.clear()
