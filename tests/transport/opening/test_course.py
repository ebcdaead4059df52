from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_network import addresses
from tests.support.memory_stream import MemoryStream
from tests.support.openings import attempt
from wsclient.protocol.events import Failure, Stage
from wsclient.protocol.proxy import Proxy
from wsclient.transport.base import Settings
from wsclient.transport.opening.answering import Answering
from wsclient.transport.opening.connecting import Connecting
from wsclient.transport.opening.course import first_phase, phase_after
from wsclient.transport.opening.milestones import Accepted, Found, Milestone, Reached
from wsclient.transport.opening.requesting import Requesting
from wsclient.transport.opening.resolving import Resolving
from wsclient.transport.opening.securing import Securing
from wsclient.transport.opening.tunnelling import Tunnelling

if TYPE_CHECKING:
    from wsclient.transport.opening.phase import Phase
    from wsclient.transport.stream.stream import Stream
    from wsclient.transport.stream.tls_stream import TlsStream

STREAM = MemoryStream.pair()[0]
WS, WSS = attempt("ws://a/"), attempt("wss://a/")
PROXIED = attempt("wss://a/", proxy=Proxy.parse("http://p"))


def secure(_stream: Stream, _name: str) -> TlsStream:
    raise NotImplementedError


@pytest.mark.parametrize(
    ("reached", "phase"),
    [
        pytest.param(Found(WS, addresses("192.0.2.1")), Connecting, id="addresses"),
        pytest.param(Reached(WS, STREAM), Requesting, id="the server"),
        pytest.param(Reached(PROXIED, STREAM), Tunnelling, id="a proxy"),
        pytest.param(Reached(PROXIED, STREAM, secure, hop=1), Securing, id="a server with TLS behind a proxy"),
        pytest.param(Reached(PROXIED, STREAM, secure, hop=1, is_secured=True), Requesting, id="a server behind it"),
        pytest.param(Reached(WSS, STREAM, secure), Securing, id="a server with TLS"),
        pytest.param(Reached(WSS, STREAM, secure, is_secured=True), Requesting, id="by TLS"),
        pytest.param(Accepted(STREAM, Settings()), Answering, id="a client"),
        pytest.param(Accepted(STREAM, Settings(), secure), Securing, id="a client with TLS"),
        pytest.param(Accepted(STREAM, Settings(), secure, is_secured=True), Answering, id="a client by TLS"),
    ],
)
def test_each_milestone_has_its_phase(reached: Milestone, phase: type[Phase]) -> None:
    assert type(phase_after(reached)) is phase


@pytest.mark.parametrize(
    ("url", "options", "phase"),
    [
        pytest.param("ws://game.example/", {}, Resolving, id="a name"),
        pytest.param("ws://192.0.2.1/", {}, Connecting, id="a numeric host"),
        pytest.param("ws://[2001:db8::1]/", {}, Connecting, id="an IPv6 address"),
        pytest.param("ws://192.0.2.1/", {"address_family": "ipv6"}, Resolving, id="of another family"),
        pytest.param(
            "ws://game.example/", {"proxy": Proxy.parse("http://192.0.2.7")}, Connecting, id="a numeric proxy"
        ),
        pytest.param("ws+unix:///run/game.sock", {}, Connecting, id="a Unix socket"),
    ],
)
def test_a_client_begins_by_connecting_if_it_knows_the_address(
    url: str, options: dict[str, object], phase: type[Phase]
) -> None:
    assert type(first_phase(attempt(url, **options))) is phase


def test_a_wrong_family_is_the_failure_of_the_first_step() -> None:
    failure = first_phase(attempt("ws://192.0.2.1/", address_family="ipv6")).step(0.0)

    assert isinstance(failure, Failure)
    assert failure.stage is Stage.RESOLVE


def test_a_redirect_to_a_private_address_does_not_connect() -> None:
    failure = first_phase(attempt("ws://192.168.0.1/").replace(redirected_by="8.8.8.8")).step(0.0)

    assert isinstance(failure, Failure)
    assert "redirect" in failure.detail
