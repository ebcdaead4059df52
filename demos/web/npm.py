"""Packages of npm, installed once into a cache: Pyodide is too large to carry along."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

__all__ = ["PYODIDE", "CannotInstall", "install"]

PYODIDE = "pyodide@314.0.7"


class CannotInstall(RuntimeError):
    """Without npm, or without a network; the message says which."""


def install(*packages: str) -> Path:
    """Returns the folder `node_modules` in which these packages are, each as "name@version".

    Raises:
        CannotInstall: they are not there, and cannot be fetched.
    """
    folder = cache() / "+".join(packages).replace("/", "-")
    modules = folder / "node_modules"
    if modules.exists():
        return modules
    npm = shutil.which("npm")
    if npm is None:
        raise CannotInstall(f"npm is not installed, which fetches {' and '.join(packages)}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as unfinished:
        options = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        command = [npm, "install", *options, "--prefix", unfinished, *packages]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotInstall(f"npm could not fetch {' and '.join(packages)}: {done.stderr.strip()[-400:]}")
        folder.mkdir(exist_ok=True)
        try:
            (Path(unfinished) / "node_modules").rename(modules)  # in one step: others may be at it too
        except OSError:
            if not modules.exists():
                raise
    return modules


def cache() -> Path:
    """The folder for what can be fetched again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wsclient"
