"""Tests the WebSocket users for Locust.

Importing Locust patches the whole process, so these tests run it in others.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.support.ports import free_port
from tests.support.programs import require_module
from tests.support.source import ROOT
from tests.support.websockets_server import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCUSTFILE = """
from locust import constant, task
from wsclient.locust import WebSocketUser

class Bot(WebSocketUser):
    wait_time = constant(0.5)

    def on_start(self):
        self.connect()

    @task
    def echo(self):
        self.request("hello", name="echo")
"""

# A user outside a swarm of Locust's, and what it reported.
BEFORE = """
import json, sys
from locust.env import Environment
from wsclient.locust import WebSocketUser
import gevent

told = []
environment = Environment()
environment.events.request.add_listener(
    lambda request_type, name, response_time, response_length, exception, context, **_: told.append(
        [request_type, name, response_time, response_length, exception and str(exception), type(exception).__name__]
    )
)

class Bot(WebSocketUser):
    host = sys.argv[1]

bot = Bot(environment)
result = None
"""

AFTER = """
bot.on_stop()
print(json.dumps({"told": told, "result": result}))
"""


@pytest.fixture(autouse=True)
def _needs_locust() -> None:
    require_module("locust")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running() as port:
        yield f"ws://127.0.0.1:{port}"


def run(url: str, code: str) -> dict[str, object]:
    program = f"{BEFORE}\n{code}\n{AFTER}"
    done = subprocess.run(
        [sys.executable, "-c", program, url], cwd=ROOT, capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_request_takes_the_time_to_its_answer(url: str) -> None:
    done = run(url, "result = [bot.connect(), bot.request('hello', name='echo')]")

    assert done["result"] == [True, "hello"]
    assert [each[:2] for each in done["told"]] == [["WS", "connect"], ["WS", "echo"]]
    assert all(isinstance(each[2], float) and each[2] > 0 for each in done["told"])
    assert [each[3:5] for each in done["told"]] == [[0, None], [5, None]]


def test_unsolicited_messages_can_be_received(url: str) -> None:
    code = """
bot.connect()
bot.send("push")
result = [bot.request("pull", name="echo", answers=lambda message: message == "pull"), bot.receive(), bot.receive(0.01)]
"""

    assert run(url, code)["result"] == ["pull", "push", None]


def test_answers_come_while_other_users_send(url: str) -> None:
    code = """
other = Bot(environment)
other.connect()
bot.connect()
bot.send("hello")
for sent in range(1_000_000):  # never waits, as many users together do for a while
    if bot._inbox:
        break
    other.send(b"")
result = bot.receive(0)
other.on_stop()
"""

    assert run(url, code)["result"] == "hello"


def test_a_user_may_connect_by_the_name_of_a_host(url: str) -> None:
    code = "result = [bot.connect(Bot.host.replace('127.0.0.1', 'localhost')), bot.request('hello', name='echo')]"

    assert run(url, code)["result"] == [True, "hello"]


def test_a_handler_of_messages_may_send(url: str) -> None:
    code = """
def once(message):
    bot.on_message = Bot.on_message.__get__(bot)
    bot.send("again")
bot.on_message = once
bot.connect()
bot.send("first")
result = bot.receive(20)
"""

    assert run(url, code)["result"] == "again"


def test_a_connect_that_fails_is_reported_and_not_raised() -> None:
    done = run("ws://127.0.0.1:1", "result = bot.connect(name='join')")

    (told,) = done["told"]
    assert (done["result"], told[1], told[5]) == (False, "join", "WebSocketFailure")
    assert told[4].startswith("127.0.0.1:1 refused the connection.")


def test_a_user_connects_again(url: str) -> None:
    assert run(url, "bot.connect(); bot.on_stop(); result = bot.connect()")["result"] is True


def test_no_answer_in_time_is_a_failure(url: str) -> None:
    code = "bot.connect(); result = bot.request('x', name='echo', answers=lambda message: False, timeout=0.05)"
    done = run(url, code)

    assert done["result"] is None
    assert done["told"][1][4:] == ["no answer within 0.05 s", "TimeoutError"]


def test_an_unexpected_end_is_reported_with_its_code(url: str) -> None:
    code = """
bot.connect(bot.host + "/close?code=4001&reason=full")
bot.send("x")
result = [bot.receive(), bot.receive(), bot.send("late")]
"""
    done = run(url, code)

    assert done["result"] == ["x", None, False]
    closed, refused = done["told"][1:]
    assert closed[1:3] == ["closed", None]
    assert "4001 (full)" in closed[4]
    assert refused[1:3] == ["send", None]


def test_a_send_is_reported_only_if_it_has_a_name(url: str) -> None:
    done = run(url, "bot.connect(); bot.send('x'); result = bot.send(b'xyz', name='shot')")

    assert [each[1:5] for each in done["told"][1:]] == [["shot", None, 3, None]]


def test_a_script_reports_what_it_measures(url: str) -> None:
    done = run(url, "bot.record('push', 0.25, length=7)")

    assert done["told"] == [["WS", "push", 250.0, 7, None, "NoneType"]]


def test_info_is_not_logged(url: str) -> None:
    assert run(url, "import logging; result = logging.getLogger('wsclient').level")["result"] == 30


# Distributed, as it is used


def play(folder: Path, host: str, locustfile: Path, seconds: int = 5) -> tuple[int, dict[str, dict[str, str]]]:
    """Runs a master and two workers.

    Returns the master's exit code, and the rows of its statistics.
    """
    command, port = [sys.executable, "-m", "locust", "-f", str(locustfile)], str(free_port())
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    files: dict[str, object] = {"cwd": folder, "env": environment, "stdout": subprocess.DEVNULL}
    worker = [*command, "--worker", "--master-host", "127.0.0.1", "--master-port", port]
    master = [
        *(*command, "--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--expect-workers", "2"),
        *("--expect-workers-max-wait", "30", "--headless", "-u", "60", "-r", "60", "-t", f"{seconds}s", "-H", host),
        *("--csv", "s", "--html", "r.html"),
    ]
    with ExitStack() as workers:
        running = [
            workers.enter_context(subprocess.Popen(worker, stderr=subprocess.DEVNULL, **files)) for _ in range(2)
        ]
        try:
            done = subprocess.run(master, stderr=subprocess.DEVNULL, timeout=55, check=False, **files)
        finally:
            for each in running:
                each.terminate()
    with (folder / "s_stats.csv").open(newline="", encoding="utf-8") as file:
        return done.returncode, {row["Name"]: row for row in csv.DictReader(file)}


def test_two_workers_play_together(url: str, tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text(LOCUSTFILE, encoding="utf-8")
    code, rows = play(tmp_path, url, tmp_path / "locustfile.py")

    assert code == 0
    assert {rows[name]["Failure Count"] for name in ("connect", "echo")} == {"0"}
    assert int(rows["connect"]["Request Count"]) == 60
    assert int(rows["echo"]["Request Count"]) >= 120
    assert (tmp_path / "r.html").exists()


def test_a_test_without_a_server_fails(tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text(LOCUSTFILE, encoding="utf-8")
    code, rows = play(tmp_path, "ws://127.0.0.1:1", tmp_path / "locustfile.py", 2)

    assert code == 1
    assert rows["connect"]["Failure Count"] == "60"


def test_the_arena_can_be_played(tmp_path: Path) -> None:
    require_module("websockets")
    port = free_port()
    command = [sys.executable, "-m", "demos.arena.server", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            server.stdout.readline()
            locustfile = ROOT / "demos" / "loadtest" / "locustfile.py"
            code, rows = play(tmp_path, f"ws://127.0.0.1:{port}", locustfile, 5)
        finally:
            server.terminate()

    assert code == 0
    assert rows["Aggregated"]["Failure Count"] == "0"
    assert int(rows["echo"]["Request Count"]) > 0
