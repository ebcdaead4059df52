"""Tests the output of a swarm: each second, at the end, and in its report."""

from __future__ import annotations

import json

import pytest

from wsclient.cli.swarm_histogram import Histogram
from wsclient.cli.swarm_options import parse
from wsclient.cli.swarm_report import report, second_of, summary, warning, words_of
from wsclient.cli.swarm_tally import ROUND_TRIP, Tally


@pytest.fixture
def tally() -> Tally:
    made = Tally()
    made.counts.update(open=3, connecting=2, opened=4, failed=1, lost=1, messages_in=30, messages_out=50)
    for step in range(1, 101):
        made.record(ROUND_TRIP, step / 1000)
    made.cpu = [0.25, 0.5]
    return made


def test_a_second_is_one_line(tally: Tally) -> None:
    second = second_of(tally, 12.0, (10.0, 10, 10))

    assert words_of(second) == (
        "   12 s  3 open, 2 connecting, 2 failed  10 in/s, 20 out/s  "
        f"ms: p50 {second.p50:.2f}, p95 {second.p95:.2f}, p99 {second.p99:.2f}, max 100.00  CPU 50%"
    )
    assert (second.p50, second.p99) == (pytest.approx(50, rel=0.01), pytest.approx(99, rel=0.01))


@pytest.mark.parametrize(
    ("cpu", "missed", "words"),
    [
        pytest.param(0.8, 0, "", id="fine"),
        pytest.param(0.81, 0, "it uses 81% of a core", id="busy"),
        pytest.param(0.1, 3, "it has missed 3 frames", id="frames"),
        pytest.param(0.9, 3, "it uses 90% of a core and it has missed 3 frames", id="both"),
    ],
)
def test_it_warns_if_the_figures_may_be_its_own(cpu: float, missed: int, words: str) -> None:
    assert words in warning(cpu, missed)
    assert bool(words) is bool(warning(cpu, missed))


def test_the_summary_has_counts_and_measurements(tally: Tally) -> None:
    tally.blame("connect", "refused", "Traceback\n  line")
    lines = summary(tally, None, 1)

    assert lines[0] == "4 clients opened, 1 failed, 1 were lost"
    assert lines[2].startswith("round trip, 100 times, in ms: p50 ")
    assert lines[3:] == ["1 times connect: refused", "the first error of the script:", "Traceback", "  line"]


@pytest.mark.parametrize(
    ("limit", "errors", "allowed", "failures"),
    [
        pytest.param(None, 0, 0, [], id="good"),
        pytest.param(100.0, 0, 0, [], id="fast-enough"),
        pytest.param(98.0, 0, 0, ["the 99th percentile is"], id="too-slow"),
        pytest.param(None, 1, 0, ["1 errors, but only 0 are allowed"], id="an-error"),
        pytest.param(None, 1, 1, [], id="an-allowed-error"),
        pytest.param(98.0, 2, 1, ["2 errors", "the 99th percentile"], id="both"),
    ],
)
def test_limits_that_are_missed_are_named(
    tally: Tally, limit: float | None, errors: int, allowed: int, failures: list[str]
) -> None:
    for _ in range(errors):
        tally.blame("open", "lost")
    found = [line for line in summary(tally, limit, allowed) if line.startswith("FAILED: ")]

    assert len(found) == len(failures)
    assert all(words in line for words, line in zip(failures, found, strict=True))


def test_a_limit_without_anything_measured_is_missed() -> None:
    assert summary(Tally(), 50.0, 0)[-1] == "FAILED: nothing was measured, so the 99th percentile is unknown"


def test_the_report_can_be_merged_with_another(tally: Tally) -> None:
    tally.blame("open", "lost")
    second = second_of(tally, 1.0, (0.0, 0, 0))
    written = json.loads(json.dumps(report(parse(["host"]), tally, [second], is_interrupted=True)))

    assert written["interrupted"] is True
    assert written["errors"] == [{"stage": "open", "message": "lost", "count": 1}]
    assert written["seconds"][0]["open"] == 3
    assert set(written["versions"]) == {"wsclient", "python", "platform"}
    assert Histogram.from_json(written["times"][ROUND_TRIP]).count == 100
