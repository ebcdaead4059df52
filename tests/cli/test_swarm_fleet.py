"""The clients of a swarm, on a clock that the test moves."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from tests.support.hosting import Hosting
from wsclient import PollGroup, WebSocketClient
from wsclient.cli.serve import Service
from wsclient.cli.swarm_fleet import Fleet
from wsclient.cli.swarm_options import SwarmOptions
from wsclient.cli.swarm_script import Script
from wsclient.cli.swarm_tally import CONNECT, ROUND_TRIP, Tally
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

STEP = 1 / 64  # seconds


class Scene:
    """A fleet and its server."""

    def __init__(self) -> None:
        self.hosting = Hosting()
        self.tally = Tally()
        self.clock = self.hosting.clock
        self.group = PollGroup(clock=self.clock)

    def fleet(self, script: Script | None = None, *, url: str = "", **options: object) -> Fleet:
        asked = SwarmOptions(url=url or self.hosting.url, **{"clients": 4, "rate": 64.0, "duration": 4.0, **options})

        def make_client() -> WebSocketClient:
            return WebSocketClient(transport=lambda settings: NativeTransport(settings, clock=self.clock))

        numbers = asked.plan.share(0, 1)
        self.made = Fleet(asked, numbers, self.group, self.tally, make_client, script, self.clock)
        return self.made

    def run(self, seconds: float, *, is_server_up: bool = True) -> None:
        for _ in range(int(seconds / STEP)):
            self.clock.advance(STEP)
            for _ in range(3):  # loopback delivers at once
                self.made.step()
                if is_server_up:
                    self.hosting.server.poll()
        self.made.count()

    def close(self) -> None:
        for client in list(self.group):
            client.disconnect_from_host()  # type: ignore[attr-defined]
        for _ in range(5):
            self.group.poll()
            self.hosting.server.poll()
        for client in list(self.group):
            with client:  # type: ignore[attr-defined]
                pass
        self.group.close()
        self.hosting.close()


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene()
    yield scene
    scene.close()


def echo(scene: Scene) -> None:
    Service(scene.hosting.server, io.StringIO(), is_broadcasting=False)


def test_clients_join_at_the_requested_rate(scene: Scene) -> None:
    scene.fleet(clients=8, rate=4.0)
    scene.run(1.0)

    assert scene.tally.counts["opened"] + scene.tally.counts["connecting"] == 5


def test_each_message_is_answered_and_timed(scene: Scene) -> None:
    echo(scene)
    scene.fleet(message="hello", every=0.5)
    scene.run(3.0)

    counts = scene.tally.counts
    assert counts["open"] == counts["opened"] == 4
    assert 4 * 5 <= counts["messages_out"] <= 4 * 6
    assert scene.tally.times[ROUND_TRIP].count == counts["messages_in"]
    assert scene.tally.times[CONNECT].count == 4


def test_a_server_that_stalls_is_seen_by_each_message_that_was_due(scene: Scene) -> None:
    echo(scene)
    scene.fleet(clients=1, message="hello", every=0.25)
    scene.run(1.0)
    scene.run(2.0, is_server_up=False)
    scene.run(0.5)

    # Eight messages were due meanwhile; that each waited for the one before would be seen as a single long time.
    times = scene.tally.times[ROUND_TRIP]
    assert times.longest == pytest.approx(2.0, abs=0.3)
    assert times.percentile(60) > 0.2


def test_a_late_swarm_counts_from_the_due_time(scene: Scene) -> None:
    echo(scene)
    scene.fleet(clients=1, message="hello", every=0.25)
    scene.run(0.5)
    scene.clock.advance(2.0)  # no step was taken
    scene.run(0.5)

    assert scene.tally.times[ROUND_TRIP].longest > 1.5


def test_a_message_without_an_answer_is_an_error_and_a_long_time(scene: Scene) -> None:
    fleet = scene.fleet(message="hello", every=1.0)
    scene.run(3.5)
    fleet.stop()
    assert not fleet.has_all_answers
    scene.run(5.1)
    assert fleet.has_all_answers
    fleet.leave(is_interrupted=False)

    unanswered = scene.tally.counts["unanswered"]
    assert unanswered >= 8
    assert scene.tally.errors["answer", "No answer came."] == unanswered
    assert scene.tally.times[ROUND_TRIP].longest > 5.0


def test_a_goodbye_is_no_error(scene: Scene) -> None:
    echo(scene)
    fleet = scene.fleet()
    scene.run(1.0)
    fleet.leave(is_interrupted=False)
    assert not fleet.has_left
    scene.run(0.1)

    assert fleet.has_left
    assert scene.tally.error_count == 0
    assert [client.close_code for client in scene.group] == [1000] * 4


def test_clients_that_the_server_closes_are_lost(scene: Scene) -> None:
    fleet = scene.fleet()
    scene.run(1.0)
    scene.hosting.server.stop(4001, "full\x1b[2J")
    scene.run(0.5)

    assert scene.tally.counts["lost"] == 4
    ((stage, message),) = scene.tally.errors
    assert (stage, "4001" in message, "\x1b" in message) == ("close", True, False)
    assert fleet.is_done


def test_clients_that_a_script_closes_are_not(scene: Scene) -> None:
    def bot(client: WebSocketClient, number: int) -> None:
        client.connection_established.connect(lambda _: client.disconnect_from_host())

    scene.fleet(Script({"bot": bot}, "here"))
    scene.run(0.5)

    assert scene.tally.counts["opened"] == 4
    assert scene.tally.error_count == 0


def test_failures_are_counted_by_kind(scene: Scene) -> None:
    fleet = scene.fleet(url="ws://127.0.0.1:1")
    scene.run(2.0)

    assert scene.tally.counts["failed"] == 4
    (((stage, message), count),) = scene.tally.errors.items()
    assert (stage, count) == ("connect", 4)
    assert "refused the connection" in message
    assert fleet.is_done


def test_an_invalid_header_is_a_wrong_argument(scene: Scene) -> None:
    scene.fleet(headers=("no colon",))
    scene.run(0.5)

    assert {stage for stage, _ in scene.tally.errors} == {"arguments"}


def test_those_still_connecting_at_the_end_have_failed(scene: Scene) -> None:
    fleet = scene.fleet()
    scene.run(0.5, is_server_up=False)
    fleet.leave(is_interrupted=False)

    assert scene.tally.counts["failed"] == 4
    assert fleet.has_left


def test_an_interrupted_swarm_blames_no_server(scene: Scene) -> None:
    fleet = scene.fleet(message="hello")
    scene.run(3.0)
    fleet.leave(is_interrupted=True)
    scene.run(0.1)

    assert scene.tally.error_count == 0
    assert {client.close_code for client in scene.group} == {1001}


def test_exceptions_of_script_handlers_are_counted_and_stop_nothing(scene: Scene) -> None:
    echo(scene)

    class Bot:
        def __init__(self, client: WebSocketClient, number: int) -> None:
            self.client = client
            if number == 0:
                raise LookupError("from the start")

        def on_open(self) -> None:
            self.client.send_text("\x1b[2J")

        def on_message(self, message: str) -> None:
            raise ValueError(message)

        def every(self) -> None:
            raise KeyError

    scene.fleet(Script({"Bot": Bot}, "here"), every=1.0)
    scene.run(3.0)

    kinds = {message.partition(":")[0] for _, message in scene.tally.errors}
    assert kinds == {"LookupError", "ValueError", "KeyError"}
    assert scene.tally.counts["open"] == 4
    assert "Traceback" in scene.tally.trace
    assert "\x1b" not in str(scene.tally.errors)


def test_it_rests_until_something_is_due(scene: Scene) -> None:
    fleet = scene.fleet(clients=2, rate=20.0)
    scene.run(STEP)

    assert fleet.next_step() - scene.clock() == pytest.approx(0.05 - STEP)
    scene.run(0.5)
    assert fleet.next_step() - scene.clock() == pytest.approx(0.1)
