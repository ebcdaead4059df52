"""Reconnector: when the next attempt is due, and how it counts."""

from __future__ import annotations

from math import inf

import pytest

from wsclient import ConnectionFailure, Error, ReconnectPolicy
from wsclient.websocket.reconnector import End, Reconnector

NEVER_OPEN = End(None, -1, -1.0)
DROPPED = End(None, 1006, 1.0)
VIOLATION = End(ConnectionFailure(stage="open", error=Error.ERR_INVALID_DATA, message="No frame."), 1006, 1.0)


@pytest.fixture
def reconnector() -> Reconnector:
    return Reconnector(ReconnectPolicy(1.0, jitter=0.0))


def test_nothing_is_scheduled_at_first(reconnector: Reconnector) -> None:
    assert (reconnector.attempt, reconnector.due, reconnector.time_left(100.0)) == (0, inf, -1.0)


def test_an_end_schedules_an_attempt(reconnector: Reconnector) -> None:
    assert reconnector.decide(NEVER_OPEN, 100.0) == 1.0
    assert (reconnector.attempt, reconnector.due) == (1, 101.0)
    assert (reconnector.time_left(100.25), reconnector.time_left(200.0)) == (0.75, 0.0)


def test_an_attempt_that_has_begun_is_not_scheduled_any_more(reconnector: Reconnector) -> None:
    reconnector.decide(NEVER_OPEN, 100.0)

    reconnector.begin()

    assert (reconnector.attempt, reconnector.due) == (1, inf)


@pytest.mark.parametrize(("ends", "seconds"), [(1, 2.0), (2, 2.0), (3, 4.0)])
def test_an_attempt_has_as_long_as_the_wait_and_two_seconds_at_least(
    ends: int, seconds: float, reconnector: Reconnector
) -> None:
    for _ in range(ends):
        reconnector.decide(NEVER_OPEN, 100.0)

    assert reconnector.begin() == seconds


def test_a_wait_can_be_ended_or_cancelled(reconnector: Reconnector) -> None:
    reconnector.hurry(50.0)
    assert reconnector.due == inf

    reconnector.decide(NEVER_OPEN, 100.0)
    reconnector.hurry(100.5)
    assert reconnector.due == 100.5

    reconnector.cancel()
    assert reconnector.due == inf


@pytest.mark.parametrize(
    ("before", "is_repeated"),
    [
        pytest.param([], False, id="the-first"),
        pytest.param([VIOLATION], True, id="the-second"),
        pytest.param([VIOLATION, DROPPED], False, id="another-end-between"),
        pytest.param([VIOLATION, NEVER_OPEN], True, id="an-attempt-between"),
        pytest.param([DROPPED], False, id="behind-another-end"),
    ],
)
def test_violations_in_a_row_are_known(before: list[End], is_repeated: bool, reconnector: Reconnector) -> None:
    for end in before:
        reconnector.ended(end)

    failure = reconnector.ended(VIOLATION).failure

    assert failure is not None
    assert failure.is_repeated is is_repeated


def test_a_connect_of_the_users_forgets_violations(reconnector: Reconnector) -> None:
    reconnector.ended(VIOLATION)
    reconnector.restart()

    assert reconnector.ended(VIOLATION) == VIOLATION


def test_a_message_over_our_limit_is_a_violation_of_ours(reconnector: Reconnector) -> None:
    too_big = VIOLATION.replace(failure=ConnectionFailure(stage="open", error=Error.ERR_OUT_OF_MEMORY, message="Big."))
    reconnector.ended(too_big)

    assert reconnector.ended(too_big) != too_big
