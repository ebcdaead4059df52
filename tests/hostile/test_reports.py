"""What public bug reports of other clients, servers and engines describe.

Each id names the project and the number of its report.
"""

from __future__ import annotations

import random
import zlib
from typing import TYPE_CHECKING

import pytest

from tests.hostile.deflating import RSV1, Compressor, open_compressed
from tests.hostile.wire import BINARY, CONTINUATION, PING, PONG, TEXT, close, frame
from wsclient import Error
from wsclient.protocol.deflate import accept_offer
from wsclient.protocol.handshake import elements
from wsclient.protocol.server_handshake import Request, ServerHandshake
from wsclient.protocol.url import URL
from wsclient.transport.opening.no_proxy import is_excepted

if TYPE_CHECKING:
    from tests.hostile.scenario import Scene

CHATTER = b"hello hello hello"


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"connection": "Connection: Upgrade, Keep-Alive"}, id="websocket-client-626"),
        pytest.param({"connection": "Connection: keep-alive,upgrade"}, id="WebSocket-for-Python-3"),
        pytest.param({"upgrade": "Upgrade: WebSocket"}, id="picows-115"),
        pytest.param({"status": "HTTP/1.1 101 "}, id="tydom_python-1"),
        pytest.param({"status": "HTTP/1.1 101 Switching Protocols\r\nContent-Length: 0"}, id="suave-626"),
    ],
)
def test_a_reply_that_is_written_differently_opens(scene: Scene, changed: dict[str, str]) -> None:
    server = scene.connect()
    server.send(server.agreement(**changed), frame(TEXT, b"welcome"))

    scene.run(lambda: scene.messages)
    scene.wait(10.0)
    assert scene.told == [("established", ""), ("data", "welcome")]


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(frame(PONG) + frame(TEXT, Compressor().payload(CHATTER), rsv=RSV1), id="aiohttp-13274"),
        pytest.param(
            frame(TEXT, Compressor().payload(CHATTER)[:4], rsv=RSV1, is_final=False)
            + frame(PING)
            + frame(CONTINUATION, Compressor().payload(CHATTER)[4:]),
            id="aiohttp-12988",
        ),
    ],
)
def test_control_frames_leave_compression_alone(scene: Scene, wire: bytes) -> None:
    open_compressed(scene).send(wire)

    scene.run(lambda: scene.messages)
    assert scene.messages == [CHATTER.decode()]


@pytest.mark.parametrize("size", [10, 200_000])
@pytest.mark.parametrize("octet", [b"", b"\0"], ids=["bun-34105", "bun-34105-with-the-octet-of-RFC-7692"])
def test_messages_behind_a_final_block_are_read(scene: Scene, size: int, octet: bytes) -> None:
    server = open_compressed(scene)
    first, rest = random.Random(1).randbytes(size), Compressor()
    ending = zlib.compressobj(9, zlib.DEFLATED, -15)
    payloads = [ending.compress(first) + ending.flush() + octet, rest.payload(b"second"), rest.payload(b"second third")]
    server.send(*(frame(BINARY, each, rsv=RSV1) for each in payloads))

    scene.run(lambda: len(scene.messages) > 2)
    assert scene.messages == [first, b"second", b"second third"]


def test_a_message_before_a_close_in_the_same_packet_is_reported(scene: Scene) -> None:  # godot-107442
    server = scene.connect()
    server.send(server.agreement(), frame(TEXT, b"bye"), close(4000, b"kicked"))
    server.end_behind()

    scene.run(lambda: scene.is_over)
    assert scene.told == [("established", ""), ("data", "bye"), ("close_request", 4000, "kicked"), ("closed", True)]


def test_handlers_of_the_end_see_a_client_that_is_disconnected(scene: Scene) -> None:  # godot-36945, godot-97899
    seen: list[int] = []
    scene.client.connection_closed.connect(lambda _was_clean: seen.append(scene.client.get_connection_status()))
    scene.client.set_buffers(64, 1024, 64, 1024)
    scene.open().send(frame(BINARY, bytes(131_072)), frame(BINARY, bytes(100)))

    scene.closes(1009, "limit 65536")
    assert seen[0] == scene.client.CONNECTION_DISCONNECTED


def test_a_message_behind_our_close_is_reported(scene: Scene) -> None:  # tokio-tungstenite-69
    server = scene.open()
    scene.client.disconnect_from_host()
    scene.run(lambda: server.close_codes)
    server.send(frame(TEXT, b"late"), close())

    scene.closes(1000, is_clean=True, before=[("data", "late")])


def test_a_server_that_is_gone_ends_a_close_with_unsent_data(scene: Scene) -> None:  # tungstenite-rs-183
    server = scene.open()
    server.is_deaf = True
    for _ in range(14):
        assert scene.client.put_packet(bytes(1 << 20)) == Error.OK
    scene.step()
    scene.client.disconnect_from_host()
    server.reset()

    scene.closes(None, "connection reset", stage="close", before=[])


def test_the_end_of_an_earlier_connection_does_not_reach_the_next_one(scene: Scene) -> None:  # closure-library-362
    earlier = scene.open()
    scene.client.disconnect_from_host()
    server = scene.open()
    earlier.send(close())
    server.send(frame(TEXT, b"new"))

    scene.run(lambda: scene.messages)
    assert scene.told == [("established", ""), ("closed", False), ("established", ""), ("data", "new")]


def test_a_ping_that_is_cut_in_its_header_is_answered(scene: Scene) -> None:  # aiohttp-1951
    server = scene.open()
    server.piece = 1
    server.send(frame(PING), frame(PING, b"ab"))

    scene.run(lambda: len(server.frames) > 1)
    assert [(sent.opcode, sent.payload) for sent in server.frames] == [(PONG, b""), (PONG, b"ab")]


def test_pongs_behind_a_frame_of_many_heartbeats_are_waited_for(scene: Scene) -> None:  # aiohttp-12029
    scene.client.heartbeat_interval = 2.0
    server = scene.open()
    wire = frame(BINARY, bytes(100))
    for at in range(10):  # a byte now and then, so that it is not silent
        server.send(wire[at : at + 1])
        scene.wait(1.9)
    server.send(wire[10:])
    scene.run(lambda: scene.messages)
    scene.wait(1.9)
    pings = [sent.payload for sent in server.frames if sent.opcode == PING]
    server.send(frame(PONG, pings[-1]))
    scene.wait(1.9)

    assert not scene.is_over, scene.client.last_error


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        pytest.param("/a%20b?q=é", "/a%20b?q=%C3%A9", id="websockets-1769"),
        pytest.param("/a%2Fb?x=%", "/a%2Fb?x=%", id="jetty-4296"),
    ],
)
def test_what_is_percent_encoded_stays_as_it_is(scene: Scene, path: str, sent: str) -> None:
    assert scene.connect(path).request.startswith(f"GET {sent} HTTP/1.1\r\n".encode())


@pytest.mark.parametrize(
    ("url", "host"),
    [
        pytest.param("ws://[fe80::204:3dff:fe00:1d97%eth0]/", "[fe80::204:3dff:fe00:1d97]", id="WebSocket-Node-303"),
        pytest.param("ws://[fd00:10:0:0::1]:8081/chat", "[fd00:10::1]:8081", id="autobahn-testsuite-75"),
    ],
)
def test_an_ipv6_address_has_its_brackets_in_the_host_field(url: str, host: str) -> None:
    assert URL.parse(url).host_header == host


@pytest.mark.parametrize(
    ("host", "exceptions", "is_direct"),
    [
        pytest.param("bar", "foo, bar", True, id="websocket-client-1041"),
        pytest.param("www.example.com", "example.com", True, id="websocket-client-968"),
        pytest.param("badexample.com", "example.com", False, id="websocket-client-968-no-part-of-a-label"),
        pytest.param("www.example.com", ".example.com", True, id="websocket-client-671-domain"),
        pytest.param("bar", "*", True, id="websocket-client-671-star"),
        pytest.param("192.168.2.159", "192.168.0.0/16", True, id="websocket-client-270"),
    ],
)
def test_no_proxy_is_read_as_others_read_it(host: str, exceptions: str, is_direct: bool) -> None:
    assert is_excepted(host, 80, exceptions) is is_direct


def test_a_server_reads_the_name_of_the_protocol_in_any_case() -> None:  # picows-115
    fields = ["Host: x", "Upgrade: WebSocket", "Connection: upgrade", "Sec-WebSocket-Version: 13"]
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    request = ServerHandshake().receive_data("\r\n".join(["GET / HTTP/1.1", *fields, key, "", ""]).encode())

    assert isinstance(request, Request)


@pytest.mark.parametrize(
    "offer",
    [
        pytest.param('x; y=",permessage-deflate; client_max_window_bits,"', id="ws-1235"),
        pytest.param("constructor, ;constructor", id="ws-nsp-550"),
    ],
)
def test_a_server_finds_no_offer_of_compression_in_other_words(offer: str) -> None:
    assert accept_offer(elements([offer])) is None
