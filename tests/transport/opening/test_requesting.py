from __future__ import annotations

import pytest

from tests.support.fake_network import FakeNetwork
from tests.support.memory_stream import MemoryStream
from tests.support.openings import attempt
from tests.support.scripted_server import ScriptedServer
from wsclient.protocol.connection import Role
from wsclient.protocol.events import Failure, FailureKind, Opened
from wsclient.transport.opening.milestones import Established, Reached
from wsclient.transport.opening.requesting import Requesting


def test_sends_the_request_and_waits_for_the_reply() -> None:
    here, there = MemoryStream.pair()
    phase = Requesting(Reached(attempt(), here))
    assert phase.step(0.0) is None
    server = ScriptedServer(there)
    server.step()
    server.accept(behind=b"\x81\x00")
    assert phase.step(0.0) == Established(here, Role.CLIENT, Opened(""), b"\x81\x00", None)


def test_knows_a_refusal_before_its_page_is_there() -> None:
    here, there = MemoryStream.pair()
    phase = Requesting(Reached(attempt(), here))
    assert phase.refusal is None
    there.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 10\r\n\r\nno")
    assert phase.step(0.0) is None
    assert phase.refusal is not None
    assert phase.refusal.http_status == 403


@pytest.mark.hostile("B20")
def test_without_random_numbers_nothing_is_sent() -> None:
    def no_random_bytes(_: int) -> bytes:
        raise NotImplementedError("none")

    here, there = MemoryStream.pair()
    outside = FakeNetwork().outside(random_bytes=no_random_bytes)
    failure = Requesting(Reached(attempt(outside=outside), here)).step(0.0)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.SYSTEM
    assert not there.inbox
