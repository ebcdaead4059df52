"""A server that runs: its process, its port, its end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.support.ports import free_port

if TYPE_CHECKING:
    from types import TracebackType

    from tests.interop.servers.dialects import Dialect
    from tests.interop.servers.installing import Place
    from tests.interop.servers.roster import Server

__all__ = ["Running"]

HERE = Path(__file__).parent
PATIENCE = 30.0  # seconds until it listens


class Running:
    """A server's process, for use in a `with` statement.

    Raises RuntimeError if it does not start.

    Attributes:
        port: on 127.0.0.1.
        dialect: how its echo is asked for.
        protocols: the subprotocols that it requires.
    """

    def __init__(self, server: Server, place: Place) -> None:
        self.dialect: Dialect = server.dialect()
        self.protocols = server.protocols
        self._folder = tempfile.TemporaryDirectory(prefix="interop-", ignore_cleanup_errors=True)
        Path(self._folder.name).chmod(0o755)  # some give up being root, and then read it
        self._behind = Running(server.behind, place) if server.behind else None
        self.port = free_port()
        words = {
            "port": str(self.port),
            "backend": str(self._behind.port if self._behind else 0),
            "folder": self._folder.name,
            "here": str(HERE),
            "python": place.python,
        }
        for template in server.templates:
            text = (HERE / "configurations" / template).read_text(encoding="utf-8")
            (Path(self._folder.name) / template).write_text(_filled(text, words), encoding="utf-8")
        self._log = Path(self._folder.name) / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [_filled(word, words) for word in server.command],
                cwd=HERE / "programs",
                env={**os.environ, **place.environment, "PORT": str(self.port), "HOME": self._folder.name},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_it_listens()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def terminate(self) -> None:
        """Asks the server to stop, as `systemctl stop` does."""
        self._process.terminate()

    def close(self) -> None:
        """Ends all of its processes."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._behind:
            self._behind.close()
        self._folder.cleanup()

    def _wait_until_it_listens(self) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > end or self._process.poll() is not None:
                    said = self._log.read_text(encoding="utf-8", errors="replace")[-2000:]
                    self.close()
                    raise RuntimeError(f"it does not listen: {said}") from None
            time.sleep(0.05)


def _filled(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"@{name}@", word)
    return text
