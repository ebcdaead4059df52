"""The processes that the demo starts: a server, and bots."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from demos.arena import lifeline

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["Companions"]

SECONDS_DEAD = 3.0  # before a dead server is started again


class Companions:
    """A server on a free port, and bots that play on it.

    They end with the `with` block, or with this process.

    Args:
        bots: the number of bots.
        server: the server's module, and its arguments other than the port.
        kill_server_after: seconds, or None to keep it running.

    Attributes:
        url: the server's URL, which does not change if it is started again.
    """

    def __init__(
        self,
        bots: int,
        *,
        server: tuple[str, ...] = ("demos.arena.server",),
        kill_server_after: float | None = None,
    ) -> None:
        self._command = server
        self._server = self._start_server("0")
        self.url = _first_line(self._server)
        self._died_at: float | None = None
        self._kill_at = None if kill_server_after is None else time.monotonic() + kill_server_after
        self._bots = lifeline.start("demos.arena.bots", self.url, "--count", str(bots)) if bots else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in (self._bots, self._server):
            if child is not None:
                lifeline.stop(child)

    def kill_server(self) -> None:
        """Kills the server, like a crash."""
        self._server.kill()

    def update(self) -> None:
        """Restarts a dead server after a while; never blocks. Call it once per frame."""
        now = time.monotonic()
        if self._kill_at is not None and now >= self._kill_at:
            self._kill_at = None
            self.kill_server()
        if self._server.poll() is None:
            return
        if self._died_at is None:
            self._died_at = now
        elif now - self._died_at >= SECONDS_DEAD:
            self._died_at = None
            lifeline.stop(self._server)
            self._server = self._start_server(str(urlsplit(self.url).port))

    def _start_server(self, port: str) -> subprocess.Popen[str]:
        return lifeline.start(*self._command, "--port", port, stdout=subprocess.PIPE)


def _first_line(server: subprocess.Popen[str]) -> str:
    line = server.stdout.readline().strip() if server.stdout else ""
    if not line:
        lifeline.stop(server)
        raise RuntimeError("the arena's server did not start: see above")
    return line
