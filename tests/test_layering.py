"""Imports point down the house, and only `transport` touches the world."""

from __future__ import annotations

import ast
import sys
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.support.source import PACKAGE, ROOT, Import, Module, imports, modules, without_docstrings

DOORS = "doors"  # the public modules of the top level
LOCUST = "locust"  # the door that needs what only load tests install; nothing imports it
ADAPTERS = "adapters"  # the door to other loops: asyncio's and pygame's; nothing imports it
CLI = "cli"  # the program on top of it all, its door `__main__` with it

# What each room may import besides itself: other rooms, or single modules of them. From the ground up.
MAY_IMPORT: dict[str, set[str]] = {
    "ground": set(),
    "protocol": {"ground"},
    "variant": {"ground"},
    "multiplayer": {"variant", "ground"},
    "transport": {"protocol", "ground"},
    "core": {"variant", "ground"},
    "websocket": {"core", "transport", "protocol", "multiplayer", "ground"},
    "scene": {"core", "multiplayer", "variant", "transport.clock", "ground"},
    "godot4": {"core", "scene", "websocket", "multiplayer", "variant", "transport", "ground"},
    DOORS: {"websocket", "scene", "core", "multiplayer", "variant", "transport", "ground"},
    LOCUST: {"websocket", "transport.clock", "ground"},
    ADAPTERS: {"websocket", "core"},
    "testing": {"websocket", "core", "transport", "protocol", "ground"},
    CLI: {DOORS, "websocket", "core", "transport", "protocol", "ground"},
    "frozen": set(),
}

# Packages that are neither ours nor Python's: each has one room that knows it.
THIRD_PARTY: dict[str, set[str]] = {
    CLI: {"matplotlib", "rich"},
    LOCUST: {"gevent", "locust"},
    ADAPTERS: {"pygame"},
    "core": {"pyee"},
    "ground": {"mypy_extensions"},  # for type checkers only
    "protocol": {"idna"},
    "testing": {"pytest"},
    "transport": {"certifi", "js", "pyodide"},
}

# The world: networks, clocks, threads, other processes.
WORLD = {
    "_socket",
    "_ssl",
    "_thread",
    "asyncio",
    "certifi",
    "concurrent",
    "multiprocessing",
    "select",
    "selectors",
    "socket",
    "ssl",
    "subprocess",
    "threading",
    "time",
}
MAY_TOUCH_THE_WORLD = {"transport", ADAPTERS, CLI}
# One object belongs to one thread, and its class has to see which.
HARMLESS = {("_thread", name) for name in ("RLock", "_local", "allocate_lock", "get_ident")}

# These serve any peer, over whatever it speaks.
NAME_NO_WEBSOCKET = {"core", "scene"}


def room_of(name: str) -> str:
    """Returns the room of "wsclient.protocol.url", or of the room's own package."""
    parts = name.split(".")
    if name == f"{PACKAGE}.__main__":
        return CLI
    return parts[1] if len(parts) > 1 and parts[1] in MAY_IMPORT else DOORS


def wrong_layers(module: Module) -> list[str]:
    """Returns our imports that point up or sideways.

    Those for type checkers count, because naming a module means knowing it.
    """
    room = room_of(module.name)
    allowed = MAY_IMPORT[room] | {room}
    return [
        f"{module.name}:{found.line} imports {target} ({room_of(target)})"
        for found in imports(module)
        if (target := _ours(found)) is not None
        and room_of(target) not in allowed
        and target.removeprefix(f"{PACKAGE}.") not in allowed
    ]


def wrong_outsiders(module: Module) -> list[str]:
    """Returns imports that are not ours, not Python's and not known in this room."""
    allowed = THIRD_PARTY.get(room_of(module.name), set()) | sys.stdlib_module_names | {PACKAGE}
    return [
        f"{module.name}:{found.line} imports {found.module}" for found in imports(module) if _top(found) not in allowed
    ]


def world_touched(module: Module) -> list[str]:
    """Tells which imports reach the world from a room that must not."""
    if room_of(module.name) in MAY_TOUCH_THE_WORLD:
        return []
    return [
        f"{module.name}:{found.line} imports {found.module}"
        for found in imports(module)
        if _top(found) in WORLD and not found.is_typing_only and (found.module, found.name) not in HARMLESS
    ]


def names_a_websocket(module: Module) -> bool:
    """Returns True if the code has that word in a name, import or string.

    Docstrings do not count.
    """
    return "websocket" in ast.dump(without_docstrings(module.tree)).lower()


def import_order(found: list[Module]) -> list[str]:
    """Sorts the modules so that each comes after what it imports.

    Raises CycleError if that is impossible.
    """
    names = {module.name for module in found}
    needs = {
        module.name: {
            target
            for each in imports(module)
            if each.is_at_start
            and not each.is_typing_only
            and (target := _file_of(each, names)) not in {None, module.name}
        }
        for module in found
    }
    return list(TopologicalSorter(needs).static_order())


def _top(found: Import) -> str:
    return found.module.partition(".")[0]


def _ours(found: Import) -> str | None:
    """Returns which of our modules are imported.

    `from wsclient import protocol` means the room, not the package that lists it.
    """
    if _top(found) != PACKAGE:
        return None
    return f"{PACKAGE}.{found.name}" if found.module == PACKAGE and found.name in MAY_IMPORT else found.module


def _file_of(found: Import, names: set[str]) -> str | None:
    longer = f"{found.module}.{found.name}"
    return longer if longer in names else found.module if found.module in names else None


MODULES = modules()
each_module = pytest.mark.parametrize("module", [pytest.param(module, id=module.name) for module in MODULES])


@each_module
def test_ours_is_imported_downwards_only(module: Module) -> None:
    assert wrong_layers(module) == []


@each_module
def test_other_packages_are_imported_only_in_listed_rooms(module: Module) -> None:
    assert wrong_outsiders(module) == []


@each_module
def test_only_transport_adapters_and_the_command_line_touch_the_world(module: Module) -> None:
    assert world_touched(module) == []


@pytest.mark.parametrize(
    "module", [pytest.param(each, id=each.name) for each in MODULES if room_of(each.name) in NAME_NO_WEBSOCKET]
)
def test_code_for_any_peer_does_not_name_websockets(module: Module) -> None:
    assert not names_a_websocket(module)


def test_the_package_imports_without_a_circle() -> None:
    assert len(import_order(MODULES)) == len(MODULES)


def test_every_package_is_a_room_of_the_table() -> None:
    rooms = {name.split(".")[1] for module in MODULES if module.is_package and "." in (name := module.name)}

    assert rooms == set(MAY_IMPORT) - {DOORS, LOCUST, ADAPTERS}


def test_the_top_level_has_only_doors_and_rooms() -> None:
    top = {path.name for path in (ROOT / PACKAGE).iterdir() if path.suffix == ".py"}

    assert top == {"__init__.py", "__main__.py", "adapters.py", "locust.py", "netgraph.py", "rpc.py"}


def test_there_are_six_floors() -> None:
    floors: dict[str, int] = {}
    for room, below in MAY_IMPORT.items():  # from the ground up
        floors[room] = 1 + max((floors[each.partition(".")[0]] for each in below), default=0)

    assert max(floors.values()) == 6


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("wsclient.protocol.url", "import wsclient", id="room-to-door"),
        pytest.param("wsclient.protocol.url", "import wsclient.core.object", id="room-up-module"),
        pytest.param("wsclient.protocol.url", "from wsclient.core.object import Object", id="room-up-name"),
        pytest.param("wsclient.protocol.url", "from wsclient import Error", id="room-to-door-exported"),
        pytest.param("wsclient.protocol.url", "from .. import core", id="relative"),
        pytest.param("wsclient.protocol.url", "from ..core import object", id="relative-module"),
        pytest.param(
            "wsclient.scene.node", "from wsclient.websocket.client import WebSocketClient", id="scene-websocket"
        ),
        pytest.param("wsclient.scene.lag_peer", "from wsclient.transport.native import State", id="another-module"),
        pytest.param("wsclient.protocol.url", "from wsclient import transport", id="protocol-to-transport-as-name"),
        pytest.param("wsclient.protocol.url", "from wsclient.variant import encode", id="protocol-to-variant"),
        pytest.param("wsclient.variant.codec.encoder", "from wsclient.protocol import url", id="variant-to-protocol"),
        pytest.param("wsclient.transport.native", "from wsclient.variant import encode", id="transport-to-variant"),
        pytest.param(
            "wsclient.multiplayer.godot3.relay", "import wsclient.transport.base", id="multiplayer-to-transport"
        ),
        pytest.param("wsclient.multiplayer.godot3.relay", "import wsclient.protocol", id="multiplayer-to-protocol"),
        pytest.param("wsclient.protocol.url", "def f():\n    import wsclient.core.object", id="inside-a-function"),
        pytest.param("wsclient.websocket.client", "from wsclient.cli import session", id="client-to-command-line"),
        pytest.param("wsclient.core.object", "import wsclient.__main__", id="core-to-main"),
        pytest.param(
            "wsclient.protocol.url", "import importlib\nimportlib.import_module('wsclient.core.object')", id="by-name"
        ),
        pytest.param(
            "wsclient.protocol.url",
            "if TYPE_CHECKING:\n    from wsclient.core.object import Object",
            id="for-type-checkers",
        ),
    ],
)
def test_an_import_that_points_up_is_found(name: str, text: str) -> None:
    assert len(wrong_layers(Module(name, text))) == 1


@pytest.mark.parametrize(
    ("module", "text"),
    [
        pytest.param(
            Module("wsclient.websocket.client", ""),
            "from wsclient.transport.base import Transport",
            id="client-to-transport",
        ),
        pytest.param(Module("wsclient.websocket.client", ""), "from wsclient import protocol", id="to-a-room"),
        pytest.param(Module("wsclient.websocket.client", ""), "from .error import Error", id="relative-own-room"),
        pytest.param(Module("wsclient.transport.native", ""), "from wsclient.protocol import url", id="transport"),
        pytest.param(Module("wsclient.scene.lag_peer", ""), "import wsclient.transport.clock", id="one-module"),
        pytest.param(Module("wsclient.__main__", ""), "from wsclient.cli.session import Session", id="door"),
        pytest.param(
            Module("wsclient.cli.session", ""), "from wsclient.ground.error import Error", id="command-line-to-ground"
        ),
        pytest.param(
            Module("wsclient.multiplayer.godot3.commands", ""), "from wsclient.variant import encode", id="multiplayer"
        ),
        pytest.param(Module("wsclient.protocol.handshake", ""), "from .url import URL", id="own-room-relative"),
        pytest.param(Module("wsclient.variant", "", is_package=True), "from .types import RID", id="package-relative"),
        pytest.param(Module("wsclient.protocol.url", ""), "import hashlib, wsclientele", id="not-ours"),
    ],
)
def test_an_import_that_points_down_is_not_held_against_anyone(module: Module, text: str) -> None:
    assert wrong_layers(Module(module.name, text, module.is_package)) == []


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        pytest.param("wsclient.protocol.url", "import pyee", 1, id="protocol-pyee"),
        pytest.param("wsclient.variant.types", "from pyee.base import EventEmitter", 1, id="variant-pyee"),
        pytest.param("wsclient.transport.native", "import pyee", 1, id="transport-pyee"),
        pytest.param("wsclient.core.object", "import certifi", 1, id="core-certifi"),
        pytest.param("wsclient.variant.types", "import numpy", 1, id="undeclared"),
        pytest.param("wsclient.core.object", "import rich", 1, id="core-rich"),
        pytest.param("wsclient.core.object", "import pyee", 0, id="core-pyee"),
        pytest.param("wsclient.cli.report", "import rich.text", 0, id="command-line-rich"),
        pytest.param("wsclient.transport.stream.tls_stream", "import certifi", 0, id="transport-certifi"),
    ],
)
def test_an_outsider_is_known_in_one_room(name: str, text: str, count: int) -> None:
    assert len(wrong_outsiders(Module(name, text))) == count


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        pytest.param("wsclient.websocket.client", "import time", 1, id="client-clock"),
        pytest.param("wsclient.websocket.client", "def f():\n    import ssl", 1, id="client-late"),
        pytest.param("wsclient.protocol.connection", "from time import monotonic", 1, id="protocol-clock"),
        pytest.param("wsclient.variant.types", "import os, socket", 1, id="second-of-two"),
        pytest.param("wsclient.multiplayer.godot3.relay", "import concurrent.futures", 1, id="submodule"),
        pytest.param("wsclient.cli.session", "import time", 0, id="command-line-clock"),
        pytest.param("wsclient.core.object", "import threading", 1, id="whole-of-threading"),
        pytest.param("wsclient.core.object", "from threading import Thread", 1, id="threads"),
        pytest.param(
            "wsclient.core.object", "if TYPE_CHECKING:\n    pass\nelse:\n    import ssl", 1, id="not-type-checking"
        ),
        pytest.param("wsclient.core.object", "from _thread import get_ident", 0, id="which-thread"),
        pytest.param(
            "wsclient.core.object", "if TYPE_CHECKING:\n    from ssl import SSLContext", 0, id="type-checking"
        ),
        pytest.param("wsclient.core.object", "if typing.TYPE_CHECKING:\n    import ssl", 0, id="typing-type-checking"),
        pytest.param("wsclient.transport.native", "import socket, ssl, select, threading, time", 0, id="transport"),
    ],
)
def test_the_world_is_seen_from_transport_only(name: str, text: str, count: int) -> None:
    assert len(world_touched(Module(name, text))) == count


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        pytest.param("from wsclient.websocket.client import X", True, id="import"),
        pytest.param("def f(peer: 'WebSocketClient'): ...", True, id="annotation"),
        pytest.param("WEBSOCKET = 1", True, id="name"),
        pytest.param('"""Over a WebSocketClient, or any other peer."""', False, id="docstring"),
        pytest.param('def f():\n    """As in WebSocketClient."""', False, id="function-docstring"),
        pytest.param("import wsclient.core.reference", False, id="package"),
    ],
)
def test_a_named_websocket_is_found(text: str, is_named: bool) -> None:
    assert names_a_websocket(Module("wsclient.scene.multiplayer_api", text)) is is_named


def test_a_circle_is_found() -> None:
    with pytest.raises(CycleError):
        import_order([Module("wsclient.a", "from wsclient import b"), Module("wsclient.b", "from wsclient.a import x")])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("if TYPE_CHECKING:\n    from wsclient.a import x", id="type-checking"),
        pytest.param("def f():\n    from wsclient.a import x", id="when-called"),
    ],
)
def test_an_import_that_does_not_run_at_the_start_makes_no_circle(text: str) -> None:
    assert import_order([Module("wsclient.a", "import wsclient.b"), Module("wsclient.b", text)]) == [
        "wsclient.b",
        "wsclient.a",
    ]
