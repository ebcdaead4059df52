"""Uses each public member as users do.

Nothing here is run: type checkers read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

from wsclient import (
    ConnectionFailure,
    ConnectionStatistics,
    Error,
    LagPeer,
    MultiplayerAPI,
    MultiplayerPeer,
    NetworkedMultiplayerPeer,
    Node,
    Object,
    PacketPeer,
    PollGroup,
    ReconnectPolicy,
    Reference,
    Signal,
    WebSocketClient,
    WebSocketPeer,
    WebSocketServer,
)
from wsclient.adapters import aiter_messages, post_events
from wsclient.core.networked_multiplayer_peer import ConnectionStatus
from wsclient.netgraph import NetGraph

if TYPE_CHECKING:
    import ssl


def settings(client: WebSocketClient, context: ssl.SSLContext) -> None:
    client.verify_ssl = False
    client.set_verify_ssl_enabled(client.is_verify_ssl_enabled())
    for trusted in ("own.pem", b"der", context, None):
        client.trusted_ssl_certificate = trusted
        client.set_trusted_ssl_certificate(trusted)
    client.get_trusted_ssl_certificate()
    client.handshake_timeout = client.close_timeout = client.heartbeat_interval = 5
    client.poll_budget = 0.002
    client.compression = client.auto_flush = True
    assert_type(client.set_buffers(64, 1024, 64, 1024), Error)
    client.set_write_mode(client.WRITE_MODE_TEXT if client.get_write_mode() else client.WRITE_MODE_BINARY)
    client.refuse_new_connections = True
    client.set_refuse_new_connections(client.is_refusing_new_connections())
    client.transfer_mode = client.TRANSFER_MODE_RELIABLE
    client.set_transfer_mode(client.TRANSFER_MODE_UNRELIABLE or client.TRANSFER_MODE_UNRELIABLE_ORDERED)
    client.get_transfer_mode()
    client.set_target_peer(client.TARGET_PEER_BROADCAST + client.TARGET_PEER_SERVER)


def enums(
    status: NetworkedMultiplayerPeer.ConnectionStatus,
    transfer_mode: NetworkedMultiplayerPeer.TransferMode,
    write_mode: WebSocketPeer.WriteMode,
    flags: Object.ConnectFlags,
    rpc_mode: MultiplayerAPI.RPCMode,
) -> None:
    assert_type(status, ConnectionStatus)
    assert status == WebSocketClient.CONNECTION_CONNECTED
    assert transfer_mode is WebSocketClient.TransferMode.TRANSFER_MODE_RELIABLE
    assert write_mode is WebSocketClient.WriteMode.WRITE_MODE_TEXT
    assert flags & Node.ConnectFlags.CONNECT_ONESHOT
    assert rpc_mode.value == MultiplayerAPI.RPC_MODE_REMOTE


def statistics(now: ConnectionStatistics, before: ConnectionStatistics) -> None:
    assert_type(now.messages_received - before.messages_received, int)
    assert_type(now.messages_sent - before.messages_sent + now.messages_ignored, int)
    assert_type(now.bytes_received + now.bytes_sent, int)
    assert_type(now.unread_packets + now.unread_bytes + now.unsent_packets + now.unsent_bytes + now.polls, int)
    assert_type(now.longest_poll + now.silence, float)


def connecting(client: WebSocketClient) -> None:
    if error := client.connect_to_url("ws://host", ["chat"], False, ["A: 1"]):
        assert_type(error, Error)
    client.connect_to_url("wss://host", protocols=("a", "b"), gd_mp_api=True, custom_headers={"A": "1"})
    while client.get_connection_status() != client.CONNECTION_DISCONNECTED:
        assert_type(client.poll(), None)
    assert client.CONNECTION_CONNECTING < client.CONNECTION_CONNECTED
    assert_type(client.get_connected_host(), str)
    assert_type(client.get_connected_port(), int)
    assert_type(client.get_latency(), float)
    assert_type(client.get_statistics(), ConnectionStatistics)
    client.disconnect_from_host()
    client.disconnect_from_host(1001, reason="bye")
    assert_type(client.close_code, int)
    assert_type(client.close_reason, str)
    assert_type(client.last_error, ConnectionFailure | None)
    with WebSocketClient() as same:
        assert_type(same, WebSocketClient)


def failures(failure: ConnectionFailure) -> None:
    assert_type(failure.stage, str)
    assert_type(failure.error, Error)
    assert_type(failure.message, str)
    assert_type(failure.http_status, int | None)
    assert_type(failure.http_headers, tuple[tuple[str, str], ...])
    assert_type(failure.http_body, bytes)
    assert_type(failure.cause, BaseException | None)


def packets(client: WebSocketClient) -> None:
    assert_type(client.put_packet(bytearray(b"x")), Error)
    assert_type(client.send_text("x"), Error)
    client.send(memoryview(b"x"))
    client.send("x", client.WRITE_MODE_TEXT)
    client.put_var({"x": [1, 2.0]}, full_objects=False)
    assert_type(client.send_fragment("x", is_final=False), Error)
    assert_type(client.ping(b"x"), Error)
    client.max_frame_size = client.max_frame_size or 1 << 16
    client.flush()
    assert_type(client.get_available_packet_count(), int)
    assert_type(client.get_packet(), bytes)
    assert_type(client.get_packets(), list[bytes])
    assert_type(client.get_message(), str | bytes | None)
    assert_type(client.get_var(allow_objects=False), object)
    assert_type(client.get_packet_error(), Error)
    assert_type(client.was_string_packet(), bool)
    assert_type(client.get_current_outbound_buffered_amount(), int)
    client.encode_buffer_max_size = 1 << 20
    client.set_encode_buffer_max_size(client.get_encode_buffer_max_size())
    client.allow_object_decoding = False
    client.set_allow_object_decoding(client.is_object_decoding_allowed())


def peers(client: WebSocketClient) -> None:
    assert_type(client.get_peers(), list[int])
    assert_type(client.get_unique_id(), int)
    assert_type(client.get_packet_peer(), int)
    peer = client.get_peer(1)
    assert_type(peer, WebSocketPeer | None)
    if peer is not None and peer.is_connected_to_host():
        peer.set_no_delay(True)
        peer.close(1000, "done")
    base: MultiplayerPeer = client
    other_name: NetworkedMultiplayerPeer = base
    other_name.poll()
    packet_peer: PacketPeer = base
    reference: Reference = packet_peer
    assert_type(reference.get_class(), str)
    assert_type(reference.is_class("Object"), bool)
    lag = LagPeer(client, latency=0.1)
    assert_type(lag.peer, NetworkedMultiplayerPeer)
    lag.latency = lag.jitter = lag.reorder = 0.25


def on_protocol(protocol: str) -> None: ...
def on_nothing() -> None: ...
def on_clean(was_clean_close: bool) -> None: ...
def on_request(code: int, reason: str) -> None: ...
def on_peer(id: int) -> None: ...
def on_bound(code: int, reason: str, more: str) -> None: ...


def signals(client: WebSocketClient) -> None:
    assert_type(client.connection_established.connect(on_protocol), Error)
    client.connection_error.connect(on_nothing)
    client.connection_closed.connect(on_clean)
    client.server_close_request.connect(on_request)
    client.server_close_request.connect(on_bound, ["bound"])
    client.data_received.connect(on_nothing, flags=client.CONNECT_DEFERRED | client.CONNECT_ONESHOT)
    client.data_received.connect(on_nothing, (), client.CONNECT_PERSIST | client.CONNECT_REFERENCE_COUNTED)
    client.data_received.connect(lambda: print(client.get_message()))
    client.data_received.disconnect(on_nothing)
    client.pong_received.connect(lambda payload, seconds: print(payload.hex(), 1000.0 * seconds))
    client.peer_packet.connect(on_peer)
    client.peer_connected.connect(on_peer)
    client.peer_disconnected.connect(on_peer)
    client.connection_succeeded.connect(on_nothing)
    client.connection_failed.connect(on_nothing)
    client.server_disconnected.connect(on_nothing)

    client.connect("data_received", on_nothing)
    client.disconnect("data_received", on_nothing)
    assert_type(client.is_connected("data_received", on_nothing), bool)
    client.add_user_signal("hit", ["who"])
    assert_type(client.has_user_signal("hit") and client.has_signal("hit"), bool)
    client.emit_signal("hit", "Ada")
    client.emit("hit", "Ada")
    client.set_block_signals(not client.is_blocking_signals())
    client.get_signal_list()
    client.get_signal_connection_list("hit")

    @client.on("data_received")
    def on_data() -> None: ...

    @client.once("connection_closed")
    def on_end(was_clean: bool) -> None: ...

    client.listens_to("data_received")
    client.add_listener("data_received", on_nothing)
    client.listeners("data_received")
    client.event_names()
    client.remove_listener("data_received", on_data)
    client.remove_all_listeners("data_received")


class Lobby(Object):
    """With signals of its own."""

    joined = Signal[str]("name")
    scored = Signal[str, int]("name", "points")

    def tell(self) -> None:
        self.joined.emit("Ada")
        self.scored.emit("Ada", 3)
        assert_type(Lobby.joined.types, tuple[object, ...])


class Player(WebSocketClient):
    """With the hooks of a subclass."""

    def _on_connect(self, protocol: str) -> None: ...
    def _on_close_request(self, code: int, reason: str) -> None: ...
    def _on_disconnect(self, was_clean: bool) -> None: ...
    def _on_error(self) -> None: ...
    def _on_peer_packet(self) -> None: ...


def multiplayer(client: WebSocketClient, root: Node) -> None:
    api = MultiplayerAPI()
    api.network_peer = client
    api.set_network_peer(api.get_network_peer())
    api.root_node = root
    api.set_root_node(root)
    api.get_root_node()
    api.poll()
    assert_type(api.has_network_peer() and api.is_network_server(), bool)
    assert_type(api.get_network_connected_peers(), list[int])
    assert_type(api.get_network_unique_id() + api.get_rpc_sender_id() + api.get_refused_packet_count(), int)
    assert_type(api.send_bytes(b"x", 1), Error)
    api.refuse_new_network_connections = True
    api.set_refuse_new_network_connections(api.is_refusing_new_network_connections())
    api.connected_to_server.connect(on_nothing)
    api.connection_failed.connect(on_nothing)
    api.server_disconnected.connect(on_nothing)
    api.network_peer_connected.connect(on_peer)
    api.network_peer_disconnected.connect(on_peer)
    api.network_peer_packet.connect(lambda peer, packet: print(peer + 1, packet.hex()))
    api.clear()


def nodes(root: Node, api: MultiplayerAPI) -> None:
    ship = root.add_child(Node())
    ship.name = "ship"
    ship.set_name(ship.get_name())
    ship.custom_multiplayer = api
    ship.set_custom_multiplayer(ship.get_custom_multiplayer())
    ship.get_multiplayer()
    assert_type(ship.multiplayer.get_rpc_sender_id(), int)
    assert_type(root.get_node("ship"), Node | None)
    root.get_node_or_null(ship.get_path())
    root.get_path_to(ship)
    ship.get_parent()
    root.get_children()
    root.is_a_parent_of(ship)
    assert_type(root.has_node("ship") and ship.is_inside_tree(), bool)
    assert_type(root.get_child(root.get_child_count() - 1), Node | None)
    assert_type(ship.get_index(), int)
    root.add_child(Node("ship"), legible_unique_name=True).queue_free()
    ship.free()
    ship.set_network_master(2)
    assert_type(ship.is_network_master() or bool(ship.get_network_master()), bool)
    ship.rpc_config("hit", api.RPC_MODE_REMOTE)
    ship.rset_config("x", api.RPC_MODE_PUPPET)
    ship.get_rpc_mode("hit")
    ship.get_rset_mode("x")
    for mode in (api.RPC_MODE_MASTER, api.RPC_MODE_REMOTESYNC, api.RPC_MODE_MASTERSYNC, api.RPC_MODE_PUPPETSYNC):
        ship.rpc_config("hit", mode)
    ship.rpc_config("hit", api.RPC_MODE_DISABLED)
    assert_type(ship.rpc("hit", 1, "x"), Error)
    ship.rpc_id(2, "hit")
    ship.rpc_unreliable("hit")
    ship.rpc_unreliable_id(2, "hit")
    ship.rset("x", 1.0)
    ship.rset_id(2, "x", 1.0)
    ship.rset_unreliable("x", 1.0)
    ship.rset_unreliable_id(2, "x", 1.0)
    root.remove_child(ship)


async def other_loops(client: WebSocketClient) -> None:
    async for message in aiter_messages(client, interval=0.01):
        assert_type(message, str | bytes)
    assert_type(post_events(client), int)


def graph(client: WebSocketClient) -> None:
    graph = NetGraph(client, seconds=5)
    graph.poll()
    graph.note(0.001, round_trip=0.02)
    assert_type(graph.samples()[-1].bytes_in, float)
    assert_type(graph.series()["bytes_in"], list[float])
    assert_type(graph.text(), str)


def group(clients: list[WebSocketClient], server: WebSocketServer) -> None:
    with PollGroup(clients) as group:
        group.poll_budget = 0.01
        group.add(server)
        assert_type([each for each in group if each in group], list[NetworkedMultiplayerPeer])
        group.remove(server)
        group.discard(server)
        assert_type(group.wait(1.0), bool)
        assert_type(group.fileno(), int)
        group.poll()
        group.close()


def host(server: WebSocketServer, context: ssl.SSLContext) -> None:
    server.set_bind_ip(server.bind_ip or server.get_bind_ip())
    for pem in ("key.pem", b"-----BEGIN", None):
        server.private_key = server.ssl_certificate = server.ca_chain = pem
        server.set_private_key(pem)
        server.set_ssl_certificate(pem or context)
        server.set_ca_chain(pem)
    print(server.get_private_key(), server.get_ssl_certificate(), server.get_ca_chain())
    server.set_handshake_timeout(server.get_handshake_timeout())
    server.set_extra_headers({"X-Server": "arena"})
    server.allowed_origins = ["https://game.example"]
    server.max_clients = server.max_pending = server.max_clients_per_address = 8
    server.stall_timeout = 10
    server.memory_limit = 2**20
    server.client_request.connect(lambda request: request.reject(403) if request.path else request.accept())
    server.client_connected.connect(lambda _id, _protocol: None)
    server.data_received.connect(lambda _id: None)
    server.client_close_request.connect(lambda _id, _code, _reason: None)
    server.client_disconnected.connect(lambda _id, _was_clean: None)
    assert_type(server.listen(0, ["chat"], gd_mp_api=True), Error)
    assert_type(server.is_listening() and server.has_peer(2), bool)
    assert_type(server.get_local_port(), int)
    assert_type(server.get_peer_address(2), str)
    assert_type(server.get_peer_port(2), int)
    if (request := server.get_request(2)) is not None:
        request.defer()
    if (peer := server.get_peer(2)) is not None:
        print(peer.close_code, peer.close_reason, peer.last_error)
    server.disconnect_peer(2, 4000, "cheating")
    server.stop()


def doors(client: WebSocketClient) -> None:
    client.proxy, client.proxy_headers = "socks5h://localhost", ["X-A: 1"]
    client.max_redirects, client.keep_cookies = 3, True
    client.handshake_headers = {"Authorization": "Bearer 1"}
    client.subprotocol_required = False
    client.tls_server_name, client.local_address, client.address_family = "game.example", "192.0.2.7", "ipv4"
    assert_type(client.get_cookies(), dict[str, str])
    client.clear_cookies()
    assert_type(client.get_response_headers(), list[tuple[str, str]])
    client.send_from_thread("hello")
    client.send_from_thread(b"hello")
    assert_type(client.get_messages(), list[str | bytes])
    client.messages_available.connect(lambda count: print(count + 1))
    client.message_received.connect(lambda message: print(len(message)))
    client.set_decode_buffer_max_items(client.decode_buffer_max_items + client.get_decode_buffer_max_items())
    if (failure := client.last_error or client.last_refusal) is not None:
        assert_type(failure.details() + failure.hint + failure.message, str)
    counted = client.get_statistics()
    print(counted.wire_bytes_received, counted.wire_bytes_sent)
    print(counted.backlog, counted.polls_cut_short, counted.unanswered_pings, counted.write_stall)


class Patient(ReconnectPolicy):
    """Gives up after a minute."""

    def delay(self, attempt: int, failure: ConnectionFailure | None, close_code: int) -> float | None:
        return None if attempt > 60 else super().delay(attempt, failure, close_code)


def again(client: WebSocketClient) -> None:
    client.reconnect_policy = Patient(first_delay=1.0)
    client.reconnecting.connect(lambda attempt, delay: print(attempt + 1, delay + 1.0))
    client.reconnection_failed.connect(lambda: None)
    assert_type(client.time_to_reconnect, float)
    client.reconnect_now()
