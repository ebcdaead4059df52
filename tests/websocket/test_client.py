"""Tests what each call of WebSocketClient returns in each state.

It also tests how attempts and connections end.
"""

from __future__ import annotations

import inspect
import logging

import pytest

from tests.support.client_states import STATES, URL, reach
from tests.support.fake_transport import SERVER, FakeNetwork, FakeTransport, failure
from tests.support.signal_log import signals_of
from wsclient.core.packet_peer import PacketPeer
from wsclient.ground.error import Error
from wsclient.protocol.events import CloseReceived, Ended, Failure, FailureKind, Stage
from wsclient.transport.native import NativeTransport
from wsclient.websocket.client import WebSocketClient
from wsclient.websocket.multiplayer_peer import WebSocketMultiplayerPeer

DISCONNECTED, CONNECTING, CONNECTED = 0, 1, 2


each_state = pytest.mark.parametrize("state", STATES)


# A fresh one


def test_a_fresh_client_has_godots_values(client: WebSocketClient) -> None:
    assert client.get_connection_status() is client.CONNECTION_DISCONNECTED
    assert client.get_unique_id() == 0
    assert client.verify_ssl is True
    assert client.trusted_ssl_certificate is None
    assert client.refuse_new_connections is False
    assert client.transfer_mode == client.TRANSFER_MODE_RELIABLE == 2
    assert client.allow_object_decoding is False
    assert client.encode_buffer_max_size == 8388608
    assert client.get_write_mode() == client.WRITE_MODE_BINARY == 1
    assert client.was_string_packet() is False
    assert client.get_available_packet_count() == 0
    assert client.get_packet_error() is Error.OK
    assert client.get_packet_peer() == 1


def test_a_fresh_client_has_our_values(client: WebSocketClient) -> None:
    assert client.last_error is None
    assert (client.close_code, client.close_reason) == (-1, "")
    assert client.get_latency() == -1.0
    assert client.auto_flush is True
    assert client.get_peers() == []
    assert client.get_message() is None
    assert (client.get_connected_host(), client.get_connected_port()) == ("", 0)


def test_polling_a_fresh_client_does_nothing(client: WebSocketClient, caplog: pytest.LogCaptureFixture) -> None:
    told = signals_of(client)

    client.poll()

    assert (told, caplog.records, client.last_error) == ([], [], None)


def test_the_hierarchy_is_godots() -> None:
    names = ["WebSocketMultiplayerPeer", "NetworkedMultiplayerPeer", "PacketPeer", "Reference", "Object"]
    bases = [base.__name__ for base in WebSocketClient.__mro__ if base.__module__.startswith("wsclient.")]

    assert bases[:6] == ["WebSocketClient", *names]
    assert all(WebSocketClient(transport=FakeNetwork()).is_class(name) for name in names)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("connect_to_url", "url, protocols=(), gd_mp_api=False, custom_headers=()"),
        ("disconnect_from_host", "code=1000, reason=''"),
        ("get_peer", "peer_id"),
        ("set_buffers", "input_buffer_size_kb, input_max_packets, output_buffer_size_kb, output_max_packets"),
        ("get_connected_host", ""),
        ("get_connected_port", ""),
        ("get_connection_status", ""),
        ("poll", ""),
        ("put_packet", "buffer"),
        ("set_verify_ssl_enabled", "enabled"),
    ],
)
def test_a_method_has_godots_arguments(method: str, arguments: str) -> None:
    parameters = list(inspect.signature(getattr(WebSocketClient, method)).parameters.values())[1:]

    bare = [str(each.replace(annotation=inspect.Parameter.empty)) for each in parameters]
    assert ", ".join(bare) == arguments


def test_without_another_transport_sockets_are_used() -> None:
    client = WebSocketClient()
    assert client.connect_to_url("ws://127.0.0.1:9") is Error.OK

    assert isinstance(client._link.transport, NativeTransport)
    client.disconnect_from_host()


# connect_to_url


@pytest.mark.parametrize("state", ["disconnected", "closing", "ended"])
def test_an_attempt_starts_when(state: str, client: WebSocketClient, network: FakeNetwork) -> None:
    reach(state, client, network)

    assert client.connect_to_url("ws://other:81/path?x=1") is Error.OK

    assert network.latest.request is not None
    assert str(network.latest.request.url) == "ws://other:81/path?x=***"
    assert client.get_connection_status() == CONNECTING
    assert network.latest.reads == []


@pytest.mark.parametrize("state", ["connecting", "open", "closed by the server"])
def test_an_attempt_is_refused_when(
    state: str, client: WebSocketClient, network: FakeNetwork, caplog: pytest.LogCaptureFixture
) -> None:
    reach(state, client, network)
    status, peer, before = client.get_connection_status(), client.get_peer(1), len(network.transports)

    assert client.connect_to_url("ws://other") is Error.ERR_ALREADY_IN_USE

    assert (client.get_connection_status(), client.get_peer(1), len(network.transports)) == (status, peer, before)
    assert client.last_error is not None
    assert (client.last_error.stage, client.last_error.error) == ("arguments", Error.ERR_ALREADY_IN_USE)
    assert client.last_error.hint == "Call disconnect_from_host() first."
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_requests_that_a_transport_cannot_open_are_refused(
    client: WebSocketClient, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach("closing", client, network)
    monkeypatch.setattr(FakeTransport, "refusal_of", lambda _self, request: f"a page cannot open {request.url.host}")

    assert client.connect_to_url("ws://other") is Error.ERR_UNAVAILABLE

    assert client.last_error is not None
    assert "A page cannot open other" in client.last_error.message
    assert client.get_connection_status() == CONNECTED, "the connection before is still closing"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param({"url": ""}, "host", id="H06-no-host"),
        pytest.param({"url": "http://host"}, "http", id="H06-scheme"),
        pytest.param({"url": "ws://host:0"}, "Port 0", id="H06-port"),
        pytest.param({"url": "ws://host/a b"}, "position 11", id="H06-space"),
        pytest.param({"url": URL, "protocols": ["a b"]}, "'a b'", id="H08-space"),
        pytest.param({"url": URL, "protocols": ["a", "a"]}, "twice", id="H08-twice"),
        pytest.param({"url": URL, "custom_headers": ["X: a\r\nY: b"]}, "X", id="H07-line-break"),
        pytest.param({"url": URL, "custom_headers": {"Upgrade": "x"}}, "Upgrade", id="H07-owned"),
        pytest.param({"url": URL, "custom_headers": ["no colon"]}, "colon", id="H07-no-colon"),
    ],
)
@each_state
def test_a_wrong_argument_is_refused_by_its_name(
    arguments: dict[str, object], words: str, state: str, client: WebSocketClient, network: FakeNetwork
) -> None:
    reach(state, client, network)
    told = signals_of(client)
    status, before = client.get_connection_status(), len(network.transports)

    assert client.connect_to_url(**arguments) is Error.ERR_INVALID_PARAMETER

    assert client.last_error is not None
    assert words in client.last_error.message
    assert client.last_error.stage == "arguments"
    assert (client.get_connection_status(), len(network.transports)) == (status, before)
    client.poll()
    assert told == []


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({"url": b"ws://host"}, id="url-bytes"),
        pytest.param({"url": None}, id="url-none"),
        pytest.param({"url": URL, "protocols": "chat"}, id="protocols-str"),
        pytest.param({"url": URL, "protocols": [1]}, id="protocol-int"),
        pytest.param({"url": URL, "custom_headers": "X: a"}, id="headers-str"),
        pytest.param({"url": URL, "custom_headers": {"X": 1}}, id="header-int"),
    ],
)
@each_state
def test_an_argument_of_a_wrong_type_raises(
    arguments: dict[str, object], state: str, client: WebSocketClient, network: FakeNetwork
) -> None:
    reach(state, client, network)
    status, before = client.get_connection_status(), len(network.transports)

    with pytest.raises(TypeError):
        client.connect_to_url(**arguments)

    assert (client.get_connection_status(), len(network.transports)) == (status, before)


@pytest.mark.parametrize(
    "headers", [["X-Token: secret", "Y:2"], {"X-Token": "secret", "Y": "2"}, ("X-Token: secret", "Y: 2")]
)
def test_the_arguments_reach_the_transport(headers, client: WebSocketClient, network: FakeNetwork) -> None:
    client.connect_to_url("wss://host:9001/path", ["chat", "game"], False, headers)

    request = network.latest.request
    assert request is not None
    assert (request.url.host, request.url.port, request.url.is_secure) == ("host", 9001, True)
    assert request.subprotocols == ("chat", "game")
    assert request.headers == (("X-Token", "secret"), ("Y", "2"))


def test_a_success_forgets_the_last_error(client: WebSocketClient) -> None:
    client.connect_to_url("")
    assert client.last_error is not None

    client.connect_to_url(URL)
    assert client.last_error is None


# What comes of it


def test_an_attempt_succeeds(client: WebSocketClient, network: FakeNetwork) -> None:
    told = signals_of(client)
    client.connect_to_url(URL, ["chat"])
    client.poll()
    assert (told, client.get_connection_status()) == ([], CONNECTING)

    network.latest.open_now("chat")
    client.poll()

    assert told == [("connection_established", "chat")]
    assert client.get_connection_status() == CONNECTED
    assert (client.get_connected_host(), client.get_connected_port()) == SERVER


def test_an_attempt_fails(client: WebSocketClient, network: FakeNetwork) -> None:
    told = signals_of(client)
    client.connect_to_url(URL)
    cause = ConnectionRefusedError("refused")
    reason = failure(FailureKind.HTTP_STATUS, Stage.HANDSHAKE, "host answered 404")
    network.latest.feed(Ended(was_clean=False, failure=reason.replace(cause=cause, http_status=404, http_body=b"no")))
    client.poll()

    assert told == [("connection_error",)]
    assert client.get_connection_status() == DISCONNECTED
    assert (client.close_code, client.close_reason) == (-1, "")
    last = client.last_error
    assert last is not None
    assert (last.stage, last.error, last.http_status, last.http_body) == (
        "handshake",
        Error.ERR_DOES_NOT_EXIST,
        404,
        b"no",
    )
    assert last.cause is cause
    assert network.latest.is_aborted


@pytest.mark.parametrize(
    ("kind", "stage"),
    [
        (FailureKind.NAME_NOT_FOUND, Stage.RESOLVE),
        (FailureKind.REFUSED, Stage.CONNECT),
        (FailureKind.CERTIFICATE, Stage.TLS),
        (FailureKind.TIMEOUT, Stage.HANDSHAKE),
    ],
)
def test_last_error_has_the_stage_reached(
    kind: FailureKind, stage: Stage, client: WebSocketClient, network: FakeNetwork
) -> None:
    client.connect_to_url(URL)
    network.latest.feed(Ended(was_clean=False, failure=failure(kind, stage)))
    client.poll()

    assert client.last_error is not None
    assert client.last_error.stage == stage.value


@pytest.mark.parametrize("was_clean", [True, False])
def test_a_connection_ends(was_clean: bool, client: WebSocketClient, transport: FakeTransport) -> None:
    told = signals_of(client)
    transport.feed(Ended(was_clean=was_clean))
    client.poll()

    assert told == [("connection_closed", was_clean)]
    assert client.get_connection_status() == DISCONNECTED
    assert client.last_error is None
    assert transport.is_aborted


def test_a_lost_connection_says_why(client: WebSocketClient, transport: FakeTransport) -> None:
    told = signals_of(client)
    transport.feed(Ended(was_clean=False, failure=failure(FailureKind.HEARTBEAT, Stage.OPEN, "no pong for 20 s")))
    client.poll()

    assert told == [("connection_closed", False)]
    assert client.last_error is not None
    assert client.last_error.message.startswith("The server has fallen silent: no pong for 20 s.")
    assert (client.close_code, client.close_reason) == (1006, "")


# What it shows


@each_state
def test_it_shows_its_state_and_its_url(state: str, client: WebSocketClient, network: FakeNetwork) -> None:
    reach(state, client, network)

    words = {"disconnected": "DISCONNECTED", "connecting": "CONNECTING ws://host/", "ended": "DISCONNECTED ws://host/"}
    assert repr(client) == f"<WebSocketClient {words.get(state, 'CONNECTED ws://host/')}>"


def test_it_shows_no_secret(client: WebSocketClient) -> None:
    client.connect_to_url("wss://joe:sesame@host/path?token=sesame", custom_headers=["X-Token: sesame"])

    assert repr(client) == "<WebSocketClient CONNECTING wss://host/path?token=***>"


def test_a_refused_url_shows_no_secret(client: WebSocketClient, caplog: pytest.LogCaptureFixture) -> None:
    client.connect_to_url("ws://joe:sesame@host:0/")
    client.connect_to_url(URL, custom_headers=["X-Token: sesame\n"])

    assert "sesame" not in caplog.text
    assert "sesame" not in repr(client.last_error)


def test_every_public_member_is_explained() -> None:
    for cls in (WebSocketClient, WebSocketMultiplayerPeer, PacketPeer):
        for name, member in vars(cls).items():
            is_public = not name.startswith("_") and (callable(member) or isinstance(member, property))
            is_explained = inspect.getdoc(member) or inspect.ismethoddescriptor(member)  # mypyc drops the docstrings
            assert not is_public or name.isupper() or is_explained, f"{cls.__name__}.{name}"


# What was refused, and why it ended


@pytest.mark.faults("B12")
def test_refused_calls_do_not_replace_the_failure_of_a_connection(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    transport.feed(Ended(was_clean=False, failure=failure(FailureKind.LOST)))
    client.poll()
    lost = client.last_error

    client.send_text("is anybody there?")

    assert lost is not None
    assert client.last_error is lost
    assert client.last_refusal is not None
    assert client.last_refusal.message == "Nothing can be sent while not connected."


def test_a_refused_attempt_counts_more_than_the_end_before(client: WebSocketClient, transport: FakeTransport) -> None:
    transport.feed(Ended(was_clean=False, failure=failure(FailureKind.LOST)))
    client.poll()

    client.connect_to_url("http://host")

    assert client.last_error is client.last_refusal
    assert client.last_error is not None
    assert client.last_error.error is Error.ERR_INVALID_PARAMETER


def test_the_next_attempt_forgets_both(client: WebSocketClient, transport: FakeTransport) -> None:
    client.set_buffers(0, 1, 1, 1)
    client.disconnect_from_host()

    client.connect_to_url(URL)

    assert (client.last_error, client.last_refusal) == (None, None)


@pytest.mark.faults("B3")
@pytest.mark.parametrize("code", [1009, 1011, 1008, 4408, 4500])
@pytest.mark.parametrize("ended", [None, failure(FailureKind.LOST)], ids=["clean", "torn"])
def test_a_close_with_a_reason_is_explained(
    client: WebSocketClient, transport: FakeTransport, code: int, ended: Failure | None
) -> None:
    client.send_text("\ud800")  # what this has left is replaced
    transport.feed(CloseReceived(code, "too much", is_answer=False), Ended(ended is None, ended))
    client.poll()

    assert client.last_error is not None
    assert f"code {code} (too much)" in client.last_error.message
    assert client.last_error.stage == "close"


@pytest.mark.parametrize("code", [1000, 1001, 1005])
def test_an_ordinary_close_is_no_failure(client: WebSocketClient, transport: FakeTransport, code: int) -> None:
    transport.feed(CloseReceived(code, "bye", is_answer=False), Ended(was_clean=True))
    client.poll()

    assert client.last_error is None


def test_our_own_code_in_the_answer_is_not_a_failure(client: WebSocketClient, transport: FakeTransport) -> None:
    client.disconnect_from_host(4000, "enough")
    transport.feed(CloseReceived(4000, "enough", is_answer=True), Ended(was_clean=True))
    client.poll()

    assert client.last_error is None


@pytest.mark.faults("B13")
def test_of_600_refused_calls_one_of_each_kind_is_logged(
    client: WebSocketClient, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(300):
        client.put_packet(b"x")
        client.send_text("\ud800")

    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) < 10
    assert sum("left out" not in line for line in lines) == 2
