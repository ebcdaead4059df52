"""Child processes that end with their parent, even if it crashes.

The parent may end by a crash, Ctrl-C or `kill -9`. The child reads its standard input, on which nothing is ever sent.
When that input ends, the parent has ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["OPTION", "start", "stop", "watch"]

OPTION = "--until-stdin-closes"
PATIENCE = 2.0  # seconds that a child has to end by itself


def start(module: str, *args: str, stdout: int | None = None) -> subprocess.Popen[str]:
    """Runs `python -m module args`, at most until this process ends."""
    command = [sys.executable, "-m", module, OPTION, *args]
    # The parent shows pygame's greeting already. A new session, so that Ctrl-C in the terminal only reaches the parent,
    # even while the child starts.
    environment = {**os.environ, "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=stdout, text=True, start_new_session=True, env=environment
    )


def stop(child: subprocess.Popen[str]) -> None:
    """Stops a child, and waits until it has ended."""
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            stream.close()
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def watch(on_end: Callable[[], object]) -> None:
    """Calls `on_end` on a separate thread when the parent has ended.

    It is called in the child.
    """

    def read() -> None:
        while os.read(0, 1):  # not sys.stdin, whose lock would block the end of Python
            pass
        on_end()

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # without sessions, Ctrl-C reaches all processes
    threading.Thread(target=read, daemon=True).start()
