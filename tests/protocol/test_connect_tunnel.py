"""Tests CONNECT with the replies of real HTTP proxies.

They arrive byte by byte, and in one piece with what follows.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.every_way import every_way
from wsclient.protocol.connect_tunnel import MAX_INTERIM, ConnectTunnel
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.protocol.tunnel import Target, Tunnelled

if TYPE_CHECKING:
    from collections.abc import Callable

TARGET = Target("game.example", 9000)
CREDENTIALS = ("user", "p@ss")


def tunnel(target: Target = TARGET, credentials: tuple[str, str] | None = None) -> ConnectTunnel:
    return ConnectTunnel("proxy.example:3128", target, credentials=credentials)


def outcome(make: Callable[[], ConnectTunnel], pieces: list[bytes]) -> list[object]:
    """Returns the verdict, and each byte after the proxy has agreed.

    If there is no other verdict, it is that of the end of the stream.
    """
    attempt = make()
    for number, piece in enumerate(pieces, start=1):
        verdict = attempt.receive_data(piece)
        if isinstance(verdict, Tunnelled):
            return [Tunnelled(), *verdict.trailing_data, *b"".join(pieces[number:])]
        if verdict:
            return [verdict]
    return [attempt.receive_eof()]


def failed(data: bytes, make: Callable[[], ConnectTunnel] = tunnel) -> Failure:
    [verdict] = every_way(partial(outcome, make), data)
    assert isinstance(verdict, Failure)
    assert verdict.stage is Stage.PROXY
    assert verdict.detail.isprintable()
    assert "p@ss" not in repr(verdict)
    return verdict


class TestRequest:
    def test_has_the_port_twice_and_nothing_else(self) -> None:
        assert tunnel().next_message().decode().split("\r\n") == [
            "CONNECT game.example:9000 HTTP/1.1",
            "Host: game.example:9000",
            "",
            "",
        ]

    @pytest.mark.parametrize(
        ("target", "authority"),
        [
            pytest.param(Target("game.example", 80), b"game.example:80", id="port-80"),
            pytest.param(Target("game.example", 443), b"game.example:443", id="port-443"),
            pytest.param(Target("::1", 443), b"[::1]:443", id="ipv6"),
        ],
    )
    def test_names_the_target_with_its_port_always(self, target: Target, authority: bytes) -> None:
        message = tunnel(target).next_message()

        assert message.startswith(b"CONNECT " + authority + b" HTTP/1.1\r\nHost: " + authority + b"\r\n")

    def test_has_the_credentials_at_once(self) -> None:
        message = tunnel(credentials=("üser", "p:w")).next_message()

        assert b"\r\nProxy-Authorization: Basic w7xzZXI6cDp3\r\n" in message

    def test_has_one_host_and_the_callers_if_there_is_one(self) -> None:
        message = ConnectTunnel("p:1", TARGET, headers=(("HOST", "other.example"),)).next_message()

        assert [line for line in message.lower().split(b"\r\n") if line.startswith(b"host")] == [b"host: other.example"]

    def test_has_the_callers_headers(self) -> None:
        headers = (("X-Trace", "1"), ("proxy-authorization", "Bearer x"))
        message = ConnectTunnel("p:1", TARGET, credentials=CREDENTIALS, headers=headers).next_message()

        assert message.endswith(b"\r\nX-Trace: 1\r\nproxy-authorization: Bearer x\r\n\r\n")
        assert b"Basic" not in message


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(b"HTTP/1.1 200 Connection established\r\n\r\n", id="squid-privoxy-mitmproxy"),
        pytest.param(b"HTTP/1.0 200 Connection established\r\nProxy-agent: tinyproxy/1.11.1\r\n\r\n", id="tinyproxy"),
        pytest.param(b"HTTP/1.0 200 Connection Established\r\nProxy-agent: Apache/2.4.71\r\n\r\n", id="apache"),
        pytest.param(b"HTTP/1.1 200 OK\r\nConnection: close\r\nDate: x\r\n\r\n", id="pproxy"),
        pytest.param(b"HTTP/1.1 200 Connection Established\r\n\r\n", id="proxy-chain"),
        pytest.param(b"HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\n", id="with-a-length"),
        pytest.param(b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n", id="with-a-coding"),
        pytest.param(b"HTTP/1.1 299 Whatever\r\n\r\n", id="any-2xx"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" * MAX_INTERIM + b"HTTP/1.1 200 \r\n\r\n", id="behind-1xx"),
    ],
)
def test_any_2xx_opens_the_tunnel_and_later_data_belongs_to_it(reply: bytes) -> None:
    assert every_way(partial(outcome, tunnel), reply, tail=b"\x16\x03\x01hello") == [Tunnelled()]


REFUSALS = [
    pytest.param(b"403 Forbidden", "does not allow game.example:9000 (answered 403 Forbidden)", id="403"),
    pytest.param(b"405 No", "does not allow game.example:9000 (answered 405 No)", id="405"),
    pytest.param(
        b"500 Unable to connect", "could not reach game.example:9000 (answered 500 Unable to connect)", id="tinyproxy"
    ),
    pytest.param(
        b"503 Connect failed", "could not reach game.example:9000 (answered 503 Connect failed)", id="privoxy"
    ),
    pytest.param(b"404 No such domain", "could not reach game.example:9000 (answered 404 No such domain)", id="name"),
    pytest.param(b"502 Bad Gateway", "could not reach game.example:9000 (answered 502 Bad Gateway)", id="mitmproxy"),
    pytest.param(b"504 ", "could not reach game.example:9000 (answered 504)", id="504"),
    pytest.param(b"400 Bad Request", "is not a forward proxy (answered 400 Bad Request)", id="nginx"),
    pytest.param(b"426 Upgrade Required", "is not a forward proxy (answered 426 Upgrade Required)", id="haproxy"),
    pytest.param(b"302 Found", "is not a forward proxy (answered 302 Found)", id="redirect"),
    pytest.param(b"101 Switching Protocols", "is not a forward proxy (answered 101 Switching Protocols)", id="101"),
    pytest.param(b"418 \xe9", "is not a forward proxy (answered 418 é)", id="another"),
]


@pytest.mark.parametrize(("status", "words"), REFUSALS)
@pytest.mark.parametrize("version", [b"HTTP/1.0 ", b"HTTP/1.1 "], ids=["1.0", "1.1"])
def test_a_refusal_is_explained(version: bytes, status: bytes, words: str) -> None:
    failure = failed(version + status + b"\r\nServer: x\r\nLocation: http://elsewhere/\r\n\r\n<html>")

    assert failure.detail.startswith(f"the proxy proxy.example:3128 {words}")
    assert failure.kind is FailureKind.PROXY
    assert failure.http_status == int(status[:3])
    assert failure.http_headers[0] == ("Server", "x")
    assert failure.hint


def test_a_refusal_that_breaks_after_its_status_counts() -> None:
    assert "(answered 403 Forbidden)" in failed(b"HTTP/1.1 403 Forbidden\nServer: x\n\n").detail


class TestCredentials:
    BASIC = b'Proxy-Authenticate: Basic realm="a, b"\r\n'
    DIGEST = b'Proxy-Authenticate: Digest realm="x", nonce="y", qop="auth"\r\nProxy-Authenticate: NTLM\r\n'

    @pytest.mark.parametrize(
        ("status", "challenge"),
        [
            pytest.param(b"407", BASIC, id="407"),
            pytest.param(b"407", DIGEST + BASIC, id="squid-with-two"),
            pytest.param(b"407", b"Proxy-Authenticate: Basic\r\n", id="proxy.py-without-a-realm"),
            pytest.param(b"401", b"WWW-Authenticate: Basic\r\n", id="tinyproxy-401"),
            pytest.param(b"407", b"", id="no-challenge"),
        ],
    )
    def test_are_asked_for(self, status: bytes, challenge: bytes) -> None:
        reply = b"HTTP/1.1 " + status + b" x\r\n" + challenge + b"\r\n"
        without, given = failed(reply), failed(reply, partial(tunnel, credentials=CREDENTIALS))

        assert without.detail.endswith("wants a user name and password")
        assert given.detail.endswith("did not accept the user name and password")
        assert {without.kind, given.kind} == {FailureKind.PROXY_CREDENTIALS}
        assert 'proxy = "http://user:password@host:port"' in without.hint

    def test_are_no_use_if_the_proxy_does_not_take_basic(self) -> None:
        failure = failed(b"HTTP/1.1 407 x\r\n" + self.DIGEST + b"\r\n")

        assert failure.detail.endswith("wants a user name and password (offers Digest, NTLM only)")
        assert "Basic" in failure.hint


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"", "closed without an answer", id="pproxy-proxy-chain-openssh"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", "closed in the middle of its answer", id="half-an-answer"),
        pytest.param(b"\x05\xff", "speaks SOCKS", id="microsocks"),
        pytest.param(b"\0\x5b\0\0\0\0\0\0", "speaks SOCKS4", id="socks4"),
        pytest.param(b"\x15\x03\x03\0\2\2\x46", "speaks TLS", id="tls-alert"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", "is no HTTP proxy: its answer starts with 'SSH-2'", id="ssh"),
        pytest.param(b"HTTP/1.1 200 OK\r\n folded\r\n\r\n", "breaks HTTP: it has a folded header line", id="folded"),
        pytest.param(b"HTTP/1.1 200 OK\n\n", "breaks HTTP: it has a line that ends without", id="line-feeds"),
        pytest.param(b"HTTP/1.1 200 " + b"x" * 9000, "breaks HTTP: it has a line of more than 8192", id="long-line"),
        pytest.param(
            b"HTTP/1.1 200 \r\n" + b"X: y\r\n" * 129 + b"\r\n", "breaks HTTP: it has more than 128", id="many-lines"
        ),
        pytest.param(b"HTTP/1.1 100 \r\n\r\n" * (MAX_INTERIM + 1), "sent 100 again and again", id="many-1xx"),
    ],
)
def test_invalid_answers_are_explained(data: bytes, words: str) -> None:
    assert failed(data).detail.startswith(f"the proxy proxy.example:3128 {words}")


@given(st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 200 x\r\n", b"HTTP/1.1 407 x\r\n"]), st.binary(max_size=80))
@pytest.mark.untraced
def test_any_answer_means_the_same_in_any_pieces(start: bytes, more: bytes) -> None:
    verdict, *_ = every_way(partial(outcome, tunnel), start + more)

    assert isinstance(verdict, Tunnelled | Failure)
