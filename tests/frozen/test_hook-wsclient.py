"""Tests which modules PyInstaller includes, on a package in a separate folder."""

from __future__ import annotations

import runpy
import shutil

import pytest

from wsclient.frozen import hook_folders


@pytest.fixture
def package(tmp_path):
    """A package with the hook in it, and a module in each of two rooms."""
    for name in ("protocol/opening/frames.py", "cli/console.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    (folder,) = hook_folders()
    shutil.copytree(folder, tmp_path / "frozen")
    return tmp_path


def hidden_imports(package):
    (hook,) = (package / "frozen").glob("hook-*.py")
    return runpy.run_path(str(hook))["hiddenimports"]


def test_of_a_compiled_package_the_rooms_with_libraries_go_in_whole(package):
    (package / "compiled__mypyc.cpython-311-x86_64-linux-gnu.so").touch()

    assert hidden_imports(package) == ["wsclient.compiled__mypyc", "wsclient.protocol.opening.frames"]


def test_the_imports_of_a_pure_package_are_enough(package):
    assert hidden_imports(package) == []
