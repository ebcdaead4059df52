"""Tests that Object has Godot's names.

Any sequence of calls has the same effect as on a plain list of handlers.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from pyee import EventEmitter

from wsclient.core.object import Object
from wsclient.core.reference import Reference
from wsclient.core.signal import Signal
from wsclient.ground.error import Error

if TYPE_CHECKING:
    from collections.abc import Callable


class Door(Reference):
    opened = Signal[()]()
    knocked = Signal[int]("times")


class FrontDoor(Door):
    rung = Signal[str, int]("tune", "times")


@pytest.fixture
def door() -> FrontDoor:
    return FrontDoor()


# Classes


def test_it_knows_its_class_and_those_above(door: FrontDoor) -> None:
    assert door.get_class() == "FrontDoor"
    assert [name for name in ("FrontDoor", "Door", "Reference", "Object") if not door.is_class(name)] == []


@pytest.mark.parametrize("name", ["BackDoor", "EventEmitter", "SignalEmitter", "object", ""])
def test_it_is_of_no_other_class(name: str, door: FrontDoor) -> None:
    assert not door.is_class(name)


def test_the_flags_stand_on_the_class_too() -> None:
    names = ("CONNECT_DEFERRED", "CONNECT_PERSIST", "CONNECT_ONESHOT", "CONNECT_REFERENCE_COUNTED")

    assert [getattr(Object, name) for name in names] == [1, 2, 4, 8]


# What signals there are


@pytest.mark.parametrize(
    ("name", "exists"),
    [("rung", True), ("opened", True), ("closed", False), ("connect", False), ("", False)],
)
def test_a_signal_exists_in_the_class_that_declares_it(name: str, exists: bool, door: FrontDoor) -> None:
    assert door.has_signal(name) is exists
    assert door.has_user_signal(name) is False


def test_the_list_of_signals_has_the_classs_own_first(door: FrontDoor) -> None:
    listed = [(each["name"], each["args"]) for each in door.get_signal_list()]

    assert listed == [
        ("rung", [{"name": "tune", "type": str}, {"name": "times", "type": int}]),
        ("opened", []),
        ("knocked", [{"name": "times", "type": int}]),
    ]


def test_a_user_signal_is_one_objects_own(door: FrontDoor) -> None:
    calls: list[object] = []
    door.add_user_signal("slammed", ["force", {"name": "by", "type": str}])

    assert door.has_signal("slammed")
    assert door.has_user_signal("slammed")
    assert not FrontDoor().has_signal("slammed")
    assert door.get_signal_list()[-1]["args"] == [{"name": "force", "type": object}, {"name": "by", "type": str}]
    assert door.connect("slammed", lambda *args: calls.append(args)) is Error.OK
    door.emit_signal("slammed", 3, "Ada")
    assert calls == [(3, "Ada")]


@pytest.mark.parametrize(
    "name", [pytest.param("", id="empty"), "opened", "mine", pytest.param("new_listener", id="pyees")]
)
def test_a_user_signal_without_a_name_of_its_own_is_refused(
    name: str, door: FrontDoor, caplog: pytest.LogCaptureFixture
) -> None:
    door.add_user_signal("mine", ["one"])
    door.connect("mine", list)
    before = door.get_signal_list()

    door.add_user_signal(name, ["other"])

    assert door.get_signal_list() == before
    assert door.is_connected("mine", list)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


# Connecting


def test_it_connects_and_disconnects(door: FrontDoor) -> None:
    calls: list[object] = []

    assert door.connect("knocked", calls.append) is Error.OK
    assert door.is_connected("knocked", calls.append)
    door.emit_signal("knocked", 2)
    door.disconnect("knocked", calls.append)
    assert not door.is_connected("knocked", calls.append)
    door.emit_signal("knocked", 3)

    assert calls == [2]


def test_emit_signal_returns_nothing(door: FrontDoor) -> None:
    door.connect("opened", lambda: "something")

    assert door.emit_signal("opened") is None


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        pytest.param(("openend", list), ValueError, "no signal 'openend'; did you mean 'opened'", id="misspelt"),
        pytest.param(("ws://localhost:9001",), ValueError, "did you mean connect_to_url", id="url-alone"),
        pytest.param(("wss://localhost", list), ValueError, "did you mean connect_to_url", id="url"),
        pytest.param(("opened",), TypeError, "callable, not NoneType", id="no-handler"),
        pytest.param(("opened", "on_opened"), TypeError, "callable, not str", id="name-of-a-method"),
        pytest.param(("opened", list, "abc"), TypeError, r"\('abc',\)", id="binds-a-string"),
    ],
)
def test_a_mistake_in_connecting_raises(arguments: tuple, error: type[Exception], words: str, door: FrontDoor) -> None:
    with pytest.raises(error, match=words):
        door.connect(*arguments)

    assert door.event_names() == set()


def test_user_signals_count_for_the_nearest_name(door: FrontDoor) -> None:
    door.add_user_signal("slammed")

    with pytest.raises(ValueError, match="did you mean 'slammed'"):
        door.connect("slamed", list)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda door: door.disconnect("opened", list), id="disconnect-a-stranger"),
        pytest.param(lambda door: door.disconnect("openend", list), id="disconnect-from-nothing"),
        pytest.param(lambda door: door.is_connected("openend", list), id="is-connected-to-nothing"),
        pytest.param(lambda door: door.emit_signal("openend"), id="emit-nothing"),
    ],
)
def test_a_mistake_elsewhere_is_logged(call, door: FrontDoor, caplog: pytest.LogCaptureFixture) -> None:
    assert not call(door)

    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert caplog.records[0].name.startswith("wsclient")


def test_the_list_of_connections_has_godots_keys(door: FrontDoor) -> None:
    calls: list[object] = []
    other = Door()
    flags = FrontDoor.CONNECT_DEFERRED | FrontDoor.CONNECT_ONESHOT
    door.connect("opened", other.get_class, [1, 2], flags)
    door.connect("opened", test_emit_signal_returns_nothing)
    door.connect("opened", calls.append)

    method, function, built_in = door.get_signal_connection_list("opened")

    assert method == {
        "source": door,
        "signal": "opened",
        "target": other,
        "method": "get_class",
        "callable": other.get_class,
        "binds": [1, 2],
        "flags": 5,
    }
    assert (function["target"], function["method"]) == (function["callable"], "test_emit_signal_returns_nothing")
    assert (built_in["target"], built_in["method"]) == (calls, "append")


def test_a_callable_objects_connection_names_the_call(door: FrontDoor) -> None:
    class Bell:
        def __call__(self) -> None: ...

    door.connect("opened", bell := Bell())

    (connection,) = door.get_signal_connection_list("opened")
    assert (connection["target"], connection["method"]) == (bell, "__call__")


def test_an_unknown_signal_has_no_connections(door: FrontDoor) -> None:
    assert door.get_signal_connection_list("openend") == []


def test_blocking_is_reported(door: FrontDoor) -> None:
    assert door.is_blocking_signals() is False
    door.set_block_signals(True)
    assert door.is_blocking_signals() is True


# Any sequence of calls


@dataclass
class Connected:
    """The model of a connection."""

    name: str
    flags: int
    count: int = 1

    def has(self, flag: int) -> bool:
        return bool(self.flags & flag)


class AgainstAPlainList(RuleBasedStateMachine):
    """Compares the connected handlers with a plain list of their names."""

    names = st.sampled_from("abcd")
    flags = st.lists(st.sampled_from([1, 2, 4, 8]), unique=True).map(sum)

    def __init__(self) -> None:
        super().__init__()
        self.door = Door()
        self.model: list[Connected] = []
        self.calls: list[tuple[str, int]] = []
        self.handlers = {name: self.make_handler(name) for name in "abcd"}

    def make_handler(self, name: str) -> Callable[[int], None]:
        return lambda number: self.calls.append((name, number))

    def find(self, name: str) -> Connected | None:
        return next((each for each in self.model if each.name == name), None)

    @rule(name=names, flags=flags)
    def connect(self, name: str, flags: int) -> None:
        known = self.find(name)
        expected = Error.OK
        if known is None:
            self.model.append(Connected(name, flags))
        elif flags & Object.CONNECT_REFERENCE_COUNTED:
            known.count += 1
        else:
            expected = Error.ERR_INVALID_PARAMETER

        assert self.door.connect("knocked", self.handlers[name], flags=flags) is expected

    @rule(name=names)
    def disconnect(self, name: str) -> None:
        known = self.find(name)
        if known is not None:
            known.count -= 1
            if known.count == 0:
                self.model.remove(known)

        self.door.disconnect("knocked", self.handlers[name])

    @rule(number=st.integers())
    def emit(self, number: int) -> None:
        self.calls.clear()
        by_turn = sorted(self.model, key=lambda each: each.has(Object.CONNECT_DEFERRED))
        self.model = [each for each in self.model if not each.has(Object.CONNECT_ONESHOT)]

        self.door.emit_signal("knocked", number)

        assert self.calls == [(each.name, number) for each in by_turn]

    @invariant()
    def the_same_is_connected_in_the_same_order(self) -> None:
        connected = [self.handlers[each.name] for each in self.model]
        assert self.door.listeners("knocked") == connected
        assert EventEmitter.listeners(self.door, "knocked") == connected


class InsideHandlers(RuleBasedStateMachine):
    """Lets handlers do anything while they run.

    The state stays consistent, and no other exceptions are raised.
    """

    def __init__(self) -> None:
        super().__init__()
        self.door = Door()
        self.script: list[Callable[[], object]] = []
        self.handlers = [self.make_handler() for _ in range(3)]

    def make_handler(self) -> Callable[..., None]:
        def handler(*_: object) -> None:
            if self.script:
                self.script.pop()()

        return handler

    @rule(which=st.integers(0, 2), flags=st.sampled_from([0, 1, 4, 5, 8]))
    def will_connect(self, which: int, flags: int) -> None:
        self.script.append(lambda: self.door.connect("knocked", self.handlers[which], flags=flags))

    @rule(which=st.integers(0, 2))
    def will_disconnect(self, which: int) -> None:
        self.script.append(lambda: self.door.disconnect("knocked", self.handlers[which]))

    @rule()
    def will_disconnect_all(self) -> None:
        self.script.append(self.door.remove_all_listeners)

    @rule()
    def will_emit(self) -> None:
        self.script.append(lambda: self.door.emit("knocked", 1))

    @rule(enable=st.booleans())
    def will_block(self, enable: bool) -> None:
        self.script.append(lambda: self.door.set_block_signals(enable))

    @rule(error=st.sampled_from([ArithmeticError, KeyboardInterrupt]))
    def will_raise(self, error: type[BaseException]) -> None:
        def fail() -> None:
            raise error

        self.script.append(fail)

    @rule()
    def run(self) -> None:
        self.door.set_block_signals(False)
        self.door.connect("knocked", self.handlers[0])
        with suppress(KeyboardInterrupt):
            try:
                self.door.emit("knocked", 0)
            except* ArithmeticError:
                pass  # alone or in a group; anything else in it goes on

    @invariant()
    def nothing_is_half_done(self) -> None:
        door = self.door
        assert door.listeners("knocked") == EventEmitter.listeners(door, "knocked")
        assert (door._is_emitting, door._is_polling) == (False, False)

    def teardown(self) -> None:
        for _ in range(100):  # what is deferred may emit again, and then waits for the next time
            self.script.clear()
            self.door.emit("knocked", 0)
        assert self.door._deferred == []


TestAgainstAPlainList = pytest.mark.untraced(AgainstAPlainList.TestCase)
TestInsideHandlers = pytest.mark.untraced(InsideHandlers.TestCase)
