"""Tests the server's side of the opening handshake.

It checks what is accepted, and how other requests are refused (RFC 6455 section 4.2).
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.every_way import every_way
from wsclient.protocol.deflate import accept_offer
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.protocol.fields import MAX_HEADERS, MAX_LINE_SIZE
from wsclient.protocol.server_handshake import Request, ServerHandshake, choose_subprotocol, rejection

# RFC 6455 section 1.3: this key, and the value that accepts it.
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


# Half of each is allowed.
PROTOCOLS = "Sec-WebSocket-Protocol: " + "a," * 2100
EXTENSIONS = "Sec-WebSocket-Extensions: " + "a," * 2100


def request(*lines: str, start: str = "GET /chat HTTP/1.1", without: str = "\0") -> bytes:
    """Returns a good request with these lines added, and without those that begin so."""
    good = ["Host: h", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {KEY}"]
    kept = [line for line in [*good, "Sec-WebSocket-Version: 13"] if not line.startswith(without)]
    return "\r\n".join([start, *kept, *lines, "", ""]).encode()


def served(pieces: list[bytes]) -> list[object]:
    """Returns the request or failure, and each byte after a good request."""
    attempt = ServerHandshake()
    for number, piece in enumerate(pieces, start=1):
        verdict = attempt.receive_data(piece)
        if isinstance(verdict, Request):
            return [verdict, *attempt.trailing_data, *b"".join(pieces[number:])]
        if verdict:
            return [verdict]
    return []


def read(data: bytes) -> Request:
    [found] = every_way(served, data, tail=b"\x81\x80mask")
    assert isinstance(found, Request)
    return found


def refused(data: bytes) -> Failure:
    [failure] = every_way(served, data)
    assert isinstance(failure, Failure)
    assert failure.stage is Stage.HANDSHAKE
    assert failure.detail.isprintable()
    return failure


class TestRequest:
    @pytest.mark.parametrize(
        ("data", "subprotocols", "extensions"),
        [
            pytest.param(request(), (), "", id="plain"),
            pytest.param(request("Sec-WebSocket-Protocol: a,b"), ("a", "b"), "", id="subprotocols"),
            pytest.param(
                request("Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: b, c"),
                ("a", "b", "c"),
                "",
                id="two-lines",
            ),
            pytest.param(request("Sec-WebSocket-Protocol:"), (), "", id="no-subprotocol-after-all"),
            pytest.param(request("Sec-WebSocket-Extensions: x; y"), (), "x; y", id="extensions"),
            pytest.param(request("Sec-WebSocket-Extensions:"), (), "", id="no-extension-after-all"),
            pytest.param(
                request("upgrade: h2c, WebSocket", "connection: keep-alive, upgrade", without="Upgrade"),
                (),
                "",
                id="token-lists-in-any-case",
            ),
            pytest.param(request("X:", "Content-Length: 0"), (), "", id="empty-header-and-no-body"),
        ],
    )
    def test_that_keeps_the_rules_is_read(self, data: bytes, subprotocols: tuple[str, ...], extensions: str) -> None:
        found = read(data)

        assert (found.head.target, found.subprotocols, found.extensions) == ("/chat", subprotocols, extensions)

    @pytest.mark.parametrize(
        ("target", "resource_name", "path", "query"),
        [
            pytest.param("/", "/", "/", "", id="root"),
            pytest.param("/a%20b/%C3%A9?x=%20&y", "/a%20b/%C3%A9?x=%20&y", "/a b/é", "x=%20&y", id="percent-encoded"),
            pytest.param("/%ff", "/%ff", "/\ufffd", "", id="not-utf-8"),
            pytest.param("/a?b?c", "/a?b?c", "/a", "b?c", id="two-question-marks"),
            pytest.param("http://h:80/chat?x", "/chat?x", "/chat", "x", id="absolute"),
            pytest.param("ws://h", "/", "/", "", id="absolute-without-a-path"),
            pytest.param("/http://h/x", "/http://h/x", "/http://h/x", "", id="a-url-as-path"),
            pytest.param("*", "*", "*", "", id="asterisk"),
        ],
    )
    def test_names_what_it_wants(self, target: str, resource_name: str, path: str, query: str) -> None:
        found = read(request(start=f"GET {target} HTTP/1.1"))

        assert (found.resource_name, found.path, found.query) == (resource_name, path, query)

    def test_has_headers_by_name_in_any_case(self) -> None:
        found = read(request("origin: https://game.example", "X-Room: 1", "X-Room: 2"))

        assert found.origin == "https://game.example"
        assert (found.get_header("x-room"), found.get_header("y"), found.get_header("y", "z")) == ("1", "", "z")
        assert found.headers[-2:] == (("X-Room", "1"), ("X-Room", "2"))

    def test_has_no_origin_unless_a_browser_names_one(self) -> None:
        assert read(request()).origin == ""

    def test_keeps_data_after_it(self) -> None:
        attempt = ServerHandshake()
        attempt.receive_data(request() + b"\x81\x80mask")

        assert attempt.trailing_data == b"\x81\x80mask"


WRONG = [
    pytest.param(request(start="POST / HTTP/1.1"), 405, "method is POST", id="post"),
    pytest.param(request(start="GET / HTTP/1.0"), 505, "HTTP/1.0", id="http-1.0"),
    pytest.param(request(without="Host"), 400, "one Host", id="no-host"),
    pytest.param(request("Host: g"), 400, "one Host", id="two-hosts"),
    pytest.param(request(without="Upgrade"), 426, "This is a WebSocket server.", id="no-upgrade"),
    pytest.param(request(without="Connection"), 426, "'Connection: Upgrade', not none", id="no-connection"),
    pytest.param(request(without="Sec-WebSocket-V"), 426, "not none", id="no-version"),
    pytest.param(request("Sec-WebSocket-Version: 8", without="Sec-WebSocket-V"), 426, "not '8'", id="another-version"),
    pytest.param(request("Sec-WebSocket-Version: 8"), 426, "not '13, 8'", id="two-versions"),
    pytest.param(request(without="Sec-WebSocket-K"), 400, "not none", id="no-key"),
    pytest.param(request(f"Sec-WebSocket-Key: {KEY}"), 400, "one Sec-WebSocket-Key", id="two-keys"),
    pytest.param(request("Sec-WebSocket-Key: AAAA", without="Sec-WebSocket-K"), 400, "not 'AAAA'", id="short-key"),
    pytest.param(
        request("Sec-WebSocket-Key: é", without="Sec-WebSocket-K"), 400, "one Sec-WebSocket-Key", id="odd-key"
    ),
    pytest.param(request(f"Sec-WebSocket-Key: !{KEY}", without="Sec-WebSocket-K"), 400, "not '!", id="key-no-base64"),
    pytest.param(request("Sec-WebSocket-Protocol: a/b"), 400, "'a/b' is not a token", id="subprotocol"),
    pytest.param(request("Sec-WebSocket-Protocol: a, a"), 400, "twice", id="subprotocol-twice"),
    pytest.param(request("Content-Length: 5"), 400, "must not have a body", id="body"),
    pytest.param(request("Content-Length: x"), 400, "must not have a body", id="body-of-odd-length"),
    pytest.param(request("Transfer-Encoding: chunked"), 400, "must not have a body", id="chunked-body"),
    pytest.param(request("X : y"), 400, "malformed header name", id="space-before-the-colon"),
    pytest.param(request("no colon"), 400, "without a colon", id="no-colon"),
    pytest.param(request().replace(b"\r", b""), 400, "without a carriage return", id="line-feeds-alone"),
    pytest.param(b"\0\1\2\3\4\5", 400, "not HTTP", id="no-http"),
    pytest.param(b"hello, server\r\n", 400, "request line is malformed", id="no-request-line"),
    pytest.param(request("X: " + "x" * MAX_LINE_SIZE), 431, "more than 8192 bytes", id="long-line"),
    pytest.param(request(start="GET /" + "x" * MAX_LINE_SIZE + " HTTP/1.1"), 431, "8192 bytes", id="long-target"),
    pytest.param(request(*["X: y"] * MAX_HEADERS), 431, "more than 128 header lines", id="many-lines"),
    pytest.param(request(*[PROTOCOLS] * 2), 431, "its Sec-WebSocket-Protocol has more than 8192", id="many-protocols"),
    pytest.param(request(*[EXTENSIONS] * 2), 431, "Sec-WebSocket-Extensions has more", id="many-extensions"),
]


class TestRefusal:
    @pytest.mark.parametrize(("data", "status", "words"), WRONG)
    def test_names_the_fault_and_the_status(self, data: bytes, status: int, words: str) -> None:
        failure = refused(data)

        assert (failure.kind, failure.http_status) == (FailureKind.NOT_WEBSOCKET, status)
        assert words in failure.detail

    @pytest.mark.parametrize(("data", "status", "words"), WRONG)
    def test_is_answered_with_a_line_of_text(self, data: bytes, status: int, words: str) -> None:
        head, _, body = ServerHandshake().refuse(refused(data)).partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")

        assert lines[0].startswith(f"HTTP/1.1 {status} ")
        assert {"Connection: close", f"Content-Length: {len(body)}", "Content-Type: text/plain; charset=utf-8"} <= {
            *lines
        }
        assert words.lower() in body.decode().lower()
        assert body.endswith(b"\n")

    @pytest.mark.parametrize(
        ("data", "lines"),
        [
            pytest.param(request(start="PUT / HTTP/1.1"), ["Allow: GET"], id="405"),
            pytest.param(request(without="Upgrade"), ["Upgrade: websocket", "Sec-WebSocket-Version: 13"], id="426"),
        ],
    )
    def test_names_the_right_value(self, data: bytes, lines: list[str]) -> None:
        reply = ServerHandshake().refuse(refused(data)).decode().split("\r\n")

        assert set(lines) <= set(reply)

    def test_explains_itself_to_a_browser(self) -> None:
        reply = ServerHandshake().refuse(refused(request(without="Upgrade")))

        assert reply.endswith(b"\r\n\r\nThis is a WebSocket server.\n")

    @pytest.mark.parametrize("start", [b"\x16\x03\x01\x02\x00\x01", b"\x15\x03\x03\x00\x02\x02\x46"])
    def test_tls_is_recognized_and_not_answered(self, start: bytes) -> None:
        failure = refused(start)

        assert (failure.kind, failure.http_status) == (FailureKind.TLS_ON_PLAIN_PORT, None)
        assert "speaks TLS" in failure.detail
        assert ServerHandshake().refuse(failure) == b""


class TestSubprotocol:
    @pytest.mark.parametrize(
        ("asked", "known", "chosen"),
        [
            pytest.param("a, b", ["b", "a"], "a", id="the-clients-order"),
            pytest.param("x, b", ["a", "b"], "b", id="the-first-that-is-known"),
            pytest.param("a", [], "", id="none-known"),
            pytest.param("", [], "", id="none-known-none-asked"),
        ],
    )
    def test_is_chosen(self, asked: str, known: list[str], chosen: str) -> None:
        assert choose_subprotocol(read(request(f"Sec-WebSocket-Protocol: {asked}")), known) == chosen

    @pytest.mark.parametrize("asked", ["", "x"], ids=["none", "another"])
    def test_must_be_one_that_the_server_knows(self, asked: str) -> None:
        failure = choose_subprotocol(read(request(f"Sec-WebSocket-Protocol: {asked}")), ["a", "b"])

        assert isinstance(failure, Failure)
        assert failure.http_status == 400
        assert "one of the subprotocols a, b" in failure.detail


class TestAccepting:
    def test_has_godots_order_and_spelling(self) -> None:
        attempt = ServerHandshake()
        attempt.receive_data(request("Sec-WebSocket-Protocol: a,b"))

        assert attempt.accept("b", "permessage-deflate", (("X", "y"),)).decode().split("\r\n") == [
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {ACCEPT}",
            "Sec-WebSocket-Protocol: b",
            "Sec-WebSocket-Extensions: permessage-deflate",
            "X: y",
            "",
            "",
        ]

    def test_has_nothing_else(self) -> None:
        attempt = ServerHandshake()
        attempt.receive_data(request())

        assert len(attempt.accept().split(b"\r\n")) == 6

    def test_answers_an_offer_to_compress(self) -> None:
        attempt = ServerHandshake()
        found = attempt.receive_data(request("Sec-WebSocket-Extensions: permessage-deflate"))
        assert isinstance(found, Request)
        agreed = accept_offer([found.extensions])
        assert agreed is not None

        assert b"\r\nSec-WebSocket-Extensions: permessage-deflate\r\n" in attempt.accept(extensions=agreed[0])

    def test_does_not_choose_unrequested_subprotocols(self) -> None:
        attempt = ServerHandshake()
        attempt.receive_data(request("Sec-WebSocket-Protocol: a"))

        with pytest.raises(InvalidArgument, match="did not ask for the subprotocol b"):
            attempt.accept("b")

    def test_needs_a_request(self) -> None:
        with pytest.raises(RuntimeError, match="no request"):
            ServerHandshake().accept()


class TestRejection:
    def test_has_a_text_and_headers(self) -> None:
        assert rejection(503, (("Retry-After", "5"),), b"Come back later\n").decode().split("\r\n") == [
            "HTTP/1.1 503 Service Unavailable",
            "Connection: close",
            "Content-Length: 16",
            "Content-Type: text/plain; charset=utf-8",
            "Retry-After: 5",
            "",
            "Come back later\n",
        ]

    def test_has_the_statuss_own_words_without_a_text(self) -> None:
        assert rejection(408).endswith(b"\r\n\r\n408 Request Timeout\n")

    def test_takes_the_callers_type_of_content(self) -> None:
        reply = rejection(403, (("content-type", "application/json"),), b"{}")

        assert reply.lower().count(b"content-type:") == 1

    def test_may_have_a_status_without_a_name(self) -> None:
        assert rejection(599).startswith(b"HTTP/1.1 599 \r\n")

    def test_has_no_body_if_its_status_forbids_one(self) -> None:
        assert rejection(204).endswith(b"\r\n\r\n")


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda data: request()[:-2] + data))
@pytest.mark.untraced
def test_any_request_means_the_same_in_any_pieces(data: bytes) -> None:
    every_way(served, data)
