"""Where the servers are installed: a folder that is kept from run to run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.interop.servers.roster import Server

__all__ = ["Missing", "Place", "here", "in_folder"]


class Missing(Exception):
    """Raised if a server cannot be run.

    Its text says what is not installed, and how to install it.
    """


@dataclass(frozen=True)
class Place:
    """The programs that start servers.

    Attributes:
        python: the interpreter that has those of PyPI.
        environment: variables by which Node.js finds those of npm.
        folder: the folder of both, or None if only what is installed anyway is used.
    """

    python: str
    environment: dict[str, str]
    folder: Path | None = None

    def version(self, server: Server) -> str:
        """Returns the version of the server's package. Raises Missing."""
        if server.program and shutil.which(server.program) is None:
            raise Missing(f"{server.program} is not installed: apt-get install {server.packages[0]}")
        match server.source:
            case "PyPI":
                return self._of_python(server.packages)
            case "npm":
                return self._of_node(server.packages[0])
            case _:
                return _of_debian(server.packages[0])

    def _of_python(self, packages: tuple[str, ...]) -> str:
        question = "import sys, importlib.metadata as m; print(*[m.version(each) for each in sys.argv[1:]])"
        told = subprocess.run([self.python, "-c", question, *packages], capture_output=True, text=True, check=False)
        if told.returncode:
            raise Missing(f"not installed: pip install {' '.join(packages)}")
        return told.stdout.split()[0]

    def _of_node(self, package: str) -> str:
        name = package[0] + package[1:].partition("@")[0]
        described = Path(self.environment.get("NODE_PATH", "")) / name / "package.json"
        if not described.exists():
            raise Missing(f"not installed: npm install {package}")
        return str(json.loads(described.read_text(encoding="utf-8"))["version"])


def here() -> Place:
    """Returns what is installed for the tests."""
    return Place(sys.executable, {})


def in_folder(folder: Path, servers: tuple[Server, ...]) -> Place:
    """Installs what is missing of the servers from PyPI and npm into a folder."""
    folder = folder.resolve()
    python, node = folder / "python", folder / "node"
    packages = sorted({package for server in servers if server.source == "PyPI" for package in server.packages})
    if packages and not python.exists():
        subprocess.run([sys.executable, "-m", "venv", python], check=True)
    place = Place(str(python / "bin" / "python"), {"NODE_PATH": str(node / "node_modules")}, folder)
    lacking = [server for server in servers if server.source in ("PyPI", "npm") and not _has(place, server)]
    wanted = sorted({package for server in lacking if server.source == "PyPI" for package in server.packages})
    if wanted:
        subprocess.run([place.python, "-m", "pip", "install", "--quiet", *wanted], check=False)
    for server in lacking:
        if server.source == "npm" and shutil.which("npm"):
            node.mkdir(parents=True, exist_ok=True)
            # Without what is optional: compiled parts, which another host would be asked for.
            quietly = ("--no-audit", "--no-fund", "--silent", "--omit=optional", "--legacy-peer-deps")
            subprocess.run(["npm", "install", *quietly, "--prefix", node, *server.packages], check=False)
    return place


def _has(place: Place, server: Server) -> bool:
    try:
        return bool(place.version(server))
    except Missing:
        return False


def _of_debian(package: str) -> str:
    command = ["dpkg-query", "-W", "-f", "${Version}", package]
    if shutil.which(command[0]) is None:
        return "unknown"
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout or "unknown"
