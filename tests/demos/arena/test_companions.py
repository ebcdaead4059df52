"""The processes that a game brings along: there when needed, and never longer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from demos.arena import companions as companions_module
from demos.arena.companions import Companions
from demos.arena.connection import Connection
from demos.arena.game import Game
from demos.arena.model import Ship, Steering
from tests.demos import playing
from tests.demos.arena.test_server import PATIENCE
from tests.support.source import ROOT
from wsclient import WebSocketClient

START_TWO_BOTS = "from demos.arena.companions import Companions; companions = Companions(2); print(companions.url)"


def test_a_game_outlives_its_server_and_is_connected_again_by_the_same_client(monkeypatch):
    monkeypatch.setattr(companions_module, "SECONDS_DEAD", 0.3)
    with Companions(2) as companions, WebSocketClient() as client:
        connection = Connection(client, companions.url)
        game = Game(client, Ship("Sam", 45))

        def play(is_over):
            def has_come():
                companions.update()
                return is_over()

            playing.play(has_come, game, seconds=PATIENCE)

        play(lambda: len(game.others) == 2)
        port = companions.url
        companions.kill_server()
        play(lambda: connection.why != "")
        assert client.get_connection_status() != client.CONNECTION_CONNECTED

        was_seen = {name: each.seen_at for name, each in game.others.items()}
        before = game.ship
        game.frame(0.1, Steering(thrust=True))
        assert game.ship.y < before.y

        play(lambda: connection.connections == 2)
        play(lambda: all(game.others[name].seen_at > seen_at for name, seen_at in was_seen.items()))
        assert companions.url == port
        assert connection.why == ""


def test_the_server_is_killed_on_request():
    with Companions(0, kill_server_after=0.0) as companions:
        server = companions._server
        companions.update()

        assert server.wait(10.0) != 0


def test_all_have_ended_at_the_end_of_the_block():
    with Companions(1) as companions:
        children = [companions._server, companions._bots]
        assert [child.poll() for child in children] == [None, None]

    assert [child.returncode for child in children] == [0, 0]


@pytest.mark.parametrize(
    "end",
    [
        pytest.param("import os; os._exit(9)", id="crash"),
        pytest.param("raise RuntimeError", id="exception"),
        pytest.param("import time; time.sleep(60)", id="killed"),
    ],
)
def test_no_process_outlives_the_game(end):
    code = f"{START_TWO_BOTS}\nimport sys; sys.stdout.flush()\n{end}"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as game:
        assert game.stdout.readline().startswith("ws://")
        if "sleep" in end:
            game.kill()
        # Both pipes are the children's too: they end when the last of them has ended.
        game.communicate(timeout=10.0)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is no signal there that one process can send another")
def test_ctrl_c_ends_everything_quietly():
    command = [sys.executable, "-m", "demos.arena", "--headless", "--players", "2", "--screenshot", os.devnull]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, start_new_session=True, **pipes) as game:
        for line in game.stdout:
            if "pilots" in line:
                break
        os.killpg(game.pid, signal.SIGINT)  # as the terminal does: to all of them
        out, err = game.communicate(timeout=10.0)

    assert (game.returncode, err) == (0, "")
    assert out.splitlines()[-1].startswith("poll(): longest ")
