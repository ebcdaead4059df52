from __future__ import annotations

import stat

import pytest

from demos.web.npm import CannotInstall, install


def write_npm(folder, script):
    """A stand-in for npm, which writes down its arguments."""
    npm = folder / "npm"
    npm.write_text(f"#!/bin/sh\necho run >> {folder}/runs\n{script}\n")
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_a_package_is_fetched_once(folder):
    write_npm(folder, 'while [ "$1" != --prefix ]; do shift; done; mkdir -p "$2/node_modules/$3"')

    for _ in range(2):
        assert (install("pyodide@1.2.3") / "pyodide@1.2.3").is_dir()
    assert (folder / "runs").read_text() == "run\n"


def test_errors_of_npm_are_reported(folder):
    write_npm(folder, "echo no network >&2; exit 1")

    with pytest.raises(CannotInstall, match=r"could not fetch pyodide@1\.2\.3: no network"):
        install("pyodide@1.2.3")


def test_a_missing_npm_is_reported(folder, monkeypatch):
    monkeypatch.setenv("PATH", str(folder))

    with pytest.raises(CannotInstall, match="npm is not installed"):
        install("pyodide@1.2.3")
