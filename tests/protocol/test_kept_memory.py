"""Memory that large messages leave: what the C library is shown, and how seldom."""

from __future__ import annotations

import tracemalloc

import pytest

from wsclient.protocol import kept_memory
from wsclient.protocol.kept_memory import keep_memory

MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def nothing_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_memory, "_largest_shown", 0)


def shown_for(size: int) -> int:
    """How large a block was shown, in bytes; 0 for none."""
    tracemalloc.start()
    try:
        keep_memory(size)
        assert tracemalloc.get_traced_memory()[0] < 1000  # nothing of it is held
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return peak if peak >= MIB else 0


def test_a_block_larger_than_the_message_and_a_read_is_released() -> None:
    assert shown_for(2 * MIB) == pytest.approx(3.5 * MIB, rel=0.001)


def test_it_is_shown_once() -> None:
    keep_memory(2 * MIB)

    assert shown_for(2 * MIB) == shown_for(100_000) == 0
    assert shown_for(2 * MIB + 1) > 0


def test_it_is_no_larger_than_the_checked_part() -> None:
    assert shown_for(1024 * MIB) == pytest.approx(31 * MIB, rel=0.001)


def test_a_machine_without_memory_for_it_continues(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_memory, "_LARGEST", 1 << 62)

    keep_memory(1 << 61)
