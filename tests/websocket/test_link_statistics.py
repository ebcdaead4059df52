"""Tests the counters of a link, its session and its polls.

For a user's view of them, see test_client_packets.py.
"""

from __future__ import annotations

from tests.support.fake_transport import FakeTransport, binary
from wsclient.websocket.link import Link
from wsclient.websocket.link_statistics import statistics_of
from wsclient.websocket.poll_meter import PollMeter


def test_without_a_transport_nothing_is_unknown() -> None:
    told = statistics_of(Link(), None, PollMeter(0.004))

    assert (told.silence, told.unanswered_pings, told.write_stall, told.unsent_bytes) == (-1.0, 0, 0.0, 0)


def test_the_transport_reports_the_silence() -> None:
    link, transport = Link(), FakeTransport()
    link.carry(transport)
    transport.silent_for = 2.5

    assert statistics_of(link, None, PollMeter(0.004)).silence == 2.5


def test_received_messages_without_a_signal_are_the_backlog() -> None:
    link = Link()
    link.events += [binary(b"a", b"b"), binary(b"c")]

    assert statistics_of(link, None, PollMeter(0.004)).backlog == 3
