"""Ten minutes of the arena in some seconds: memory stays flat."""

from __future__ import annotations

import pytest

from tests.support.arena_play import FRAMES_A_SECOND, ArenaPlay
from tests.support.resources import holding

pytestmark = pytest.mark.untraced

MINUTE = 60 * FRAMES_A_SECOND
MOST_BLOCKS = 100
MOST_RESIDENT = 2 * 1024 * 1024


@pytest.mark.hostile("C10")
def test_ten_minutes_of_play_hold_no_more_than_one() -> None:
    with ArenaPlay() as play:
        play.play(MINUTE)
        before = holding()

        play.play(10 * MINUTE)

        after = holding()
        assert play.received == 11 * (MINUTE + MINUTE // 15) - 1  # the last is still under way
        assert play.client.get_connection_status() == play.client.CONNECTION_CONNECTED
    assert after.descriptors == before.descriptors
    assert after.threads == before.threads
    assert after.blocks - before.blocks < MOST_BLOCKS
    assert after.resident - before.resident < MOST_RESIDENT
