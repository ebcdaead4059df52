"""Tests that a client keeps the rules of signals.

They are about time, order, and what handlers may do.
"""

from __future__ import annotations

import threading

import pytest

from tests.support.client_states import URL
from tests.support.fake_transport import FakeNetwork, FakeTransport, binary, failure
from tests.support.signal_log import signals_of
from wsclient.ground.error import Error
from wsclient.protocol.events import CloseReceived, Ended, FailureKind, Stage
from wsclient.websocket.client import WebSocketClient


def fail(*_args: object) -> None:
    raise ZeroDivisionError


def script(network: FakeNetwork, signal: str) -> None:
    """Makes the next poll of the newest attempt emit a signal.

    Those that have to precede it are emitted first.
    """
    close = CloseReceived(4000, "bye", is_answer=False)
    match signal:
        case "connection_error":
            network.latest.feed(Ended(was_clean=False, failure=failure(FailureKind.REFUSED, Stage.CONNECT)))
        case "connection_established":
            network.latest.open_now("")
        case "data_received":
            network.latest.open_now("", binary(b"one", b"two"))
        case "server_close_request":
            network.latest.open_now("", close)
        case "connection_closed":
            network.latest.open_now("", binary(b"one", b"two"), close, Ended(was_clean=True))


SIGNALS = ("connection_established", "connection_error", "data_received", "server_close_request", "connection_closed")
each_signal = pytest.mark.parametrize("signal", SIGNALS)


# 1. Inside poll() only, on one thread


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda client: client.connect_to_url(URL), id="connect_to_url"),
        pytest.param(lambda client: client.connect_to_url(""), id="connect_to_url-refused"),
        pytest.param(lambda client: client.disconnect_from_host(), id="disconnect_from_host"),
        pytest.param(lambda client: client.put_packet(b"x"), id="put_packet"),
        pytest.param(lambda client: client.flush(), id="flush"),
        pytest.param(lambda client: client.get_packet(), id="get_packet"),
        pytest.param(lambda client: client.__exit__(None, None, None), id="exit"),
    ],
)
@pytest.mark.parametrize("is_open", [False, True], ids=["disconnected", "open"])
def test_only_poll_emits_signals(call, is_open: bool, client: WebSocketClient, network: FakeNetwork) -> None:
    if is_open:
        client.connect_to_url(URL)
        network.latest.open_now()
        client.poll()
        network.latest.feed(binary(b"x"), Ended(was_clean=False))
    told = signals_of(client)

    call(client)

    assert told == []


def test_signals_emitted_by_a_user_run_at_once(client: WebSocketClient) -> None:
    told = signals_of(client)

    client.data_received.emit()
    client.emit_signal("connection_closed", True)

    assert told == [("data_received",), ("connection_closed", True)]


@each_signal
def test_a_nested_poll_does_nothing(signal: str, client: WebSocketClient, network: FakeNetwork) -> None:
    told = signals_of(client)
    client.connect(signal, lambda *_args: client.poll())
    client.connect_to_url(URL)
    script(network, signal)
    network.latest.feed(binary(b"later"))
    client.poll()

    assert network.latest.reads == [True]
    assert [each for each in told if each[0] == signal] == told[-1:] * (2 if signal == "data_received" else 1)


@pytest.mark.hostile("H05")
@pytest.mark.parametrize("is_connected", [False, True])
def test_h05_another_thread_may_not_poll(is_connected: bool, client: WebSocketClient, network: FakeNetwork) -> None:
    if is_connected:
        client.connect_to_url(URL)
        network.latest.open_now()
    told = signals_of(client)
    client.poll()
    told.clear()
    raised: list[Exception] = []

    def poll() -> None:
        try:
            client.poll()
        except RuntimeError as error:
            raised.append(error)

    thread = threading.Thread(target=poll)
    thread.start()
    thread.join()

    assert "WebSocketClient belongs to thread" in str(raised[0])
    assert told == []
    client.poll()


@pytest.mark.hostile("H05")
def test_h05_another_thread_may_not_poll_while_the_first_does(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    raised: list[Exception] = []

    def poll() -> None:
        try:
            client.poll()
        except RuntimeError as error:
            raised.append(error)

    def handle() -> None:
        thread = threading.Thread(target=poll)
        thread.start()
        thread.join()

    client.data_received.connect(handle)
    transport.feed(binary(b"x"))
    client.poll()

    assert len(raised) == 1


@pytest.mark.hostile("H13")
def test_h13_two_clients_in_two_threads_do_not_know_of_each_other() -> None:
    told: dict[int, list[tuple[object, ...]]] = {}

    def play(number: int) -> None:
        network = FakeNetwork()
        with WebSocketClient(transport=network) as client:
            told[number] = signals_of(client)
            for _ in range(20):
                client.connect_to_url(URL)
                script(network, "connection_closed")
                client.poll()

    threads = [threading.Thread(target=play, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told == {0: WHOLE_LIFE * 20, 1: WHOLE_LIFE * 20}


# 2. The state is changed first; every method may be called


@pytest.mark.parametrize(
    ("signal", "status", "unread", "close_code"),
    [
        ("connection_error", 0, 0, -1),
        ("connection_established", 2, 0, -1),
        ("data_received", 2, 1, -1),
        ("server_close_request", 2, 0, 4000),
        ("connection_closed", 0, 2, 4000),
    ],
)
def test_handlers_find_the_new_state(
    signal: str, status: int, unread: int, close_code: int, client: WebSocketClient, network: FakeNetwork
) -> None:
    seen: list[tuple[int, int, int]] = []

    def look(*_args: object) -> None:
        seen.append((client.get_connection_status(), client.get_available_packet_count(), client.close_code))

    client.connect(signal, look)
    client.connect_to_url(URL)
    script(network, signal)
    client.poll()

    assert seen[0] == (status, unread, close_code)


def test_handlers_of_an_error_find_the_reason(client: WebSocketClient, network: FakeNetwork) -> None:
    seen: list[object] = []
    client.connection_error.connect(lambda: seen.append(client.last_error and client.last_error.stage))
    client.connect_to_url(URL)
    script(network, "connection_error")
    client.poll()

    assert seen == ["connect"]


@pytest.mark.parametrize(
    ("signal", "answer"),
    [
        ("connection_established", Error.ERR_ALREADY_IN_USE),
        ("data_received", Error.ERR_ALREADY_IN_USE),
        ("server_close_request", Error.ERR_ALREADY_IN_USE),
        ("connection_closed", Error.OK),
        ("connection_error", Error.OK),
    ],
)
def test_connecting_inside_a_handler(signal: str, answer: Error, client: WebSocketClient, network: FakeNetwork) -> None:
    answers: list[Error] = []
    client.connect(signal, lambda *_args: answers.append(client.connect_to_url(URL)), flags=client.CONNECT_ONESHOT)
    client.connect_to_url(URL)
    script(network, signal)
    client.poll()

    assert answers == [answer]
    assert len(network.transports) == (2 if answer is Error.OK else 1)


@pytest.mark.parametrize("signal", ["connection_error", "connection_closed"])
def test_reconnecting_inside_the_end_goes_on_for_ever(
    signal: str, client: WebSocketClient, network: FakeNetwork
) -> None:
    told = signals_of(client, but=("data_received",))
    client.connect(signal, lambda *_args: client.connect_to_url(URL))
    client.connect_to_url(URL)
    for _ in range(100):
        script(network, signal)
        client.poll()
        assert client.get_connection_status() == client.CONNECTION_CONNECTING

    assert [name for name, *_ in told].count(signal) == 100
    assert len(network.transports) == 101
    assert all(each.is_aborted for each in network.transports[:-1])


@pytest.mark.parametrize("signal", ["connection_established", "data_received", "server_close_request"])
def test_closing_and_connecting_again_inside_a_handler(
    signal: str, client: WebSocketClient, network: FakeNetwork
) -> None:
    told = signals_of(client, but=("peer_packet",))

    def start_over(*_args: object) -> None:
        client.disconnect_from_host()
        assert client.connect_to_url(URL) is Error.OK

    client.connect(signal, start_over, flags=client.CONNECT_ONESHOT)
    client.connect_to_url(URL)
    script(network, signal)
    network.latest.feed(binary(b"later"))
    client.poll()
    before = len(told)
    assert told[-1][0] == signal
    assert client.get_connection_status() == client.CONNECTION_CONNECTING

    network.latest.open_now("new")
    client.poll()
    assert told[before:] == [("connection_closed", False), ("connection_established", "new")]


@pytest.mark.parametrize("signal", ["connection_established", "data_received", "server_close_request"])
def test_closing_inside_a_handler(signal: str, client: WebSocketClient, network: FakeNetwork) -> None:
    told = signals_of(client)
    client.connect(signal, lambda *_args: client.disconnect_from_host(3000, "enough"), flags=client.CONNECT_ONESHOT)
    client.connect_to_url(URL)
    script(network, signal)
    network.latest.feed(binary(b"later"), Ended(was_clean=True))
    client.poll()
    client.poll()

    assert network.latest.closes == [(3000, "enough")]
    assert told[-2:] == [("data_received",), ("connection_closed", True)]


@each_signal
def test_leaving_a_with_block_inside_a_handler(signal: str, client: WebSocketClient, network: FakeNetwork) -> None:
    told = signals_of(client)
    client.connect(signal, lambda *_args: client.__exit__(None, None, None), flags=client.CONNECT_ONESHOT)
    client.connect_to_url(URL)
    script(network, signal)
    client.poll()
    assert told[-1][0] == signal

    was_open = signal not in ("connection_error", "connection_closed")
    before = len(told)
    client.poll()
    client.poll()
    assert told[before:] == ([("connection_closed", False)] if was_open else [])
    assert network.latest.is_aborted


@each_signal
def test_another_client_may_be_polled_inside_a_handler(
    signal: str, client: WebSocketClient, network: FakeNetwork
) -> None:
    other_network = FakeNetwork()
    with WebSocketClient(transport=other_network) as other:
        told = signals_of(other)
        other.connect_to_url(URL)
        other_network.latest.open_now()
        client.connect(signal, lambda *_args: other.poll())
        client.connect_to_url(URL)
        script(network, signal)
        client.poll()

    assert told == [("connection_established", "")]


def test_sending_inside_handlers(client: WebSocketClient, network: FakeNetwork) -> None:
    answers: list[tuple[str, Error]] = []
    for signal in SIGNALS:
        client.connect(signal, lambda *args: answers.append((args[-1], client.put_packet(b"hi"))), [signal])
    client.connect_to_url(URL)
    network.latest.open_now("", binary(b"one", b"two"))
    network.latest.feed(CloseReceived(4000, "bye", is_answer=False), Ended(was_clean=True))
    client.poll()
    client.poll()

    assert answers == [
        ("connection_established", Error.OK),
        ("data_received", Error.OK),
        ("data_received", Error.OK),
        ("server_close_request", Error.FAILED),
        ("connection_closed", Error.FAILED),
    ]


# 4. One terminal signal


@pytest.mark.parametrize("signal", ["connection_error", "connection_closed"])
def test_nothing_is_reported_after_the_end(signal: str, client: WebSocketClient, network: FakeNetwork) -> None:
    told = signals_of(client)
    client.connect_to_url(URL)
    script(network, signal)
    for _ in range(5):
        client.poll()

    assert [each[0] for each in told].count(signal) == 1
    assert told[-1][0] == signal
    assert network.latest.reads == [True]


# 5. Order


@pytest.mark.hostile("H04")
def test_handlers_run_in_the_order_of_connection_and_a_copy(client: WebSocketClient, transport: FakeTransport) -> None:
    order: list[str] = []

    def first() -> None:
        order.append("first")
        client.data_received.disconnect(second)
        client.data_received.connect(third)

    def second() -> None:
        order.append("second")

    def third() -> None:
        order.append("third")

    client.data_received.connect(first, flags=client.CONNECT_ONESHOT)
    client.data_received.connect(second)
    transport.feed(binary(b"one", b"two"))
    client.poll()

    assert order == ["first", "second", "third"]


def test_a_handler_that_is_connected_meanwhile_hears_the_rest_of_the_run(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    read: list[bytes] = []

    def swap() -> None:
        client.get_packet()
        client.data_received.disconnect(swap)
        client.data_received.connect(lambda: read.append(client.get_packet()))

    client.data_received.connect(swap)
    transport.feed(binary(b"one", b"two", b"three"))
    client.poll()

    assert read == [b"two", b"three"]


def test_blocked_signals_are_dropped_and_messages_kept(client: WebSocketClient, transport: FakeTransport) -> None:
    told = signals_of(client)
    client.set_block_signals(True)
    transport.feed(binary(b"one"))
    client.poll()
    client.set_block_signals(False)
    transport.feed(binary(b"two"))
    client.poll()

    assert told == [("data_received",)]
    assert client.get_packets() == [b"one", b"two"]


# 6. Handlers that raise


def poll_until_quiet(client: WebSocketClient, times: int = 6) -> list[BaseException]:
    raised: list[BaseException] = []
    for _ in range(times):
        try:
            client.poll()
        except (ZeroDivisionError, ExceptionGroup) as error:
            raised.append(error)
    return raised


WHOLE_LIFE = [
    ("connection_established", ""),
    ("data_received",),
    ("data_received",),
    ("server_close_request", 4000, "bye"),
    ("connection_closed", True),
]


@pytest.mark.hostile("H02")
@pytest.mark.parametrize("flags", [0, WebSocketClient.CONNECT_DEFERRED], ids=["at-once", "deferred"])
@each_signal
def test_h02_a_raising_handler_loses_nothing(
    signal: str, flags: int, client: WebSocketClient, network: FakeNetwork
) -> None:
    client.connect(signal, fail, flags=flags)
    told = signals_of(client)
    client.connect_to_url(URL)
    script(network, "connection_error" if signal == "connection_error" else "connection_closed")

    raised = poll_until_quiet(client)

    assert told == ([("connection_error",)] if signal == "connection_error" else WHOLE_LIFE)
    assert client.get_packets() == ([] if signal == "connection_error" else [b"one", b"two"])
    assert len(raised) == (2 if signal == "data_received" and not flags else 1)
    assert client.get_connection_status() == client.CONNECTION_DISCONNECTED


@pytest.mark.hostile("H02")
@pytest.mark.parametrize("hook", ["_on_connect", "_on_close_request", "_on_disconnect", "_on_peer_packet"])
def test_h02_a_raising_hook_loses_nothing(hook: str, network: FakeNetwork) -> None:
    broken = type("Broken", (WebSocketClient,), {hook: fail})
    with broken(transport=network) as client:
        told = signals_of(client)
        client.connect_to_url(URL)
        script(network, "connection_closed")

        raised = poll_until_quiet(client)

        assert told == WHOLE_LIFE
        assert client.get_packets() == [b"one", b"two"]
        assert len(raised) == (2 if hook == "_on_peer_packet" else 1)


@pytest.mark.hostile("H02")
def test_h02_a_raising_hook_of_an_error_is_reported_once(network: FakeNetwork) -> None:
    broken = type("Broken", (WebSocketClient,), {"_on_error": fail})
    with broken(transport=network) as client:
        told = signals_of(client)
        client.connect_to_url(URL)
        script(network, "connection_error")

        assert len(poll_until_quiet(client)) == 1
        assert told == [("connection_error",)]


def test_several_exceptions_propagate_as_a_group(client: WebSocketClient, transport: FakeTransport) -> None:
    def fail_otherwise() -> None:
        raise KeyError("x")

    client.data_received.connect(fail)
    client.data_received.connect(fail_otherwise)
    transport.feed(binary(b"one"))

    with pytest.raises(ExceptionGroup) as raised:
        client.poll()

    assert [type(error) for error in raised.value.exceptions] == [ZeroDivisionError, KeyError]


def test_the_rest_of_a_run_comes_with_the_next_poll(client: WebSocketClient, transport: FakeTransport) -> None:
    read: list[bytes] = []

    def take() -> None:
        read.append(client.get_packet())
        if len(read) == 2:
            raise ZeroDivisionError

    client.data_received.connect(take)
    transport.feed(binary(b"one", b"two", b"three"))

    with pytest.raises(ZeroDivisionError):
        client.poll()
    assert read == [b"one", b"two"]

    client.poll()
    assert read == [b"one", b"two", b"three"]


def test_an_exception_for_the_last_message_of_a_run_costs_no_idle_poll(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    told = signals_of(client)
    client.data_received.connect(fail)
    transport.feed(binary(b"one"))
    transport.feed(binary(b"two"))

    assert len(poll_until_quiet(client, times=2)) == 2
    assert told == [("data_received",)] * 2


@pytest.mark.hostile("G23")
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("signal", ["data_received", "connection_established", "connection_closed"])
def test_g23_a_base_exception_propagates_at_once(
    error: type[BaseException], signal: str, client: WebSocketClient, network: FakeNetwork
) -> None:
    def stop(*_args: object) -> None:
        raise error

    client.connect(signal, stop, flags=client.CONNECT_ONESHOT)
    told = signals_of(client)
    client.connect_to_url(URL)
    script(network, "connection_closed")

    with pytest.raises(error):
        client.poll()
    index = [name for name, *_ in WHOLE_LIFE].index(signal)
    assert told == WHOLE_LIFE[:index]

    poll_until_quiet(client)
    assert told == WHOLE_LIFE[:index] + WHOLE_LIFE[index + 1 :]


def test_deferred_handlers_wait_while_an_interrupt_propagates(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    late: list[int] = []
    client.data_received.connect(lambda: late.append(1), flags=client.CONNECT_DEFERRED)
    client.data_received.connect(stop, flags=client.CONNECT_ONESHOT)
    transport.feed(binary(b"one"))

    with pytest.raises(KeyboardInterrupt):
        client.poll()
    assert late == []

    client.poll()
    assert late == [1]


def test_deferred_handlers_run_even_without_a_connection(client: WebSocketClient, transport: FakeTransport) -> None:
    def stop(_was_clean: bool) -> None:
        raise KeyboardInterrupt

    late: list[bool] = []
    client.connection_closed.connect(late.append, flags=client.CONNECT_DEFERRED)
    client.connection_closed.connect(stop)
    transport.feed(Ended(was_clean=True))
    with pytest.raises(KeyboardInterrupt):
        client.poll()

    client.poll()
    assert late == [True]


def test_a_raising_handler_of_an_owed_end_loses_nothing(
    client: WebSocketClient, transport: FakeTransport, network: FakeNetwork
) -> None:
    told = signals_of(client)
    client.connection_closed.connect(fail)
    client.disconnect_from_host()
    client.connect_to_url(URL)
    network.latest.open_now()

    assert len(poll_until_quiet(client)) == 1
    assert told == [("connection_closed", False), ("connection_established", "")]


@pytest.mark.hostile("H12")
def test_h12_a_transport_that_raises_is_as_a_handler_that_does(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    told = signals_of(client)
    transport.error = ZeroDivisionError()
    transport.feed(binary(b"one"))

    assert len(poll_until_quiet(client)) == 1
    assert told == [("data_received",)]
    assert client.get_connection_status() == client.CONNECTION_CONNECTED


@pytest.mark.hostile("H12")
def test_h12_a_transport_may_raise_in_a_second_read(client: WebSocketClient, transport: FakeTransport) -> None:
    told = signals_of(client)
    transport.reads_on = True

    def break_it() -> None:
        transport.error = ZeroDivisionError()

    client.data_received.connect(break_it, flags=client.CONNECT_ONESHOT)
    transport.feed(binary(b"one"))
    transport.feed(binary(b"two"))

    assert len(poll_until_quiet(client)) == 1
    assert told == [("data_received",)] * 2


# 7. Connecting


def test_a_url_for_a_signal_is_answered_with_the_right_name(client: WebSocketClient) -> None:
    with pytest.raises(ValueError, match="did you mean connect_to_url"):
        client.connect("ws://host", fail)


def test_deferred_handlers_run_when_the_poll_ends(client: WebSocketClient, transport: FakeTransport) -> None:
    order: list[str] = []
    client.data_received.connect(lambda: order.append("deferred"), flags=client.CONNECT_DEFERRED)
    client.data_received.connect(lambda: order.append("at once"))
    transport.feed(binary(b"one", b"two"))
    client.poll()

    assert order == ["at once", "at once", "deferred", "deferred"]


def test_a_deferred_handler_may_not_poll_either(client: WebSocketClient, transport: FakeTransport) -> None:
    client.data_received.connect(client.poll, flags=client.CONNECT_DEFERRED)
    transport.feed(binary(b"one"))
    transport.reads.clear()
    client.poll()

    assert transport.reads == [True]


def test_the_three_spellings_are_one(client: WebSocketClient, transport: FakeTransport) -> None:
    heard: list[str] = []
    client.data_received.connect(lambda: heard.append("attribute"))
    client.connect("data_received", lambda: heard.append("godot"))
    client.on("data_received", lambda: heard.append("pyee"))
    client.once("data_received", lambda: heard.append("once"))
    transport.feed(binary(b"one", b"two"))
    client.poll()

    assert heard == ["attribute", "godot", "pyee", "once", "attribute", "godot", "pyee"]


def test_one_handler_serves_two_signals_with_a_default_argument(client: WebSocketClient, network: FakeNetwork) -> None:
    """As in Godot's demos: `func _client_disconnected(clean = true)`."""
    heard: list[bool] = []

    def over(clean: bool = True) -> None:
        heard.append(clean)

    client.connection_closed.connect(over)
    client.connection_error.connect(over)
    for signal in ("connection_error", "connection_closed"):
        client.connect_to_url(URL)
        script(network, signal)
        client.poll()

    assert heard == [True, True]


@pytest.mark.parametrize(
    ("signal", "arguments"),
    [
        ("connection_established", [("protocol", str)]),
        ("connection_error", []),
        ("connection_closed", [("was_clean_close", bool)]),
        ("server_close_request", [("code", int), ("reason", str)]),
        ("data_received", []),
        ("message_received", [("message", object)]),
        ("messages_available", [("count", int)]),
        ("reconnecting", [("attempt", int), ("delay", float)]),
        ("reconnection_failed", []),
        ("peer_packet", [("peer_source", int)]),
        ("peer_connected", [("id", int)]),
        ("peer_disconnected", [("id", int)]),
        ("server_disconnected", []),
        ("connection_succeeded", []),
        ("connection_failed", []),
    ],
)
def test_a_signal_has_godots_arguments(signal: str, arguments: list[tuple[str, type]], client: WebSocketClient) -> None:
    described = {each["name"]: each["args"] for each in client.get_signal_list()}

    assert described[signal] == [{"name": name, "type": kind} for name, kind in arguments]
    assert len(described) == 16
