"""LagPeer: any network peer behind a simulated bad network.

It lets you try a game on a bad network before the players do.
"""

from __future__ import annotations

import logging
import math
from collections import deque
from typing import TYPE_CHECKING, Final

from wsclient.core.networked_multiplayer_peer import ConnectionStatus, NetworkedMultiplayerPeer, TransferMode
from wsclient.ground.error import Error
from wsclient.ground.value import Value
from wsclient.multiplayer.godot3.relay import SERVER_ID
from wsclient.scene.lag_line import LagLine, Weather
from wsclient.scene.peer_arrivals import Arrival, ArrivalKind, PeerArrivals
from wsclient.transport.clock import monotonic

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LagPeer"]

logger: Final = logging.getLogger("wsclient.lag")

# Packets; arbitrary, far above what a game has in transit. Any more are refused, or stay with the wrapped peer.
MOST_ON_THE_WAY = 65536
MOST_UNREAD = 4096

ABOUT_A_PEER = {ArrivalKind.PEER_CONNECTED, ArrivalKind.PEER_DISCONNECTED}
ENDS = {ArrivalKind.CONNECTION_FAILED, ArrivalKind.SERVER_DISCONNECTED}


class _State(Value):
    """The status and the id of a peer."""

    status: ConnectionStatus
    unique_id: int


class _Outgoing(Value):
    """A packet that is being sent."""

    target: int
    mode: TransferMode
    packet: bytes


class LagPeer(NetworkedMultiplayerPeer):
    """Delays the packets and signals of a network peer, like a bad network.

        client = WebSocketClient()
        client.connect_to_url(url, gd_mp_api=True)
        multiplayer.network_peer = LagPeer(client, latency=0.1, jitter=0.05)

    Poll this peer instead of the wrapped one. It delays, and loses nothing except what is in transit when the wrapped
    peer is disconnected. The same seed and the same times give the same delays.

    Args:
        peer: any network peer; for a client in multiplayer mode, see `connect_to_url`.
        latency: seconds, each way: a round trip takes twice as long.
        jitter: the most seconds added to it, drawn for each packet. Without `reorder`, packets keep their order: a
            late one delays those after it, as over TCP.
        reorder: the probability that later packets overtake a packet, as over UDP, from 0.0 to 1.0. It applies to
            every transfer mode. Signals keep their place among the packets.
        seed: the seed of the random delays.
        clock: monotonic, in seconds; the system's by default.

    Raises:
        ValueError: a negative time, or a `reorder` that is not from 0.0 to 1.0.
    """

    def __init__(
        self,
        peer: NetworkedMultiplayerPeer,
        *,
        latency: float = 0.1,
        jitter: float = 0.0,
        reorder: float = 0.0,
        seed: int = 0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__()
        self._peer = peer
        self._clock = clock
        self._weather = Weather()
        self.latency, self.jitter, self.reorder = latency, jitter, reorder
        self._outgoing: LagLine[_Outgoing] = LagLine(self._weather, f"out {seed}")
        self._incoming: LagLine[Arrival | _State] = LagLine(self._weather, f"in {seed}")
        self._arrivals = PeerArrivals(peer)
        self._unread: deque[tuple[int, bytes]] = deque()
        self._state = self._seen = _state_of(peer)  # as this peer shows it, and as the wrapped peer last had it
        self._is_in_peer = False  # True while the wrapped peer's poll() is running

    @property
    def peer(self) -> NetworkedMultiplayerPeer:
        """The wrapped peer."""
        return self._peer

    @property
    def latency(self) -> float:
        """The delay each way, in seconds. May be changed at any time."""
        return self._weather.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._weather.latency = _checked("latency", seconds)

    @property
    def jitter(self) -> float:
        """The maximum random delay in seconds, added to the latency.

        It is drawn for each packet, and may be changed at any time.
        """
        return self._weather.jitter

    @jitter.setter
    def jitter(self, seconds: float) -> None:
        self._weather.jitter = _checked("jitter", seconds)

    @property
    def reorder(self) -> float:
        """The probability that a packet is overtaken, from 0.0 to 1.0.

        It may be changed at any time.
        """
        return self._weather.reorder

    @reorder.setter
    def reorder(self, likelihood: float) -> None:
        self._weather.reorder = _checked("reorder", likelihood, most=1.0)

    def poll(self) -> None:
        """Polls the wrapped peer, then emits what is due. A nested call does nothing.

        Raises:
            Exception: raised by a handler. Everything else that is due is emitted by the next `poll()`.
            RuntimeError: another thread called `poll()` first.
        """
        if not self._begin_poll():
            return
        try:
            self._follow_changes_from_here()
            self._send_due()
            self._poll_peer()
            self._emit_due()
        except BaseException as error:
            self._end_poll(error)
            raise
        self._end_poll()

    def get_connection_status(self) -> ConnectionStatus:
        """Returns the delayed state of the connection.

        Changes that come from the network are seen here after the latency.
        """
        self._follow_changes_from_here()
        return self._state.status

    def get_unique_id(self) -> int:
        """Returns the wrapped peer's id, after the latency."""
        self._follow_changes_from_here()
        return self._state.unique_id

    def get_packet_peer(self) -> int:
        """Returns the sender of the packet that `get_packet()` returns next.

        Returns 1 if there is no packet.
        """
        return self._unread[0][0] if self._unread else SERVER_ID

    def get_available_packet_count(self) -> int:
        """Returns how many packets have arrived and can be read."""
        return len(self._unread)

    def set_refuse_new_connections(self, enable: bool) -> None:
        """Sets `refuse_new_connections` of the wrapped peer."""
        self._peer.set_refuse_new_connections(enable)

    def is_refusing_new_connections(self) -> bool:
        """Returns `refuse_new_connections` of the wrapped peer."""
        return self._peer.is_refusing_new_connections()

    def close(self) -> None:
        """Leaves the session, if the wrapped peer has `close()` as Godot 4's peers do."""
        self._forward("close")

    def disconnect_peer(self, peer: int, force: bool = False) -> None:
        """Ends the connection to one peer.

        The wrapped peer must have this method, as Godot 4's peers do.
        """
        self._forward("disconnect_peer", peer, force)

    def _forward(self, call: str, *args: object) -> None:
        found = getattr(self._peer, call, None)
        if found is None:
            logger.error("%s: a %s has no such call", call, type(self._peer).__name__)
        else:
            found(*args)

    def _get_packet(self) -> bytes:
        self._taken = self._unread.popleft()
        return self._taken[1]

    def _unget_packet(self, packet: bytes) -> None:
        self._unread.appendleft((self._taken[0], packet))

    def _put_packet(self, packet: bytes) -> Error:
        if self.get_connection_status() != ConnectionStatus.CONNECTION_CONNECTED:
            return Error.FAILED
        if len(self._outgoing) >= MOST_ON_THE_WAY:
            return Error.ERR_OUT_OF_MEMORY
        self._outgoing.put(self._clock(), _Outgoing(self._target_peer, self._transfer_mode, packet))
        self._send_due()  # sends immediately if there is no latency
        return Error.OK

    def _send_due(self) -> None:
        now = self._clock()
        while (outgoing := self._outgoing.take(now)) is not None:
            self._peer.transfer_mode = outgoing.mode
            self._peer.set_target_peer(outgoing.target)
            if error := self._peer.put_packet(outgoing.packet):
                logger.warning("a packet to %d was refused on its way: %s", outgoing.target, error.name)

    def _follow_changes_from_here(self) -> None:
        """Shows what the game did to the wrapped peer, such as connecting it.

        This is not delayed, because it does not come from the network.
        """
        if self._is_in_peer:
            return
        state = _state_of(self._peer)
        if state == self._seen:
            return
        if state.status == ConnectionStatus.CONNECTION_CONNECTING:
            self._incoming.clear()
            self._outgoing.clear()
        self._seen = self._state = state

    def _poll_peer(self) -> None:
        self._is_in_peer = True
        try:
            self._peer.poll()
        finally:
            self._is_in_peer = False
            self._record_news()

    def _record_news(self) -> None:
        if len(self._unread) < MOST_UNREAD:
            self._arrivals.take_packets()
        now = self._clock()
        for news in self._news():
            if isinstance(news, Arrival) and news.kind is ArrivalKind.PACKET:
                self._incoming.put(now, news)
            else:
                self._incoming.put_fixed(now, news)

    def _news(self) -> list[Arrival | _State]:
        """Returns the peer's signals, after its last packets.

        The new state of the peer comes before the signals.
        """
        news: list[Arrival | _State] = list(iter(self._arrivals.next, None))
        state = _state_of(self._peer)
        if state != self._seen:
            self._seen = state
            news.insert(_place_of(state, news), state)
        return news

    def _emit_due(self) -> None:
        now = self._clock()
        while (news := self._incoming.take(now)) is not None:
            if isinstance(news, _State):
                self._state = news
            elif news.kind is ArrivalKind.PACKET:
                self._unread.append((news.peer_id, news.packet))
            else:
                self.emit(news.kind.value, *((news.peer_id,) if news.kind in ABOUT_A_PEER else ()))


def _state_of(peer: NetworkedMultiplayerPeer) -> _State:
    return _State(peer.get_connection_status(), peer.get_unique_id())


def _place_of(state: _State, news: list[Arrival | _State]) -> int:
    if state.status != ConnectionStatus.CONNECTION_DISCONNECTED:
        return 0
    ends = (place for place, each in enumerate(news) if isinstance(each, Arrival) and each.kind in ENDS)
    return next(ends, len(news))


def _checked(name: str, value: float, *, most: float = math.inf) -> float:
    if not 0 <= value <= most:
        raise ValueError(f"{name} is {value!r}: it has to be from 0 to {most}")
    return float(value)
