"""Tests how refusals of servers are explained, with advice.

See hostile.md A01, A03, A30 and I03.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.protocol.events import FailureKind, Stage
from wsclient.protocol.http11 import NotHTTP, ResponseHead
from wsclient.protocol.refusal import HINT_OF_PROXIES, explain_not_http, explain_status, own_words
from wsclient.protocol.url import URL

PLAIN, SECURE = URL.parse("ws://game.example/play?t=1"), URL.parse("wss://game.example/play?t=1")


def head(status: int, reason: str = "", *headers: tuple[str, str]) -> ResponseHead:
    return ResponseHead(version="1.1", status=status, reason=reason, headers=headers)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        pytest.param(head(200, "OK"), "the server answered 200 OK: that is not a WebSocket", id="A01-200"),
        pytest.param(head(204, "No Content"), "204 No Content: that is not a WebSocket", id="A01-204"),
        pytest.param(head(301, "Moved"), "301 Moved: it wants the request elsewhere", id="A01-301-without-a-target"),
        pytest.param(head(400, "Bad Request"), "400 Bad Request: it did not understand", id="A01-400"),
        pytest.param(head(401, "Unauthorized"), "401 Unauthorized: it wants credentials", id="A01-401"),
        pytest.param(head(403, "Forbidden"), "403 Forbidden: it does not let this client in", id="A01-403"),
        pytest.param(head(404, "Not Found"), "404 Not Found: there is nothing at this path", id="A01-404"),
        pytest.param(head(418, "I'm a teapot"), "418 I'm a teapot: it refused the request", id="another-4xx"),
        pytest.param(head(426, "Upgrade Required"), "it saw no upgrade to WebSocket", id="A01-426"),
        pytest.param(
            head(426, "", ("Sec-WebSocket-Version", "13")), "it saw no upgrade to WebSocket", id="A01-426-our-version"
        ),
        pytest.param(
            head(426, "", ("Sec-WebSocket-Version", "8"), ("Sec-WebSocket-Version", "7\x1b")),
            r"it speaks another version of the protocol: 8, 7\x1b",
            id="A01-426-another-version",
        ),
        pytest.param(head(500, "Oops"), "500 Oops: it failed", id="A01-500"),
        pytest.param(head(503, "Busy"), "503 Busy: it is overloaded", id="A01-503"),
        pytest.param(head(599), "the server answered 599: it failed; try again later", id="another-5xx-no-reason"),
        pytest.param(head(777), "the server answered 777: that is not a WebSocket", id="no-known-class"),
        pytest.param(head(511, "Login"), "captive portal", id="A30-511"),
        pytest.param(head(404, "a\x1b[2J\x85"), r"404 a\x1b[2J\x85: ", id="I03-reason-escaped"),
        pytest.param(head(404, "x" * 8000), "x" * 80 + "...: there", id="reason-cut"),
    ],
)
def test_says_what_the_status_means(reply: ResponseHead, words: str) -> None:
    failure = explain_status(reply, b"", url=PLAIN)

    assert words in failure.detail
    assert (failure.stage, failure.kind) == (Stage.HANDSHAKE, FailureKind.HTTP_STATUS)
    assert (failure.http_status, failure.http_headers) == (reply.status, reply.headers)


@pytest.mark.parametrize(
    ("reply", "body"),
    [
        pytest.param(head(200, "OK", ("Content-Type", "Text/HTML; charset=utf-8")), b"", id="declared"),
        pytest.param(head(200), b"\r\n <!DOCTYPE html><title>Hotel", id="doctype"),
        pytest.param(head(200), b"<HTML>", id="html"),
    ],
)
def test_a_web_page_may_be_a_captive_portal(reply: ResponseHead, body: bytes) -> None:  # A30
    failure = explain_status(reply, body, url=PLAIN)

    assert "captive portal?" in failure.detail
    assert failure.http_body == body


@pytest.mark.parametrize(
    ("status", "body"), [(404, b"<html>"), (200, b'{"html": "<html>"}')], ids=["not-found", "no-page"]
)
def test_not_everything_is_a_captive_portal(status: int, body: bytes) -> None:
    assert "captive portal" not in explain_status(head(status), body, url=PLAIN).detail


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        pytest.param("wss://other/x", "'wss://other/x'", id="A23-absolute"),
        pytest.param("https://other/x", "'wss://other/x'", id="A23-in-the-form-to-connect-to"),
        pytest.param("/login", "'wss://game.example/login'", id="A23-relative"),
        pytest.param("ws://other/x", "'ws://other/x'", id="A25-not-secure"),
        pytest.param("javascript:alert(1)", "'javascript:alert(1)'", id="A23-javascript"),
        pytest.param("https://u:p@h/a@b?t=1#f", "'wss://h/a@b'", id="I02-without-secrets"),
        pytest.param("//u@h?t", "'wss://h/'", id="I02-without-a-scheme"),
        pytest.param("/\x1b]0;x\x07", r"'/\x1b]0;x\x07'", id="I03-escaped"),
        pytest.param("", "'wss://game.example/play'", id="empty"),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_that_names_the_target(status: int, location: str, shown: str) -> None:
    failure = explain_status(head(status, "", ("location", location)), b"", url=SECURE)

    assert failure.kind is FailureKind.HTTP_STATUS
    assert f"it redirects to {shown}, and redirects are not followed" in failure.detail


def test_a_target_without_a_redirect_is_not_one() -> None:
    assert "redirect" not in explain_status(head(404, "", ("Location", "/")), b"", url=SECURE).detail


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<title>400 The plain HTTP request was sent to HTTPS port</title>", id="nginx"),
        pytest.param(b"You're speaking plain HTTP to an SSL-enabled server port.", id="apache"),
        pytest.param(b"Client sent an HTTP request to an HTTPS server.\n", id="go"),
    ],
)
def test_a_complaint_about_plain_http_means_tls(body: bytes) -> None:  # G17
    plain = explain_status(head(400, "Bad Request"), body, url=PLAIN)
    secure = explain_status(head(400, "Bad Request"), body, url=SECURE)

    assert (plain.kind, plain.http_status) == (FailureKind.PLAIN_ON_TLS_PORT, 400)
    assert "the server speaks TLS here" in plain.detail
    assert secure.kind is FailureKind.HTTP_STATUS
    assert explain_status(head(404), body, url=PLAIN).kind is FailureKind.HTTP_STATUS


@pytest.mark.parametrize("start", [b"\x15\x03\x01\x00\x02", b"\x16\x03\x03\x00\x31"], ids=["alert", "handshake"])
def test_a_tls_record_in_plain_text_means_tls(start: bytes) -> None:  # A03, G17
    plain = explain_not_http(NotHTTP(start), is_secure=False)
    secure = explain_not_http(NotHTTP(start), is_secure=True)

    assert plain.kind is FailureKind.PLAIN_ON_TLS_PORT
    assert "the server speaks TLS here" in plain.detail
    assert secure.kind is FailureKind.NOT_WEBSOCKET


@pytest.mark.parametrize(
    ("start", "words"),
    [
        pytest.param(b"SSH-2", "it starts with 'SSH-2' (an SSH server)", id="A03-ssh"),
        pytest.param(b"PRI *", "it starts with 'PRI *' (HTTP/2)", id="A03-http-2"),
        pytest.param(b"220 m", "it starts with '220 m' (a mail or FTP server)", id="mail"),
        pytest.param(b"GET /", "(our own request: something there echoes what it gets)", id="echo"),
        pytest.param(b"\x00\xff\x1b\r\n", r"it starts with '\x00\xff\x1b\r\n'", id="I03-garbage-escaped"),
    ],
)
def test_other_data_than_http_is_not_from_a_websocket_server(start: bytes, words: str) -> None:
    failure = explain_not_http(NotHTTP(start), is_secure=False)

    assert (failure.stage, failure.kind) == (Stage.HANDSHAKE, FailureKind.NOT_WEBSOCKET)
    assert failure.detail.startswith("this is not a WebSocket server")
    assert failure.detail.endswith(words)


@given(
    st.integers(100, 999),
    st.text(alphabet=st.characters(max_codepoint=255)),
    st.sampled_from(["Location", "Content-Type", "Sec-WebSocket-Version"]),
    st.text(alphabet=st.characters(max_codepoint=255)),
    st.binary(max_size=100),
)
def test_every_detail_is_safe_to_show_and_short(status: int, reason: str, name: str, value: str, body: bytes) -> None:
    failure = explain_status(head(status, reason, (name, value)), body, url=PLAIN)

    assert failure.detail.isprintable()
    assert len(failure.detail) < 500
    assert not failure.detail.endswith(".")


@pytest.mark.parametrize("status", [400, 426, 505])
def test_a_server_without_the_upgrade_may_be_behind_a_proxy(status: int) -> None:  # B5
    assert explain_status(head(status), b"", url=PLAIN).hint == HINT_OF_PROXIES
    assert explain_status(head(403), b"", url=PLAIN).hint == ""


def test_505_means_what_426_means() -> None:  # B5
    known, odd = (explain_status(head(status), b"", url=PLAIN).detail.partition(": ")[2] for status in (426, 505))

    assert odd == known


TEXT = ("Content-Type", "Text/Plain; charset=utf-8")
JSON = ("content-type", "application/json")
PROBLEM = ("Content-Type", "application/problem+json")


@pytest.mark.parametrize(
    ("header", "body", "words"),
    [
        pytest.param(TEXT, b"missing subprotocol", "missing subprotocol", id="B4-text"),
        pytest.param(TEXT, b"\r\n  first line \nsecond\n", "first line", id="B4-first-line"),
        pytest.param(TEXT, b"\x1b[31mred\xff\xe2\x80\xae", r"\x1b[31mred\xff\u202e", id="B4-escaped"),
        pytest.param(TEXT, b"x" * 300, "x" * 200 + "...", id="B4-200-characters"),
        pytest.param(TEXT, b"x" * 4096, "", id="B4-too-long"),
        pytest.param(TEXT, b" \n", "", id="B4-nothing"),
        pytest.param(TEXT, b"bad request\n", "", id="B4-the-reason-again"),
        pytest.param(TEXT, b"400 Bad Request\n", "", id="B4-the-status-again"),
        pytest.param(JSON, b'{"code": 7, "message": "no room"}', "no room", id="B4-json-message"),
        pytest.param(JSON, b'{"error": "no room"}', "no room", id="B4-json-error"),
        pytest.param(PROBLEM, b'{"title": "x", "detail": "no room"}', "no room", id="B4-json-detail"),
        pytest.param(JSON, b'{"error": {"message": "no room"}}', "no room", id="B4-json-wrapped"),
        pytest.param(JSON, b'{"message": "a", "error": "b"}', "a", id="B4-json-message-first"),
        pytest.param(JSON, b'{"message": 5, "error": "b"}', "b", id="B4-json-a-text"),
        pytest.param(JSON, b'{"message": "a\\nb\\u001b"}', "a", id="B4-json-first-line"),
        pytest.param(JSON, b'{"message": "no', "", id="B4-json-cut"),
        pytest.param(JSON, b"[" * 4000, "", id="B4-json-deep"),
        pytest.param(JSON, b'["message"]', "", id="B4-json-list"),
        pytest.param(JSON, b"\xff", "", id="B4-json-not-utf-8"),
        pytest.param(("Content-Type", "text/html"), b"no room", "", id="B4-page"),
        pytest.param(("X", "y"), b"no room", "", id="B4-no-type"),
    ],
)
def test_the_servers_own_words_are_its_first_line(header: tuple[str, str], body: bytes, words: str) -> None:
    assert own_words(head(400, "Bad Request", header), body) == words


@pytest.mark.parametrize(
    ("header", "words"),
    [
        pytest.param(("Content-Encoding", "gzip"), "", id="B4-content-encoding"),
        pytest.param(("Transfer-Encoding", "GZip, chunked"), "", id="B4-transfer-encoding"),
        pytest.param(("Transfer-Encoding", "Chunked"), "no room", id="B4-chunks"),
        pytest.param(("Content-Encoding", "identity"), "no room", id="B4-no-coding"),
    ],
)
def test_words_that_are_compressed_are_not_shown(header: tuple[str, str], words: str) -> None:
    assert own_words(head(400, "", TEXT, header), b"no room") == words


def test_the_servers_own_words_stand_before_the_hint() -> None:  # B4
    failure = explain_status(head(400, "Bad Request", TEXT), b"missing subprotocol\n", url=PLAIN)

    assert failure.detail.startswith("the server answered 400 Bad Request, saying 'missing subprotocol': it did not")


def test_a_violation_of_http_after_the_status_is_a_second_sentence() -> None:  # E1
    failure = explain_status(head(403, "Forbidden"), b"", url=PLAIN, fault="it has a folded header line")

    assert failure.detail.endswith("another address. What follows breaks HTTP: it has a folded header line")
