"""PyInstaller's hook, with a PyInstaller that only asks it about names."""

from __future__ import annotations

import runpy
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from wsclient.frozen import hook_folders

NAMES = [
    "wsclient",
    "wsclient.protocol.frames",
    "wsclient.compiled__mypyc",
    "wsclient.cli",
    "wsclient.testing.pytest_plugin",
]


def module(name, **attributes):
    made = ModuleType(name)
    vars(made).update(attributes, __spec__=ModuleSpec(name, None))
    return made


@pytest.fixture
def hidden_imports(monkeypatch):
    """Runs the hook."""
    for name in ("PyInstaller", "PyInstaller.utils"):
        monkeypatch.setitem(sys.modules, name, module(name))
    hooks = module("PyInstaller.utils.hooks", collect_submodules=collect_submodules)
    monkeypatch.setitem(sys.modules, "PyInstaller.utils.hooks", hooks)
    (hook,) = (path for folder in hook_folders() for path in Path(folder).glob("hook-*.py"))
    return lambda: runpy.run_path(str(hook))["hiddenimports"]


def collect_submodules(package, filter):
    return [name for name in NAMES if filter(name)]


def test_of_a_compiled_package_the_rooms_with_libraries_go_in_whole(hidden_imports, monkeypatch):
    monkeypatch.setitem(sys.modules, "wsclient.compiled__mypyc", module("wsclient.compiled__mypyc"))

    assert hidden_imports() == NAMES[:3]


def test_of_a_pure_package_what_its_sources_import_is_enough(hidden_imports, monkeypatch):
    monkeypatch.setitem(sys.modules, "wsclient.compiled__mypyc", None)

    assert hidden_imports() == []
