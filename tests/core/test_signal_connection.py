"""Tests connections as stand-ins for their targets.

A target that can never handle a signal is refused.
"""

from __future__ import annotations

from functools import partial, update_wrapper, wraps

import pytest

from wsclient.core.signal_connection import ConnectFlags, Connection, WeakHandler, checked_handler


def function(*args: object, **kwargs: object) -> tuple[object, ...]:
    return (*args, kwargs) if kwargs else args


class Plain:
    def method(self) -> None: ...

    async def coroutine_method(self) -> None: ...

    def __call__(self) -> None: ...


class Unhashable:
    __hash__ = None

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unhashable) and self.name == other.name

    def __call__(self) -> None: ...


class AsyncCall:
    async def __call__(self) -> None: ...


async def coroutine() -> None: ...


async def async_generator():
    yield


def generator():
    yield


@pytest.mark.parametrize(
    ("flag", "number"),
    [
        (ConnectFlags.CONNECT_DEFERRED, 1),
        (ConnectFlags.CONNECT_PERSIST, 2),
        (ConnectFlags.CONNECT_ONESHOT, 4),
        (ConnectFlags.CONNECT_REFERENCE_COUNTED, 8),
    ],
)
def test_the_flags_are_godots(flag: ConnectFlags, number: int) -> None:
    assert flag == number


def test_a_call_puts_the_binds_after_the_arguments() -> None:
    assert Connection(function, (3, 4))(1, 2) == (1, 2, 3, 4)
    assert Connection(function, (2,))(1, x=3) == (1, 2, {"x": 3})


@pytest.mark.parametrize(
    ("one", "other", "are_equal"),
    [
        pytest.param(function, function, True, id="same-function"),
        pytest.param(function, generator, False, id="other-function"),
        pytest.param((peer := Plain()).method, peer.method, True, id="same-method"),
        pytest.param(Plain().method, Plain().method, False, id="other-objects-method"),
        pytest.param(Unhashable("a"), Unhashable("a"), True, id="unhashable-equal"),
        pytest.param(Unhashable("a"), Unhashable("b"), False, id="unhashable-other"),
    ],
)
def test_it_equals_its_target(one, other, are_equal: bool) -> None:
    assert (Connection(one) == other) is are_equal
    assert (Connection(one) == Connection(other, (1,), ConnectFlags.CONNECT_ONESHOT)) is are_equal
    assert (len({Connection(one), Connection(other)}) == 1) is are_equal


def test_it_hashes_like_its_target() -> None:
    assert hash(Connection(function)) == hash(function)


def test_it_is_found_after_its_target_changed_its_hash() -> None:
    class Moody(Plain):
        mood = 1

        def __hash__(self) -> int:
            return self.mood

    target = Moody()
    connection = Connection(target)
    kept = {connection}
    target.mood = 2

    assert connection in kept


def test_a_directly_called_handler_has_no_binds_or_special_flags() -> None:
    plain = [Connection(function), Connection(function, (), ConnectFlags.CONNECT_REFERENCE_COUNTED)]
    others = [
        Connection(function, (1,)),
        Connection(function, (), ConnectFlags.CONNECT_ONESHOT),
        Connection(function, (), ConnectFlags.CONNECT_DEFERRED),
    ]

    assert [each.is_plain for each in plain + others] == [True, True, False, False, False]


def test_it_shows_its_target() -> None:
    assert repr(Connection(function)) == f"<Connection to {function!r}>"


@pytest.mark.parametrize(
    "handler",
    [
        pytest.param(function, id="function"),
        pytest.param(lambda: None, id="lambda"),
        pytest.param(Plain().method, id="method"),
        pytest.param(Plain(), id="callable-object"),
        pytest.param(Plain, id="class"),
        pytest.param(partial(function, 1), id="partial"),
        pytest.param(print, id="built-in"),
        pytest.param([].append, id="built-in-method"),
        pytest.param(Unhashable("a"), id="unhashable"),
        pytest.param(AsyncCall, id="class-of-async-callables"),
    ],
)
def test_a_handler_is_returned(handler) -> None:
    assert checked_handler(handler) is handler


def wrapped_coroutine():
    @wraps(coroutine)
    async def wrapper() -> None: ...

    return wrapper


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        pytest.param(None, "callable, not NoneType", id="none"),
        pytest.param("on_data", "callable, not str", id="godots-method-name"),
        pytest.param(coroutine, "a coroutine function", id="coroutine-function"),
        pytest.param(wrapped_coroutine(), "a coroutine function", id="wrapped"),
        pytest.param(partial(coroutine), "a coroutine function", id="partial"),
        pytest.param(partial(partial(coroutine)), "a coroutine function", id="partial-of-partial"),
        pytest.param(Plain().coroutine_method, "a coroutine function", id="method"),
        pytest.param(partial(Plain().coroutine_method), "a coroutine function", id="partial-of-method"),
        pytest.param(AsyncCall(), "a coroutine function", id="callable-object"),
        pytest.param(partial(AsyncCall()), "a coroutine function", id="partial-of-callable-object"),
        pytest.param(partial(update_wrapper(partial(AsyncCall()), print)), "a coroutine function", id="partials-kept"),
        pytest.param(generator, "a generator function", id="generator-function"),
        pytest.param(async_generator, "a generator function", id="async-generator-function"),
    ],
)
def test_a_target_that_cannot_handle_a_signal_is_refused(handler, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        checked_handler(handler)


class Player:
    """Has a method to be connected."""

    def __init__(self, calls: list[object]) -> None:
        self.calls = calls

    def on_data(self, *args: object) -> None:
        self.calls.append(args)


def test_a_weak_handler_is_the_method_while_its_object_lives() -> None:
    player = Player([])
    handler = WeakHandler(player.on_data)

    handler(1)

    assert player.calls == [(1,)]
    assert (handler.method, handler, hash(handler)) == (player.on_data, player.on_data, hash(player.on_data))


def test_a_weak_handler_does_nothing_when_its_object_is_gone() -> None:
    calls: list[object] = []
    handler = WeakHandler(Player(calls).on_data)

    handler(1)

    assert (calls, handler.method) == ([], None)
    assert handler != WeakHandler(Player(calls).on_data)


@pytest.mark.parametrize("handler", [print, [].append, lambda: None], ids=["function", "builtin-method", "lambda"])
def test_only_a_bound_method_can_be_connected_weakly(handler) -> None:
    with pytest.raises(TypeError, match="weak=True takes a bound method"):
        WeakHandler(handler)
