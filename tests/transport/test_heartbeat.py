from __future__ import annotations

from math import inf

import pytest

from wsclient.transport.heartbeat import Heartbeat, Verdict

INTERVAL = 20.0


def heard(heartbeat: Heartbeat, now: float) -> None:
    """A whole message comes, and nothing is left unread."""
    heartbeat.has_heard, heartbeat.told_at = True, now


def asking(pings: int) -> Heartbeat:
    """Returns a heartbeat that has sent pings at 20, 40, ... seconds.

    Messages arrive on its line.
    """
    heartbeat = Heartbeat(0.0)
    for number in range(1, pings + 1):
        heartbeat.ping(INTERVAL * number, INTERVAL)
        heard(heartbeat, INTERVAL * number + 5.0)
    return heartbeat


@pytest.mark.hostile("F04")
def test_a_ping_is_sent_each_interval_and_silence_after_one_is_the_end() -> None:
    heartbeat = Heartbeat(0.0)
    assert heartbeat.judge(19.9, INTERVAL) is Verdict.WAIT
    assert heartbeat.judge(20.0, INTERVAL) is Verdict.PING
    heartbeat.ping(20.0, INTERVAL)
    assert heartbeat.judge(39.9, INTERVAL) is Verdict.WAIT
    assert heartbeat.judge(40.0, INTERVAL) is Verdict.SILENT


@pytest.mark.hostile("F05")
@pytest.mark.faults("A4")
def test_any_byte_is_life_but_the_next_ping_is_still_sent() -> None:
    heartbeat = Heartbeat(0.0)
    heartbeat.ping(20.0, INTERVAL)
    heartbeat.has_heard = True
    assert heartbeat.judge(39.9, INTERVAL) is Verdict.WAIT
    assert heartbeat.judge(40.0, INTERVAL) is Verdict.PING


def test_an_interval_of_zero_is_never_due() -> None:
    heartbeat = Heartbeat(0.0)
    assert heartbeat.due(0.0) == inf
    assert heartbeat.judge(1e9, 0.0) is Verdict.WAIT


def test_a_changed_interval_counts_at_once() -> None:
    heartbeat = Heartbeat(0.0)
    assert heartbeat.judge(5.0, 20.0) is Verdict.WAIT
    assert heartbeat.judge(5.0, 5.0) is Verdict.PING


@pytest.mark.hostile("F08")
@pytest.mark.parametrize(("interval", "seconds"), [(20.0, 5.0), (2.0, 2.0)])
def test_the_ping_after_a_sleep_has_five_seconds_at_most(interval: float, seconds: float) -> None:
    heartbeat = Heartbeat(0.0)
    heartbeat.ping(100.0, interval, is_awaking=True)
    assert heartbeat.patience(interval) == seconds
    assert heartbeat.judge(100.0 + seconds - 0.1, interval) is Verdict.WAIT
    assert heartbeat.judge(100.0 + seconds, interval) is Verdict.SILENT


def test_after_an_answered_one_the_next_ping_leaves_at_its_usual_time() -> None:
    heartbeat = Heartbeat(0.0)
    heartbeat.ping(100.0, INTERVAL, is_awaking=True)
    heartbeat.has_heard = True
    assert heartbeat.judge(105.0, INTERVAL) is Verdict.WAIT
    assert heartbeat.judge(119.9, INTERVAL) is Verdict.WAIT
    assert heartbeat.judge(120.0, INTERVAL) is Verdict.PING


@pytest.mark.faults("A5")
def test_three_pings_without_a_pong_are_the_end_however_much_comes() -> None:
    heartbeat = asking(3)
    assert heartbeat.unanswered == 3
    assert heartbeat.judge(79.9, INTERVAL) is Verdict.WAIT
    assert heartbeat.judge(80.0, INTERVAL) is Verdict.DEAF
    assert asking(2).judge(60.0, INTERVAL) is Verdict.PING


@pytest.mark.faults("A5")
@pytest.mark.parametrize(("moved_at", "verdict"), [(19.0, Verdict.DEAF), (21.0, Verdict.PING), (79.0, Verdict.PING)])
def test_sending_waiting_bytes_proves_that_the_line_works(moved_at: float, verdict: Verdict) -> None:
    heartbeat = asking(3)
    heartbeat.moved(moved_at)
    assert heartbeat.judge(80.0, INTERVAL) is verdict


def test_in_the_middle_of_a_frame_no_pong_can_come() -> None:
    heartbeat = Heartbeat(0.0)
    for number in range(1, 9):
        heartbeat.ping(INTERVAL * number, INTERVAL)
        heartbeat.has_heard = True  # a part of the frame, and no more
    assert heartbeat.judge(180.0, INTERVAL) is Verdict.PING


def test_a_pong_behind_a_long_frame_has_an_interval_to_come() -> None:
    heartbeat = Heartbeat(0.0)
    for number in range(1, 5):
        heartbeat.ping(INTERVAL * number, INTERVAL)
        heartbeat.has_heard = True
    heard(heartbeat, 99.9)  # the end of the frame
    assert heartbeat.judge(100.0, INTERVAL) is Verdict.PING

    heartbeat.ping(100.0, INTERVAL)
    heard(heartbeat, 119.9)
    assert heartbeat.judge(120.0, INTERVAL) is Verdict.DEAF


def test_while_nothing_is_read_nothing_is_counted() -> None:
    heartbeat = asking(3)
    heartbeat.rest(75.0)
    assert heartbeat.unanswered == 0
    assert heartbeat.judge(94.9, INTERVAL) is Verdict.WAIT
    assert heartbeat.judge(95.0, INTERVAL) is Verdict.PING


def test_the_latency_is_that_of_the_last_ping_answered() -> None:
    heartbeat = Heartbeat(0.0)
    assert heartbeat.latency == -1.0
    payload = heartbeat.ping(20.0, INTERVAL)
    heartbeat.pong(payload, 20.05)
    assert heartbeat.latency == pytest.approx(0.05)
    assert heartbeat.unanswered == 0


@pytest.mark.hostile("F03")
@pytest.mark.parametrize("payload", [b"", b"other", bytes(8), bytes(7) + b"\x02", b"\xff" * 8])
def test_an_unsolicited_pong_has_no_meaning(payload: bytes) -> None:
    heartbeat = Heartbeat(0.0)
    heartbeat.pong(payload, 1.0)
    heartbeat.ping(20.0, INTERVAL)
    heartbeat.pong(payload, 21.0)
    assert heartbeat.latency == -1.0
    assert heartbeat.unanswered == 1


def test_a_pong_answers_all_pings_before_its_own() -> None:
    heartbeat = Heartbeat(0.0)
    first, second = heartbeat.ping(20.0, INTERVAL), heartbeat.ping(40.0, INTERVAL)
    heartbeat.ping(60.0, INTERVAL)
    heartbeat.pong(second, 61.0)
    assert heartbeat.latency == 21.0
    assert heartbeat.unanswered == 1
    heartbeat.pong(first, 62.0)
    assert heartbeat.latency == 21.0, "it was answered already"


def test_the_number_of_unanswered_pings_is_limited() -> None:
    heartbeat = asking(1000)
    assert heartbeat.unanswered == 64
    heartbeat.pong((1000).to_bytes(8, "big"), 20_001.0)
    assert (heartbeat.latency, heartbeat.unanswered) == (1.0, 0)
