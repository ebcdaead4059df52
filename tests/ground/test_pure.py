"""Tests the finder that prefers sources to shared libraries."""

from __future__ import annotations

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec

import pytest

import wsclient
from wsclient.ground.pure import prefer_pure


@pytest.fixture
def both(tmp_path, monkeypatch):
    """Makes a module of the package and another one, each as source and as library."""
    for name in ("both", "other/both"):
        for suffix in (".py", EXTENSION_SUFFIXES[0]):
            (tmp_path / f"{name}{suffix}").parent.mkdir(exist_ok=True)
            (tmp_path / f"{name}{suffix}").touch()
    (tmp_path / "other" / "__init__.py").touch()
    monkeypatch.setattr(wsclient, "__path__", [str(tmp_path)])
    monkeypatch.syspath_prepend(tmp_path)
    others = [finder for finder in sys.meta_path if getattr(finder, "__module__", "") != prefer_pure.__module__]
    monkeypatch.setattr(sys, "meta_path", others)  # even if these tests run as pure Python
    yield
    sys.modules.pop("other", None)


def found(name):
    return find_spec(name).origin


def test_python_prefers_a_shared_library(both):
    assert found("wsclient.both").endswith(EXTENSION_SUFFIXES[0])


def test_the_source_is_preferred(both):
    prefer_pure()

    assert found("wsclient.both").endswith("both.py")


def test_of_other_packages_nothing_is_preferred(both):
    prefer_pure()

    assert found("other.both").endswith(EXTENSION_SUFFIXES[0])


def test_a_missing_module_is_not_found(both):
    prefer_pure()

    assert find_spec("wsclient.neither") is None
