"""Tests a `WebSocketServer` with clients of others.

They are browsers, undici, ws and websockets. For Godot, see test_godot3_hosting.py.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from demos.web.__main__ import HEADLESS
from tests.browser.environments import installed
from tests.browser.server import BehaviourServer, Page
from tests.support.hosting import echo_to_sender
from tests.support.programs import require_module, require_program
from wsclient import PollGroup, WebSocketServer
from wsclient.testing import SignalLog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wsclient.websocket.client_request import ClientRequest

CLIENTS = Path(__file__).parent / "clients"
WS, UNDICI = "ws@8.18.3", "undici@7.30.2"
LONGEST = 120.0  # seconds that a client may take, on a machine that has much else to do
ECHOED = [["text", True], ["empty text", True], ["binary", True], ["1 MiB", True], ["text that is compressed", True]]


class Serving:
    """A server that echoes at /echo and refuses at /refused.

    At /kick, it closes the connection.
    """

    def __init__(self) -> None:
        self.server = WebSocketServer()
        self.server.bind_ip = "127.0.0.1"
        self.server.compression = True
        self.server.client_request.connect(self._decide)
        self.server.client_connected.connect(self._greet)
        echo_to_sender(self.server)
        self.log = SignalLog(self.server, but={"client_request", "data_received"})
        assert not self.server.listen(0)
        self.url = f"ws://127.0.0.1:{self.server.get_local_port()}"

    def _decide(self, request: ClientRequest) -> None:
        if request.path == "/refused":
            request.reject(403, "not you")

    def _greet(self, client_id: int, _protocol: str) -> None:
        request = self.server.get_request(client_id)
        if request is not None and request.path == "/kick":
            self.server.disconnect_peer(client_id, 4002, "kicked")

    def until(self, is_over: Callable[[], object]) -> None:
        """Serves until it is over, and then until all clients have left."""
        end = time.monotonic() + LONGEST
        with PollGroup([self.server]) as group:
            while not is_over() or self.server.get_peers():
                group.wait(0.02)
                group.poll()
                assert time.monotonic() < end, f"it is not over; {self.log[:]}"

    def ends(self) -> list[tuple[int, str, bool]]:
        """Returns the code and reason of each Close of a client.

        It also returns True for each connection that ended cleanly.
        """
        closes = {args[0]: (args[1], args[2]) for name, *args in self.log if name == "client_close_request"}
        return [(*closes.get(args[0], (-1, "")), args[1]) for name, *args in self.log if name == "client_disconnected"]


@pytest.fixture
def serving() -> Iterator[Serving]:
    made = Serving()
    with made.server:
        yield made


def report_of(command: Sequence[str], serving: Serving) -> dict[str, Any]:
    """Runs a client against the server, and returns what it prints."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        serving.until(lambda: process.poll() is not None)
    finally:
        process.kill()
        out, error = process.communicate()
    assert out, error
    report: dict[str, Any] = json.loads(out)
    return report


def report_of_page(command: Sequence[str], serving: Serving) -> dict[str, Any]:
    """Opens the page with a browser, and returns what it posts."""
    pages = {
        "/": Page("text/html", (CLIENTS / "page.html").read_bytes()),
        "/visit.mjs": Page("text/javascript", (CLIENTS / "visit.mjs").read_bytes()),
    }
    with BehaviourServer(pages) as pages_server:
        url = f"http://127.0.0.1:{pages_server.port}/?url={serving.url}"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen([*command, url], start_new_session=True, **quiet)
        try:
            serving.until(lambda: pages_server.posted)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    report: dict[str, Any] = pages_server.posted[0]
    return report


def expect_all(report: dict[str, Any], serving: Serving, *, refused: int) -> None:
    """The reports of every client and of the server about the conversation."""
    assert report.get("error") is None
    assert report["echoed"] == ECHOED
    assert report["extensions"].startswith("permessage-deflate")
    assert report["closedHere"] == [4001, "bye", True]
    assert report["closedThere"] == [4002, "kicked", True]
    assert report["refused"] == refused
    assert serving.ends()[0] == (4001, "bye", True)
    assert serving.ends()[1][2]


def test_ws_of_npm(serving: Serving) -> None:
    node, modules = require_program("node"), installed(WS)

    report = report_of([node, str(CLIENTS / "with_ws.mjs"), str(modules), serving.url], serving)

    expect_all(report, serving, refused=403)
    assert (report["fragments"], report["pong"]) == ("in three parts", "are you there")


def test_undici_of_nodejs(serving: Serving) -> None:
    # Not the one that Node.js 20 has: for a refusal it fires no `close`, and stays in the state CONNECTING.
    node, modules = require_program("node"), installed(UNDICI)

    report = report_of([node, str(CLIENTS / "with_undici.mjs"), str(modules), serving.url], serving)

    expect_all(report, serving, refused=1006)


def test_websockets_of_pypi(serving: Serving) -> None:
    require_module("websockets")

    report = report_of([sys.executable, str(CLIENTS / "with_websockets.py"), serving.url], serving)

    expect_all(report, serving, refused=403)
    assert (report["fragments"], report["pong"]) == ("in three parts", "are you there")


@pytest.mark.parametrize("browser", ["chromium", "firefox-esr"])
def test_a_page_in_a_browser(browser: str, serving: Serving, tmp_path: Path) -> None:
    program = require_program(browser)
    options = {
        "chromium": [*HEADLESS, f"--user-data-dir={tmp_path}"],
        "firefox-esr": ["--headless", "--no-remote", "--profile", str(tmp_path)],
    }

    report = report_of_page([program, *options[browser]], serving)

    expect_all(report, serving, refused=1006)
