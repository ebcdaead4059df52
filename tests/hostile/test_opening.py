"""Tests the opening handshake as it arrives, and what remains of it.

These are rows A08, A12, A17 to A21, A24, A25, A27 and A28.
"""

from __future__ import annotations

from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.scenario import MemoryWorld, Scene, executed_lines
from tests.hostile.wire import BINARY, PING, PONG, TEXT, close, frame
from tests.support.every_way import splits

FRAMES = frame(TEXT, b"one") + frame(PING, b"?") + frame(BINARY, b"two") + frame(TEXT, "drei \u00fc".encode())
TOLD: list[tuple[object, ...]] = [("established", ""), ("data", "one"), ("data", b"two"), ("data", "drei \u00fc")]

SECRETS = ("user", "hunter2", "Authorization", "Cookie", "c00kie", "X-Token", "t0ken", "qu3ry")


@pytest.mark.hostile("A08")
def test_a_dripping_head_ends_at_the_timeout(scene: Scene) -> None:
    server = scene.connect()
    server.send(server.agreement(*["x: y"] * 100))
    server.piece = 1
    scene.wait(9.9)

    assert scene.told == []
    assert server.sent >= 90
    scene.wait(0.2)
    scene.fails("did not answer the request within 10 s")


@pytest.mark.hostile("A12")
@pytest.mark.parametrize(
    "connection",
    [
        pytest.param("Connection: keep-alive, Upgrade", id="A12-keep-alive"),
        pytest.param("Connection: upgrade", id="A12-lower-case"),
        pytest.param("connection:UPGRADE", id="A12-upper-case"),
        pytest.param("Connection: ,\t,Upgrade ,", id="A12-empty-elements"),
        pytest.param("Connection: keep-alive\r\nConnection: Upgrade", id="A12-two-lines"),
    ],
)
def test_an_upgrade_among_other_options_opens(scene: Scene, connection: str) -> None:
    server = scene.connect()
    server.send(server.agreement(connection=connection), close())

    scene.closes(1000, is_clean=True, before=[("close_request", 1000, "")])


@pytest.mark.hostile("A17")
def test_frames_in_the_segment_of_the_reply_are_reported_in_order(loopback: Scene) -> None:
    server = loopback.open(behind=FRAMES)
    loopback.run(lambda: len(loopback.told) == len(TOLD) and server.frames)

    assert loopback.told == TOLD
    assert [(sent.opcode, sent.payload) for sent in server.frames] == [(PONG, b"?")]
    server.send(close(1001))
    loopback.closes(1001, is_clean=True)


@pytest.mark.hostile("A17", "A18")
def test_a_reply_may_be_split_anywhere_and_into_bytes() -> None:
    with Scene(MemoryWorld()) as whole:
        size = len(whole.connect().agreement() + FRAMES)
    for pieces in splits(bytes(size)):
        with Scene(MemoryWorld()) as scene:
            server = scene.connect()
            reply, start = server.agreement() + FRAMES, 0
            for piece in pieces:
                server.send(reply[start : start + len(piece)])
                scene.step()
                scene.step()
                start += len(piece)
            scene.run()

            assert scene.told == TOLD, f"split into {[len(piece) for piece in pieces]}"


@pytest.mark.hostile("A19")
@pytest.mark.parametrize("status", [pytest.param(100, id="A19-100"), pytest.param(103, id="A19-103")])
def test_interim_replies_are_skipped(scene: Scene, status: int) -> None:
    server = scene.connect()
    server.send(f"HTTP/1.1 {status} Wait\r\nX: y\r\n\r\n".encode() * 3, server.agreement(), FRAMES, close())

    scene.closes(1000, is_clean=True, before=[*TOLD[1:], ("close_request", 1000, "")])


@pytest.mark.hostile("A19")
def test_endless_interim_replies_open_nothing(scene: Scene) -> None:
    server = scene.connect()
    server.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 200)

    scene.fails("sent 100 again and again")


@pytest.mark.hostile("A20")
def test_a_reply_followed_by_fin_opens_and_ends(loopback: Scene) -> None:
    server = loopback.connect()
    server.send(server.agreement(), FRAMES)
    server.end_behind()

    loopback.closes(says="without a Close frame", before=TOLD[1:])


@pytest.mark.hostile("A20")
@pytest.mark.parametrize(
    ("size", "says"),
    [
        pytest.param(0, "without an answer", id="A20-nothing"),
        pytest.param(1, "in the middle of its reply", id="A20-one-byte"),
        pytest.param(-1, "in the middle of its reply", id="A20-all-but-the-last"),
    ],
)
def test_half_a_reply_followed_by_fin_opens_nothing(loopback: Scene, size: int, says: str) -> None:
    server = loopback.connect()
    server.send(server.agreement()[:size])
    server.end_behind()

    loopback.fails(says)


@pytest.mark.hostile("A21")
def test_of_a_page_of_1_gib_4_kib_are_read(scene: Scene) -> None:
    server = scene.connect()
    server.send(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 1073741824\r\n\r\n")
    server.send_from(repeat(b"x" * 1024, 1024 * 1024))
    server.piece = 4096
    scene.run(lambda: scene.is_over)

    assert scene.read_bytes <= 3 * 4096
    assert scene.client.last_error is not None
    assert scene.client.last_error.http_body == b"x" * 4096
    scene.fails("credentials", status=401)


@pytest.mark.hostile("A24")
def test_a_redirect_has_no_secrets_and_shows_none(scene: Scene) -> None:
    url = "ws://user:hunter2@game.example/?token=qu3ry"
    assert not scene.client.connect_to_url(url, custom_headers=["Cookie: c00kie", "X-Token: t0ken"])
    scene.run(lambda: scene.servers and scene.server.request)
    target = b"Location: ws://user:hunter2@evil.example/?token=qu3ry"
    scene.server.send(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n" + target + b"\r\n\r\n")
    scene.run(lambda: scene.is_over)
    scene.wait(1.0)

    assert len(scene.servers) == 1
    assert scene.client.last_error is not None
    assert [secret for secret in SECRETS if secret in scene.client.last_error.message] == []
    scene.fails("redirects to 'ws://evil.example/'", status=302)


@pytest.mark.hostile("A25")
def test_a_redirect_out_of_tls_is_refused(secure: Scene) -> None:
    secure.connect().send(b"HTTP/1.1 301 Moved\r\nLocation: ws://game.example/\r\nContent-Length: 0\r\n\r\n")
    secure.run(lambda: secure.is_over)
    secure.wait(1.0)

    assert len(secure.servers) == 1
    secure.fails("redirects to 'ws://game.example/'", status=301)


HEADS = st.lists(
    st.sampled_from(
        [
            b"HTTP/1.1 101 Switching Protocols\r\n",
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\n",
            b"Upgrade: websocket\r\n",
            b"Connection: Upgrade\r\n",
            b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
            b"Sec-WebSocket-Protocol: a\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Content-Length: 3\r\n",
            b"\r\n",
            b"\n",
            b"\0",
            b": ",
            b'"',
            b",",
            b"ffffffffff\r\n",
            b" " * 8192,
        ]
    )
    | st.binary(max_size=100),
    max_size=20,
).map(b"".join)


@pytest.mark.hostile("A27")
@given(data=HEADS | st.binary(max_size=65536), piece=st.integers(1, 70000))
def test_no_head_whatever_opens_or_raises(data: bytes, piece: int) -> None:
    with Scene(MemoryWorld()) as scene:
        server = scene.connect()
        server.send(data)
        server.piece = max(piece, len(data) // 64)
        server.end_behind()
        scene.run(lambda: scene.is_over)
        failure = scene.client.last_error

        assert failure is not None
        scene.fails(status=failure.http_status)


@pytest.mark.hostile("A27")
@given(data=st.data())
def test_an_agreement_with_anything_in_it_opens_or_fails(data: st.DataObject) -> None:
    with Scene(MemoryWorld()) as scene:
        server = scene.connect()
        reply = server.agreement()
        start = data.draw(st.integers(0, len(reply)), label="start")
        end = start + data.draw(st.integers(0, 3), label="removed")
        server.send(reply[:start], data.draw(st.binary(max_size=3), label="inserted"), reply[end:])
        server.end_behind()
        scene.run(lambda: scene.is_over)

        if scene.told[0] == ("established", ""):
            assert [told[0] for told in scene.told] in (["established", "closed"], ["established", "data", "closed"])
        else:
            assert scene.told == [("error",)]


@pytest.mark.hostile("A28")
@pytest.mark.parametrize(
    "name", [pytest.param("Sec-WebSocket-Extensions", id="A28-extensions"), pytest.param("Connection", id="A28-lists")]
)
@pytest.mark.parametrize("filler", [" ", ",", '"', "\\", '",', '"\\', "a;", "=", 'a="b",', "\t,"])
@pytest.mark.parametrize("count", [1, 8])
def test_64_kib_of_one_character_cost_a_bounded_number_of_steps(
    scene: Scene, name: str, filler: str, count: int
) -> None:
    lines = [f"{name}: {filler * (8000 // len(filler))}"] * count
    server = scene.connect(protocols=["chat"])
    server.send(server.agreement(*lines, "Sec-WebSocket-Protocol: chat", connection=None))
    with executed_lines() as executed:
        scene.run(lambda: scene.is_over)

    assert executed[0] < 6 * 8192  # one line's worth, whatever there is
    scene.fails(status=101)
