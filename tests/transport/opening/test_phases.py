from __future__ import annotations

import os
import select
import socket

import pytest

from tests.support.fake_network import FakeNetwork, FakeResolver, addresses
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.protocol.url import URL
from wsclient.transport.base import OpeningRequest, Settings
from wsclient.transport.opening import phases
from wsclient.transport.opening.phases import Attempt, Connecting, Outside, Requesting, Resolving, Securing
from wsclient.transport.opening.resolver import Resolved, TlsOptions


def attempt(
    url: str, network: FakeNetwork | None = None, resolver: FakeResolver | None = None, **options: object
) -> Attempt:
    outside = (network or FakeNetwork()).outside(resolver)
    return Attempt(OpeningRequest(URL.parse(url)), Settings(**options), outside)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        pytest.param("ws://game.example/", "game.example:80", id="name"),
        pytest.param("wss://game.example/", "game.example:443", id="default port of wss"),
        pytest.param("ws://user:secret@[::1]:9000/", "[::1]:9000", id="IPv6"),
    ],
)
def test_a_place_is_host_and_port(url: str, place: str) -> None:
    assert attempt(url).place == place


def test_outside_is_the_real_world_by_default() -> None:
    outside = Outside()
    assert outside.socket_factory is socket.socket
    assert outside.random_bytes is os.urandom
    assert outside.readiness._system is select


@pytest.mark.parametrize(
    ("url", "options", "tls"),
    [
        pytest.param("ws://a/", {}, None, id="ws"),
        pytest.param("wss://a/", {}, TlsOptions(verify=True), id="wss"),
        pytest.param("wss://a/", {"verify_ssl": False}, TlsOptions(verify=False), id="unverified"),
        pytest.param(
            "wss://a/", {"trusted_certificate": "ca.pem"}, TlsOptions(trusted_certificate="ca.pem"), id="trusting one"
        ),
    ],
)
def test_the_resolver_is_asked_for_what_the_url_needs(
    url: str, options: dict[str, object], tls: TlsOptions | None
) -> None:
    resolver = FakeResolver(None)
    phase = Resolving(attempt(url, resolver=resolver, **options))
    assert resolver.asked == [("a", 443 if tls else 80, tls)]
    assert phase.step(0.0) is None
    phase.close()


def test_each_phase_gives_the_next() -> None:
    network = FakeNetwork()
    network.listen("192.0.2.1")
    connecting = Resolving(attempt("ws://a/", network, FakeResolver(Resolved(addresses("192.0.2.1"))))).step(0.0)
    assert isinstance(connecting, Connecting)
    requesting = connecting.step(0.0)
    assert isinstance(requesting, Requesting)
    assert requesting.refusal is None
    assert requesting.step(0.0) is None
    requesting.close()
    assert network.open_sockets == []


@pytest.mark.parametrize(
    ("phase", "stage"),
    [
        (Resolving, Stage.RESOLVE),
        (Connecting, Stage.CONNECT),
        (Securing, Stage.TLS),
        (Requesting, Stage.HANDSHAKE),
    ],
)
def test_each_phase_has_its_stage_and_its_words_for_being_late(phase: type[phases.Phase], stage: Stage) -> None:
    assert phase.stage is stage
    assert "within 2.5 s" in phase.too_late.format(host="a", place="a:80", seconds=2.5)


@pytest.mark.hostile("B20")
def test_without_random_numbers_there_is_no_request_and_no_connection() -> None:

    def no_random_bytes(_: int) -> bytes:
        raise NotImplementedError("none")

    network = FakeNetwork()
    network.listen("192.0.2.1")
    outside = network.outside(random_bytes=no_random_bytes)
    connecting = Resolving(Attempt(OpeningRequest(URL.parse("ws://a/")), Settings(), outside)).step(0.0)
    assert isinstance(connecting, Connecting)
    failure = connecting.step(0.0)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.SYSTEM
    assert network.open_sockets == []


def test_what_is_remembered_of_unverified_servers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "_warned", set())
    for number in range(2000):
        phases._warn_unverified(f"{number}.example:443")
        assert len(phases._warned) <= phases._MAX_WARNED
