from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from tests.support.memory_stream import MemoryStream
from tests.support.openings import attempt
from tests.support.tls import client_context, server_context
from wsclient.protocol.events import Failure, FailureKind
from wsclient.transport.base import Settings
from wsclient.transport.descriptor import Descriptor
from wsclient.transport.opening.milestones import Accepted, Reached
from wsclient.transport.opening.route import Place, Route
from wsclient.transport.opening.securing import Securing
from wsclient.transport.stream.tls_stream import TlsStream

if TYPE_CHECKING:
    from wsclient.transport.opening.phase import Phase
    from wsclient.transport.stream.stream import Stream


def of_client(stream: Stream, name: str) -> TlsStream:
    return TlsStream(stream, client_context(), name)


def of_server(stream: Stream, _name: str) -> TlsStream:
    return TlsStream(stream, server_context(), None)


def both(place: Place) -> tuple[Securing, Securing]:
    """Client and server, with TLS to agree on."""
    here, there = MemoryStream.pair()
    started = attempt("wss://localhost/").replace(route=Route((place,)))
    return (
        Securing(Reached(started, here, of_client), of_client),
        Securing(Accepted(there, Settings(), of_server), of_server),
    )


def shake_hands(client: Phase, server: Phase) -> tuple[object, object]:
    ends: list[object] = [None, None]
    for _ in range(6):
        for side, phase in enumerate((client, server)):
            ends[side] = ends[side] or phase.step(0.0)
    return ends[0], ends[1]


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(Place("localhost", 443, is_secure=True), id="its own name"),
        pytest.param(Place("203.0.113.1", 443, is_secure=True, tls_name="localhost"), id="another name"),
    ],
)
def test_puts_tls_on_both_sides(place: Place) -> None:
    client, server = shake_hands(*both(place))
    assert isinstance(client, Reached)
    assert isinstance(server, Accepted)
    assert (client.is_secured, server.is_secured) == (True, True)
    client.stream.send(b"secret")
    assert server.stream.receive(100) == b"secret"


class Wire(MemoryStream):
    """Has a descriptor; takes nothing if it is full."""

    descriptor = Descriptor(7)
    has_more = False
    is_full = False

    def send(self, data: bytes | memoryview) -> int:
        return 0 if self.is_full else super().send(data)


def test_waits_for_a_descriptor_while_the_other_side_has_to_answer() -> None:
    here, _ = Wire.pair()
    phase = Securing(Reached(attempt("wss://localhost/"), here, of_client), of_client)
    assert phase.descriptor is None
    phase.step(0.0)
    assert phase.descriptor is Wire.descriptor
    here.has_more = True
    assert phase.descriptor is None


def test_waits_for_no_descriptor_while_it_has_bytes_to_send() -> None:
    here, _ = Wire.pair()
    here.is_full = True
    phase = Securing(Reached(attempt("wss://localhost/"), here, of_client), of_client)
    phase.step(0.0)
    assert phase.descriptor is None
    here.is_full = False
    phase.step(0.0)
    assert phase.descriptor is Wire.descriptor


def test_a_wrong_name_is_a_failure() -> None:
    client, _ = shake_hands(*both(Place("other.example", 443, is_secure=True)))
    assert isinstance(client, Failure)
    assert client.kind is FailureKind.CERTIFICATE


@pytest.mark.hostile("G11")
def test_the_number_of_unverified_places_is_limited(caplog: pytest.LogCaptureFixture) -> None:
    def warnings(number: int) -> int:
        caplog.clear()
        started = attempt(f"wss://{number}.example/", verify_ssl=False)
        Securing(Reached(started, MemoryStream.pair()[0], of_client), of_client)
        return sum(record.levelno == logging.WARNING for record in caplog.records)

    assert [warnings(-1), warnings(-1)] == [1, 0]
    for number in range(300):
        warnings(number)
    assert warnings(-1) == 1, "it was forgotten, in favour of newer ones"
