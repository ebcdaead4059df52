"""Tests the graph of a client's last seconds, column by column.

It is checked as lists, as a line, and as a drawing.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.fake_transport import FakeNetwork, binary
from tests.support.source import ROOT
from wsclient.netgraph import NetGraph, Sample
from wsclient.websocket.client import WebSocketClient


@pytest.fixture
def network() -> FakeNetwork:
    return FakeNetwork()


@pytest.fixture
def client(network):
    with WebSocketClient(transport=network) as client:
        client.connect_to_url("ws://host")
        network.latest.open_now()
        client.poll()
        yield client


@pytest.fixture
def graph(client, network) -> NetGraph:
    """Makes a graph of four columns of a quarter of a second.

    So all times can be written exactly.
    """
    return NetGraph(client, seconds=1.0, columns=4, clock=network.clock)


def column(graph: NetGraph, network: FakeNetwork, seconds: float = 0.25) -> None:
    """Lets a column end."""
    network.clock.advance(seconds)
    graph.poll()


def test_a_column_has_its_traffic_per_second(client, graph, network):
    network.latest.feed(binary(b"12345", b"678"))
    graph.poll()
    client.send_text("ab")
    column(graph, network)

    assert graph.samples() == [
        Sample(bytes_in=32.0, bytes_out=8.0, messages_in=8.0, messages_out=4.0, unread=2, unsent=0)
    ]


def test_earlier_traffic_is_not_in_it(client, network):
    client.send_text("before")
    graph = NetGraph(client, seconds=1.0, columns=4, clock=network.clock)
    column(graph, network)

    assert graph.samples()[0].bytes_out == 0.0


def test_it_forgets_older_columns(client, graph, network):
    for number in range(6):
        client.put_packet(bytes(number))
        column(graph, network)

    assert graph.series()["bytes_out"] == [8.0, 12.0, 16.0, 20.0]


def test_several_polls_share_a_column(graph, network):
    for _ in range(7):
        column(graph, network, 0.0625)

    assert len(graph.samples()) == 1


def test_time_without_polls_is_blank(client, graph, network):
    client.send_text("x")
    column(graph, network, 0.75)

    assert [sample.messages_out for sample in graph.samples()] == [4.0, 0.0, 0.0]


def test_a_night_without_polls_is_no_longer_than_the_graph(graph, network):
    column(graph, network, 40_000.0)

    assert len(graph.samples()) == 4
    column(graph, network)
    assert len(graph.samples()) == 4


def test_the_longest_poll_of_a_column_is_kept(client, graph, network):
    def work() -> None:
        network.clock.advance(durations.pop(0))

    durations = [0.03125, 0.0625, 0.03125]
    client.data_received.connect(work)
    for _ in range(3):
        network.latest.feed(binary(b"x"))
        graph.poll()
    column(graph, network, 0.25)

    assert graph.samples()[0].poll_time == 0.0625


def test_a_poll_that_raises_is_noted_too(client, graph, network):
    def fail() -> None:
        network.clock.advance(0.125)
        raise ValueError("of a handler")

    client.data_received.connect(fail)
    network.latest.feed(binary(b"x"))
    with pytest.raises(ValueError, match="of a handler"):
        graph.poll()
    column(graph, network, 0.125)

    assert graph.samples()[0].poll_time == 0.125


def test_a_program_that_polls_itself_may_report_the_duration(graph, network):
    graph.note(0.5)
    network.clock.advance(0.25)
    graph.note(0.0)

    assert graph.samples()[0].poll_time == 0.5


def test_a_program_may_report_its_own_round_trips(graph, network):
    network.latest.round_trip = 0.125
    for told in (0.5, None):
        network.clock.advance(0.25)
        graph.note(0.0, told)

    assert graph.series()["round_trip"] == [0.5, 0.125]


def test_queues_and_round_trip_are_those_at_its_end(client, graph, network):
    network.latest.is_blocked = True
    network.latest.round_trip = 0.125
    client.send_text("waits")
    column(graph, network)

    assert (graph.samples()[0].unsent, graph.samples()[0].round_trip) == (1, 0.125)


def test_another_connection_starts_counting_again(client, graph, network):
    client.send_text("a long one")
    column(graph, network)
    client.disconnect_from_host()
    client.connect_to_url("ws://host")
    network.latest.open_now()
    graph.poll()
    client.send_text("xy")
    column(graph, network)

    assert graph.series()["bytes_out"] == [40.0, 8.0]


def test_the_lists_have_a_name_for_each_field(graph, network):
    column(graph, network)
    column(graph, network)

    assert list(graph.series()) == list(Sample._fields)
    assert {len(values) for values in graph.series().values()} == {2}


def test_a_line_reports_the_last_second(client, graph, network):
    network.latest.feed(binary(bytes(2000)))
    graph.poll()
    client.put_packet(bytes(500))
    network.latest.round_trip = 0.0123
    column(graph, network)

    assert graph.text() == (
        "round trip 12.3 ms  in 4/s 8.0 kB/s  out 4/s 2.0 kB/s  unread 1  unsent 0  longest poll 0.00 ms"
    )


def test_the_line_is_there_before_the_first_column(graph):
    assert graph.text().startswith("round trip -  in 0/s 0.0 kB/s")


@pytest.mark.parametrize(
    "wrong", [{"seconds": 0.0}, {"seconds": -1.0}, {"seconds": float("nan")}, {"columns": 0}], ids=str
)
def test_a_graph_of_nothing_is_refused(client, wrong):
    with pytest.raises(ValueError, match="shows nothing"):
        NetGraph(client, **wrong)


def test_a_frame_reads_no_statistics(client, graph, network, monkeypatch):
    asked = []
    statistics = client.get_statistics
    monkeypatch.setattr(client, "get_statistics", lambda: asked.append(1) or statistics())
    for _ in range(60):
        column(graph, network, 1 / 64)

    assert len(asked) == 3  # columns that ended


# Drawn


def drawn(graph: NetGraph, font: object = None):
    pygame = pytest.importorskip("pygame")
    surface = pygame.Surface((200, 120), depth=32)
    surface.fill("white")
    graph.draw(surface, pygame.Rect(0, 0, 200, 100), font)
    return surface


def colours(surface, x: int, top: int, bottom: int) -> set[tuple[int, ...]]:
    return {tuple(surface.get_at((x, y)))[:3] for y in range(top, bottom)}


def test_it_shades_only_its_own_area(graph):
    surface = drawn(graph)

    assert tuple(surface.get_at((0, 0)))[:3] != (255, 255, 255)
    assert colours(surface, 100, 100, 120) == {(255, 255, 255)}


def test_the_newest_column_is_at_the_right(client, graph, network):
    client.put_packet(bytes(1000))
    column(graph, network)
    surface = drawn(graph)
    blue = (108, 176, 255)

    assert blue in colours(surface, 180, 0, 100)
    assert blue not in colours(surface, 100, 0, 100)
    column(graph, network)
    surface = drawn(graph)
    assert blue in colours(surface, 120, 0, 100)
    assert blue not in colours(surface, 180, 0, 100)


def test_captions_are_written_with_the_font_that_is_given(graph, network):
    pygame = pytest.importorskip("pygame")
    pygame.font.init()
    column(graph, network)

    class Font:
        def __init__(self) -> None:
            self.written: list[str] = []

        def render(self, text: str, antialias: bool, color: tuple[int, int, int]):
            self.written.append(text)
            return pygame.Surface((8, 8))

    font = Font()
    network.latest.round_trip = 0.0125
    column(graph, network)
    drawn(graph, font)

    assert font.written == [
        "round trip in ms: 12.5, highest 12.5",
        "in, in kB/s",
        "out, in kB/s",
        "longest poll() in ms",
    ]


def test_it_needs_no_pygame_to_be_imported():
    code = "import sys, wsclient.netgraph; print('pygame' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=50
    )

    assert done.stdout.strip() == "False"
