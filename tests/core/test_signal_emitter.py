"""Tests the rules of emission.

They are about order, copies, flags, exceptions, polls and pyee's own names.
"""

from __future__ import annotations

import gc
import logging
import sys
import threading
import traceback
import tracemalloc
import weakref
from typing import TYPE_CHECKING

import pytest
from pyee import EventEmitter

from wsclient.core.object import Object
from wsclient.core.signal import Signal
from wsclient.core.signal_connection import ConnectFlags
from wsclient.ground.error import Error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEFERRED = ConnectFlags.CONNECT_DEFERRED
ONESHOT = ConnectFlags.CONNECT_ONESHOT
COUNTED = ConnectFlags.CONNECT_REFERENCE_COUNTED


class Door(Object):
    """Its poll() takes the steps that a test gives."""

    opened = Signal[()]()
    knocked = Signal[int]("times")

    def poll(self, *steps: Callable[[], object]) -> None:
        if not self._begin_poll():
            return
        try:
            for step in steps:
                step()
        except BaseException as error:
            self._end_poll(error)
            raise
        self._end_poll()


class Knock(Exception):
    """Raised by handlers; a number distinguishes the instances."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def raising(number: int) -> Callable[..., None]:
    def handler(*_: object, **__: object) -> None:
        raise Knock(number)

    return handler


def noting(calls: list[object], note: object) -> Callable[..., None]:
    return lambda *_: calls.append(note)


def numbers(group: BaseException) -> list[object]:
    """The numbers of the Knocks in a group, nested as the groups are."""
    assert isinstance(group, ExceptionGroup)
    return [each.number if isinstance(each, Knock) else numbers(each) for each in group.exceptions]


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def calls() -> list[object]:
    return []


# Each way to emit one signal without arguments. The rules of order and exceptions are the same in all.
def emit_outside(door: Door) -> None:
    door.emit("opened")


def emit_inside_poll(door: Door) -> None:
    door.poll(lambda: door.emit("opened"))


def emit_own(door: Door) -> None:
    door.poll(lambda: door._emit("opened", None))


def emit_inside_emission(door: Door) -> None:
    def step(_: int) -> None:
        door.emit("opened")

    door.connect("knocked", step)
    try:
        door.emit("knocked", 1)
    finally:
        door.disconnect("knocked", step)


every_way = pytest.mark.parametrize("emit", [emit_outside, emit_inside_poll, emit_own, emit_inside_emission])


# Order and copies (rule 5)


@every_way
def test_handlers_run_in_the_order_of_connection(emit, door: Door, calls: list[object]) -> None:
    for note in (3, 1, 2):
        door.connect("opened", noting(calls, note))

    emit(door)

    assert calls == [3, 1, 2]


@every_way
def test_a_handler_removed_meanwhile_still_runs_this_once(emit, door: Door, calls: list[object]) -> None:
    second = noting(calls, "second")
    door.connect("opened", lambda: door.disconnect("opened", second), flags=ONESHOT)
    door.connect("opened", second)

    emit(door)
    emit(door)

    assert calls == ["second"]


@every_way
def test_a_handler_added_meanwhile_runs_next_time(emit, door: Door, calls: list[object]) -> None:
    door.connect("opened", lambda: door.connect("opened", noting(calls, "added")), flags=ONESHOT)

    emit(door)
    assert calls == []
    emit(door)

    assert calls == ["added"]


def test_arguments_come_first_then_binds(door: Door, calls: list[object]) -> None:
    door.connect("knocked", lambda *args: calls.append(args), ("a", "b"))

    door.emit("knocked", 3)

    assert calls == [(3, "a", "b")]


def test_pyees_keyword_arguments_reach_the_handlers(door: Door, calls: list[object]) -> None:
    door.connect("knocked", lambda *args, **kwargs: calls.append((args, kwargs)), ("a",))
    door.once("knocked", lambda *args, **kwargs: calls.append(kwargs))
    door.connect("knocked", raising(1))

    with pytest.raises(Knock):
        door.emit("knocked", 3, hard=True)

    assert calls == [((3, "a"), {"hard": True}), {"hard": True}]


def test_emit_returns_true_if_there_are_listeners(door: Door) -> None:
    assert door.emit("opened") is False
    door.connect("opened", list)
    assert door.emit("opened") is True


# One-shots


@every_way
def test_a_one_shot_is_removed_before_it_is_called(emit, door: Door, calls: list[object]) -> None:
    def handler() -> None:
        calls.append(door.is_connected("opened", handler))

    door.connect("opened", handler, flags=ONESHOT)
    emit(door)
    emit(door)

    assert calls == [False]


def test_a_one_shot_that_emits_again_runs_once(door: Door, calls: list[object]) -> None:
    def handler() -> None:
        calls.append("once")
        door.emit("opened")

    door.connect("opened", handler, flags=ONESHOT)
    door.emit("opened")

    assert calls == ["once"]


def test_a_one_shot_after_a_handler_that_emits_again_runs_once(door: Door, calls: list[object]) -> None:
    door.connect("opened", lambda: door.emit("opened"), flags=ONESHOT)
    door.connect("opened", noting(calls, "once"), flags=ONESHOT)

    door.emit("opened")

    assert calls == ["once"]


def test_a_one_shot_disconnected_meanwhile_runs_and_leaves_its_successor_connected(
    door: Door, calls: list[object]
) -> None:
    handler = noting(calls, "called")

    def replace() -> None:
        door.disconnect("opened", handler)
        door.connect("opened", handler)

    door.connect("opened", replace, flags=ONESHOT)
    door.connect("opened", handler, flags=ONESHOT)

    door.emit("opened")
    assert calls == ["called"]
    door.emit("opened")

    assert calls == ["called", "called"]


def test_a_one_shot_that_raises_is_gone(door: Door) -> None:
    door.connect("opened", raising(1), flags=ONESHOT)

    with pytest.raises(Knock):
        door.emit("opened")

    assert door.emit("opened") is False


def test_a_counted_one_shot_is_gone_after_one_emission(door: Door, calls: list[object]) -> None:
    handler = noting(calls, "called")
    door.connect("opened", handler, flags=ONESHOT | COUNTED)
    door.connect("opened", handler, flags=ONESHOT | COUNTED)

    door.emit("opened")
    door.emit("opened")

    assert calls == ["called"]


# Exceptions (rule 6)


@every_way
def test_one_handler_that_raises_does_not_stop_the_others(emit, door: Door, calls: list[object]) -> None:
    door.connect("opened", noting(calls, 1))
    door.connect("opened", raising(2))
    door.connect("opened", noting(calls, 3))

    with pytest.raises(Knock) as caught:
        emit(door)

    assert caught.value.number == 2
    assert calls == [1, 3]


@every_way
def test_several_that_raise_come_as_a_group_in_their_order(emit, door: Door) -> None:
    for number in (1, 2, 3):
        door.connect("opened", raising(number))

    with pytest.raises(ExceptionGroup, match="several handlers raised") as caught:
        emit(door)

    assert numbers(caught.value) == [1, 2, 3]


@every_way
@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_a_base_exception_propagates_at_once(emit, kind: type[BaseException], door: Door, calls: list[object]) -> None:
    def stop() -> None:
        raise kind

    door.connect("opened", stop, flags=ONESHOT)
    door.connect("opened", noting(calls, "behind"))

    with pytest.raises(kind):
        emit(door)
    assert calls == []

    emit(door)
    assert calls == ["behind"]


def test_exceptions_before_an_interrupt_are_logged(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    def stop() -> None:
        raise SystemExit

    door.connect("opened", raising(1))
    door.connect("opened", stop)

    with pytest.raises(SystemExit):
        door.emit("opened")

    assert [record.exc_info[1].number for record in caplog.records] == [1]


def test_a_wrong_number_of_arguments_is_such_an_exception(door: Door, calls: list[object]) -> None:
    door.connect("knocked", lambda: None)
    door.connect("knocked", calls.append)

    with pytest.raises(TypeError, match="positional argument"):
        door.emit("knocked", 2)

    assert calls == [2]


@every_way
def test_after_an_exception_everything_works_as_before(emit, door: Door, calls: list[object]) -> None:
    door.connect("opened", raising(1), flags=ONESHOT)
    door.connect("opened", noting(calls, "now"))
    door.connect("opened", noting(calls, "later"), flags=DEFERRED)

    with pytest.raises(Knock):
        emit(door)
    assert calls == ["now", "later"]
    emit(door)

    assert calls == ["now", "later"] * 2


# Deferred handlers (rule 7)


@pytest.mark.parametrize(
    "emit",
    [
        pytest.param(lambda door: door.emit("opened"), id="users"),
        pytest.param(lambda door: door._emit("opened", None), id="own"),
    ],
)
def test_deferred_handlers_run_when_poll_ends(emit, door: Door, calls: list[object]) -> None:
    door.connect("opened", noting(calls, "deferred"), flags=DEFERRED)
    door.connect("opened", noting(calls, "now"))

    door.poll(lambda: emit(door), lambda: calls.append("end of poll"))

    assert calls == ["now", "end of poll", "deferred"]


def test_deferred_handlers_run_when_the_outermost_emission_ends(door: Door, calls: list[object]) -> None:
    door.connect("knocked", lambda _: door.emit("opened"))
    door.connect("knocked", noting(calls, "last handler"))
    door.connect("opened", noting(calls, "deferred"), flags=DEFERRED)

    door.emit("knocked", 1)

    assert calls == ["last handler", "deferred"]


def test_deferred_handlers_get_the_arguments_of_their_emission_in_the_order_of_emission(
    door: Door, calls: list[object]
) -> None:
    door.connect("knocked", lambda *args: calls.append(args), ("a",), DEFERRED)
    door.connect("knocked", lambda *args: calls.append(args), ("b",), DEFERRED)

    door.poll(lambda: door.emit("knocked", 1), lambda: door.emit("knocked", 2))

    assert calls == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]


@pytest.mark.parametrize("emit", [emit_outside, emit_inside_poll])
def test_deferred_handlers_added_meanwhile_run_next_time(emit, door: Door, calls: list[object]) -> None:
    def again() -> None:
        calls.append("called")
        door.emit("opened")

    door.connect("opened", again, flags=DEFERRED)

    emit(door)
    assert calls == ["called"]
    door.poll()

    assert calls == ["called", "called"]


def test_a_deferred_one_shot_is_removed_at_the_emission(door: Door, calls: list[object]) -> None:
    door.connect("opened", noting(calls, "once"), flags=DEFERRED | ONESHOT)

    door.poll(lambda: door.emit("opened"), lambda: door.emit("opened"), lambda: calls.append(door.listeners("opened")))

    assert calls == [[], "once"]


def test_a_deferred_handler_disconnected_meanwhile_still_runs_this_once(door: Door, calls: list[object]) -> None:
    handler = noting(calls, "called")
    door.connect("opened", handler, flags=DEFERRED)

    door.poll(lambda: door.emit("opened"), lambda: door.disconnect("opened", handler))

    assert calls == ["called"]


def test_a_poll_inside_an_emission_is_outermost_and_runs_what_is_deferred(door: Door, calls: list[object]) -> None:
    door.connect("opened", noting(calls, "deferred"), flags=DEFERRED)
    door.connect("opened", door.poll)
    door.connect("opened", noting(calls, "last handler"))

    door.emit("opened")

    assert calls == ["deferred", "last handler"]


def test_exceptions_of_the_body_and_of_deferred_handlers_propagate(door: Door, calls: list[object]) -> None:
    door.connect("opened", raising(1), flags=DEFERRED)
    door.connect("opened", noting(calls, "others"), flags=DEFERRED)
    door.connect("opened", raising(2), flags=DEFERRED)

    with pytest.raises(ExceptionGroup) as caught:
        door.poll(lambda: door.emit("opened"), raising(0))

    assert numbers(caught.value) == [0, 1, 2]
    assert calls == ["others"]
    shown = "".join(traceback.format_exception(caught.value))
    assert shown.count("Knock: 0") == 1, "shown in the group alone, not as its context too"


def test_a_group_of_the_body_stays_a_group(door: Door) -> None:
    door.connect("opened", raising(1))
    door.connect("opened", raising(2))
    door.connect("opened", raising(3), flags=DEFERRED)

    with pytest.raises(ExceptionGroup) as caught:
        emit_inside_poll(door)

    assert numbers(caught.value) == [[1, 2], 3]


def test_a_single_exception_of_a_deferred_handler_propagates_unchanged(door: Door) -> None:
    door.connect("opened", raising(1), flags=DEFERRED)

    with pytest.raises(Knock):
        emit_inside_poll(door)
    with pytest.raises(Knock):
        emit_outside(door)


def test_a_single_exception_of_the_body_propagates_unchanged(door: Door, calls: list[object]) -> None:
    door.connect("opened", noting(calls, "deferred"), flags=DEFERRED)

    with pytest.raises(Knock):
        door.poll(lambda: door.emit("opened"), raising(0))

    assert calls == ["deferred"]


def stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_an_interrupt_leaves_deferred_handlers_for_the_next_poll(door: Door, calls: list[object]) -> None:
    door.connect("opened", noting(calls, "deferred"), flags=DEFERRED)

    with pytest.raises(KeyboardInterrupt):
        door.poll(lambda: door.emit("opened"), stop)
    assert calls == []
    door.poll()

    assert calls == ["deferred"]


def test_a_deferred_handler_that_interrupts_leaves_the_others_for_the_next_poll(
    door: Door, calls: list[object], caplog: pytest.LogCaptureFixture
) -> None:
    door.connect("opened", noting(calls, 1), flags=DEFERRED)
    door.connect("opened", raising(2), flags=DEFERRED)
    door.connect("opened", lambda: door.emit("knocked", 0), flags=DEFERRED)
    door.connect("opened", stop, flags=DEFERRED)
    door.connect("opened", noting(calls, 3), flags=DEFERRED)
    door.connect("knocked", noting(calls, 4), flags=DEFERRED)

    with pytest.raises(KeyboardInterrupt):
        emit_inside_poll(door)
    assert calls == [1]
    assert [record.exc_info[1].number for record in caplog.records] == [2]
    door.poll()

    assert calls == [1, 3, 4]


# Blocked signals


def test_blocked_signals_are_dropped_not_kept(door: Door, calls: list[object]) -> None:
    door.connect("opened", noting(calls, "called"))

    door.set_block_signals(True)
    assert door.emit("opened") is False
    emit_own(door)
    door.set_block_signals(False)

    assert calls == []
    emit_own(door)
    assert calls == ["called"]


@every_way
def test_blocking_in_a_handler_lets_this_emission_end(emit, door: Door, calls: list[object]) -> None:
    door.connect("opened", lambda: door.set_block_signals(True))
    door.connect("opened", noting(calls, "called"))
    door.connect("opened", noting(calls, "deferred"), flags=DEFERRED)

    emit(door)
    door.poll()
    door.emit("opened")

    assert calls == ["called", "deferred"]


# Hooks of the library's own signals


def test_the_hook_runs_before_the_handlers_with_their_arguments(door: Door, calls: list[object]) -> None:
    door.connect("knocked", noting(calls, "handler"))

    door.poll(lambda: door._emit("knocked", calls.append, 2))

    assert calls == [2, "handler"]


def test_the_hook_is_called_while_signals_are_blocked(door: Door, calls: list[object]) -> None:
    door.connect("knocked", noting(calls, "handler"))
    door.set_block_signals(True)

    door.poll(lambda: door._emit("knocked", calls.append, 2))

    assert calls == [2]


def test_a_hook_that_raises_counts_as_a_handler(door: Door, calls: list[object]) -> None:
    door.connect("opened", noting(calls, "handler"))

    with pytest.raises(Knock):
        door.poll(lambda: door._emit("opened", raising(1)))
    door.connect("opened", raising(2))
    with pytest.raises(ExceptionGroup) as caught:
        door.poll(lambda: door._emit("opened", raising(1)))

    assert calls == ["handler", "handler"]
    assert numbers(caught.value) == [1, 2]


def test_an_interrupt_in_a_hook_propagates_at_once(door: Door, calls: list[object]) -> None:
    door.connect("opened", noting(calls, "handler"))

    with pytest.raises(KeyboardInterrupt):
        door.poll(lambda: door._emit("opened", stop))

    assert calls == []


def test_the_lack_of_listeners_can_be_checked_without_a_call(door: Door) -> None:
    assert door._handlers["opened"] == ()
    door.connect("opened", list)
    assert len(door._handlers["opened"]) == 1


# poll() (rules 1 and 2)


@pytest.mark.parametrize("flags", [0, DEFERRED], ids=["handler", "deferred-handler"])
def test_a_nested_poll_is_a_silent_no_op(flags: int, door: Door, calls: list[object]) -> None:
    door.connect("opened", lambda: door.poll(lambda: calls.append("nested")), flags=flags)

    door.poll(lambda: door.emit("opened"))

    assert calls == []


@pytest.mark.parametrize("error", [Knock(1), KeyboardInterrupt()], ids=["exception", "base-exception"])
def test_poll_works_again_after_an_exception(error: BaseException, door: Door, calls: list[object]) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        door.poll(fail)
    door.connect("opened", fail, flags=DEFERRED | ONESHOT)
    with pytest.raises(type(error)):
        emit_inside_poll(door)
    door.poll(lambda: calls.append("works"))

    assert calls == ["works"]


def in_a_thread(call: Callable[[], object]) -> BaseException | None:
    """Runs the call in another thread, and returns the exception that it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - looked at by the test
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised[0] if raised else None


def test_poll_belongs_to_the_thread_that_called_it_first(door: Door, calls: list[object]) -> None:
    door.poll()

    error = in_a_thread(lambda: door.poll(lambda: calls.append("other thread")))

    assert isinstance(error, RuntimeError)
    assert "this Door belongs to thread" in str(error)
    assert calls == []
    door.poll(lambda: calls.append("works"))
    assert calls == ["works"]


@pytest.mark.faults("B20")
def test_poll_from_another_greenlet_says_so(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter([1, 2])

    def get_ident() -> int:  # as gevent's, which numbers greenlets
        return next(numbers)

    for module in ("ownership", "signal_emitter"):
        monkeypatch.setattr(f"wsclient.core.{module}.get_ident", get_ident)
    door.poll()

    with pytest.raises(RuntimeError, match=r"belongs to greenlet 1, .* greenlet 2 needs one of its own"):
        door.poll()


def test_a_poll_of_another_thread_is_not_mistaken_for_a_nested_one(door: Door) -> None:
    errors: list[BaseException | None] = []

    door.poll(lambda: errors.append(in_a_thread(door.poll)))

    assert isinstance(errors[0], RuntimeError)


def test_an_object_may_be_made_in_one_thread_and_polled_in_another(door: Door) -> None:
    assert in_a_thread(door.poll) is None


# Connecting again, counting


def test_connecting_twice_is_refused_and_logged(
    door: Door, calls: list[object], caplog: pytest.LogCaptureFixture
) -> None:
    handler = noting(calls, "called")
    door.connect("opened", handler)

    assert door.connect("opened", handler, ("other binds",), ONESHOT) is Error.ERR_INVALID_PARAMETER
    assert door.connect("opened", handler) is Error.ERR_INVALID_PARAMETER
    door.emit("opened")
    door.emit("opened")

    assert calls == ["called", "called"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2


@pytest.mark.parametrize("first", [0, COUNTED], ids=["plain", "counted"])
def test_a_counted_handler_is_called_once_and_disconnected_n_times(first: int, door: Door, calls: list[object]) -> None:
    handler = noting(calls, "called")
    flags = [first, COUNTED, COUNTED]

    assert [door.connect("opened", handler, flags=each) for each in flags] == [Error.OK] * 3
    for _ in flags:
        assert door.is_connected("opened", handler)
        calls.clear()
        door.emit("opened")
        assert calls == ["called"]
        door.disconnect("opened", handler)

    assert not door.is_connected("opened", handler)


def test_a_plain_connection_on_top_of_a_counted_one_is_refused(door: Door) -> None:
    door.connect("opened", list, flags=COUNTED)

    assert door.connect("opened", list) is Error.ERR_INVALID_PARAMETER


def test_the_method_of_one_object_is_one_handler(door: Door) -> None:
    other = Door()

    assert door.connect("opened", other.poll) is Error.OK
    assert door.connect("opened", other.poll) is Error.ERR_INVALID_PARAMETER
    assert door.connect("opened", Door().poll) is Error.OK
    door.disconnect("opened", other.poll)

    assert not door.is_connected("opened", other.poll)


class Unhashable:
    __hash__ = None

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> None:
        self.calls += 1


def test_an_unhashable_handler_works(door: Door) -> None:
    one, other = Unhashable(), Unhashable()
    assert door.connect("opened", one) is Error.OK
    assert door.connect("opened", other) is Error.OK
    assert door.connect("opened", one) is Error.ERR_INVALID_PARAMETER

    door.emit("opened")
    door.disconnect("opened", one)
    door.emit("opened")

    assert (one.calls, other.calls) == (1, 2)


# pyee's names


def test_pyees_on_connects_in_both_forms_and_returns_the_handler(door: Door, calls: list[object]) -> None:
    @door.on("knocked")
    def decorated(times: int) -> None:
        calls.append(times)

    given = noting(calls, "given")
    assert door.on("knocked", given) is given
    door.emit("knocked", 2)

    assert callable(decorated)
    assert calls == [2, "given"]
    assert door.listeners("knocked") == [decorated, given]


def test_pyees_once_connects_in_both_forms_and_returns_the_handler(door: Door, calls: list[object]) -> None:
    @door.once("opened")
    def decorated() -> None:
        calls.append("decorated")

    given = noting(calls, "given")
    assert door.once("opened", given) is given
    assert door.listeners("opened") == [decorated, given]
    door.emit("opened")
    door.emit("opened")

    assert calls == ["decorated", "given"]
    assert door.listeners("opened") == []


@pytest.mark.parametrize("method", ["on", "once", "add_listener"])
def test_pyees_names_refuse_what_connect_refuses(method: str, door: Door) -> None:
    async def coroutine() -> None: ...

    with pytest.raises(ValueError, match="did you mean 'opened'"):
        getattr(door, method)("openend", list)
    with pytest.raises(TypeError, match="coroutine"):
        getattr(door, method)("opened", coroutine)
    assert door.event_names() == set()


@pytest.mark.parametrize("decorator", ["on", "listens_to", "once"])
def test_c5_pyees_decorators_refuse_a_wrong_name_at_once(decorator: str, door: Door) -> None:
    with pytest.raises(ValueError, match="did you mean 'opened'"):
        getattr(door, decorator)("openend")


def test_pyees_on_does_not_change_a_connected_handler(
    door: Door, calls: list[object], caplog: pytest.LogCaptureFixture
) -> None:
    handler = noting(calls, "called")
    door.once("opened", handler)

    assert door.on("opened", handler) is handler
    door.emit("opened")
    door.emit("opened")

    assert calls == ["called"]
    assert "already" in caplog.text


def test_the_three_spellings_know_of_each_other(door: Door) -> None:
    handlers = [noting([], each) for each in range(3)]
    door.opened.connect(handlers[0])
    door.connect("opened", handlers[1])
    door.on("opened", handlers[2])

    assert door.listeners("opened") == handlers
    assert [each["callable"] for each in door.get_signal_connection_list("opened")] == handlers
    door.remove_listener("opened", handlers[0])
    door.opened.disconnect(handlers[1])
    door.disconnect("opened", handlers[2])

    assert [door.is_connected("opened", each) for each in handlers] == [False] * 3


def test_removing_a_stranger_is_logged_with_every_pyee(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    door.remove_listener("opened", list)
    door.remove_listener("no_such_signal", list)

    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2


def test_remove_listener_counts_down_like_disconnect(door: Door) -> None:
    door.connect("opened", list, flags=COUNTED)
    door.connect("opened", list, flags=COUNTED)

    door.remove_listener("opened", list)
    assert door.is_connected("opened", list)
    door.remove_listener("opened", list)

    assert not door.is_connected("opened", list)


@pytest.mark.parametrize(
    ("event", "left"),
    [
        pytest.param("opened", {"knocked"}, id="one"),
        pytest.param(None, set(), id="all"),
        pytest.param("no_such_signal", {"opened", "knocked"}, id="unknown"),
    ],
)
def test_remove_all_listeners(event: str | None, left: set[str], door: Door) -> None:
    for signal in ("opened", "knocked"):
        door.connect(signal, list, flags=COUNTED)
        door.connect(signal, list, flags=COUNTED)
        door.connect(signal, tuple)

    door.remove_all_listeners(event)

    assert door.event_names() == left
    assert {signal for signal in ("opened", "knocked") if door.listeners(signal)} == left


@every_way
def test_remove_all_listeners_in_a_handler_lets_this_emission_end(emit, door: Door, calls: list[object]) -> None:
    door.connect("opened", lambda: door.remove_all_listeners("opened"))
    door.connect("opened", noting(calls, "called"))
    door.connect("opened", noting(calls, "once"), flags=ONESHOT)

    emit(door)
    emit(door)

    assert calls == ["called", "once"]


def test_pyees_new_listener_is_emitted_before_the_handler_listens(door: Door, calls: list[object]) -> None:
    door.on("new_listener", lambda *args: calls.append((*args, door.listeners("opened"))))

    door.connect("opened", list, ("bound",))

    ((signal, handler, listening),) = calls
    assert (signal, listening) == ("opened", [])
    assert handler is list
    assert not door.has_signal("new_listener")


def test_pyees_new_listener_is_not_offered_as_a_signal() -> None:
    with pytest.raises(ValueError, match="Object has no signal 'new_listner'; it has none"):
        Object().on("new_listner", list)


def test_a_new_listener_handler_that_raises_keeps_the_listener_out(door: Door) -> None:
    door.on("new_listener", raising(1))

    with pytest.raises(Knock):
        door.connect("opened", list)

    assert door.listeners("opened") == []


def test_an_unknown_signal_is_logged_and_not_emitted(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    assert door.emit("openend") is False

    assert "did you mean 'opened'" in caplog.text


def test_pyees_error_event_without_a_listener_raises_the_error(door: Door) -> None:
    with pytest.raises(Knock):
        door.emit("error", Knock(1))


def test_pyee_is_the_store(door: Door) -> None:
    door.connect("opened", list, ("bound",), ONESHOT)
    door.on("opened", tuple)

    assert EventEmitter.listeners(door, "opened") == [list, tuple]
    assert EventEmitter.event_names(door) == {"opened"}


# Nothing is kept alive


@pytest.fixture
def no_garbage_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def use_nothing(_: Door) -> None: ...


def use_signals(door: Door) -> None:
    for flags in (0, ONESHOT, DEFERRED, COUNTED):
        door.connect("knocked", noting([], flags), flags=flags)
    door.emit("knocked", 1)
    door.poll(lambda: door.knocked.emit(2))
    assert repr(door.knocked)


def use_with_exceptions(door: Door) -> None:
    door.connect("opened", raising(1))
    for count in (1, 2):
        for emit in (emit_outside, emit_inside_poll, emit_own, emit_inside_emission):
            with pytest.raises(Knock if count == 1 else ExceptionGroup):
                emit(door)
        door.connect("opened", raising(2))
    door.connect("opened", raising(3), flags=DEFERRED)
    with pytest.raises(ExceptionGroup):
        door.poll(lambda: door.emit("opened"), raising(0))
    with pytest.raises(KeyboardInterrupt):
        door.poll(lambda: door._emit("opened", stop))


@pytest.mark.usefixtures("no_garbage_collector")
@pytest.mark.parametrize("use", [use_nothing, use_signals, use_with_exceptions])
@pytest.mark.untraced
def test_an_object_is_freed_with_its_last_reference(use: Callable[[Door], None]) -> None:
    door = Door()
    use(door)
    watch = weakref.ref(door)

    del door

    assert watch() is None


@pytest.mark.usefixtures("no_garbage_collector")
@pytest.mark.parametrize("emit", [emit_outside, emit_own])
def test_the_last_reference_may_go_in_a_handler(emit, calls: list[object]) -> None:
    doors = [Door()]
    watch = weakref.ref(doors[0])
    doors[0].connect("opened", doors.clear)
    doors[0].connect("opened", noting(calls, "others"))
    doors[0].connect("opened", noting(calls, "deferred"), flags=DEFERRED)

    emit(doors[0])

    assert calls == ["others", "deferred"]
    assert watch() is None


def test_a_handler_is_kept_while_it_is_connected(door: Door, calls: list[object]) -> None:
    class Ear:
        def hear(self) -> None:
            calls.append("heard")

    ear = Ear()
    watch = weakref.ref(ear)
    door.connect("opened", ear.hear)
    del ear

    door.emit("opened")
    door.remove_all_listeners()

    assert calls == ["heard"]
    assert watch() is None


# Notes on what handlers raise


@pytest.mark.parametrize(
    ("signal", "args", "declaration"),
    [("opened", (), "opened()"), ("knocked", (1,), "knocked(times: int)")],
    ids=["no-arguments", "arguments"],
)
@pytest.mark.parametrize("flags", [0, DEFERRED, ONESHOT], ids=["plain", "deferred", "one-shot"])
@pytest.mark.parametrize("count", [1, 2], ids=["alone", "with-another"])
def test_c4_an_exception_of_a_handler_names_its_signal(
    signal: str, args: tuple[int, ...], declaration: str, flags: int, count: int, door: Door
) -> None:
    door.connect(signal, raising(1), flags=flags)
    if count == 2:
        door.on(signal, lambda *_: None)

    with pytest.raises(Knock) as caught:
        door.emit(signal, *args)

    assert caught.value.__notes__ == [f"in a handler of {declaration}"]


def test_c4_the_error_for_a_wrong_handler_lists_its_arguments(door: Door) -> None:
    door.knocked.connect(lambda: None)  # type: ignore[arg-type, misc]

    with pytest.raises(TypeError) as caught:
        door.knocked.emit(2)

    assert caught.value.__notes__ == ["in a handler of knocked(times: int)"]


def test_c4_a_signal_of_ones_own_is_declared_too(door: Door) -> None:
    door.add_user_signal("rung", ["times", "by"])
    door.on("rung", raising(1))

    with pytest.raises(Knock) as caught:
        door.emit("rung", 1, 2)

    assert caught.value.__notes__ == ["in a handler of rung(times, by)"]


def test_c4_an_error_that_is_raised_again_has_one_note(door: Door) -> None:
    error = Knock(1)

    def raise_it() -> None:
        raise error

    door.opened.connect(raise_it)
    for _ in range(2):
        with pytest.raises(Knock):
            door.opened.emit()

    assert error.__notes__ == ["in a handler of opened()"]


# Handlers that do not keep their object


class Guest:
    """Has a method to be connected."""

    def __init__(self, calls: list[object]) -> None:
        self.calls = calls

    def hear(self, *args: object) -> None:
        self.calls.append(args)


def test_a_weak_handler_ends_with_its_object(door: Door, calls: list[object]) -> None:
    guest = Guest(calls)
    door.knocked.connect(guest.hear, weak=True)
    door.knocked.emit(1)

    del guest
    door.knocked.emit(2)

    assert calls == [(1,)]
    assert (door.listeners("knocked"), door.event_names()) == ([], set())
    assert door.get_signal_connection_list("knocked") == []


def test_a_weak_handler_is_connected_as_any_other(door: Door, calls: list[object]) -> None:
    guest = Guest(calls)
    door.connect("knocked", guest.hear, ["bound"], COUNTED, weak=True)

    assert door.is_connected("knocked", guest.hear)
    assert door.listeners("knocked") == [guest.hear]
    assert door.connect("knocked", guest.hear) is Error.ERR_INVALID_PARAMETER
    door.knocked.emit(1)
    door.disconnect("knocked", guest.hear)
    door.knocked.emit(2)

    assert calls == [(1, "bound")]


def test_a_strong_handler_keeps_its_object(door: Door, calls: list[object]) -> None:
    door.knocked.connect(Guest(calls).hear)
    door.knocked.emit(1)

    assert calls == [(1,)]


def test_a_gone_handler_leaves_room_for_a_new_one(door: Door, calls: list[object]) -> None:
    for number in range(50):
        guest = Guest(calls)
        assert door.knocked.connect(guest.hear, weak=True) is Error.OK
        door.knocked.emit(number)

    assert calls == [(number,) for number in range(50)]
    assert door.listeners("knocked") == [guest.hear]


def test_objects_without_handlers_share_their_tables() -> None:
    signals = {f"signal_{number}": Signal() for number in range(200)}
    kind = type("ManySignals", (Object,), signals)
    kind()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    objects = [kind() for _ in range(50)]
    each = (tracemalloc.get_traced_memory()[0] - before) / len(objects)
    tracemalloc.stop()

    assert each < sys.getsizeof(dict.fromkeys(signals))


def test_a_connection_belongs_to_one_object(calls: list[object]) -> None:
    one, other = Door(), Door()
    one.opened.connect(calls.append)

    assert (one.event_names(), other.event_names()) == ({"opened"}, set())
