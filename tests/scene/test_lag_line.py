from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.scene.lag_line import LagLine, Weather

ITEMS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40)
WEATHERS = st.builds(Weather, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))


def line(latency=0.1, jitter=0.0, reorder=0.0, seed=""):
    return LagLine(Weather(latency, jitter, reorder), seed)


def taken(line, now):
    return list(iter(lambda: line.take(now), None))


def times(line, step=0.001):
    """When each item comes out, to the step."""
    result, now = [], 0.0
    while line:
        now += step
        result += [(round(now, 3), item) for item in taken(line, now)]
    return result


def test_an_item_takes_the_latency():
    delayed = line(0.1)
    delayed.put(5.0, "a")
    assert (delayed.take(5.0999), delayed.take(5.1), delayed.take(99.0)) == (None, "a", None)


def test_without_latency_an_item_is_due_at_once():
    through = line(0.0)
    through.put(5.0, "a")
    assert through.take(5.0) == "a"


def test_jitter_adds_up_to_its_seconds_and_keeps_the_order():
    delayed = line(0.1, 0.05)
    for number in range(100):
        delayed.put(0.0, number)
    found = times(delayed)
    assert [item for _, item in found] == list(range(100))
    assert found[0][0] >= 0.1
    assert 0.14 < found[-1][0] <= 0.151


def test_reordering_lets_others_overtake():
    delayed = line(0.1, 0.05, reorder=0.3)
    for number in range(100):
        delayed.put(number / 1000, number)
    order = [item for _, item in times(delayed)]
    assert order != list(range(100))
    assert sorted(order) == list(range(100))


@pytest.mark.parametrize("reorder", [0.0, 0.5, 1.0])
def test_nothing_passes_what_is_fixed(reorder):
    delayed = line(0.1, 0.1, reorder)
    for number in range(100):
        put = delayed.put_fixed if number % 10 == 5 else delayed.put
        put(number / 1000, number)
    order = [item for _, item in times(delayed)]
    for fixed in range(5, 100, 10):
        assert set(order[:fixed]) == set(range(fixed))
        assert order[fixed] == fixed


def test_the_same_seed_gives_the_same_times_and_another_others():
    def run(seed):
        delayed = line(0.1, 0.1, 0.2, seed)
        for number in range(50):
            delayed.put(number / 100, number)
        return times(delayed)

    assert run("a") == run("a") != run("b")


def test_a_change_of_weather_counts_from_then_on():
    weather = Weather(0.1, 0.0, 0.0)
    delayed = LagLine(weather, "")
    delayed.put(0.0, "slow")
    weather.latency = 0.3
    delayed.put(0.0, "slower")
    weather.latency = 0.0
    delayed.put(0.0, "held up")
    assert (taken(delayed, 0.1), taken(delayed, 0.29), taken(delayed, 0.3)) == (["slow"], [], ["slower", "held up"])


def test_packets_on_their_way_can_be_lost():
    delayed = line(0.1)
    delayed.put_fixed(5.0, "a")
    delayed.clear()
    delayed.put(0.0, "b")
    assert len(delayed) == 1
    assert taken(delayed, 0.1) == ["b"]


@given(WEATHERS, ITEMS)
def test_each_packet_arrives_once_never_early_and_after_fixed_ones(weather, items):
    delayed = LagLine(weather, "")
    put_at, order, now = [], [], 0.0
    for number, (pause, is_fixed) in enumerate(items):
        now += pause
        put_at.append(now)
        (delayed.put_fixed if is_fixed else delayed.put)(now, number)
        for item in taken(delayed, now):
            assert now >= put_at[item] + weather.latency
            order.append(item)
    order += taken(delayed, float("inf"))
    assert sorted(order) == list(range(len(items)))
    for place, number in enumerate(order):
        if items[number][1]:
            assert set(order[:place]) == set(range(number))
