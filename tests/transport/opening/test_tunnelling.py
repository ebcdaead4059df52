"""Tests proxies in memory that answer as real products do.

Each answer is cut everywhere.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.every_way import every_way
from tests.support.fake_network import FakeNetwork, FakeResolver, addresses
from tests.support.openings import attempt
from tests.support.scripted_server import ScriptedServer
from tests.support.tls import ServerTlsStream, client_context, server_context
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.protocol.proxy import Proxy
from wsclient.transport.opening.course import first_phase
from wsclient.transport.opening.milestones import Established
from wsclient.transport.opening.opening import Opening
from wsclient.transport.opening.requesting import Requesting
from wsclient.transport.opening.resolver import Resolved
from wsclient.transport.opening.tunnelling import Tunnelling
from wsclient.transport.stream.tls_stream import TlsStream

if TYPE_CHECKING:
    from tests.support.memory_stream import MemoryStream

URL = "ws://game.example:9000/"
TO_GAME = b"\x05\x01\x00\x03\x0cgame.example\x23\x28"  # SOCKS5: connect to the name and port of the URL
REFUSAL = b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n"


class Way:
    """An attempt through a proxy, and the proxy's end of it."""

    def __init__(self, proxy: str, url: str = URL, *, resolver: FakeResolver | None = None, **options: Any) -> None:
        self.network = FakeNetwork()
        self.network.listen("192.0.2.1")
        started = attempt(url, network=self.network, resolver=resolver, proxy=Proxy.parse(proxy), **options)
        self.opening = Opening(first_phase(started))
        self.outcome: object = self.opening.step(0.0)

    @property
    def proxy(self) -> MemoryStream:
        return self.network.accepted[0]

    def hear(self) -> bytes:
        """Returns what the proxy has received since the last call."""
        data = bytes(self.proxy.inbox)
        self.proxy.inbox.clear()
        return data

    def say(self, *pieces: bytes) -> None:
        """The proxy sends pieces, and each arrives by itself."""
        for piece in pieces:
            if self.outcome is None:
                self.proxy.send(piece)
                self.outcome = self.opening.step(0.0)

    def end(self) -> None:
        """The proxy ends the connection."""
        self.proxy.end()
        self.outcome = self.outcome or self.opening.step(0.0)

    @property
    def failure(self) -> Failure:
        assert isinstance(self.outcome, Failure), self.outcome
        assert self.network.open_sockets == []
        return self.outcome

    @property
    def words(self) -> str:
        assert self.failure.stage is Stage.PROXY
        return self.failure.detail

    def establish(self) -> Established:
        """The server behind the proxy agrees."""
        server = ScriptedServer(self.proxy)
        server.step()
        server.accept()
        self.outcome = self.opening.step(0.0)
        assert isinstance(self.outcome, Established), self.outcome
        return self.outcome


# HTTP

AGREEMENTS = {
    "squid": b"HTTP/1.1 200 Connection established\r\n\r\n",
    "tinyproxy": b"HTTP/1.0 200 Connection established\r\nProxy-agent: tinyproxy/1.11.1\r\n\r\n",
    "pproxy": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
    "a length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    "interim": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 Fine\r\n\r\n",
}

each_agreement = pytest.mark.parametrize("reply", AGREEMENTS.values(), ids=AGREEMENTS)


def test_connect_names_host_and_port_twice_and_nothing_else() -> None:
    assert Way("http://192.0.2.1:3128").hear() == (
        b"CONNECT game.example:9000 HTTP/1.1\r\nHost: game.example:9000\r\n\r\n"
    )


def test_connect_carries_credentials_and_headers_of_ones_own() -> None:
    heard = Way("http://me:p%40ss%3Aword@192.0.2.1:3128", proxy_headers=(("X-Team", "7"),)).hear()

    assert b"\r\nProxy-Authorization: Basic bWU6cEBzczp3b3Jk\r\n" in heard
    assert b"\r\nX-Team: 7\r\n" in heard


def test_nothing_is_sent_before_the_proxy_has_agreed() -> None:
    way = Way("http://192.0.2.1:3128")
    way.hear()
    way.say(b"HTTP/1.1 200 OK\r\n")

    assert way.hear() == b""
    assert isinstance(way.opening.phase, Tunnelling)


@pytest.mark.hostile("G18")
@each_agreement
def test_an_agreement_may_be_cut_anywhere(reply: bytes) -> None:
    def request(pieces: list[bytes]) -> bytes:
        way = Way("http://192.0.2.1:3128")
        way.hear()
        way.say(*pieces)
        assert isinstance(way.opening.phase, Requesting)
        heard = way.hear()
        return heard.partition(b"Sec-WebSocket-Key")[0]

    assert every_way(request, reply).startswith(b"GET / HTTP/1.1\r\nHost: game.example:9000\r\n")


@pytest.mark.hostile("G18")
@each_agreement
def test_data_after_the_agreement_belongs_to_the_server(reply: bytes) -> None:
    def failure(pieces: list[bytes]) -> Failure:
        way = Way("http://192.0.2.1:3128")
        way.say(*pieces)
        return way.failure.replace(cause=None)

    failed = every_way(failure, reply + REFUSAL)
    assert (failed.stage, failed.http_status) == (Stage.HANDSHAKE, 426)


@pytest.mark.hostile("G18")
def test_the_credentials_of_the_proxy_are_not_sent_to_the_server() -> None:
    way = Way("http://me:secret@192.0.2.1:3128", proxy_headers=(("X-Team", "7"),))
    way.hear()
    way.say(AGREEMENTS["squid"])

    heard = way.hear()
    assert b"Proxy-Authorization" not in heard
    assert b"X-Team" not in heard
    assert b"Upgrade: websocket" in heard


def test_a_connection_through_a_proxy_works_and_costs_no_call_more() -> None:
    way = Way("http://192.0.2.1:3128")
    way.hear()
    way.say(AGREEMENTS["squid"])
    established = way.establish()

    inner = way.network.sockets[0]
    before = len(inner.calls)
    assert established.stream.receive(100) is None
    assert established.stream.receive.__self__.__class__.__name__ == "TcpStream"  # type: ignore[attr-defined]
    assert len(inner.calls) == before + 1


REFUSALS = [
    pytest.param(b"HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic\r\n\r\n", "wants a user name and password", id="407"),
    pytest.param(b"HTTP/1.0 401 Auth\r\nWWW-Authenticate: Basic\r\n\r\n", "wants a user name and password", id="401"),
    pytest.param(
        b"HTTP/1.1 407 A\r\nProxy-Authenticate: Digest x=1\r\nProxy-Authenticate: NTLM\r\n\r\n",
        "wants a user name and password (offers Digest, NTLM only)",
        id="407 without Basic",
    ),
    pytest.param(b"HTTP/1.1 403 No\r\n\r\n", "does not allow game.example:9000 (answered 403 No)", id="403"),
    pytest.param(b"HTTP/1.1 502 Bad\r\n\r\n", "could not reach game.example:9000 (answered 502 Bad)", id="502"),
    pytest.param(b"HTTP/1.1 400 Bad\r\n\r\n", "is not a forward proxy (answered 400 Bad)", id="400"),
    pytest.param(b"HTTP/1.1 302 F\r\nLocation: /\r\n\r\n", "is not a forward proxy (answered 302 F)", id="302"),
    pytest.param(b"\x05\xff", "speaks SOCKS", id="SOCKS"),
    pytest.param(b"\x15\x03\x01\x00\x02\x02\x46", "speaks TLS", id="TLS"),
    pytest.param(b"SSH-2.0-x\r\n", "is no HTTP proxy: its answer starts with 'SSH-2'", id="garbage"),
]


@pytest.mark.hostile("G18")
@pytest.mark.parametrize(("reply", "words"), REFUSALS)
def test_a_refusal_of_a_proxy_may_be_cut_anywhere(reply: bytes, words: str) -> None:
    def detail(pieces: list[bytes]) -> str:
        way = Way("http://192.0.2.1:3128")
        way.say(*pieces)
        return way.words

    assert every_way(detail, reply) == f"the proxy 192.0.2.1:3128 {words}"


@pytest.mark.hostile("G18")
def test_refused_credentials_are_reported_but_not_shown() -> None:
    way = Way("http://me:hunter2@192.0.2.1:3128")
    way.say(b"HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic\r\n\r\n")

    assert "did not accept the user name and password" in way.words
    assert way.failure.kind is FailureKind.PROXY_CREDENTIALS
    assert "hunter2" not in repr(way.failure)


# SOCKS

SOCKS_ANSWERS = {
    "IPv4": b"\x05\x00\x00\x01\0\0\0\0\0\0",
    "IPv6": b"\x05\x00\x00\x04" + bytes(18),
    "name": b"\x05\x00\x00\x03\x04abcd\x00\x50",
}

each_socks_answer = pytest.mark.parametrize("answer", SOCKS_ANSWERS.values(), ids=SOCKS_ANSWERS)


@pytest.mark.hostile("G19")
@each_socks_answer
def test_an_answer_of_socks_may_be_cut_anywhere(answer: bytes) -> None:
    def talk(pieces: list[bytes]) -> list[bytes]:
        way = Way("socks5h://192.0.2.1")
        way.say(b"\x05", b"\x00")
        heard = [way.hear()]
        for piece in pieces:
            way.say(piece)
            heard.append(way.hear())
        assert isinstance(way.opening.phase, Requesting)
        return [message.partition(b"\r\n")[0] for message in heard if message]

    assert every_way(talk, answer) == [b"\x05\x01\x00" + TO_GAME, b"GET / HTTP/1.1"]


@pytest.mark.hostile("G19")
@each_socks_answer
def test_data_after_an_answer_of_socks_belongs_to_the_server(answer: bytes) -> None:
    def failure(pieces: list[bytes]) -> Failure:
        way = Way("socks5h://192.0.2.1")
        way.say(*pieces)
        return way.failure.replace(cause=None)

    failed = every_way(failure, b"\x05\x00" + answer + REFUSAL)
    assert (failed.stage, failed.http_status) == (Stage.HANDSHAKE, 426)


@pytest.mark.hostile("G19")
def test_socks_asks_by_password_and_one_message_at_a_time() -> None:
    way = Way("socks5h://me:pass@192.0.2.1")
    heard = [way.hear()]
    for piece in (b"\x05\x02", b"\x01\x00", SOCKS_ANSWERS["IPv4"]):
        before = way.network.sockets[0].calls.count("send")
        way.say(piece)
        assert way.network.sockets[0].calls.count("send") == before + 1
        heard.append(way.hear())

    assert heard[:3] == [b"\x05\x01\x02", b"\x01\x02me\x04pass", TO_GAME]
    assert heard[3].startswith(b"GET / ")


@pytest.mark.hostile("G19")
@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param(b"\x04", "is no SOCKS5 proxy: its answer starts with '\\x04'", id="wrong version"),
        pytest.param(b"HTTP/1.1 400 Bad\r\n\r\n", "speaks HTTP", id="HTTP"),
        pytest.param(b"\x05\xff", "wants a user name and password", id="auth wanted"),
        *(
            pytest.param(b"\x05\0\x05" + bytes([number, 0, 1]) + bytes(6), words, id=f"reply {number}")
            for number, words in {
                1: "could not reach game.example:9000 (general failure",
                2: "does not allow game.example:9000",
                3: "could not reach game.example:9000 (its network is unreachable",
                4: "could not reach game.example:9000 (the host is unreachable or unknown",
                5: "could not reach game.example:9000 (the connection was refused",
                6: "could not reach game.example:9000 (the way there is too long",
                7: "does not know the command",
                8: "does not take an address of the kind of game.example:9000",
            }.items()
        ),
    ],
)
def test_a_refusal_of_socks_may_be_cut_anywhere(said: bytes, words: str) -> None:
    def detail(pieces: list[bytes]) -> str:
        way = Way("socks5h://192.0.2.1")
        way.say(*pieces)
        return way.words

    assert every_way(detail, said).startswith(f"the proxy 192.0.2.1:1080 {words}")


def test_socks5_is_sent_an_address_that_was_looked_up_here() -> None:
    started = attempt(URL, proxy=Proxy.parse("socks5://192.0.2.1"))
    route = started.route
    server = route.server.replace(address="203.0.113.9")
    found = Resolved(addresses("192.0.2.1", port=1080), route=route.replace(hops=(route.first, server)))
    way = Way("socks5://192.0.2.1", resolver=FakeResolver(found))
    way.say(b"\x05\x00")

    assert way.hear().endswith(b"\x05\x01\x00\x01\xcb\x00\x71\x09\x23\x28")


def test_socks4a_asks_by_name() -> None:
    way = Way("socks4a://me@192.0.2.1")

    assert way.hear() == b"\x04\x01\x23\x28\0\0\0\1me\0game.example\0"
    way.say(b"\0\x5a" + bytes(6))
    assert isinstance(way.opening.phase, Requesting)


def test_socks4a_cannot_be_asked_for_ipv6() -> None:
    way = Way("socks4a://192.0.2.1", "ws://[2001:db8::1]/")

    assert "cannot be asked for an IPv6 address" in way.words
    assert way.failure.kind is FailureKind.INVALID_ARGUMENT


@pytest.mark.hostile("G19")
@pytest.mark.parametrize(("size", "is_sent"), [(253, True), (254, False)])
def test_the_longest_name_fits_into_socks(size: int, is_sent: bool) -> None:
    name = f"{'x' * 63}.{'x' * 63}.{'x' * 63}.".ljust(size, "y")
    if is_sent:
        way = Way("socks5h://192.0.2.1", f"ws://{name}/")
        way.say(b"\x05\x00")
        assert way.hear().endswith(b"\x03\xfd" + name.encode() + b"\x00\x50")
    else:
        with pytest.raises(ValueError, match="characters long"):
            Way("socks5h://192.0.2.1", f"ws://{name}/")


# Ends, deadlines


@pytest.mark.parametrize(
    ("proxy", "said", "words"),
    [
        pytest.param("http://192.0.2.1", b"", "closed without an answer", id="http, nothing"),
        pytest.param("http://192.0.2.1", b"HTTP/1.1 20", "closed in the middle of its answer", id="http, half"),
        pytest.param(
            "http://192.0.2.1", AGREEMENTS["squid"], "said yes to game.example:9000, and ended", id="http, yes"
        ),
        pytest.param("socks5h://192.0.2.1", b"", "closed without an answer", id="socks, nothing"),
        pytest.param("socks5h://192.0.2.1", b"\x05\x00\x05", "closed in the middle of its answer", id="socks, half"),
        pytest.param(
            "socks5h://192.0.2.1",
            b"\x05\x00" + SOCKS_ANSWERS["name"],
            "said yes to game.example:9000, and ended",
            id="socks, yes",
        ),
    ],
)
def test_a_proxy_that_hangs_up_is_blamed(proxy: str, said: bytes, words: str) -> None:
    way = Way(proxy)
    way.say(*([said] if said else []))
    way.end()

    assert words in way.words
    assert way.failure.note == "(proxy from client.proxy)"


def test_an_end_after_the_servers_first_byte_is_the_servers() -> None:
    way = Way("http://192.0.2.1")
    way.say(AGREEMENTS["squid"], b"H")
    way.end()

    assert way.failure.stage is Stage.HANDSHAKE


def test_a_reset_after_the_proxys_yes_is_blamed_on_it() -> None:
    way = Way("http://192.0.2.1")
    way.say(AGREEMENTS["squid"])
    way.network.sockets[0].stream.break_with(ConnectionResetError(104, "reset"))
    way.outcome = way.opening.step(0.0)

    assert "said yes to game.example:9000, and ended the connection" in way.words


@pytest.mark.hostile("G18")
@pytest.mark.parametrize(
    ("said", "stage", "words"),
    [
        pytest.param(
            b"", Stage.PROXY, "the proxy 192.0.2.1:80 accepted the connection and did not answer", id="silence"
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\n", Stage.PROXY, "did not answer within 10 s", id="half"),
        pytest.param(
            AGREEMENTS["squid"], Stage.HANDSHAKE, "game.example:9000 accepted the connection", id="behind the yes"
        ),
    ],
)
def test_a_deadline_before_the_yes_is_the_proxys(said: bytes, stage: Stage, words: str) -> None:
    way = Way("http://192.0.2.1")
    way.say(*([said] if said else []))
    way.outcome = way.opening.step(10.1)

    assert way.failure.stage is stage
    assert way.failure.kind is FailureKind.TIMEOUT
    assert words in way.failure.detail


def test_a_refused_connection_is_that_of_the_proxy() -> None:
    network = FakeNetwork()
    network.fail("192.0.2.1")
    started = attempt(URL, network=network, proxy=Proxy.parse("http://192.0.2.1"))
    outcome = Opening(first_phase(started)).step(0.0)

    assert isinstance(outcome, Failure)
    assert (outcome.stage, outcome.detail) == (Stage.PROXY, "the proxy 192.0.2.1:80 refused the connection")
    assert outcome.hint == "Is the proxy running, and is this its port?"


# TLS


def secured() -> FakeResolver:
    return FakeResolver(
        Resolved(addresses("192.0.2.1"), lambda stream, name: TlsStream(stream, client_context(), name))
    )


def shake(way: Way, server: ServerTlsStream) -> None:
    for _ in range(6):
        with contextlib.suppress(OSError):
            server.handshake()
        way.outcome = way.outcome or way.opening.step(0.0)


@pytest.mark.hostile("G18")
def test_tls_goes_through_tls_to_the_proxy() -> None:
    way = Way("https://localhost:8443", "wss://game.example/", resolver=secured())
    to_proxy = ServerTlsStream(way.proxy, server_context("localhost"))
    shake(way, to_proxy)
    assert to_proxy.receive(1000) == b"CONNECT game.example:443 HTTP/1.1\r\nHost: game.example:443\r\n\r\n"

    to_proxy.send(AGREEMENTS["squid"])
    way.outcome = way.opening.step(0.0)
    to_server = ServerTlsStream(to_proxy, server_context("game.example"))
    shake(way, to_server)
    server = ScriptedServer(to_server)
    server.step()
    server.accept(behind=b"\x81\x02hi")
    way.outcome = way.opening.step(0.0)

    assert isinstance(way.outcome, Established)
    assert way.outcome.trailing_data == b"\x81\x02hi"


def test_tls_is_not_spoken_to_a_plain_proxy() -> None:
    way = Way("http://proxy.example", "wss://localhost/", resolver=secured())
    assert way.hear().startswith(b"CONNECT localhost:443")
    way.say(AGREEMENTS["tinyproxy"])
    shake(way, ServerTlsStream(way.proxy, server_context("localhost")))

    assert isinstance(way.opening.phase, Requesting)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param(b"HTTP/1.1 400 Bad\r\n\r\n", "the proxy localhost:8443 does not speak TLS", id="HTTP"),
        pytest.param(b"\x05\xff", "the proxy localhost:8443 does not speak TLS", id="SOCKS"),
    ],
)
def test_a_proxy_without_tls_is_reported_with_its_scheme(said: bytes, words: str) -> None:
    way = Way("https://localhost:8443", resolver=secured())
    way.say(said)
    way.end()

    assert way.words == words
    assert way.failure.hint == "Write http:// in front of its address."


def test_a_certificate_of_a_proxy_is_checked() -> None:
    way = Way("https://localhost:8443", resolver=secured())
    shake(way, ServerTlsStream(way.proxy, server_context("other.example")))

    assert way.words.startswith("the proxy localhost:8443: certificate verify failed")
    assert way.failure.kind is FailureKind.CERTIFICATE


# Lookups


def test_a_slow_lookup_of_a_proxy_is_blamed_on_the_proxy() -> None:
    started = attempt(URL, resolver=FakeResolver(None), proxy=Proxy.parse("http://p.example"))
    outcome = Opening(first_phase(started)).step(11.0)

    assert isinstance(outcome, Failure)
    assert outcome.detail == "the name of the proxy p.example:80 was not looked up within 10 s"


def test_a_name_of_a_proxy_that_is_unknown_is_the_proxys() -> None:
    unknown = Failure(Stage.RESOLVE, FailureKind.NAME_NOT_FOUND, "name 'p.example' was not found (unknown)")
    started = attempt(URL, resolver=FakeResolver(unknown), proxy=Proxy.parse("http://p.example"))
    outcome = Opening(first_phase(started)).step(0.0)

    assert isinstance(outcome, Failure)
    assert outcome.stage is Stage.PROXY
    assert outcome.detail == "the proxy p.example:80 cannot be looked up: name 'p.example' was not found (unknown)"


# Giving up


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 2", AGREEMENTS["squid"]], ids=["silence", "half", "agreed"])
def test_an_attempt_can_be_dropped_at_any_time(said: bytes) -> None:
    way = Way("http://192.0.2.1")
    way.say(*([said] if said else []))
    way.opening.close()
    way.opening.close()

    assert way.network.open_sockets == []
