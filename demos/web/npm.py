"""Installs npm packages into a cache.

Pyodide is too large for the repository.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

__all__ = ["PYODIDE", "CannotInstall", "install"]

PYODIDE = "pyodide@314.0.7"


class CannotInstall(RuntimeError):
    """Raised if npm or the network is missing. The message says which."""


def install(*packages: str) -> Path:
    """Returns the `node_modules` folder with these packages.

    Each is given as "name@version".

    Raises:
        CannotInstall: the packages are not in the cache, and cannot be fetched.
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
            (Path(unfinished) / "node_modules").rename(modules)  # in one step, in case another process does the same
        except OSError:
            if not modules.exists():
                raise
    return modules


def cache() -> Path:
    """Returns the folder for files that can be fetched again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wsclient"
