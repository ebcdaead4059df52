"""AttendedTransport: the other side works when it is polled.

tests/testing tries it with a whole server.
"""

from __future__ import annotations

from wsclient.testing import FakeClock
from wsclient.transport.attended import AttendedTransport
from wsclient.transport.base import Settings
from wsclient.transport.opening.course import first_phase


def test_the_other_side_takes_one_step_for_each_poll() -> None:
    steps: list[int] = []
    transport = AttendedTransport(
        Settings(), clock=FakeClock(), first_phase=first_phase, attend=lambda: steps.append(1)
    )

    assert transport.poll() == []
    assert transport.poll(read=False) == []

    assert steps == [1, 1]
