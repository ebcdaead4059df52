"""FakeClock: time that a test moves."""

from __future__ import annotations

from wsclient.testing import FakeClock


def test_it_does_not_move_by_itself() -> None:
    clock = FakeClock(5.0)

    assert (clock(), clock()) == (5.0, 5.0)

    clock.advance(1.5)

    assert clock() == clock.seconds == 6.5
