"""Traffic starts at nothing; what adds to it is tried with `LiveConnection` and with clients."""

from __future__ import annotations

from wsclient.transport.traffic import Traffic


def test_it_begins_with_nothing() -> None:
    traffic = Traffic()

    assert (traffic.received, traffic.sent) == (0, 0)
