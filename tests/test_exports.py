"""Tests that the public names are listed and exist.

They cost nothing that a user did not ask for.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import subprocess
import sys
from importlib import import_module

import pygame
import pytest

from tests.support.source import PACKAGE, ROOT, Module, imports, modules

PUBLIC_NAMES = [
    "ConnectionFailure",
    "ConnectionStatistics",
    "Error",
    "LagPeer",
    "MultiplayerAPI",
    "MultiplayerPeer",
    "NetworkedMultiplayerPeer",
    "Node",
    "Object",
    "PacketPeer",
    "PollGroup",
    "ReconnectPolicy",
    "Reference",
    "Signal",
    "WebSocketClient",
    "WebSocketMultiplayerPeer",
    "WebSocketPeer",
    "WebSocketServer",
]

# In wsclient.variant only: pygame has a Color and a Vector2 too, and a star must not hide them.
VARIANTS = [
    "AABB",
    "Basis",
    "Color",
    "NodePath",
    "PoolIntArray",
    "Quat",
    "RID",
    "Rect2",
    "Transform",
    "Vector2",
    "Vector3",
]

# In wsclient.rpc only: a star must not take words such as these.
RPC_KEYWORDS = ["remote", "master", "puppet", "remotesync", "mastersync", "puppetsync"]

# Slow to import, and of no use before the first wss://, without Godot on the other side, or at all.
NOT_AT_IMPORT = [
    "argparse",
    "asyncio",
    "dataclasses",
    "hashlib",
    "http",
    "inspect",
    "ipaddress",
    "json",
    "ssl",
    "urllib",
    "wsclient.adapters",
    "wsclient.cli",
    "wsclient.multiplayer.godot3",
    "wsclient.netgraph",
    "wsclient.protocol.compression",
    "wsclient.protocol.cookies",
    "wsclient.protocol.deflate",
    "wsclient.protocol.proxy",
    "wsclient.protocol.redirect",
    "wsclient.protocol.server_handshake",
    "wsclient.protocol.tunnel",
    "wsclient.rpc",
    "wsclient.scene",
    "wsclient.testing",
    "wsclient.transport.forked",
    "wsclient.transport.opening.answering",
    "wsclient.transport.opening.securing",
    "wsclient.transport.opening.tunnelling",
    "wsclient.transport.served",
    "wsclient.transport.stream.tls_stream",
    "wsclient.transport.stream.tunnel_stream",
    "wsclient.transport.unsent_log",
    "wsclient.websocket.kept_messages",
    "wsclient.websocket.poll_group",
    "wsclient.websocket.reconnect_policy",
    "wsclient.websocket.server",
    "wsclient.variant",
]


def exported(module: Module) -> list[str] | None:
    """Returns the `__all__` of a module.

    Returns None if it has none, or if it is not a literal list of names.
    """
    for node in module.tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List(elts=names))
                | ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.List(elts=names))
            ):
                return [name.value for name in names if isinstance(name, ast.Constant) and isinstance(name.value, str)]
    return None


def defined(module: Module) -> set[str]:
    """Returns the public classes and functions that a module defines."""
    return {
        node.name
        for node in module.tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
    }


def has_code(module: Module) -> bool:
    """Whether there is more than a docstring."""
    return any(not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) for node in module.tree.body)


def is_before_code(module: Module) -> bool:
    """Returns True if `__all__` is at the top.

    Only the docstring and imports may come before it.
    """
    for node in module.tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.AnnAssign(target=ast.Name(id="__all__")):
                return True
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Assign() | ast.AnnAssign():
                return False
    return False


MODULES = [pytest.param(module, id=module.name) for module in modules() if has_code(module)]
each_module = pytest.mark.parametrize("module", MODULES)
# Locust patches the process that imports it, so tests/test_locust.py imports this door in others.
each_importable = pytest.mark.parametrize("module", [each for each in MODULES if each.id != f"{PACKAGE}.locust"])


@each_module
def test_every_module_lists_its_names_at_its_top(module: Module) -> None:
    assert exported(module) is not None
    assert is_before_code(module)


@each_importable
def test_every_listed_name_exists_once(module: Module) -> None:
    names = exported(module) or []
    loaded = import_module(module.name)

    assert [name for name in names if not hasattr(loaded, name)] == []
    assert len(names) == len(set(names))


@each_module
def test_every_public_class_and_function_is_listed(module: Module) -> None:
    assert defined(module) - set(exported(module) or []) == set()


@pytest.mark.parametrize("name", PUBLIC_NAMES)
def test_the_package_exports(name: str) -> None:
    package = import_module(PACKAGE)

    assert name in package.__all__
    assert hasattr(package, name)


def test_the_two_names_of_the_multiplayer_peer_are_one_class() -> None:
    package = import_module(PACKAGE)

    assert package.MultiplayerPeer is package.NetworkedMultiplayerPeer


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("Object", "ConnectFlags"),
        ("NetworkedMultiplayerPeer", "ConnectionStatus"),
        ("NetworkedMultiplayerPeer", "TransferMode"),
        ("WebSocketPeer", "WriteMode"),
        ("WebSocketClient", "WriteMode"),
        ("MultiplayerAPI", "RPCMode"),
    ],
)
def test_an_enum_and_its_members_are_attributes_of_their_class(owner: str, name: str) -> None:
    found = getattr(import_module(PACKAGE), owner)
    members = getattr(found, name)

    assert members.__name__ == name
    assert {member.name: getattr(found, member.name) for member in members} == dict(members.__members__)


def test_a_star_hides_nothing() -> None:
    names = set(import_module(PACKAGE).__all__)

    assert names & set(dir(builtins)) == set()
    assert names & {*VARIANTS, *import_module(f"{PACKAGE}.variant").__all__} == set()
    assert names & set(dir(pygame)) == set()
    assert {name for name in names if name[0].islower()} == set()


@pytest.mark.parametrize("name", VARIANTS)
def test_the_variant_room_exports(name: str) -> None:
    assert name in import_module(f"{PACKAGE}.variant").__all__


@pytest.mark.parametrize("name", RPC_KEYWORDS)
def test_a_keyword_of_rpc_is_imported_from_its_module(name: str) -> None:
    assert name in import_module(f"{PACKAGE}.rpc").__all__
    assert not hasattr(import_module(PACKAGE), name)


def test_c8_lazy_imports_name_their_modules_literally() -> None:
    """Lazy imports name their modules literally (faults C8).

    Programs that build others read the imports, and do not see one that is made of a string.
    """
    found = next(module for module in modules() if module.name == PACKAGE)
    late = {each.name for each in imports(found) if not each.is_at_start and not each.is_typing_only}

    assert {"LagPeer", "MultiplayerAPI", "Node"} <= late
    assert "importlib" not in {each.module for each in imports(found)}


@pytest.fixture(scope="module")
def loaded_by_import() -> set[str]:
    """Returns what `import wsclient` loads in a new interpreter.

    What pyee and logging need in any case is left out.
    """
    code = f"import sys, logging, pyee; before = {{*sys.modules}}; import {PACKAGE}; print(*{{*sys.modules}} - before)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("name", NOT_AT_IMPORT)
def test_importing_the_package_does_not_load(name: str, loaded_by_import: set[str]) -> None:
    assert PACKAGE in loaded_by_import
    assert name not in loaded_by_import


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param('__all__ = ["a", "b"]', ["a", "b"], id="list"),
        pytest.param("__all__: list[str] = []", [], id="annotated"),
        pytest.param("x = 1", None, id="none"),
        pytest.param("__all__ = other.__all__", None, id="not-to-be-seen"),
        pytest.param("def f():\n    __all__ = ['a']", None, id="elsewhere"),
    ],
)
def test_a_list_of_names_is_read(text: str, names: list[str] | None) -> None:
    assert exported(Module("wsclient.x", text)) == names


@pytest.mark.parametrize(
    ("text", "is_at_top"),
    [
        pytest.param('"""Doc."""\nimport os\n\n__all__ = ["f"]\ndef f(): ...', True, id="after-imports"),
        pytest.param("if TYPE_CHECKING:\n    import os\n__all__ = []", True, id="after-typing-imports"),
        pytest.param("def f(): ...\n__all__ = ['f']", False, id="after-a-function"),
        pytest.param("X = 1\n__all__ = ['X']", False, id="after-a-constant"),
        pytest.param("import os", False, id="absent"),
    ],
)
def test_a_list_below_code_is_found(text: str, is_at_top: bool) -> None:
    assert is_before_code(Module("wsclient.x", text)) is is_at_top


def test_public_definitions_are_found() -> None:
    text = "class A: ...\ndef f(): ...\nasync def g(): ...\nclass _B: ...\ndef _h(): ...\nX = 1"

    assert defined(Module("wsclient.x", text)) == {"A", "f", "g"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [pytest.param('"""Doc."""', False, id="docstring"), pytest.param("import os", True, id="import")],
)
def test_a_package_of_words_only_needs_no_list(text: str, expected: bool) -> None:
    assert has_code(Module("wsclient.x", text)) is expected


@pytest.mark.parametrize("module", ["wsclient", "wsclient.godot4", "wsclient.testing"])
def test_help_shows_no_comment_in_place_of_a_docstring(module: str) -> None:
    public = [getattr(import_module(module), name) for name in import_module(module).__all__]
    shown = {
        method.__qualname__: comment
        for each in public
        if isinstance(each, type)
        for _, method in inspect.getmembers(each, inspect.isfunction)
        if inspect.getdoc(method) is None
        and (not method.__name__.startswith("_") or method.__name__.endswith("__"))
        and (comment := inspect.getcomments(method))
    }

    assert shown == {}
