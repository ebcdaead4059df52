from __future__ import annotations

from math import inf

import pytest

from wsclient.transport.heartbeat import Heartbeat, Verdict


@pytest.mark.hostile("F04")
def test_a_ping_goes_into_the_silence_and_one_more_interval_is_the_end() -> None:
    heartbeat = Heartbeat(0.0)
    assert heartbeat.judge(19.9, 20.0) is Verdict.WAIT
    assert heartbeat.judge(20.0, 20.0) is Verdict.PING
    heartbeat.ping(20.0)
    assert heartbeat.judge(39.9, 20.0) is Verdict.WAIT
    assert heartbeat.judge(40.0, 20.0) is Verdict.DEAD


@pytest.mark.hostile("F05")
def test_any_byte_is_life() -> None:
    heartbeat = Heartbeat(0.0)
    heartbeat.ping(20.0)
    heartbeat.heard(39.0)
    assert heartbeat.judge(58.9, 20.0) is Verdict.WAIT
    assert heartbeat.judge(59.0, 20.0) is Verdict.PING


def test_an_interval_of_zero_is_never_due() -> None:
    heartbeat = Heartbeat(0.0)
    assert heartbeat.due(0.0) == inf
    assert heartbeat.judge(1e9, 0.0) is Verdict.WAIT


def test_a_changed_interval_counts_at_once() -> None:
    heartbeat = Heartbeat(0.0)
    assert heartbeat.judge(5.0, 20.0) is Verdict.WAIT
    assert heartbeat.judge(5.0, 5.0) is Verdict.PING


@pytest.mark.hostile("F08")
def test_a_second_ping_starts_the_wait_anew() -> None:
    heartbeat = Heartbeat(0.0)
    heartbeat.ping(20.0)
    heartbeat.ping(35.0)
    assert heartbeat.due(20.0) == 55.0


def test_the_latency_is_that_of_the_last_ping_answered() -> None:
    heartbeat = Heartbeat(0.0)
    assert heartbeat.latency == -1.0
    payload = heartbeat.ping(20.0)
    heartbeat.pong(payload, 20.05)
    assert heartbeat.latency == pytest.approx(0.05)


@pytest.mark.hostile("F03")
@pytest.mark.parametrize("payload", [b"", b"other", bytes(8)])
def test_a_pong_that_answers_nothing_says_nothing(payload: bytes) -> None:
    heartbeat = Heartbeat(0.0)
    heartbeat.pong(payload, 1.0)
    heartbeat.ping(20.0)
    heartbeat.pong(payload, 21.0)
    assert heartbeat.latency == -1.0


def test_a_pong_to_an_old_ping_says_nothing() -> None:
    heartbeat = Heartbeat(0.0)
    old = heartbeat.ping(20.0)
    heartbeat.ping(40.0)
    heartbeat.pong(old, 41.0)
    assert heartbeat.latency == -1.0
