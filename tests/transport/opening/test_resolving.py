from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_network import FakeResolver, addresses
from tests.support.openings import attempt
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.transport.opening.milestones import Found
from wsclient.transport.opening.resolver import Resolved
from wsclient.transport.opening.resolving import Resolving
from wsclient.transport.opening.route import Place, Route

if TYPE_CHECKING:
    from wsclient.transport.opening.attempt import Attempt


def resolving(started: Attempt) -> Resolving:
    return Resolving(started, started.outside.resolver.start(started.question))


def test_asks_for_the_first_place_of_the_route() -> None:
    resolver = FakeResolver(None)
    through = attempt("wss://game.example/", resolver=resolver)
    proxy = Place("proxy.example", 3128)
    phase = resolving(through.replace(route=Route((proxy, *through.route.hops))))
    assert [asked.route.first for asked in resolver.asked] == [proxy]
    assert phase.step(0.0) is None
    phase.close()


def test_finds_addresses() -> None:
    started = attempt(resolver=FakeResolver(Resolved(addresses("192.0.2.1"))))
    assert resolving(started).step(0.0) == Found(started, addresses("192.0.2.1"))


def test_passes_a_failure_on() -> None:
    failure = Failure(Stage.RESOLVE, FailureKind.NAME_NOT_FOUND, "no such name")
    assert resolving(attempt(resolver=FakeResolver(failure))).step(0.0) is failure


@pytest.mark.faults("B9")
@pytest.mark.parametrize(
    ("stage", "words", "hint"),
    [
        pytest.param(Stage.RESOLVE, "the name 'game.example' was not looked up within 1.5 s", "", id="name"),
        pytest.param(
            Stage.PROXY,
            "the proxy settings of this computer were not read within 1.5 s",
            'Set client.proxy to the address of a proxy, or to "" for none.',
            id="proxy",
        ),
        pytest.param(
            Stage.TLS,
            "the certificates of this computer were not read within 1.5 s, so that TLS could not begin",
            "This computer may be busy: try again, or raise handshake_timeout.",
            id="tls",
        ),
    ],
)
def test_says_which_part_of_the_lookup_took_too_long(stage: Stage, words: str, hint: str) -> None:
    resolver = FakeResolver(None)
    phase = resolving(attempt("wss://game.example/", resolver=resolver))
    resolver.lookups[0].stage = stage
    assert phase.give_up(1.5) == Failure(stage, FailureKind.TIMEOUT, words, hint=hint)


def test_compression_is_imported_before_the_connection_opens() -> None:
    program = """
        import sys
        from tests.support.paired_network import PairedNetwork, agree
        from wsclient import WebSocketClient
        from wsclient.transport.native import NativeTransport
        network = PairedNetwork()
        client = WebSocketClient(transport=lambda settings: NativeTransport(settings, outside=network.outside))
        client.compression = True
        client.connect_to_url("ws://game.example/")
        assert "wsclient.protocol.compression" in sys.modules
        before = set(sys.modules)
        client.poll()
        agree(network.accepted[0], b"\\x82\\x02hi")
        while not client.get_available_packet_count():
            client.poll()
        client.put_packet(bytes(500))
        client.disconnect_from_host()
        client.poll()
        print(set(sys.modules) - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stdout.strip() == "set()", done.stderr
