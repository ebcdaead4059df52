"""`wsclient swarm`: what it shows and writes, and how it exits."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.source import ROOT
from tests.support.websockets_server import running
from wsclient.cli.swarm import swarm
from wsclient.cli.swarm_options import SwarmExit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHORT = ["--clients", "3", "--rate", "50", "--duration", "1.2"]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running() as port:
        yield f"ws://127.0.0.1:{port}"


def run(*arguments: str) -> tuple[int, str]:
    output = io.StringIO()
    return swarm(arguments, output, lambda: False), output.getvalue()


def test_a_good_run_is_reported(url: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    code, shown = run(url, *SHORT, "--send", "hello", "--every", "0.1", "--report", str(path))

    assert code == SwarmExit.GOOD
    assert "3 clients opened, 0 failed" in shown
    written = json.loads(path.read_text())
    assert written["counts"]["opened"] == 3
    assert written["times"]["round trip"]["count"] > 3
    assert not written["interrupted"]


def test_a_script_may_do_anything(url: str, tmp_path: Path) -> None:
    script = tmp_path / "bot.py"
    script.write_text(
        "from wsclient.cli import swarm\n"
        "class Bot:\n"
        "    def __init__(self, client, number): self.client = client\n"
        "    def on_open(self): self.client.send_text('hello')\n"
        "    def on_message(self, message): swarm.record('push', 0.005)\n"
    )
    code, shown = run(url, *SHORT, "--script", str(script))

    assert code == SwarmExit.GOOD
    assert "push, 3 times, in ms: p50 5.00" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param(["ws://127.0.0.1:1", *SHORT], SwarmExit.MISSED, "3 times connect: 127.0.0.1:1 refused", id="down"),
        pytest.param(["--max-errors", "3", "ws://127.0.0.1:1", *SHORT], SwarmExit.GOOD, "0 clients", id="allowed"),
        pytest.param(["--header", "none", "host", *SHORT], SwarmExit.USAGE, "no colon", id="header"),
        pytest.param(["--script", "/no/such.py", "host"], SwarmExit.USAGE, "cannot be run", id="script"),
        pytest.param(
            ["--clients", "100000000", "--rate", "1e9", "host"], SwarmExit.NO_ROOM, "clients fit", id="descriptors"
        ),
    ],
)
def test_failures_are_explained(arguments: list[str], code: SwarmExit, words: str) -> None:
    exit_code, shown = run(*arguments)

    assert exit_code == code
    assert words in shown


def test_too_slow_is_a_failure(url: str) -> None:
    code, shown = run(url, *SHORT, "--send", "x", "--every", "0.1", "--fail-under-p99", "0.0001")

    assert code == SwarmExit.MISSED
    assert "FAILED: the 99th percentile" in shown


def test_a_report_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    code, shown = run("ws://127.0.0.1:1", *SHORT, "--max-errors", "9", "--report", str(tmp_path))

    assert code == SwarmExit.MISSED
    assert "the report cannot be written" in shown


@pytest.mark.skipif(sys.platform == "win32", reason="a process there cannot be sent Ctrl-C alone")
def test_ctrl_c_still_reports(url: str, tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text("def bot(client, number): client.connection_established.connect(shout)\n"
                                     "def shout(_): print('in', flush=True)\n")  # fmt: skip
    command = [sys.executable, "-m", "wsclient", "swarm", url, "--clients", "1", "--duration", "600"]
    command += ["--script", str(tmp_path / "bot.py"), "--report", str(tmp_path / "report.json")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "in\n"
        child.send_signal(signal.SIGINT)
        shown = child.stdout.read()

    assert child.returncode == SwarmExit.INTERRUPTED
    assert "1 clients opened" in shown
    assert json.loads((tmp_path / "report.json").read_text())["interrupted"] is True
