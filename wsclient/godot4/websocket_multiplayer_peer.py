"""WebSocketMultiplayerPeer: a Godot 4 session over a WebSocket, for SceneMultiplayer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from wsclient.core.networked_multiplayer_peer import ConnectionStatus
from wsclient.godot4.carrier import Carrier
from wsclient.godot4.carrier_settings import CarrierSettings
from wsclient.godot4.multiplayer_peer import MultiplayerPeer
from wsclient.godot4.websocket_peer import WebSocketPeer
from wsclient.ground.error import Error
from wsclient.multiplayer.session import SERVER_ID
from wsclient.transport.clock import monotonic
from wsclient.variant import GODOT_4

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.godot4.tls_options import TLSOptions
    from wsclient.transport.base import Settings, Transport
    from wsclient.variant.codec.dialect import Dialect

__all__ = ["WebSocketMultiplayerPeer"]

logger: Final = logging.getLogger("wsclient.multiplayer")


class WebSocketMultiplayerPeer(MultiplayerPeer, CarrierSettings):
    """Joins a Godot 4 server. The session is joined when the server has sent our id: `connection_succeeded`.

        peer = WebSocketMultiplayerPeer()
        peer.create_client("ws://localhost:9080")
        multiplayer.multiplayer_peer = peer   # a SceneMultiplayer, which polls it

    Args:
        transport: makes what carries a connection, from the settings; None: sockets of this system.
        clock: monotonic, in seconds; the system's by default.
    """

    def __init__(
        self,
        *,
        transport: Callable[[Settings], Transport] | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._carrier = carrier = Carrier(transport, owner=type(self).__name__)
        self._handshake_timeout = 3.0
        self._started_at = 0.0
        self._has_left = False  # by close(), until the next create_client()
        self._owed_end = ""  # the signal that the next poll() emits for it
        self._ends_to_skip = 0  # of a connection that was left, and whose end is still to come from the carrier
        self._has_judged = False  # the server's first message, or the lack of one
        carrier.connect("peer_connected", self._on_joined, weak=True)
        carrier.connect("connection_failed", self._on_failed, weak=True)
        carrier.connect("server_disconnected", self._on_ended, weak=True)

    # The session

    def create_client(self, url: str, tls_client_options: TLSOptions | None = None) -> Error:
        """Starts to connect to a Godot 4 server, and returns at once.

        Returns:
            `OK`: started. `ERR_INVALID_PARAMETER`: see `last_error`. `ERR_ALREADY_IN_USE`: connecting or connected.
        """
        if self.get_connection_status() is not ConnectionStatus.CONNECTION_DISCONNECTED:
            return self._carrier.refuse(Error.ERR_ALREADY_IN_USE, "this peer is connecting or connected: close() first")
        self._carrier.handshake_timeout = self._handshake_timeout
        still_to_come = int(self._carrier.owes_end)
        error = self._carrier.start(url, tls_client_options, is_multiplayer=True)
        if not error:
            self._started_at = self._clock()
            self._has_left, self._owed_end, self._has_judged = False, "", False
            self._ends_to_skip = still_to_come
        return error

    def create_server(self, port: int, bind_address: str = "*", tls_server_options: object = None) -> Error:
        """Refuses: `ERR_UNAVAILABLE`. A Godot 4 session is hosted by the engine."""
        del port, bind_address, tls_server_options
        return self._carrier.refuse(Error.ERR_UNAVAILABLE, "create_server(): this library joins sessions of Godot 4")

    def close(self) -> None:
        """Leaves the session. `SceneMultiplayer.server_disconnected` comes with the next `poll()`."""
        self.disconnect_peer(SERVER_ID)

    def disconnect_peer(self, peer: int, force: bool = False) -> None:
        """Ends the connection to the server, the one peer that a client is connected to.

        Args:
            peer: 1.
            force: without a goodbye.
        """
        if peer != SERVER_ID:
            logger.error("disconnect_peer: %r is not 1; a client is connected to the server alone", peer)
        elif self.get_connection_status() is not ConnectionStatus.CONNECTION_DISCONNECTED:
            self._owed_end = "server_disconnected" if self.get_unique_id() else "connection_failed"
            self._has_left = True
            if force:
                self._carrier.drop()
            else:
                self._carrier.disconnect_from_host()

    def get_peer(self, peer_id: int) -> WebSocketPeer | None:
        """Returns the connection to the server, peer 1. There is none to others: None, logged."""
        if peer_id == SERVER_ID:
            return WebSocketPeer.of(self._carrier)
        logger.error("get_peer: %r is not 1; a client is connected to the server alone", peer_id)
        return None

    def get_connection_status(self) -> ConnectionStatus:
        """Returns how far the session is: connected once the server has sent our id."""
        status = self._carrier.get_connection_status()
        if self._has_left:
            return ConnectionStatus.CONNECTION_DISCONNECTED
        if status is ConnectionStatus.CONNECTION_CONNECTED and not self._carrier.get_unique_id():
            return ConnectionStatus.CONNECTION_CONNECTING
        return status

    def get_unique_id(self) -> int:
        """Returns our own id, which the server has sent; 0 before, and after the end."""
        return 0 if self._has_left else self._carrier.get_unique_id()

    # The work

    def poll(self) -> None:
        """Does the network's work, and emits the signals. Call it once per frame; it never blocks.

        A SceneMultiplayer calls it.
        """
        if not self._begin_poll():
            return
        try:
            self._tell_owed_end()
            self._carrier.poll()
            self._judge_first_message()  # behind the poll: after a pause, the id may be there
        except BaseException as error:
            self._end_poll(error)
            raise
        self._end_poll()

    def _tell_owed_end(self) -> None:
        owed, self._owed_end = self._owed_end, ""
        if owed:
            self.emit(owed)

    def _judge_first_message(self) -> None:
        """Ends an attempt whose server sends no id in time, or something else. The engine waits for ever."""
        carrier, timeout = self._carrier, self._handshake_timeout
        if self._has_judged or carrier.get_unique_id() or not carrier.get_connection_status():
            return
        is_late = timeout > 0 and self._clock() - self._started_at >= timeout
        if is_late or carrier.is_refused:
            self._has_judged = True
            what = "something else than our id first" if carrier.is_refused else f"no id within {timeout:g} s"
            carrier.drop()
            carrier.refuse(Error.ERR_CANT_CONNECT, f"the server has sent {what}: is it a Godot 4 game?")
            carrier.poll()

    # Packets

    def get_packet_peer(self) -> int:
        """Returns 1: all packets come from the server."""
        return SERVER_ID

    def get_available_packet_count(self) -> int:
        """Returns how many packets can be read."""
        return self._carrier.get_available_packet_count()

    def _get_packet(self) -> bytes:
        return self._carrier.get_packet()

    def _unget_packet(self, packet: bytes) -> None:
        self._carrier.unget(packet)

    def _get_dialect(self) -> Dialect:
        return GODOT_4

    def _put_packet(self, packet: bytes) -> Error:
        if self._has_left:
            return self._carrier.refuse(Error.FAILED, "nothing can be sent after close()")
        return self._carrier.put_packet(packet)

    # Settings

    @property
    def handshake_timeout(self) -> float:
        """Seconds from `create_client` to our id; 0 for ever. Default 3.0."""
        return self._handshake_timeout

    @handshake_timeout.setter
    def handshake_timeout(self, seconds: float) -> None:
        self._carrier.handshake_timeout = seconds
        self._handshake_timeout = self._carrier.handshake_timeout

    # Signals of the carrier, inside poll()

    def _on_joined(self, peer_id: int) -> None:
        self.peer_connected.emit(peer_id)
        if self._carrier.get_unique_id():  # or a handler has ended it
            self.connection_succeeded.emit()

    def _on_failed(self) -> None:
        if not self._skips_end():
            self.connection_failed.emit()

    def _on_ended(self) -> None:
        if not self._skips_end():
            self.peer_disconnected.emit(SERVER_ID)
            self.server_disconnected.emit()

    def _skips_end(self) -> bool:
        """Returns whether an end of the carrier belongs to a session that was left before."""
        if self._ends_to_skip:
            self._ends_to_skip -= 1
            return True
        return self._has_left
