from __future__ import annotations

import gc
import weakref

import pytest

from tests.support.scripted_peer import ScriptedPeer, SentPacket
from wsclient.core.networked_multiplayer_peer import ConnectionStatus, TransferMode
from wsclient.ground.error import Error
from wsclient.multiplayer.godot3 import commands
from wsclient.scene.lag_peer import MOST_ON_THE_WAY, MOST_UNREAD, LagPeer
from wsclient.scene.multiplayer_api import MultiplayerAPI
from wsclient.scene.node import Node
from wsclient.testing import FakeClock
from wsclient.transport.clock import monotonic
from wsclient.variant import encode

CONNECTING = ConnectionStatus.CONNECTION_CONNECTING
CONNECTED = ConnectionStatus.CONNECTION_CONNECTED
DISCONNECTED = ConnectionStatus.CONNECTION_DISCONNECTED

SIGNALS = ["peer_connected", "peer_disconnected", "server_disconnected", "connection_succeeded", "connection_failed"]


class Bench:
    """A LagPeer with a delay of 0.1 s each way around a scripted peer.

    It records the signals.
    """

    def __init__(self, **options):
        self.clock = FakeClock()
        self.inner = ScriptedPeer(2)
        self.lag = LagPeer(self.inner, clock=self.clock, **{"latency": 0.1, **options})
        self.told = []
        for signal in SIGNALS:
            self.lag.connect(signal, lambda *args, signal=signal: self.told.append((signal, *args)))

    def after(self, seconds):
        """Polls after that many seconds. Returns the signals and then the packets."""
        self.clock.advance(seconds)
        self.told.clear()
        self.lag.poll()
        return self.told + self.packets()

    def packets(self):
        result = []
        while self.lag.get_available_packet_count():
            result.append((self.lag.get_packet_peer(), self.lag.get_packet()))
        return result


@pytest.fixture
def bench():
    return Bench()


def test_a_variant_of_too_many_values_stays_the_next_packet_of_its_sender(bench):
    bench.inner.arrives(5, encode([1, 2]))
    bench.inner.arrives(6, encode("next"))
    bench.lag.poll()
    bench.clock.advance(0.2)
    bench.lag.poll()
    bench.lag.decode_buffer_max_items = 2

    assert bench.lag.get_var() is None
    assert bench.lag.get_packet_error() == Error.ERR_OUT_OF_MEMORY
    assert bench.packets() == [(5, encode([1, 2])), (6, encode("next"))]


class TestSending:
    def test_a_packet_is_sent_after_the_latency(self, bench):
        assert bench.lag.put_packet(b"x") == Error.OK
        bench.after(0.0999)
        assert bench.inner.sent == []
        bench.after(0.0001)
        assert bench.inner.sent == [SentPacket(0, b"x")]

    def test_a_packet_keeps_the_target_and_mode_of_its_moment(self, bench):
        bench.lag.set_target_peer(-5)
        bench.lag.transfer_mode = TransferMode.TRANSFER_MODE_UNRELIABLE
        bench.lag.put_packet(b"x")
        bench.lag.set_target_peer(7)
        bench.lag.transfer_mode = TransferMode.TRANSFER_MODE_RELIABLE
        bench.lag.put_packet(b"y")
        bench.after(0.2)
        assert bench.inner.sent == [SentPacket(-5, b"x", TransferMode.TRANSFER_MODE_UNRELIABLE), SentPacket(7, b"y")]

    def test_without_latency_a_packet_is_sent_at_once(self):
        bench = Bench(latency=0)
        bench.lag.put_packet(b"x")
        assert bench.inner.sent == [SentPacket(0, b"x")]

    @pytest.mark.parametrize("status", [CONNECTING, DISCONNECTED])
    def test_nothing_can_be_sent_while_not_connected(self, bench, status):
        bench.inner.status = status
        assert bench.lag.put_packet(b"x") == Error.FAILED

    def test_a_packet_refused_on_its_way_is_logged(self, bench, caplog):
        bench.lag.put_packet(b"x")
        bench.inner.answer = Error.ERR_OUT_OF_MEMORY
        bench.after(0.1)
        assert "a packet to 0 was refused on its way: ERR_OUT_OF_MEMORY" in caplog.text

    @pytest.mark.untraced
    def test_more_than_the_line_holds_is_refused(self, bench):
        answers = [bench.lag.put_packet(b"x") for _ in range(MOST_ON_THE_WAY + 1)]
        assert answers == [Error.OK] * MOST_ON_THE_WAY + [Error.ERR_OUT_OF_MEMORY]

    def test_reordering_changes_the_order(self):
        bench = Bench(jitter=0.1, reorder=0.5)
        for number in range(50):
            bench.lag.put_packet(bytes((number,)))
        bench.after(1.0)
        order = [sent.packet[0] for sent in bench.inner.sent]
        assert order != sorted(order) == list(range(50))


class TestReceiving:
    def test_packets_and_signals_arrive_after_the_latency_in_their_order(self, bench):
        bench.inner.tells("peer_connected", 5)
        bench.inner.arrives(5, b"x")
        bench.inner.arrives(6, b"y")
        assert bench.after(0.0) == bench.after(0.0999) == []
        assert bench.after(0.0001) == [("peer_connected", 5), (5, b"x"), (6, b"y")]

    @pytest.mark.parametrize("signal", SIGNALS)
    def test_every_signal_is_passed_on(self, bench, signal):
        arguments = (5,) if signal.startswith("peer") else ()
        bench.inner.tells(signal, *arguments)
        bench.after(0.0)
        assert bench.after(0.1) == [(signal, *arguments)]

    def test_jitter_keeps_the_order(self):
        bench = Bench(jitter=0.1)
        for number in range(50):
            bench.inner.arrives(5, bytes((number,)))
        bench.after(0.0)
        early = bench.after(0.15)
        late = bench.after(0.05)
        assert [packet[0] for _, packet in early + late] == list(range(50))
        assert late

    def test_reordering_keeps_signals_in_their_place(self):
        bench = Bench(jitter=0.1, reorder=0.9)
        for number in range(20):
            bench.inner.arrives(5, bytes((number,)))
        bench.inner.tells("peer_disconnected", 5)
        bench.after(0.0)
        waiting = []
        bench.lag.peer_disconnected.connect(lambda peer_id: waiting.append(bench.lag.get_available_packet_count()))
        bench.after(1.0)
        assert waiting == [20]

    def test_the_same_seed_brings_the_same(self):
        def run(seed):
            bench = Bench(jitter=0.1, reorder=0.3, seed=seed)
            for number in range(30):
                bench.inner.arrives(5, bytes((number,)))
                bench.lag.put_packet(bytes((number,)))
            return [bench.after(0.01) for _ in range(40)], bench.inner.sent

        assert run(1) == run(1) != run(2)

    def test_reordering_changes_the_order(self):
        bench = Bench(jitter=0.1, reorder=0.5)
        for number in range(50):
            bench.inner.arrives(5, bytes((number,)))
        bench.after(0.0)
        order = [packet[0] for _, packet in bench.after(1.0)]
        assert order != sorted(order) == list(range(50))

    def test_a_game_that_does_not_read_holds_the_peer_back(self, bench):
        for waiting in (MOST_UNREAD - 1, 1, 1):
            for _ in range(waiting):
                bench.inner.arrives(5, b"x")
            bench.lag.poll()
            bench.clock.advance(0.1)
            bench.lag.poll()
        assert bench.lag.get_available_packet_count() == MOST_UNREAD
        assert bench.inner.get_available_packet_count() == 1
        bench.packets()
        bench.after(0.0)
        assert bench.after(0.1) == [(5, b"x")]

    def test_without_a_packet_the_next_one_has_no_sender(self, bench):
        assert bench.lag.get_packet_peer() == 1


class TestState:
    def test_starts_with_that_of_the_wrapped_peer(self, bench):
        assert (bench.lag.get_connection_status(), bench.lag.get_unique_id()) == (CONNECTED, 2)
        assert bench.lag.peer is bench.inner

    def test_news_from_the_network_are_late(self, bench):
        bench.inner.status, bench.inner.unique_id = CONNECTING, 0
        bench.lag.poll()
        bench.inner.becomes(CONNECTED, 7)
        bench.inner.tells("peer_connected", 1)
        seen = []
        bench.lag.peer_connected.connect(lambda peer_id: seen.append(bench.lag.get_unique_id()))
        bench.after(0.0)
        assert (bench.lag.get_connection_status(), bench.lag.get_unique_id()) == (CONNECTING, 0)
        bench.after(0.1)
        assert (bench.lag.get_connection_status(), bench.lag.get_unique_id()) == (CONNECTED, 7)
        assert seen == [7]

    @pytest.mark.parametrize("signal", ["server_disconnected", "connection_failed"])
    def test_the_end_follows_the_last_packets_and_precedes_its_signal(self, bench, signal):
        bench.inner.arrives(1, b"last words")
        bench.inner.becomes(DISCONNECTED, 0)
        bench.inner.tells(signal)
        seen = []
        bench.lag.connect(
            signal, lambda: seen.append((bench.lag.get_available_packet_count(), bench.lag.get_connection_status()))
        )
        bench.after(0.0)
        assert bench.lag.get_connection_status() == CONNECTED
        bench.after(0.1)
        assert seen == [(1, DISCONNECTED)]

    def test_the_end_waits_for_the_last_packets(self):
        bench = Bench(jitter=0.1)
        bench.inner.arrives(1, b"last words")
        bench.inner.becomes(DISCONNECTED, 0)
        bench.inner.tells("server_disconnected")
        statuses = []
        while not bench.told:
            if bench.after(0.001) == [(1, b"last words")]:
                statuses.append(bench.lag.get_connection_status())
        assert statuses == [CONNECTED]

    def test_an_end_without_a_signal_follows_the_last_packets_too(self, bench):
        bench.inner.arrives(1, b"last words")
        bench.inner.becomes(DISCONNECTED, 0)
        bench.after(0.0)
        assert bench.after(0.1) == [(1, b"last words")]
        assert bench.lag.get_connection_status() == DISCONNECTED

    def test_calls_to_the_wrapped_peer_count_at_once(self, bench):
        bench.inner.status = DISCONNECTED
        assert bench.lag.get_connection_status() == DISCONNECTED
        bench.inner.status = CONNECTING
        assert bench.lag.get_connection_status() == CONNECTING

    def test_an_id_that_the_game_gave_counts_at_once(self, bench):
        bench.inner.unique_id = 9
        assert bench.lag.get_unique_id() == 9

    def test_calls_before_a_poll_are_not_news_of_that_poll(self, bench):
        bench.inner.status = CONNECTING
        bench.after(0.0)
        assert bench.lag.get_connection_status() == CONNECTING

    def test_connecting_again_drops_packets_on_their_way(self, bench):
        bench.inner.arrives(1, b"of the old session")
        bench.lag.put_packet(b"to the old session")
        bench.after(0.0)
        bench.inner.status = CONNECTING
        assert bench.after(0.1) == []
        assert bench.inner.sent == []

    def test_a_handler_of_the_wrapped_peer_sees_no_news_early(self, bench):
        seen = []
        bench.inner.becomes(DISCONNECTED, 0)
        bench.inner.server_disconnected.connect(lambda: seen.append(bench.lag.get_connection_status()))
        bench.inner.tells("server_disconnected")
        bench.after(0.0)
        assert seen == [CONNECTED]

    def test_refusing_new_connections_is_the_wrapped_peers_affair(self, bench):
        bench.lag.refuse_new_connections = True
        assert bench.inner.refuse_new_connections
        assert bench.lag.is_refusing_new_connections()


class TestPoll:
    def test_a_nested_one_does_nothing(self, bench):
        bench.lag.peer_connected.connect(lambda peer_id: bench.lag.poll())
        bench.inner.tells("peer_connected", 5)
        bench.inner.tells("peer_connected", 6)
        bench.after(0.0)
        assert bench.after(0.1) == [("peer_connected", 5), ("peer_connected", 6)]

    def test_an_exception_of_a_handler_propagates_and_the_rest_runs_next_time(self, bench):
        def fail(peer_id):
            raise LookupError("by the game")

        bench.lag.peer_connected.connect(fail)
        bench.inner.tells("peer_connected", 5)
        bench.inner.arrives(5, b"x")
        bench.after(0.0)
        with pytest.raises(LookupError):
            bench.after(0.1)
        assert bench.after(0.0) == [(5, b"x")]

    def test_an_exception_in_a_handler_of_the_wrapped_peer_loses_nothing(self, bench):
        def fail(peer_id):
            raise LookupError("by the game")

        bench.inner.peer_connected.connect(fail)
        bench.inner.tells("peer_connected", 5)
        bench.inner.arrives(5, b"x")
        with pytest.raises(LookupError):
            bench.after(0.0)
        bench.after(0.0)
        assert bench.after(0.1) == [("peer_connected", 5), (5, b"x")]

    def test_the_systems_clock_is_the_default(self):
        lag = LagPeer(ScriptedPeer(), latency=0)
        assert lag._clock is monotonic  # read, as to see it work would take real time

    def test_neither_peer_is_kept_alive_by_signals(self):
        bench = Bench()
        alive = [weakref.ref(bench.lag), weakref.ref(bench.inner)]
        bench.lag.remove_all_listeners()
        gc.disable()
        try:
            del bench
            assert [each() for each in alive] == [None, None]
        finally:
            gc.enable()


class TestWeather:
    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"latency": -0.1}, "latency is -0.1: it has to be from 0"),
            ({"jitter": float("nan")}, "jitter is nan"),
            ({"reorder": 1.1}, "reorder is 1.1: it has to be from 0 to 1.0"),
        ],
    )
    def test_impossible_values_are_refused(self, options, words):
        with pytest.raises(ValueError, match=words):
            LagPeer(ScriptedPeer(), **options)

    def test_can_change_at_any_time(self, bench):
        bench.lag.latency, bench.lag.jitter, bench.lag.reorder = 0.3, 0.0, 0.0
        assert (bench.lag.latency, bench.lag.jitter, bench.lag.reorder) == (0.3, 0.0, 0.0)
        bench.lag.put_packet(b"x")
        bench.after(0.29)
        assert bench.inner.sent == []
        bench.after(0.02)
        assert bench.inner.sent == [SentPacket(0, b"x")]


def test_a_multiplayer_api_runs_over_it_unchanged(bench):
    received = []
    node = Node("Main")
    node.rpc_config("call", MultiplayerAPI.RPC_MODE_REMOTE)
    node.call = received.append
    root = Node("root")
    root.add_child(node)
    api = MultiplayerAPI()
    api.root_node = root
    api.network_peer = bench.lag
    api.network_peer_disconnected.connect(lambda peer_id: received.append("left"))
    bench.inner.tells("peer_connected", 5)
    bench.inner.arrives(5, commands.invocation_of_call("call", [7]).by_path("Main"))
    bench.inner.tells("peer_disconnected", 5)
    for _ in range(15):
        bench.clock.advance(0.01)
        api.poll()
    assert received == [7, "left"]
    assert node.rpc("call", 1) == Error.OK
