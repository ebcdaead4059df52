"""A recipe that is interrupted says goodbye: the server receives Close 1000."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.support.source import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")

PATIENCE = 30.0  # seconds


class Ledger:
    """Records what a server receives from its only client."""

    def __init__(self) -> None:
        self.heard: SimpleQueue[object] = SimpleQueue()
        self.closed_with: SimpleQueue[int] = SimpleQueue()
        self.url = ""

    def serve_guest(self, connection: ServerConnection) -> None:
        try:
            while True:
                self.heard.put(connection.recv())
        except ConnectionClosed:
            self.closed_with.put(connection.close_code)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    ledger = Ledger()
    with serve(ledger.serve_guest, "127.0.0.1", 0) as server:
        ledger.url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield ledger
        server.shutdown()
        thread.join(PATIENCE)


@pytest.mark.parametrize("name", ["asyncio", "loop", "pygame"])
def test_an_interrupted_recipe_says_goodbye(name: str, ledger: Ledger) -> None:
    command = [sys.executable, "-m", f"demos.engines.chat_{name}", ledger.url]
    environment = {**os.environ, "SDL_VIDEODRIVER": "dummy"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as program:
        assert ledger.heard.get(timeout=PATIENCE)

        program.send_signal(signal.SIGINT)

        assert ledger.closed_with.get(timeout=PATIENCE) == 1000
        program.wait(PATIENCE)


@pytest.mark.parametrize("program", ["demos.engines.chat_loop", "demos.engines.chat_asyncio", "demos.minimal"])
def test_a_wrong_url_ends_the_program_with_a_reason(program: str) -> None:
    command = [sys.executable, "-m", program, "http://example.com"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)

    assert done.returncode == 1
    assert "ws://" in done.stderr
