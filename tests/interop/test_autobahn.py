"""Tests the runner of the Autobahn suite against a server of that protocol.

The suite itself is run by hand.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.sync.server import serve

from tests.interop import autobahn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from websockets.sync.server import ServerConnection

CASES = ["1.1.1", "1.1.2", "6.4.1"]
TELLS_WRONG = "6.4.1"  # the verdict on this case is always bad


class Suite:
    """A fuzzing server of three cases.

    Each expects its name back, as text and as bytes.
    """

    def __init__(self, reports: Path) -> None:
        self._reports = reports
        self._verdicts: dict[str, str] = {}

    def handle(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        url = urlsplit(connection.request.path)
        query = parse_qs(url.query)
        name = CASES[int(query["case"][0]) - 1] if "case" in query else ""
        match url.path:
            case "/getCaseCount":
                connection.send(json.dumps(len(CASES)))
            case "/getCaseInfo":
                connection.send(json.dumps({"id": name}))
            case "/getCaseStatus":
                connection.send(json.dumps({"behavior": self._verdicts[name]}))
            case "/runCase":
                self._verdicts[name] = self._judge(connection, name)
            case "/updateReports":
                closes = {case: {"behaviorClose": "OK"} for case in self._verdicts}
                (self._reports / "index.json").write_text(json.dumps({query["agent"][0]: closes}))

    def _judge(self, connection: ServerConnection, name: str) -> str:
        is_echoed = True
        for message in (name, name.encode()):
            connection.send(message)
            is_echoed &= connection.recv() == message
        return "OK" if is_echoed and name != TELLS_WRONG else "FAILED"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with _serving(Suite(tmp_path)) as port:
        yield f"ws://127.0.0.1:{port}"


@contextmanager
def _serving(suite: Suite) -> Iterator[int]:
    with serve(suite.handle, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.socket.getsockname()[1]
        finally:
            server.shutdown()
            thread.join()


def test_runs_the_cases_asked_for_and_shows_the_verdicts(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = autobahn.main(["--url", f"{url}/", "--cases", "1.*", "--reports", str(tmp_path)])

    shown = capsys.readouterr().out
    assert status == 0
    assert "  1.*  OK 2" in shown
    assert "2 cases, 0 not OK" in shown
    assert "6.4.1" not in shown


def test_fails_if_a_case_does(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = autobahn.main(["--url", url])

    shown = capsys.readouterr().out
    assert status == 1
    assert "3 cases, 1 not OK" in shown
    assert f"  {TELLS_WRONG}    FAILED" in shown


def test_fails_if_no_case_was_run(url: str) -> None:
    assert autobahn.main(["--url", url, "--cases", "99.*"]) == 1
