from __future__ import annotations

import logging

import pytest

from wsclient.ground.refusal_log import MOST_KINDS, RefusalLog


class Time:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def refusals(time, caplog):
    caplog.set_level(logging.WARNING)
    return RefusalLog(logging.getLogger("test"), time, logging.WARNING)


def test_the_first_of_a_kind_is_logged(refusals, caplog):
    refusals.log("packet 1 of 20 is too long")
    assert caplog.record_tuples == [("test", logging.WARNING, "packet 1 of 20 is too long")]


def test_the_same_but_for_its_numbers_is_the_same_kind(refusals, caplog):
    for number in range(600):
        refusals.log(f"packet {number} is too long")
    assert len(caplog.records) == 1


def test_another_kind_is_always_logged(refusals, caplog):
    for _ in range(600):
        refusals.log("one")
    refusals.log("another")
    assert caplog.messages == ["one", "another"]


def test_the_count_is_logged_with_the_first_one_after_a_second(refusals, time, caplog):
    for _ in range(600):
        refusals.log("one")
    time.now = 1.5
    refusals.log("one")
    refusals.log("one")
    assert caplog.messages == ["one", "one (600 such lines were left out before)"]


def test_a_second_counts_from_the_last_line_with_a_count(refusals, time, caplog):
    for step in range(31):
        time.now = step / 10
        refusals.log("one")
    assert len(caplog.records) == 4


def test_the_kind_may_be_given(refusals, caplog):
    refusals.log("node 1", kind=1)
    refusals.log("node 2", kind=2)
    assert caplog.messages == ["node 1", "node 2"]


def test_endless_kinds_fill_neither_the_log_nor_the_memory(refusals, caplog):
    for number in range(10 * MOST_KINDS):
        refusals.log("one", kind=number)
    assert len(caplog.records) == MOST_KINDS


def test_logged_refusals_can_be_forgotten(refusals, caplog):
    refusals.log("one")
    refusals.clear()
    refusals.log("one")
    assert caplog.messages == ["one", "one"]
