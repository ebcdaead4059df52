"""Tests the client's side of the opening handshake.

See RFC 6455 section 4.1 and hostile.md A.
"""

from __future__ import annotations

import base64
from functools import partial
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.every_way import every_way
from wsclient.protocol.client_handshake import ClientHandshake
from wsclient.protocol.deflate import Agreement, Direction
from wsclient.protocol.events import Failure, FailureKind, Opened, Stage
from wsclient.protocol.fields import MAX_HEADERS, MAX_LINE_SIZE
from wsclient.protocol.handshake import accept_key
from wsclient.protocol.url import URL

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.fields import Headers

# RFC 6455 section 1.3: this key, and the value that accepts it.
NONCE = b"the sample nonce"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

START = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
LONG = "Upgrade".ljust(MAX_LINE_SIZE // 2, ",")  # a list of very many, two of which are as long as a line may be
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
GOOD = START + f"Sec-WebSocket-Accept: {ACCEPT}\r\n\r\n".encode()


def client(
    url: str = "ws://example.com/chat",
    subprotocols: tuple[str, ...] = (),
    headers: Headers = (),
    *,
    offers_deflate: bool = False,
    requires_subprotocol: bool = True,
) -> ClientHandshake:
    return ClientHandshake(
        URL.parse(url),
        subprotocols,
        headers,
        random_bytes=lambda size: NONCE[:size],
        offers_deflate=offers_deflate,
        requires_subprotocol=requires_subprotocol,
    )


def outcome(make: Callable[[], ClientHandshake]) -> Callable[[list[bytes]], list[object]]:
    """Returns the result for a client when the server then ends.

    This is the verdict, and each byte after a good reply.
    """

    def feed(pieces: list[bytes]) -> list[object]:
        attempt = make()
        for number, piece in enumerate(pieces, start=1):
            verdict = attempt.receive_data(piece)
            if isinstance(verdict, Opened):
                return [verdict, *attempt.trailing_data, *b"".join(pieces[number:])]
            if verdict:
                return [verdict]
        return [attempt.receive_eof()]

    return feed


def reply(*lines: str, start: bytes = START, accept: str | None = ACCEPT) -> bytes:
    """A reply with 101, and with these lines among its headers."""
    accepting = (f"Sec-WebSocket-Accept: {accept}",) if accept is not None else ()
    return start + "\r\n".join([*accepting, *lines, "", ""]).encode()


def opened(data: bytes, make: Callable[[], ClientHandshake] = client) -> Opened:
    [verdict] = every_way(outcome(make), data, tail=b"\x81\x02hi")
    assert isinstance(verdict, Opened)
    return verdict


def failed(data: bytes, make: Callable[[], ClientHandshake] = client) -> Failure:
    [verdict] = every_way(outcome(make), data)
    assert isinstance(verdict, Failure)
    assert verdict.stage is Stage.HANDSHAKE
    assert verdict.detail.isprintable()
    return verdict


class TestRequest:
    def test_has_godots_order_and_spelling(self) -> None:
        attempt = client(
            "ws://user:pass@example.com:9000/chat?room=1",
            ("a", "b"),
            (("X-Token", "abc"), ("Cookie", "é")),
            offers_deflate=True,
        )

        assert attempt.request.decode().split("\r\n") == [
            "GET /chat?room=1 HTTP/1.1",
            "Host: example.com:9000",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {KEY}",
            "Sec-WebSocket-Version: 13",
            "User-Agent: Python-wsclient/0.2",
            "Sec-WebSocket-Protocol: a,b",
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
            "Authorization: Basic dXNlcjpwYXNz",
            "X-Token: abc",
            "Cookie: é",
            "",
            "",
        ]

    def test_has_only_requested_headers(self) -> None:
        assert client("wss://[::1]").request.decode().split("\r\n") == [
            "GET / HTTP/1.1",
            "Host: [::1]",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {KEY}",
            "Sec-WebSocket-Version: 13",
            "User-Agent: Python-wsclient/0.2",
            "",
            "",
        ]

    def test_takes_the_callers_authorization_over_the_urls(self) -> None:
        attempt = client("ws://user:pass@h", headers=(("authorization", "Bearer x"),))

        assert attempt.request.lower().count(b"authorization:") == 1
        assert b"\r\nauthorization: Bearer x\r\n" in attempt.request

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            pytest.param("user-agent", "game/1", id="B15-user-agent"),
            pytest.param("Host", "other.example", id="host"),
        ],
    )
    def test_takes_the_callers_header_over_our_own(self, name: str, value: str) -> None:
        request = client(headers=((name, value),)).request.decode()

        assert request.lower().count(f"\r\n{name.lower()}:") == 1
        assert f"\r\n{name}: {value}\r\n" in request

    def test_has_a_fresh_key_of_16_random_bytes(self) -> None:
        requests = {ClientHandshake(URL.parse("ws://h")).request for _ in range(100)}
        keys = [request.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0] for request in requests]

        assert len(set(keys)) == 100
        assert {len(base64.b64decode(key)) for key in keys} == {16}

    def test_no_randomness_no_request(self) -> None:  # B20
        def broken(size: int) -> bytes:
            raise OSError(f"no {size} random bytes")

        with pytest.raises(OSError, match="no 16 random bytes"):
            ClientHandshake(URL.parse("ws://h"), random_bytes=broken)


class TestOpening:
    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(GOOD, id="A17-A18-plain"),
            pytest.param(GOOD.replace(b" Switching Protocols", b""), id="no-reason"),
            pytest.param(reply(start=START.lower().replace(b"http/", b"HTTP/")), id="lower-case"),
            pytest.param(GOOD.replace(b"websocket", b"WebSocket").replace(b": Up", b": UP"), id="any-case"),
            pytest.param(GOOD.replace(b": Upgrade", b": keep-alive, Upgrade"), id="A12-token-list"),
            pytest.param(reply("Connection: close"), id="A12-two-connection-headers"),
            pytest.param(GOOD.replace(b": Upgrade", b":Upgrade,"), id="list-with-an-empty-element"),
            pytest.param(reply("Content-Length: 0", "Empty:", "Server: x", "Server: y"), id="other-headers"),
            pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD, id="A19-100"),
            pytest.param(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + GOOD, id="A19-103"),
            pytest.param(CONTINUE + HINTS + GOOD, id="B14-100-and-103"),
            pytest.param(b"HTTP/1.1 102 Processing\r\n\r\n" * 2 + GOOD, id="B14-102-twice"),
            pytest.param(HINTS * 5 + GOOD, id="B14-103-five-times"),
            pytest.param(
                CONTINUE * MAX_HEADERS + GOOD, marks=pytest.mark.untraced, id="B14-as-many-as-a-head-has-lines"
            ),
            pytest.param(reply("Sec-WebSocket-Extensions:"), id="E5-no-extension"),
            pytest.param(reply("Sec-WebSocket-Extensions: , ,"), id="E5-no-extension-in-a-list"),
        ],
    )
    def test_a_reply_that_keeps_the_rules_opens(self, data: bytes) -> None:
        assert opened(data) == Opened("")

    def test_data_after_the_reply_is_kept(self) -> None:  # A17
        attempt = client()

        assert attempt.receive_data(GOOD + b"\x81\x02hi") == Opened("")
        assert attempt.trailing_data == b"\x81\x02hi"

    def test_the_reply_can_be_looked_at(self) -> None:
        attempt = client()
        assert attempt.response is None

        attempt.receive_data(reply("Server: x"))

        assert attempt.response is not None
        assert attempt.response.get_all("server") == ["x"]

    @pytest.mark.parametrize(
        ("lines", "agreed"),
        [
            pytest.param([], None, id="none"),
            pytest.param(["Sec-WebSocket-Extensions:"], None, id="E5-an-empty-list"),
            pytest.param(["Sec-WebSocket-Extensions: permessage-deflate"], Agreement(), id="as-offered"),
            pytest.param(
                [
                    "sec-websocket-extensions: ",
                    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=9",
                ],
                Agreement(of_client=Direction(window_bits=9)),
                id="two-lines",
            ),
        ],
    )
    def test_reports_the_servers_answer_to_the_offer_to_compress(
        self, lines: list[str], agreed: Agreement | None
    ) -> None:
        attempt = client(offers_deflate=True)

        assert attempt.receive_data(reply(*lines)) == Opened("")
        assert attempt.deflate == agreed

    @pytest.mark.parametrize(
        "lines",
        [
            pytest.param(["permessage-deflate; x"], id="A15-unknown-parameter"),
            pytest.param(["permessage-deflate", "permessage-deflate"], id="A15-twice"),
            pytest.param(["permessage-deflate; server_max_window_bits=٨"], id="A16"),
        ],
    )
    def test_an_answer_that_breaks_the_rules_of_compression_ends_the_attempt(self, lines: list[str]) -> None:
        lines = [f"Sec-WebSocket-Extensions: {line}" for line in lines]

        failure = failed(reply(*lines), partial(client, offers_deflate=True))

        assert failure.kind is FailureKind.BAD_RESPONSE
        assert "permessage-deflate" in failure.detail


class TestBadReply:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            pytest.param(GOOD.replace(b"1.1", b"1.0", 1), "in HTTP/1.0", id="A02-http-1.0"),
            pytest.param(
                GOOD.replace(b"Upgrade: websocket\r\n", b""), "'Upgrade: websocket', not none", id="A11-missing"
            ),
            pytest.param(reply("Upgrade: websocket"), "not 'websocket, websocket'", id="A11-duplicate"),
            pytest.param(GOOD.replace(b": websocket", b": h2c"), "not 'h2c'", id="A11-wrong"),
            pytest.param(GOOD.replace(b": websocket", b": websocket, h2c"), "not 'websocket, h2c'", id="A11-list"),
            pytest.param(GOOD.replace(b": websocket", b":"), "not ''", id="A11-empty"),
            pytest.param(GOOD.replace(b": Upgrade", b": close"), "'Connection: Upgrade', not 'close'", id="A12-close"),
            pytest.param(GOOD.replace(b"Connection: Upgrade\r\n", b""), "not none", id="A12-missing"),
            pytest.param(GOOD.replace(b": Upgrade", b": Upgraded"), "not 'Upgraded'", id="A12-longer-word"),
            pytest.param(reply(accept=None), "one Sec-WebSocket-Accept", id="A13-missing"),
            pytest.param(reply(accept=""), "one Sec-WebSocket-Accept", id="A13-empty"),
            pytest.param(reply(accept=ACCEPT.swapcase()), "one Sec-WebSocket-Accept", id="A13-wrong-case"),
            pytest.param(reply(accept=ACCEPT[:-1]), "one Sec-WebSocket-Accept", id="A13-no-padding"),
            pytest.param(reply(f"Sec-WebSocket-Accept: {ACCEPT}"), "one Sec-WebSocket-Accept", id="A13-duplicate"),
            pytest.param(reply(accept=accept_key("x" * 24)), "made from the key of this request", id="A29-replay"),
            pytest.param(reply("Sec-WebSocket-Extensions: x-y"), "not offered: 'x-y'", id="A15-unrequested"),
            pytest.param(reply(" folded"), "breaks HTTP: it has a folded header line", id="A09"),
            pytest.param(reply("X: \x1b[31m"), "it has a control character in the header X", id="I03-value"),
            pytest.param(reply("\x1b[31m: x"), r"malformed header name: '\x1b[31m'", id="I03-name"),
            pytest.param(reply("Sec-WebSocket-Extensions: \x85"), r"not offered: 'Â\x85'", id="I03-extension"),
            pytest.param(GOOD.replace(b"\r", b""), "without a carriage return", id="A10"),
            pytest.param(reply(*["X: y"] * MAX_HEADERS), "more than 128 header lines", id="A06"),
            pytest.param(b"HTTP/1.1 101 " + b"x" * MAX_LINE_SIZE, "a line of more than 8192 bytes", id="A04"),
            pytest.param(
                CONTINUE * (MAX_HEADERS + 1) + GOOD, "sent 100 again and again", marks=pytest.mark.untraced, id="A19"
            ),
            pytest.param(HINTS * 65 + GOOD, "sent 103 again and again", id="A19-with-headers"),
            pytest.param(b"HTTP/1.1 102 \r\n\r\nHTTP/1.1 1x", "in the middle of its reply", id="A19-and-the-end"),
        ],
    )
    def test_ends_the_attempt_and_says_why(self, data: bytes, words: str) -> None:
        failure = failed(data)

        assert words in failure.detail
        assert failure.kind in (FailureKind.BAD_RESPONSE, FailureKind.LOST)

    def test_shows_its_status_and_headers(self) -> None:
        failure = failed(reply("Server: x", accept=None))

        assert failure.kind is FailureKind.BAD_RESPONSE
        assert failure.http_status == 101
        assert ("Server", "x") in failure.http_headers

    def test_a_list_of_extensions_has_a_limit(self) -> None:  # A28
        lines = ["Sec-WebSocket-Extensions: " + "," * 8000] * 2
        failure = failed(reply(*lines), partial(client, offers_deflate=True))

        assert failure.kind is FailureKind.BAD_RESPONSE
        assert "longer than 8192 bytes" in failure.detail

    @pytest.mark.untraced
    def test_a_list_of_connection_options_may_be_long(self) -> None:  # A28
        head = START.replace(b"Connection: Upgrade\r\n", b"")

        assert opened(reply(*[f"Connection: {LONG}"] * 2, start=head)) == Opened("")

    def test_a_list_of_connection_options_has_a_limit(self) -> None:  # A28
        head = START.replace(b"Connection: Upgrade\r\n", b"")

        failure = failed(reply(*[f"Connection: {LONG}"] * 2, "Connection: x", start=head))
        assert "'Connection: Upgrade', not" in failure.detail

    @pytest.mark.parametrize("filler", [" ", ",", '"', ', "', '\\"'])
    @pytest.mark.parametrize("name", ["Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Upgrade", "Connection"])
    @pytest.mark.untraced
    def test_pathological_lists_are_refused_like_others(self, name: str, filler: str) -> None:  # A28
        start = START.replace(b"Connection: Upgrade\r\n", b"")
        lines = [f"{name}: {filler * (8000 // len(filler))}"] * 8

        assert isinstance(client().receive_data(reply(*lines, start=start)), Failure)


class TestSubprotocol:
    @pytest.mark.parametrize(
        ("asked", "chosen", "expected"),
        [
            pytest.param((), [], "", id="none-none"),
            pytest.param(("a", "b"), ["b"], "b", id="one-of-two"),
            pytest.param(("a",), ["\ta "], "a", id="space-around"),
        ],
    )
    def test_is_agreed(self, asked: tuple[str, ...], chosen: list[str], expected: str) -> None:
        lines = [f"Sec-WebSocket-Protocol: {name}" for name in chosen]

        assert opened(reply(*lines), partial(client, subprotocols=asked)) == Opened(expected)

    @pytest.mark.parametrize("chosen", [[], ["b"]], ids=["none", "one"])
    def test_may_be_none_if_none_is_required(self, chosen: list[str]) -> None:
        make = partial(client, subprotocols=("a", "b"), requires_subprotocol=False)

        assert opened(reply(*[f"Sec-WebSocket-Protocol: {name}" for name in chosen]), make) == Opened("".join(chosen))

    def test_must_be_a_requested_one_even_if_none_is_required(self) -> None:
        make = partial(client, subprotocols=("a",), requires_subprotocol=False)

        assert failed(reply("Sec-WebSocket-Protocol: c"), make).kind is FailureKind.SUBPROTOCOL

    @pytest.mark.parametrize(
        ("asked", "chosen", "words"),
        [
            pytest.param((), ["a"], "chose a subprotocol, 'a', and none was asked for", id="A14-unrequested"),
            pytest.param((), [""], "chose a subprotocol, ''", id="A14-unrequested-empty"),
            pytest.param(("a", "b"), [], "chose none of the subprotocols that were asked for (a, b)", id="A14-none"),
            pytest.param(("a", "b"), ["c"], "'c', which was not asked for (a, b)", id="A14-another"),
            pytest.param(("a",), ["A"], "'A', which was not asked for", id="A14-another-case"),
            pytest.param(("a", "b"), ["a", "b"], "'a, b', which was not asked for", id="A14-two-lines"),
            pytest.param(("a",), ["a", "a"], "'a, a', which was not asked for", id="A14-twice"),
            pytest.param(("a", "b"), ["a, b"], "'a, b', which was not asked for", id="A14-two-in-one"),
            pytest.param(("a",), ["a b"], "'a b', which was not asked for", id="A14-with-a-space"),
            pytest.param(("a",), [""], "'', which was not asked for", id="A14-empty"),
            pytest.param(("a",), ["\x85"], r"'Â\x85', which was not asked for", id="I03-escaped"),
        ],
    )
    def test_that_was_not_agreed_ends_the_attempt(self, asked: tuple[str, ...], chosen: list[str], words: str) -> None:
        lines = [f"Sec-WebSocket-Protocol: {name}" for name in chosen]
        failure = failed(reply(*lines), partial(client, subprotocols=asked))

        assert failure.kind is FailureKind.SUBPROTOCOL
        assert words in failure.detail


class TestRefusal:
    @pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 426, 500, 503])
    def test_another_status_ends_the_attempt_with_status_and_page(self, status: int) -> None:  # A01
        page = b"" if status == 204 else b"no"
        failure = failed(f"HTTP/1.1 {status} x\r\nServer: y\r\nContent-Length: 2\r\n\r\n".encode() + page)

        assert failure.kind is FailureKind.HTTP_STATUS
        assert (failure.http_status, failure.http_headers[0], failure.http_body) == (status, ("Server", "y"), page)

    def test_http_1_0_may_refuse(self) -> None:
        assert failed(b"HTTP/1.0 404 Not Found\r\n\r\n").kind is FailureKind.HTTP_STATUS

    def test_the_page_is_awaited_until_it_is_complete(self) -> None:
        attempt = client()

        assert attempt.pending_failure is None
        assert attempt.receive_data(b"HTTP/1.1 401 x\r\nContent-Length: 5\r\n\r\nhel") is None
        assert attempt.pending_failure is not None
        assert attempt.pending_failure.http_body == b"hel"
        complete = attempt.receive_data(b"lo")
        assert isinstance(complete, Failure)
        assert complete.http_body == b"hello"

    def test_an_incomplete_page_is_shown_as_far_as_it_has_arrived(self) -> None:
        failure = failed(b"HTTP/1.1 401 x\r\nContent-Length: 5\r\n\r\nhel")

        assert (failure.http_status, failure.http_body) == (401, b"hel")

    def test_a_big_page_is_read_up_to_4_kib(self) -> None:  # A21
        attempt = client()
        attempt.receive_data(b"HTTP/1.1 401 x\r\nContent-Length: 1073741824\r\n\r\n")

        assert attempt.receive_data(b"x" * 4095) is None
        failure = attempt.receive_data(b"x" * 65536)

        assert isinstance(failure, Failure)
        assert failure.http_body == b"x" * 4096

    @pytest.mark.parametrize(
        "head",
        [
            pytest.param(b"Content-Length: -1\r\n\r\nx", id="A22-negative-length"),
            pytest.param(b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx", id="A22-two-lengths"),
            pytest.param(b"Transfer-Encoding: chunked\r\n\r\nzz\r\nx", id="A22-bad-size"),
            pytest.param(b"Transfer-Encoding: chunked\r\n\r\n11111111111111111\r\nx", id="A22-17-digits"),
        ],
    )
    def test_a_page_with_a_wrong_length_is_left_out(self, head: bytes) -> None:
        failure = failed(b"HTTP/1.1 403 x\r\n" + head)

        assert (failure.http_status, failure.http_body) == (403, b"")

    @pytest.mark.parametrize(
        ("data", "fault"),
        [
            pytest.param(b"CSP: " + b"x" * 9000 + b"\r\n\r\n", "a line of more than 8192 bytes", id="E1-long-line"),
            pytest.param(b"X: y\r\n" * 129 + b"\r\n", "more than 128 header lines", id="E1-many-lines"),
            pytest.param(b"X: y\n\n", "a line that ends without a carriage return", id="E1-line-feeds"),
            pytest.param(b" folded\r\n\r\n", "a folded header line", id="E1-folded"),
            pytest.param(b"X : y\r\n\r\n", "a malformed header name", id="E1-space-before-the-colon"),
            pytest.param(b"X: \0\r\n\r\n", "a control character", id="E1-control-character"),
            pytest.param(b"no colon\r\n\r\n", "a header line without a colon", id="E1-no-colon"),
        ],
    )
    def test_a_refusal_counts_even_if_it_breaks_after_its_status(self, data: bytes, fault: str) -> None:
        failure = failed(b"HTTP/1.1 403 Forbidden\r\n" + data)

        assert (failure.kind, failure.http_status) == (FailureKind.HTTP_STATUS, 403)
        assert failure.detail.startswith("the server answered 403 Forbidden: it does not let this client in")
        assert f". What follows breaks HTTP: it has {fault}" in failure.detail

    def test_a_refusal_counts_with_a_control_character_in_its_reason(self) -> None:  # E1
        failure = failed(b"HTTP/1.1 403 For\x1b[31mbidden\r\n\r\n")

        assert (failure.kind, failure.http_status) == (FailureKind.HTTP_STATUS, 403)
        assert failure.detail.startswith(r"the server answered 403 For\x1b[31mbidden: it does not let")

    def test_an_agreement_with_a_control_character_in_its_reason_opens_nothing(self) -> None:  # E1
        failure = failed(b"HTTP/1.1 101 Switching\0\r\n\r\n")

        assert (failure.kind, failure.http_status) == (FailureKind.BAD_RESPONSE, None)

    def test_a_refusal_counts_if_its_status_line_ends_with_a_bare_line_feed(self) -> None:  # E1
        failure = failed(b"HTTP/1.1 404 Not Found\nServer: x\n\nhello")

        assert (failure.kind, failure.http_status) == (FailureKind.HTTP_STATUS, 404)

    def test_a_refusal_counts_if_the_connection_ends_in_its_head(self) -> None:  # E1
        failure = failed(b"HTTP/1.1 503 Busy\r\nRetry-After: 5\r\nServ")

        assert (failure.http_status, failure.http_headers) == (503, (("Retry-After", "5"),))

    def test_the_servers_own_words_are_shown(self) -> None:  # B4
        data = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 19\r\n\r\nmissing subprotocol"

        assert "saying 'missing subprotocol'" in failed(data).detail

    def test_a_captive_portal_is_guessed(self) -> None:  # A30
        failure = failed(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>")

        assert "captive portal?" in failure.detail

    def test_a_redirect_names_its_target(self) -> None:  # A23
        assert "'wss://other/'" in failed(b"HTTP/1.1 302 Found\r\nLocation: wss://other/\r\n\r\n").detail


class TestNotAWebSocketServer:
    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="A03-ssh"),
            pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="A03-http-2"),
            pytest.param(b"GET /chat HTTP/1.1\r\n\r\n", id="A03-echo"),
            pytest.param(bytes(64), id="A03-garbage"),
        ],
    )
    def test_is_called_so(self, data: bytes) -> None:
        failure = failed(data)

        assert failure.kind is FailureKind.NOT_WEBSOCKET
        assert "not a WebSocket server" in failure.detail

    def test_tls_is_recognized_in_reply_to_plain_text(self) -> None:  # A03, G17
        alert = b"\x15\x03\x03\x00\x02\x02\x46"

        assert failed(alert).kind is FailureKind.PLAIN_ON_TLS_PORT
        assert failed(alert, partial(client, "wss://h")).kind is FailureKind.NOT_WEBSOCKET

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            pytest.param(b"", "closed the connection without an answer", id="nothing"),
            pytest.param(b"HTT", "in the middle of its reply", id="A20-few-bytes"),
            pytest.param(GOOD[:-1], "in the middle of its reply", id="A20-all-but-one-byte"),
            pytest.param(b"HTTP/1.1 100 \r\n\r\n", "in the middle of its reply", id="A20-behind-a-100"),
        ],
    )
    def test_an_early_end_is_a_loss(self, data: bytes, words: str) -> None:
        failure = failed(data)

        assert failure.kind is FailureKind.LOST
        assert words in failure.detail


PREFIXES = st.sampled_from([b"", b"HTTP/1.1 ", START, GOOD[:-2], b"HTTP/1.1 401 \r\n", b"HTTP/1.1 100 \r\n\r\n"])
WORDS = [
    *("HTTP/1.1 ", "200", " ", "\r\n", "\n", ":", ",", "\0", "\x85", "Content-Length: 3", "Transfer-Encoding: chunked"),
    *(f"Sec-WebSocket-Accept: {ACCEPT}", "Sec-WebSocket-Protocol: a", "Upgrade: websocket"),
]
SOUP = st.lists(st.sampled_from(WORDS), max_size=12).map(lambda words: "".join(words).encode())


@given(PREFIXES, st.binary(max_size=100) | SOUP, st.sampled_from([(), ("a",)]))
@pytest.mark.untraced
def test_any_reply_has_one_verdict_in_any_pieces(start: bytes, more: bytes, asked: tuple[str, ...]) -> None:  # A27
    verdict, *_ = every_way(outcome(partial(client, subprotocols=asked)), start + more)

    assert isinstance(verdict, Opened | Failure)


@pytest.mark.parametrize("start", [b"", START], ids=["from-the-start", "among-the-headers"])
@pytest.mark.parametrize("size", [8192, 16384, 65536])
def test_large_rubbish_is_refused_without_an_exception(start: bytes, size: int) -> None:  # A27
    for seed in range(20):
        assert isinstance(client().receive_data(start + Random(seed).randbytes(size)), Failure)
