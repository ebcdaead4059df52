"""A signal is declared once, and typed wherever it is connected or emitted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wsclient.core.object import Object
from wsclient.core.signal import BoundSignal, Signal
from wsclient.ground.error import Error


class Lobby(Object):
    joined = Signal[str, int]("name", "seat")
    named = Signal[str]("name")
    ready = Signal[()]()
    untold = Signal("first", "second")
    by_name = Signal["Lobby"]("lobby")


@pytest.mark.parametrize(
    ("signal", "name", "parameters", "types"),
    [
        pytest.param(Lobby.joined, "joined", ("name", "seat"), (str, int), id="two"),
        pytest.param(Lobby.ready, "ready", (), (), id="none"),
        pytest.param(Lobby.untold, "untold", ("first", "second"), (object, object), id="types-not-told"),
        pytest.param(Lobby.by_name, "by_name", ("lobby",), (object,), id="type-not-known-yet"),
    ],
)
def test_the_class_shows_the_declaration(
    signal: Signal, name: str, parameters: tuple[str, ...], types: tuple[type, ...]
) -> None:
    assert isinstance(signal, Signal)
    assert signal.name == name
    assert signal.parameters == parameters
    assert signal.types == types


def test_an_object_shows_its_own_signal() -> None:
    lobby = Lobby()

    assert isinstance(lobby.joined, BoundSignal)
    assert lobby.joined.get_name() == "joined"
    assert lobby.joined.get_object() is lobby


def test_the_attribute_connects_emits_and_disconnects() -> None:
    lobby, calls = Lobby(), []

    def on_joined(name: str, seat: int) -> None:
        calls.append((name, seat))

    assert lobby.joined.connect(on_joined) is Error.OK
    assert lobby.joined.is_connected(on_joined)
    lobby.joined.emit("Ada", 1)
    lobby.joined.disconnect(on_joined)
    assert not lobby.joined.is_connected(on_joined)
    lobby.joined.emit("Bob", 2)

    assert calls == [("Ada", 1)]


def test_the_attribute_takes_binds_and_flags() -> None:
    lobby, calls = Lobby(), []

    lobby.ready.connect(calls.append, binds=["bound"], flags=Lobby.CONNECT_ONESHOT)
    lobby.ready.emit()
    lobby.ready.emit()

    assert calls == ["bound"]


def test_objects_do_not_share_handlers() -> None:
    one, other, calls = Lobby(), Lobby(), []
    one.ready.connect(lambda: calls.append("one"))

    other.ready.emit()

    assert calls == []


def test_a_signal_cannot_be_assigned() -> None:
    lobby = Lobby()

    with pytest.raises(AttributeError, match=r"\.ready\.connect"):
        lobby.ready = print


def test_a_kept_signal_does_not_keep_its_object() -> None:
    lobby = Lobby()
    ready = lobby.ready
    del lobby

    for call in (ready.emit, ready.get_object, lambda: ready.connect(print), lambda: ready.is_connected(print)):
        with pytest.raises(ReferenceError, match="ready"):
            call()


def test_both_show_their_name() -> None:
    assert repr(Lobby.joined) == "<Signal joined(name: str, seat: int)>"
    assert re.fullmatch("<BoundSignal joined of <.*Lobby.*>>", repr(Lobby().joined))


USES = """
from wsclient.core.object import Object
from wsclient.core.signal import Signal

class Lobby(Object):
    named = Signal[str]("name")
    ready = Signal[()]()

def takes_name(name: str) -> None: ...
def takes_name_or_nothing(name: str = "") -> int: return 1
def takes_name_and_number(name: str, number: int) -> None: ...
def takes_number(number: int) -> None: ...
def takes_nothing() -> None: ...

lobby = Lobby()
"""


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Returns mypy's messages for each line, all from one run."""
    api = pytest.importorskip("mypy.api")
    folder = tmp_path_factory.mktemp("typed")
    script = folder / "script.py"
    script.write_text(USES + "\n".join(RIGHT + WRONG) + "\n", encoding="utf-8")
    (folder / "mypy.ini").write_text(f"[mypy]\nstrict = true\nmypy_path = {Path(__file__).parents[2]}\n")
    options = ["--config-file", str(folder / "mypy.ini"), "--cache-dir", str(folder / "cache")]
    told, failed, _ = api.run([*options, str(script)])
    assert not failed
    lines = script.read_text(encoding="utf-8").splitlines()
    found = re.findall(r"script\.py:(\d+): error: (.*)", told)
    return {lines[int(number) - 1]: text for number, text in found}


RIGHT = [
    "lobby.named.connect(takes_name)",
    "lobby.named.connect(takes_name_or_nothing)",
    "lobby.ready.connect(takes_name_or_nothing)",
    "lobby.named.connect(takes_name, flags=Lobby.CONNECT_ONESHOT)",
    "lobby.named.connect(takes_name_and_number, (1,))",
    "lobby.named.connect(takes_name_and_number, binds=[1], flags=Lobby.CONNECT_DEFERRED)",
    "lobby.named.emit('Ada')",
    "lobby.ready.emit()",
]

WRONG = [
    "lobby.named.connect(takes_number)",
    "lobby.named.connect(takes_nothing)",
    "lobby.named.connect(takes_name_and_number)",
    "lobby.ready.connect(takes_name)",
    "lobby.named.emit(1)",
    "lobby.named.emit()",
    "lobby.ready.emit('Ada')",
    "lobby.named = takes_name",
]


@pytest.mark.parametrize("line", RIGHT)
def test_a_type_checker_takes(line: str, complaints: dict[str, str]) -> None:
    assert line not in complaints


@pytest.mark.parametrize("line", WRONG)
def test_a_type_checker_refuses(line: str, complaints: dict[str, str]) -> None:
    assert line in complaints
