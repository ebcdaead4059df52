"""The processes that the demo starts: a real Godot 4 server, and bots."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from demos.arena import lifeline
from demos.godot4.nodes import PROJECT

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["ENGINE_VARIABLE", "Companions", "NoGodot"]

ENGINE_VARIABLE = "GODOT4"
INSTALLED = Path(__file__).parent.parent.parent / "build" / "godot4" / "godot4"
INSTALLER = "bash .ci/install-godot4 build/godot4"


class NoGodot(Exception):
    """There is no Godot 4 on this machine, or it does not start. The message says what to do."""


class Companions:
    """A server on a free port, and bots that play on it. They end with the `with` block, or with this process.

    Args:
        bots: the number of bots.

    Attributes:
        url: the server's URL.

    Raises:
        NoGodot: the server cannot be started.
    """

    def __init__(self, bots: int) -> None:
        # The engine writes its settings below the home folder, where a demo must not leave files.
        self._home = tempfile.TemporaryDirectory(prefix="wsclient-godot4-", ignore_cleanup_errors=True)
        try:
            self._server = _start(_find_program(), self._home.name)
            self.url = _url_printed_by(self._server)
        except BaseException:
            self._home.cleanup()
            raise
        self._bots = lifeline.start("demos.godot4.bots", self.url, "--count", str(bots)) if bots else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.kill()  # before the bots leave: it logs an error if several peers leave at once
        lifeline.stop(self._server)
        if self._bots is not None:
            lifeline.stop(self._bots)
        self._home.cleanup()


def _find_program() -> str:
    for name in (os.environ.get(ENGINE_VARIABLE), str(INSTALLED), "godot4", "godot"):
        if name and (program := shutil.which(name)) is not None:
            return program
    raise NoGodot(
        "There is no Godot 4 here. On Debian and Ubuntu this fetches one, 100 MB, without installing it:\n"
        f"    {INSTALLER}\n"
        f"Anywhere else: put Godot's own, 4.3 or later, on the path as godot4, or name it in {ENGINE_VARIABLE}."
    )


def _start(program: str, home: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [program, "--headless", "--path", str(PROJECT), "--", str(_free_port()), "until-alone"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env={**os.environ, "HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home},
        text=True,
        start_new_session=True,  # keeps Ctrl-C from the server: the game stops it
    )


def _free_port() -> int:
    # GDScript cannot find out which port it was assigned, so choose one here.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _url_printed_by(server: subprocess.Popen[str]) -> str:
    for line in server.stdout or ():
        if line.startswith("serving "):
            return line.split()[1]
    lifeline.stop(server)
    raise NoGodot("Godot 4 did not start: see above")
