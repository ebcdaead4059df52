from __future__ import annotations

import time

from wsclient.transport.clock import monotonic


def test_a_change_of_the_wall_clock_does_not_move_it():
    assert monotonic is time.monotonic
    assert time.get_clock_info("monotonic").adjustable is False
