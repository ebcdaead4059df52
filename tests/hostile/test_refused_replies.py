"""Tests that replies which open nothing end the attempt with a reason.

These are rows A01 to A07, A09 to A15, A21 to A23, A26, A29 and A30.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hostile.raw_server import RawServer
    from tests.hostile.scenario import Scene

A_LINE = 8192  # bytes, the most that a line of a reply may have; see the limits in the reference


def refusal(status: int, *lines: str, body: bytes = b"") -> bytes:
    """A reply with a status, and a body of a length that is said."""
    head = "\r\n".join([f"HTTP/1.1 {status} Why", *lines, f"Content-Length: {len(body)}", "", ""])
    return head.encode("latin-1") + body


@pytest.mark.hostile("A01", "A30")
@pytest.mark.parametrize(
    ("reply", "status", "says"),
    [
        pytest.param(refusal(200), 200, "not a WebSocket; check the port and the path", id="A01-200"),
        pytest.param(refusal(204), 204, "not a WebSocket", id="A01-204"),
        pytest.param(refusal(301), 301, "does not say where", id="A01-301-without-Location"),
        pytest.param(refusal(400), 400, "did not understand", id="A01-400"),
        pytest.param(refusal(401), 401, "credentials", id="A01-401"),
        pytest.param(refusal(403), 403, "does not let this client in", id="A01-403"),
        pytest.param(refusal(404), 404, "nothing at this path", id="A01-404"),
        pytest.param(refusal(426), 426, "no upgrade", id="A01-426"),
        pytest.param(refusal(500), 500, "failed", id="A01-500"),
        pytest.param(refusal(503), 503, "overloaded", id="A01-503"),
        pytest.param(refusal(999), 999, "not a WebSocket", id="A01-999"),
        pytest.param(
            refusal(200, "Content-Type: text/html; charset=utf-8", body=b"Please log in"),
            200,
            "captive portal?",
            id="A30-declared",
        ),
        pytest.param(refusal(200, body=b"\n<!DOCTYPE html><html>"), 200, "captive portal?", id="A30-undeclared"),
        pytest.param(refusal(511), 511, "captive portal?", id="A30-511"),
    ],
)
def test_a_status_is_reported_with_advice(scene: Scene, reply: bytes, status: int, says: str) -> None:
    scene.connect().send(reply)

    scene.fails(says, status=status)


@pytest.mark.hostile("A01")
@pytest.mark.parametrize("size", [pytest.param(4096, id="A01-4096"), pytest.param(4097, id="A01-4097")])
def test_the_first_4_kib_of_a_page_are_kept(scene: Scene, size: int) -> None:
    scene.connect().send(refusal(404, body=bytes(range(256)) * 17)[: -17 * 256 + size])
    scene.server.end_behind()
    scene.run(lambda: scene.is_over)

    assert scene.client.last_error is not None
    assert scene.client.last_error.http_body == bytes(range(256)) * 16
    scene.fails(status=404)


@pytest.mark.hostile("A02", "A03")
@pytest.mark.parametrize(
    ("reply", "says"),
    [
        pytest.param(b"\r\n\r\n\r\n", "not a WebSocket server", id="A03-empty-lines"),
        pytest.param(b"\x00" * 100, "not a WebSocket server", id="A03-zeros"),
        pytest.param(b"hello world\r\n", "not a WebSocket server", id="A03-words"),
        pytest.param(b"http/1.1 101 OK\r\n\r\n", "not a WebSocket server", id="A03-lower-case"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", "an SSH server", id="A03-ssh"),
        pytest.param(b"220 mail.example ESMTP\r\n", "a mail or FTP server", id="A03-smtp"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2", id="A03-http2-preface"),
        pytest.param(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00", "not a WebSocket server", id="A03-http2-settings"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00", "try wss://", id="A03-tls-client-hello"),
        pytest.param(b"\x15\x03\x03\x00\x02\x02\x46", "try wss://", id="A03-tls-alert"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", "echoes", id="A03-our-own-request"),
        pytest.param(b"HTTP/2.0 101 OK\r\n\r\n", "status line is malformed", id="A02-http-2.0"),
        pytest.param(b"HTTP/1.1 1O1 OK\r\n\r\n", "status line is malformed", id="A03-letters-in-the-status"),
        pytest.param(b"HTTP/1.1 0101 OK\r\n\r\n", "status line is malformed", id="A03-four-digits"),
        pytest.param(b"HTTP/1.1 99 OK\r\n\r\n", "status line is malformed", id="A03-two-digits"),
        pytest.param(b"HTTP/1.1 -10 OK\r\n\r\n", "status line is malformed", id="A03-negative"),
        pytest.param("HTTP/1.1 \u0661\u0660\u0661\r\n".encode(), "status line is malformed", id="A03-other-digits"),
        pytest.param(b"HTTP/1.1\t101 OK\r\n\r\n", "status line is malformed", id="A03-tab"),
        pytest.param(b"HTTP/1.1 101 O\x1bK\r\n\r\n", "status line is malformed", id="A03-escape-character"),
    ],
)
def test_other_data_than_an_http_1_1_reply_is_identified(scene: Scene, reply: bytes, says: str) -> None:
    scene.connect().send(reply)

    scene.fails(says)


@pytest.mark.hostile("A02", "A11", "A12", "A13")
@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param({"status": "HTTP/1.0 101 Switching Protocols"}, "HTTP/1.0", id="A02"),
        pytest.param({"upgrade": None}, "'Upgrade: websocket', not none", id="A11-missing"),
        pytest.param(
            {"upgrade": "Upgrade: websocket\r\nUpgrade: websocket"}, "one header 'Upgrade", id="A11-duplicate"
        ),
        pytest.param({"upgrade": "Upgrade: websocket, websocket"}, "one header 'Upgrade", id="A11-twice-in-one"),
        pytest.param({"upgrade": "Upgrade: h2c"}, "not 'h2c'", id="A11-wrong"),
        pytest.param({"upgrade": "Upgrade:"}, "one header 'Upgrade", id="A11-empty"),
        pytest.param({"upgrade": "Upgrade: websocket2"}, "one header 'Upgrade", id="A11-longer"),
        pytest.param({"connection": "Connection: close"}, "not 'close'", id="A12-close"),
        pytest.param({"connection": "Connection: keep-alive"}, "not 'keep-alive'", id="A12-keep-alive"),
        pytest.param({"connection": None}, "'Connection: Upgrade', not none", id="A12-missing"),
        pytest.param({"connection": "Connection: upgraded"}, "not 'upgraded'", id="A12-longer"),
        pytest.param({"connection": 'Connection: "a, upgrade"'}, "Connection: Upgrade", id="A12-quoted"),
        pytest.param({"accept": None}, "Sec-WebSocket-Accept", id="A13-missing"),
        pytest.param({"accept": "Sec-WebSocket-Accept:"}, "Sec-WebSocket-Accept", id="A13-empty"),
        pytest.param({"accept": "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}, "key", id="A13-wrong"),
        pytest.param({"accept": "Sec-WebSocket-Accept: \xe9\xff"}, "key", id="A13-not-ascii"),
    ],
)
def test_an_agreement_that_is_wrong_in_one_header_opens_nothing(
    scene: Scene, changed: dict[str, str | None], says: str
) -> None:
    server = scene.connect()
    server.send(server.agreement(**changed))

    scene.fails(says, status=101)


@pytest.mark.hostile("A13", "A29")
@pytest.mark.parametrize(
    "alter",
    [
        pytest.param(lambda key: f"{key}\r\nSec-WebSocket-Accept: {key}", id="A13-duplicated"),
        pytest.param(str.swapcase, id="A13-wrong-case"),
        pytest.param(lambda key: key[:-1], id="A13-without-padding"),
        pytest.param(lambda key: f"{key}=", id="A13-padded-more"),
        pytest.param(lambda key: f'"{key}"', id="A13-quoted"),
        pytest.param(lambda key: f"{key}, {key}", id="A13-listed-twice"),
    ],
)
def test_an_accept_key_that_is_nearly_right_opens_nothing(scene: Scene, alter: Callable[[str], str]) -> None:
    server = scene.connect()
    server.send(server.agreement(accept=f"Sec-WebSocket-Accept: {alter(server.accept_key)}"))

    scene.fails("something else may have answered", status=101)


@pytest.mark.hostile("A29")
def test_the_reply_to_an_earlier_key_opens_nothing(scene: Scene) -> None:
    earlier = scene.connect()
    reply = earlier.agreement()
    scene.client.disconnect_from_host()
    scene.connect().send(reply)

    scene.fails("something else may have answered", status=101)


@pytest.mark.hostile("A04", "A05", "A06", "A07")
@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(
            lambda server: server.agreement(status="HTTP/1.1 101 ".ljust(A_LINE + 1, "x")),
            "a line of more than 8192 bytes",
            id="A04-8193",
        ),
        pytest.param(
            lambda server: server.agreement("x:".ljust(A_LINE + 1, "x")),
            "a line of more than 8192 bytes",
            id="A07-8193",
        ),
        pytest.param(lambda server: server.agreement(*["x: y"] * 126), "more than 128 header lines", id="A06-129"),
    ],
)
def test_a_head_over_a_limit_opens_nothing(scene: Scene, make: Callable[[RawServer], bytes], says: str) -> None:
    server = scene.connect()
    server.send(make(server))

    scene.fails(says)


@pytest.mark.hostile("A04", "A06", "A07")
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda server: server.agreement(status="HTTP/1.1 101 ".ljust(A_LINE, "x")), id="A04-8192"),
        pytest.param(lambda server: server.agreement("x:".ljust(A_LINE, "x")), id="A07-8192"),
        pytest.param(lambda server: server.agreement(*["x: y"] * 125), id="A06-128"),
    ],
)
def test_a_head_at_a_limit_opens(scene: Scene, make: Callable[[RawServer], bytes]) -> None:
    server = scene.connect()
    server.send(make(server))
    server.end_behind()

    scene.closes(before=[], says="without a Close frame")


@pytest.mark.hostile("A05", "A06", "A07", "A21")
@pytest.mark.parametrize(
    ("start", "goes_on", "says"),
    [
        pytest.param(b"HTTP/1.1 101 ", b"x" * 1000, "a line of more than", id="A05-status-line"),
        pytest.param(b"HTTP/1.1 101 OK\r\nx: ", b"y" * 1000, "a line of more than", id="A07-header"),
        pytest.param(b"HTTP/1.1 101 OK\r\n", b"x: y\r\n" * 100, "more than 128 header lines", id="A06-headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", b"z" * 1000, "the server answered 200", id="A21-page"),
    ],
)
def test_a_reply_without_an_end_is_read_to_its_limit_only(
    scene: Scene, start: bytes, goes_on: bytes, says: str
) -> None:
    server = scene.connect()
    server.send_from([start])
    server.send_from(repeat(goes_on))
    server.piece = 5000
    scene.run(lambda: scene.is_over)

    assert scene.read_bytes <= 2 * A_LINE + server.piece
    scene.fails(says, status=200 if goes_on.startswith(b"z") else None)


@pytest.mark.hostile("A09", "A10")
@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param(b"Upgrade: websocket", b"Upgrade: web\r\n socket", "folded", id="A09-fold-by-space"),
        pytest.param(b"Upgrade: websocket", b"Upgrade:\r\n\twebsocket", "folded", id="A09-fold-by-tab"),
        pytest.param(b"Protocols\r\n", b"Protocols\r\n X: y\r\n", "folded", id="A09-fold-of-the-status-line"),
        pytest.param(b"Upgrade: websocket", b"Upgrade : websocket", "header name", id="A09-space-before-colon"),
        pytest.param(b"Upgrade: websocket", b"Upgrade\t: websocket", "header name", id="A09-tab-before-colon"),
        pytest.param(b"Upgrade: websocket", b"Upgrade: web\0socket", "control character", id="A09-nul"),
        pytest.param(b"Upgrade: websocket", b"Upgrade: web\rsocket", "control character", id="A09-cr"),
        pytest.param(b"Upgrade: websocket", b"Upgrade: web\nsocket", "without a carriage return", id="A09-lf"),
        pytest.param(b"Upgrade: websocket", b"Upgrade: websocket\r", "control character", id="A09-cr-at-the-end"),
        pytest.param(b"Upgrade: websocket", b"Upgrade: web\x7fsocket", "control character", id="A09-delete"),
        pytest.param(b"Upgrade: websocket", b"Upgr\xe4de: websocket", "header name", id="A09-latin-1-name"),
        pytest.param(b"Upgrade: websocket", "Üpgrade: websocket".encode(), "header name", id="A09-utf-8-name"),
        pytest.param(b"Upgrade: websocket", b": websocket", "header name", id="A09-no-name"),
        pytest.param(b"Upgrade: websocket", b"Upgrade websocket", "without a colon", id="A09-no-colon"),
        pytest.param(b"Upgrade: websocket", b"(Upgrade): websocket", "header name", id="A09-no-token"),
        pytest.param(b"\r\n", b"\n", "without a carriage return", id="A10-everywhere"),
        pytest.param(b"websocket\r\n", b"websocket\n", "without a carriage return", id="A10-one-line"),
        pytest.param(b"\r\n\r\n", b"\r\n\n", "without a carriage return", id="A10-the-last-line"),
        pytest.param(b"\r\n\r\n", b"\n\r\n", "without a carriage return", id="A10-the-last-header"),
    ],
)
def test_a_head_that_two_readers_could_read_in_two_ways_opens_nothing(
    scene: Scene, old: bytes, new: bytes, says: str
) -> None:
    server = scene.connect()
    assert old in server.agreement()
    server.send(server.agreement().replace(old, new))

    scene.fails(says)


@pytest.mark.hostile("A14")
@pytest.mark.parametrize(
    ("asked", "lines", "says"),
    [
        pytest.param([], ["chat"], "none was asked for", id="A14-unrequested"),
        pytest.param(["chat"], ["talk"], "'talk', which was not asked for (chat)", id="A14-another"),
        pytest.param(["chat"], ["CHAT"], "which was not asked for", id="A14-another-case"),
        pytest.param(["a", "b"], ["a", "b"], "'a, b', which was not asked for", id="A14-two-lines"),
        pytest.param(["a", "b"], ["a, b"], "'a, b', which was not asked for", id="A14-two-in-one"),
        pytest.param(["chat"], ["chat room"], "which was not asked for", id="A14-space-inside"),
        pytest.param(["chat"], [], "chose none of the subprotocols", id="A14-none"),
        pytest.param(["chat"], [""], "which was not asked for", id="A14-empty"),
    ],
)
def test_an_unrequested_subprotocol_ends_the_attempt(
    scene: Scene, asked: list[str], lines: list[str], says: str
) -> None:
    server = scene.connect(protocols=asked)
    server.send(server.agreement(*(f"Sec-WebSocket-Protocol: {line}" for line in lines)))

    scene.fails(says, status=101)


@pytest.mark.hostile("A15")
@pytest.mark.parametrize(
    "extensions",
    [
        pytest.param("permessage-deflate", id="A15-unrequested"),
        pytest.param("x-unknown", id="A15-unknown"),
    ],
)
def test_an_extension_that_was_not_offered_opens_nothing(scene: Scene, extensions: str) -> None:
    server = scene.connect()
    server.send(server.agreement(f"Sec-WebSocket-Extensions: {extensions}"))

    scene.fails("an extension that was not offered", status=101)


@pytest.mark.hostile("A22")
@pytest.mark.parametrize(
    ("head", "body", "kept"),
    [
        pytest.param("Transfer-Encoding: chunked", b"3\r\nabc\r\n0\r\n\r\n", b"abc", id="A22-as-it-should-be"),
        pytest.param("Transfer-Encoding: chunked", b"zz\r\nabc\r\n", b"", id="A22-no-number"),
        pytest.param("Transfer-Encoding: chunked", b"-3\r\nabc\r\n", b"", id="A22-negative"),
        pytest.param("Transfer-Encoding: chunked", b"0x3\r\nabc\r\n", b"", id="A22-prefix"),
        pytest.param("Transfer-Encoding: chunked", b"+3\r\nabc\r\n", b"", id="A22-sign"),
        pytest.param("Transfer-Encoding: chunked", b"1_0\r\nabc\r\n", b"", id="A22-underscore"),
        pytest.param("Transfer-Encoding: chunked", b"\r\nabc\r\n", b"", id="A22-no-size"),
        pytest.param("Transfer-Encoding: chunked", b"f" * 16 + b"\r\nabc", b"", id="A22-16-digits"),
        pytest.param("Transfer-Encoding: chunked", b"0" * 5000, b"", id="A22-endless-size"),
        pytest.param("Transfer-Encoding: chunked", b"3;" + b"x" * 5000, b"", id="A22-endless-chunk-extension"),
        pytest.param("Transfer-Encoding: chunked", b"3\r\nabcde\r\n0\r\n\r\n", b"abc", id="A22-longer-than-said"),
        pytest.param("Transfer-Encoding: chunked", b"3\r\nabc\r\nzz\r\n", b"abc", id="A22-bad-second-size"),
        pytest.param("Transfer-Encoding: gzip, chunked", b"3\r\nabc\r\n0\r\n", b"abc", id="A22-another-coding"),
        pytest.param("Transfer-Encoding: chunked\r\nContent-Length: 3", b"3\r\nabc\r\n0\r\n", b"abc", id="A22-both"),
        pytest.param("Content-Length: 3\r\nContent-Length: 3", b"abc", b"abc", id="A22-length-twice"),
        pytest.param("Content-Length: 3\r\nContent-Length: 4", b"abcd", b"", id="A22-two-lengths"),
        pytest.param("Content-Length: 3, 3", b"abc", b"abc", id="A22-length-listed-twice"),
        pytest.param("Content-Length: -1", b"abc", b"", id="A22-negative-length"),
        pytest.param("Content-Length: " + "9" * 16, b"abc", b"", id="A22-16-digits-of-length"),
        pytest.param("Content-Length: " + "9" * 8000, b"abc", b"", id="A22-8000-digits-of-length"),
    ],
)
def test_a_page_with_a_wrong_length_still_reports_its_status(scene: Scene, head: str, body: bytes, kept: bytes) -> None:
    scene.connect().send(f"HTTP/1.1 404 Not Found\r\n{head}\r\n\r\n".encode(), body)
    scene.run(lambda: scene.is_over)

    assert scene.client.last_error is not None
    assert scene.client.last_error.http_body == kept
    scene.fails("nothing at this path", status=404)


@pytest.mark.hostile("A23", "A26")
@pytest.mark.parametrize(
    ("target", "says"),
    [
        pytest.param("ws://game.example/", "redirects to 'ws://game.example/'", id="A23-loop"),
        pytest.param("/elsewhere", "/elsewhere'", id="A23-relative"),
        pytest.param("http://game.example/", "redirects to 'ws://game.example/'", id="A23-http"),
        pytest.param("file:///etc/passwd", "redirects to 'file:///etc/passwd'", id="A23-file"),
        pytest.param("javascript:alert(1)", "redirects to 'javascript:alert(1)'", id="A23-javascript"),
        pytest.param("", "redirects to 'ws://", id="A23-empty"),
        pytest.param("ws://127.0.0.1:22/", "redirects to 'ws://127.0.0.1:22/'", id="A26-loopback"),
        pytest.param("ws://169.254.169.254/", "redirects to 'ws://169.254.169.254/'", id="A26-link-local"),
        pytest.param("ws://10.0.0.1/", "redirects to 'ws://10.0.0.1/'", id="A26-private"),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_reported_but_not_followed(scene: Scene, status: int, target: str, says: str) -> None:
    scene.connect().send(refusal(status, f"Location: {target}"))
    scene.run(lambda: scene.is_over)
    scene.wait(1.0)

    assert len(scene.servers) == 1
    scene.fails(says, status=status)
