"""Collects the files of the page.

They are the files of this folder, the wheel, the game, and Pyodide.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["KINDS", "ROOT", "build_site", "pack"]

ROOT = Path(__file__).parents[2]
SITE = Path(__file__).with_name("site")

# By file extension; nothing else is served. Browsers require the right type for .mjs and .wasm.
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".whl": "application/octet-stream",
    ".zip": "application/zip",
}

# The game's files, as on the desktop. None of them needs pygame or a socket.
GAME = ("__init__", "arena/__init__", "arena/autopilot", "arena/game", "arena/messages", "arena/meters", "arena/model")
PAGE = ("arena/connection", "web/__init__", "web/page")


def build_site(folder: Path, pyodide: Path) -> None:
    """Copies all files of the page into a folder.

    Args:
        folder: its contents are replaced.
        pyodide: the folder of Pyodide's npm package.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SITE, folder)
    (folder / "pyodide").mkdir()
    for file in pyodide.iterdir():
        if file.suffix in KINDS:
            shutil.copy(file, folder / "pyodide")
    wheel = _build_wheel(folder)
    game = [ROOT / "demos" / f"{name}.py" for name in (*GAME, *PAGE)]
    (folder / "game.zip").write_bytes(pack(game, packages=("pyee", "typing_extensions")))
    archives = [[wheel.name, "wheel"], ["game.zip", "zip"]]
    (folder / "archives.json").write_text(json.dumps(archives), encoding="utf-8")


def pack(files: Iterable[Path], *, packages: Iterable[str] = ()) -> bytes:
    """Zips files of this repository, and installed pure Python packages.

    The files keep their relative paths.
    """
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.relative_to(ROOT))
        for name in packages:
            folder, sources = _sources_of(name)
            for file in sources:
                archive.write(file, file.relative_to(folder))
    return held.getvalue()


def _sources_of(package: str) -> tuple[Path, list[Path]]:
    """Returns the folder that a package is imported from, and its files."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed")
    file = Path(spec.origin)
    if file.name != "__init__.py":
        return file.parent, [file]
    return file.parents[1], sorted(file.parent.rglob("*.py"))


def _build_wheel(folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the wheel could not be built: {done.stderr.strip()[-400:]}")
    (wheel,) = folder.glob("*.whl")
    return wheel
