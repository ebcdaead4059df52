"""Tests that Traffic starts at zero.

For what adds to it, see the tests of `LiveConnection` and of clients.
"""

from __future__ import annotations

from wsclient.transport.traffic import Traffic


def test_it_begins_with_nothing() -> None:
    traffic = Traffic()

    assert (traffic.received, traffic.sent) == (0, 0)
