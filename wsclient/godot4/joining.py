"""Joining: the client's side of a WebSocketMultiplayerPeer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from wsclient.core.networked_multiplayer_peer import ConnectionStatus
from wsclient.godot4.peer_role import PeerRole
from wsclient.ground.error import Error
from wsclient.multiplayer.session import SERVER_ID
from wsclient.transport.polled_time import PolledClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.godot4.carrier import Carrier
    from wsclient.godot4.peer_role import Tell
    from wsclient.godot4.tls_options import TLSOptions

__all__ = ["Joining"]

logger: Final = logging.getLogger("wsclient.multiplayer")


class Joining(PeerRole):
    """Joins a server. It is connected when the server has sent our id.

    Args:
        carrier: the connection.
        clock: monotonic, in seconds.

    Attributes:
        timeout: seconds of polling from the start to our id; 0 for ever.
    """

    def __init__(self, carrier: Carrier, clock: Callable[[], float]) -> None:
        self.timeout: float = 3.0
        self._carrier = carrier
        self._clock = clock
        self._tell: Tell | None = None  # set during poll()
        self._time = PolledClock(clock)  # since the start
        self._has_left = True  # until the first start
        self._owed_end = ""  # the signal that the next poll() emits
        self._ends_to_skip = 0  # of abandoned connections whose end the carrier has not reported yet
        self._has_judged = False  # True if the server's first message, or the lack of one, was judged
        carrier.connect("peer_connected", self._on_joined, weak=True)
        carrier.connect("connection_failed", self._on_failed, weak=True)
        carrier.connect("server_disconnected", self._on_ended, weak=True)

    def start(self, url: str, tls_options: TLSOptions | None) -> Error:
        """Starts to connect; returns what `create_client` returns."""
        self._carrier.handshake_timeout = self.timeout
        still_to_come = int(self._carrier.owes_end)
        error = self._carrier.start(url, tls_options, is_multiplayer=True)
        if not error:
            self._time = PolledClock(self._clock)
            self._has_left, self._owed_end, self._has_judged = False, "", False
            self._ends_to_skip = still_to_come
        return error

    @property
    def status(self) -> ConnectionStatus:
        """The state of the session, which is connected once the server has sent our id."""
        if self._has_left:
            return ConnectionStatus.CONNECTION_DISCONNECTED
        status = self._carrier.get_connection_status()
        if status is ConnectionStatus.CONNECTION_CONNECTED and not self._carrier.get_unique_id():
            return ConnectionStatus.CONNECTION_CONNECTING
        return status

    @property
    def unique_id(self) -> int:
        """Our own id; 0 until the server has sent it, and after the session has ended."""
        return 0 if self._has_left else self._carrier.get_unique_id()

    def poll(self, tell: Tell) -> None:
        """Reads and writes the network, and emits the signals."""
        owed, self._owed_end = self._owed_end, ""
        if owed:
            tell(owed)
        self._tell = tell
        try:
            self._carrier.poll()
            self._judge_first_message()
        finally:
            self._tell = None

    def disconnect(self, peer_id: int, *, is_forced: bool) -> None:
        """Ends the connection to the server, which is a client's only peer."""
        if peer_id != SERVER_ID:
            logger.error("disconnect_peer: %r is not 1; a client is connected to the server alone", peer_id)
        elif self.status is not ConnectionStatus.CONNECTION_DISCONNECTED:
            self._owed_end = "server_disconnected" if self.unique_id else "connection_failed"
            self._has_left = True
            if is_forced:
                self._carrier.drop()
            else:
                self._carrier.disconnect_from_host()

    def close(self) -> None:
        """Leaves the session."""
        self.disconnect(SERVER_ID, is_forced=False)

    @property
    def packet_count(self) -> int:
        """The number of readable packets."""
        return self._carrier.get_available_packet_count()

    @property
    def next_source(self) -> int:
        """The server, the sender of all packets."""
        return SERVER_ID

    def take(self) -> bytes:
        """Takes the oldest packet."""
        return self._carrier.get_packet()

    def put_back(self, packet: bytes) -> None:
        """Puts back the packet that was taken last, so that it is the next one again."""
        self._carrier.unget(packet)

    def send(self, packet: bytes, target: int) -> Error:
        """Sends one packet to the server, whatever the target."""
        del target
        if self._has_left:
            return self._carrier.refuse(Error.FAILED, "nothing can be sent without a session")
        return self._carrier.put_packet(packet)

    def _judge_first_message(self) -> None:
        """Ends an attempt if the server's first message is late, or is not an id.

        The engine would wait forever.
        """
        carrier, timeout = self._carrier, self.timeout
        if self._has_judged or carrier.get_unique_id() or not carrier.get_connection_status():
            return
        self._time.tick()
        is_late = timeout > 0 and self._time.now >= timeout
        if is_late or carrier.is_refused:
            self._has_judged = True
            what = "something else than our id first" if carrier.is_refused else f"no id within {timeout:g} s"
            carrier.drop()
            carrier.refuse(Error.ERR_CANT_CONNECT, f"the server has sent {what}: is it a Godot 4 game?")
            carrier.poll()

    # Signals of the carrier, inside poll()

    def _on_joined(self, peer_id: int) -> None:
        self._emit("peer_connected", peer_id)
        if self._carrier.get_unique_id():  # unless a handler has ended it
            self._emit("connection_succeeded")

    def _on_failed(self) -> None:
        if not self._skips_end():
            self._emit("connection_failed")

    def _on_ended(self) -> None:
        if not self._skips_end():
            self._emit("peer_disconnected", SERVER_ID)
            self._emit("server_disconnected")

    def _skips_end(self) -> bool:
        """Returns True if the carrier's end belongs to a session that was abandoned."""
        if self._ends_to_skip:
            self._ends_to_skip -= 1
            return True
        return self._has_left

    def _emit(self, signal: str, *args: object) -> None:
        if self._tell is not None:
            self._tell(signal, *args)
