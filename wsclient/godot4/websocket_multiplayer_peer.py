"""WebSocketMultiplayerPeer: a Godot 4 session over WebSockets."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from wsclient.core.networked_multiplayer_peer import ConnectionStatus
from wsclient.core.uncopyable import Uncopyable
from wsclient.godot4.carrier import Carrier
from wsclient.godot4.carrier_settings import CarrierSettings
from wsclient.godot4.hosting import Hosting
from wsclient.godot4.joining import Joining
from wsclient.godot4.multiplayer_peer import MultiplayerPeer
from wsclient.godot4.websocket_peer import WebSocketPeer
from wsclient.ground.error import Error
from wsclient.multiplayer.session import SERVER_ID
from wsclient.transport.clock import monotonic
from wsclient.variant import GODOT_4
from wsclient.websocket.server import WebSocketServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.godot4.peer_role import PeerRole
    from wsclient.godot4.tls_options import TLSOptions
    from wsclient.transport.base import Settings, Transport
    from wsclient.variant.codec.dialect import Dialect
    from wsclient.websocket.connection_failure import ConnectionFailure

__all__ = ["WebSocketMultiplayerPeer"]

logger: Final = logging.getLogger("wsclient.multiplayer")


class WebSocketMultiplayerPeer(MultiplayerPeer, CarrierSettings, Uncopyable):
    """Joins a Godot 4 session, or hosts one.

        peer = WebSocketMultiplayerPeer()
        peer.create_client("ws://localhost:9080")   # or create_server(9080)
        multiplayer.multiplayer_peer = peer         # a SceneMultiplayer, which polls it

    A client has joined when the server has sent its id; `connection_succeeded` is emitted then.

    Args:
        transport: makes the transport of a client's connection from the settings; None for sockets of this system.
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
        self._carrier = Carrier(transport, owner=type(self).__name__)
        self._joining = Joining(self._carrier, clock)
        self._role: PeerRole = self._joining
        self._refusal: ConnectionFailure | None = None  # the failure of the last create_server()

    # The session

    def create_client(self, url: str, tls_client_options: TLSOptions | None = None) -> Error:
        """Starts to connect to a Godot 4 server, and returns immediately.

        Returns:
            `OK`: started. `ERR_INVALID_PARAMETER`: see `last_error`. `ERR_ALREADY_IN_USE`: in a session already.
        """
        if self._is_in_use():
            return self._refuse_second_session()
        self._role, self._refusal = self._joining, None
        return self._joining.start(url, tls_client_options)

    def create_server(self, port: int, bind_address: str = "*", tls_server_options: TLSOptions | None = None) -> Error:
        """Starts to listen for Godot 4 clients.

        Args:
            port: 0 takes a free one, see `get_local_port()`.
            bind_address: a numeric address of this machine; "*" for all.
            tls_server_options: a result of `TLSOptions.server`; None for `ws://`.

        Returns:
            `OK`. `ERR_ALREADY_IN_USE`: in a session already, or the port is taken. Else as `WebSocketServer.listen`.
        """
        if self._is_in_use():
            return self._refuse_second_session()
        server = WebSocketServer(clock=self._clock)
        server.bind_ip = bind_address
        server.handshake_timeout = self.handshake_timeout
        server.refuse_new_connections = self._refuses_new_connections
        packets = self.max_queued_packets
        server.set_buffers(_kib(self.inbound_buffer_size), packets, _kib(self.outbound_buffer_size), packets)
        if tls_server_options is not None:
            server.private_key, server.ssl_certificate = tls_server_options.key, tls_server_options.trusted_chain
        error = server.listen(port, self.supported_protocols)
        self._refusal = server.last_error
        if not error:
            self._role = Hosting(server, packets)
        return error

    def close(self) -> None:
        """Leaves the session.

        The next `poll()` emits `SceneMultiplayer.server_disconnected`, at a server too.
        """
        self._role.close()

    def disconnect_peer(self, peer: int, force: bool = False) -> None:
        """Ends the connection to one peer.

        At a client, the only peer is the server, 1.

        Args:
            peer: its id.
            force: True to skip the Close.
        """
        self._role.disconnect(peer, is_forced=force)

    @property
    def last_error(self) -> ConnectionFailure | None:
        """Why the last call or connection failed; None if it did not. Not in Godot."""
        return self._refusal or self._carrier.last_error

    def get_peer(self, peer_id: int) -> WebSocketPeer | None:
        """Returns a client's connection to the server, which is peer 1.

        Logs and returns None for any other id.
        """
        if peer_id == SERVER_ID and self._role is self._joining:
            return WebSocketPeer.of(self._carrier)
        logger.error("get_peer: %r is not 1; a client is connected to the server alone", peer_id)
        return None

    def get_peer_address(self, id: int) -> str:
        """Returns the numeric address of a client, at a server.

        Logs and returns "" if there is no such client.
        """
        server = self._server("get_peer_address")
        return "" if server is None else server.get_peer_address(id)

    def get_peer_port(self, id: int) -> int:
        """Returns the port that a client sends from, at a server.

        Logs and returns 0 if there is no such client.
        """
        server = self._server("get_peer_port")
        return 0 if server is None else server.get_peer_port(id)

    def get_local_port(self) -> int:
        """Returns the port that a server listens on. Not in Godot.

        Logs and returns 0 at a client.
        """
        server = self._server("get_local_port")
        return 0 if server is None else server.get_local_port()

    def get_connection_status(self) -> ConnectionStatus:
        """Returns the state of the session.

        A client is connected when the server has sent its id.
        """
        return self._role.status

    def get_unique_id(self) -> int:
        """Returns our own id, 1 at a server.

        Returns 0 before a client has got its id, and after the session has ended.
        """
        return self._role.unique_id

    def set_refuse_new_connections(self, enable: bool) -> None:
        """Sets whether a server refuses new clients."""
        super().set_refuse_new_connections(enable)
        if isinstance(self._role, Hosting):
            self._role.server.refuse_new_connections = enable

    # The work

    def poll(self) -> None:
        """Reads and writes the network, and emits the signals; never blocks.

        Call it once per frame. A SceneMultiplayer calls it for its peer.
        """
        if not self._begin_poll():
            return
        try:
            self._role.poll(self.emit)
        except BaseException as error:
            self._end_poll(error)
            raise
        self._end_poll()

    # Packets

    def get_packet_peer(self) -> int:
        """Returns the sender of the packet that `get_packet()` returns next.

        Returns 1 at a client, and if there is no packet.
        """
        return self._role.next_source

    def get_available_packet_count(self) -> int:
        """Returns how many packets can be read."""
        return self._role.packet_count

    def _get_packet(self) -> bytes:
        return self._role.take()

    def _unget_packet(self, packet: bytes) -> None:
        self._role.put_back(packet)

    def _get_dialect(self) -> Dialect:
        return GODOT_4

    def _put_packet(self, packet: bytes) -> Error:
        return self._role.send(packet, self._target_peer)

    # Settings

    @property
    def handshake_timeout(self) -> float:
        """The time limit in seconds for joining. Default 3.0.

        At a client, it runs from `create_client` until the id arrives; at a server, until the request of a client is
        complete. 0 means no limit.
        """
        return self._joining.timeout

    @handshake_timeout.setter
    def handshake_timeout(self, seconds: float) -> None:
        self._carrier.handshake_timeout = seconds
        self._joining.timeout = self._carrier.handshake_timeout

    def _is_in_use(self) -> bool:
        return self._role.status is not ConnectionStatus.CONNECTION_DISCONNECTED

    def _refuse_second_session(self) -> Error:
        return self._carrier.refuse(Error.ERR_ALREADY_IN_USE, "this peer is in a session already: close() comes first")

    def _server(self, call: str) -> WebSocketServer | None:
        if isinstance(self._role, Hosting):
            return self._role.server
        logger.error("%s: this peer is not a server", call)
        return None


def _kib(size: int) -> int:
    """Returns a size in KiB, rounded up."""
    return -(-size // 1024)
