"""WebSocketServer: who comes, what they say, and how they go."""

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.support.hosting import Hosting, request
from tests.support.threads import in_thread
from wsclient import Error, MultiplayerAPI, Node, PollGroup, WebSocketClient, WebSocketServer
from wsclient.rpc import remote
from wsclient.testing import SignalLog
from wsclient.transport.descriptor import SOON
from wsclient.transport.poll_set import open_poll_set

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from wsclient import ClientRequest


@pytest.fixture
def make() -> Iterator[Callable[..., Hosting]]:
    made: list[Hosting] = []

    def hosting(**options: object) -> Hosting:
        made.append(Hosting(**options))  # type: ignore[arg-type]
        return made[-1]

    yield hosting
    for each in made:
        each.close()


@pytest.fixture
def hosting(make: Callable[..., Hosting]) -> Hosting:
    return make()


# The object


def test_it_inherits_as_godots_page_says() -> None:
    names = [cls.__name__ for cls in WebSocketServer.__mro__]

    assert names[:6] == [
        "WebSocketServer",
        "WebSocketMultiplayerPeer",
        "NetworkedMultiplayerPeer",
        "PacketPeer",
        "Reference",
        "Object",
    ]


def test_it_reports_where_it_listens(hosting: Hosting) -> None:
    server = hosting.server

    assert server.is_listening()
    assert server.get_local_port() > 0
    assert server.get_connection_status() == server.CONNECTION_CONNECTED
    assert server.get_unique_id() == 1
    assert f"on port {server.get_local_port()}" in repr(server)


def test_before_listening_there_is_nothing() -> None:
    server = WebSocketServer()
    server.poll()
    server.stop()

    assert not server.is_listening()
    assert (server.get_local_port(), server.get_peers()) == (0, [])
    assert server.get_connection_status() == server.CONNECTION_DISCONNECTED


@pytest.mark.parametrize(
    ("port", "protocols", "expected"),
    [
        pytest.param(70000, (), Error.ERR_INVALID_PARAMETER, id="port-too-high"),
        pytest.param(-1, (), Error.ERR_INVALID_PARAMETER, id="port-negative"),
        pytest.param(0, ["a b"], Error.ERR_INVALID_PARAMETER, id="no-token"),
    ],
)
def test_a_wrong_argument_is_refused(port: int, protocols: object, expected: Error) -> None:
    server = WebSocketServer()

    assert server.listen(port, protocols) == expected
    assert server.last_error is not None
    assert not server.is_listening()


def test_a_port_of_another_type_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="a port is an int"):
        WebSocketServer().listen("9080")


def test_it_listens_once_at_a_time(hosting: Hosting) -> None:
    port = hosting.server.get_local_port()

    assert hosting.server.listen(0) == Error.ERR_ALREADY_IN_USE
    assert hosting.server.get_local_port() == port


def test_a_taken_port_is_reported_with_a_remedy(hosting: Hosting) -> None:
    other = WebSocketServer()
    other.bind_ip = "127.0.0.1"
    port = hosting.server.get_local_port()

    assert other.listen(port) == Error.ERR_ALREADY_IN_USE
    assert f"port {port}" in str(other.last_error)


def test_an_address_of_another_machine_cannot_be_listened_at() -> None:
    server = WebSocketServer()
    server.bind_ip = "192.0.2.1"

    assert server.listen(0) == Error.ERR_CANT_CREATE
    assert "address of this machine" in str(server.last_error)


@pytest.mark.parametrize("address", ["localhost", "1.2.3", ""])
def test_an_invalid_address_is_refused_and_the_old_one_is_kept(address: str) -> None:
    server = WebSocketServer()
    server.bind_ip = "127.0.0.1"
    server.bind_ip = address

    assert server.get_bind_ip() == "127.0.0.1"


def test_every_address_is_listened_at_by_default() -> None:
    with WebSocketServer() as server:
        assert not server.listen(0)
        socket.create_connection(("127.0.0.1", server.get_local_port()), timeout=20).close()


# Coming, speaking, going


def test_a_client_joins_and_sends_a_message(hosting: Hosting) -> None:
    client = hosting.opened()
    (client_id,) = hosting.server.get_peers()
    client.send_text("hello")
    client.put_packet(b"\x01")
    hosting.settle()

    assert hosting.told == [
        ("client_connected", client_id, ""),
        ("data_received", client_id),
        ("data_received", client_id),
    ]
    peer = hosting.server.get_peer(client_id)
    assert peer is not None
    assert [peer.get_message(), peer.get_message()] == ["hello", b"\x01"]
    assert hosting.server.has_peer(client_id)
    assert 2 <= client_id < 2**31


def test_it_answers_in_the_handler_of_the_message(hosting: Hosting) -> None:
    server = hosting.server
    server.data_received.connect(lambda who: server.get_peer(who).send_text(server.get_peer(who).get_message() + "!"))
    client = hosting.opened()
    client.send_text("hello")
    hosting.settle()

    assert client.get_message() == "hello!"


def test_it_can_send_in_the_handler_of_the_arrival(hosting: Hosting) -> None:
    hosting.server.client_connected.connect(lambda who, _protocol: hosting.server.get_peer(who).send_text("welcome"))
    client = hosting.opened()

    assert client.get_message() == "welcome"


def test_frames_after_the_request_are_reported_after_the_arrival(hosting: Hosting) -> None:
    hosting.raw(request() + b"\x81\x81\0\0\0\0x")
    hosting.settle()

    assert hosting.told.names == ["client_connected", "data_received"]


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no socket of both families on this system")
def test_an_ipv4_address_is_written_as_such_by_a_server_of_both_families(make) -> None:
    hosting = make(listens=False)
    hosting.server.listen(0)
    hosting.raw(request())
    hosting.settle()

    (client_id,) = hosting.server.get_peers()
    assert hosting.server.get_peer_address(client_id) == "127.0.0.1"


def test_it_knows_the_address_of_a_client(hosting: Hosting) -> None:
    client = hosting.opened()
    (client_id,) = hosting.server.get_peers()

    assert hosting.server.get_peer_address(client_id) == "127.0.0.1"
    assert hosting.server.get_peer_port(client_id) > 0
    assert client.get_connected_port() == hosting.server.get_local_port()


def test_an_unknown_client_is_logged(hosting: Hosting, caplog: pytest.LogCaptureFixture) -> None:
    server = hosting.server

    assert server.get_peer(7) is None
    assert (server.get_peer_address(7), server.get_peer_port(7), server.get_request(7)) == ("", 0, None)
    assert not server.has_peer(7)
    server.disconnect_peer(7)
    assert caplog.text.count("there is no client 7") == 5


@pytest.mark.parametrize(("code", "told"), [(1000, 1000), (4000, 4000), (0, 0)])
def test_a_client_that_closes_is_answered(code: int, told: int, hosting: Hosting) -> None:
    client = hosting.opened()
    (client_id,) = hosting.server.get_peers()
    hosting.told.clear()
    log = SignalLog(client)
    client.disconnect_from_host(code, "bye" if code else "")
    hosting.settle()

    reason = "bye" if code else ""
    assert hosting.told == [("client_close_request", client_id, told, reason), ("client_disconnected", client_id, True)]
    assert log == [("connection_closed", True)]
    assert hosting.server.get_peers() == []


def test_a_line_of_the_log_begins_with_the_client_that_it_is_about(hosting: Hosting, caplog) -> None:
    client = hosting.opened()
    (client_id,) = hosting.server.get_peers()
    peer = hosting.server.get_peer(client_id)
    port = hosting.server.get_peer_port(client_id)
    peer.close()
    peer.put_packet(b"too late")

    assert f"127.0.0.1:{port}: " in caplog.text
    client.poll()


def test_a_vanished_client_is_reported_as_not_clean(hosting: Hosting) -> None:
    raw = hosting.raw(request())
    hosting.settle()
    (client_id,) = hosting.server.get_peers()
    raw.close()
    hosting.settle()

    assert hosting.told[-1] == ("client_disconnected", client_id, False)


def test_messages_of_a_client_can_be_read_after_it_has_left(hosting: Hosting) -> None:
    read: list[object] = []
    hosting.server.client_disconnected.connect(lambda who, _: read.append(hosting.server.get_peer(who).get_message()))
    client = hosting.opened()
    (client_id,) = hosting.server.get_peers()
    kept = hosting.server.get_peer(client_id)
    client.send_text("one")
    client.send_text("two")
    client.disconnect_from_host()
    hosting.settle()

    assert read == ["one"]
    assert kept is not None
    assert kept.get_message() == "two"
    assert kept.close_code == 1000


def test_a_kick_is_a_close_that_the_client_answers(hosting: Hosting) -> None:
    client = hosting.opened()
    (client_id,) = hosting.server.get_peers()
    log = SignalLog(client)
    hosting.told.clear()
    hosting.server.disconnect_peer(client_id, 4001, "cheating")
    assert hosting.server.has_peer(client_id)
    assert hosting.server.get_peer(client_id).put_packet(b"x") == Error.FAILED
    hosting.settle()

    assert log == [("server_close_request", 4001, "cheating"), ("connection_closed", True)]
    assert hosting.told == [("client_disconnected", client_id, True)]


def test_a_client_that_does_not_answer_a_kick_is_dropped(hosting: Hosting) -> None:
    hosting.raw(request())
    hosting.settle()
    (client_id,) = hosting.server.get_peers()
    hosting.server.disconnect_peer(client_id)
    hosting.wait(4.5)
    assert hosting.server.has_peer(client_id)
    hosting.wait(1.0)

    assert hosting.told[-1] == ("client_disconnected", client_id, False)


@pytest.mark.parametrize("call", ["disconnect_peer", "stop"])
def test_a_reason_that_is_too_long_changes_nothing(call: str, hosting: Hosting) -> None:
    hosting.opened()
    server = hosting.server
    arguments = [server.get_peers()[0]] if call == "disconnect_peer" else []
    with pytest.raises(ValueError, match="123"):
        getattr(server, call)(*arguments, 1000, "x" * 124)

    assert server.is_listening()
    hosting.settle()
    assert len(server.get_peers()) == 1


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        pytest.param(b"\x81\x01x", 1002, id="not-masked"),
        pytest.param(b"\x83\x80\0\0\0\0", 1002, id="reserved-opcode"),
        pytest.param(b"\x81\x81\0\0\0\0\xff", 1007, id="no-utf-8"),
        pytest.param(b"\x82\xff" + (2**40).to_bytes(8, "big") + b"\0\0\0\0", 1009, id="too-big"),
    ],
)
def test_a_client_that_breaks_a_rule_is_told_why_and_dropped(frame: bytes, code: int, hosting: Hosting) -> None:
    raw = hosting.raw(request())
    hosting.settle()
    (client_id,) = hosting.server.get_peers()
    raw.sendall(frame)
    reply = hosting.reply(raw)
    hosting.wait(6.0)

    assert code.to_bytes(2, "big") in reply
    assert hosting.told[-1] == ("client_disconnected", client_id, False)


# To all


def test_a_packet_is_sent_to_the_target(hosting: Hosting) -> None:
    clients = [hosting.opened() for _ in range(3)]
    ids = hosting.server.get_peers()
    server = hosting.server
    server.put_packet(b"all")
    server.set_target_peer(ids[1])
    server.send_text("one")
    server.set_target_peer(-ids[1])
    server.put_packet(b"but one")
    server.set_target_peer(7)
    assert server.put_packet(b"nobody") == Error.FAILED
    hosting.settle()

    assert [client.get_packets() for client in clients] == [
        [b"all", b"but one"],
        [b"all", b"one"],
        [b"all", b"but one"],
    ]


def test_values_go_to_all(hosting: Hosting) -> None:
    client = hosting.opened()
    hosting.server.put_var({"score": 7})
    hosting.settle()

    assert client.get_var() == {"score": 7}


def test_a_client_that_does_not_read_does_not_delay_others(hosting: Hosting) -> None:
    clients = [hosting.opened() for _ in range(2)]
    ids = hosting.server.get_peers()
    hosting.server.disconnect_peer(ids[0])

    assert hosting.server.put_packet(b"x") == Error.FAILED
    hosting.settle()
    assert clients[1].get_packets() == [b"x"]


def test_a_silent_receiver_of_broadcasts_is_still_pinged(hosting: Hosting) -> None:
    hosting.server.heartbeat_interval = 5.0
    raw = hosting.raw(request())
    hosting.settle()
    for _ in range(200):  # frames, in which something always leaves
        hosting.server.put_packet(b"all")
        hosting.settle(1, 0.1)

    assert hosting.server.get_peers() == []
    assert hosting.told[-1][0] == "client_disconnected"
    assert hosting.reply(raw).count(b"\x82\x03all") > 50


def test_packets_of_clients_are_not_the_servers(hosting: Hosting) -> None:
    client = hosting.opened()
    client.send_text("x")
    hosting.settle()

    assert hosting.server.get_packet() == b""
    assert hosting.server.get_packet_error() == Error.ERR_UNCONFIGURED
    assert "get_peer(id)" in str(hosting.server.last_error)


# Stopping


def test_stop_says_goodbye_to_everyone(hosting: Hosting) -> None:
    clients = [hosting.opened() for _ in range(2)]
    logs = [SignalLog(client) for client in clients]
    ids = hosting.server.get_peers()
    hosting.told.clear()
    hosting.server.stop(4002, "closing time")
    assert not hosting.server.is_listening()
    assert hosting.server.get_connection_status() == hosting.server.CONNECTION_CONNECTED
    hosting.settle()

    assert sorted(hosting.told) == sorted(("client_disconnected", each, True) for each in ids)
    assert all(log == [("server_close_request", 4002, "closing time"), ("connection_closed", True)] for log in logs)
    assert hosting.server.get_connection_status() == hosting.server.CONNECTION_DISCONNECTED


def test_stop_drops_joining_clients(hosting: Hosting) -> None:
    raw = hosting.raw(b"GET / HTTP/1.1\r\n")
    hosting.settle()
    hosting.server.stop()
    raw.settimeout(20)

    assert raw.recv(100) == b""
    assert hosting.told == []


def test_a_handler_can_listen_again_and_the_end_of_its_client_is_reported(hosting: Hosting) -> None:
    def listen_again(_client_id: int) -> None:
        hosting.server.stop()
        hosting.listen()

    hosting.server.data_received.connect(listen_again)
    hosting.opened().send_text("again")
    (client_id,) = hosting.server.get_peers()

    hosting.settle()

    assert hosting.told[-1] == ("client_disconnected", client_id, False)


def test_it_can_listen_again_at_once_and_first_reports_the_old_ends(hosting: Hosting) -> None:
    hosting.opened()
    (client_id,) = hosting.server.get_peers()
    hosting.told.clear()
    hosting.server.stop()
    hosting.listen()
    hosting.server.poll()
    assert hosting.told == [("client_disconnected", client_id, False)]
    hosting.opened()
    assert len(hosting.server.get_peers()) == 1


@pytest.mark.parametrize(
    ("gd_mp_api", "came", "gone"),
    [
        pytest.param(False, "client_connected", "client_disconnected", id="normal"),
        pytest.param(True, "peer_connected", "peer_disconnected", id="multiplayer"),
    ],
)
def test_an_end_is_reported_in_the_mode_in_which_the_client_joined(gd_mp_api, came, gone, make) -> None:
    hosting = make(gd_mp_api=gd_mp_api)
    hosting.raw(request())
    hosting.settle()
    hosting.server.stop()

    hosting.listen(gd_mp_api=not gd_mp_api)
    hosting.settle()

    assert [name for name, *_ in hosting.told] == [came, gone]
    assert hosting.server.get_peers() == []


@pytest.mark.parametrize(
    ("gd_mp_api", "arrived", "gone"),
    [
        pytest.param(False, "data_received", "client_disconnected", id="normal"),
        pytest.param(True, "peer_packet", "peer_disconnected", id="multiplayer"),
    ],
)
def test_a_restart_in_a_handler_of_the_last_message_ends_its_client(
    gd_mp_api: bool, arrived: str, gone: str, make
) -> None:
    hosting = make(gd_mp_api=gd_mp_api)
    client = hosting.opened(gd_mp_api=gd_mp_api)
    (client_id,) = hosting.server.get_peers()
    messages = iter((b"first", b"last"))

    def restart(_: int) -> None:
        if next(messages) == b"last":
            hosting.server.stop()
            hosting.listen(gd_mp_api=gd_mp_api)

    hosting.server.connect(arrived, restart)
    client.auto_flush = False
    for payload in (b"1", b"2"):  # read together
        client.put_packet(payload)
    hosting.settle()

    assert [(name, which) for name, which, *_ in hosting.told if name == gone] == [(gone, client_id)]
    assert hosting.server.get_peers() == []


@pytest.mark.parametrize("is_deferred", [True, False])
def test_it_can_be_stopped_while_a_client_asks(is_deferred: bool, hosting: Hosting) -> None:
    def stop(asked) -> None:
        if is_deferred:
            asked.defer()
        hosting.server.stop()

    hosting.server.client_request.connect(stop)
    raw = hosting.raw(request())
    hosting.settle()

    assert not hosting.server.is_listening()
    with contextlib.suppress(ConnectionResetError):
        assert hosting.reply(raw) == b""


def test_a_server_dropped_while_listening_logs_that() -> None:
    server = WebSocketServer()
    server.bind_ip = "127.0.0.1"
    server.listen(0)
    dropped = [server]
    del server
    with pytest.warns(ResourceWarning, match="call stop"):
        dropped.clear()


# Asking


def test_a_request_can_be_looked_at_and_refused(hosting: Hosting) -> None:
    asked: list[object] = []

    def decide(request) -> None:
        asked.append((request.path, request.query, request.get_header("X-Token"), request.protocols, request.origin))
        if request.get_header("X-Token") != "secret":
            request.reject(401, "who are you?", ["X-Why: no token"])

    hosting.server.client_request.connect(decide)
    stranger = hosting.client("/room%201?a=b")
    hosting.settle()
    friend = hosting.opened("/", custom_headers=["X-Token: secret"])

    assert asked[0] == ("/room 1", "a=b", "", (), "")
    assert stranger.last_error.http_status == 401
    assert stranger.last_error.http_body == b"who are you?"
    assert ("X-Why", "no token") in stranger.last_error.http_headers
    assert friend.get_connection_status() == friend.CONNECTION_CONNECTED
    (client_id,) = hosting.server.get_peers()
    assert hosting.server.get_request(client_id).get_header("x-token") == "secret"


def test_a_request_can_be_answered_in_a_later_frame(hosting: Hosting) -> None:
    waiting: list[object] = []

    def defer(request) -> None:
        request.defer()
        waiting.append(request)

    hosting.server.client_request.connect(defer)
    client = hosting.client(protocols=["chat", "game"])
    hosting.settle()
    assert client.get_connection_status() == client.CONNECTION_CONNECTING
    (request,) = waiting
    request.accept("game", {"X-Seat": "3"})
    hosting.settle()

    assert hosting.told[0][2] == "game"
    with pytest.raises(RuntimeError, match="decided"):
        request.reject()
    with pytest.raises(RuntimeError, match="decided"):
        request.defer()


def test_an_unanswered_deferred_request_gets_503(hosting: Hosting) -> None:
    hosting.server.client_request.connect(lambda request: request.defer())
    client = hosting.client()
    hosting.wait(4.0)

    assert client.last_error.http_status == 503


def test_a_request_whose_client_has_gone_cannot_be_accepted(hosting: Hosting) -> None:
    waiting: list[object] = []
    hosting.server.client_request.connect(lambda request: (request.defer(), waiting.append(request)))
    hosting.client()
    hosting.wait(4.0)
    with pytest.raises(RuntimeError):
        waiting[0].accept()


@pytest.mark.parametrize(
    ("call", "error"),
    [
        pytest.param(lambda request: request.accept("other"), ValueError, id="protocol"),
        pytest.param(lambda request: request.accept(headers=["A: b\r\nC: d"]), ValueError, id="header"),
        pytest.param(lambda request: request.reject(101), ValueError, id="status"),
    ],
)
def test_an_invalid_answer_decides_nothing(call, error, hosting: Hosting) -> None:
    hosting.server.client_request.connect(call)
    client = hosting.client()
    with pytest.raises(error):
        hosting.settle()
    hosting.settle()

    assert client.last_error.http_status == 500


def test_a_handler_that_raises_rejects_the_client_with_500(hosting: Hosting) -> None:
    def fail(_request: object) -> None:
        raise LookupError("of a handler")

    hosting.server.client_request.connect(fail)
    client = hosting.client()
    with pytest.raises(LookupError):
        hosting.settle()
    hosting.settle()

    assert client.last_error.http_status == 500


def test_each_reply_has_the_extra_headers(hosting: Hosting) -> None:
    hosting.server.set_extra_headers({"X-Server": "arena"})
    reply = hosting.reply(hosting.raw(request()))

    assert b"X-Server: arena\r\n" in reply
    with pytest.raises(ValueError, match="header"):
        hosting.server.set_extra_headers(["Upgrade: h2c"])


@pytest.mark.parametrize(
    ("asked", "agreed"),
    [(["game", "chat"], "game"), (["other", "chat"], "chat"), (["other"], None), ([], None)],
)
def test_a_subprotocol_is_chosen_from_the_clients_list(asked: list[str], agreed: str | None, make) -> None:
    hosting = make(protocols=("chat", "game"))
    client = hosting.client(protocols=asked)
    hosting.settle()

    if agreed is None:
        assert client.last_error.http_status == 400
        assert b"chat, game" in client.last_error.http_body
    else:
        assert hosting.told[0][2] == agreed


@pytest.mark.parametrize(
    ("origin", "status"), [("https://game.example", 101), ("https://evil.example", 403), ("", 403)]
)
def test_only_pages_of_known_origins_may_come(origin: str, status: int, hosting: Hosting) -> None:
    hosting.server.allowed_origins = ["https://game.example"]
    reply = hosting.reply(hosting.raw(request(*([f"Origin: {origin}"] if origin else []))))

    assert reply.startswith(f"HTTP/1.1 {status} ".encode())


# Limits


def test_over_max_clients_is_503(hosting: Hosting) -> None:
    hosting.server.max_clients = 1
    hosting.opened()
    refused = hosting.client()
    hosting.settle()

    assert refused.last_error.http_status == 503


def test_over_max_clients_per_address_is_429(hosting: Hosting) -> None:
    hosting.server.max_clients_per_address = 2
    first, _ = hosting.opened(), hosting.opened()
    refused = hosting.client()
    hosting.settle()
    assert refused.last_error.http_status == 429

    first.disconnect_from_host()
    hosting.settle()
    hosting.opened()


def test_more_handshakes_than_max_pending_wait_their_turn(hosting: Hosting) -> None:
    hosting.server.max_pending = 2
    silent = [hosting.raw() for _ in range(2)]
    client = hosting.client()
    hosting.settle()
    assert client.get_connection_status() == client.CONNECTION_CONNECTING
    for each in silent:
        each.close()
    hosting.settle()

    assert client.get_connection_status() == client.CONNECTION_CONNECTED


def test_a_higher_max_pending_applies_immediately(hosting: Hosting) -> None:
    hosting.server.max_pending = 1
    hosting.raw()
    hosting.settle()
    client = hosting.client()
    hosting.settle()

    hosting.server.max_pending = 2
    hosting.settle()

    assert client.get_connection_status() == client.CONNECTION_CONNECTED


def test_a_shorter_handshake_timeout_applies_immediately(hosting: Hosting) -> None:
    hosting.server.handshake_timeout = 0.0
    silent = hosting.raw()
    hosting.settle()

    hosting.server.handshake_timeout = 1.0
    hosting.wait(1.1)

    assert hosting.reply(silent).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"], ids=["silent", "slow"])
def test_a_handshake_that_takes_too_long_is_over(begun: bytes, hosting: Hosting) -> None:
    raw = hosting.raw(begun)
    hosting.wait(2.8)
    raw.setblocking(False)
    with pytest.raises(BlockingIOError):
        raw.recv(100)
    hosting.wait(0.5)

    assert raw.recv(100).startswith(b"HTTP/1.1 408 ")


def test_a_client_refused_at_once_is_sent_no_byte(hosting: Hosting) -> None:
    there = hosting.opened()
    hosting.server.refuse_new_connections = True
    raw = hosting.raw(b"GET / HTTP/1.1\r\n")
    hosting.settle()

    raw.settimeout(20)
    with contextlib.suppress(ConnectionResetError):
        assert raw.recv(100) == b""
    assert there.get_connection_status() == there.CONNECTION_CONNECTED


def test_a_client_that_does_not_read_is_finally_dropped(hosting: Hosting) -> None:
    hosting.server.stall_timeout = 5.0
    hosting.server.heartbeat_interval = 0.0
    hosting.raw(request())
    hosting.settle()
    (client_id,) = hosting.server.get_peers()
    peer = hosting.server.get_peer(client_id)
    for _ in range(12):
        peer.put_packet(bytes(1_000_000))
    hosting.settle(1000, 0.0)  # on a busy machine, the system takes bytes later
    hosting.wait(4.0)
    assert hosting.server.has_peer(client_id)
    hosting.wait(2.0)

    assert hosting.told[-1] == ("client_disconnected", client_id, False)
    assert "5 s" in str(peer.last_error)


@pytest.mark.parametrize("how", ["each", "all"])
def test_all_together_hold_no_more_than_the_memory_limit(how: str, hosting: Hosting) -> None:
    put_to_each, put_to_all = how == "each", how == "all"
    hosting.server.memory_limit = 1_000_000
    for _ in range(5):
        hosting.raw(request())
    hosting.settle()
    peers = [hosting.server.get_peer(each) for each in hosting.server.get_peers()]
    results: set[Error] = set()
    for _ in range(50):  # more unread data than the system takes
        if put_to_each:
            results.update(peer.put_packet(bytes(150_000)) for peer in peers)
        if put_to_all:
            results.add(hosting.server.put_packet(bytes(150_000)))
            hosting.server.flush()
    assert results == {Error.OK, Error.ERR_OUT_OF_MEMORY}
    assert 0 < hosting.server.get_statistics().unsent_bytes <= 1_000_000
    assert any("memory_limit" in str(peer.last_error) for peer in peers)


def test_reading_goes_on_when_there_is_memory_again(hosting: Hosting) -> None:
    hosting.server.memory_limit = 100_000
    hosting.server.heartbeat_interval = 0.0  # nothing else wakes the one that has been read
    big, small = hosting.opened(), hosting.opened()
    of_big, of_small = (hosting.server.get_peer(each) for each in hosting.server.get_peers())
    big.put_packet(bytes(200_000))
    hosting.settle()
    small.put_packet(b"waits")
    hosting.settle()
    assert of_small.get_available_packet_count() == 0

    of_big.get_packet()
    hosting.settle()

    assert of_small.get_packet() == b"waits"


@pytest.mark.parametrize("name", ["max_clients", "max_pending", "max_clients_per_address", "memory_limit"])
@pytest.mark.parametrize("value", ["7", True, None])
def test_a_limit_takes_an_int(name: str, value: object) -> None:
    with pytest.raises(TypeError, match=name):
        setattr(WebSocketServer(), name, value)


@pytest.mark.parametrize(("name", "value"), [("max_clients", -1), ("max_pending", 0), ("memory_limit", 0)])
def test_a_limit_has_a_least_value(name: str, value: int) -> None:
    server = WebSocketServer()
    with pytest.raises(ValueError, match=name):
        setattr(server, name, value)
    setattr(server, name, 5)
    assert getattr(server, name) == 5


def test_unread_packets_pause_only_that_client(hosting: Hosting) -> None:
    hosting.server.stop()
    hosting.server.set_buffers(64, 3, 64, 64)
    hosting.listen()
    flooding, other = hosting.opened(), hosting.opened()
    ids = hosting.server.get_peers()
    for number in range(10):
        flooding.put_packet(b"%d" % number)
    hosting.settle()
    other.put_packet(b"x")
    hosting.settle()

    assert hosting.server.get_peer(ids[0]).get_available_packet_count() == 3
    assert hosting.server.get_peer(ids[1]).get_packets() == [b"x"]
    received: list[bytes] = []
    for _ in range(6):
        received += hosting.server.get_peer(ids[0]).get_packets()
        hosting.settle()
    assert received == [b"%d" % number for number in range(10)]


def test_without_descriptors_accepting_pauses_with_one_line(hosting, monkeypatch, caplog) -> None:
    def fail(_self: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    client = hosting.client()
    with monkeypatch.context() as patched:
        patched.setattr(socket.socket, "accept", fail)  # no fake stands between a listener and the system
        hosting.wait(2.5)
    assert caplog.text.count("no client can be accepted now") == 1
    hosting.wait(1.2)

    assert client.get_connection_status() == client.CONNECTION_CONNECTED


# Fairness and cost


def test_a_group_does_not_nap_between_a_request_and_its_answer(hosting: Hosting) -> None:
    hosting.raw(request())
    ends: list[float] = []
    while not hosting.server.get_peers():
        hosting.server.poll()
        ends.append(hosting.server._resting_place()[1])  # private: what a group asks

    assert SOON not in ends[:-1]


def test_what_a_handler_sends_leaves_as_soon_as_the_client_reads(hosting: Hosting) -> None:
    def answer(client_id: int) -> None:
        for _ in range(12):  # more unread data than the system takes
            hosting.server.get_peer(client_id).put_packet(bytes(1_000_000))

    hosting.server.data_received.connect(answer)
    raw = hosting.raw(request() + bytes.fromhex("8180 00000000"))  # an empty text
    hosting.settle()
    began = hosting.clock()

    received = sum(len(hosting.reply(raw)) for _ in range(20))

    assert hosting.clock() - began < hosting.server.heartbeat_interval, "by then it would go on anyway"
    assert received > 12_000_000


def test_a_client_closed_in_a_handler_is_sent_no_more_and_has_close_timeout(hosting: Hosting) -> None:
    server, told = hosting.server, hosting.told
    server.close_timeout = 1.0
    server.data_received.connect(lambda client_id: server.disconnect_peer(client_id, 4001, "out"))
    silent = hosting.raw(request())
    hosting.reply(silent)
    silent.sendall(bytes.fromhex("8180 00000000"))  # an empty text

    server.poll()
    server.send_text("to all")
    hosting.wait(0.5)
    assert hosting.reply(silent) == bytes.fromhex("8805 0fa1") + b"out"

    hosting.wait(1.0)
    assert [name for name, *_ in told][-1] == "client_disconnected"


def test_one_that_floods_gets_no_more_turns_than_the_others(hosting: Hosting) -> None:
    flooding, others = hosting.opened(), [hosting.opened() for _ in range(3)]
    turns: list[int] = []
    hosting.server.data_received.connect(lambda who: (turns.append(who), hosting.clock.advance(0.001)))
    ids = hosting.server.get_peers()
    for _ in range(200):
        flooding.put_packet(b"flood")
    for other in others:
        other.put_packet(b"x")
    hosting.settle(3)

    assert set(turns[:20]) == set(ids)


def test_idle_clients_cost_nothing(hosting: Hosting) -> None:
    clients = [hosting.opened() for _ in range(5)]
    hosting.settle(30)
    peers = [hosting.server.get_peer(each) for each in hosting.server.get_peers()]
    before = [peer.get_current_outbound_buffered_amount() for peer in peers]
    longest = hosting.server.get_statistics().longest_poll
    hosting.settle(100)

    assert hosting.server.get_statistics().longest_poll == longest
    assert before == [0] * 5
    assert all(client.get_connection_status() == client.CONNECTION_CONNECTED for client in clients)


def test_the_heartbeat_finds_a_client_that_is_gone(hosting: Hosting) -> None:
    hosting.raw(request())
    hosting.settle()
    (client_id,) = hosting.server.get_peers()
    hosting.server.heartbeat_interval = 1.0
    hosting.wait(5.0)

    assert hosting.told[-1] == ("client_disconnected", client_id, False)


def test_after_a_freeze_no_client_is_dropped(hosting: Hosting) -> None:
    client = hosting.opened()
    hosting.clock.advance(120.0)
    hosting.settle(40)

    assert client.get_connection_status() == client.CONNECTION_CONNECTED


# Handlers, hooks, threads, groups


def test_a_handler_that_raises_does_not_stop_others(hosting: Hosting) -> None:
    clients = [hosting.opened() for _ in range(2)]

    def fail(_id: int) -> None:
        raise LookupError("of a handler")

    hosting.server.data_received.connect(fail)
    for client in clients:
        client.put_packet(b"x")
    with pytest.raises(ExceptionGroup) as caught:
        hosting.settle()
    assert len(caught.value.exceptions) == 2
    assert all(hosting.server.get_peer(each).get_packets() == [b"x"] for each in hosting.server.get_peers())


def test_an_exception_before_ctrl_c_is_logged(hosting: Hosting, caplog: pytest.LogCaptureFixture) -> None:
    clients = [hosting.opened() for _ in range(2)]
    errors = [LookupError("of a handler"), KeyboardInterrupt()]

    def fail(_id: int) -> None:
        raise errors.pop(0)

    hosting.server.data_received.connect(fail)
    for client in clients:
        client.put_packet(b"x")
    with pytest.raises(KeyboardInterrupt):
        hosting.settle()

    assert "of a handler" in caplog.text


def test_hooks_come_before_the_handlers(make) -> None:
    calls: list[object] = []

    class Game(WebSocketServer):
        def _on_request(self, request) -> None:
            calls.append(request.path)

        def _on_client_connected(self, id: int, protocol: str) -> None:
            calls.append(("hook", protocol))

        def _on_close_request(self, id: int, code: int, reason: str) -> None:
            calls.append((code, reason))

        def _on_client_disconnected(self, id: int, was_clean: bool) -> None:
            calls.append(was_clean)

        def _on_peer_packet(self) -> None:
            calls.append("packet")

    hosting = make(listens=False)
    hosting.server = Game(clock=hosting.clock)
    hosting.listen()
    hosting.server.client_connected.connect(lambda *_: calls.append("handler"))
    client = hosting.opened("/a")
    client.put_packet(b"x")
    client.disconnect_from_host(4000, "bye")
    hosting.settle()

    assert calls == ["/a", ("hook", ""), "handler", "packet", (4000, "bye"), True]


def test_every_call_is_allowed_in_a_handler(hosting: Hosting) -> None:
    hosting.opened()
    other = hosting.opened()
    hosting.server.data_received.connect(lambda _id: (hosting.server.poll(), hosting.server.stop()))
    other.put_packet(b"x")
    hosting.settle()

    assert not hosting.server.is_listening()
    assert hosting.server.get_peers() == []


def test_another_thread_is_refused(hosting: Hosting) -> None:
    hosting.settle()

    assert isinstance(in_thread(hosting.server.poll), RuntimeError)


def test_a_server_in_a_group_is_served_when_something_comes(hosting: Hosting) -> None:
    with PollGroup([hosting.server], clock=hosting.clock) as group:
        client = hosting.client()
        for _ in range(20):
            hosting.clock.advance(0.016)
            group.poll()
            client.poll()
        assert client.get_connection_status() == client.CONNECTION_CONNECTED
        polls = hosting.server.get_statistics().polls
        for _ in range(50):
            hosting.clock.advance(0.016)
            group.poll()
        assert hosting.server.get_statistics().polls == polls
        hosting.server.put_packet(b"from a handler of another member")
        for _ in range(3):
            hosting.clock.advance(0.016)
            group.poll()
            client.poll()
        assert client.get_available_packet_count() == 1


def test_the_time_of_a_server_in_a_group_counts_when_it_was_left(
    hosting: Hosting, caplog: pytest.LogCaptureFixture
) -> None:
    hosting.opened()
    with PollGroup([hosting.server], clock=hosting.clock) as group:
        for _ in range(20):
            hosting.clock.advance(0.1)
            group.poll()
    hosting.clock.advance(0.1)
    hosting.server.poll()

    assert "poll() was not called" not in caplog.text


def test_a_group_lets_a_server_send_again_when_there_is_memory(hosting: Hosting) -> None:
    server = hosting.server
    server.heartbeat_interval, server.memory_limit = 0.0, 1000  # no ping wakes it
    with PollGroup([server], clock=hosting.clock) as group:
        raw = hosting.raw(request() + bytes.fromhex("82fe 0384 00000000") + bytes(900))
        for _ in range(10):
            group.poll()
        (client_id,) = server.get_peers()
        assert server.put_packet(bytes(200)) is Error.ERR_OUT_OF_MEMORY

        assert len(server.get_peer(client_id).get_packet()) == 900
        group.poll()

        assert server.put_packet(bytes(200)) is Error.OK
        raw.close()


def test_a_group_sleeps_while_an_answer_is_deferred(hosting: Hosting) -> None:
    requests: list[ClientRequest] = []
    hosting.server.client_request.connect(lambda request: (request.defer(), requests.append(request)))
    with PollGroup([hosting.server], clock=hosting.clock) as group:
        raw = hosting.raw(request())
        for _ in range(10):
            group.poll()
        polls = hosting.server.get_statistics().polls
        for _ in range(10):
            group.poll()
        assert hosting.server.get_statistics().polls == polls

        requests[0].accept()
        for _ in range(3):
            group.poll()

        assert raw.recv(100).startswith(b"HTTP/1.1 101")


class Naps:
    """Asks the system, but never waits.

    Attributes:
        last: the seconds for which it was last asked to wait.
    """

    def __init__(self) -> None:
        self._set = open_poll_set()
        self.last = 0.0

    def __getattr__(self, name: str) -> object:
        return getattr(self._set, name)

    def ready(self, seconds: float) -> list[int]:
        self.last = seconds
        return self._set.ready(0.0)


@pytest.mark.parametrize(
    "held_up",
    [
        "by a client that reads nothing",
        "by a client that answers no Close",
        "by a program that reads nothing",
        "by none",
    ],
)
def test_a_group_naps_while_only_others_can_let_its_server_go_on(held_up: str, hosting: Hosting) -> None:
    server = hosting.server
    raw = hosting.raw(request())
    hosting.settle()
    (client_id,) = server.get_peers()
    naps = Naps()
    with PollGroup([server], clock=hosting.clock, poll_set=lambda: naps) as group:
        if held_up == "by a client that reads nothing":
            server.get_peer(client_id).put_packet(bytes(12_000_000))
        elif held_up == "by a client that answers no Close":
            server.disconnect_peer(client_id)
        elif held_up == "by a program that reads nothing":
            raw.sendall(bytes.fromhex("8180 00000000") * 4096)  # as many as may be unread
        else:
            raw.sendall(bytes.fromhex("8880 00000000"))  # its socket lingers then
        for _ in range(40):
            group.poll()

        group.wait(5.0)
        assert naps.last == 0.01

        group.poll()
        server.send_from_thread("work")
        group.wait(5.0)
        assert naps.last == 0.0
        raw.close()


def test_ended_clients_that_still_send_do_not_delay_others(hosting: Hosting) -> None:
    server = hosting.server
    client = hosting.opened()
    ended = [hosting.raw(request()) for _ in range(20)]
    hosting.settle()
    for client_id in server.get_peers()[1:]:
        server.disconnect_peer(client_id)
    for raw in ended:
        raw.sendall(bytes.fromhex("8880 00000000"))  # the answer
    hosting.settle()
    assert len(server.get_peers()) == 1

    for raw in ended:
        raw.sendall(b"still here")
    client.send_text("my turn")
    hosting.told.clear()
    server.poll()

    assert hosting.told == [("data_received", server.get_peers()[0])]


# TLS


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.mark.parametrize("form", ["path", "text", "bytes", "context"])
def test_it_speaks_tls(form: str, authority: trustme.CA, tmp_path: Path, make) -> None:
    hosting = make(listens=False)
    leaf = authority.issue_cert("127.0.0.1")
    key, certificate = leaf.private_key_pem.bytes(), leaf.cert_chain_pems[0].bytes()
    server = hosting.server
    if form == "path":
        (tmp_path / "key.pem").write_bytes(key)
        (tmp_path / "certificate.pem").write_bytes(certificate)
        server.private_key, server.ssl_certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    elif form == "context":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        server.ssl_certificate = context
    else:
        server.private_key = key.decode() if form == "text" else key
        server.ssl_certificate = certificate.decode() if form == "text" else certificate
    hosting.listen()
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(trust)
    client = WebSocketClient()
    client.trusted_ssl_certificate = trust
    client.connect_to_url(f"wss://127.0.0.1:{server.get_local_port()}")
    with client:
        hosting.until(lambda: (client.poll(), server.get_peers())[1], 100_000)
        assert server.get_request(server.get_peers()[0]).is_secure
        client.send_text("secret")
        hosting.until(lambda: (client.poll(), ("data_received", server.get_peers()[0]) in hosting.told)[1], 100_000)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"private_key": "-----BEGIN"}, id="only-a-key"),
        pytest.param({"ssl_certificate": "-----BEGIN"}, id="only-a-certificate"),
        pytest.param({"ssl_certificate": "-----BEGIN", "private_key": "-----BEGIN"}, id="neither-is-one"),
        pytest.param({"ssl_certificate": "/no/such", "private_key": "/no/such"}, id="no-such-file"),
    ],
)
def test_a_certificate_without_its_key_is_refused(settings: dict[str, str]) -> None:
    server = WebSocketServer()
    for name, value in settings.items():
        setattr(server, name, value)

    assert server.listen(0) == Error.ERR_INVALID_PARAMETER
    assert server.last_error is not None


def test_a_plain_client_of_a_tls_server_is_dropped(authority: trustme.CA, make) -> None:
    hosting = make(listens=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    hosting.server.ssl_certificate = context
    hosting.listen()
    raw = hosting.raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    hosting.settle()
    raw.settimeout(20)
    received = b""
    while data := raw.recv(1000):
        received += data

    assert not received.startswith(b"HTTP")
    assert hosting.told == []


def test_compression_is_agreed_on_if_it_is_on(hosting: Hosting) -> None:
    offer = "Sec-WebSocket-Extensions: permessage-deflate"
    assert b"permessage-deflate" not in hosting.reply(hosting.raw(request(offer)))
    hosting.server.compression = True
    assert b"permessage-deflate" in hosting.reply(hosting.raw(request(offer)))


# A session of Godot 3


class Player(Node):
    """Takes calls."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.heard: list[tuple[int, str]] = []

    @remote
    def say(self, text: str) -> None:
        self.heard.append((self.multiplayer.get_rpc_sender_id(), text))


def test_peers_meet_in_a_session_that_python_hosts(make) -> None:
    hosting = make(gd_mp_api=True)
    first = hosting.client(gd_mp_api=True)
    log = SignalLog(first)
    hosting.settle()
    second = hosting.client(gd_mp_api=True)
    hosting.settle()
    ids = hosting.server.get_peers()

    assert [first.get_unique_id(), second.get_unique_id()] == ids
    assert log == [("peer_connected", 1), ("connection_succeeded",), ("peer_connected", ids[1])]
    assert second.get_peers() == [1, ids[0]]
    assert hosting.told == [("peer_connected", each) for each in ids]
    second.disconnect_from_host()
    hosting.settle()
    assert log[-1] == ("peer_disconnected", ids[1])
    assert hosting.told[-1] == ("peer_disconnected", ids[1])


@pytest.mark.parametrize(
    ("target", "heard"),
    [
        pytest.param("0", "server others", id="all"),
        pytest.param("1", "server", id="server"),
        pytest.param("b", "b", id="one"),
        pytest.param("-b", "server c", id="all-but-one"),
        pytest.param("-1", "b c", id="all-but-the-server"),
        pytest.param("-a", "server b c", id="all-but-itself"),
        pytest.param("7", "", id="unknown"),
        pytest.param("-7", "server b c", id="all-but-an-unknown-one"),
    ],
)
def test_a_packet_reaches_the_peers_of_its_target(target: str, heard: str, make) -> None:
    hosting = make(gd_mp_api=True)
    a, b, c = [hosting.opened(gd_mp_api=True) for _ in range(3)]
    ids = dict(zip("abc", hosting.server.get_peers(), strict=True))
    sign = -1 if target.startswith("-") else 1
    name = target.lstrip("-")
    a.set_target_peer(sign * ids.get(name, int(name) if name.isdigit() else 0))
    a.put_packet(b"hello")
    hosting.settle()

    expected = heard.replace("others", "b c").split()
    received = {
        "server": hosting.server.get_packet_peer() == ids["a"] and hosting.server.get_packet() == b"hello",
        "b": b.get_packets() == [b"hello"],
        "c": c.get_packets() == [b"hello"],
    }
    assert [name for name, has in received.items() if has] == expected


def test_the_server_sends_as_peer_1(make) -> None:
    hosting = make(gd_mp_api=True)
    client = hosting.opened(gd_mp_api=True)
    hosting.server.put_packet(b"to all")
    hosting.server.put_packet(b"")
    hosting.server.set_target_peer(1)
    assert hosting.server.put_packet(b"to myself") == Error.OK
    assert hosting.server.send_text("x") == Error.ERR_UNAVAILABLE
    hosting.settle()

    assert client.get_packet_peer() == 1
    assert client.get_packets() == [b"to all"]


def test_arrivals_and_departures_reach_clients_with_a_full_queue(make) -> None:
    hosting = make(listens=False)
    hosting.server.set_buffers(64, 64, 64, 2)
    hosting.listen(gd_mp_api=True)
    players = [hosting.client("/", gd_mp_api=True) for _ in range(6)]
    hosting.settle()
    hosting.server.put_packet(b"fills")
    hosting.server.put_packet(b"the queue")

    players.pop().disconnect_from_host()
    players.append(hosting.client("/", gd_mp_api=True))
    hosting.settle()

    ids = {1, *hosting.server.get_peers()}
    assert [{*player.get_peers(), player.get_unique_id()} for player in players] == [ids] * 6


def test_broken_relay_messages_are_counted_and_the_client_stays(make, caplog) -> None:
    hosting = make(gd_mp_api=True)
    raw = hosting.raw(request())
    hosting.settle()
    for payload in (b"short", b"\1" + bytes(12), b"\0" + (7).to_bytes(4, "little") + bytes(4) + b"x"):
        raw.sendall(b"\x82" + bytes([0x80 | len(payload)]) + bytes(4) + payload)
    hosting.settle()

    assert hosting.server.get_statistics().messages_ignored == 3
    assert len(hosting.server.get_peers()) == 1


def test_calls_from_afar_run_on_the_host_and_on_the_clients(make) -> None:
    hosting = make(gd_mp_api=True)
    host_api, client_api = MultiplayerAPI(), MultiplayerAPI()
    host_root, client_root = Node("root"), Node("root")
    host, player = Player("player"), Player("player")
    host_root.add_child(host)
    client_root.add_child(player)
    host_api.root_node, host_api.network_peer = host_root, hosting.server
    client = hosting.client(gd_mp_api=True)
    client_api.root_node, client_api.network_peer = client_root, client
    hosting.settle()
    host_api.poll()
    client_api.poll()
    assert host_api.is_network_server()
    player.rpc_id(1, "say", "hello")
    host.rpc("say", "welcome")
    for _ in range(10):
        hosting.settle(1)
        host_api.poll()
        client_api.poll()

    assert host.heard == [(client.get_unique_id(), "hello")]
    assert player.heard == [(1, "welcome")]
