"""Connecting again, later and later, with the same client."""

from __future__ import annotations

import pytest

from demos.arena.reconnector import FIRST_WAIT, LONGEST_WAIT, Reconnector
from wsclient import ConnectionFailure, Error, Object, Signal
from wsclient.testing import FakeClock

URL = "ws://127.0.0.1:9080"
REFUSED = ConnectionFailure(stage="connect", error=Error.ERR_CANT_CONNECT, message="Refused. Is it running?")


class FakeClient(Object):
    """Remembers its attempts, and ends them as the test says."""

    connection_established = Signal[str]("protocol")
    connection_error = Signal[()]()
    connection_closed = Signal[bool]("was_clean_close")

    def __init__(self, answer=Error.OK):
        super().__init__()
        self.attempts = []
        self.last_error = None
        self.close_reason = ""
        self._answer = answer

    def connect_to_url(self, url):
        self.attempts.append(url)
        return self._answer

    def fail(self):
        self.last_error = REFUSED
        self.connection_error.emit()


@pytest.fixture
def client():
    return FakeClient()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def reconnector(client, clock):
    return Reconnector(client, URL, clock=clock, lot=lambda: 0.5)


def _wait(reconnector, clock, seconds):
    clock.advance(seconds)
    reconnector.update()


def test_connects_at_once_and_only_once(reconnector, client):
    for _ in range(3):
        reconnector.update()

    assert client.attempts == [URL]
    assert reconnector.seconds_left is None


def test_waits_twice_as_long_after_each_failure_up_to_a_limit(reconnector, client, clock):
    waits = []
    for _ in range(7):
        _wait(reconnector, clock, reconnector.seconds_left)
        client.fail()
        waits.append(reconnector.seconds_left)

    assert waits == pytest.approx([0.25, 0.5, 1.0, 2.0, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT])


def test_does_not_try_before_its_time(reconnector, client, clock):
    reconnector.update()
    client.fail()

    _wait(reconnector, clock, FIRST_WAIT - 0.01)
    assert len(client.attempts) == 1

    _wait(reconnector, clock, 0.02)
    assert len(client.attempts) == 2


def test_a_connection_that_was_made_forgets_the_failures(reconnector, client, clock):
    reconnector.update()
    client.fail()
    _wait(reconnector, clock, FIRST_WAIT)
    assert (reconnector.failures, reconnector.why) == (1, "Refused. Is it running?")

    client.connection_established.emit("")

    assert (reconnector.failures, reconnector.why, reconnector.connections) == (0, "", 1)


@pytest.mark.parametrize(
    ("reason", "last_error", "why"),
    [
        pytest.param("The name Ada is taken.", None, "The name Ada is taken.", id="reason-of-the-server"),
        pytest.param("", REFUSED, "Refused. Is it running?", id="failure"),
        pytest.param("", None, "The server has closed the connection.", id="neither"),
    ],
)
def test_a_connection_that_is_closed_is_made_again(reconnector, client, clock, reason, last_error, why):
    reconnector.update()
    client.connection_established.emit("")
    client.close_reason, client.last_error = reason, last_error

    client.connection_closed.emit(True)

    assert reconnector.why == why
    _wait(reconnector, clock, FIRST_WAIT)
    assert len(client.attempts) == 2


@pytest.mark.parametrize(("lot", "seconds"), [(0.0, 0.1875), (1.0, 0.3125)], ids=["earliest", "latest"])
def test_not_everyone_comes_back_in_the_same_moment(client, clock, lot, seconds):
    reconnector = Reconnector(client, URL, clock=clock, lot=lambda: lot)
    reconnector.update()
    client.fail()

    assert reconnector.seconds_left == pytest.approx(seconds)


def test_a_wrong_url_is_not_tried_again(clock):
    client = FakeClient(answer=Error.ERR_INVALID_PARAMETER)
    client.last_error = REFUSED

    with pytest.raises(ValueError, match="Refused"):
        Reconnector(client, URL, clock=clock).update()
